"""One robot in play: connects to its controller, offers the primitives, and tells what it senses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.bridge.security import client_security
from embodied_codeact.contracts import Observation, Status, Task, WorldContext
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.protocol import Description
from embodied_codeact.envs.robot import telling
from embodied_codeact.envs.robot.backend import ControllerArm
from embodied_codeact.envs.robot.commander import Commander
from embodied_codeact.envs.robot.environment import FREE, RobotOptions
from embodied_codeact.envs.robot.kinematics import UrdfKinematics
from embodied_codeact.envs.robot.planning import Planner
from embodied_codeact.envs.robot.state import RobotState
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.primitives.arm import Arm, MotionArm
from embodied_codeact.primitives.arm_arguments import shown
from embodied_codeact.primitives.arm_types import ArmLimits, Array
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.joint_arm import JointArm

_DECIMALS = 4
"""Of numbers in the state: tenths of a millimetre. A model reads every digit; the sensors have all of them."""


def _rounded(values: Array) -> list[float]:
    return [round(value, _DECIMALS) + 0.0 for value in values.tolist()]


class RobotAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`. Its task is free, so nothing is judged, and a
    reset moves nothing: the arm stays where it is."""

    def __init__(self, options: RobotOptions, context: WorldContext) -> None:
        options.check()
        security = client_security(options.key, options.server_key)
        connect = partial(ControllerClient, options.controller, commander="robot", security=security)
        self._commander = Commander(connect, context, options.ttl or None)
        try:
            robot = self._commander.robot
            telling.check(robot)
            kinematics = _kinematics(robot, options)
            limits = _limits(robot, kinematics, options)
            self._arm = ControllerArm(self._commander, robot, Planner(kinematics, limits), limits)
            self._primitives: dict[str, Any] = {"arm": self._arm_for(options.level, robot)}
            if robot.gripper is not None:
                self._primitives["gripper"] = Gripper(self._arm)
            self._efforts = self._commander.state().efforts is not None
        except BaseException:
            self._commander.close()
            raise
        self._gripper = robot.gripper is not None
        self.real = not robot.simulated
        self.guide = telling.guide(robot, kinematics.base, options.tool or robot.tool, limits, options.full_speed)
        self.sensors = telling.sensors(robot, efforts=self._efforts)

    def _arm_for(self, level: str, robot: Description) -> Arm:
        home = robot.home.tolist()
        return JointArm(self._arm, home) if level == "joints" else MotionArm(self._arm, home)

    def primitives(self) -> Mapping[str, Any]:
        """Return ``arm`` and, where the robot has one, ``gripper``."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Begin; the arm stays where it is.

        Raises:
            ConfigurationError: there is no such task.
            EnvironmentFailure: a stop is latched in the controller, or it serves another robot now.
        """
        if task.id != FREE:
            raise ConfigurationError(unknown_name("task", task.id, [FREE]))
        self._commander.begin()
        tool = self._arm.tool()
        text = f"The arm stands still, with the tool at {shown(tool.position)}. It has not moved."
        return msgspec.structs.replace(self.observe(), text=text)

    def observe(self) -> Observation:
        """Return the state and the sensors. Nothing is judged."""
        sensed = self._commander.state(fresh=True)
        tool, gripper = self._arm.tool(), self._arm.gripper()
        state = RobotState(
            tool_position=_rounded(tool.position),
            tool_orientation=_rounded(tool.orientation),
            joint_positions=_rounded(sensed.positions),
            gripper_width=round(gripper.width, _DECIMALS) if self._gripper else None,
            holding=gripper.holding,
            stop=sensed.status.stop,
        )
        names = [spec.name for spec in self.sensors]
        return Observation(state=msgspec.to_builtins(state), sensors=self.sense(names), status=self.judge())

    def sense(self, names: Collection[str]) -> dict[str, Any]:
        """Return the values of these sensors as they were sensed last."""
        sensed = self._commander.state()
        values: dict[str, Any] = {"joint_positions": sensed.positions, "joint_velocities": sensed.velocities}
        if sensed.efforts is not None:
            values["joint_efforts"] = sensed.efforts
        if sensed.gripper is not None:
            values["gripper"] = np.array([sensed.gripper.width, sensed.gripper.force])
        if "tool_pose" in names:
            tool = self._arm.forward(sensed.positions)
            values["tool_pose"] = np.concatenate([tool.position, tool.orientation])
        return {name: values[name] for name in names if name in values}

    def judge(self) -> Status:
        """Nobody judges what a robot's user asks for."""
        return Status(reason="a free task is not judged")

    def close(self) -> None:
        """Release the controller. May be called twice."""
        self._commander.close()


def _kinematics(robot: Description, options: RobotOptions) -> UrdfKinematics:
    urdf = robot.urdf
    if options.urdf:
        try:
            urdf = Path(options.urdf).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"option urdf={options.urdf}: cannot read it ({error})") from error
    tool = options.tool or robot.tool
    if not urdf or not tool:
        raise ConfigurationError(
            f"the controller of {robot.name} gives no {'URDF' if not urdf else 'link for the tool'}, from which the "
            "kinematics come: -o urdf=FILE -o tool=LINK"
        )
    return UrdfKinematics(urdf, tool, robot.joints, robot.lower, robot.upper)


def _limits(robot: Description, kinematics: UrdfKinematics, options: RobotOptions) -> ArmLimits:
    reach = round(kinematics.reach, 3)
    given = options.box()
    workspace = given or (np.array([-reach, -reach, 0.0]), np.array([reach, reach, reach]))
    limits = telling.arm_limits(
        robot,
        workspace,
        full_speed=options.full_speed,
        tool_speed=options.tool_speed,
        tool_turn_speed=options.tool_turn_speed,
    )
    home = kinematics.forward(robot.home).position
    if (home < workspace[0] - 1e-6).any() or (home > workspace[1] + 1e-6).any():
        raise ConfigurationError(
            f"at home the tool of {robot.name} is at {shown(home)}, outside of the workspace "
            f"{' to '.join(map(shown, workspace))}: give a box that holds it, -o workspace=..."
        )
    return limits
