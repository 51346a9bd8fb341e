"""A robot behind a controller as the arm that primitives drive."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from embodied_codeact.controller.protocol import Description
from embodied_codeact.envs.robot.commander import Commander
from embodied_codeact.envs.robot.motions import Motion
from embodied_codeact.envs.robot.planning import Planner
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import check_workspace
from embodied_codeact.primitives.arm_backend import Until
from embodied_codeact.primitives.arm_errors import LimitExceeded, UnknownObject
from embodied_codeact.primitives.arm_types import ArmLimits, Array, GripperState, JointState, MotionResult, Pose
from embodied_codeact.primitives.handling import UNKNOWN
from embodied_codeact.primitives.rotations import angle_between

_CLOSED = 1e-3
"""Fingers nearer than this, m, press on each other and hold nothing."""


class ControllerArm:
    """Satisfies :class:`~embodied_codeact.primitives.arm_backend.ArmBackend`.

    It feels only what the robot senses: it knows no objects, so nothing is avoided, and what the fingers press on has
    no name.
    """

    def __init__(self, commander: Commander, description: Description, planner: Planner, limits: ArmLimits) -> None:
        self._commander = commander
        self._gripper = description.gripper
        self._planner = planner
        self._limits = limits

    # Reading

    @property
    def limits(self) -> ArmLimits:
        """What the arm may do."""
        return self._limits

    def joints(self) -> JointState:
        """Return the measured joint state; efforts are nan where the robot does not sense them."""
        state = self._commander.state()
        efforts = np.full(len(state.positions), np.nan) if state.efforts is None else state.efforts
        return JointState(state.positions, state.velocities, efforts)

    def tool(self) -> Pose:
        """Return the measured pose of the tool."""
        return self._planner.kinematics.forward(self._commander.state().positions)

    def gripper(self) -> GripperState:
        """Return the measured state of the gripper."""
        reading = self._commander.state().gripper
        if reading is None:
            return GripperState(width=0.0, force=0.0, holding=None)
        holding = UNKNOWN if reading.force > 0.0 and reading.width > _CLOSED else None
        return GripperState(reading.width, reading.force, holding)

    def forward(self, joints: Sequence[float] | Array) -> Pose:
        """Return the tool's pose for joint positions (n,)."""
        return self._planner.kinematics.forward(joints)

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian (6, n)."""
        return self._planner.kinematics.jacobian(joints)

    def inverse(self, pose: Pose) -> Array:
        """Return joint positions (n,) that put the tool at ``pose``, near the present ones."""
        return self._planner.inverse(pose, self._commander.state().commanded)

    def blocked_by(self, joints: Sequence[float] | Array, *, touching: Collection[str] = ()) -> str | None:
        """Return None: nothing is known of what stands around the robot."""
        del joints
        _refuse_names(touching)
        return None

    # Moving

    def move_joints(
        self,
        joints: Sequence[float] | Array,
        *,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move to joint positions (n,), in a straight line in joint space."""
        _refuse_names(touching)
        goal = np.asarray(joints, dtype=float)
        motion = self._planner.to_joints(self._held(), goal, speed)
        return self._execute(motion, self.forward(goal), until)

    def move_tool(
        self,
        pose: Pose,
        *,
        straight: bool = False,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move the tool to ``pose``, in a straight line or on any way. Nothing is avoided on it."""
        _refuse_names(touching)
        check_workspace(pose.position, self._limits)
        plan = self._planner.on_line if straight else self._planner.to_pose
        return self._execute(plan(self._held(), pose, speed), pose, until)

    def move_velocities(
        self, velocities: Sequence[float] | Array, duration: float, *, until: Until | None = None
    ) -> MotionResult:
        """Bring the joints to velocities (n,), keep them for ``duration`` seconds, and come to rest."""
        start = self._held()
        motion = self._planner.with_velocities(start, np.asarray(velocities, dtype=float), duration)
        return self._execute(motion, self.forward(motion.positions[-1] if len(motion.positions) else start), until)

    def move_gripper(self, width: float, *, force: float, speed: float = 1.0) -> GripperState:
        """Open or close the fingers towards ``width`` m, pressing with at most ``force`` N."""
        if self._gripper is None:
            raise InvalidArgument("this robot has no gripper")
        if not 0.0 <= width <= self._gripper.width or not 0.0 < force <= self._gripper.force:
            raise LimitExceeded(
                f"the gripper opens from 0 to {self._gripper.width:g} m and presses with up to "
                f"{self._gripper.force:g} N; asked were {width:g} m and {force:g} N"
            )
        self._commander.move_gripper(width, force, speed * self._gripper.speed)
        self._commander.state(fresh=True)
        return self.gripper()

    def wait(self, duration: float, *, until: Until | None = None) -> None:
        """Let ``duration`` seconds pass, holding still."""
        self._commander.wait(duration, until)

    def _held(self) -> Array:
        """Where the arm is commanded to be: a motion begins there, not at what is measured."""
        return self._commander.state(fresh=True).commanded

    def _execute(self, motion: Motion, goal: Pose, until: Until | None) -> MotionResult:
        began = self._commander.sensed_s
        self._commander.follow(motion, until)
        joints = self._commander.state(fresh=True).positions
        reached = self.forward(joints)
        return MotionResult(
            reached=reached,
            joints=joints,
            position_error=float(np.linalg.norm(reached.position - goal.position)),
            rotation_error=angle_between(reached.orientation, goal.orientation),
            duration=self._commander.sensed_s - began,
        )


def _refuse_names(touching: Collection[str]) -> None:
    """Raises:
    UnknownObject: a name was given.
    """
    for name in touching:
        raise UnknownObject(f"touching: {name!r} is not known; no objects are perceived here, and none are avoided")
