"""What all skills share: looking, moving step by step, and knowing how the held object sits between the fingers."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import check_known, check_name
from embodied_codeact.primitives.arm_backend import ArmBackend, Perception
from embodied_codeact.primitives.arm_errors import Collision, NothingGrasped, OutOfReach
from embodied_codeact.primitives.arm_types import Array, MotionResult, Pose, SceneObject
from embodied_codeact.primitives.rotations import conjugate, heading, matrix, multiply, pointing_down, wrap
from embodied_codeact.primitives.shapes import Footprint, footprint, half_height

UNKNOWN = "unknown object"
"""How a gripper calls what has no name."""

_BELIEVED = 0.05
"""How far from where it is expected a held object may be perceived, m: it may tilt. What is further is another one."""
_ASIDE = (0.25, 0.25, 0.35)
"""Where the hand is out of the way, m, on the left."""
_NEAR_TOOL = 0.12
"""How far from the tool the centre of something between the fingers may be, m."""


@dataclass(frozen=True, eq=False)
class Held:
    """An object between the fingers. ``position``: (3,) m, its centre, and ``orientation``: (4,) xyzw, both in the
    tool's frame; ``yaw``: rad, its turn less the tool's. ``centred``: the fingers meet opposite sides of it."""

    thing: SceneObject
    position: Array
    orientation: Array
    yaw: float
    centred: bool = False

    @classmethod
    def seen(cls, thing: SceneObject, tool: Pose) -> Held:
        """Return how an object sits between the fingers of a tool."""
        inverse = conjugate(tool.orientation)
        return cls(
            thing,
            matrix(inverse) @ (thing.position - tool.position),
            multiply(inverse, thing.orientation),
            wrap(thing.yaw - heading(tool.orientation)),
        )

    def in_the_middle(self) -> Held:
        """Return the same with its centre in the middle between the fingers, to which they bring what they close on;
        that is surer than what was seen before."""
        return replace(self, position=self.position * np.array([1.0, 0.0, 1.0]), centred=True)

    @property
    def name(self) -> str:
        """The object's name."""
        return self.thing.name

    def at(self, tool: Pose) -> SceneObject:
        """Return the object as it is when the tool is at a pose."""
        orientation = multiply(tool.orientation, self.orientation)
        position = tool.position + matrix(tool.orientation) @ self.position
        return replace(
            self.thing,
            position=position,
            orientation=orientation,
            yaw=wrap(heading(tool.orientation) + self.yaw),
            top=float(position[2]) + half_height(self.thing.size, orientation),
        )

    def outline(self, tool_yaw: float) -> Footprint:
        """Return the object's footprint when the tool points down with a yaw."""
        return footprint(self.at(Pose(np.zeros(3), pointing_down(tool_yaw))))

    def tool_for(self, base: Array, tool_yaw: float) -> Pose:
        """Return where the tool is, pointing down with a yaw, when the object's lowest point is at the height of
        ``base`` (3,) and its centre over it."""
        orientation = pointing_down(tool_yaw)
        offset = matrix(orientation) @ self.position
        low = offset[2] - half_height(self.thing.size, multiply(orientation, self.orientation))
        return Pose(base - np.array([offset[0], offset[1], low]), orientation)


def raised(pose: Pose, height: float) -> Pose:
    """Return a pose straight above another one, by ``height`` m."""
    return Pose(pose.position + np.array([0.0, 0.0, height]), pose.orientation)


class Handling:
    """A backend and a perception, used together by one skill after the other."""

    def __init__(self, backend: ArmBackend, perception: Perception) -> None:
        self.backend = backend
        self._perception = perception
        self._held: Held | None = None
        self._elapsed = 0.0

    def begin(self) -> None:
        """Start to count the time that a skill takes."""
        self._elapsed = 0.0

    def result(self, motion: MotionResult, position_error: float | None = None) -> MotionResult:
        """Return the last motion of a skill with the time of all of them."""
        error = motion.position_error if position_error is None else position_error
        return replace(motion, duration=self._elapsed, position_error=error)

    def things(self) -> list[SceneObject]:
        """Return everything that is perceived now."""
        return self._perception.objects()

    def find(self, parameter: str, value: Any) -> tuple[SceneObject, list[SceneObject]]:
        """Return the object of a name, and all others.

        Raises:
            UnknownObject: there is none.
        """
        things = self.things()
        name = check_known(check_name(parameter, value), (thing.name for thing in things))
        return next(each for each in things if each.name == name), [each for each in things if each.name != name]

    def seen(self, name: str) -> SceneObject | None:
        """Return the object of a name as it is perceived now, None where it is not."""
        return next((thing for thing in self.things() if thing.name == name), None)

    def move(
        self, pose: Pose, *, straight: bool = False, speed: float = 1.0, touching: Collection[str] = ()
    ) -> MotionResult:
        """Move the tool, and count the time."""
        motion = self.backend.move_tool(pose, straight=straight, speed=speed, touching=touching)
        self._elapsed += motion.duration
        return motion

    def rise(self, height: float, *, speed: float = 1.0, touching: Collection[str] = ()) -> MotionResult:
        """Move the tool straight up by ``height`` m, or as far as the arm can where that is less.

        Raises:
            OutOfReach: it cannot even rise by a quarter of it.
        """
        start = self.backend.tool()
        shares = (1.0, 0.7, 0.45, 0.25)
        for share in shares:
            try:
                return self.move(raised(start, share * height), straight=True, speed=speed, touching=touching)
            except OutOfReach:
                if share == shares[-1]:
                    raise
        raise AssertionError("the last share returns or raises")

    def step_aside(self, thing: SceneObject) -> None:
        """Move the hand to the near corner of the table away from an object, so that it hides it from no camera."""
        side = -math.copysign(_ASIDE[1], float(thing.position[1]))
        aside = Pose(np.array([_ASIDE[0], side, _ASIDE[2]]), self.backend.tool().orientation)
        # Where there is no way, the object is seen from where the hand is, or not.
        with contextlib.suppress(OutOfReach, Collision):
            self.move(aside)

    def require_empty(self) -> None:
        """Make sure that the gripper is free to take something.

        Raises:
            InvalidArgument: it holds something.
        """
        holding = self.backend.gripper().holding
        if holding is not None:
            raise InvalidArgument(f"the gripper already holds {holding!r}: arm.place it, or gripper.open() to drop it")
        self._held = None

    def grasped(self, held: Held | None) -> None:
        """Remember how what was grasped sits between the fingers; None when it was let go."""
        self._held = held

    def measured(self, expected: Held) -> Held:
        """Return how an object sits between the fingers now, from what is perceived where that can be believed."""
        seen = self.seen(expected.name)
        return expected if seen is None else self._agreed(expected, seen) or expected

    def holding(self) -> Held:
        """Return what is held and how, also when it was not a skill that grasped it.

        Raises:
            NothingGrasped: nothing is held, or nothing that can be seen.
        """
        name = self.backend.gripper().holding
        if name is None:
            self._held = None
            raise NothingGrasped("nothing is held: pick something first")
        if self._held is not None and name in (self._held.name, UNKNOWN):
            seen = self.seen(self._held.name)
            found = self._held if seen is None else self._agreed(self._held, seen)
            if found is not None:
                return found
        # The fingers may have been opened since, and closed in another place.
        self._held = None
        tool = self.backend.tool()
        near = [thing for thing in self.things() if thing.name == name]
        if name == UNKNOWN:
            near = [each for each in self.things() if np.linalg.norm(each.position - tool.position) < _NEAR_TOOL]
        if not near:
            raise NothingGrasped(
                f"what is held, {name!r}, is not seen: put it down with move_linear and gripper.open()"
            )
        return Held.seen(min(near, key=lambda each: float(np.linalg.norm(each.position - tool.position))), tool)

    def _agreed(self, expected: Held, seen: SceneObject) -> Held | None:
        """Return how an object that is seen sits between the fingers; None where that is not as expected."""
        now = Held.seen(seen, self.backend.tool())
        if np.linalg.norm(now.position - expected.position) > _BELIEVED:
            return None
        return now.in_the_middle() if expected.centred else now
