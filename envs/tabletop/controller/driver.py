"""The simulated Panda as a robot: PyBullet in real time, behind the controller protocol."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.controller.driver import Reading, Trouble
from embodied_codeact.controller.protocol import Description, GripperLimits, GripperReading
from embodied_codeact.envs.tabletop.controller.messages import BUILD, TOUCHING, BuiltBody
from embodied_codeact.envs.tabletop.execution import FINGER_SPEED
from embodied_codeact.envs.tabletop.naming import TrueNames
from embodied_codeact.envs.tabletop.panda import FINGER_TRAVEL, HOME, LIMITS, panda_urdf
from embodied_codeact.envs.tabletop.planning.trajectories import STOP_ACCELERATION_SHARE, STOP_JERK_SHARE
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.simulation import STEP_S, Simulation
from embodied_codeact.envs.tabletop.watching import WATCH_STEPS, Watch
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_types import Array

_STATE_HZ = 80.0


def panda_description() -> Description:
    """What the controller says of the arm."""
    return Description(
        name="simulated Franka Panda",
        joints=[f"panda_joint{number}" for number in range(1, 8)],
        lower=LIMITS.joint_lower,
        upper=LIMITS.joint_upper,
        velocity=LIMITS.joint_velocity,
        acceleration=LIMITS.joint_acceleration,
        jerk=LIMITS.joint_jerk,
        home=np.array(HOME),
        gripper=GripperLimits(width=2 * FINGER_TRAVEL, force=LIMITS.gripper_force, speed=2 * FINGER_SPEED),
        urdf=panda_urdf(),
        tool="panda_grasptarget",
        rate_hz=_STATE_HZ,
        lease_s=2.0,
        max_ttl_s=2.0,
        start_tolerance=0.001,
        simulated=True,
    )


class PandaDriver:
    """Satisfies ``RobotDriver``, ``WatchesMotions``, ``TellsMore``, ``StopsGently`` and ``HasVerbs`` of
    :mod:`embodied_codeact.controller.driver`. Contacts end a motion as they do in the simulation of a world process."""

    period_s = STEP_S
    stop_acceleration_share = STOP_ACCELERATION_SHARE
    stop_jerk_share = STOP_JERK_SHARE

    def __init__(self) -> None:
        self.description = panda_description()
        self.verbs: Mapping[str, Callable[[Any], Any]] = {BUILD: self._build}
        self.simulation = Simulation()
        self._naming = TrueNames()
        self._watch: Watch | None = None
        self._watched = 0
        self._build_scene(SceneSpec())

    def _build(self, body: Any) -> BuiltBody:
        try:
            scene = msgspec.convert(body, SceneSpec)
        except msgspec.ValidationError as error:
            raise InvalidArgument(f"no scene: {error}") from error
        self._build_scene(scene)
        return BuiltBody(time.monotonic_ns())

    def _build_scene(self, scene: SceneSpec) -> None:
        self.simulation.realtime = False
        self.simulation.build(scene)
        self.simulation.realtime = True
        self.simulation.restart_clock()
        self._held = np.array(HOME)
        # Each finger's way from closed: where it is commanded to be, and where it is going.
        self._travel = self._target = FINGER_TRAVEL
        self._force, self._speed = 20.0, 0.0

    def held(self) -> Array:
        """Return what the motors strive for."""
        return self._held

    def read(self) -> Reading:
        """Return what the simulation's joints do, and what the fingers press on."""
        positions, velocities, efforts = self.simulation.joints()
        force = max((min(both) for both in self.simulation.finger_forces().values()), default=0.0)
        gripper = GripperReading(float(positions[7:].sum()), float(force))
        return Reading(positions[:7], velocities[:7], efforts[:7], gripper)

    def command(self, positions: Array, velocities: Array) -> None:
        """Set what the motors strive for."""
        self._held = positions
        self.simulation.command_arm(positions, velocities)

    def command_gripper(self, width: float, force: float, speed: float) -> None:
        """Have the fingers set off from where they are."""
        self._travel = float(self.simulation.joints()[0][7:].mean())
        self._target, self._force, self._speed = width / 2, force, speed / 2

    def hold_gripper(self) -> None:
        """What is commanded stays: free fingers are there within a step, pressing ones keep what they hold."""
        self._target = self._travel

    def tick(self) -> None:
        """One step of the physics, at the clock's pace."""
        if self._travel != self._target:
            change = self._speed * STEP_S
            self._travel += min(change, max(-change, self._target - self._travel))
            self.simulation.command_fingers(self._travel, self._force)
        self.simulation.step()

    def begin_motion(self, gripper: bool, extra: Mapping[str, Any]) -> None:
        """Watch the contacts of the arm's motion, but for the objects that it may touch.

        Raises:
            InvalidArgument: ``touching`` is no list of texts.
        """
        touching = extra.get(TOUCHING, [])
        if not isinstance(touching, list) or not all(isinstance(name, str) for name in touching):
            raise InvalidArgument(f"{TOUCHING} is a list of names of objects")
        self._watch = None if gripper else Watch(self.simulation, self._naming, touching)
        self._watched = 0

    def trouble(self) -> Trouble | None:
        """Return what was met or lost."""
        self._watched += 1
        if self._watch is None or (self._watched - 1) % WATCH_STEPS or not self._watch.look():
            return None
        problem = self._watch.problem()
        self._watch = None
        return Trouble(type(problem).__name__, str(problem))

    def more(self) -> Mapping[str, Any]:
        """Return what only a simulation knows; see :class:`TableState`."""
        simulation = self.simulation
        positions, velocities, efforts = simulation.joints()
        poses = [(*position, *orientation) for position, orientation in simulation.poses().values()]
        return {
            "fingers": np.stack([positions[7:], velocities[7:], efforts[7:]], axis=1),
            "objects": np.array(poses, dtype=float).reshape(-1, 7),
            "contacts": [list(pair) for pair in simulation.contacts()],
            "forces": simulation.finger_forces(),
            "held": simulation.held(),
            "still": simulation.at_rest(),
            "steps": simulation.steps,
        }

    def close(self) -> None:
        """End the physics."""
        self.simulation.close()
