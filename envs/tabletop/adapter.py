"""One table in play: builds the scene of a task, offers the primitives, judges from settled physics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.contracts import Observation, Status, Task, WorldContext
from embodied_codeact.envs.tabletop.backend import PandaArm
from embodied_codeact.envs.tabletop.controller.connect import UNSAVEABLE, RemoteArm, connect
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.execution import Executor
from embodied_codeact.envs.tabletop.film import FilmLog
from embodied_codeact.envs.tabletop.naming import Naming, SeenNames, TrueNames
from embodied_codeact.envs.tabletop.perception import StatePerception
from embodied_codeact.envs.tabletop.renderer import Renderer, SimulatedCameras
from embodied_codeact.envs.tabletop.sensors import TIMING
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.envs.tabletop.state import TabletopState
from embodied_codeact.envs.tabletop.table import Mover, Table
from embodied_codeact.envs.tabletop.tasks import TASKS, Setup, TabletopTask
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.envs.tabletop.vision.perception import VisionPerception
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, unknown_name
from embodied_codeact.primitives.arm import Arm, MotionArm
from embodied_codeact.primitives.arm_backend import Perception
from embodied_codeact.primitives.arm_types import Array
from embodied_codeact.primitives.camera import Camera
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.joint_arm import JointArm
from embodied_codeact.primitives.rotations import heading
from embodied_codeact.primitives.scene import Scene
from embodied_codeact.primitives.skill_arm import SkillArm

SETTLE_S = 10.0
"""So long the world may take to come to rest before it is judged."""


_DECIMALS = 4
"""Of numbers in the state: tenths of a millimetre. A model reads every digit; the sensors have all of them."""


def _rounded(values: Array) -> list[float]:
    return [round(value, _DECIMALS) for value in values.tolist()]


class TabletopAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`."""

    unsaveable = ""

    def __init__(self, options: TabletopOptions, context: WorldContext) -> None:
        self._options = options
        self._remote: RemoteArm | None = None
        self.simulation: Table
        if options.controller:
            self._remote = connect(options, context)
            self.simulation = self._remote.table
            self.unsaveable = UNSAVEABLE
        else:
            self.simulation = local = Simulation(realtime=options.speed == "realtime")
        self._renderer = Renderer()
        self._perception: Perception
        if options.perception == "vision":
            eyes = VisionPerception(self.simulation, self._renderer, lambda: self._arm.tool())
            self._perception, obstacles = eyes, eyes.remembered
            self._naming: Naming = SeenNames(self.simulation, eyes)
        else:
            self._perception = StatePerception(self.simulation)
            obstacles, self._naming = self._perception.objects, TrueNames()
        self._film: FilmLog | None = None
        executor: Mover
        if self._remote is not None:
            executor = self._remote.executor
        else:
            executor = Executor(local, context.stop_requested, self._naming)
            if options.record:
                self._film = FilmLog(local, self._renderer)
                local.hooks.append(self._film.step)
        self._arm = PandaArm(self.simulation, executor, context.stop_requested, obstacles, self._naming)
        self._task: TabletopTask | None = None
        self._setup: Setup | None = None
        self._primitives = self._new_primitives()

    def _new_primitives(self) -> dict[str, Any]:
        """Make them anew for an episode: an arm remembers how it holds things, and a camera its latest picture."""
        return {
            "arm": self._arm_for(self._options.level),
            "gripper": Gripper(self._arm),
            "scene": Scene(self._perception),
            "camera": Camera(SimulatedCameras(self.simulation, self._renderer)),
        }

    def _arm_for(self, level: str) -> Arm:
        if level == "joints":
            return JointArm(self._arm)
        return SkillArm(self._arm, self._perception) if level == "skills" else MotionArm(self._arm)

    def primitives(self) -> Mapping[str, Any]:
        """Return ``arm``, ``gripper``, ``scene`` and ``camera``, for the level that was chosen."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Build the scene that the task's seed gives, with the arm at home.

        Raises:
            ConfigurationError: there is no such task.
        """
        if task.id not in TASKS:
            raise ConfigurationError(unknown_name("tabletop task", task.id, TASKS))
        self._task = TASKS[task.id]
        self._setup = self._task.sample(np.random.default_rng(task.seed))
        if self._remote is not None:
            self._remote.executor.take_command()
        self.simulation.build(self._setup.scene)
        self._arm.begin()
        self._primitives = self._new_primitives()
        if self._film is not None:
            self._film.begin()
        return msgspec.structs.replace(self.observe(), text=self._words(), instruction=self._setup.instruction)

    def _words(self) -> str:
        if self._options.perception == "vision":
            return "You stand at the table; the cameras show what is on it."
        assert self._setup is not None
        return "On the table: " + ", ".join(f"{spec.name}" for spec in self._setup.scene.objects) + "."

    def observe(self) -> Observation:
        """Return the state and the sensors. The status says nothing yet: the task is judged at its end."""
        state = self._state()
        return Observation(state=msgspec.to_builtins(state), sensors=self._sensors())

    def _state(self) -> TabletopState:
        if self._setup is None:
            return TabletopState()
        tool, gripper = self._arm.tool(), self._arm.gripper()
        objects = self._perception.objects() if self._options.perception == "state" else []
        return TabletopState(
            tool_position=_rounded(tool.position),
            tool_yaw=round(heading(tool.orientation), _DECIMALS),
            joint_positions=_rounded(self._arm.joints().positions),
            gripper_width=round(gripper.width, _DECIMALS),
            holding=gripper.holding,
            objects={thing.name: _rounded(thing.position) for thing in objects},
            time=round(self.simulation.time, _DECIMALS),
        )

    def _sensors(self) -> dict[str, Any]:
        if self._setup is None:
            return {}
        joints, tool, gripper = self._arm.joints(), self._arm.tool(), self._arm.gripper()
        timing = {TIMING: np.array(self._arm.motion)} if self._options.timing else {}
        return {
            "joint_positions": joints.positions,
            "joint_velocities": joints.velocities,
            "joint_efforts": joints.efforts,
            "tool_pose": np.concatenate([tool.position, tool.orientation]),
            "gripper": np.array([gripper.width, gripper.force]),
            "contacts": self._contacts(),
            **timing,
        }

    def _contacts(self) -> str:
        pairs = [sorted(map(self._naming.called, pair)) for pair in self.simulation.contacts()]
        return ",".join(sorted("|".join(pair) for pair in pairs))

    def judge(self) -> Status:
        """Let everything come to rest and return the task's verdict."""
        if self._task is None or self._setup is None:
            raise EnvironmentFailure("no task is in play: reset the environment first")
        rests = self.simulation.comes_to_rest(SETTLE_S)
        verdict = self._task.judge(self._setup.goal, self._view())
        if rests:
            return Status(success=verdict.success, score=verdict.score, done=True, reason=verdict.reason)
        reason = f"not everything came to rest within {SETTLE_S:g} s; {verdict.reason}"
        return Status(success=False, score=verdict.score, done=True, reason=reason)

    def _view(self) -> WorldView:
        poses = self.simulation.poses()
        tool = self._arm.tool().position
        return WorldView(
            scene=self.simulation.scene,
            positions={name: pose[0] for name, pose in poses.items()},
            orientations={name: pose[1] for name, pose in poses.items()},
            contacts=self.simulation.contacts(),
            held=self.simulation.held(),
            grasped=self._arm.grasped,
            tool=(float(tool[0]), float(tool[1]), float(tool[2])),
        )

    def film(self, at_most: int) -> list[bytes]:
        """Draw the next frames of what has happened, as :class:`~embodied_codeact.contracts.Filmed` says.

        Raises:
            ConfigurationError: the option ``record`` is off.
        """
        if self._film is None:
            raise ConfigurationError("this tabletop keeps no film: start it with the option record=true")
        return self._film.film(at_most)

    def after_fork(self) -> None:
        """This is a copy of the world that was saved: the time that it slept is not caught up. Its renderer sees to
        itself."""
        self.simulation.restart_clock()

    def close(self) -> None:
        """Release physics and renderer. May be called twice."""
        self._renderer.close()
        self._arm.close()
        if self._remote is not None:
            self._remote.executor.close()
        self.simulation.close()
