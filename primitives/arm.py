"""The ``arm`` object at the level of motions: what a script calls to bring the tool to places."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import (
    check_duration,
    check_number,
    check_orientation,
    check_speed,
    check_touching,
    check_vector,
    check_workspace,
)
from embodied_codeact.primitives.arm_backend import ArmBackend
from embodied_codeact.primitives.arm_errors import OutOfReach
from embodied_codeact.primitives.arm_sensors import ArmSensors, Guard
from embodied_codeact.primitives.arm_types import ArmLimits, Array, JointState, MotionResult, Pose
from embodied_codeact.primitives.rotations import from_yaw, heading, multiply, pointing_down, wrap

Vector = Sequence[float] | Array
Predicate = Callable[[Mapping[str, Any]], bool]
"""A function of what the sensors say, by name."""

HOME = (0.0, -0.215, 0.0, -2.57, 0.0, 2.356, 0.785)
"""Joint positions of a Franka Emika Panda whose tool points down above the near part of the table, rad."""

LONGEST_WAIT = 60.0
"""Seconds that one call may let pass."""

_CLEAR_HEIGHT = 0.2
"""Height of the tool, m, from which the arm can fold without sweeping over the table."""


class Arm:
    """The arm. World frame: the foot of the arm on the table top; x forward, y to its left, z up. Metres, radians,
    seconds. Quaternions are x, y, z, w. The tool is the point between the fingertips; its z axis points out of the
    gripper, the fingers open along its y axis. Yaw is a turn about the vertical, counter-clockwise seen from above; a
    tool that points down with yaw 0 opens its fingers along world y.

    Motions return when the arm rests, with MotionResult(reached: Pose, joints: (n,), position_error, rotation_error,
    duration, stopped_by). ``speed`` is a share of the full speed, from 0.02 up to 1.0. ``touching`` names objects that
    the arm may touch and push; everything else is avoided.

    ``until`` ends a motion early, at rest, as soon as a condition on sensors holds; ``stopped_by`` of the result then
    names it. It is a text such as "gripper[1] > 5 and tool_pose[2] < 0.1", looked at in every step. Sensors:
    joint_positions, joint_velocities, joint_efforts: (n,); tool_pose: (7,), position and orientation; gripper: (2,),
    width and force; and those that the guide names. There are comparisons, and, or, not, + - * /, abs, min, max, norm,
    name[0], name[:3]. A function does too: until=lambda sensors: sensors["gripper"][1] > 5. It is asked in the script
    while the motion goes on: it answers some steps late (``stopped_by`` says how many ms), and cannot use primitives.
    """

    def __init__(self, backend: ArmBackend, home: Sequence[float] = HOME, *, sensors: ArmSensors | None = None) -> None:
        self._backend = backend
        self._sensors = ArmSensors(backend) if sensors is None else sensors
        self._home = np.array(home, dtype=float)

    def pose(self) -> Pose:
        """Return the measured pose of the tool: Pose(position: (3,), orientation: (4,) xyzw).

        >>> arm.pose().orientation.round(2).tolist()
        [1.0, 0.0, 0.0, 0.0]
        """
        return self._backend.tool()

    def joints(self) -> JointState:
        """Return JointState(positions, velocities, efforts), each (n,), from base to wrist.

        >>> arm.joints().positions.shape
        (7,)
        """
        return self._backend.joints()

    def limits(self) -> ArmLimits:
        """Return ArmLimits: joint_lower, joint_upper, joint_velocity, joint_acceleration, joint_jerk: (n,);
        workspace_lower, workspace_upper: (3,); tool_speed, tool_turn_speed, gripper_width, gripper_force, payload.

        >>> arm.limits().gripper_width
        0.08
        """
        return self._backend.limits

    def home(self, speed: float = 1.0, *, until: str | Predicate | None = None) -> MotionResult:
        """Go back to the posture of the start: above the near part of the table, pointing down, out of the way.

        >>> arm.home().position_error < 0.002
        True
        """
        share, guard = check_speed(speed), self._guard(until)
        tool = self._backend.tool()
        if tool.position[2] < _CLEAR_HEIGHT:
            above = Pose(np.array([*tool.position[:2], _CLEAR_HEIGHT]), tool.orientation)
            # At the edge of its reach the arm cannot rise; the way home is checked all the same.
            with contextlib.suppress(OutOfReach):
                self._backend.move_tool(above, straight=True, speed=share, until=guard)
        return told(self._backend.move_joints(self._home, speed=share, until=guard), guard)

    def wait(self, seconds: float) -> None:
        """Hold still and let time pass, until what was let go has come to rest.

        >>> arm.wait(0.5)
        """
        self._backend.wait(check_duration("seconds", seconds, LONGEST_WAIT))

    def wait_for(self, condition: str | Predicate, timeout: float = 10.0) -> bool:
        """Hold still until a condition on sensors holds (see ``until``), for at most ``timeout`` seconds; return
        whether it does.

        >>> arm.wait_for("gripper[0] > 0.07 and max(joint_velocities) < 0.01", timeout=2)
        True
        """
        guard = self._sensors.guard(condition)
        self._backend.wait(check_duration("timeout", timeout, LONGEST_WAIT), until=guard)
        return guard.held or guard()

    def _guard(self, until: Any) -> Guard | None:
        """Read a condition; None where there is none."""
        return None if until is None else self._sensors.guard(until)


class MotionArm(Arm):
    __doc__ = Arm.__doc__

    def move_to(
        self,
        position: Vector,
        *,
        yaw: float | None = None,
        orientation: Vector | None = None,
        speed: float = 1.0,
        touching: Sequence[str] = (),
        until: str | Predicate | None = None,
    ) -> MotionResult:
        """Bring the tool to ``position`` [x, y, z] on any free way, over obstacles where needed.

        The tool points down, turned as it is or by ``yaw``; ``orientation`` points it elsewhere. Raises OutOfReach (the
        message names the nearest point), Collision (says with what; move it away or come from elsewhere).

        >>> arm.move_to([0.5, 0.1, 0.3], yaw=0.4).reached.position.round(2).tolist()
        [0.5, 0.1, 0.3]
        """
        pose = self._pose_at(position, yaw, orientation)
        share, names, guard = check_speed(speed), self._names(touching), self._guard(until)
        result = self._backend.move_tool(pose, straight=False, speed=share, touching=names, until=guard)
        return told(result, guard)

    def move_linear(
        self,
        position: Vector,
        *,
        yaw: float | None = None,
        orientation: Vector | None = None,
        speed: float = 1.0,
        touching: Sequence[str] = (),
        until: str | Predicate | None = None,
    ) -> MotionResult:
        """Bring the tool to ``position`` in a straight line; otherwise like ``move_to``. Nothing may be in the way.

        >>> above = arm.move_to([0.5, 0.0, 0.3])
        >>> arm.move_linear([0.5, 0.0, 0.15], speed=0.3).position_error < 0.002
        True
        >>> arm.move_linear([0.5, 0.0, 0.3], until="tool_pose[2] > 0.2").stopped_by
        'tool_pose[2] > 0.2'
        """
        pose = self._pose_at(position, yaw, orientation)
        share, names, guard = check_speed(speed), self._names(touching), self._guard(until)
        result = self._backend.move_tool(pose, straight=True, speed=share, touching=names, until=guard)
        return told(result, guard)

    def move_by(
        self, offset: Vector, *, speed: float = 1.0, touching: Sequence[str] = (), until: str | Predicate | None = None
    ) -> MotionResult:
        """Move the tool by ``offset`` [dx, dy, dz] along the world's axes in a straight line, turned as it is.

        >>> height = arm.pose().position[2]
        >>> bool(abs(arm.move_by([0, 0, 0.05]).reached.position[2] - height - 0.05) < 0.002)
        True
        """
        change = check_vector("offset", offset, 3, "3 numbers [dx, dy, dz] in metres")
        share, names, guard = check_speed(speed), self._names(touching), self._guard(until)
        tool = self._backend.tool()
        pose = Pose(check_workspace(tool.position + change, self._backend.limits), tool.orientation)
        return told(self._backend.move_tool(pose, straight=True, speed=share, touching=names, until=guard), guard)

    def rotate(self, angle: float, *, speed: float = 1.0, until: str | Predicate | None = None) -> MotionResult:
        """Turn the tool in place about the vertical by ``angle``, counter-clockwise seen from above. The wrist has an
        end: where OutOfReach is raised, turn the other way round.

        >>> arm.rotate(0.5).rotation_error < 0.01
        True
        """
        turn = check_number("angle", angle, "an angle in radians")
        share, guard = check_speed(speed), self._guard(until)
        tool = self._backend.tool()
        pose = Pose(tool.position, multiply(from_yaw(wrap(turn)), tool.orientation))
        return told(self._backend.move_tool(pose, straight=True, speed=share, until=guard), guard)

    def can_reach(self, position: Vector, *, yaw: float | None = None, orientation: Vector | None = None) -> bool:
        """Return whether the joints can bring the tool there, whatever may stand in the way.

        >>> arm.can_reach([0.5, 0.2, 0.1]), arm.can_reach([1.5, 0.0, 0.1])
        (True, False)
        """
        try:
            self._backend.inverse(self._pose_at(position, yaw, orientation))
        except OutOfReach:
            return False
        return True

    def _pose_at(self, position: Any, yaw: Any, orientation: Any) -> Pose:
        """Return the pose that is asked for; without yaw and orientation the tool points down as it is turned now."""
        if yaw is not None and orientation is not None:
            raise InvalidArgument("pass yaw (the tool points down) or orientation, not both")
        point = check_vector("position", position, 3, "3 numbers [x, y, z] in metres")
        if orientation is not None:
            turned = check_orientation(orientation)
        elif yaw is not None:
            turned = pointing_down(wrap(check_number("yaw", yaw, "an angle in radians")))
        else:
            turned = pointing_down(heading(self._backend.tool().orientation))
        return Pose(check_workspace(point, self._backend.limits), turned)

    def _names(self, touching: Any) -> tuple[str, ...]:
        return check_touching(touching)


def told(result: MotionResult, guard: Guard | None) -> MotionResult:
    """The result, which says what ended the motion early, where something did."""
    return result if guard is None or not guard.held else replace(result, stopped_by=guard.told)
