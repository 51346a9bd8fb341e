"""Putting down: where the held object shall stand, how the wrist turns for it, and letting go without a bump."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import check_known, check_name, check_vector, check_workspace, shown
from embodied_codeact.primitives.arm_errors import Collision, ObjectSlipped, OutOfReach
from embodied_codeact.primitives.arm_types import ArmLimits, Array, MotionResult, Pose, SceneObject
from embodied_codeact.primitives.grasps import widest
from embodied_codeact.primitives.handling import Handling, Held, raised
from embodied_codeact.primitives.picking import APPROACH
from embodied_codeact.primitives.rotations import heading, wrap
from embodied_codeact.primitives.shapes import (
    FLAT,
    HOLLOW,
    Footprint,
    bottom,
    half_height,
    in_the_way,
    is_within,
    room_inside,
    spots,
    support_height,
)

_CLEARANCES = (0.0015, 0.004, 0.008, 0.015)
"""Between the held object's bottom and what it is put on, m: the least at which nothing is hit."""
_HOLLOW_CLEARANCES = (0.003, 0.010, 0.020, 0.035)
_RELEASE = (0.040, 0.025, 0.015, 0.008, 0.005)
"""How much wider than what they held the fingers open, m: as much as the neighbours allow."""
_HOLLOW_RELEASE = (0.020, 0.012, 0.008)
_RELEASES = 3
"""How often the fingers are opened when something sticks to them."""
_OPENED = 0.004
"""m; fingers this near to a width have opened to it."""
_SQUEEZE = 10.0
"""N."""
_DOWN_SPEED = 0.4
_TOUCHDOWN = 0.015
"""A descent that meets something this near to its end has arrived, m."""
_SETTLING = 0.25
"""Time for what was put down to come to rest, s."""
_STRAYED = 0.03
"""An object further than this from where it was put, over the ground or in height, did not stay there, m."""
_SHRINK = -0.002
"""Footprints may overlap by so much at each side before a place counts as taken, m: what touches does not overlap."""
_APART = 0.075
"""Blocks whose centres are this far apart leave room for fingers between them, m."""
_OVERHANG = 0.02
"""How far an object may stick out over the edge of a zone where there is no room left on it, m."""
_PLACES_TRIED = 4
_STEP = 0.006
"""Heights this near to a surface belong to it, m."""


@dataclass(frozen=True, eq=False)
class Goal:
    """Where something shall stand. ``height``: m, of the surface. ``support``: what has that surface, None for the
    table. ``room``: where on it, when any place will do; else exactly at ``center`` (2,)."""

    center: Array
    height: float
    support: SceneObject | None = None
    room: Footprint | None = None

    @property
    def hollow(self) -> bool:
        """Whether it is in a bowl or tray."""
        return self.support is not None and self.support.kind in HOLLOW

    @property
    def touched(self) -> list[str]:
        """The name of the support, where it may be touched as something solid is put on it."""
        return [self.support.name] if self.support is not None and self.support.kind not in FLAT else []


@dataclass(frozen=True, eq=False)
class _Way:
    """How to put something down: ``tool`` at the end, and the ``base`` (3,) m where the object's bottom then is."""

    tool: Pose
    base: Array


class Placing:
    """Puts down what one arm holds."""

    def __init__(self, handling: Handling) -> None:
        self._handling = handling
        self._backend = handling.backend

    def place(self, target: Any, yaw: float | None) -> MotionResult:
        """Put down what is held at a target: a name, [x, y] or [x, y, z].

        The result's ``position_error`` is nan where the object is not seen any more.

        Raises:
            NothingGrasped: nothing is held.
            InvalidArgument: the target is what is held, or none at all.
            UnknownObject, OutOfReach, Collision: it cannot be put there; says why.
            ObjectSlipped: it was lost on the way, or did not stay where it was put.
        """
        held = self._handling.holding()
        others = [thing for thing in self._handling.things() if thing.name != held.name]
        goal = find_goal(target, others, held.name, self._backend.limits)
        way = self._way(held, goal, others, _tool_yaws(held, heading(self._backend.tool().orientation), yaw))
        self._descend(goal, way)
        self._release(goal, others)
        motion = self._handling.rise(APPROACH, touching=[held.name, *goal.touched])
        self._handling.grasped(None)
        return self._handling.result(motion, self._error(held, goal, way))

    def _way(self, held: Held, goal: Goal, others: Sequence[SceneObject], yaws: Sequence[float]) -> _Way:
        """Return the first way that is within reach and free.

        Raises:
            OutOfReach, Collision: there is none.
        """
        problem: OutOfReach | Collision | None = None
        for yaw in yaws:
            try:
                for base in _free_bases(held, goal, others, yaw):
                    try:
                        return self._free_way(held, goal, base, yaw)
                    except (OutOfReach, Collision) as error:
                        problem = problem or error
            except Collision as error:
                # The best place without needless turns is the one to explain.
                problem = problem or error
        assert problem is not None
        raise problem

    def _free_way(self, held: Held, goal: Goal, base: Array, yaw: float) -> _Way:
        touching = [] if goal.hollow else goal.touched
        blocked: str | None = None
        for clearance in _HOLLOW_CLEARANCES if goal.hollow else _CLEARANCES:
            lifted = base + np.array([0.0, 0.0, clearance])
            tool = held.tool_for(lifted, yaw)
            try:
                self._backend.inverse(raised(tool, APPROACH))
                joints = self._backend.inverse(tool)
            except OutOfReach as error:
                raise OutOfReach(f"{held.name!r} cannot be put at {shown(base)}: {error}") from error
            found = self._backend.blocked_by(joints, touching=touching)
            if found is None:
                return _Way(tool, lifted)
            blocked = blocked or found
        raise Collision(f"{held.name!r} cannot be put at {shown(base)}: arm or object would hit {blocked!r} there")

    def _descend(self, goal: Goal, way: _Way) -> None:
        self._handling.move(raised(way.tool, APPROACH))
        try:
            self._handling.move(way.tool, straight=True, speed=_DOWN_SPEED, touching=goal.touched)
        except Collision:
            if self._backend.tool().position[2] - way.tool.position[2] > _TOUCHDOWN:
                raise

    def _release(self, goal: Goal, others: Sequence[SceneObject]) -> None:
        limits = self._backend.limits
        tool = self._backend.tool()
        neighbours = [thing for thing in others if goal.support is None or thing.name != goal.support.name]
        extras = _HOLLOW_RELEASE if goal.hollow else _RELEASE
        width = self._backend.gripper().width
        yaw = heading(tool.orientation)
        opened = widest(tool.position, yaw, width, extras, limits.gripper_width, neighbours)
        for _ in range(_RELEASES):
            state = self._backend.move_gripper(opened, force=limits.gripper_force)
            if state.holding is None and state.width > opened - _OPENED:
                return
            # A surface may stick to a finger; pressed once more, it comes off.
            self._backend.move_gripper(width, force=_SQUEEZE)

    def _error(self, held: Held, goal: Goal, way: _Way) -> float:
        """Return how far from where it was put the object came to rest, over the ground, m; nan where it is not seen.

        Raises:
            ObjectSlipped: it did not stay there.
        """
        self._backend.wait(_SETTLING)
        if self._backend.gripper().holding is not None:
            raise ObjectSlipped(
                f"{held.name!r} was put down and still hangs on a finger: gripper.open(), and look again"
            )
        seen = self._handling.seen(held.name)
        if seen is None:
            return math.nan
        error = math.dist(seen.position[:2], way.base[:2])
        if goal.hollow and goal.support is not None:
            stayed = is_within(seen.position, goal.support)
        else:
            stayed = error <= _STRAYED and abs(bottom(seen) - goal.height) <= _STRAYED
        if not stayed:
            raise ObjectSlipped(
                f"{held.name!r} did not stay where it was put: it is at {shown(seen.position)} now; pick it up again"
            )
        return error


def find_goal(target: Any, others: Sequence[SceneObject], held: str, limits: ArmLimits) -> Goal:
    """Return what a target means: a name, [x, y] or [x, y, z]. ``held``: the name of what shall be put there.

    Raises:
        InvalidArgument: it is none of these, or what is held.
        UnknownObject: there is nothing of that name.
        OutOfReach: the point is outside of the workspace.
    """
    if isinstance(target, str) or hasattr(target, "name"):
        name = check_name("target", target)
        if name == held:
            raise InvalidArgument(f"{name!r} is what is held: name another object, or [x, y]")
        check_known(name, (thing.name for thing in others))
        support = next(thing for thing in others if thing.name == name)
        room = room_inside(support) if support.kind in HOLLOW | FLAT else None
        return Goal(support.position[:2], support_height(support), support, room)
    point = check_vector("target", target, (2, 3), "the name of an object, [x, y] or [x, y, z] in metres")
    lowest = float(limits.workspace_lower[2])
    # The table lies below the lowest place of the tool, which stays above what it puts something on.
    on_table = len(point) == 2 or -_STEP <= point[2] <= lowest
    check_workspace(np.array([*point[:2], lowest if on_table else point[2]]), limits)
    under = [thing for thing in others if is_within(point, thing)]
    if len(point) == 3:
        near = [thing for thing in under if abs(support_height(thing) - point[2]) < _STEP]
        return Goal(point[:2], float(point[2]), near[0] if near else None)
    highest = max(under, key=lambda thing: (support_height(thing), thing.kind not in FLAT), default=None)
    return Goal(point[:2], support_height(highest) if highest else 0.0, highest)


def _tool_yaws(held: Held, now: float, yaw: float | None) -> list[float]:
    """Return the tool's yaws that put the object down as asked, the best first; turns that look the same follow."""
    first = now if yaw is None else yaw - held.yaw
    turns = [0.0]
    size = held.thing.size
    if held.thing.kind == "block" or yaw is None:
        turns.append(math.pi)
        if yaw is None or abs(size[0] - size[1]) < 0.002:
            turns += [math.pi / 2, -math.pi / 2]
    return [wrap(first + turn) for turn in turns]


def _free_bases(held: Held, goal: Goal, others: Sequence[SceneObject], tool_yaw: float) -> list[Array]:
    """Return places (3,) for the middle of the object's bottom where nothing else stands, the best first.

    Raises:
        Collision: the place is taken.
    """
    outline = held.outline(tool_yaw)
    tall = 2 * half_height(held.thing.size, held.at(held.tool_for(np.zeros(3), tool_yaw)).orientation)
    solid = [thing for thing in others if goal.support is None or thing.name != goal.support.name]
    free: list[Array] = []
    taken: list[SceneObject] = []
    for place in _places(goal, outline, solid):
        room = outline.moved_to(place).grown(_SHRINK)
        occupied = in_the_way(room, goal.height + _STEP, goal.height + tall, solid)
        if not occupied:
            free.append(np.array([*place, goal.height]))
        if len(free) == _PLACES_TRIED:
            return free
        taken = taken or occupied
    if free:
        return free
    height = max(float(thing.top) for thing in taken)
    if goal.hollow and goal.room is not None:
        # What does not fit beside the rest is let go above it, where it finds most room.
        return [np.array([*_places(goal, outline, solid)[0], height])]
    names = " and ".join(repr(thing.name) for thing in taken)
    raise Collision(
        f"{held.name!r} cannot be put at {shown(goal.center)}: {names} takes that place; place it elsewhere "
        f"(scene.free_spot finds room), or on top with z = {height:.3f}"
    )


def _places(goal: Goal, outline: Footprint, solid: Sequence[SceneObject]) -> list[Array]:
    """Return places (2,) for an object, the best first: in the middle, or far from what is there already."""
    if goal.room is None or goal.support is None:
        return [goal.center]
    support = goal.support
    there = [thing.position[:2] for thing in solid if is_within(thing.position, support)]

    def crowded(place: Array) -> float:
        return -min([_APART, *(math.dist(place, other) for other in there)])

    places = sorted(spots(goal.room, outline), key=crowded)
    if support.kind in FLAT:
        places += sorted(spots(goal.room.grown(_OVERHANG), outline), key=crowded)
    return places
