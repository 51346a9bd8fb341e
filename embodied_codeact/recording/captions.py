"""Lays out one frame of a video: the instruction above, the picture, the code beside it, the outcome below."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Ink = tuple[int, int, int]
Tone = Literal["plain", "good", "bad"]

PICTURE = (640, 480)
"""Width and height of the picture of the world; one of another size is fitted in."""
_PANEL = 480
_HEADER = 64
_FOOTER = 76
SIZE = (PICTURE[0] + _PANEL, PICTURE[1] + _HEADER + _FOOTER)
"""Width and height of a frame, pixels; both even, as H.264 wants them."""

_PAPER, _PANEL_PAPER, _INK, _FAINT = (250, 250, 248), (32, 36, 43), (28, 30, 34), (128, 134, 142)
_CODE, _COMMENT = (222, 226, 232), (126, 168, 120)
_TONES: dict[Tone, Ink] = {"plain": (60, 64, 70), "good": (20, 122, 60), "bad": (178, 38, 34)}
_MARGIN = 14
_CODE_SIZE, _LEAST_CODE_SIZE = 15, 11
_PROSE = ("DejaVuSans.ttf", "Arial.ttf", "LiberationSans-Regular.ttf")
_MONO = ("DejaVuSansMono.ttf", "Menlo.ttc", "consola.ttf", "LiberationMono-Regular.ttf")


@dataclass(frozen=True)
class Caption:
    """The words of a frame. ``title``: which turn it is. ``code``: what is carried out. ``outcome``: what came of it,
    once that is known."""

    instruction: str
    title: str = ""
    code: str = ""
    outcome: str = ""
    tone: Tone = "plain"


def compose(picture: NDArray[np.uint8], caption: Caption) -> NDArray[np.uint8]:
    """Return one frame, (height, width, 3) uint8, of a picture (any height, any width, 3) and its caption."""
    frame = _surround(caption).copy()
    image = Image.fromarray(picture)
    image.thumbnail(PICTURE)
    left, top = (PICTURE[0] - image.width) // 2, _HEADER + (PICTURE[1] - image.height) // 2
    frame[top : top + image.height, left : left + image.width] = np.asarray(image)
    return frame


@lru_cache(maxsize=4)
def _surround(caption: Caption) -> NDArray[np.uint8]:
    """Everything but the picture, which is all that changes from frame to frame."""
    image = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    _write(draw, caption.instruction, (_MARGIN, 8), (SIZE[0] - 2 * _MARGIN - 90, _HEADER - 12), 19, _INK)
    title = _font(_PROSE, 15)
    draw.text((SIZE[0] - _MARGIN - draw.textlength(caption.title, title), 10), caption.title, _FAINT, title)
    draw.rectangle((PICTURE[0], _HEADER, SIZE[0], _HEADER + PICTURE[1] - 1), fill=_PANEL_PAPER)
    _write_code(draw, caption.code, (PICTURE[0] + _MARGIN, _HEADER + _MARGIN))
    below = (_MARGIN, _HEADER + PICTURE[1] + 10)
    _write(draw, caption.outcome, below, (SIZE[0] - 2 * _MARGIN, _FOOTER - 16), 16, _TONES[caption.tone])
    return np.asarray(image)


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    at: tuple[int, int],
    room: tuple[int, int],
    size: int,
    ink: tuple[int, int, int],
) -> None:
    """Write text into a box, and cut short what does not fit."""
    font = _font(_PROSE, size)
    height = round(size * 1.3)
    per_line = max(1, int(room[0] / max(1.0, draw.textlength("n", font))))
    lines = [line for part in text.strip().splitlines() for line in textwrap.wrap(part, per_line) or [""]]
    fits = max(1, room[1] // height)
    if len(lines) > fits:
        lines = [*lines[: fits - 1], f"{lines[fits - 1][: per_line - 4]} ..."]
    for index, line in enumerate(lines):
        draw.text((at[0], at[1] + index * height), line, ink, font)


def _write_code(draw: ImageDraw.ImageDraw, code: str, at: tuple[int, int]) -> None:
    """Write code as large as it fits; what is too long even in small letters loses its end, and says so."""
    for size in range(_CODE_SIZE, _LEAST_CODE_SIZE - 1, -1):
        font = _font(_MONO, size)
        columns = int((_PANEL - 2 * _MARGIN) / draw.textlength("m", font))
        height = round(size * 1.3)
        fits = (PICTURE[1] - 2 * _MARGIN) // height
        lines = [
            (piece, _COMMENT if line.lstrip().startswith("#") else _CODE)
            for line in code.strip("\n").splitlines()
            for piece in _folded(line, columns)
        ]
        if len(lines) <= fits:
            break
    if len(lines) > fits:
        lines = [*lines[: fits - 1], (f"# ... {len(lines) - fits + 1} more lines", _COMMENT)]
    for index, (line, ink) in enumerate(lines):
        draw.text((at[0], at[1] + index * height), line, ink, font)


def _folded(line: str, columns: int) -> list[str]:
    """Break a line of code that is too long; what follows is indented further.

    >>> _folded("    arm.place(the_bowl, yaw=0.5)", 26)
    ['    arm.place(the_bowl,', '            yaw=0.5)']
    """
    line = line.expandtabs(4)
    indent = " " * min(len(line) - len(line.lstrip()) + 8, columns // 2)
    return textwrap.wrap(line, columns, subsequent_indent=indent, drop_whitespace=True) or [""]


@lru_cache(maxsize=16)
def _font(names: tuple[str, ...], size: int) -> Any:
    """A font that the machine has; else Pillow's own."""
    for name in names:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
