"""The ``arm`` object at the level of skills: what a script calls to pick, place, stack, push and turn objects."""

# ruff: noqa: A002 - a parameter called ``object`` is the word that scripts use for what they handle.

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm import MotionArm
from embodied_codeact.primitives.arm_arguments import (
    check_force,
    check_known,
    check_name,
    check_number,
    check_speed,
    check_touching,
)
from embodied_codeact.primitives.arm_backend import ArmBackend, Perception
from embodied_codeact.primitives.arm_types import Array, MotionResult
from embodied_codeact.primitives.gripper import DEFAULT_FORCE
from embodied_codeact.primitives.handling import Handling
from embodied_codeact.primitives.picking import Picking
from embodied_codeact.primitives.placing import Placing
from embodied_codeact.primitives.pushing import Pushing
from embodied_codeact.primitives.rotations import wrap
from embodied_codeact.primitives.shapes import bottom


class SkillArm(MotionArm):
    __doc__ = f"""{MotionArm.__doc__}
    Skills handle whole objects by name, choose and check grasps and ways themselves, and raise what hinders them:
    UnknownObject, OutOfReach, Collision (says with what), LimitExceeded (too wide for the gripper), NothingGrasped,
    ObjectSlipped. After an error look at the scene again: things may have moved.
    """

    def __init__(self, backend: ArmBackend, perception: Perception, **options: Any) -> None:
        super().__init__(backend, **options)
        self._handling = Handling(backend, perception)
        self._picking = Picking(self._handling)
        self._placing = Placing(self._handling)
        self._pushing = Pushing(self._handling)

    def pick(self, object: str, *, force: float = DEFAULT_FORCE) -> MotionResult:
        """Open, grasp an object from above with ``force`` newtons, make sure by contact, and lift it 0.15 m.

        >>> result = arm.pick("red block")
        >>> gripper.state().holding
        'red block'
        """
        due = check_force(force, self._backend.limits)
        self._handling.begin()
        return self._picking.pick(object, due)

    def place(self, target: str | Sequence[float] | Array, *, yaw: float | None = None) -> MotionResult:
        """Put down what is held, let go and go up.

        ``target``: a name (onto the middle of a block; into a bowl or tray or onto a zone, in the middle or beside what
        is there already), or where the middle of the object's bottom shall stand: [x, y] on the table or whatever is
        there, or [x, y, z] with z the height of the surface. ``yaw``: how the object shall be turned; without, as it is
        where that is possible. The result's ``position_error`` is how far from there the object came to rest, nan
        where it is not seen any more.

        >>> result = arm.pick("red block"), arm.place([0.5, -0.2], yaw=0.0)
        >>> scene.find("red block").position.round(2).tolist()
        [0.5, -0.2, 0.02]
        >>> result = arm.pick("green block"), arm.place("white bowl")
        >>> scene.is_inside("green block", "white bowl")
        True
        """
        turned = None if yaw is None else wrap(check_number("yaw", yaw, "an angle in radians"))
        self._handling.begin()
        return self._placing.place(target, turned)

    def stack(self, object: str, on: str) -> MotionResult:
        """Pick an object and place it on, or into, another one.

        >>> result = arm.stack("red block", "green block")
        >>> scene.is_on("red block", "green block")
        True
        """
        names = [thing.name for thing in self._handling.things()]
        upper, lower = (check_known(check_name(role, name), names) for role, name in (("object", object), ("on", on)))
        if upper == lower:
            raise InvalidArgument(f"{upper!r} cannot stand on itself: name another object to put it on")
        self._handling.begin()
        self._picking.pick(upper, DEFAULT_FORCE)
        return self._placing.place(lower, None)

    def push(self, object: str, target: str | Sequence[float] | Array, *, speed: float = 0.3) -> MotionResult:
        """Push an object along the table with closed fingers until its centre is within 0.01 m of ``target``, [x, y] or
        a zone; in several strokes, without grasping it. Its yaw may change. Raises PrimitiveError if it ends elsewhere.

        >>> arm.push("red block", [0.5, 0.1]).position_error <= 0.01
        True
        """
        share = check_speed(speed)
        self._handling.begin()
        return self._pushing.push(object, target, share)

    def turn(self, object: str, angle: float) -> MotionResult:
        """Turn an object in its place by ``angle``, counter-clockwise seen from above: pick it, put it down again.

        >>> result = arm.turn("red block", 0.5)
        >>> round(scene.find("red block").yaw, 2)
        0.5
        """
        turn = wrap(check_number("angle", angle, "an angle in radians"))
        self._handling.begin()
        thing, _ = self._handling.find("object", object)
        self._picking.pick(thing, DEFAULT_FORCE, turn)
        spot = [*thing.position[:2], max(bottom(thing), 0.0)]
        return self._placing.place(spot, wrap(thing.yaw + turn))

    def _names(self, touching: Any) -> tuple[str, ...]:
        names = check_touching(touching)
        if names:
            known = [thing.name for thing in self._handling.things()]
            names = tuple(check_known(name, known) for name in names)
        return names
