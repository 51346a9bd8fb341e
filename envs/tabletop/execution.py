"""Carries out motions step by step: follows trajectories, watches contacts, and comes to rest when it must.

Each step obeys the stop flag. Contacts are looked at every few steps: what was met unexpectedly ends the motion, and so
does losing what was held.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator

import numpy as np
import pybullet

from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.panda import ARM_JOINTS, FINGER_JOINTS, FINGER_TRAVEL, LIMITS
from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory, to_rest
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, STEP_S, Simulation
from embodied_codeact.envs.tabletop.watching import WATCH_STEPS, Watch
from embodied_codeact.errors import Stopped
from embodied_codeact.primitives.arm_errors import ObjectSlipped
from embodied_codeact.primitives.arm_types import Array

FINGER_SPEED = 0.1
"""m/s of one finger at full speed."""

_REST_SPEED = 0.002
_REST_STEPS = 60
_STALLED_SPEED = 1e-3
_STALLED_STEPS = 8
_FINGERS_S = 0.5
"""So long beyond the time of their way the fingers may take to come to rest."""


class Executor:
    """Moves the simulated arm. ``grasped`` collects the names of everything that was ever held.

    ``moved_steps`` counts the physics steps of all motions, ``moved_s`` the seconds on the clock that they took, and
    ``stepped_s`` those of them that PyBullet itself took.
    """

    def __init__(self, simulation: Simulation, stop_requested: Callable[[], bool], naming: Naming) -> None:
        self._simulation = simulation
        self._stop_requested = stop_requested
        self._naming = naming
        self.commanded: Array = np.zeros(7)
        self.grasped: set[str] = set()
        self.moved_steps = 0
        self.moved_s = 0.0
        self.stepped_s = 0.0

    def begin(self, joints: Array) -> None:
        """A new scene was built, with the arm at ``joints`` (7,) and the fingers open."""
        self.commanded = np.array(joints, dtype=float)
        self.grasped = set()

    def follow(self, trajectory: Trajectory, *, touching: Collection[str] = ()) -> None:
        """Carry out a trajectory to its end.

        Raises:
            Stopped: a stop was requested; the arm has come to rest by planned deceleration.
            Collision: something was met on the way; the arm rests there.
            ObjectSlipped: what was held was lost; the arm rests there.
        """
        watch = Watch(self._simulation, self._naming, touching)
        with self._counted():
            self._carry_out(trajectory, watch)

    def _carry_out(self, trajectory: Trajectory, watch: Watch) -> None:
        simulation, stop_requested = self._simulation, self._stop_requested
        velocities = trajectory.velocities.tolist()
        for index, positions in enumerate(trajectory.positions.tolist()):
            simulation.command_arm(positions, velocities[index])
            simulation.step()
            if stop_requested():
                self._rest(trajectory, index)
                raise Stopped("a stop was requested: the arm has come to rest where it was")
            if index % WATCH_STEPS == 0 and watch.look():
                self._rest(trajectory, index)
                problem = watch.problem()
                if isinstance(problem, ObjectSlipped):
                    self._naming.fingers_moved()
                raise problem
        self.commanded = trajectory.positions[-1].copy() if len(trajectory.positions) else self.commanded
        self._come_to_rest()

    def _rest(self, trajectory: Trajectory, index: int) -> None:
        """Decelerate within the limits from where the trajectory was."""
        position = trajectory.positions[index]
        ending = to_rest(position, trajectory.velocities[index], trajectory.accelerations[index], LIMITS)
        for row, velocity in zip(ending.positions.tolist(), ending.velocities.tolist(), strict=True):
            self._simulation.command_arm(row, velocity)
            self._simulation.step()
        self.commanded = ending.positions[-1].copy() if len(ending.positions) else position.copy()
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        """Hold the commanded position until the arm stands still."""
        simulation = self._simulation
        simulation.command_arm(self.commanded.tolist(), (0.0,) * 7)
        for _ in range(_REST_STEPS):
            states = pybullet.getJointStates(simulation.arm, ARM_JOINTS, physicsClientId=simulation.client)
            if max(abs(state[1]) for state in states) < _REST_SPEED:
                return
            simulation.step()

    def move_fingers(self, width: float, *, force: float, speed: float) -> None:
        """Open or close the fingers towards ``width`` m until they are there or press on something.

        Raises:
            Stopped: a stop was requested; the fingers hold where they are.
        """
        try:
            with self._counted():
                self._drive_fingers(width / 2, force, FINGER_SPEED * speed)
        finally:
            held = self._simulation.held()
            if held is not None:
                self.grasped.add(held)
            self._naming.fingers_moved()

    def _drive_fingers(self, target: float, force: float, speed: float) -> None:
        """Ramp both fingers to ``target`` m from closed, at ``speed`` m/s each, until they are there or press."""
        simulation = self._simulation
        travel = self._measured_travel()
        change = speed * STEP_S
        still = 0
        for _ in range(round((FINGER_TRAVEL / speed + _FINGERS_S) * RATE_HZ)):
            travel = max(target, travel - change) if target < travel else min(target, travel + change)
            simulation.command_fingers(travel, force)
            simulation.step()
            if self._stop_requested():
                # What is commanded stays: free fingers are there within a step, pressing ones keep what they hold.
                raise Stopped("a stop was requested: the fingers hold where they are")
            slow = all(
                abs(state[1]) < _STALLED_SPEED
                for state in pybullet.getJointStates(simulation.arm, FINGER_JOINTS, physicsClientId=simulation.client)
            )
            still = still + 1 if slow and (travel == target or self._ahead(travel) > 2e-3) else 0
            if still >= _STALLED_STEPS:
                break
        simulation.command_fingers(target, force)

    def _measured_travel(self) -> float:
        states = pybullet.getJointStates(self._simulation.arm, FINGER_JOINTS, physicsClientId=self._simulation.client)
        return float(states[0][0] + states[1][0]) / 2

    def _ahead(self, travel: float) -> float:
        """How far the commanded fingers are ahead of the measured ones, m: they press on something."""
        return abs(travel - self._measured_travel())

    def wait(self, duration: float) -> None:
        """Hold still for a while.

        Raises:
            Stopped: a stop was requested.
        """
        for _ in range(max(1, round(duration * RATE_HZ))):
            self._simulation.step()
            if self._stop_requested():
                raise Stopped("a stop was requested: the arm holds still")

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        steps, stepped, began = self._simulation.steps, self._simulation.stepped_s, time.perf_counter()
        try:
            yield
        finally:
            self.moved_steps += self._simulation.steps - steps
            self.moved_s += time.perf_counter() - began
            self.stepped_s += self._simulation.stepped_s - stepped
