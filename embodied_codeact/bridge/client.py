"""The agent's end of the bridge: an environment session over ZeroMQ."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

import zmq

from embodied_codeact.bridge.commanding import Commanding
from embodied_codeact.bridge.control_line import HEARTBEAT_S, LOST_S, ControlLine
from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint
from embodied_codeact.bridge.framing import MAX_COMMAND_BYTES, Encoder
from embodied_codeact.bridge.handshake import HandshakeWatch
from embodied_codeact.bridge.listen import WELCOME
from embodied_codeact.bridge.picture_memory import PictureMemory, SharedRoom
from embodied_codeact.bridge.polling import readable
from embodied_codeact.bridge.replies import Replies, converted
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.bridge.sending import EVENTS_TOPIC
from embodied_codeact.bridge.stream_memory import CAMERA
from embodied_codeact.bridge.streams import KEPT_IMAGES, SensorReader, chosen
from embodied_codeact.bridge.verbs import (
    VERBS,
    CallBody,
    Described,
    ExecuteBody,
    ExecutionReply,
    FramesBody,
    ObserveBody,
    ResetBody,
    SaveBody,
)
from embodied_codeact.contracts import (
    EnvironmentDescription,
    ExecutionEvent,
    ExecutionResult,
    Observation,
    Permissions,
    Task,
)
from embodied_codeact.errors import BridgeError, CommandRefused, ConfigurationError, NotInCommand, OperatorError

CONNECT_S = 10.0
DEADMAN_S = 3.0
"""Silence of the agent, while its script runs, after which the server stops everything. Heartbeats come from the loop
that awaits the script's events, which on a busy machine can be held up for a second by whoever handles them."""
POLL_MS = 50
CLOCK_PINGS = 5
"""Pings by which the server's clock is compared with ours."""
_DRAIN_MS = 250
"""How long the last events may come after the reply: they travel on another socket, and can be lost on the way."""


class EnvironmentClient:
    """One client of one environment server. Use it as a context manager, from one thread at a time; ``interrupt``,
    ``halt``, ``clear`` and ``stop_state`` may be called from any thread at any time.

    It becomes the commander with its first command that needs that, and again where its lease ran out while it was
    idle; any such command raises CommandRefused while another commands, and WorldChanged, like ``observe``, where
    another has reset the environment since.

    Args:
        endpoint: ``ipc://FOLDER`` or ``tcp://HOST:PORT``.
        deadman_s: silence in seconds after which the server stops a running script or call; None asks for no such
            watch.
        security: the keys for a server that has some.
        lease_s: silence in seconds that ends its lease while it is idle, if that is less than the server's own.
        alive: says whether a server that is a child of this process still runs, so that its death is seen at once.

    Raises:
        ConfigurationError: the endpoint is no endpoint, or the server there does not let these keys in.
        BridgeError: nothing answers there.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        deadman_s: float | None = DEADMAN_S,
        connect_s: float = CONNECT_S,
        alive: Callable[[], bool] = lambda: True,
        security: ClientSecurity | None = None,
        lease_s: float | None = None,
    ) -> None:
        self.endpoint: Endpoint = parse_endpoint(endpoint)
        if security is not None and self.endpoint.transport == "ipc":
            raise ConfigurationError(f"keys are for tcp://; who may use {self.endpoint} its folder's permissions say")
        self._security = security
        self._commanding = Commanding()
        self._lease_s = lease_s
        self._deadman_s = deadman_s
        self._alive = alive
        # Not from 1: events carry the id of their script, and another client's must not look like ours.
        self._ids = itertools.count(secrets.randbits(48))
        self._encoder = Encoder()
        self._replies = Replies(self.endpoint)
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        # Reentrant: a signal's handler may halt while its thread clears.
        self._controlling = threading.RLock()
        try:
            self._command = self._connect(zmq.DEALER, "command")
            self._control = self._connect(zmq.DEALER, "control", watched=True)
            self._events = self._connect(zmq.SUB, "events")
            for topic in (EVENTS_TOPIC, WELCOME):
                self._events.setsockopt(zmq.SUBSCRIBE, topic)
            self._command.setsockopt(zmq.RCVTIMEO, POLL_MS)
            self._line = ControlLine(self._control, self.endpoint, self._commanding, self._send, alive)
            self._poller = zmq.Poller()
            for socket in (self._command, self._control, self._events):
                self._poller.register(socket, zmq.POLLIN)
            self._greet(connect_s)
        except BaseException:
            self.close()
            raise

    def _connect(self, kind: int, name: str, *, watched: bool = False) -> zmq.Socket[bytes]:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.RCVHWM, KEPT_IMAGES if name == "images" else 100_000)
        if ":" in self.endpoint.place and self.endpoint.transport == "tcp":
            socket.setsockopt(zmq.IPV6, 1)
        if self._security is not None:
            self._security.secure(socket)
        if watched:
            self._handshake = HandshakeWatch(socket, self.endpoint, keys=self._security is not None)
        try:
            socket.connect(self.endpoint.address(name))
        except zmq.ZMQError as error:
            raise ConfigurationError(f"cannot connect to {self.endpoint}: {error.strerror}") from error
        return socket

    def __enter__(self) -> EnvironmentClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hand the environment back, and release the sockets. The server goes on. May be called twice."""
        with self._controlling:
            try:
                if self._commanding.lease and not self._context.closed and self._alive():
                    with contextlib.suppress(OperatorError):
                        self.release()
            finally:
                self._context.destroy(linger=0)

    def _greet(self, connect_s: float) -> None:
        """Wait until the server answers and the events socket is subscribed, so that no event is missed."""
        until = time.monotonic() + connect_s
        greeted = subscribed = False
        request = self._send(self._control, "ping", None)
        while not (greeted and subscribed):
            if not self._alive():
                raise BridgeError(f"the environment server at {self.endpoint} has ended")
            self._handshake.check()
            if time.monotonic() > until:
                raise BridgeError(
                    f"nothing answers at {self.endpoint}; start one with "
                    f"`embodied-codeact serve ENVIRONMENT --endpoint {self.endpoint}`"
                )
            ready = dict(self._poller.poll(50))
            if self._control in ready:
                greeted = self._line.take().header.id == request
            if self._events in ready:
                self._events.recv_multipart()
                subscribed = True
        self._handshake.end()
        answer = converted(self._ask("describe", None, timeout_s=connect_s), Described)
        self._encoder.session = self._line.session = answer.session
        self._description = answer.description

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
        return converted(self._ask("reset", ResetBody(task)), Observation)

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """Run one script; its events are handed to ``on_event`` as they come. What ``on_event`` raises ends the script.

        Raises:
            StopLatched: a protective or emergency stop is latched.
            EnvironmentFailure: the world broke while the script ran.
            BridgeError: the server is gone, or busy with another script.
        """
        # A lone surrogate is no UTF-8; as an escape it means the same in a string of the script.
        text = code.encode("utf-8", "backslashreplace").decode()
        body = ExecuteBody(
            code=text,
            timeout_s=timeout_s,
            deadman_s=self._deadman_s,
            permissions=permissions or Permissions(),
        )
        gave_up = False

        def listen(event: ExecutionEvent) -> None:
            nonlocal gave_up
            assert on_event is not None
            gave_up = True
            on_event(event)
            gave_up = False

        try:
            answer = converted(self._ask("execute", body, on_event=listen if on_event else None), ExecutionReply)
        except BaseException as error:
            if gave_up or not isinstance(error, OperatorError):
                # Nobody awaits the script any more: it ends now, not by the deadman's protective stop.
                self._send(self._control, "interrupt", {"reason": "the agent gave it up"})
            raise
        return answer.result, answer.observation

    def call(self, target: str, method: str = "", *args: Any, **kwargs: Any) -> Any:
        """Call one primitive without a script and return its value. ``method`` is empty for a plain function.

        Raises:
            PrimitiveError: the primitive could not do it; the message begins with the kind.
            TypeError: an argument cannot travel.
        """
        body = CallBody(target=target, method=method, args=list(args), kwargs=kwargs, deadman_s=self._deadman_s)
        return self._ask("call", body)

    def observe(self, *, settle: bool = False) -> Observation:
        """Return state, sensors and status; with ``settle`` the environment's final verdict is in the status."""
        return converted(self._ask("observe", ObserveBody(settle)), Observation)

    def frames(self, at_most: int) -> list[bytes]:
        """Return the next frames of the world's film as JPEG, the oldest first; none when none are left. They are asked
        for between scripts, a few at a time: the world draws them then.

        Raises:
            CommandRefused: something is under way, or this environment's worlds cannot be filmed.
            ConfigurationError: the world was not told to keep what a film needs (``record``).
        """
        return converted(self._ask("frames", FramesBody(at_most)), list[bytes])

    # Save and restore

    def save(self) -> str:
        """Save the world as it is now, exactly, and return the save's name. It stays until :meth:`forget` or the end of
        the world's process, whatever task is started meanwhile. The interpreter is not saved.

        Raises:
            CommandRefused: something is under way, this environment's worlds cannot be saved
                (``describe().forkable``), or too many saves are kept.
        """
        return str(self._ask("save", None))

    def restore(self, save: str) -> Observation:
        """Put the saved world, and with it its task, into the place of the present one, and return what it shows. The
        save can be restored again. Variables of earlier scripts stay as they are.

        Raises:
            CommandRefused: something is under way, or there is no such save.
            StopLatched: a protective or emergency stop is latched.
        """
        return converted(self._ask("restore", SaveBody(save)), Observation)

    def forget(self, save: str) -> None:
        """End a save, and free what it keeps.

        Raises:
            CommandRefused: there is no such save.
        """
        self._ask("forget", SaveBody(save))

    # The lease

    def acquire(self) -> None:
        """Become the commander, or its commander anew. Commands do so by themselves.

        Raises:
            CommandRefused: another commands.
            StopLatched: a stop is latched, and this client was not the last commander.
        """
        self._line.acquire("acquire", self._lease_s)

    def release(self) -> None:
        """Hand the environment back, so that another may command at once; what still runs for this client is ended."""
        self._line.release()

    # Sensors

    def sensors(self, *names: str, compressed: bool = False, shared: bool = True) -> SensorReader:
        """Subscribe to the streams of these sensors (``describe().sensors`` lists them). With ``compressed`` pictures
        come as JPEG, depth as 16-bit PNG in millimetres, and are given as arrays all the same. Of a server on the same
        machine, pictures are read from its memory, unless ``shared`` is false.

        Raises:
            ConfigurationError: there is no such sensor, or it is not streamed.
            BridgeError: the server is gone.
        """
        specs = chosen(self._description.sensors, names)
        looks = shared and not compressed and any(spec.kind == CAMERA for spec in specs)
        return SensorReader(
            specs,
            endpoint=self.endpoint,
            connect=self._connect,
            clock_offset_ns=self.clock_offset_ns(),
            compressed=compressed,
            pictures=self._picture_memory() if looks else None,
        )

    def _picture_memory(self) -> PictureMemory | None:
        """The server's memory, where it can be seen from here."""
        if self.endpoint.beyond_loopback:
            return None
        try:
            room = converted(self._control_verb("pictures", None), SharedRoom)
        except CommandRefused:
            return None  # it shows none
        return PictureMemory.attach(room)

    def clock_offset_ns(self) -> int:
        """What the monotonic clock of the server is ahead of ours; 0 on the same machine.

        Raises:
            BridgeError: the server is gone.
        """
        if not self.endpoint.beyond_loopback:
            return 0
        found: list[tuple[int, int]] = []
        for _ in range(CLOCK_PINGS):
            before = time.monotonic_ns()
            there = int(self._control_verb("ping", None)["time_ns"])
            after = time.monotonic_ns()
            found.append((after - before, there - (before + after) // 2))
        # The quickest answer tells it best.
        return min(found)[1]

    # Control

    def interrupt(self, reason: str = "the user") -> None:
        """End the running script, or the call without one, soon; nothing is latched."""
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
        """Ask on a socket of its own, so that any thread may, also while another awaits the end of a script."""
        with self._controlling:
            if self._context.closed:
                raise BridgeError(f"the connection to {self.endpoint} has been closed")
            return self._ask_control(verb, body)

    def _ask_control(self, verb: str, body: dict[str, str] | None) -> dict[str, Any]:
        request = next(self._ids)
        until = time.monotonic() + LOST_S
        with self._connect(zmq.DEALER, "control") as socket:
            socket.send_multipart(Encoder(self._encoder.session).encode(verb, body, id=request))
            while time.monotonic() < until and self._alive():
                if socket.poll(50):
                    received = self._replies.received(socket.recv_multipart())
                    if received.header.id == request:
                        return dict(self._replies.value(received))
        raise self._line.lost()

    # Messages

    def _ask(
        self,
        verb: str,
        body: Any,
        *,
        timeout_s: float | None = None,
        on_event: Callable[[ExecutionEvent], None] | None = None,
    ) -> Any:
        """Carry out a command, as the commander where it needs that."""
        if verb not in VERBS or not VERBS[verb].lease:
            return self._ask_once(verb, body, timeout_s, on_event)
        if not self._commanding.lease:
            self._line.acquire(verb, self._lease_s)
        try:
            return self._ask_once(verb, body, timeout_s, on_event)
        except NotInCommand:
            # Refused before anything was done: the lease ran out meanwhile.
            self._line.acquire(verb, self._lease_s)
            return self._ask_once(verb, body, timeout_s, on_event)

    def _ask_once(
        self,
        verb: str,
        body: Any,
        timeout_s: float | None,
        on_event: Callable[[ExecutionEvent], None] | None,
    ) -> Any:
        """Send a command and wait for its answer; meanwhile hand out events, and show that we are in control."""
        self._drop_old_events()
        request = self._send(self._command, verb, body)
        self._line.begin_waiting()
        all_events = on_event is None
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._line.heartbeat()
            frames: list[bytes] = []
            if on_event is not None:
                ready = dict(self._poller.poll(POLL_MS))
                if self._events in ready:
                    all_events = self._hand_out_events(request, on_event) or all_events
            # Where no events are awaited, the socket itself waits: to be woken so takes less time.
            if on_event is None or self._command in ready:
                with contextlib.suppress(zmq.Again):
                    frames = self._command.recv_multipart()
            if frames:
                received = self._replies.received(frames)
                if received.header.id == request:
                    self._line.check_session(received)
                    self._commanding.answered(verb, received.header)
                    value = self._replies.value(received)
                    while not all_events and self._events.poll(_DRAIN_MS):
                        all_events = self._hand_out_events(request, on_event)
                    return value
            elif on_event is None:
                self._drop_old_events()
            if until is not None and time.monotonic() > until:
                raise BridgeError(f"the environment server at {self.endpoint} did not answer {verb!r} in time")

    def _send(self, socket: zmq.Socket[bytes], verb: str, body: Any) -> int:
        request = next(self._ids)
        frames = self._encoder.encode(verb, body, id=request, **self._commanding.header(verb, request))
        if max(memoryview(frame).nbytes for frame in frames) > MAX_COMMAND_BYTES:
            raise CommandRefused(f"a {verb!r} with more than {MAX_COMMAND_BYTES} bytes in one piece cannot be sent")
        with contextlib.suppress(zmq.Again):
            socket.send_multipart(frames, flags=zmq.NOBLOCK)
        return request

    def _drop_old_events(self) -> None:
        while readable(self._events):
            self._events.recv_multipart()

    def _hand_out_events(self, request: int, on_event: Callable[[ExecutionEvent], None] | None) -> bool:
        """Hand out what has come, for a moment at most, so that a flood leaves room for heartbeats.

        Returns whether the script's last event was among them.
        """
        until = time.monotonic() + HEARTBEAT_S
        with contextlib.suppress(zmq.Again):
            while time.monotonic() < until:
                _, *frames = self._events.recv_multipart(flags=zmq.NOBLOCK)
                if not frames or on_event is None:
                    continue
                received = self._replies.received(frames)
                if received.header.id != request:
                    continue
                if received.header.type == "end":
                    return True
                if received.header.type == "execution":
                    for event in self._replies.body(received, list[ExecutionEvent]):
                        on_event(event)
        return False
