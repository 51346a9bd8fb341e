"""Conditions on several things together: rows, circles, pyramids, pairs."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from embodied_codeact.envs.tabletop.tasks.goals import TABLE, rests, supporters
from embodied_codeact.envs.tabletop.tasks.relations import PLACE_TOLERANCE, STACK_TOLERANCE, On, stands_on_table
from embodied_codeact.envs.tabletop.view import WorldView

LINE_TOLERANCE = 0.01
"""How far from the straight line of a row a thing may stand, m."""
GAP_TOLERANCE = 0.015
"""How far a gap of a row may be from the one asked for, m."""
SLANT_TOLERANCE = math.radians(10)
RING_TURN_TOLERANCE = math.radians(10)


@dataclass(frozen=True)
class Row:
    """Things stand on the table in a straight row, neighbours ``spacing`` m apart, centre to centre.

    ``along``: the direction ([x, y], world frame) in which they follow one another in the order of ``names``; None
    where order and direction are free.
    """

    names: tuple[str, ...]
    spacing: float
    along: tuple[float, float] | None = None

    def missing(self, view: WorldView) -> str:
        standing = _all_on_table(view, self.names)
        if standing:
            return standing
        points = np.array([view.positions[name][:2] for name in self.names])
        centred = points - points.mean(axis=0)
        # The first right singular vector is the direction of the line that fits best.
        line = np.linalg.svd(centred)[2][0]
        if self.along is not None:
            line = line * np.sign(line @ np.array(self.along) or 1.0)
            if math.acos(min(1.0, float(line @ np.array(self.along)))) > SLANT_TOLERANCE:
                return "the row has another direction"
        places = centred @ line
        if np.abs(centred - np.outer(places, line)).max() > LINE_TOLERANCE:
            return "the row is not straight"
        gaps = np.diff(places if self.along is not None else np.sort(places))
        if np.abs(gaps - self.spacing).max() > GAP_TOLERANCE:
            return "the row has other gaps or another order"
        return ""


@dataclass(frozen=True)
class Ring:
    """Things stand on the table around another, evenly spread, ``radius`` m from its centre."""

    names: tuple[str, ...]
    centre: str
    radius: float

    def missing(self, view: WorldView) -> str:
        standing = _all_on_table(view, self.names)
        if standing:
            return standing
        spokes = np.array([view.positions[name][:2] for name in self.names]) - view.positions[self.centre][:2]
        if np.abs(np.linalg.norm(spokes, axis=1) - self.radius).max() > PLACE_TOLERANCE:
            return "the circle has another radius"
        turns = np.sort(np.arctan2(spokes[:, 1], spokes[:, 0]))
        gaps = np.diff(turns, append=turns[0] + 2 * math.pi)
        if np.abs(gaps - 2 * math.pi / len(self.names)).max() > RING_TURN_TOLERANCE:
            return "the circle is not evenly spread"
        return ""


@dataclass(frozen=True)
class Square:
    """Four things stand on the table at the corners of a square with sides of ``side`` m, in any order."""

    names: tuple[str, ...]
    side: float

    def missing(self, view: WorldView) -> str:
        standing = _all_on_table(view, self.names)
        if standing:
            return standing
        points = [view.positions[name][:2] for name in self.names]
        apart = np.sort([math.dist(a, b) for a, b in itertools.combinations(points, 2)])
        # Four sides and two diagonals.
        wanted = self.side * np.array([1.0] * 4 + [math.sqrt(2)] * 2)
        return "they do not stand in such a square" if np.abs(apart - wanted).max() > GAP_TOLERANCE else ""


@dataclass(frozen=True)
class Bridge:
    """A block rests on two others that stand on the table, above the middle between them."""

    upper: str
    first: str
    second: str

    def missing(self, view: WorldView) -> str:
        standing = _all_on_table(view, (self.first, self.second))
        if standing:
            return standing
        if not rests(view, self.upper) or sorted(supporters(view, self.upper)) != sorted((self.first, self.second)):
            return f"the {self.upper} does not rest on both"
        a, b = view.positions[self.first], view.positions[self.second]
        off = math.dist(view.positions[self.upper][:2], ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
        return f"the {self.upper} is {off:.3f} m off the middle" if off > STACK_TOLERANCE else ""


@dataclass(frozen=True)
class Pair:
    """One of two blocks rests on the other, which stands on the table."""

    first: str
    second: str

    def missing(self, view: WorldView) -> str:
        for upper, lower in ((self.first, self.second), (self.second, self.first)):
            if not On(upper, lower).missing(view) and supporters(view, lower) == [TABLE]:
                return ""
        return f"neither of {self.first} and {self.second} stands on the other"


def tower(names: tuple[str, ...]) -> tuple[On, ...]:
    """The conditions of a tower, names from bottom to top."""
    return tuple(On(upper, lower) for lower, upper in itertools.pairwise(names))


@dataclass(frozen=True)
class Foot:
    """A thing stands on the table, whatever stands on it."""

    name: str

    def missing(self, view: WorldView) -> str:
        return _all_on_table(view, (self.name,))


def _all_on_table(view: WorldView, names: tuple[str, ...]) -> str:
    for name in names:
        if not stands_on_table(view, name):
            return f"the {name} does not stand on the table"
    return ""
