"""What ``robot`` says of itself: options, guide, the free task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from embodied_codeact.contracts import EnvironmentAdapter, SensorSpec, Task, WorldContext
from embodied_codeact.envs.robot.errors import ERRORS
from embodied_codeact.envs.robot.state import RobotState
from embodied_codeact.envs.robot.telling import GENERAL
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.primitives.arm_types import Array

FREE = "free"
"""Id and type of the task that any instruction may stand in for, and that nobody judges."""


class RobotOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of a robot.

    ``controller``: where it is, ``tcp://HOST:PORT`` or ``ipc://FOLDER``; ``robot:ENDPOINT`` says the same. ``key``:
    file of this side's secret key, and ``server_key``: file of the controller's public key, where it wants keys.
    ``level``: what scripts move by, ``motion`` (poses of the tool) or ``joints``. ``workspace``: the box in which the
    tool may be, six numbers in m, lower corner x,y,z and upper corner x,y,z; without it all that is in reach and not
    below the base. ``full_speed``: which share of the controller's limits a motion uses at speed 1.0. ``tool_speed``
    m/s and ``tool_turn_speed`` rad/s: the most at speed 1.0; the default, 0.25 m/s, is what ISO 10218 calls reduced
    speed. ``ttl``: seconds of silence after which the controller shall stop a motion, 0 for its own default. ``urdf``
    and ``tool``: file and link in the place of those that the controller gives.
    """

    controller: str = ""
    key: str = ""
    server_key: str = ""
    level: Literal["motion", "joints"] = "motion"
    workspace: str = ""
    full_speed: float = 1.0
    tool_speed: float = 0.25
    tool_turn_speed: float = 1.0
    ttl: float = 0.3
    urdf: str = ""
    tool: str = ""

    def box(self) -> tuple[Array, Array] | None:
        """Return the corners (3,) of the workspace, None where none is given.

        Raises:
            ConfigurationError: it is no box.
        """
        if not self.workspace:
            return None
        try:
            numbers = np.array([float(word) for word in self.workspace.replace(",", " ").split()])
        except ValueError:
            numbers = np.empty(0)
        if numbers.shape != (6,) or not np.isfinite(numbers).all() or (numbers[:3] >= numbers[3:]).any():
            raise ConfigurationError(
                f"option workspace={self.workspace}: give six numbers in metres, the lower corner's x,y,z and the "
                "upper corner's x,y,z, such as 0.2,-0.4,0.02,0.7,0.4,0.6"
            )
        return numbers[:3], numbers[3:]

    def check(self) -> None:
        """See that the numbers can be used.

        Raises:
            ConfigurationError: one cannot.
        """
        for name, most in (("full_speed", 1.0), ("tool_speed", np.inf), ("tool_turn_speed", np.inf)):
            if not 0.0 < getattr(self, name) <= most or not np.isfinite(getattr(self, name)):
                raise ConfigurationError(f"option {name}={getattr(self, name)}: give a number above 0, up to {most:g}")
        if not 0.0 <= self.ttl < np.inf:
            raise ConfigurationError(f"option ttl={self.ttl}: give seconds, or 0 for the controller's default")


class RobotEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`.

    What this robot is, is known once its controller has answered: :meth:`adapter` then sets guide, sensors, and whether
    something real moves.
    """

    name: str = "robot"
    guide: str = GENERAL
    options_type: type[msgspec.Struct] = RobotOptions
    state_type: type[msgspec.Struct] = RobotState
    error_types: Sequence[type[Exception]] = ERRORS
    sensors: Sequence[SensorSpec] = ()
    real: bool = True
    argument_option: str = "controller"

    def tasks(self, options: RobotOptions) -> Sequence[Task]:
        """Return the free task: what a robot is to do, its user says.

        Raises:
            ConfigurationError: no controller is named, or another option cannot be used.
        """
        if not options.controller:
            raise ConfigurationError("say which robot: robot:ENDPOINT, such as robot:tcp://127.0.0.1:5700")
        options.check()
        options.box()
        return [Task(FREE, self.name, "do what the user asks", metadata={"type": FREE})]

    def adapter(self, options: RobotOptions, context: WorldContext) -> EnvironmentAdapter:
        """Connect to one robot. Nothing moves by that.

        Raises:
            ConfigurationError: a package is missing, an option cannot be used, or the description of the robot.
            BridgeError: no controller answers.
        """
        try:
            # Imported here because listing tasks needs no planning.
            from embodied_codeact.envs.robot.adapter import RobotAdapter
        except ImportError as error:
            raise ConfigurationError(
                f"a robot's motions are planned with ruckig ({error}): pip install 'embodied-codeact[robot]'"
            ) from error
        adapter = RobotAdapter(options, context)
        self.guide, self.sensors, self.real = adapter.guide, adapter.sensors, adapter.real
        return adapter
