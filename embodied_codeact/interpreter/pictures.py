"""``show(image)``: pictures that a script holds as arrays. They become PNG by numpy and the standard library alone."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from embodied_codeact.contracts import Figure
from embodied_codeact.interpreter.records import ScriptLimits

MAX_TITLE_CHARACTERS = 200
_COMPRESSION = 4
_UP = 2
"""The PNG filter that stores each row as its difference from the row above."""
_WANTED = (
    "a picture is an array of shape (height, width, 3) or (height, width), of numbers, such as the rgb or the depth of "
    "a camera's picture"
)

Pixels = npt.NDArray[np.uint8]


class Gallery:
    """The pictures that the present script has shown."""

    def __init__(self, limits: ScriptLimits) -> None:
        self._limits = limits
        self._shown: list[Figure] = []
        self._left_out = 0

    def show(self, image: Any, title: str = "") -> None:
        """Show a picture: an array (height, width, 3) of colours, red first, or (height, width) of any numbers, or what
        a camera captured. Colours are 0 to 255, or 0.0 to 1.0. Of one number a pixel, bytes are shown as they are,
        everything else from its least (black) to its greatest (white); NaN is black.

        Raises:
            TypeError, ValueError: it is no such picture, or too large as a file.
        """
        if len(self._shown) >= self._limits.max_figures:
            self._left_out += 1
            return
        data = encode_png(pixels_of(image))
        if len(data) > self._limits.max_figure_bytes:
            raise ValueError(
                f"the picture is too large ({len(data)} bytes, at most {self._limits.max_figure_bytes}): "
                "show a part of it, or every second pixel, image[::2, ::2]"
            )
        self._shown.append(Figure(data, title=str(title)[:MAX_TITLE_CHARACTERS]))

    def take(self) -> tuple[list[Figure], str]:
        """Return what was shown, and a note of what was too much, and begin anew."""
        shown, left_out = self._shown, self._left_out
        self._shown, self._left_out = [], 0
        note = f"{left_out} more pictures were not shown: {len(shown)} a script at most\n" if left_out else ""
        return shown, note


def pixels_of(image: Any) -> Pixels:
    """Return a picture as (height, width, 3) or (height, width) uint8.

    Raises:
        TypeError: it holds no numbers.
        ValueError: it is of another shape.
    """
    array = np.asarray(getattr(image, "rgb", image))
    if array.dtype.kind not in "buif":
        raise TypeError(f"{_WANTED}, not {type(image).__name__}; matplotlib's figures are shown without a call")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not array.size or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise ValueError(f"{_WANTED}, not of shape {array.shape}")
    if array.dtype == np.uint8:
        return array
    return _colours(array) if array.ndim == 3 else _greys(array)


def _colours(array: npt.NDArray[Any]) -> Pixels:
    values = np.nan_to_num(array.astype(np.float64))
    if array.dtype.kind in "bf" and values.max() <= 1.0:
        values = values * 255.0
    return np.asarray(np.rint(values.clip(0.0, 255.0)), np.uint8)


def _greys(array: npt.NDArray[Any]) -> Pixels:
    values = array.astype(np.float64)
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(values.shape, np.uint8)
    least, greatest = values[known].min(), values[known].max()
    scaled = (np.nan_to_num(values, nan=least, posinf=greatest, neginf=least) - least) / ((greatest - least) or 1.0)
    return np.asarray(np.rint(scaled * 255.0), np.uint8)


def encode_png(pixels: Pixels) -> bytes:
    """Return (height, width, 3) or (height, width) uint8 as a PNG file (ISO/IEC 15948)."""
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels).reshape(height, -1)
    filtered = np.empty((height, 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    colour_type = 2 if pixels.ndim == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    body = zlib.compress(filtered.tobytes(), _COMPRESSION)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
