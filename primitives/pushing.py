"""Pushing along the table: strokes from behind with closed fingers, each aimed anew at where the object is now."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument, PrimitiveError
from embodied_codeact.primitives.arm_arguments import check_vector, check_workspace, shown
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, ObjectSlipped, OutOfReach
from embodied_codeact.primitives.arm_types import Array, MotionResult, Pose, SceneObject
from embodied_codeact.primitives.grasps import FINGER_DEPTH, FINGERTIP
from embodied_codeact.primitives.handling import Handling, raised
from embodied_codeact.primitives.rotations import pointing_down, wrap
from embodied_codeact.primitives.shapes import FLAT, Footprint, bottom, footprint, in_the_way

TOLERANCE = 0.01
"""How far from the target an object may come to rest, m."""

_STROKES = 6
_GOOD_ENOUGH = 0.006
"""Strokes end when the object is this near, m: another one would hardly better it."""
_RUN_UP = 0.02
"""Between fingers and object before a stroke, m."""
_ABOVE = 0.10
"""How far above the table fingers travel between strokes, m."""
_CONTACT = 0.0095
"""From the tool point to the face of the closed fingers that pushes, m (Franka hand)."""
_HALF_FACE = 0.014
"""Half of that face's width, m."""
_MOVED = 0.001
"""An object that moved less than this did not move, m."""
_FEEL = 0.006
"""How much further the next stroke goes when one has not met the object, m."""
_LOW = 0.35
"""Share of an object's height at which it is pushed: low, so that it slides and does not tip."""


@dataclass(frozen=True, eq=False)
class _Stroke:
    """One push. ``direction``: (2,) unit vector. ``start``, ``end``: (3,) m, of the tool. ``middle``: (2,) m, the
    object's before."""

    direction: Array
    start: Array
    end: Array
    middle: Array

    @classmethod
    def towards(cls, goal: Array, thing: SceneObject, closer: float) -> _Stroke:
        """Return the stroke that brings an object to a goal (2,), when the fingers meet it ``closer`` m nearer to its
        middle than its size says."""
        middle = thing.position[:2]
        direction = (goal - middle) / np.linalg.norm(goal - middle)
        depth = _reach_back(footprint(thing), direction) + _CONTACT
        height = _push_height(thing)
        start = np.array([*(middle - direction * (depth + _RUN_UP)), height])
        return cls(direction, start, np.array([*(goal - direction * (depth - closer)), height]), middle)

    def missed(self, thing: SceneObject) -> bool:
        """Return whether an object is still where it was: the fingers did not meet it, or the hand hides it."""
        return math.dist(thing.position[:2], self.middle) < _MOVED

    def lesson(self, thing: SceneObject, closer: float) -> float:
        """Return how much closer the fingers come than the object's size says, from where it is after the stroke."""
        if self.missed(thing):
            return closer + _FEEL
        depth = _reach_back(footprint(thing), self.direction) + _CONTACT
        return depth - float((thing.position[:2] - self.end[:2]) @ self.direction)


class Pushing:
    """Pushes objects with one arm."""

    def __init__(self, handling: Handling) -> None:
        self._handling = handling
        self._backend = handling.backend

    def push(self, name: object, target: Any, speed: float) -> MotionResult:
        """Push an object along the table until its centre is at ``target``: [x, y] or the name of a zone.

        Raises:
            UnknownObject, LimitExceeded, OutOfReach, Collision: it cannot be pushed there; says why.
            PrimitiveError: it did not get there.
        """
        handling = self._handling
        handling.require_empty()
        thing, others = handling.find("object", name)
        goal = self._goal(target)
        if thing.kind in FLAT:
            raise LimitExceeded(f"{thing.name!r} is painted on the table: it cannot be pushed")
        _check_way(thing, goal, others)
        self._backend.move_gripper(0.0, force=min(20.0, self._backend.limits.gripper_force))
        motion: MotionResult | None = None
        closer = 0.0
        for _ in range(_STROKES):
            if math.dist(thing.position[:2], goal) <= _GOOD_ENOUGH:
                break
            stroke = _Stroke.towards(goal, thing, closer)
            motion = self._carry_out(stroke, thing, speed)
            thing, _ = handling.find("object", thing.name)
            if stroke.missed(thing):
                handling.step_aside(thing)
                thing, _ = handling.find("object", thing.name)
            closer = stroke.lesson(thing, closer)
        missed = math.dist(thing.position[:2], goal)
        if missed > TOLERANCE:
            raise PrimitiveError(
                f"{thing.name!r} was pushed to {shown(thing.position[:2])}, {missed:.3f} m from {shown(goal)}: "
                f"push again, or pick and place it"
            )
        if motion is None:
            motion = handling.move(self._backend.tool(), straight=True)
        return handling.result(motion, missed)

    def _goal(self, target: Any) -> Array:
        if isinstance(target, str) or hasattr(target, "name"):
            zone, _ = self._handling.find("target", target)
            if zone.kind not in FLAT:
                raise InvalidArgument(f"an object can be pushed to [x, y] or onto a zone, not to {zone.name!r}")
            return zone.position[:2]
        point = check_vector("target", target, 2, "2 numbers [x, y] in metres, or the name of a zone")
        limits = self._backend.limits
        return check_workspace(np.array([*point, limits.workspace_lower[2]]), limits)[:2]

    def _carry_out(self, stroke: _Stroke, thing: SceneObject, speed: float) -> MotionResult:
        """Push once, and go up again."""
        yaw = self._yaw(stroke, thing)
        before = Pose(stroke.start, pointing_down(yaw))
        handling = self._handling
        handling.move(raised(before, _ABOVE))
        # Near the arm's foot the straight way down may be closed to it; another one may not.
        try:
            handling.move(before, straight=True)
        except OutOfReach:
            handling.move(before)
        touching = [thing.name]
        handling.move(Pose(stroke.end, before.orientation), straight=True, speed=speed, touching=touching)
        back = Pose(stroke.end - [*(stroke.direction * _RUN_UP), 0.0], before.orientation)
        # Both fingers press on the object as if they held it; here losing it is what is wanted.
        with contextlib.suppress(ObjectSlipped):
            handling.move(back, straight=True, touching=touching)
        return handling.rise(_ABOVE, touching=touching)

    def _yaw(self, stroke: _Stroke, thing: SceneObject) -> float:
        """Return the yaw that turns the broad side of the closed fingers towards the object.

        Raises:
            OutOfReach, Collision: the fingers cannot get behind the object, or not to the end.
        """
        broad = math.atan2(stroke.direction[1], stroke.direction[0])
        missed: OutOfReach | None = None
        ways: list[tuple[float, float, Array]] = []
        now = self._backend.joints().positions
        for yaw in (wrap(broad), wrap(broad + math.pi)):
            try:
                joints = self._backend.inverse(Pose(stroke.start, pointing_down(yaw)))
                self._backend.inverse(Pose(stroke.end, pointing_down(yaw)))
            except OutOfReach as error:
                missed = error
                continue
            ways.append((float(np.abs(joints - now).max()), yaw, joints))
        if not ways:
            raise OutOfReach(f"the arm cannot get behind {thing.name!r} and push it that way: {missed}")
        _, yaw, joints = min(ways, key=lambda way: way[0])
        blocked = self._backend.blocked_by(joints)
        if blocked is not None:
            raise Collision(f"there is no room behind {thing.name!r} for the fingers: {blocked!r} is in the way")
        return yaw


def _push_height(thing: SceneObject) -> float:
    """How high the tool is as it pushes: low on the object, with the palm above it."""
    low = bottom(thing)
    lowest = low + FINGERTIP + 0.004
    return max(lowest, low + _LOW * (float(thing.top) - low), float(thing.top) - FINGER_DEPTH + 0.006)


def _reach_back(outline: Footprint, direction: Array) -> float:
    """How far from the centre the fingers' face meets the object when it is pushed in ``direction``, m."""
    sideways = np.array([-direction[1], direction[0]])
    axes = np.stack([outline.along, outline.across])
    furthest = 0.0
    for offset in np.linspace(-_HALF_FACE, _HALF_FACE, 9):
        # Along this line the rectangle ends where the first of its sides is crossed.
        start, slope = axes @ (offset * sideways), axes @ -direction
        exits = [
            (half - math.copysign(1.0, rate) * at) / abs(rate)
            for half, at, rate in zip(outline.half, start, slope, strict=True)
            if abs(rate) > 1e-9
        ]
        furthest = max(furthest, min(exits))
    return furthest


def _check_way(thing: SceneObject, goal: Array, others: Sequence[SceneObject]) -> None:
    """Make sure that the object meets nothing on its way.

    Raises:
        Collision: something stands there.
    """
    outline = footprint(thing).grown(0.002)
    way = goal - thing.position[:2]
    steps = max(2, math.ceil(float(np.linalg.norm(way)) / 0.01))
    for share in np.linspace(0.0, 1.0, steps)[1:]:
        room = outline.moved_to(thing.position[:2] + share * way)
        met = in_the_way(room, bottom(thing) + 0.006, float(thing.top), others)
        if met:
            raise Collision(
                f"{met[0].name!r} is in the way of {thing.name!r} to {shown(goal)}: move it away, or push round it"
            )
