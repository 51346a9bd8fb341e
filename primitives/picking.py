"""Picking up: choose a grasp, go down on it, close, make sure by contact, lift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied_codeact.errors import PrimitiveError
from embodied_codeact.primitives.arm_arguments import shown
from embodied_codeact.primitives.arm_errors import Collision, NothingGrasped, ObjectSlipped, OutOfReach
from embodied_codeact.primitives.arm_types import Array, MotionResult, Pose, SceneObject
from embodied_codeact.primitives.grasps import Grasp, grasps, openings
from embodied_codeact.primitives.handling import UNKNOWN, Handling, Held, raised
from embodied_codeact.primitives.rotations import pointing_down, wrap
from embodied_codeact.primitives.shapes import HOLLOW, bottom, rests_on

APPROACH = 0.10
"""How far above a grasp the straight way down begins, m."""
LIFT = 0.15
"""How far a picked object is lifted, m."""

_DOWN_SPEED = 0.6
_LIFT_SPEED = 0.7
_CAME_OFF = 0.01
"""m; an object that was lifted so far stands on nothing any more."""
_STILL = 0.002
"""m; an arm that moved less than this has not begun its motion."""
_SAME_WIDTH = 0.002
"""m; fingers this near to a width are there."""


class Picking:
    """Picks objects up with one arm."""

    def __init__(self, handling: Handling) -> None:
        self._handling = handling
        self._backend = handling.backend

    def pick(self, name: object, force: float, turn: float = 0.0) -> MotionResult:
        """Pick up an object in such a way that it can be put down again turned by ``turn``, rad.

        Raises:
            UnknownObject, LimitExceeded, OutOfReach, Collision: it cannot be grasped; says why.
            NothingGrasped: the fingers met nothing.
            ObjectSlipped: it was lost while it was lifted.
        """
        handling = self._handling
        handling.require_empty()
        thing, others = handling.find("object", name)
        above = [other.name for other in others if rests_on(other, thing)]
        if above and thing.kind not in HOLLOW:
            raise Collision(f"{above[0]!r} stands on {thing.name!r}: pick {above[0]!r} first and place it elsewhere")
        ways = self._reachable(thing, grasps(thing, self._backend.limits.gripper_width), turn)
        grasp = self._approach(thing, others, ways)
        self._close(thing, grasp, force)
        return self._lift(thing, force)

    def _reachable(self, thing: SceneObject, found: Sequence[Grasp], turn: float) -> list[tuple[Grasp, Array]]:
        """Return the grasps within reach with the joint positions of each, the least travel first.

        Raises:
            OutOfReach: there are none.
        """
        now = self._backend.joints().positions
        ways: list[tuple[float, Grasp, Array]] = []
        missed: OutOfReach | None = None
        for grasp in found:
            try:
                before = self._backend.inverse(pose_of(grasp, APPROACH))
                joints = self._backend.inverse(pose_of(grasp))
                if turn:
                    self._backend.inverse(pose_of(grasp, turn=turn))
            except OutOfReach as error:
                missed = error
                continue
            ways.append((float(np.abs(before - now).max()) + grasp.penalty, grasp, joints))
        if not ways:
            raise OutOfReach(f"{thing.name!r} at {shown(thing.position)} cannot be grasped: {missed}")
        ways.sort(key=lambda way: way[0])
        return [(grasp, joints) for _, grasp, joints in ways]

    def _approach(
        self, thing: SceneObject, others: Sequence[SceneObject], ways: Sequence[tuple[Grasp, Array]]
    ) -> Grasp:
        """Go down on the object by the first way that is free; return the grasp.

        Raises:
            Collision: none is free.
        """
        opening = self._backend.limits.gripper_width
        met: PrimitiveError | str = ""
        for grasp, joints in ways:
            blocked = None
            for width in openings(grasp, opening, others):
                self._open(width)
                blocked = self._backend.blocked_by(joints, touching=[thing.name])
                if blocked is None:
                    break
            if blocked is not None:
                met = met or f"the gripper would hit {blocked!r}"
                continue
            try:
                self._handling.move(pose_of(grasp, APPROACH))
                self._handling.move(pose_of(grasp), straight=True, speed=_DOWN_SPEED, touching=[thing.name])
            except (Collision, OutOfReach) as error:
                met = met or error
                self._retreat(thing)
                continue
            return grasp
        raise Collision(f"{thing.name!r} cannot be grasped from above: {met}; move what is in the way, or push")

    def _open(self, width: float) -> None:
        if abs(self._backend.gripper().width - width) > _SAME_WIDTH:
            self._backend.move_gripper(width, force=self._backend.limits.gripper_force)

    def _retreat(self, thing: SceneObject) -> None:
        """Go up again when the fingers came down on something; the error that led here is the one to tell."""
        low = self._backend.tool().position[2] < thing.top + APPROACH / 2
        if low:
            self._handling.rise(APPROACH, touching=[thing.name])

    def _close(self, thing: SceneObject, grasp: Grasp, force: float) -> None:
        """Close the fingers on the object, and remember how it sits between them.

        Raises:
            NothingGrasped: there is nothing between them, or something else.
        """
        holding = self._backend.move_gripper(0.0, force=force).holding
        if holding not in (thing.name, UNKNOWN):
            self._open(min(grasp.width + 0.02, self._backend.limits.gripper_width))
            self._retreat(thing)
            what = "met nothing" if holding is None else f"met {holding!r}"
            raise NothingGrasped(
                f"the fingers closed at {shown(grasp.position)} and {what} instead of {thing.name!r}: "
                f"look where it is now with scene.find, and try again"
            )
        tool = self._backend.tool()
        expected = Held.seen(thing, tool)
        if grasp.across:
            expected = expected.in_the_middle()
        self._handling.grasped(self._handling.measured(expected))

    def _lift(self, thing: SceneObject, force: float) -> MotionResult:
        """Lift the object and make sure that it came along.

        Raises:
            Collision: the way up is blocked, or something was met on it; the object is still held.
            ObjectSlipped: it did not come along.
        """
        start = self._backend.tool().position[2]
        failure: ObjectSlipped | Collision | None = None
        try:
            motion = self._handling.rise(LIFT, speed=_LIFT_SPEED, touching=self._below(thing))
        except (ObjectSlipped, Collision) as error:
            if isinstance(error, Collision) and abs(self._backend.tool().position[2] - start) < _STILL:
                raise
            # What is too heavy does not come off what it stands on: the motion ends as if it had met something.
            seen = self._handling.seen(thing.name)
            if isinstance(error, Collision) and seen is not None and bottom(seen) - bottom(thing) > _CAME_OFF:
                raise
            failure = error
        else:
            if self._backend.gripper().holding is not None:
                return self._handling.result(motion)
        limits = self._backend.limits
        self._handling.grasped(None)
        if self._backend.gripper().holding is not None:
            self._open(limits.gripper_width)
            self._retreat(thing)
        raise ObjectSlipped(
            f"{thing.name!r} did not come along when it was lifted, gripped with {force:g} N: grip harder "
            f"(force up to {limits.gripper_force:g}), or leave it: it may be too heavy"
        ) from failure

    def _below(self, thing: SceneObject) -> list[str]:
        """What the object may rub against as it leaves its place: what it stands on or in."""
        return [other.name for other in self._handling.things() if rests_on(thing, other)]


def pose_of(grasp: Grasp, above: float = 0.0, turn: float = 0.0) -> Pose:
    """Return the tool's pose at a grasp, or ``above`` it by so many metres, or turned by ``turn`` rad."""
    return raised(Pose(grasp.position, pointing_down(wrap(grasp.yaw + turn))), above)
