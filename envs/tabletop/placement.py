"""Places objects at random on the table: seeded, without overlaps, with room for a gripper's fingers between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.scene import TABLE_MARGIN, TABLE_X, TABLE_Y, ObjectSpec, SceneSpec

Array = NDArray[np.float64]
Range = tuple[float, float]
Spot = tuple[float, float]

FINGER_GAP = 0.035
"""Free room between the footprints of any two objects, m: one open finger fits in between."""
ROUND_KINDS = frozenset({"bowl", "cylinder", "soccer ball"})
_ROUND_SIDES = 16
_TRIES = 300

SIDES: dict[str, Spot] = {
    "near": (TABLE_X[0] + TABLE_MARGIN, (TABLE_Y[0] + TABLE_Y[1]) / 2),
    "far": (TABLE_X[1] - TABLE_MARGIN, (TABLE_Y[0] + TABLE_Y[1]) / 2),
    "left": ((TABLE_X[0] + TABLE_X[1]) / 2, TABLE_Y[1] - TABLE_MARGIN),
    "right": ((TABLE_X[0] + TABLE_X[1]) / 2, TABLE_Y[0] + TABLE_MARGIN),
}
"""The middle of each side of the table, as instructions mean it."""

CORNERS: dict[str, Spot] = {
    f"{depth} {side}": (SIDES[depth][0], SIDES[side][1]) for depth in ("near", "far") for side in ("left", "right")
}
"""Each corner of the table, as instructions mean it."""


class Rejected(Exception):
    """A draw is of no use (no free place is left, two candidates are too alike); the caller draws another."""


class Layout:
    """A scene that grows object by object. Large things are best placed first."""

    def __init__(self, rng: np.random.Generator, *, gap: float = FINGER_GAP) -> None:
        self.rng = rng
        self.gap = gap
        self._specs: list[ObjectSpec] = []
        self._taken: list[Array] = []

    def place(
        self,
        spec: ObjectSpec,
        *,
        x: Range = TABLE_X,
        y: Range = TABLE_Y,
        yaw: Range = (-math.pi, math.pi),
        near: tuple[Spot, Range] | None = None,
    ) -> ObjectSpec:
        """Stand an object on the table at a random free place and turn; return it as placed.

        ``x``, ``y``: where its centre may be, m. ``near``: a point and the range of distances from it, m.

        Raises:
            Rejected: no free place was found.
        """
        for _ in range(_TRIES):
            spot = (float(self.rng.uniform(*x)), float(self.rng.uniform(*y)))
            turn = float(self.rng.uniform(*yaw))
            if near is not None and not near[1][0] <= math.dist(spot, near[0]) <= near[1][1]:
                continue
            if self._is_free(footprint(spec, spot, turn)):
                return self.stand(spec, spot, turn)
        raise Rejected(spec.name)

    def stand(self, spec: ObjectSpec, spot: Spot, yaw: float, *, bottom: float = 0.0) -> ObjectSpec:
        """Stand an object exactly there, unchecked; ``bottom``: height of what it stands on, m."""
        placed = replace(spec, position=(*spot, bottom + spec.size[2] / 2), yaw=yaw)
        self._specs.append(placed)
        self._taken.append(footprint(placed, spot, yaw))
        return placed

    def keep_clear(self, spot: Spot, radius: float) -> None:
        """Keep a round place free of everything that is placed after this.

        Raises:
            Rejected: something stands there already.
        """
        place = _polygon_around(spot, radius)
        if not self._is_free(place):
            raise Rejected("a place to be kept clear")
        self._taken.append(place)

    def scene(self) -> SceneSpec:
        """Everything placed so far."""
        return SceneSpec(tuple(self._specs))

    def _is_free(self, place: Array) -> bool:
        return all(separation(place, other) >= self.gap for other in self._taken)


def footprint(spec: ObjectSpec, spot: Spot, yaw: float) -> Array:
    """The outline of an upright object on the table: (n, 2) m, counterclockwise, world frame."""
    if spec.kind in ROUND_KINDS:
        return _polygon_around(spot, spec.size[0] / 2)
    x, y = spec.size[0] / 2, spec.size[1] / 2
    corners = np.array([[x, y], [-x, y], [-x, -y], [x, -y]])
    turn = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]])
    return np.asarray(corners @ turn.T + np.array(spot), dtype=np.float64)


def separation(a: Array, b: Array) -> float:
    """The widest gap between two convex outlines along the normal of any of their edges, m; negative where they
    overlap. Never more than their distance (separating axis theorem)."""
    edges = np.vstack([np.roll(a, -1, axis=0) - a, np.roll(b, -1, axis=0) - b])
    normals = np.column_stack([edges[:, 1], -edges[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    along_a, along_b = normals @ a.T, normals @ b.T
    gaps = np.maximum(along_b.min(axis=1) - along_a.max(axis=1), along_a.min(axis=1) - along_b.max(axis=1))
    return float(gaps.max())


def _polygon_around(spot: Spot, radius: float) -> Array:
    """A regular polygon that holds the circle."""
    turns = 2 * math.pi * (np.arange(_ROUND_SIDES) + 0.5) / _ROUND_SIDES
    outer = radius / math.cos(math.pi / _ROUND_SIDES)
    return np.asarray(np.array(spot) + outer * np.column_stack([np.cos(turns), np.sin(turns)]), dtype=np.float64)


def on_table(spots: Sequence[Spot]) -> bool:
    """Whether all points lie within the part of the table for objects."""
    return all(TABLE_X[0] <= x <= TABLE_X[1] and TABLE_Y[0] <= y <= TABLE_Y[1] for x, y in spots)
