"""The template process: imports once what every script may want, then forks workers on request.

It stays single-threaded (a fork copies only the forking thread), runs no script itself, and is not confined, but holds
nothing worth stealing: it was started with an empty environment and never sees more than the requests below.

Requests and replies are MessagePack maps, one per packet: ``{"op": "fork", "scratch", "layers"}`` with the worker's
descriptors attached -> ``{"pid"}`` or ``{"error"}``; ``{"op": "reap", "pid"}`` -> ``{"status"}`` (as waitpid gives it,
None while the process lives); ``{"op": "probe", "scratch"}`` -> ``{"layers": {name: what it lacks, or ""}}``.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
from typing import Any, NoReturn

import msgspec

from embodied_codeact.interpreter import landlock, results, sandbox, worker  # noqa: F401 - scripts use results
from embodied_codeact.interpreter.records import ScriptLimits

MAX_PACKET = 64 * 1024
MAX_FDS = 4
_WATCH_MS = 1000


class Options(msgspec.Struct, frozen=True):
    """What the host tells the template once, on its command line."""

    control: int
    folder: str
    preload: list[str]
    limits: ScriptLimits


class Template:
    """Answers the host's requests until the host is gone."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._host = os.getppid()
        self._control = socket.socket(fileno=options.control)
        self._workers: set[int] = set()
        self._readable = landlock.readable_paths()
        landlock.warm_up()
        self._program, self._program_missing = sandbox.compile_seccomp()
        self._null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)

    def serve(self) -> None:
        """Answer requests. Returns when the host closed its end, or died while somebody else still holds it open."""
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        while os.getppid() == self._host:
            if not poller.poll(_WATCH_MS):
                continue
            packet, fds, _flags, _address = socket.recv_fds(self._control, MAX_PACKET, MAX_FDS)
            if not packet:
                return
            try:
                reply = self._answer(msgspec.msgpack.decode(packet), fds)
            except OSError as error:
                reply = {"error": str(error)}
            finally:
                for fd in fds:
                    os.close(fd)
            self._control.send(msgspec.msgpack.encode(reply))

    def close(self) -> None:
        """End the workers and remove the folder that holds their scratch folders."""
        for pid in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        shutil.rmtree(self._options.folder, ignore_errors=True)

    def _answer(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        if request["op"] == "fork":
            return {"pid": self._fork(request["scratch"], request["layers"], fds)}
        if request["op"] == "reap":
            return {"status": self._reap(request["pid"])}
        return {"layers": self._probe(request["scratch"])}

    def _confinement(self, scratch: str) -> sandbox.Confinement:
        limits = self._options.limits
        return sandbox.Confinement(scratch, limits, self._readable, self._program, self._program_missing)

    def _fork(self, scratch: str, layers: list[str], fds: list[int]) -> int:
        template = os.getpid()
        pid = os.fork()
        if pid == 0:
            descriptors = worker.Descriptors(fds[0], fds[1], fds[2], self._null, *fds[3:4])
            worker.run(descriptors, self._confinement(scratch), layers, template)
        self._workers.add(pid)
        return pid

    def _reap(self, pid: int) -> int | None:
        found, status = os.waitpid(pid, os.WNOHANG)
        if not found:
            return None
        self._workers.discard(pid)
        return status

    def _probe(self, scratch: str) -> dict[str, str]:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(writer, msgspec.msgpack.encode(sandbox.probe(self._confinement(scratch))))
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader, "rb") as file:
            data = file.read()
        os.waitpid(pid, 0)
        if not data:
            return {layer.name: "applying the layers ended the process" for layer in sandbox.LAYERS}
        found: dict[str, str] = msgspec.msgpack.decode(data)
        return found


def main() -> NoReturn:
    """Run a template; its options are the last argument of the command line, as JSON."""
    options = msgspec.json.decode(sys.argv[-1], type=Options)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-c at the terminal is the host's to handle
    for name in options.preload:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    template = Template(options)
    try:
        template.serve()
    finally:
        template.close()
        os._exit(0)
