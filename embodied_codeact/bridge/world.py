"""The world process: owns the adapter, answers the server and the script's primitive calls, obeys the stop flag.

Started by the server as ``python -m embodied_codeact.bridge.world SERVER_FD PASS_FD STOP_FD``. The first message names
the environment and its options; the answer is the environment's description. After that the server's requests and the
worker's calls are answered in the order in which they come, by one thread.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from embodied_codeact import wire
from embodied_codeact.bridge.stop import StopFlag, StopLevel
from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import CallRecord, EnvironmentAdapter, Task, WorldContext
from embodied_codeact.describe import describe_environment, public_methods
from embodied_codeact.errors import InvalidArgument, ModelFacingError, OperatorError, Stopped
from embodied_codeact.processes import on_hangup
from embodied_codeact.registry import load_environment, parse_options

CLOSE_GRACE_S = 5.0
"""How long a world that lost its server may take to come to rest and close."""
_REQUESTS_PER_TURN = 100
"""A worker that floods must not keep the world from its server."""
_SHOWN_CHARACTERS = 400


class _Callable(NamedTuple):
    """What a script may call, with the signature that its arguments must fit."""

    function: Callable[..., Any]
    signature: inspect.Signature


def _error(kind: str, message: str) -> dict[str, str]:
    # A message may quote a file name that is no UTF-8, and has to travel all the same.
    return {"kind": kind, "message": message.encode("utf-8", "backslashreplace").decode()}


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


class World:
    """Serves one adapter to one server and, at a time, one worker."""

    def __init__(self, server: Channel, pass_socket: socket.socket, stop: StopFlag) -> None:
        self._server = server
        self._pass = pass_socket
        self._stop = stop
        self._worker: Channel | None = None
        self._requests: deque[Any] = deque()
        self._selector = selectors.DefaultSelector()
        self._adapter: EnvironmentAdapter
        self._callables: dict[tuple[str, str], _Callable] = {}

    def open(self) -> bool:
        """Make the adapter that the first message asks for, and describe it. Returns whether it stands."""
        start = self._server.receive()
        try:
            environment = load_environment(start["environment"])
            options = parse_options(environment, start["options"])
            tasks = environment.tasks(options)
            self._adapter = environment.adapter(options, WorldContext(stop_requested=self._stop.requested))
            try:
                description = describe_environment(environment, self._adapter.primitives(), tasks)
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
        self._selector.register(self._server, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj is self._server:
                        self._read_server()
                    elif key.fileobj is self._worker:
                        self._serve_worker(self._worker)
        except ChannelClosed:
            return

    def close(self) -> None:
        """Close the adapter."""
        self._adapter.close()

    # The server's requests

    def _read_server(self) -> None:
        for request in self._server.receive_available():
            op = request["op"]
            if op == "attach":
                self._attach()
            else:
                self._reply(self._server.send, {"id": request["id"], **self._answer(op, request)})

    def _answer(self, op: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            if op == "reset":
                return {"ok": self._reset(msgspec.convert(request["task"], Task))}
            if op == "observe":
                return {"ok": self._adapter.observe()}
            if op == "judge":
                status = self._adapter.judge()
                return {"ok": msgspec.structs.replace(self._adapter.observe(), status=status)}
            if op == "call":
                return self._call(request["target"], request["method"], request["args"], request["kwargs"])
            raise ValueError(f"unknown request {op!r}")
        except OperatorError as error:
            return {"error": _error(type(error).__name__, str(error))}
        except Exception as error:  # noqa: BLE001 - as in open()
            traceback.print_exc()
            return {"error": _error("EnvironmentFailure", f"the environment failed in {op}: {error!r}")}

    def _reset(self, task: Task) -> Any:
        observation = self._adapter.reset(task)
        self._callables = {}
        for name, primitive in self._adapter.primitives().items():
            functions = {"": primitive} if inspect.isroutine(primitive) else public_methods(primitive)
            for key, function in functions.items():
                self._callables[name, key] = _Callable(function, inspect.signature(function))
        return observation

    def _attach(self) -> None:
        """Take the channel to a new worker; the old one's worker is gone."""
        _, fds, _, _ = socket.recv_fds(self._pass, 1, 1)
        self._detach()
        self._worker = Channel(socket.socket(fileno=fds[0]))
        self._selector.register(self._worker, selectors.EVENT_READ)

    def _detach(self) -> None:
        if self._worker is not None:
            self._selector.unregister(self._worker)
            self._worker.close()
            self._worker = None
            self._requests.clear()

    # The worker's calls

    def _serve_worker(self, worker: Channel) -> None:
        """Answer a worker's requests in order, each once the answer before it is gone.

        A worker may be slow to read, or never read: it is not waited for, and nothing more is taken from it meanwhile.
        """
        try:
            if worker.flush() and not self._requests:
                self._requests.extend(worker.receive_available())
            for _ in range(_REQUESTS_PER_TURN):
                if not self._requests or not worker.flush():
                    break
                self._reply(worker.send_soon, self._worker_request(self._requests.popleft()))
            idle = worker.flush() and not self._requests
            self._selector.modify(worker, selectors.EVENT_READ if idle else selectors.EVENT_WRITE)
        except (ChannelClosed, ChannelCorrupt):
            # The worker died, or sends garbage: the server sees to its replacement.
            self._detach()

    def _worker_request(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict) or not isinstance(request.get("id"), int):
            raise ChannelCorrupt("not a request")
        if request.get("op") == "state":
            return {"id": request["id"], **self._state()}
        args, kwargs = request.get("args"), request.get("kwargs")
        if request.get("op") != "call" or not isinstance(args, list) or not isinstance(kwargs, dict):
            raise ChannelCorrupt("not a request")
        if not self._stop.script_runs:
            return {"id": request["id"], "error": _error(Stopped.__name__, "the script has ended")}
        called = self._call(str(request.get("target")), str(request.get("method")), args, kwargs)
        return {"id": request["id"], **called}

    def _state(self) -> dict[str, Any]:
        answer = self._answer("observe", {})
        if "error" in answer:
            self._report_failure(answer["error"]["message"])
            return answer
        return {"ok": answer["ok"].state}

    def _call(self, target: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Run one primitive call; report it to the server before the answer goes out."""
        began = time.monotonic()
        answer: dict[str, Any]
        try:
            value = self._run(target, method, args, kwargs)
            answer, shown, error = {"ok": value}, _shorten(repr(value)), None
        except ModelFacingError as problem:
            answer, shown = {"error": _error(type(problem).__name__, str(problem))}, ""
            error = f"{type(problem).__name__}: {answer['error']['message']}"
        except Exception as problem:  # noqa: BLE001 - anything else is a fault of the adapter, not of the script
            traceback.print_exc()
            error = f"{target}.{method} failed: {problem!r}" if method else f"{target} failed: {problem!r}"
            answer, shown = {"error": _error("EnvironmentFailure", error)}, ""
            self._report_failure(error)
        record = CallRecord(
            target=target if method else "",
            method=method or target,
            args=[_shown_argument(value) for value in args],
            kwargs={str(name): _shown_argument(value) for name, value in kwargs.items()},
            result=shown,
            error=error,
            duration_s=time.monotonic() - began,
        )
        self._server.send({"event": "call", "call": record})
        return answer

    def _run(self, target: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        found = self._callables.get((target, method))
        if found is None:
            raise InvalidArgument(f"there is no primitive {target}.{method}" if method else f"no primitive {target}")
        level = self._stop.level
        if level is not StopLevel.NORMAL:
            raise Stopped(f"{level.words}: nothing is carried out until it is cleared")
        try:
            found.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise InvalidArgument(f"{method or target}{found.signature}: {error}") from None
        return wire.plain(found.function(*args, **kwargs))

    def _reply(self, send: Callable[[Any], None], answer: dict[str, Any]) -> None:
        try:
            send(answer)
        except TypeError as error:
            failure = _error("EnvironmentFailure", f"the environment gave what cannot travel: {error}")
            self._report_failure(failure["message"])
            send({"id": answer["id"], "error": failure})

    def _report_failure(self, message: str) -> None:
        self._server.send({"event": "failed", "message": message})


def _shown_argument(value: Any) -> Any:
    """Arguments as they go into records: plain ones as they are, large or odd ones as short text."""
    if isinstance(value, bool | int | float | type(None)):
        return value
    return _shorten(value if isinstance(value, str) else repr(value))


def _end_without_server(stop: StopFlag) -> None:
    """The server is gone: bring the world to rest, and leave for good if it does not end by itself."""
    stop.level = max(stop.level, StopLevel.PROTECTIVE_STOP)
    timer = threading.Timer(CLOSE_GRACE_S, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


def main(server_fd: int, pass_fd: int, stop_fd: int) -> None:
    """Run a world on inherited descriptors until its server ends."""
    # A person's Ctrl-C is for the server, which ends its world in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for fd in (server_fd, pass_fd, stop_fd):
        # A simulator's own processes must not hold the channel open when this one is gone.
        os.set_inheritable(fd, False)
    server_socket = socket.socket(fileno=server_fd)
    stop = StopFlag(stop_fd)
    on_hangup(server_socket, lambda: _end_without_server(stop))
    world = World(Channel(server_socket), socket.socket(fileno=pass_fd), stop)
    # Whatever a simulator prints is a log line, never an answer.
    with contextlib.redirect_stdout(sys.stderr), contextlib.suppress(ChannelClosed):
        if not world.open():
            return
        try:
            world.serve()
        finally:
            world.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
