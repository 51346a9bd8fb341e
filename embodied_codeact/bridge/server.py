"""The environment server: owns the sockets and the processes, and never runs physics, rendering or model code.

One thread polls the command socket, the interpreter, the world and the control thread's requests; nothing in it waits,
so it is always there to stop what runs.
"""

from __future__ import annotations

import contextlib
import functools
import time
import uuid
from typing import Any

import msgspec
import zmq

from embodied_codeact.bridge.control import ControlDesk, ControlThread
from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.execution import Execution
from embodied_codeact.bridge.framing import Encoder, FramingError, Received, decode
from embodied_codeact.bridge.listen import Listener
from embodied_codeact.bridge.stop import StopFlag, StopLevel, StopState
from embodied_codeact.bridge.verbs import CallBody, ExecuteBody, ExecutionReply, ObserveBody, ResetBody, ServerConfig
from embodied_codeact.bridge.world_process import Answer, WorldProcess, failure
from embodied_codeact.contracts import CallFinished, CallRecord, ExecutionEvent, Observation, ScriptStarted
from embodied_codeact.errors import CommandRefused, OperatorError, StopLatched
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.records import ScriptFinished

EVENTS_TOPIC = b"events"
_TICK_S = 0.25
_BODIES: dict[str, Any] = {
    "describe": None,
    "reset": ResetBody,
    "execute": ExecuteBody,
    "call": CallBody,
    "observe": ObserveBody,
}


class EnvironmentServer:
    """Serves one environment at one endpoint until it is told to end.

    Opening it starts the world and the interpreter's template and binds the sockets; use it as a context manager.

    Raises:
        ConfigurationError: the environment, its options or the endpoint cannot be used.
        SandboxUnavailable: the machine cannot confine scripts as asked.
        EnvironmentFailure: the world did not come up.
    """

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.session = uuid.uuid4().hex
        self.dropped = 0
        self._encoder = Encoder(self.session)
        self._event_encoder = Encoder(self.session)
        self._ended = False
        self._execution: Execution | None = None
        self._busy = ""
        self._in_episode = False
        with contextlib.ExitStack() as opening:
            self._listener = opening.enter_context(Listener(config))
            flag = StopFlag()
            opening.callback(flag.close)
            self._stop = StopState(flag)
            self._flag = flag
            self._desk = ControlDesk(self._stop)
            opening.callback(self._desk.close)
            self._world = self._start_world()
            opening.callback(lambda: self._world.close())
            self._interpreter = Interpreter(
                sandbox=config.sandbox, limits=config.limits, connect_world=lambda: self._world.connect()
            )
            opening.callback(self._interpreter.close)
            self._control = ControlThread(self._listener.control, self._desk, self.session)
            self._control.start()
            opening.callback(self._control.end)
            self._resources = opening.pop_all()

    @property
    def endpoint(self) -> Endpoint:
        """Where it can be reached."""
        return self._listener.endpoint

    def __enter__(self) -> EnvironmentServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and release the sockets. May be called twice."""
        self._resources.close()

    def end(self) -> None:
        """Make :meth:`serve` return. Safe in a signal handler."""
        self._ended = True

    def serve(self, *, end_fd: int | None = None) -> None:
        """Answer clients until :meth:`end` is called, or ``end_fd`` becomes readable."""
        while not self._ended:
            ready = self._poll(end_fd)
            if end_fd is not None and end_fd in ready:
                return
            if self._desk.wake_fd in ready:
                for request in self._desk.asked():
                    self._interrupt(request.reason)
            self._world.pump()
            self._world.check()
            self._pump_interpreter()
            self._check_deadman()
            self._read_subscriptions()
            self._read_commands()

    def _poll(self, end_fd: int | None) -> set[int]:
        poller = zmq.Poller()
        poller.register(self._listener.command, zmq.POLLIN)
        poller.register(self._listener.events, zmq.POLLIN)
        fds = [self._desk.wake_fd, *self._interpreter.fds()]
        if self._world.fileno() >= 0:
            fds.append(self._world.fileno())
        if end_fd is not None:
            fds.append(end_fd)
        for fd in fds:
            poller.register(fd, zmq.POLLIN)
        wake_at = self._interpreter.wake_at()
        wait = _TICK_S if wake_at is None else min(_TICK_S, max(0.0, wake_at - time.monotonic()))
        return {source for source, _ in poller.poll(int(wait * 1000) + 1) if isinstance(source, int)}

    # Processes

    def _start_world(self) -> WorldProcess:
        return WorldProcess(self.config.environment, self.config.options, self._flag, self._on_world_event)

    def _on_world_event(self, message: dict[str, Any]) -> None:
        execution = self._execution
        if message["event"] == "call" and execution is not None:
            call = msgspec.convert(message["call"], CallRecord)
            execution.add_call(call)
            self._publish(execution, CallFinished(call))
        elif message["event"] == "failed" and execution is not None:
            execution.failure = message["message"]

    def _pump_interpreter(self) -> None:
        for event in self._interpreter.pump():
            execution = self._execution
            if execution is None:
                continue
            if isinstance(event, ScriptFinished):
                execution.outcome = event.outcome
                self._flag.script_runs = False
                # A primitive that still runs for a script that is gone has to end before the world can answer.
                self._world.ask("observe", functools.partial(self._finish, execution))
            else:
                self._publish(execution, event)

    def _interrupt(self, reason: str) -> None:
        if self._execution is not None and self._execution.outcome is None:
            self._stop.interrupt(True)
            self._interpreter.interrupt(reason)

    def _check_deadman(self) -> None:
        execution = self._execution
        if execution is None or execution.body.deadman_s is None or self._stop.read()[0] is not StopLevel.NORMAL:
            return
        silence = self._desk.silence_s(execution.body.commander)
        if silence > execution.body.deadman_s:
            self._stop.latch(
                StopLevel.PROTECTIVE_STOP, f"the commander was silent for {silence:.1f} s while its script ran"
            )
            self._interrupt("the commander fell silent")

    def _read_subscriptions(self) -> None:
        """Take them from the socket, which then welcomes the subscribers."""
        with contextlib.suppress(zmq.Again):
            while True:
                self._listener.events.recv(flags=zmq.NOBLOCK)

    # Commands

    def _read_commands(self) -> None:
        while True:
            try:
                identity, *frames = self._listener.command.recv_multipart(flags=zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                received = decode(frames)
            except FramingError:
                self.dropped += 1
                continue
            try:
                self._carry_out(identity, received)
            except OperatorError as error:
                self._reply_error(identity, received.header.id, type(error).__name__, str(error))
            except FramingError as error:
                self._reply_error(identity, received.header.id, CommandRefused.__name__, f"malformed body: {error}")

    def _carry_out(self, identity: bytes, received: Received) -> None:
        header = received.header
        if header.type not in _BODIES:
            raise CommandRefused(f"unknown command {header.type!r}; known: {', '.join(_BODIES)}")
        if header.session not in ("", self.session):
            raise CommandRefused("the server was started anew since; connect again")
        if header.type == "describe":
            body = {"session": self.session, "description": self._world.description}
            self._reply(identity, header.id, {"ok": body})
            return
        body = received.body(_BODIES[header.type])
        if header.type == "observe":
            self._ask_world(identity, header.id, "judge" if body.settle else "observe")
            return
        if self._busy:
            raise CommandRefused(f"{self._busy}; wait for it or interrupt it")
        if header.type == "reset":
            self._reset(identity, header.id, body)
            return
        if not self._in_episode:
            raise CommandRefused("no task was started; reset first")
        level, reason = self._stop.read()
        if level is not StopLevel.NORMAL:
            raise StopLatched(f"{level.words} is latched ({reason}); clear it first")
        if header.type == "execute":
            self._execute(identity, header.id, body)
        else:
            self._call(identity, header.id, body)

    def _ask_world(self, identity: bytes, request: int, op: str, **fields: Any) -> None:
        def then(answer: Answer) -> None:
            self._reply(identity, request, answer)

        self._world.ask(op, then, **fields)

    def _reset(self, identity: bytes, request: int, body: ResetBody) -> None:
        if not self._world.alive:
            self._world.close()
            self._world = self._start_world()
        self._busy, self._in_episode = "a reset is under way", False

        def then(answer: Answer) -> None:
            self._busy = ""
            if "ok" in answer:
                try:
                    self._interpreter.start(self._world.description.api)
                    self._in_episode = True
                except OperatorError as error:
                    answer = {"error": {"kind": type(error).__name__, "message": str(error)}}
            self._reply(identity, request, answer)

        self._world.ask("reset", then, task=body.task)

    def _execute(self, identity: bytes, request: int, body: ExecuteBody) -> None:
        self._busy = "a script is running"
        self._execution = Execution(identity, request, body)
        if body.deadman_s is not None:
            self._desk.expect_heartbeats(body.commander)
        self._publish(self._execution, ScriptStarted())
        self._flag.script_runs = True
        self._interpreter.begin(body.code, body.timeout_s)

    def _call(self, identity: bytes, request: int, body: CallBody) -> None:
        self._busy = "a primitive call is under way"

        def then(answer: Answer) -> None:
            self._busy = ""
            self._reply(identity, request, answer)

        fields = msgspec.structs.asdict(body)
        self._world.ask("call", then, **fields)

    def _finish(self, execution: Execution, answer: Answer) -> None:
        """The script has ended and the world has answered: reply, and be ready for the next command."""
        self._execution, self._busy = None, ""
        self._stop.interrupt(False)
        self._desk.expect_none()
        if execution.failure and "ok" in answer:
            answer = failure(execution.failure)
        if "ok" in answer:
            observation = msgspec.convert(answer["ok"], Observation)
            answer = {"ok": ExecutionReply(execution.result(), observation)}
        self._reply(execution.identity, execution.request, answer)

    # Answers

    def _publish(self, execution: Execution, event: ExecutionEvent) -> None:
        frames = self._event_encoder.encode("execution", event, id=execution.request)
        with contextlib.suppress(zmq.Again):
            self._listener.events.send_multipart([EVENTS_TOPIC, *frames], flags=zmq.NOBLOCK)

    def _reply_error(self, identity: bytes, request: int, kind: str, message: str) -> None:
        self._reply(identity, request, {"error": {"kind": kind, "message": message}})

    def _reply(self, identity: bytes, request: int, body: dict[str, Any]) -> None:
        # A client that is gone needs no answer.
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            frames = self._encoder.encode("reply", body, id=request)
            self._listener.command.send_multipart([identity, *frames], flags=zmq.NOBLOCK)
