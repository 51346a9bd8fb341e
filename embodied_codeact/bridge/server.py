"""The environment server: owns the sockets and the processes, and never runs physics, rendering or model code.

One thread polls the command socket, the interpreter, the world and the control thread's requests; nothing in it waits,
so it is always there to stop what runs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import zmq
from msgspec.structs import replace

from embodied_codeact.bridge.admission import Admission, Standing, shortened
from embodied_codeact.bridge.calls import checked_permissions
from embodied_codeact.bridge.control import ControlDesk, ControlThread
from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.execution import Execution
from embodied_codeact.bridge.framing import FramingError, Received, decode
from embodied_codeact.bridge.lease import Lease
from embodied_codeact.bridge.listen import Listener
from embodied_codeact.bridge.picture_memory import SharedRoom
from embodied_codeact.bridge.polling import Poll, readable
from embodied_codeact.bridge.sending import Sender
from embodied_codeact.bridge.stop import Script, StopFlag, StopLevel, StopState
from embodied_codeact.bridge.stream_memory import StreamLink
from embodied_codeact.bridge.streaming import ImageThread, SensorPublisher
from embodied_codeact.bridge.verbs import (
    CallBody,
    Confinement,
    ExecuteBody,
    ExecutionReply,
    FramesBody,
    ObserveBody,
    ResetBody,
    SaveBody,
    ServerConfig,
)
from embodied_codeact.bridge.world_process import Answer, WorldProcess, checked, failure
from embodied_codeact.contracts import CallFinished, CallRecord, EnvironmentDescription, ScriptStarted
from embodied_codeact.errors import BridgeError, CommandRefused, EnvironmentFailure, OperatorError
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.records import ScriptFinished, ScriptOutcome

MAX_WAITING = 32
"""Observations that may wait for a busy world; more are refused."""
_TICK_S = 0.25
_GATHER_S = 0.01
"""For so long a script's calls are left to gather, once some were taken: who watches does not notice, and a script that
calls in a loop is not slowed by a server that wakes for each."""
_READS_PER_TURN = 100
_RESET, _SCRIPT, _CALL = "a reset is under way", "a script is running", "a primitive call is under way"
_SAVE, _RESTORE = "the world is being saved", "a restore is under way"
_FRAMES = "frames of the film are being drawn"


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
        self._ended = False
        self._execution: Execution | None = None
        self._busy = ""
        self._busy_for = b""
        self._deadman_s: float | None = None
        self._gathers_until = 0.0
        self._unready: OperatorError | None = CommandRefused("no task was started; reset first")
        self._handlers: dict[str, Callable[[bytes, int, Any], None]] = {
            "describe": self._describe,
            "observe": self._observe,
            "reset": self._reset,
            "execute": self._execute,
            "call": self._call,
            "save": self._save,
            "restore": self._restore,
            "forget": self._forget,
            "frames": self._frames,
        }
        with contextlib.ExitStack() as opening:
            self._listener = opening.enter_context(Listener(config))
            self._poller = Poll(self._listener.command, self._listener.events)
            self._lease = Lease(config.lease_s)
            self._sender = Sender(self._listener, self.session, lambda: self._lease.world)
            flag = StopFlag()
            opening.callback(flag.close)
            self._stop = StopState(flag)
            self._flag = flag
            self._desk = ControlDesk(self._stop, self._lease)
            self._admission = Admission(self.session, self.endpoint, self._lease, self._stop)
            opening.callback(self._desk.close)
            self._link = StreamLink()
            opening.callback(self._link.close)
            self._streams = SensorPublisher(self._link, self._listener.events, self.session)
            self._world = self._start_world()
            opening.callback(lambda: self._world.close())
            self._streams.begin(self._world.description.sensors)
            images = ImageThread(self._link, self._listener.images, self._world.description.sensors, self.session)
            images.start()
            opening.callback(images.end)
            self._interpreter = Interpreter(
                sandbox=config.sandbox, limits=config.limits, connect_world=lambda: self._world.connect()
            )
            opening.callback(self._interpreter.close)
            room = SharedRoom(os.getpid(), self._link.memory.fd, self._link.memory.token)
            self._control = ControlThread(self._listener.control, self._desk, self.session, self.endpoint, room)
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
                break
            if self._desk.wake_fd in ready:
                for request in self._desk.asked():
                    if request.lease in (0, self._lease.occupant):
                        self._interrupt(request.reason)
            if not ready.isdisjoint(self._world.fds()):
                self._pump_world()
            if self._execution is not None or not ready.isdisjoint(self._interpreter.fds()):
                self._pump_interpreter()
            self._check_world()
            self._publish_news()
            if self._streams.fileno() in ready:
                self._streams.pump()
            self._check_deadman()
            if self._listener.events in ready:
                self._read_subscriptions()
            if self._listener.command in ready:
                self._read_commands()
                # Most answers are there sooner than one could fall asleep and be woken.
                if self._world.answers_soon():
                    self._pump_world()
        self._abandon(EnvironmentFailure("the environment server was told to end"))

    @property
    def confinement(self) -> Confinement:
        """How this machine confines scripts."""
        return Confinement(layers=list(self._interpreter.layers), missing=dict(self._interpreter.missing_layers))

    def _description(self) -> EnvironmentDescription:
        description = self._world.description
        return replace(description, metadata={**description.metadata, "confinement": self.confinement})

    def _poll(self, end_fd: int | None) -> set[object]:
        """Wait for something to do; return the descriptors and sockets that can be read."""
        fds = [self._desk.wake_fd, self._streams.fileno(), *self._interpreter.fds()]
        if end_fd is not None:
            fds.append(end_fd)
        now, wake_at = time.monotonic(), self._interpreter.wake_at()
        wait = _TICK_S if wake_at is None else min(_TICK_S, max(0.0, wake_at - now))
        if self._world.asked or now >= self._gathers_until:
            fds += self._world.fds()
        else:
            wait = min(wait, self._gathers_until - now)
        if self._deadman_s is not None:
            wait = min(wait, max(0.0, self._deadman_s - self._lease.silence_s()))
        return self._poller.wait(fds, wait)

    # Processes

    def _start_world(self) -> WorldProcess:
        return WorldProcess(
            self.config.environment, self.config.options, self._flag, self._on_world_event, self._link.world_ends
        )

    def _on_world_event(self, message: dict[str, Any]) -> None:
        execution = self._execution
        if message["event"] == "call" and execution is not None:
            call = msgspec.convert(message["call"], CallRecord)
            execution.add_call(call)
            execution.news.append(CallFinished(call))
            self._gathers_until = time.monotonic() + _GATHER_S
        elif message["event"] == "failed" and execution is not None:
            execution.failure = failure(EnvironmentFailure(message["message"]))

    def _pump_world(self) -> None:
        self._world.pump()
        if self._world.lost:
            self._interrupt("the environment is gone")

    def _check_world(self) -> None:
        # A call from outside of a script may take as long as one of a script.
        self._world.check(script_runs=self._flag.script is not Script.NONE or self._busy == _CALL)
        if self._world.lost:
            self._interrupt("the environment is gone")

    def _pump_interpreter(self) -> None:
        try:
            events = self._interpreter.pump()
        except (OperatorError, OSError) as error:
            self._lose_interpreter(error)
            return
        for event in events:
            execution = self._execution
            if execution is None:
                continue
            if isinstance(event, ScriptFinished):
                self._end_script(execution, event.outcome)
            else:
                execution.news.append(event)

    def _publish_news(self) -> None:
        if self._execution is not None and self._execution.news:
            self._sender.publish(self._execution.request, self._execution.news)
            self._execution.news.clear()

    def _end_script(self, execution: Execution, outcome: ScriptOutcome) -> None:
        execution.outcome = outcome
        self._flag.script = Script.NONE
        # A primitive that still runs for a script that is gone (past its deadline, killed) ends too.
        self._stop.interrupt(True)
        self._world.ask("observe", functools.partial(self._finish, execution), script_ended=True)

    def _lose_interpreter(self, error: OperatorError | OSError) -> OperatorError:
        """No worker can be had: the script ends with this error, and a reset tries again."""
        if not isinstance(error, OperatorError):
            error = EnvironmentFailure(f"the interpreter cannot be started: {error}")
        self._unready = error
        execution = self._execution
        if execution is not None and execution.outcome is None:
            execution.failure = failure(error)
            self._end_script(execution, ScriptOutcome())
        return error

    def _interrupt(self, reason: str) -> None:
        if self._execution is not None and self._execution.outcome is None:
            self._stop.interrupt(True)
            self._interpreter.interrupt(reason)
        elif self._busy == _CALL:
            self._stop.interrupt(True)

    def _check_deadman(self) -> None:
        if self._deadman_s is None or (silence := self._lease.silence_s()) <= self._deadman_s:
            return
        self._deadman_s = None
        self._lease.lose()
        what = "its script ran" if self._execution is not None else "its call was under way"
        self._stop.latch(StopLevel.PROTECTIVE_STOP, f"the commander was silent for {silence:.1f} s while {what}")
        self._interrupt("the commander fell silent")

    def _read_subscriptions(self) -> None:
        """Take them from the socket, which then welcomes the subscribers."""
        with contextlib.suppress(zmq.Again):
            for _ in range(_READS_PER_TURN):
                self._streams.subscription(self._listener.events.recv(flags=zmq.NOBLOCK))

    # Commands

    def _read_commands(self) -> None:
        for _ in range(_READS_PER_TURN):
            if not readable(self._listener.command):
                return
            identity, *frames = self._listener.command.recv_multipart()
            try:
                received = decode(frames)
            except FramingError:
                self._desk.drop()
                continue
            problem = self._carry_out_safely(identity, received)
            if problem is not None:
                shown = type(problem)(shortened(str(problem)))
                self._sender.reply(identity, received.header.id, failure(shown))

    def _carry_out_safely(self, identity: bytes, received: Received) -> OperatorError | None:
        """Carry out a command, or return why not."""
        try:
            self._carry_out(identity, received)
        except OperatorError as error:
            return error
        except FramingError as error:
            return CommandRefused(f"malformed body: {error}")
        except Exception as error:  # noqa: BLE001 - no client may end the server; the log has the whole fault
            traceback.print_exc()
            return BridgeError(f"the server failed in {received.header.type!r}: {error!r}")
        return None

    def _carry_out(self, identity: bytes, received: Received) -> None:
        header = received.header
        standing = Standing(self._busy, identity == self._busy_for, self._unready, self._world.lost)
        verb = self._admission.check_sender(header, standing)
        body = received.body(verb.body)
        self._admission.check_state(verb, standing)
        self._handlers[header.type](identity, header.id, body)

    def _describe(self, identity: bytes, request: int, _: None) -> None:
        self._sender.reply(identity, request, {"ok": {"session": self.session, "description": self._description()}})

    def _observe(self, identity: bytes, request: int, body: ObserveBody) -> None:
        if self._world.waiting >= MAX_WAITING:
            raise CommandRefused("the environment is busy, and many observations wait for it already; try later")

        def then(answer: Answer) -> None:
            self._sender.reply(identity, request, checked(answer))

        self._world.ask("judge" if body.settle else "observe", then)

    def _occupy(self, what: str, identity: bytes, request: int) -> Callable[[Answer], None]:
        """Be busy with a command until the callable that is returned is given its answer."""

        def free(answer: Answer) -> None:
            self._free()
            self._sender.reply(identity, request, answer)

        self._begin(what, identity)
        return free

    def _begin(self, what: str, identity: bytes, deadman_s: float | None = None) -> None:
        self._busy, self._busy_for, self._deadman_s = what, identity, deadman_s
        self._lease.occupy(what)

    def _free(self) -> None:
        self._busy, self._deadman_s = "", None
        self._lease.free()

    def _reset(self, identity: bytes, request: int, body: ResetBody) -> None:
        if not self._world.alive:
            self._world.close()
            # The guardian of one that could not start may have stopped it by the flag that the next one has too.
            self._stop.show()
            self._world = self._start_world()
        free = self._occupy(_RESET, identity, request)
        self._lease.begin_world()
        self._unready = CommandRefused("the last reset failed; reset first")

        def then(answer: Answer) -> None:
            answer = checked(answer)
            free(self._with_fresh_interpreter(answer) if "ok" in answer else answer)

        self._world.ask("reset", then, task=body.task)

    def _with_fresh_interpreter(self, answer: Answer) -> Answer:
        self._unready = None
        try:
            self._interpreter.start(self._world.description.api)
        except (OperatorError, OSError) as error:
            return failure(self._lose_interpreter(error))
        return answer

    def _execute(self, identity: bytes, request: int, body: ExecuteBody) -> None:
        permissions = checked_permissions(body.permissions, self._world.description.api)
        self._begin(_SCRIPT, identity, body.deadman_s)
        self._execution = Execution(identity, request, body)
        self._sender.publish(request, [ScriptStarted()])
        if permissions is not None:
            self._world.permit(permissions)
        self._flag.script = Script.FREE if permissions is None else Script.BOUND
        try:
            self._interpreter.begin(body.code, body.timeout_s)
        except (OperatorError, OSError) as error:
            self._lose_interpreter(error)

    def _call(self, identity: bytes, request: int, body: CallBody) -> None:
        free = self._occupy(_CALL, identity, request)
        self._deadman_s = body.deadman_s

        def then(answer: Answer) -> None:
            self._stop.interrupt(False)
            free(answer)

        self._world.ask("call", then, target=body.target, method=body.method, args=body.args, kwargs=body.kwargs)

    def _save(self, identity: bytes, request: int, _: None) -> None:
        try:
            self._world.save(self._occupy(_SAVE, identity, request))
        except CommandRefused:
            self._free()
            raise

    def _restore(self, identity: bytes, request: int, body: SaveBody) -> None:
        """The world goes back; the interpreter stays as it is, unless it has to be replaced anyway."""
        free = self._occupy(_RESTORE, identity, request)

        def then(answer: Answer) -> None:
            answer = checked(answer)
            if "ok" in answer:
                self._lease.begin_world()
            free(self._with_fresh_interpreter(answer) if "ok" in answer and self._unready is not None else answer)

        self._world.restore(body.save, then)

    def _forget(self, identity: bytes, request: int, body: SaveBody) -> None:
        self._world.forget(body.save)
        self._sender.reply(identity, request, {"ok": None})

    def _frames(self, identity: bytes, request: int, body: FramesBody) -> None:
        self._world.ask("frames", self._occupy(_FRAMES, identity, request), at_most=body.at_most)

    def _finish(self, execution: Execution, answer: Answer) -> None:
        """The script has ended and the world has answered: reply, and be ready for the next command."""
        self._publish_news()
        self._execution = None
        self._free()
        self._stop.interrupt(False)
        answer = checked(answer)
        if execution.failure is not None and "ok" in answer:
            answer = execution.failure
        if "ok" in answer:
            answer = {"ok": ExecutionReply(execution.result(), answer["ok"])}
        self._sender.publish_end(execution.request)
        self._sender.reply(execution.identity, execution.request, answer)

    def _abandon(self, error: OperatorError) -> None:
        """Tell all who wait for an answer that none will come."""
        if self._execution is not None and self._execution.outcome is None:
            self._finish(self._execution, failure(error))
        self._world.fail_all(failure(error))
