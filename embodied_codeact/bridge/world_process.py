"""The server's handle to its world process: start, ask without waiting, save and restore, notice its end."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from embodied_codeact.bridge.saves import Saves, Successor
from embodied_codeact.bridge.stop import StopFlag
from embodied_codeact.bridge.stream_memory import WorldEnds
from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import EnvironmentDescription, Observation, Permissions
from embodied_codeact.errors import OPERATOR_ERRORS, CommandRefused, EnvironmentFailure, OperatorError
from embodied_codeact.processes import describe_exit, end_process, minimal_environment, single_threaded

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


def checked(answer: Answer) -> Answer:
    """Hold an adapter's observation against the contract before a client has to."""
    if "ok" not in answer:
        return answer
    try:
        return {"ok": msgspec.convert(answer["ok"], Observation)}
    except msgspec.ValidationError as error:
        return failure(EnvironmentFailure(f"the adapter's observation breaks the contract: {error}"))


@dataclass(frozen=True)
class _Request:
    message: dict[str, Any]
    then: Callable[[Answer], None]
    passed: socket.socket | None = None
    """Goes to the world with the message, and is closed here."""


class WorldProcess:
    """One world process. Requests are answered through callbacks, in order.

    The world has at most one request at a time, so it is there to read the next one, and sending never waits for it.
    """

    def __init__(
        self,
        environment: str,
        options: dict[str, Any],
        stop: StopFlag,
        on_event: Callable[[dict[str, Any]], None],
        streams: WorldEnds,
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
        self._saves = Saves()
        self._successor: Successor | None = None
        self._late_worker: socket.socket | None = None
        ours, theirs = Channel.pair()
        self._pass, pass_theirs = socket.socketpair()
        self._guardian, guardian_theirs = socket.socketpair()
        with theirs, pass_theirs, guardian_theirs:
            fds = (theirs.fileno(), pass_theirs.fileno(), stop.fd, guardian_theirs.fileno(), *streams)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "embodied_codeact.bridge.world", *map(str, fds)],
                pass_fds=fds,
                stdin=subprocess.DEVNULL,
                env=minimal_environment() | single_threaded(),
                # A group of its own, so that nothing of it can be left.
                start_new_session=True,
            )
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

    def fds(self) -> list[int]:
        """The descriptors to poll for reading; none once the world has ended."""
        channels = [self._channel, *([self._successor.channel] if self._successor else [])]
        return [channel.fileno() for channel in channels if channel.fileno() >= 0]

    @property
    def alive(self) -> bool:
        """Whether the world can be asked."""
        return self._channel.fileno() >= 0 and self._process.poll() is None

    @property
    def lost(self) -> str:
        """Why the world has ended; empty while its channel stands."""
        return self._why

    @property
    def asked(self) -> bool:
        """Whether the world has an answer to give."""
        return self._asked is not None

    def answers_soon(self) -> bool:
        """Whether the world answers within a moment for which it is not worth sleeping."""
        return self._asked is not None and self._channel.fileno() >= 0 and self._channel.wait(0)

    @property
    def waiting(self) -> int:
        """Requests that the world has not been given yet."""
        return len(self._waiting)

    def ask(self, op: str, then: Callable[[Answer], None], **fields: Any) -> None:
        """Send a request when the world has answered those before it; ``then`` gets the answer, or the failure."""
        self._waiting.append(_Request({"op": op, "id": next(self._ids), **fields}, then))
        self._send_next()

    def permit(self, permissions: Permissions) -> None:
        """Tell what the script that is about to begin may do, until an ``observe`` says that it has ended.

        Not in the queue of requests: the script's first call, on another channel, must not overtake it.
        """
        with contextlib.suppress(ChannelClosed):  # a world that is gone is noticed elsewhere
            self._channel.send({"op": "permit", "permissions": permissions}, timeout_s=SEND_S)

    def _send_next(self) -> None:
        while self._asked is None and self._waiting:
            request = self._waiting.popleft()
            try:
                if request.message["op"] == "restore":
                    self._successor = self._saves.wake(request.message["save"], request.message["id"])
                else:
                    self._send(request)
                self._asked, self._asked_at = request, time.monotonic()
            except TypeError as error:
                request.then(failure(CommandRefused(str(error))))
            except OperatorError as error:
                request.then(failure(error))
            except ChannelClosed as error:
                if not self._why:
                    self._lose(f"{self._ended()} ({error})")
                request.then(self._failure())

    def _send(self, request: _Request) -> None:
        with request.passed or contextlib.nullcontext():
            self._channel.send(request.message, timeout_s=SEND_S)
            if request.passed is not None:
                self._hand(request.passed)

    def _hand(self, sock: socket.socket) -> None:
        try:
            socket.send_fds(self._pass, [b"s"], [sock.fileno()])
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def connect(self) -> socket.socket:
        """Return the worker's end of a new channel to the world; an older worker's channel ends."""
        world_end, worker_end = Channel.pair()
        if self._successor is not None:
            self._late_worker = world_end
            return worker_end
        self._attach(world_end)
        return worker_end

    def _attach(self, worker: socket.socket, in_transit: dict[str, Any] | None = None) -> None:
        # A world that is gone is noticed elsewhere; the worker gets an error at its first call then.
        with worker, contextlib.suppress(ChannelClosed):
            self._channel.send({"op": "attach", "in_transit": in_transit or {}}, timeout_s=SEND_S)
            self._hand(worker)

    # Save and restore

    def save(self, then: Callable[[Answer], None]) -> None:
        """Have the world saved; the answer is the save's name.

        Raises:
            CommandRefused: there are as many saves as may be.
        """
        self._saves.check_room()
        ours, theirs = socket.socketpair()

        def keep(answer: Answer) -> None:
            if "ok" in answer:
                answer = {"ok": self._saves.keep(ours)}
            else:
                ours.close()
            then(answer)

        self._waiting.append(_Request({"op": "save", "id": next(self._ids)}, keep, theirs))
        self._send_next()

    def restore(self, name: str, then: Callable[[Answer], None]) -> None:
        """Put a saved world into the place of the living one; the answer is its observation. The save remains."""
        self.ask("restore", then, save=name)

    def forget(self, name: str) -> None:
        """End a save.

        Raises:
            CommandRefused: there is none of that name.
        """
        self._saves.forget(name)

    def _pump_successor(self, successor: Successor) -> None:
        """Once the woken world is there, ask the living one for its worker."""
        request = self._asked
        assert request is not None
        try:
            messages = successor.channel.receive_available()
        except (ChannelClosed, ChannelCorrupt) as error:
            messages = [failure(CommandRefused(f"the saved world did not come alive ({error}); the other one goes on"))]
        for message in messages:
            if "event" in message:
                self._on_event(message)
            elif "error" in message:
                successor.close()
                self._successor, self._asked = None, None
                self._attach_late_worker()
                request.then({"error": message["error"]})
            elif request.message["op"] == "restore":
                then = functools.partial(self._succeed, request.then, {"ok": message["ok"]})
                self._asked = _Request({"op": "release", "id": request.message["id"]}, then)
                self._send(self._asked)

    def _succeed(self, then: Callable[[Answer], None], answer: Answer, released: Answer) -> None:
        """The living world has nothing more to give: the woken one takes its place."""
        successor, self._successor = self._successor, None
        assert successor is not None
        in_transit, worker = released.get("ok"), None
        if in_transit is not None:
            _, fds, _, _ = socket.recv_fds(self._pass, 1, 1, socket.MSG_CMSG_CLOEXEC)
            worker = socket.socket(fileno=fds[0])
        self._channel.close()
        self._pass.close()
        self._channel, self._pass = successor.channel, successor.passing
        if worker is not None:
            self._attach(worker, in_transit)
        self._attach_late_worker()
        then(answer)

    def _attach_late_worker(self) -> None:
        """A worker that was started meanwhile has waited until it was clear which world it gets."""
        worker, self._late_worker = self._late_worker, None
        if worker is not None:
            self._attach(worker)

    def _end_restore(self) -> None:
        """All is over: let go of what waited for a restore."""
        for each in (self._successor, self._late_worker):
            if each is not None:
                each.close()
        self._successor = self._late_worker = None

    def pump(self) -> None:
        """Handle what the world has sent, without waiting."""
        if self._channel.fileno() < 0:
            return
        try:
            messages = self._channel.receive_available()
        except (ChannelClosed, ChannelCorrupt) as error:
            self._lose(f"{self._ended()} ({error})")
            return
        try:
            for message in messages:
                if "event" in message:
                    self._on_event(message)
                elif self._asked is not None and self._asked.message["id"] == message["id"]:
                    then, self._asked = self._asked.then, None
                    then({key: message[key] for key in ("ok", "error") if key in message})
            if self._successor is not None:
                self._pump_successor(self._successor)
        except ChannelClosed as error:
            self._lose(f"{self._ended()} ({error})")
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
            self._kill()
            self._lose(f"it did not answer for {ANSWER_S:.0f} s")

    def fail_all(self, answer: Answer) -> None:
        """Give this answer to all requests that wait for one."""
        requests = [*([self._asked] if self._asked else []), *self._waiting]
        self._asked = None
        self._waiting.clear()
        for request in requests:
            if request.passed is not None:
                request.passed.close()
            request.then(answer)

    def _lose(self, why: str) -> None:
        self._why = why
        self._channel.close()
        self._end_restore()
        self.fail_all(self._failure())
        # Of a world that was killed, or whose guardian was, something may still run.
        self._kill()

    def _failure(self) -> Answer:
        return failure(EnvironmentFailure(f"the world process ended: {self._why}"))

    def _ended(self) -> str:
        try:
            return describe_exit(self._process.wait(timeout=2.0))
        except subprocess.TimeoutExpired:
            self._kill()
            return "it closed its channel"

    def _kill(self) -> None:
        """End all its processes at once: guardian, world, saves, and what they started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process; its adapter closes in order where it can. May be called twice."""
        self._why = self._why or "the server closed it"
        self._end_restore()
        for each in (self._saves, self._channel, self._pass, self._guardian):
            each.close()
        end_process(self._process, grace_s=CLOSE_GRACE_S)
        self._kill()
