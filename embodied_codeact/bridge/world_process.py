"""The server's handle to its world process: start, ask without waiting, notice its end."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from embodied_codeact.bridge.stop import StopFlag
from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import EnvironmentDescription
from embodied_codeact.errors import OPERATOR_ERRORS, CommandRefused, EnvironmentFailure, OperatorError
from embodied_codeact.processes import describe_exit, end_process, minimal_environment

START_S = 120.0
CLOSE_GRACE_S = 6.0
SEND_S = 5.0
ANSWER_S = 180.0
"""A world that does not answer a request for this long counts as broken, where no script keeps it busy."""

Answer = dict[str, Any]
"""``{"ok": value}`` or ``{"error": {"kind", "message"}}``."""


def failure(error: OperatorError) -> Answer:
    """Return the answer that raises this error at the client."""
    return {"error": {"kind": type(error).__name__, "message": str(error)}}


@dataclass(frozen=True)
class _Request:
    message: dict[str, Any]
    then: Callable[[Answer], None]


class WorldProcess:
    """One world process. Requests are answered through callbacks, in order.

    The world has at most one request at a time, so it is there to read the next one, and sending never waits for it.
    """

    def __init__(
        self, environment: str, options: dict[str, Any], stop: StopFlag, on_event: Callable[[dict[str, Any]], None]
    ) -> None:
        """Start the process and wait for its description.

        Raises:
            ConfigurationError: the environment or its options cannot be used.
            EnvironmentFailure: the world did not come up.
        """
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._why = ""
        self._waiting: deque[_Request] = deque()
        self._asked: _Request | None = None
        self._asked_at = 0.0
        ours, theirs = Channel.pair()
        self._pass, pass_theirs = socket.socketpair()
        fds = (theirs.fileno(), pass_theirs.fileno(), stop.fd)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "embodied_codeact.bridge.world", *map(str, fds)],
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            env=minimal_environment(),
        )
        theirs.close()
        pass_theirs.close()
        self._channel = Channel(ours)
        try:
            self.description = self._open(environment, options)
        except BaseException:
            self.close()
            raise

    def _open(self, environment: str, options: dict[str, Any]) -> EnvironmentDescription:
        try:
            self._channel.send({"environment": environment, "options": options})
            answer = self._channel.receive(timeout_s=START_S)
        except TimeoutError:
            raise EnvironmentFailure(f"environment {environment!r} did not start within {START_S:.0f} s") from None
        except ChannelClosed:
            raise EnvironmentFailure(f"environment {environment!r} did not start: {self._ended()}") from None
        if "error" in answer:
            kind = OPERATOR_ERRORS.get(answer["error"]["kind"], EnvironmentFailure)
            raise kind(answer["error"]["message"])
        return msgspec.convert(answer["description"], EnvironmentDescription)

    def fileno(self) -> int:
        """The descriptor to poll for reading, -1 once the world has ended."""
        return self._channel.fileno()

    @property
    def alive(self) -> bool:
        """Whether the world can be asked."""
        return self._channel.fileno() >= 0 and self._process.poll() is None

    @property
    def lost(self) -> str:
        """Why the world has ended; empty while its channel stands."""
        return self._why

    @property
    def waiting(self) -> int:
        """Requests that the world has not been given yet."""
        return len(self._waiting)

    def ask(self, op: str, then: Callable[[Answer], None], **fields: Any) -> None:
        """Send a request when the world has answered those before it; ``then`` gets the answer, or the failure."""
        self._waiting.append(_Request({"op": op, "id": next(self._ids), **fields}, then))
        self._send_next()

    def _send_next(self) -> None:
        while self._asked is None and self._waiting:
            request = self._waiting.popleft()
            try:
                self._channel.send(request.message, timeout_s=SEND_S)
                self._asked, self._asked_at = request, time.monotonic()
            except TypeError as error:
                request.then(failure(CommandRefused(str(error))))
            except ChannelClosed as error:
                if not self._why:
                    self._lose(f"{self._ended()} ({error})")
                request.then(self._failure())

    def connect(self) -> socket.socket:
        """Return the worker's end of a new channel to the world; an older worker's channel ends."""
        world_end, worker_end = Channel.pair()
        # A world that is gone is noticed elsewhere; the worker gets an error at its first call then.
        with world_end, contextlib.suppress(ChannelClosed, OSError):
            self._channel.send({"op": "attach"}, timeout_s=5.0)
            socket.send_fds(self._pass, [b"w"], [world_end.fileno()])
        return worker_end

    def pump(self) -> None:
        """Handle what the world has sent, without waiting."""
        if self._channel.fileno() < 0:
            return
        try:
            messages = self._channel.receive_available()
        except (ChannelClosed, ChannelCorrupt) as error:
            self._lose(f"{self._ended()} ({error})")
            return
        for message in messages:
            if "event" in message:
                self._on_event(message)
            elif self._asked is not None and self._asked.message["id"] == message["id"]:
                then, self._asked = self._asked.then, None
                then({key: message[key] for key in ("ok", "error") if key in message})
        self._send_next()

    def check(self, *, script_runs: bool) -> None:
        """Notice a world that died while others hold its channel, and end one that does not answer any more.

        A primitive may take as long as its script may, so the time while one runs does not count.
        """
        if self._channel.fileno() >= 0 and self._process.poll() is not None:
            self.pump()
            if self._channel.fileno() >= 0:
                self._lose(self._ended())
        if self._asked is None or script_runs:
            self._asked_at = time.monotonic()
        elif time.monotonic() > self._asked_at + ANSWER_S:
            self._process.kill()
            self._lose(f"it did not answer for {ANSWER_S:.0f} s")

    def fail_all(self, answer: Answer) -> None:
        """Give this answer to all requests that wait for one."""
        requests = [*([self._asked] if self._asked else []), *self._waiting]
        self._asked = None
        self._waiting.clear()
        for request in requests:
            request.then(answer)

    def _lose(self, why: str) -> None:
        self._why = why
        self._channel.close()
        self.fail_all(self._failure())

    def _failure(self) -> Answer:
        return failure(EnvironmentFailure(f"the world process ended: {self._why}"))

    def _ended(self) -> str:
        try:
            return describe_exit(self._process.wait(timeout=2.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            return "it closed its channel"

    def close(self) -> None:
        """End the process; its adapter closes in order where it can. May be called twice."""
        self._why = self._why or "the server closed it"
        self._channel.close()
        self._pass.close()
        end_process(self._process, grace_s=CLOSE_GRACE_S)
