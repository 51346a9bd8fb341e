"""Carries motions out on a robot, as the commander of its controller.

The lease is asked for anew before each motion, and left to expire after it: a model may think for a minute. Who closes
gives it back at once. While the robot moves, the loop that awaits its end also reads the stop flag and sends the
heartbeats, so they mean that this program is in control.

A stop goes on to the controller. An interrupt brings the arm to rest and latches nothing; a latched stop is latched
there as well, as a protective stop, so that nobody else moves the arm if this program ends now. When a person has
cleared it here, the next motion clears it there. An emergency stop of the controller's own is never cleared from here.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from embodied_codeact.contracts import WorldContext
from embodied_codeact.controller.client import ControllerClient, MotionEnd
from embodied_codeact.controller.protocol import (
    EMERGENCY_STOP,
    NORMAL,
    PROTECTIVE_STOP,
    Description,
    State,
    Status,
    StopLevel,
)
from embodied_codeact.envs.robot.errors import kind_named
from embodied_codeact.envs.robot.motions import Motion
from embodied_codeact.envs.robot.telling import same
from embodied_codeact.errors import BridgeError, EnvironmentFailure, OperatorError, PrimitiveError, StopLatched, Stopped
from embodied_codeact.primitives.arm_backend import Until

_LOOK_S = 0.005
_LATCHED = (PROTECTIVE_STOP, EMERGENCY_STOP)


class Commander:
    """Commands one robot through its client, obeying the stops of the world that it is in.

    ``connect``: makes that client; called again where the controller was started anew.
    ``ttl_s``: after how much silence of this program the controller stops a motion; None for the controller's default.
    """

    def __init__(self, connect: Callable[[], ControllerClient], context: WorldContext, ttl_s: float | None) -> None:
        self._connect = connect
        self._client = connect()
        self._context = context
        self._ttl_s = ttl_s
        self._commanded = False

    @property
    def robot(self) -> Description:
        """What the controller says of its robot."""
        return self._client.description

    def state(self, *, fresh: bool = False) -> State:
        """Return what was sensed last or, where ``fresh``, after the call began."""
        return self._client.state(fresh=fresh)

    @property
    def sensed_s(self) -> float:
        """When that was, on the controller's clock, s."""
        return self._client.sensed_ns / 1e9

    def follow(self, motion: Motion, until: Until | None = None) -> None:
        """Carry a motion out to its end, or until ``until`` says that it is enough: then come to rest by planned
        deceleration. ``until`` is asked about 200 times a second, of states that are two periods old at most.

        Raises:
            Stopped: a stop was requested, or is latched in the controller; the arm is at rest.
            PrimitiveError: of the kind that fits, where the controller refused it or ended it itself.
            OperatorError: another commands the robot, or the controller is gone.
        """
        if len(motion.positions) and not (until is not None and until()):
            self._carry_out(
                lambda: self._client.follow(
                    motion.positions, motion.velocities, motion.period_s, stop_requested=lambda: self._wanted(until)
                ),
                until,
            )

    def move_gripper(self, width: float, force: float, speed: float) -> None:
        """Move the fingers; raises as :meth:`follow` does."""
        self._carry_out(lambda: self._client.move_gripper(width, force=force, speed=speed, stop_requested=self._wanted))

    def wait(self, seconds: float, until: Until | None = None) -> None:
        """Let time pass, so long or until ``until`` says that it is enough.

        Raises:
            Stopped: a stop was requested.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not (until is not None and until()):
            self._refuse_while_stopped()
            self._context.tick()
            time.sleep(min(left, _LOOK_S))

    def close(self) -> None:
        """Give the lease back and release the client. May be called twice."""
        if self._commanded:
            self._commanded = False
            with contextlib.suppress(OperatorError):  # a lease that has expired, or a controller that is gone
                self._client.release()
        self._client.close()

    def begin(self) -> None:
        """Begin an episode: connect again if the controller was started anew.

        Raises:
            EnvironmentFailure: a stop is latched in the controller, which a person has to clear; or it serves another
                robot than before.
            BridgeError: it is gone.
        """
        try:
            status = self._client.ping()
        except BridgeError:
            before = self._client
            self._client, self._commanded = self._connect(), False
            before.close()
            if not same(self.robot, before.description):
                raise EnvironmentFailure(
                    f"the controller at {self._client.endpoint} describes another robot than when this environment "
                    "was started: start it anew"
                ) from None
            status = self._client.ping()
        if status.stop != NORMAL and not self._passed_on(status):
            raise EnvironmentFailure(self._latched(status.stop, status.reason))

    def _carry_out(self, move: Callable[[], MotionEnd], until: Until | None = None) -> None:
        self._refuse_while_stopped()
        try:
            self._acquire()
            self._commanded = True
            end = move()
        except StopLatched as error:
            raise Stopped(str(error)) from None
        except PrimitiveError as error:
            # The client's errors are named as those that scripts know.
            raise kind_named(type(error).__name__)(str(error)) from None
        if end.outcome == "failed":
            raise kind_named(end.kind)(end.message or "the controller ended the motion and does not say why")
        if end.outcome == "stopped":
            if self._context.stop_requested():
                raise Stopped("a stop was requested; the arm has come to rest where it was")
            if end.stop == NORMAL and until is not None and until():
                return
            raise Stopped(self._latched(end.stop, end.reason))

    def _acquire(self) -> None:
        """Become the commander. What this world has latched in the controller is cleared: that its own stop has been
        cleared by a person is known here."""
        try:
            self._client.acquire(self._ttl_s)
        except StopLatched:
            status = self._client.ping()
            if not self._passed_on(status):
                raise StopLatched(self._latched(status.stop, status.reason)) from None
            self._client.clear()
            self._client.acquire(self._ttl_s)

    def _passed_on(self, status: Status) -> bool:
        return status.stop == PROTECTIVE_STOP and status.reason == self._client.stop_reason

    def _latched(self, level: str, reason: str) -> str:
        if level == NORMAL:
            return "the controller brought the motion to rest, and nothing is latched: another program has released it"
        return (
            f"the robot's controller has latched: {level} ({reason or 'no reason was given'}); a person has to look at "
            f"the robot, and to clear it: embodied-codeact controller clear {self._client.endpoint}"
        )

    def _wanted(self, until: Until | None = None) -> bool | StopLevel:
        self._context.tick()
        if not self._context.stop_requested():
            return until is not None and until()
        return PROTECTIVE_STOP if self._context.stop_level() in _LATCHED else True

    def _refuse_while_stopped(self) -> None:
        if self._context.stop_requested():
            raise Stopped("a stop was requested; nothing moves")
