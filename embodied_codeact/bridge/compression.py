"""Compressed pictures: JPEG for colour, PNG with 16 bits for depth. The packages for it come with the extra
``tabletop``, and are imported only where a compressed stream is asked for, or read."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

QUALITY = 90
"""Of JPEG."""
MM = 0.001
"""Metres in one step of a depth picture."""


class CompressedImage(msgspec.Struct, frozen=True):
    """The body of a compressed sample. ``format``: ``jpeg``, or ``png16``, whose pixels times ``scale`` are the values
    (metres), 0 where there is none; up to 65.535 m, rounded to a millimetre."""

    format: str
    data: bytes
    scale: float = 1.0


def compress(image: npt.NDArray[Any]) -> dict[str, Any]:
    """Return the body of a compressed sample: of colours (height, width, 3) uint8, or depth (height, width) in metres.

    Raises:
        ValueError: it is neither.
        ImportError: the package for it is not installed.
    """
    if image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3:
        import simplejpeg

        return {"format": "jpeg", "data": bytes(simplejpeg.encode_jpeg(image, quality=QUALITY)), "scale": 1.0}
    if image.dtype.kind == "f" and image.ndim == 2:
        import cv2

        steps = np.nan_to_num(np.rint(image / MM), nan=0.0, posinf=0.0, neginf=0.0)
        whole = np.clip(steps, 0, 65535).astype(np.uint16)
        done, data = cv2.imencode(".png", whole, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if done:
            return {"format": "png16", "data": data.tobytes(), "scale": MM}
    raise ValueError(f"pictures of {image.dtype} {list(image.shape)} cannot be compressed: subscribe to them raw")


def decompress(body: CompressedImage) -> npt.NDArray[Any]:
    """Return the picture: (height, width, 3) uint8, or (height, width) float32 in metres.

    Raises:
        ValueError: it is none.
        ImportError: the package for it is not installed.
    """
    if body.format == "jpeg":
        import simplejpeg

        return np.asarray(simplejpeg.decode_jpeg(body.data))
    if body.format == "png16":
        import cv2

        whole = cv2.imdecode(np.frombuffer(body.data, np.uint8), cv2.IMREAD_UNCHANGED)
        if whole is not None:
            return (whole * np.float32(body.scale)).astype(np.float32)
    raise ValueError(f"not a picture of the format {body.format!r}")
