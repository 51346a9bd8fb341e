"""Serves a robot over the controller protocol: the sockets, the verbs, and the loop that owns the motion.

There is one thread. Between two ticks of the driver it answers what was asked, so a stop acts within a period.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import time
from collections.abc import Callable
from typing import Any

import msgspec

from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint, with_free_port
from embodied_codeact.bridge.framing import FramingError, Header, Received, decode
from embodied_codeact.bridge.security import ServerSecurity
from embodied_codeact.controller.driver import HasVerbs, RobotDriver
from embodied_codeact.controller.listen import Sockets
from embodied_codeact.controller.protocol import (
    PROTECTIVE_STOP,
    STATE,
    AcquireBody,
    Cleared,
    MoveBody,
    StopBody,
    Writer,
    with_extra,
)
from embodied_codeact.controller.robot import Robot
from embodied_codeact.errors import CommandRefused, InvalidArgument, OperatorError, PrimitiveError

_END_S = 3.0
"""So long the robot may take to come to rest when the server ends."""
_MOVE_FIELDS = frozenset(MoveBody.__struct_fields__)
_ANY_SESSION = frozenset({"ping", "describe", "stop"})
"""Whoever was connected before the controller was started anew can still watch and stop."""


class ControllerServer:
    """Serves one robot. Use it as a context manager; :meth:`serve` runs until :meth:`end`.

    Args:
        driver: the robot. It is closed with the server.
        endpoint: ``ipc://FOLDER`` or ``tcp://HOST:PORT``; port 0 takes a free one.
        security: the controller's keys and its list of clients.
        insecure: allow an endpoint that other machines reach, without keys.

    Raises:
        ConfigurationError: the endpoint is taken, cannot be bound, or is open to other machines without keys.
    """

    def __init__(
        self,
        driver: RobotDriver,
        endpoint: str,
        *,
        security: ServerSecurity | None = None,
        insecure: bool = False,
    ) -> None:
        self._driver = driver
        # A whole number of periods lies between two states: what they tell as commanded is evenly spaced.
        self._state_every = max(1, round(1.0 / (driver.period_s * driver.description.rate_hz)))
        extras = driver.verbs if isinstance(driver, HasVerbs) else {}
        driver.description = msgspec.structs.replace(
            driver.description, rate_hz=1.0 / (driver.period_s * self._state_every), extras=list(extras)
        )
        self._extras = dict(extras)
        self.session = secrets.token_hex(8)
        self._replies, self._states = Writer(self.session), Writer(self.session)
        self._ended = False
        self._resources = contextlib.ExitStack()
        try:
            self._resources.callback(driver.close)
            self._sockets = self._resources.enter_context(
                Sockets(with_free_port(parse_endpoint(endpoint)), security=security, insecure=insecure)
            )
            self._robot = Robot(driver)
        except BaseException:
            self._resources.close()
            raise
        self._verbs: dict[str, Callable[[Received], Any]] = {
            "ping": lambda _: self._robot.status(),
            "describe": lambda _: self._robot.description,
            "acquire": self._acquire,
            "heartbeat": self._heartbeat,
            "move": self._move,
            "release": self._release,
            "stop": self._stop,
            "clear": lambda _: Cleared(self._robot.clear()),
        }

    def __enter__(self) -> ControllerServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def endpoint(self) -> Endpoint:
        """Where the controller is reached."""
        return self._sockets.endpoint

    def close(self) -> None:
        """Release sockets and robot. May be called twice."""
        self._resources.close()

    def end(self) -> None:
        """Have :meth:`serve` return once the robot is at rest. May be called from any thread, or a signal's handler."""
        self._ended = True

    def serve(self) -> None:
        """Answer and move until :meth:`end`."""
        ticks = 0
        until = math.inf
        while not self._ended or (self._robot.moving and time.monotonic() < until):
            if self._ended and until == math.inf:
                until = time.monotonic() + _END_S
                self._robot.stop(PROTECTIVE_STOP, "the controller ends")
            self._answer_waiting()
            self._robot.watch_commander()
            self._robot.tick()
            ticks += 1
            if ticks % self._state_every == 0:
                self._tell_state()

    def _tell_state(self) -> None:
        robot = self._robot
        body = with_extra(robot.state(), robot.more())
        self._sockets.publish([STATE.encode(), *self._states.frames(STATE, body, time_ns=robot.read_ns)])

    # Requests

    def _answer_waiting(self) -> None:
        """Answer what is waiting, for half a period at most, so that the motion goes on."""
        until = time.monotonic() + self._driver.period_s / 2
        while True:
            frames = self._sockets.receive()
            if frames is None:
                return
            try:
                received = decode(frames[1:])
            except FramingError:
                self._robot.dropped += 1
            else:
                answer = self._answer(received)
                self._sockets.reply(frames[0], self._replies.frames("reply", answer, id=received.header.id))
            if time.monotonic() > until:
                return

    def _answer(self, received: Received) -> dict[str, Any]:
        try:
            return {"ok": self._carry_out(received)}
        except FramingError as error:
            return _error(InvalidArgument.__name__, f"the body is not that of {received.header.type!r}: {error}")
        except (PrimitiveError, OperatorError) as error:
            return _error(type(error).__name__, str(error))

    def _carry_out(self, received: Received) -> Any:
        header = received.header
        if header.session not in ("", self.session) and header.type not in _ANY_SESSION:
            raise CommandRefused("the controller was started anew since; connect again")
        if header.type in self._verbs:
            return self._verbs[header.type](received)
        if header.type in self._extras:
            return self._extra(received)
        raise CommandRefused(f"unknown verb {header.type!r}")

    def _acquire(self, received: Received) -> Any:
        return self._robot.authority.acquire(received.body(AcquireBody), time.monotonic())

    def _heard(self, header: Header) -> None:
        self._robot.authority.hear(header.lease, header.seq, time.monotonic())

    def _heartbeat(self, received: Received) -> Any:
        self._heard(received.header)
        return self._robot.status()

    def _release(self, received: Received) -> Any:
        self._heard(received.header)
        self._robot.release()
        return self._robot.status()

    def _stop(self, received: Received) -> Any:
        try:
            body = received.body(StopBody | None) or StopBody()
        except FramingError:
            # Whoever asks for a stop, however badly, means one.
            self._robot.stop("emergency stop", "a stop was asked for in a way that cannot be read")
            raise
        self._robot.stop(body.level, body.reason)
        return self._robot.status()

    def _move(self, received: Received) -> Any:
        self._robot.authority.refuse_while_latched()
        self._heard(received.header)
        _refuse_late(received.header)
        body = received.body(MoveBody)
        given = received.body(dict[str, Any])
        return self._robot.move(body, {name: given[name] for name in given.keys() - _MOVE_FIELDS})

    def _extra(self, received: Received) -> Any:
        robot = self._robot
        robot.authority.refuse_while_latched()
        self._heard(received.header)
        if robot.moving:
            raise CommandRefused(f"{received.header.type!r} has to wait until nothing moves")
        try:
            return self._extras[received.header.type](received.body())
        finally:
            robot.held_anew()


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"kind": kind, "message": message}}


def _refuse_late(header: Header) -> None:
    """Raises:
    InvalidArgument: there is no time to live, or the time is none of this clock.
    CommandRefused: the command was read too late.
    """
    if header.ttl_s is None or not (math.isfinite(header.ttl_s) and header.ttl_s > 0.0):
        raise InvalidArgument("a move has to say ttl_s, seconds above 0 after which it must not begin any more")
    age_s = (time.monotonic_ns() - header.time_ns) / 1e9
    if age_s < -header.ttl_s:
        raise InvalidArgument("time_ns of a move is taken from the controller's clock (see time_ns in the status)")
    if age_s > header.ttl_s:
        raise CommandRefused(
            f"the move was read {age_s:.3f} s after it was sent, later than its ttl of {header.ttl_s} s"
        )
