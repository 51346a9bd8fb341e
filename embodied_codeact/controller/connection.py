"""A commander's connection to a controller: questions and answers on ``control``, and the newest of ``state``."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any, TypeVar

import msgspec
import zmq

from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint
from embodied_codeact.bridge.framing import FramingError, Received, decode
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.controller.limits import LimitExceeded
from embodied_codeact.controller.protocol import CONTROL, STATE, Answer, Status, Writer, address
from embodied_codeact.errors import (
    OPERATOR_ERRORS,
    BridgeError,
    CommandRefused,
    ConfigurationError,
    InvalidArgument,
    PrimitiveError,
)

T = TypeVar("T")

ANSWER_S = 3.0
"""A controller that has not answered for this long counts as gone."""
_CLOCK_PINGS = 8
_CLOCK_AGE_S = 10.0
"""Quartzes part by a millisecond in this time, at worst."""
_STATES_QUEUED = 32
_KINDS: dict[str, type[PrimitiveError]] = {kind.__name__: kind for kind in (InvalidArgument, LimitExceeded)}


def connect(socket: zmq.Socket[bytes], endpoint: Endpoint, name: str) -> None:
    """Connect to ``control`` or ``state`` of an endpoint, which may be an address of IPv6."""
    if endpoint.transport == "tcp" and ":" in endpoint.place:
        socket.setsockopt(zmq.IPV6, 1)
    socket.connect(address(endpoint, name))


class Connection:
    """Speaks with the controller at an endpoint, from one thread.

    Raises:
        ConfigurationError: the endpoint is no endpoint.
    """

    def __init__(self, endpoint: str, security: ClientSecurity | None = None) -> None:
        self.endpoint: Endpoint = parse_endpoint(endpoint)
        self._security = security
        self._writer = Writer()
        self._ids = itertools.count(1)
        self._behind_ns = 0
        self._clock_set_s = -math.inf
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._control = self._connect(zmq.DEALER, CONTROL)
            self._states = self._connect(zmq.SUB, STATE)
            self._states.setsockopt(zmq.SUBSCRIBE, STATE.encode())
        except BaseException:
            self.close()
            raise

    def _connect(self, kind: int, name: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.RCVHWM, _STATES_QUEUED)
        if self._security is not None:
            self._security.secure(socket)
        try:
            connect(socket, self.endpoint, name)
        except zmq.ZMQError as error:
            raise ConfigurationError(f"cannot connect to {self.endpoint}: {error.strerror}") from error
        return socket

    def close(self) -> None:
        """Release the sockets. May be called twice."""
        self._context.destroy(linger=0)

    # Questions and answers

    @property
    def session(self) -> str:
        """The controller's session, once :meth:`keep_to_session` was called."""
        return self._writer.session

    def keep_to_session(self, session: str) -> None:
        """From now on an answer of another session means that the controller was started anew."""
        self._writer.session = session

    def send(
        self,
        type: str,  # noqa: A002
        body: Any = None,
        *,
        lease: int = 0,
        ttl_s: float | None = None,
    ) -> int:
        """Send a message, and return the id that its answer will have."""
        number = next(self._ids)
        frames = self._writer.frames(type, body, id=number, lease=lease, ttl_s=ttl_s, time_ns=self.now_ns())
        try:
            self._control.send_multipart(frames, flags=zmq.NOBLOCK)
        except zmq.Again:
            raise BridgeError(f"the controller at {self.endpoint} does not take what is sent to it") from None
        return number

    def receive(self, within_s: float) -> Received | None:
        """Return the next answer, None where none comes within that time.

        Raises:
            BridgeError: what answers does not speak this protocol, or was started anew.
        """
        if not self._control.poll(max(0, int(within_s * 1000))):
            return None
        try:
            received = decode(self._control.recv_multipart())
        except FramingError as error:
            raise self._nonsense(error) from error
        if self.session and received.header.session != self.session:
            raise BridgeError(f"the controller at {self.endpoint} was started anew; connect again")
        return received

    def answer_to(self, number: int, within_s: float = ANSWER_S) -> Received:
        """Return the answer with this id; older ones are thrown away.

        Raises:
            BridgeError: it does not come.
        """
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0.0:
            received = self.receive(left + 0.001)
            if received is not None and received.header.id == number:
                return received
        raise BridgeError(f"the controller at {self.endpoint} has not answered for {within_s:g} s; see whether it runs")

    def value(self, received: Received, kind: type[T]) -> T:
        """Return what an answer holds.

        Raises:
            OperatorError, PrimitiveError: of the kind that the controller names, where it did not do what was asked.
            BridgeError: it is not of that kind.
        """
        try:
            answer = received.body(Answer)
            if answer.error is None:
                value: T = msgspec.convert(answer.ok, kind)
                return value
        except (FramingError, msgspec.ValidationError) as error:
            raise self._nonsense(error) from error
        name, message = answer.error.kind, f"the controller refuses: {answer.error.message}"
        if name in OPERATOR_ERRORS:
            raise OPERATOR_ERRORS[name](message)
        if name in _KINDS:
            raise _KINDS[name](answer.error.message)
        raise CommandRefused(f"{message} ({name})")

    def ask(self, type: str, kind: type[T], body: Any = None, *, lease: int = 0, ttl_s: float | None = None) -> T:  # noqa: A002
        """Send a message and return the value that it is answered with; raises as :meth:`value` does."""
        return self.value(self.answer_to(self.send(type, body, lease=lease, ttl_s=ttl_s)), kind)

    def _nonsense(self, error: Exception) -> BridgeError:
        return BridgeError(f"what answers at {self.endpoint} does not speak the controller protocol: {error}")

    # The controller's clock

    def now_ns(self) -> int:
        """Return the time on the controller's clock, as well as it is known."""
        return time.monotonic_ns() + self._behind_ns

    def renew_clock(self) -> None:
        """Learn the difference of the clocks again where that is long ago: they part, and stand still while a computer
        sleeps.

        Raises:
            BridgeError: the controller is gone.
        """
        if _awake_or_not_s() - self._clock_set_s > _CLOCK_AGE_S:
            self.set_clock()

    def set_clock(self) -> None:
        """Learn the difference of the clocks: from the ping with the shortest way there and back."""
        best: tuple[int, int] | None = None
        for _ in range(_CLOCK_PINGS):
            sent = time.monotonic_ns()
            status = self.ask("ping", Status)
            took = time.monotonic_ns() - sent
            if best is None or took < best[0]:
                best = took, status.time_ns - (sent + took // 2)
        assert best is not None
        self._behind_ns = best[1]
        self._clock_set_s = _awake_or_not_s()

    # States

    def newest_state(self, since_ns: int, within_s: float) -> Received:
        """Return the newest state, sensed no earlier than ``since_ns`` on the controller's clock.

        Raises:
            BridgeError: none comes.
        """
        until = time.monotonic() + within_s
        while True:
            latest = self._drain()
            if latest is not None and latest.header.time_ns >= since_ns:
                return latest
            left = until - time.monotonic()
            if left <= 0.0:
                raise BridgeError(f"no state comes from the controller at {self.endpoint}; see whether it runs")
            self._states.poll(max(1, int(left * 1000)))

    def _drain(self) -> Received | None:
        frames: list[bytes] | None = None
        while True:
            try:
                frames = self._states.recv_multipart(flags=zmq.NOBLOCK)
            except zmq.Again:
                break
        if frames is None:
            return None
        try:
            return decode(frames[1:])
        except FramingError as error:
            raise self._nonsense(error) from error


def _awake_or_not_s() -> float:
    """Seconds of a clock that goes on while this computer sleeps, where there is one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
