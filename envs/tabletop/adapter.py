"""One table in play: builds the scene of a task, offers the primitives, judges from settled physics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.contracts import Observation, SensedImage, Status, Task, WorldContext
from embodied_codeact.envs.tabletop.backend import PandaArm
from embodied_codeact.envs.tabletop.beginning import exact_words, take_place
from embodied_codeact.envs.tabletop.controller.connect import UNSAVEABLE, RemoteArm, connect
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.execution import Executor
from embodied_codeact.envs.tabletop.film import FilmLog
from embodied_codeact.envs.tabletop.naming import Naming, SeenNames, TrueNames
from embodied_codeact.envs.tabletop.perception import StatePerception
from embodied_codeact.envs.tabletop.renderer import Renderer, SimulatedCameras
from embodied_codeact.envs.tabletop.sensing import TabletopSenses
from embodied_codeact.envs.tabletop.sensors import CONTACTS, SENSORS, TIMING
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.envs.tabletop.state import TabletopState
from embodied_codeact.envs.tabletop.table import Mover, Table
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, Setup, TabletopTask
from embodied_codeact.envs.tabletop.tasks.told import told_setup
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.envs.tabletop.vision.perception import VisionPerception
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, unknown_name
from embodied_codeact.primitives.arm import Arm, MotionArm
from embodied_codeact.primitives.arm_backend import Perception
from embodied_codeact.primitives.arm_sensors import ArmSensors
from embodied_codeact.primitives.arm_types import Array
from embodied_codeact.primitives.camera import Camera
from embodied_codeact.primitives.gripper import Gripper
from embodied_codeact.primitives.joint_arm import JointArm
from embodied_codeact.primitives.rotations import heading
from embodied_codeact.primitives.scene import Scene
from embodied_codeact.primitives.skill_arm import SkillArm

SETTLE_S = 10.0
"""So long the world may take to come to rest before it is judged."""


_OBSERVED = frozenset(spec.name for spec in SENSORS if spec.rate_hz > 0)

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
        self._renderer = Renderer(context.tick)
        self._perception: Perception
        if options.perception == "vision":
            eyes = VisionPerception(self.simulation, self._renderer, lambda: self._arm.tool())
            self._perception, obstacles = eyes, eyes.remembered
            self._naming: Naming = SeenNames(self.simulation, eyes)
        else:
            self._perception = StatePerception(self.simulation)
            obstacles, self._naming = self._perception.objects, TrueNames()

        def stop_requested() -> bool:
            # Also asked while a motion is planned, where time passes without a step.
            context.tick()
            return context.stop_requested()

        self._film: FilmLog | None = None
        executor: Mover
        if self._remote is not None:
            executor = self._remote.executor
        else:
            executor = Executor(local, context.stop_requested, self._naming)
            local.hooks.append(context.tick)
            if options.record:
                self._film = FilmLog(local, self._renderer)
                local.hooks.append(self._film.step)
        self._arm = PandaArm(self.simulation, executor, stop_requested, obstacles, self._naming)
        self._senses = TabletopSenses(self.simulation, self._arm, self._naming, self._renderer)
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
        sensors = ArmSensors(self._arm, {spec.name: (spec, self._senses.contacts) for spec in (CONTACTS,)})
        if level == "joints":
            return JointArm(self._arm, sensors=sensors)
        if level == "motion":
            return MotionArm(self._arm, sensors=sensors)
        return SkillArm(self._arm, self._perception, sensors=sensors)

    def primitives(self) -> Mapping[str, Any]:
        """Return ``arm``, ``gripper``, ``scene`` and ``camera``, for the level that was chosen."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Build the scene that the task's seed gives, with the arm at home, or where the task begins. Tasks of all sets
        can be played, whichever is offered; a task with ``parameters`` in its metadata in its own words.

        Raises:
            ConfigurationError: there is no such task, or no scene for its parameters.
            EnvironmentFailure: the arm did not get to where the task begins.
        """
        told = "parameters" in task.metadata
        name = str(task.metadata.get("type")) if told else task.id
        if name not in ALL_TASKS:
            raise ConfigurationError(unknown_name("tabletop task", name, ALL_TASKS))
        self._task = ALL_TASKS[name]
        rng = np.random.default_rng(task.seed)
        self._setup = told_setup(self._task, task, rng) if told else self._task.sample(rng, self._options.phrasings)
        if self._remote is not None:
            self._remote.executor.take_command()
        self.simulation.build(self._setup.scene)
        self._arm.begin()
        take_place(self._arm, self._perception, self._setup.start)
        self._primitives = self._new_primitives()
        if self._film is not None:
            self._film.begin()
        return msgspec.structs.replace(self.observe(), text=self._words(), instruction=self._setup.instruction)

    def _words(self) -> str:
        if self._options.perception == "vision":
            return "You stand at the table; the cameras show what is on it."
        assert self._task is not None
        assert self._setup is not None
        names = [spec.name for spec in self._setup.scene.objects]
        return exact_words(names, self._state()) if self._task.one_call else f"On the table: {', '.join(names)}."

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
        timing = {TIMING: np.array(self._arm.motion)} if self._options.timing else {}
        return {**self._senses.sense(_OBSERVED), **timing}

    def sense(self, names: Collection[str]) -> Mapping[str, Any]:
        """Return the values of these sensors, as :class:`~embodied_codeact.contracts.Senses` says."""
        return self._senses.sense(names) if self._setup is not None else {}

    def begin_images(self, names: Collection[str]) -> None:
        """Begin a picture, as :class:`~embodied_codeact.contracts.SensesImages` says."""
        if self._setup is not None:
            self._senses.begin_images(names)

    def ready_images(self) -> Sequence[SensedImage]:
        """Return the pictures that have become ready."""
        return self._senses.ready_images()

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
        tool = self._arm.tool()
        x, y, z = map(float, tool.position)
        a, b, c, d = map(float, tool.orientation)
        return WorldView(
            scene=self.simulation.scene,
            positions={name: pose[0] for name, pose in poses.items()},
            orientations={name: pose[1] for name, pose in poses.items()},
            contacts=self.simulation.contacts(),
            held=self.simulation.held(),
            grasped=self._arm.grasped,
            tool=(x, y, z),
            tool_orientation=(a, b, c, d),
            width=self._arm.gripper().width,
            joints=tuple(map(float, self._arm.joints().positions)),
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
