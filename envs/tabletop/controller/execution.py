"""Has the controller carry out motions, and obeys the stop meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator

import numpy as np

from embodied_codeact.controller.client import ControllerClient, MotionEnd
from embodied_codeact.controller.limits import LimitExceeded as BeyondLimit
from embodied_codeact.controller.protocol import EMERGENCY_STOP, MAX_MOTION_S, PROTECTIVE_STOP, StopLevel
from embodied_codeact.envs.tabletop.controller.messages import TOUCHING
from embodied_codeact.envs.tabletop.controller.table import RemoteTable
from embodied_codeact.envs.tabletop.execution import FINGER_SPEED
from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory
from embodied_codeact.envs.tabletop.simulation import STEP_S
from embodied_codeact.errors import EnvironmentFailure, OperatorError, PrimitiveError, StopLatched, Stopped
from embodied_codeact.primitives.arm_backend import Until
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, ObjectSlipped
from embodied_codeact.primitives.arm_types import Array

_LOOK_S = 0.01
_REST_S = 3.0
_ROWS = 16_000
"""A message holds no more rows of seven joints."""
_KINDS: dict[str, type[PrimitiveError]] = {kind.__name__: kind for kind in (Collision, ObjectSlipped)}
_NORMAL = "normal"
_LATCHED: dict[str, StopLevel] = {PROTECTIVE_STOP: PROTECTIVE_STOP, EMERGENCY_STOP: EMERGENCY_STOP}


class RemoteExecutor:
    """Satisfies :class:`~embodied_codeact.envs.tabletop.table.Mover`.

    ``stop_level()``: "normal", "interrupt", or the stop that is latched at the environment server. An interrupt ends a
    motion and latches nothing; a stop is latched at the controller too, and cleared there, by the next motion, when a
    person has cleared it at the environment server. ``ttl_s``: after how much silence of this process the controller
    stops the arm.
    """

    def __init__(
        self,
        client: ControllerClient,
        table: RemoteTable,
        stop_level: Callable[[], str],
        naming: Naming,
        ttl_s: float,
    ) -> None:
        self._client, self._table, self._naming = client, table, naming
        self._stop_level, self._ttl_s = stop_level, ttl_s
        self.commanded: Array = np.array(client.description.home)
        self.grasped: set[str] = set()
        self.moved_steps = 0
        self.moved_s = 0.0
        self.stepped_s = 0.0
        self._closed = False

    def begin(self, joints: Array) -> None:
        """A new scene was built, with the arm at ``joints`` (7,) and the fingers open."""
        self.commanded = np.array(joints, dtype=float)
        self.grasped = set()

    def take_command(self) -> None:
        """Become the controller's commander, or renew that.

        Raises:
            Stopped: a stop is wanted here.
            EnvironmentFailure: the controller is stopped, commanded by another, or gone.
        """
        if self._stop_level() != _NORMAL:
            raise Stopped("a stop was requested: the arm does not move")
        with self._failing():
            try:
                self._client.acquire(self._ttl_s)
            except StopLatched:
                if self._client.ping().reason != self._client.stop_reason:
                    raise
                # What was stopped from here was cleared here, by a person.
                self._wait_for_rest()
                self._client.clear()
                self._client.acquire(self._ttl_s)

    def _wait_for_rest(self) -> None:
        until = time.monotonic() + _REST_S
        while self._client.ping().outcome == "running" and time.monotonic() < until:
            time.sleep(_LOOK_S)

    def follow(self, trajectory: Trajectory, *, touching: Collection[str] = (), until: Until | None = None) -> None:
        """Have a trajectory carried out to its end, or until ``until`` says that it is enough: it is asked about 200
        times a second, of states that are two periods old at most.

        Raises:
            Stopped: a stop was requested, or the controller stopped; the arm has come to rest.
            Collision: something was met on the way; the arm rests there.
            ObjectSlipped: what was held was lost; the arm rests there.
            LimitExceeded: it takes longer than a controller accepts.
        """
        if not len(trajectory.positions) or (until is not None and until()):
            return
        if trajectory.duration > MAX_MOTION_S:
            raise LimitExceeded(f"the motion would take {trajectory.duration:.0f} s; move faster, or in parts")
        positions, velocities, period_s = _rows(self.commanded, trajectory)
        self.take_command()
        with self._counted(), self._failing():
            end = self._client.follow(
                positions,
                velocities,
                period_s,
                stop_requested=lambda: self._stop_requested() or (until is not None and until()),
                extra={TOUCHING: self._naming.bodies(touching) if touching else []},
            )
            self._table.look_again()
            self.commanded = self._client.state().commanded
        if end.outcome == "stopped" and end.stop == _NORMAL and until is not None and until():
            return
        self._tell(end)

    def move_fingers(self, width: float, *, force: float, speed: float) -> None:
        """Open or close the fingers towards ``width`` m until they are there or press on something.

        Raises:
            Stopped: a stop was requested, or the controller stopped; the fingers hold where they are.
        """
        self.take_command()
        try:
            with self._counted(), self._failing():
                end = self._client.move_gripper(
                    width, force=force, speed=2 * FINGER_SPEED * speed, stop_requested=self._stop_requested
                )
                self._table.look_again()
        finally:
            held = self._table.held()
            if held is not None:
                self.grasped.add(held)
            self._naming.fingers_moved()
        self._tell(end)

    def wait(self, duration: float, until: Until | None = None) -> None:
        """Let time pass, so long or until ``until`` says that it is enough.

        Raises:
            Stopped: a stop was requested.
        """
        end = time.monotonic() + duration
        while (left := end - time.monotonic()) > 0.0 and not (until is not None and until()):
            if self._stop_level() != _NORMAL:
                raise Stopped("a stop was requested: the arm holds still")
            time.sleep(min(_LOOK_S, left))
        self._table.look_again()

    def close(self) -> None:
        """This process leaves. Where it does because of a stop, the controller keeps that latched. May be called
        twice."""
        if self._closed:
            return
        self._closed = True
        wanted = self._stop_requested()
        with contextlib.suppress(OperatorError):
            if isinstance(wanted, str) and self._client.ping().stop == _NORMAL:
                self._client.stop(self._client.stop_reason, wanted)

    def _stop_requested(self) -> bool | StopLevel:
        level = self._stop_level()
        return _LATCHED.get(level, level != _NORMAL)

    def _tell(self, end: MotionEnd) -> None:
        """Raise what a motion that was not done has ended with."""
        if end.outcome == "done":
            return
        if end.outcome == "failed":
            if end.kind == ObjectSlipped.__name__:
                self._naming.fingers_moved()
            raise _KINDS.get(end.kind, Collision)(end.message)
        if end.stop != _NORMAL and self._stop_level() == _NORMAL:
            raise Stopped(
                f"the robot's controller stopped the arm ({end.stop}: {end.reason}); a person has to clear that there"
            )
        raise Stopped("a stop was requested: the arm has come to rest where it was")

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """What is wrong with the controller is for the operator; a motion beyond its limits is for the model."""
        try:
            yield
        except BeyondLimit as error:
            raise LimitExceeded(str(error)) from error
        except StopLatched as error:
            where = self._client.endpoint
            raise EnvironmentFailure(f"{error}: embodied-codeact controller clear {where}") from error
        except OperatorError as error:
            raise EnvironmentFailure(f"{error} (controller {self._client.endpoint})") from error

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        steps, began = self._table.steps, time.perf_counter()
        try:
            yield
        finally:
            self.moved_steps += self._table.steps - steps
            self.moved_s += time.perf_counter() - began


def _rows(start: Array, trajectory: Trajectory) -> tuple[Array, Array, float]:
    """The trajectory with the row of its start, thinned out to what one message holds."""
    positions = np.vstack([start, trajectory.positions])
    velocities = np.vstack([np.zeros_like(start), trajectory.velocities])
    stride = -(-len(positions) // _ROWS)
    if stride > 1:
        # Whole strides: the last row is repeated, at rest.
        more = -(len(positions) - 1) % stride
        positions = np.vstack([positions, np.repeat(positions[-1:], more, axis=0)])[::stride]
        velocities = np.vstack([velocities, np.zeros((more, len(start)))])[::stride]
    return positions, velocities, stride * STEP_S
