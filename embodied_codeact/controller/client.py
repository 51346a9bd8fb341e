"""The commander's end: what a world process, or a program of yours, drives a robot with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embodied_codeact.bridge.framing import FramingError
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.controller.connection import ANSWER_S, Connection
from embodied_codeact.controller.limits import LimitExceeded
from embodied_codeact.controller.protocol import (
    MAX_FRAME_BYTES,
    PROTOCOL,
    AcquireBody,
    Array,
    Cleared,
    Description,
    GripperBody,
    Lease,
    Level,
    MoveBody,
    Moving,
    Outcome,
    State,
    Status,
    StopBody,
    StopLevel,
    floats,
)
from embodied_codeact.errors import BridgeError, CommandRefused, OperatorError

MOVE_TTL_S = 0.5
"""A move that is read later than this after it was sent does not begin."""
_BEATS_PER_TTL = 5
_OF_EACH_JOINT = ("lower", "upper", "velocity", "acceleration", "jerk", "home")
_LOOK_S = 0.005
"""How often a stop is looked for, at least."""

StopRequested = Callable[[], "bool | StopLevel"]
"""False while all is well; True to end the motion, which latches nothing; a level to latch that stop."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class MotionEnd:
    """How a motion ended. ``outcome``: ``done``, ``stopped`` or ``failed``; ``kind`` and ``message``: why it failed;
    ``stop``: what is latched now, and ``reason`` why."""

    outcome: Outcome
    kind: str
    message: str
    stop: Level
    reason: str


class ControllerClient:
    """One commander of one controller, used from one thread. Use it as a context manager.

    Args:
        endpoint: ``ipc://FOLDER`` or ``tcp://HOST:PORT``.
        commander: who commands, for people to read. It is made unique.
        security: this commander's keys and the controller's public key.
        connect_s: how long the controller may take to answer at first.

    Raises:
        ConfigurationError: the endpoint is no endpoint.
        BridgeError: nothing answers there, or something that does not speak this protocol.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        commander: str = "commander",
        security: ClientSecurity | None = None,
        connect_s: float = 5.0,
    ) -> None:
        self.commander = f"{commander}-{uuid.uuid4().hex[:8]}"
        self.stop_reason = f"{self.commander} was told to stop"
        """The reason of a stop that ``stop_requested`` asked for."""
        self._lease = Lease(0, 0.0, 0.0)
        self._state: State | None = None
        self._state_ns = 0
        self._fields: Any = {}
        self._connection = Connection(endpoint, security)
        try:
            self.description = self._greet(connect_s, keys=security is not None)
        except BaseException:
            self.close()
            raise

    def _greet(self, connect_s: float, *, keys: bool) -> Description:
        connection = self._connection
        try:
            greeting = connection.answer_to(connection.send("ping"), connect_s)
        except BridgeError as error:
            hint = "or does not know this key" if keys else "or wants keys"
            raise BridgeError(
                f"no controller answers at {connection.endpoint}: it does not run there, {hint}"
            ) from error
        connection.keep_to_session(greeting.header.session)
        connection.set_clock()
        description = connection.ask("describe", Description)
        if description.protocol != PROTOCOL:
            raise BridgeError(f"the controller speaks protocol {description.protocol}, this program {PROTOCOL}")
        self._check(description, _OF_EACH_JOINT, len(description.joints))
        return description

    def _check(self, told: Description | State, names: Sequence[str], joints: int) -> None:
        """See that a controller, in whatever language it is written, tells one number for each joint."""
        for name in names:
            if not floats(getattr(told, name), (joints,)):
                raise BridgeError(
                    f"the controller at {self.endpoint} tells {name} that are not {joints} finite numbers, one for "
                    "each joint: embodied-codeact conformance shows what it does against the protocol"
                )

    def __enter__(self) -> ControllerClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the sockets. A lease that lives expires. May be called twice."""
        self._connection.close()

    @property
    def endpoint(self) -> str:
        """Where the controller is."""
        return str(self._connection.endpoint)

    @property
    def session(self) -> str:
        """The controller's session: another one after it was started anew."""
        return self._connection.session

    # Watching

    def ping(self) -> Status:
        """Return how the controller stands.

        Raises:
            BridgeError: it is gone.
        """
        return self._connection.ask("ping", Status)

    def state(self, *, fresh: bool = False) -> State:
        """Return what was sensed last: at most two periods of the state stream ago or, where ``fresh``, after the call
        began.

        Raises:
            BridgeError: no state comes.
        """
        self._sense(fresh)
        assert self._state is not None
        return self._state

    def state_fields(self, *, fresh: bool = False) -> Any:
        """Return the same as a map, with the fields that this controller has beyond the protocol."""
        self._sense(fresh)
        return self._fields

    @property
    def sensed_ns(self) -> int:
        """When the state that was returned last was sensed, on the controller's clock."""
        return self._state_ns

    def _sense(self, fresh: bool) -> None:
        if fresh:
            self._connection.renew_clock()
        now = self._connection.now_ns()
        since = now if fresh else now - int(2e9 / self.description.rate_hz)
        if self._state is not None and self._state_ns >= since:
            return
        received = self._connection.newest_state(since, ANSWER_S)
        try:
            state, fields = received.body(State), received.body()
        except FramingError as error:
            raise BridgeError(f"the state that {self.endpoint} sends is none: {error}") from error
        self._check(state, ("positions", "velocities", "commanded"), len(self.description.joints))
        self._state, self._fields = state, fields
        self._state_ns = received.header.time_ns

    # Commanding

    def acquire(self, ttl_s: float | None = None) -> Lease:
        """Become the commander, or renew that. ``ttl_s``: after how much silence of this program the controller stops a
        motion; None for the controller's default.

        Raises:
            StopLatched: a stop is latched.
            CommandRefused: another commands.
        """
        self._lease = self._connection.ask("acquire", Lease, AcquireBody(self.commander, ttl_s))
        return self._lease

    def release(self) -> None:
        """Let others command; what moves comes to rest. Nothing is latched."""
        self._connection.ask("release", Status, lease=self._lease.lease)

    def follow(
        self,
        positions: Array,
        velocities: Array,
        period_s: float,
        *,
        stop_requested: StopRequested = _never,
        extra: Mapping[str, Any] | None = None,
    ) -> MotionEnd:
        """Follow ``positions`` (n, joints) rad with ``velocities`` (n, joints) rad/s at times 0, ``period_s``, ..., and
        return when the robot is at rest. ``extra``: fields for this controller beyond the protocol.

        Raises:
            LimitExceeded: it is beyond a limit; nothing moved.
            InvalidArgument: it is of the wrong form; nothing moved.
            CommandRefused: this is not the commander (:meth:`acquire`).
            StopLatched: a stop is latched.
            BridgeError: the controller is gone.
        """
        if positions.nbytes > MAX_FRAME_BYTES:
            raise LimitExceeded(f"a motion of {len(positions)} rows is too long for one message; send it in parts")
        return self._move(MoveBody(positions, velocities, period_s), stop_requested, extra)

    def move_gripper(
        self, width: float, *, force: float, speed: float, stop_requested: StopRequested = _never
    ) -> MotionEnd:
        """Move the fingers towards ``width`` m, pressing with at most ``force`` N, at ``speed`` m/s; return when they
        are at rest. Raises as :meth:`follow` does."""
        return self._move(MoveBody(gripper=GripperBody(width, force, speed)), stop_requested, None)

    def call(self, verb: str, body: Any = None) -> Any:
        """Use a verb that this controller has beyond the protocol. Raises as :meth:`follow` does."""
        return self._connection.ask(verb, object, body, lease=self._lease.lease)

    def stop(self, reason: str, level: StopLevel = "emergency stop") -> Status:
        """Latch a stop. Anyone may."""
        return self._connection.ask("stop", Status, StopBody(reason, level))

    def clear(self) -> Level:
        """Clear what is latched, and return it. Nothing begins to move.

        Raises:
            CommandRefused: the robot is not at rest yet.
        """
        return self._connection.ask("clear", Cleared).cleared

    # Awaiting

    def _move(self, body: MoveBody, stop_requested: StopRequested, extra: Mapping[str, Any] | None) -> MotionEnd:
        connection = self._connection
        connection.renew_clock()
        moving = connection.ask(
            "move", Moving, {**_given(body), **(extra or {})}, lease=self._lease.lease, ttl_s=MOVE_TTL_S
        )
        try:
            return self._await_end(moving.motion, stop_requested)
        except OperatorError:
            raise
        except BaseException:
            # Nobody awaits the motion any more: it ends now, not by the deadman's protective stop.
            connection.send("release", lease=self._lease.lease)
            raise

    def _await_end(self, motion: int, stop_requested: StopRequested) -> MotionEnd:
        """Heartbeats come from this loop, which is the one that obeys: so they mean that somebody is in control."""
        commanding = True
        beat_s = self._lease.ttl_s / _BEATS_PER_TTL
        sent = answered = time.monotonic()
        first = self._beat(commanding)
        while True:
            if commanding and (wanted := stop_requested()):
                self._give_up(wanted)
                commanding = False
            status, commanding = self._heard(first, commanding)
            now = time.monotonic()
            if status is not None:
                answered = now
                if status.motion != motion or status.outcome != "running":
                    return _end(status, motion)
            if now - answered > ANSWER_S:
                raise BridgeError(f"the controller at {self.endpoint} has not answered for {ANSWER_S:g} s")
            if now - sent >= beat_s or (status is None and not commanding):
                self._beat(commanding)
                sent = now

    def _beat(self, commanding: bool) -> int:
        return self._connection.send("heartbeat" if commanding else "ping", lease=self._lease.lease)

    def _give_up(self, wanted: bool | StopLevel) -> None:
        if isinstance(wanted, str):
            self._connection.send("stop", StopBody(self.stop_reason, wanted))
        else:
            self._connection.send("release", lease=self._lease.lease)

    def _heard(self, first: int, commanding: bool) -> tuple[Status | None, bool]:
        """Take one answer, if one comes soon; return the status that it holds, and whether this still commands."""
        received = self._connection.receive(_LOOK_S)
        if received is None or received.header.id < first:
            return None, commanding
        try:
            return self._connection.value(received, Status), commanding
        except CommandRefused:
            # The lease was ended by a stop: what has become of the motion is asked without it.
            return None, False


def _given(body: MoveBody) -> dict[str, Any]:
    """The fields of a motion that it has."""
    if body.gripper is not None:
        return {"gripper": body.gripper}
    return {"positions": body.positions, "velocities": body.velocities, "period_s": body.period_s}


def _end(status: Status, motion: int) -> MotionEnd:
    if status.motion != motion:
        raise CommandRefused("another commander has moved the robot since")
    return MotionEnd(status.outcome, status.kind, status.message, status.stop, status.reason)
