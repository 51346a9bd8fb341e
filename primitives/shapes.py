"""The room that objects take: footprints on the table, bottoms, hollows, and what overlaps what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied_codeact.primitives.arm_types import Array, SceneObject
from embodied_codeact.primitives.rotations import matrix

HOLLOW = frozenset({"bowl", "tray"})
"""Kinds that are open on top; things are put into them."""
FLAT = frozenset({"zone"})
"""Kinds that are painted on the table; things stand over them."""
ROUND = frozenset({"bowl", "cylinder", "soccer ball"})
"""Kinds that look the same from every side."""

FLOOR = 0.006
"""Height of a hollow's floor above its bottom, m: a wall's thickness, and a little."""
_BOWL_FLOOR_SHARE = 0.6
"""How much of a bowl's radius its flat floor surely has."""


@dataclass(frozen=True, eq=False)
class Footprint:
    """A rectangle over the table. ``center``: (2,) m; ``along``: (2,) unit vector of its first side; ``half``: (2,) m,
    half extents along that side and across it."""

    center: Array
    along: Array
    half: Array

    @property
    def across(self) -> Array:
        """The unit vector of the second side."""
        return np.array([-self.along[1], self.along[0]])

    def reach(self, direction: Array) -> float:
        """Return how far the rectangle reaches from its centre in a direction (2,), a unit vector; m."""
        return float(self.half @ np.abs([self.along @ direction, self.across @ direction]))

    def moved_to(self, center: Sequence[float] | Array) -> Footprint:
        """Return the same rectangle with its centre elsewhere."""
        return Footprint(np.array(center[:2], dtype=float), self.along, self.half)

    def grown(self, margin: float) -> Footprint:
        """Return the rectangle with ``margin`` m added on every side."""
        return Footprint(self.center, self.along, np.maximum(self.half + margin, 0.0))

    def contains(self, point: Sequence[float] | Array) -> bool:
        """Return whether a point (2,) lies within."""
        offset = np.asarray(point[:2], dtype=float) - self.center
        return bool(abs(offset @ self.along) <= self.half[0] and abs(offset @ self.across) <= self.half[1])

    def overlaps(self, other: Footprint) -> bool:
        """Return whether two rectangles share some room: no line along one of their sides separates them."""
        offset = other.center - self.center
        return all(
            abs(offset @ axis) < self.reach(axis) + other.reach(axis)
            for axis in (self.along, self.across, other.along, other.across)
        )


def half_height(size: Array, orientation: Array) -> float:
    """Return half the vertical extent of a box of ``size`` (3,) as it is turned, m."""
    return float(np.abs(matrix(orientation)[2]) @ size) / 2


def bottom(thing: SceneObject) -> float:
    """Return the height of the object's lowest point above the table, m."""
    return float(thing.position[2]) - half_height(thing.size, thing.orientation)


def footprint(thing: SceneObject) -> Footprint:
    """Return the smallest rectangle along the object's own horizontal direction that holds it seen from above."""
    axes = matrix(thing.orientation)
    flattest = int(np.argmin(np.abs(axes[2])))
    along = axes[:2, flattest] / np.linalg.norm(axes[:2, flattest])
    across = np.array([-along[1], along[0]])
    half = [float(np.abs(direction @ axes[:2]) @ thing.size) / 2 for direction in (along, across)]
    return Footprint(np.array(thing.position[:2]), along, np.array(half))


def room_inside(thing: SceneObject) -> Footprint:
    """Return where the floor of a hollow is, or the whole of a flat thing, or the top of a solid one."""
    whole = footprint(thing)
    if thing.kind == "bowl":
        return Footprint(whole.center, whole.along, whole.half * _BOWL_FLOOR_SHARE)
    return whole.grown(-FLOOR) if thing.kind in HOLLOW else whole


def is_within(point: Sequence[float] | Array, thing: SceneObject) -> bool:
    """Return whether a point (2,) lies over the object: inside of its rim, where it is round."""
    if thing.kind in ROUND:
        return math.dist(point[:2], thing.position[:2]) <= float(max(thing.size[:2])) / 2
    return footprint(thing).contains(point)


def support_height(thing: SceneObject) -> float:
    """Return the height of the surface that things stand on when they are put onto or into the object, m."""
    if thing.kind in FLAT:
        return 0.0
    return bottom(thing) + FLOOR if thing.kind in HOLLOW else float(thing.top)


def rests_on(upper: SceneObject, lower: SceneObject, tolerance: float = 0.012) -> bool:
    """Return whether one object stands directly on another, over a zone on the table, or anywhere inside a hollow.

    ``tolerance``: how far from what it stands on it may seem to be, m: cameras see no better. What is held so close
    above it counts as well.
    """
    if upper.name == lower.name or not is_within(upper.position, lower):
        return False
    low = bottom(upper)
    if lower.kind in HOLLOW:
        return bottom(lower) - tolerance <= low <= float(lower.top)
    return abs(low - support_height(lower)) <= tolerance


def in_the_way(room: Footprint, low: float, high: float, things: Iterable[SceneObject]) -> list[SceneObject]:
    """Return the solid objects that have a part in the upright prism over ``room`` between two heights, m."""
    return [
        thing
        for thing in things
        if thing.kind not in FLAT
        and bottom(thing) < high
        and float(thing.top) > low
        and footprint(thing).overlaps(room)
    ]


def spots(room: Footprint, inner: Footprint, step: float = 0.01) -> list[Array]:
    """Return centres (2,) at which ``inner`` lies within ``room``, nearest to the middle first; at least the middle."""
    slack = [room.half[i] - inner.reach(axis) for i, axis in enumerate((room.along, room.across))]
    # What just fits fits, whatever rounding has added.
    counts = [max(0, math.floor(each / step + 0.1)) for each in slack]
    offsets = [(i * step, j * step) for i in range(-counts[0], counts[0] + 1) for j in range(-counts[1], counts[1] + 1)]
    offsets.sort(key=lambda offset: math.hypot(*offset))
    return [room.center + a * room.along + b * room.across for a, b in offsets]
