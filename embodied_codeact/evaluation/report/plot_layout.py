"""What the plots of a page have in common: two widths, and the colours and shapes of groups.

Each plot is drawn twice, for a wide and for a narrow screen, so that its words are always of one size; the page shows
the one that fits. What belongs to one group of episodes (a run, a model, a form of action) has one colour and one shape
everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from embodied_codeact.evaluation.report import svg

SERIES = 8
"""Colours that the page has; a ninth group begins anew, with another shape."""


@dataclass(frozen=True)
class Layout:
    """Where things stand in a drawing, CSS pixels: its width, and the margins left and right of what is drawn."""

    name: str
    width: float
    left: float
    right: float

    @property
    def wide(self) -> bool:
        """Whether labels stand beside what they name; else above it."""
        return self.name == "wide"

    def x(self, share: float) -> float:
        """Where a share from 0 to 1 stands."""
        return self.left + share * (self.width - self.left - self.right)


def series(place: int) -> str:
    """The class of a group's colour."""
    return f"s{place % SERIES}"


def in_both(draw: Callable[[Layout], Markup], wide: Layout, narrow: Layout) -> Markup:
    """Draw for both widths."""
    return Markup("").join([draw(wide), draw(narrow)])


def key(place: int) -> Markup:
    """The sign of a group, for a list of groups."""
    shape = svg.mark(place, (8, 8), f"mark {series(place)}", size=5)
    return svg.element("svg", shape, viewBox="0 0 16 16", width=16, height=16, aria_hidden="true", class_="key")
