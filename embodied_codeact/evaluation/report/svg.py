"""Drawings as SVG with real text, a few shapes at a time. Every value is escaped; colours are the page's (classes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup, escape

_DIRECTIONS = (range(0x202A, 0x202F), range(0x2066, 0x206A))
_UNPRINTABLE = {
    code: "\ufffd"
    for codes in (range(9), (11, 12), range(14, 32), range(127, 160), range(0xD800, 0xE000), *_DIRECTIONS)
    for code in codes
}
"""Control characters, halves of characters, and what turns the direction of all that follows."""

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


def printable(text: str) -> str:
    """Return a text without what no HTML may hold, or what would make it read as something else: control characters,
    lone surrogates, changes of direction."""
    return text.translate(_UNPRINTABLE)


def element(tag: str, *inside: Markup, **attributes: str | float | None) -> Markup:
    """Return an element. Of an attribute's name ``_`` stands for ``-``, a last ``_`` for nothing; None leaves it out.

    >>> element("text", Markup("a"), class_="note", x=1.50)
    Markup('<text class="note" x="1.5">a</text>')
    """
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{named}>{''.join(inside)}</{tag}>")


def text(
    words: str, x: float, y: float, *, anchor: Anchor = "start", style: str | None = None, length: int | None = None
) -> Markup:
    """Words with their base line at ``y``. What is longer than ``length`` characters is cut; a pointer shows it all."""
    shown = words if length is None or len(words) <= length else words[: length - 1] + "…"
    whole = [element("title", escape(printable(words)))] if shown != words else []
    anchored = None if anchor == "start" else anchor
    return element("text", escape(printable(shown)), *whole, x=x, y=y, text_anchor=anchored, class_=style)


def line(start: Point, end: Point, style: str) -> Markup:
    """A straight line."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=style)


def path(points: Sequence[Point], style: str, *, closed: bool = False, title: str = "") -> Markup:
    """A line through points, or the area that it closes."""
    steps = "L".join(f"{_value(x)} {_value(y)}" for x, y in points)
    return element("path", *_title(title), d=f"M{steps}{'Z' if closed else ''}", class_=style)


def bar(x: float, y: float, width: float, height: float, style: str, *, title: str = "") -> Markup:
    """A bar; ``title`` is shown under a pointer."""
    return element("rect", *_title(title), x=x, y=y, width=max(width, 0.0), height=height, class_=style)


def mark(shape: int, at: Point, style: str, *, size: float = 4.5, title: str = "") -> Markup:
    """A mark of one of six shapes, so that what belongs together is told by more than its colour."""
    x, y = at
    if shape % 6 == 0:
        return element("circle", *_title(title), cx=x, cy=y, r=size, class_=style)
    half, wide = size * 0.9, size * 1.25
    corners: list[Point] = [
        [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)],
        [(x, y - wide), (x + wide, y + half), (x - wide, y + half)],
        [(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)],
        [(x, y + wide), (x + wide, y - half), (x - wide, y - half)],
        [(x - wide, y - 2), (x + wide, y - 2), (x + wide, y + 2), (x - wide, y + 2)],
    ][shape % 6 - 1]
    return path(corners, style, closed=True, title=title)


def drawing(name: str, title: str, size: tuple[float, float], shapes: Sequence[Markup], *, style: str) -> Markup:
    """A whole drawing, as wide as there is room up to its own width. ``name`` is unique in the page; ``size`` is width
    and height, CSS pixels."""
    width, height = size
    return element(
        "svg",
        element("title", escape(printable(title)), id=f"{name}-title"),
        *shapes,
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title",
        class_=f"plot {style}",
    )


def _title(words: str) -> list[Markup]:
    return [element("title", escape(printable(words)))] if words else []


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return str(escape(printable(value)))
    return f"{value:.2f}".rstrip("0").rstrip(".")
