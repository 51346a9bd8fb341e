"""The server's handle to its world process: start, ask without waiting, notice its end."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from embodied_codeact.bridge.stop import StopFlag
from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import EnvironmentDescription
from embodied_codeact.errors import OPERATOR_ERRORS, EnvironmentFailure
from embodied_codeact.processes import describe_exit, end_process, minimal_environment

START_S = 120.0
CLOSE_GRACE_S = 6.0
ANSWER_S = 180.0
"""A request that the world does not answer for this long counts as a broken world."""

Answer = dict[str, Any]
"""``{"ok": value}`` or ``{"error": {"kind", "message"}}``."""


def failure(message: str) -> Answer:
    """Return the answer that stands for a broken world."""
    return {"error": {"kind": EnvironmentFailure.__name__, "message": message}}


class WorldProcess:
    """One world process. Requests are answered through callbacks, in order."""

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
        self._pending: dict[int, tuple[Callable[[Answer], None], float]] = {}
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

    def ask(self, op: str, then: Callable[[Answer], None], **fields: Any) -> None:
        """Send a request; ``then`` gets the answer, or a failure where the world ends first."""
        request = next(self._ids)
        self._pending[request] = (then, time.monotonic() + ANSWER_S)
        try:
            self._channel.send({"op": op, "id": request, **fields}, timeout_s=5.0)
        except ChannelClosed as error:
            self._pending.pop(request)
            then(failure(f"the world process ended: {self._why or error}"))

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
            self._channel.close()
            self._why = f"{self._ended()} ({error})"
            self._fail_all(f"the world process ended: {self._why}")
            return
        for message in messages:
            if "event" in message:
                self._on_event(message)
            else:
                then, _ = self._pending.pop(message["id"])
                then({key: message[key] for key in ("ok", "error") if key in message})

    def check(self) -> None:
        """End a world that has left a request unanswered for too long."""
        if any(time.monotonic() > until for _, until in self._pending.values()):
            self._process.kill()
            self._fail_all(f"the world process did not answer for {ANSWER_S:.0f} s")

    def _fail_all(self, message: str) -> None:
        pending, self._pending = self._pending, {}
        for then, _ in pending.values():
            then(failure(message))

    def _ended(self) -> str:
        try:
            return describe_exit(self._process.wait(timeout=2.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            return "it closed its channel"

    def close(self) -> None:
        """End the process; its adapter closes in order where it can. May be called twice."""
        self._channel.close()
        self._pass.close()
        end_process(self._process, grace_s=CLOSE_GRACE_S)
