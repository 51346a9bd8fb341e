"""Where to grasp an object from above: places and turns of the gripper, with the width that is between the fingers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import Array, SceneObject
from embodied_codeact.primitives.rotations import matrix
from embodied_codeact.primitives.shapes import FLAT, HOLLOW, ROUND, Footprint, bottom, footprint, in_the_way

FINGERTIP = 0.008
"""How far the fingertips reach beyond the tool point, m (Franka hand)."""
FINGER_DEPTH = 0.039
"""From the tool point up to the palm, m (Franka hand)."""
FINGER_THICKNESS = 0.027
"""Of a finger where it is thickest, along the line on which the fingers open, m (Franka hand)."""
FINGER_BREADTH = 0.021
"""Of a finger, across that line, m (Franka hand)."""

STRADDLE = (0.025, 0.016, 0.010)
"""How much wider than an object the fingers open before they go down on it, m: as much as its neighbours allow."""
_TABLE_GAP = 0.005
"""Between fingertips and what an object stands on, m."""
_PALM_GAP = 0.006
"""Between the palm and the top of an object, m."""
_FIT = 0.006
"""What an object must be narrower than the opening, m."""
_LEVEL = math.sin(math.radians(20))
"""How far from level a line between two faces may be: the height over the length."""
_BOXES = frozenset({"block", "lego brick", "jenga piece"})
_WALL = 0.008
"""A rim between the fingers is about that thick, m."""
_RIM_DEPTH = 0.012
"""How far below the rim of a bowl or tray the tool goes, m."""


@dataclass(frozen=True, eq=False)
class Grasp:
    """One way to grasp. ``position``: (3,) m, of the tool. ``yaw``: rad, of a tool that points down. ``width``: m
    between the fingers once they have closed. ``across``: they meet opposite sides, equally far from the middle.
    ``penalty``: rad of joint travel that a better grasp is worth."""

    position: Array
    yaw: float
    width: float
    across: bool = False
    penalty: float = 0.0


def grasps(thing: SceneObject, opening: float) -> list[Grasp]:
    """Return the ways to grasp an object with a gripper that opens to ``opening`` m, each in both directions.

    Raises:
        LimitExceeded: it is too wide, or flat.
    """
    if thing.kind in FLAT:
        raise LimitExceeded(f"{thing.name!r} is painted on the table: it cannot be picked up")
    if thing.kind in HOLLOW:
        found = _rim_grasps(thing)
    elif thing.kind in _BOXES:
        found = _face_grasps(thing)
    else:
        found = _round_grasps(thing)
    fitting = [grasp for grasp in found if grasp.width <= opening - _FIT]
    if not fitting:
        narrowest = min((grasp.width for grasp in found), default=float(min(thing.size)))
        raise LimitExceeded(
            f"{thing.name!r} is {narrowest:.3f} m wide, and the gripper opens {opening:.3f} m: "
            f"it can be pushed, not picked"
        )
    return [replace(each, yaw=each.yaw + turn) for each in fitting for turn in (0.0, math.pi)]


def openings(grasp: Grasp, opening: float, others: Iterable[SceneObject]) -> list[float]:
    """Return how far to open the fingers for a grasp, m: as wide as they go down well beside the neighbours, and
    hardly wider than the object, for neighbours that are not quite where they seem."""
    wide = widest(grasp.position, grasp.yaw, grasp.width, STRADDLE, opening, others)
    narrow = min(grasp.width + STRADDLE[-1], opening)
    return [wide] if wide == narrow else [wide, narrow]


def widest(
    position: Array,
    yaw: float,
    width: float,
    extras: tuple[float, ...],
    opening: float,
    others: Iterable[SceneObject],
) -> float:
    """Return the widest of ``width`` and an extra at which fingers around ``position`` touch none of ``others``; the
    narrowest where all do."""
    neighbours = list(others)
    low = float(position[2]) - FINGERTIP
    line = np.array([math.sin(yaw), -math.cos(yaw)])
    for extra in extras:
        wide = min(width + extra, opening)
        sides = [position[:2] + side * (wide + FINGER_THICKNESS) / 2 * line for side in (-1.0, 1.0)]
        half = np.array([FINGER_THICKNESS, FINGER_BREADTH]) / 2
        fingers = [Footprint(side, line, half) for side in sides]
        if not any(in_the_way(finger, low, low + FINGER_DEPTH, neighbours) for finger in fingers):
            return wide
    return min(width + extras[-1], opening)


def _height(thing: SceneObject) -> float:
    """How high the tool is when the fingers reach about the middle of an object."""
    palm = float(thing.top) - FINGER_DEPTH + _PALM_GAP
    return max(float(thing.position[2]), bottom(thing) + FINGERTIP + _TABLE_GAP, palm)


def _yaw(line: Array) -> float:
    """The yaw at which the fingers open along ``line`` (2,), a unit vector."""
    return math.atan2(line[0], -line[1])


def _face_grasps(thing: SceneObject) -> list[Grasp]:
    """Between opposite faces that stand upright, or nearly so: the lines through them are level."""
    axes = matrix(thing.orientation)
    position = np.array([*thing.position[:2], _height(thing)])
    found = []
    for axis, size in zip(axes.T, thing.size, strict=True):
        if abs(axis[2]) <= _LEVEL:
            line = axis[:2] / np.linalg.norm(axis[:2])
            # Narrow pairs leave more room to be off, and their fingers do not reach far out.
            found.append(Grasp(position, _yaw(line), float(size), across=True, penalty=5.0 * float(size)))
    return found


def _round_grasps(thing: SceneObject) -> list[Grasp]:
    """Across an object of any shape, from several sides; across its own axes first."""
    outline = footprint(thing)
    position = np.array([*thing.position[:2], _height(thing)])
    found = []
    for index in range(6):
        turn = index * math.pi / 6
        line = math.cos(turn) * outline.along + math.sin(turn) * outline.across
        # Between its axes an object is taken for an ellipse.
        extent = 2 * math.hypot(outline.half[0] * math.cos(turn), outline.half[1] * math.sin(turn))
        slanted = 0.0 if index % 3 == 0 or thing.kind in ROUND else 0.4
        found.append(Grasp(position, _yaw(line), extent, across=thing.kind in ROUND, penalty=slanted + 15.0 * extent))
    return found


def _rim_grasps(thing: SceneObject) -> list[Grasp]:
    """Over the wall of a bowl or tray, one finger inside and one outside."""
    outline = footprint(thing)
    height = max(float(thing.top) - _RIM_DEPTH, bottom(thing) + FINGERTIP + _TABLE_GAP)
    count = 12 if thing.kind in ROUND else 4
    found = []
    for index in range(count):
        turn = 2 * math.pi * index / count
        line = math.cos(turn) * outline.along + math.sin(turn) * outline.across
        reach = float(outline.half[0]) if thing.kind in ROUND else outline.reach(line)
        rim = outline.center + (reach - _WALL / 2) * line
        found.append(Grasp(np.array([*rim, height]), _yaw(line), _WALL))
    return found
