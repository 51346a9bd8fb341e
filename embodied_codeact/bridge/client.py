"""The agent's end of the bridge: an environment session over ZeroMQ."""

from __future__ import annotations

import contextlib
import itertools
import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import zmq

from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint
from embodied_codeact.bridge.framing import Encoder, FramingError, Received, decode
from embodied_codeact.bridge.verbs import CallBody, ExecuteBody, ExecutionReply, ObserveBody, ResetBody
from embodied_codeact.contracts import EnvironmentDescription, ExecutionEvent, ExecutionResult, Observation, Task
from embodied_codeact.errors import OPERATOR_ERRORS, BridgeError, PrimitiveError

CONNECT_S = 10.0
DEADMAN_S = 3.0
"""Silence of the agent, while its script runs, after which the server stops everything. Heartbeats come from the loop
that awaits the script's events, which on a busy machine can be held up for a second by whoever handles them."""
HEARTBEAT_S = 0.2
LOST_S = 4.0
"""A server whose control socket has not answered for this long counts as gone."""
_DRAIN_MS = 50


class EnvironmentClient:
    """One commander of one environment server. Use it as a context manager; not safe for several threads at once.

    Args:
        endpoint: ``ipc://FOLDER`` or ``tcp://HOST:PORT``.
        deadman_s: silence in seconds after which the server stops a running script; None asks for no such watch.
        alive: says whether a server that is a child of this process still runs, so that its death is seen at once.

    Raises:
        ConfigurationError: the endpoint is no endpoint.
        BridgeError: nothing answers there.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        deadman_s: float | None = DEADMAN_S,
        connect_s: float = CONNECT_S,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self.endpoint: Endpoint = parse_endpoint(endpoint)
        self.commander = uuid.uuid4().hex
        self._deadman_s = deadman_s
        self._alive = alive
        self._ids = itertools.count(1)
        self._encoder = Encoder()
        self._heard = 0.0
        self._beat = 0.0
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._command = self._connect(zmq.DEALER, "command")
        self._control = self._connect(zmq.DEALER, "control")
        self._events = self._connect(zmq.SUB, "events")
        self._events.setsockopt(zmq.SUBSCRIBE, b"")
        self._poller = zmq.Poller()
        for socket in (self._command, self._control, self._events):
            self._poller.register(socket, zmq.POLLIN)
        try:
            self._greet(connect_s)
        except BaseException:
            self.close()
            raise

    def _connect(self, kind: int, name: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.RCVHWM, 100_000)
        if ":" in self.endpoint.place and self.endpoint.transport == "tcp":
            socket.setsockopt(zmq.IPV6, 1)
        socket.connect(self.endpoint.address(name))
        return socket

    def __enter__(self) -> EnvironmentClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the sockets. The server goes on. May be called twice."""
        self._context.destroy(linger=0)

    def _greet(self, connect_s: float) -> None:
        """Wait until the server answers and the events socket is subscribed, so that no event is missed."""
        until = time.monotonic() + connect_s
        greeted, subscribed = False, False
        request = self._send(self._control, "ping", None)
        while not (greeted and subscribed):
            if not self._alive():
                raise BridgeError(f"the environment server at {self.endpoint} has ended")
            if time.monotonic() > until:
                raise BridgeError(
                    f"nothing answers at {self.endpoint}; start one with "
                    f"`embodied-codeact serve ENVIRONMENT --endpoint {self.endpoint}`"
                )
            ready = dict(self._poller.poll(50))
            if self._control in ready:
                greeted = self._read(self._control).header.id == request
            if self._events in ready:
                self._events.recv_multipart()
                subscribed = True
        self._heard = time.monotonic()
        answer = self._ask("describe", None, timeout_s=connect_s)
        self._encoder.session = answer["session"]
        self._description = msgspec.convert(answer["description"], EnvironmentDescription)

    # The session

    def describe(self) -> EnvironmentDescription:
        """Return what the environment says of itself, its tasks included."""
        return self._description

    def reset(self, task: Task) -> Observation:
        """Start ``task`` with a fresh world and a fresh interpreter.

        Raises:
            ConfigurationError: the task's data cannot be used.
            EnvironmentFailure: the world broke.
            BridgeError: the server is gone or busy.
        """
        return msgspec.convert(self._ask("reset", ResetBody(task)), Observation)

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """Run one script; its events are handed to ``on_event`` as they come.

        Raises:
            StopLatched: a protective or emergency stop is latched.
            EnvironmentFailure: the world broke while the script ran.
            BridgeError: the server is gone, or busy with another script.
        """
        body = ExecuteBody(code=code, timeout_s=timeout_s, commander=self.commander, deadman_s=self._deadman_s)
        answer = msgspec.convert(self._ask("execute", body, on_event=on_event), ExecutionReply)
        return answer.result, answer.observation

    def call(self, target: str, method: str = "", *args: Any, **kwargs: Any) -> Any:
        """Call one primitive without a script and return its value. ``method`` is empty for a plain function.

        Raises:
            PrimitiveError: the primitive could not do it; the message begins with the kind.
        """
        return self._ask("call", CallBody(target=target, method=method, args=list(args), kwargs=kwargs))

    def observe(self, *, settle: bool = False) -> Observation:
        """Return state, sensors and status; with ``settle`` the environment's final verdict is in the status."""
        return msgspec.convert(self._ask("observe", ObserveBody(settle)), Observation)

    # Control

    def interrupt(self, reason: str = "the user") -> None:
        """End the running script soon; nothing is latched."""
        self._control_verb("interrupt", {"reason": reason})

    def halt(self, reason: str = "") -> None:
        """Latch an emergency stop and end what runs."""
        self._control_verb("halt", {"reason": reason})

    def clear(self) -> str:
        """Clear a latched stop and return its level in words. Nothing starts to move again by itself."""
        return str(self._control_verb("clear", None)["cleared"])

    def stop_state(self) -> tuple[str, str]:
        """Return the latched stop in words (``"normal"`` for none) and its reason."""
        state = self._control_verb("ping", None)
        return str(state["stop"]), str(state["reason"])

    def _control_verb(self, verb: str, body: dict[str, str] | None) -> dict[str, Any]:
        request = self._send(self._control, verb, body)
        until = time.monotonic() + LOST_S
        while time.monotonic() < until and self._alive():
            if self._control.poll(50):
                received = self._read(self._control)
                if received.header.id == request:
                    return dict(self._value(received))
        raise self._lost()

    # Messages

    def _ask(
        self,
        verb: str,
        body: Any,
        *,
        timeout_s: float | None = None,
        on_event: Callable[[ExecutionEvent], None] | None = None,
    ) -> Any:
        """Send a command and wait for its answer; meanwhile hand out events, and show that we are in control."""
        self._drop_old_events()
        request = self._send(self._command, verb, body)
        self._heard = time.monotonic()
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._heartbeat()
            ready = dict(self._poller.poll(50))
            if self._control in ready:
                self._read(self._control)
            if self._events in ready:
                self._hand_out_events(request, on_event)
            if self._command in ready:
                received = self._read(self._command)
                if received.header.id == request:
                    # Events left before the reply did, but on another socket.
                    if on_event is not None and self._events.poll(_DRAIN_MS):
                        self._hand_out_events(request, on_event)
                    return self._value(received)
            if until is not None and time.monotonic() > until:
                raise BridgeError(f"the environment server at {self.endpoint} did not answer {verb!r} in time")

    def _heartbeat(self) -> None:
        now = time.monotonic()
        if not self._alive() or now - self._heard > LOST_S:
            raise self._lost()
        if now - self._beat > HEARTBEAT_S:
            self._beat = now
            self._send(self._control, "heartbeat", {"commander": self.commander})

    def _lost(self) -> BridgeError:
        why = "has ended" if not self._alive() else f"has not answered for {LOST_S:.0f} s"
        return BridgeError(f"the environment server at {self.endpoint} {why}; start it again and repeat the run")

    def _send(self, socket: zmq.Socket[bytes], verb: str, body: Any) -> int:
        request = next(self._ids)
        frames = self._encoder.encode(verb, body, id=request)
        with contextlib.suppress(zmq.Again):
            socket.send_multipart(frames, flags=zmq.NOBLOCK)
        return request

    def _read(self, socket: zmq.Socket[bytes]) -> Received:
        try:
            received = decode(socket.recv_multipart())
        except FramingError as error:
            raise BridgeError(f"what answers at {self.endpoint} does not speak this protocol: {error}") from error
        if socket is self._control:
            self._heard = time.monotonic()
        return received

    def _value(self, received: Received) -> Any:
        answer = received.body(dict[str, Any])
        if "error" not in answer:
            return answer.get("ok")
        kind, message = str(answer["error"]["kind"]), str(answer["error"]["message"])
        if kind in OPERATOR_ERRORS:
            raise OPERATOR_ERRORS[kind](message)
        raise PrimitiveError(f"{kind}: {message}")

    def _drop_old_events(self) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                self._events.recv_multipart(flags=zmq.NOBLOCK)

    def _hand_out_events(self, request: int, on_event: Callable[[ExecutionEvent], None] | None) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                _, *frames = self._events.recv_multipart(flags=zmq.NOBLOCK)
                if not frames or on_event is None:
                    continue
                received = decode(frames)
                if received.header.type == "execution" and received.header.id == request:
                    on_event(received.body(ExecutionEvent))
