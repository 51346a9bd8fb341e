"""The world process: owns the adapter, answers the server and the script's primitive calls, obeys the stop flag.

Started by the server as ``python -m embodied_codeact.bridge.world SERVER_FD PASS_FD STOP_FD GUARDIAN_FD`` and the three
descriptors of the sensor streams (:mod:`embodied_codeact.bridge.stream_memory`). The first message names the
environment and its options; the answer is the environment's description. After that the server's requests and the
worker's calls are answered in the order in which they come, by one thread.

Save and restore: the world forks a copy that sleeps (:mod:`embodied_codeact.bridge.snapshots`). To restore, the server
wakes the sleeper with channels of its own, and asks it as ``awake``; only when that has been answered, it has the world
that lived until then ``release`` the worker's channel, and closes its channel, so that it leaves.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from embodied_codeact.bridge import snapshots
from embodied_codeact.bridge.asking import Questions, is_answer, put_functions
from embodied_codeact.bridge.calls import Callables, Called, Permit, call_record, kind_of, shorten
from embodied_codeact.bridge.guardian import Living, fork_guarded
from embodied_codeact.bridge.sensing import Sensing, select_precisely
from embodied_codeact.bridge.stop import Script, StopFlag
from embodied_codeact.bridge.stream_memory import StreamMemory, WorldEnds
from embodied_codeact.channel import ALERT_S, Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import (
    CallRecord,
    EnvironmentAdapter,
    Filmed,
    Permissions,
    RenewsAfterFork,
    Task,
    WorldContext,
)
from embodied_codeact.describe import describe_environment, why_unsaveable
from embodied_codeact.errors import CommandRefused, ConfigurationError, ModelFacingError, OperatorError, Stopped
from embodied_codeact.registry import open_environment

_REQUESTS_PER_TURN = 100
"""A worker that floods must not keep the world from its server."""


def _error(kind: str, message: str) -> dict[str, str]:
    # A message may quote a file name that is no UTF-8, and has to travel all the same.
    return {"kind": kind, "message": message.encode("utf-8", "backslashreplace").decode()}


class World:
    """Serves one adapter to one server and, at a time, one worker."""

    def __init__(
        self, server: socket.socket, pass_socket: socket.socket, stop: StopFlag, living: Living, sensing: Sensing
    ) -> None:
        self._stop = stop
        self._sensing = sensing
        self._living = living
        self._adapter: EnvironmentAdapter
        self._callables: Callables
        self._permit: Permit | None = None
        """Of a script that may not do everything, from its begin to its end; so a save never holds one."""
        self._connect(server, pass_socket)

    def _connect(self, server: socket.socket, pass_socket: socket.socket) -> None:
        """Serve these, and no worker yet."""
        self._server = Channel(server)
        self._pass = pass_socket
        self._worker: Channel | None = None
        self._requests: deque[Any] = deque()
        self._alert_until = 0.0
        self._idle = False
        """Whether the worker is awaited to send, not to read."""
        self._sleepers: dict[int, int] = {}
        # Not epoll, whose set of descriptors a fork shares.
        self._selector = selectors.PollSelector()
        self._selector.register(self._server, selectors.EVENT_READ)
        self._selector.register(self._sensing, selectors.EVENT_READ)

    def open(self) -> bool:
        """Make the adapter that the first message asks for, and describe it. Returns whether it stands."""
        start = self._server.receive()
        try:
            environment, options = open_environment(start["environment"], start["options"])
            tasks = environment.tasks(options)
            context = WorldContext(
                stop_requested=self._stop.requested,
                stop_level=lambda: self._stop.level.words,
                tick=self._sensing.tick,
            )
            self._adapter = adapter = environment.adapter(options, context)
            self._unsaveable = why = why_unsaveable(environment, adapter)
            self._sensing.begin(adapter, environment.sensors, lambda: self._living.here)
            try:
                description = describe_environment(environment, adapter, tasks, saveable=not why)
                self._server.send({"description": description})
            except BaseException:
                self._adapter.close()
                raise
        except ChannelClosed:
            return False
        except OperatorError as error:
            self._server.send({"error": _error(type(error).__name__, str(error))})
            return False
        except Exception as error:  # noqa: BLE001 - any code may fail here; the operator gets the whole traceback
            traceback.print_exc()
            self._server.send({"error": _error("EnvironmentFailure", f"the adapter failed to start: {error!r}")})
            return False
        return True

    def serve(self) -> None:
        """Answer until the server closes the channel."""
        try:
            while True:
                selector = self._selector
                for key, _ in self._ready():
                    if self._selector is not selector:
                        break  # woken in a copy: what else was ready was for the world that was copied
                    if key.fileobj is self._server:
                        self._read_server()
                    elif key.fileobj is self._worker:
                        self._serve_worker(self._worker)
                    elif key.fileobj is self._sensing:
                        self._sensing.wake()
                    elif key.fileobj in self._sleepers:
                        self._bury(key.fd)
        except ChannelClosed:
            return

    def _ready(self) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for something to do. After a script's call without sleeping at first, since the next one may be near."""
        self._sensing.idle()
        while time.perf_counter() < self._alert_until:
            if ready := self._selector.select(0):
                return ready
            os.sched_yield()
        return select_precisely(self._selector, self._sensing.wait_s())

    def close(self) -> None:
        """Close the adapter. A world that was restored elsewhere leaves without that: what it would close, the other
        may be using."""
        if not self._living.here:
            os._exit(0)
        self._adapter.close()

    # The server's requests

    def _read_server(self) -> None:
        server = self._server
        for request in server.receive_available():
            op = request["op"]
            if op == "attach":
                self._attach(**request.get("in_transit", {}))
                continue
            if op == "permit":
                self._permit = Permit(msgspec.convert(request["permissions"], Permissions))
                continue
            answer = self._answer(op, request)
            if self._server is not server:
                return  # woken in a copy, as in serve()
            self._reply(server.send, {"id": request["id"], **answer})

    def _answer(self, op: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if op == "reset":
                return {"ok": self._reset(msgspec.convert(request["task"], Task))}
            if op == "observe":
                if request.get("script_ended"):
                    self._permit = None
                return {"ok": self._adapter.observe()}
            if op == "judge":
                status = self._adapter.judge()
                return {"ok": msgspec.structs.replace(self._adapter.observe(), status=status)}
            if op == "call":
                return self._call(request["target"], request["method"], request["args"], request["kwargs"]).answer
            if op == "frames":
                return {"ok": self._film(request["at_most"])}
            if op == "save":
                self._save()
                return {"ok": None}
            if op == "awake":
                return {"ok": self._awake()}
            if op == "release":
                return {"ok": self._release()}
            raise ValueError(f"unknown request {op!r}")
        except OperatorError as error:
            return {"error": _error(type(error).__name__, str(error))}
        except Exception as error:  # noqa: BLE001 - as in open()
            traceback.print_exc()
            return {"error": _error("EnvironmentFailure", f"the environment failed in {op}: {error!r}")}

    def _reset(self, task: Task) -> Any:
        if task.seed < 0:
            raise ConfigurationError(f"the seed of a task is from 0 up, not {task.seed}")
        observation = self._adapter.reset(task)
        self._callables = Callables(self._adapter.primitives(), self._stop)
        return observation

    def _film(self, at_most: int) -> list[bytes]:
        if not isinstance(self._adapter, Filmed):
            raise CommandRefused("this environment cannot be filmed: its adapter offers no film")
        return self._adapter.film(at_most)

    def _attach(self, unread: bytes = b"", unsent: bytes = b"", requests: Sequence[Any] = ()) -> None:
        """Take the channel to a worker, with what another world left of it; an older channel's worker is gone."""
        sock = self._receive_socket()
        self._detach()
        self._worker = Channel(sock, unread=unread, unsent=unsent)
        self._requests.extend(requests)
        # There may be something to do already.
        self._idle = False
        self._selector.register(self._worker, selectors.EVENT_WRITE)

    def _detach(self) -> None:
        if self._worker is not None:
            self._selector.unregister(self._worker)
            self._worker.close()
            self._worker = None
            self._requests.clear()

    def _receive_socket(self) -> socket.socket:
        """Take the socket that comes with a request."""
        _, fds, _, _ = socket.recv_fds(self._pass, 1, 1, socket.MSG_CMSG_CLOEXEC)
        if not fds:
            raise ChannelClosed("the server closed the channel")
        return socket.socket(fileno=fds[0])

    # Save and restore

    def _save(self) -> None:
        """Put a copy of this process to sleep. Returns here at once, and in the copy when it is woken."""
        control = self._receive_socket()
        try:
            if self._unsaveable:
                raise CommandRefused(self._unsaveable)
            threads = len(os.listdir("/proc/self/task")) - 1
            if threads:
                raise CommandRefused(f"the world cannot be saved: it runs {threads} more threads, which no copy has")
            taken = snapshots.take(control, self._let_go)
        except OSError as error:
            raise CommandRefused(f"the world cannot be saved now: {error.strerror}") from error
        finally:
            control.close()
        if isinstance(taken, snapshots.Woken):
            server, pass_socket = (socket.socket(fileno=fd) for fd in taken.descriptors)
            self._connect(server, pass_socket)
            taken = taken.sleeper
        self._watch(taken)

    def _let_go(self) -> None:
        """In a copy: close what is the living world's."""
        self._detach()
        self._server.close()
        self._pass.close()
        self._selector.close()
        for pidfd in self._sleepers:
            os.close(pidfd)

    def _awake(self) -> Any:
        """Come alive in the place of the world that lived until now."""
        if isinstance(self._adapter, RenewsAfterFork):
            self._adapter.after_fork()
        observation = self._adapter.observe()
        self._living.pid = os.getpid()
        return observation

    def _release(self) -> dict[str, Any] | None:
        """Hand the worker's channel back to the server, for the world that takes over."""
        if self._worker is None or len(self._requests) > _REQUESTS_PER_TURN:
            return None
        unread, unsent = self._worker.in_transit
        in_transit = {"unread": unread, "unsent": unsent, "requests": list(self._requests)}
        socket.send_fds(self._pass, [b"w"], [self._worker.fileno()])
        # From now on what comes and goes there is the other world's.
        self._detach()
        return in_transit

    def _watch(self, pid: int) -> None:
        """See to it that a sleeper of ours is buried."""
        pidfd = os.pidfd_open(pid)
        self._sleepers[pidfd] = pid
        self._selector.register(pidfd, selectors.EVENT_READ)

    def _bury(self, pidfd: int) -> None:
        os.waitpid(self._sleepers.pop(pidfd), 0)
        self._selector.unregister(pidfd)
        os.close(pidfd)

    # The worker's calls

    def _serve_worker(self, worker: Channel) -> None:
        """Answer a worker's requests in order, each once the answer before it is gone.

        A worker may be slow to read, or never read: it is not waited for, and nothing more is taken from it meanwhile.
        """
        try:
            if worker.flush() and not self._requests:
                self._requests.extend(each for each in worker.receive_available() if not is_answer(each))
            for _ in range(_REQUESTS_PER_TURN):
                if not self._requests or not worker.flush() or self._awaits_permit():
                    break
                called = self._worker_request(self._requests.popleft())
                self._reply(worker.send_soon, called.answer)
                # After the answer: the script goes on meanwhile. Before anything that the server may ask next.
                self._report(called)
                self._alert_until = time.perf_counter() + ALERT_S
            idle = worker.flush() and not self._requests
            if idle is not self._idle:
                self._idle = idle
                self._selector.modify(worker, selectors.EVENT_READ if idle else selectors.EVENT_WRITE)
        except (ChannelClosed, ChannelCorrupt):
            # The worker died, or sends garbage: the server sees to its replacement.
            self._detach()

    def _awaits_permit(self) -> bool:
        """Whether the running script has a permit that is still to be read. The server sends it before the script can
        make its first call, but the two come on different channels."""
        return self._permit is None and self._stop.script is Script.BOUND

    def _worker_request(self, request: Any) -> Called:
        if not isinstance(request, dict) or not isinstance(request.get("id"), int):
            raise ChannelCorrupt("not a request")
        if request.get("op") == "state":
            return Called({"id": request["id"], **self._state()})
        args, kwargs = request.get("args"), request.get("kwargs")
        if request.get("op") != "call" or not isinstance(args, list) or not isinstance(kwargs, dict):
            raise ChannelCorrupt("not a request")
        script = self._stop.script
        if script is Script.NONE or (script is Script.BOUND and self._permit is None):
            return Called({"id": request["id"], "error": _error(Stopped.__name__, "the script has ended")})
        permit = self._permit if script is Script.BOUND else None
        if "functions" in request and self._worker is not None:
            put_functions(request["functions"], args, kwargs, Questions(self._worker, request["id"], self._requests))
        called = self._call(str(request.get("target")), str(request.get("method")), args, kwargs, permit)
        return called._replace(answer={"id": request["id"], **called.answer})

    def _state(self) -> dict[str, Any]:
        answer = self._answer("observe", {})
        if "error" in answer:
            self._report_failure(answer["error"]["message"])
            return answer
        return {"ok": answer["ok"].state}

    def _call(
        self, target: str, method: str, args: list[Any], kwargs: dict[str, Any], permit: Permit | None = None
    ) -> Called:
        """Run one primitive call, where the permit allows it."""
        began = time.monotonic()
        answer: dict[str, Any]
        value, error = None, None
        try:
            if permit is not None:
                permit.use(kind_of(target, method))
            value = self._callables.call(target, method, args, kwargs)
            answer = {"ok": value}
        except ModelFacingError as problem:
            answer = {"error": _error(type(problem).__name__, str(problem))}
            error = f"{type(problem).__name__}: {answer['error']['message']}"
        except OperatorError as problem:
            # Such as a robot's controller that is gone: its words are enough.
            error = f"{kind_of(target, method)}: {problem}"
            answer = {"error": _error("EnvironmentFailure", error)}
            self._report_failure(error)
        except Exception as problem:  # noqa: BLE001 - anything else is a fault of the adapter, not of the script
            traceback.print_exc()
            error = f"{kind_of(target, method)} failed: {problem!r}"
            answer = {"error": _error("EnvironmentFailure", error)}
            self._report_failure(error)
        took = time.monotonic() - began

        def record() -> CallRecord:
            shown = "" if "error" in answer else shorten(repr(value))
            return call_record(target, method, args, kwargs, result=shown, error=error, duration_s=took)

        return Called(answer, record)

    def _report(self, called: Called) -> None:
        if called.record is not None:
            self._server.send({"event": "call", "call": called.record()})

    def _reply(self, send: Callable[[Any], None], answer: dict[str, Any]) -> None:
        try:
            send(answer)
        except TypeError as error:
            failure = _error("EnvironmentFailure", f"the environment gave what cannot travel: {error}")
            self._report_failure(failure["message"])
            send({"id": answer["id"], "error": failure})

    def _report_failure(self, message: str) -> None:
        self._server.send({"event": "failed", "message": message})


def main(server_fd: int, pass_fd: int, stop_fd: int, guardian_fd: int, *stream_fds: int) -> None:
    """Run a world on inherited descriptors until its server ends."""
    # A person's Ctrl-C is for the server, which ends its world in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for fd in (server_fd, pass_fd, stop_fd, guardian_fd, *stream_fds):
        # A simulator's own processes must not hold the channel open when this one is gone.
        os.set_inheritable(fd, False)
    stop = StopFlag(stop_fd)
    living = fork_guarded(socket.socket(fileno=guardian_fd), stop, of_the_world=(server_fd, pass_fd))
    streams = WorldEnds(*stream_fds)
    sensing = Sensing(
        StreamMemory(streams.memory), socket.socket(fileno=streams.samples), socket.socket(fileno=streams.pictures)
    )
    world = World(socket.socket(fileno=server_fd), socket.socket(fileno=pass_fd), stop, living, sensing)
    # Whatever a simulator prints is a log line, never an answer.
    with contextlib.redirect_stdout(sys.stderr), contextlib.suppress(ChannelClosed):
        if not world.open():
            return
        try:
            world.serve()
        finally:
            world.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:8]))
