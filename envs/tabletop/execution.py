"""Carries out motions step by step: follows trajectories, watches contacts, and comes to rest when it must.

Each step obeys the stop flag. Contacts are looked at every few steps: what was met unexpectedly ends the motion, and so
does losing what was held.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pybullet

from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.panda import ARM_JOINTS, FINGER_JOINTS, FINGER_TRAVEL, LIMITS
from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory, to_rest
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, STEP_S, Simulation
from embodied_codeact.errors import Stopped
from embodied_codeact.primitives.arm_backend import Until
from embodied_codeact.primitives.arm_errors import Collision, ObjectSlipped
from embodied_codeact.primitives.arm_types import Array

WATCH_STEPS = 4
"""Contacts are looked at every so many steps (60 times a second)."""
BUMP_FORCE = 5.0
"""N that the arm may press on something that it was not told to touch; twice in a row counts."""
PRESS_FORCE = 40.0
"""N that the arm may press down on what it was told to touch."""
HELD_FORCE = 40.0
"""N that a held object may be pressed with on what it is put on."""
FINGER_SPEED = 0.1
"""m/s of one finger at full speed."""

_LOST_LOOKS = 4
_REST_SPEED = 0.002
_REST_STEPS = 60
_STALLED_SPEED = 1e-3
_STALLED_STEPS = 8
_FINGERS_S = 0.5
"""So long beyond the time of their way the fingers may take to come to rest."""


@dataclass
class _Watch:
    """What is looked after during one motion. ``free``: bodies that may be touched; ``held``: the body in the gripper,
    -1 for none."""

    free: frozenset[int]
    held: int = -1
    bumps: int = 0
    lost: int = 0
    met: int = -1
    slipped: bool = False


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

    def follow(self, trajectory: Trajectory, *, touching: Collection[str] = (), until: Until | None = None) -> None:
        """Carry out a trajectory to its end, or until ``until`` says that it is enough: then come to rest by planned
        deceleration.

        Raises:
            Stopped: a stop was requested; the arm has come to rest by planned deceleration.
            Collision: something was met on the way; the arm rests there.
            ObjectSlipped: what was held was lost; the arm rests there.
        """
        watch = self._watch(touching)
        with self._counted():
            self._carry_out(trajectory, watch, until)

    def _carry_out(self, trajectory: Trajectory, watch: _Watch, until: Until | None) -> None:
        if until is not None and until():
            return
        simulation, stop_requested = self._simulation, self._stop_requested
        velocities = trajectory.velocities.tolist()
        for index, positions in enumerate(trajectory.positions.tolist()):
            simulation.command_arm(positions, velocities[index])
            simulation.step()
            if stop_requested():
                self._rest(trajectory, index)
                raise Stopped("a stop was requested: the arm has come to rest where it was")
            if index % WATCH_STEPS == 0 and self._look(watch):
                self._rest(trajectory, index)
                self._tell(watch)
            if until is not None and until():
                self._rest(trajectory, index)
                return
        self.commanded = trajectory.positions[-1].copy() if len(trajectory.positions) else self.commanded
        self._come_to_rest()

    def _watch(self, touching: Collection[str]) -> _Watch:
        simulation = self._simulation
        held = simulation.held()
        known = self._naming.bodies(touching) if touching else []
        free = {simulation.bodies[name] for name in known if name in simulation.bodies}
        watch = _Watch(frozenset(free))
        if held is not None and simulation.bodies[held] not in free:
            watch.held = simulation.bodies[held]
        return watch

    def _look(self, watch: _Watch) -> bool:
        """Look at the contacts once; return whether the motion has to end."""
        simulation = self._simulation
        left = right = False
        met, force, pressed = -1, 0.0, 0.0
        for point in pybullet.getContactPoints(bodyA=simulation.arm, physicsClientId=simulation.client):
            body = point[2]
            if body == watch.held:
                left = left or point[3] == FINGER_JOINTS[0]
                right = right or point[3] == FINGER_JOINTS[1]
            elif body in watch.free:
                pressed += point[9] * max(0.0, point[7][2])
                met = body if pressed > PRESS_FORCE else met
            elif body != simulation.arm and point[9] > force:
                met, force = body, point[9]
        if watch.held >= 0:
            watch.lost = 0 if left and right else watch.lost + 1
            for point in pybullet.getContactPoints(bodyA=watch.held, physicsClientId=simulation.client):
                if point[2] not in (simulation.arm, watch.held) and point[9] > max(force, HELD_FORCE):
                    met, force = point[2], point[9]
        watch.bumps = watch.bumps + 1 if force > BUMP_FORCE else 0
        watch.met = met if met >= 0 else watch.met
        watch.slipped = watch.lost >= _LOST_LOOKS
        return watch.slipped or watch.bumps >= 2 or pressed > PRESS_FORCE

    def _tell(self, watch: _Watch) -> None:
        names = self._simulation.names
        held = self._naming.called(names[watch.held]) if watch.held >= 0 else ""
        if watch.slipped:
            self._naming.fingers_moved()
            raise ObjectSlipped(
                f"the {held} slipped out of the gripper on the way; the arm stopped. Look where it lies, grasp it "
                "again nearer to its middle or with more force, and move more slowly; it may also be too heavy"
            )
        met = self._naming.called(names[watch.met]) if watch.met in names else "something"
        if watch.met in watch.free:
            raise Collision(
                f"the arm pressed down on {met!r} with more than {PRESS_FORCE:.0f} N and came to rest. Move up, look "
                "where it lies, and come down beside it, with the fingers further open or another yaw"
            )
        raise Collision(
            f"{f'the {held} that is held' if held else 'the arm'} met {met!r} on the way and came to rest. Move up and "
            "away first; name it in touching if it is to be touched"
        )

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

    def wait(self, duration: float, until: Until | None = None) -> None:
        """Hold still for a while, or until ``until`` says that it is enough.

        Raises:
            Stopped: a stop was requested.
        """
        for _ in range(max(1, round(duration * RATE_HZ))):
            if until is not None and until():
                return
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
