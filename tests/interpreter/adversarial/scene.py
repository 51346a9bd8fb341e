"""What attacks aim at: a home folder with a secret, a process of the same user, and doors to knock on.

Everything is real, made for one test, and watched from outside of the worker.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter, ScriptOutcome
from embodied_codeact.interpreter.records import MiB, ScriptLimits
from embodied_codeact.interpreter.sandbox import LAYERS

LIMITS = ScriptLimits(
    grace_s=0.2,
    max_output_bytes=100_000,
    max_value_chars=2000,
    max_error_chars=4000,
    memory_bytes=256 * MiB,
    scratch_bytes=4 * MiB,
    max_threads=32,
    max_open_files=64,
)
"""Small, so that going past them harms nobody."""
ALL_LAYERS = tuple(layer.name for layer in LAYERS)
SECRET = "planted-7f3a"
_PATIENCE_S = 5.0

_VICTIM = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
buffer = ctypes.create_string_buffer(os.environ["SECRET"].encode())
print(ctypes.addressof(buffer), flush=True)
sys.stdin.read()
"""
"""Lets everybody trace it, so that only the confinement is in the way (Yama may forbid it otherwise)."""


class Scene:
    """The targets of one attack, and what became of them."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(mode=0o777)
        (self.home / "key").write_text(SECRET)
        (self.home / "key").chmod(0o666)
        self.victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"SECRET": SECRET},
            start_new_session=True,
        )
        assert self.victim.stdout is not None
        self._address = int(self.victim.stdout.readline())
        self._doors = folder / "doors"
        self._doors.mkdir()
        self.tcp, self.udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        self.unix, self.abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self._abstract_name = f"\0embodied-codeact-{os.getpid()}-{id(self)}"
        # The path of a socket is short; that of a test's folder need not be.
        self._short = Path(tempfile.mkdtemp(prefix="eca-"))
        for door, address in (
            (self.tcp, ("127.0.0.1", 0)),
            (self.udp, ("127.0.0.1", 0)),
            (self.unix, str(self._short / "door")),
            (self.abstract, self._abstract_name),
        ):
            door.bind(address)
            if door.type == socket.SOCK_STREAM:
                door.listen()
        self._home_before = self._home_now()
        self._victim_before = self._victim_now()
        self._python_before = os.stat(sys.executable).st_ctime_ns

    def close(self) -> None:
        """End the victim and close the doors."""
        self.victim.kill()
        self.victim.communicate()
        for door in (self.tcp, self.udp, self.unix, self.abstract):
            door.close()
        with suppress(FileNotFoundError):
            (self._short / "door").unlink()
        self._short.rmdir()

    def names(self) -> str:
        """The lines that tell a script where everything is, and how to make a system call."""
        targets = {
            "HOME": str(self.home),
            "VICTIM": self.victim.pid,
            "ADDRESS": self._address,
            "TCP": self.tcp.getsockname(),
            "UDP": self.udp.getsockname(),
            "UNIX": self.unix.getsockname(),
            "ABSTRACT": self._abstract_name,
            "MEMORY": LIMITS.memory_bytes,
            "SCRATCH": LIMITS.scratch_bytes,
            "THREADS": LIMITS.max_threads,
            "FILES": LIMITS.max_open_files,
        }
        return "".join(f"{name} = {value!r}\n" for name, value in targets.items()) + _CALL

    def home_changed(self) -> bool:
        """Whether anything in the home folder, its modes, owners, times and attributes included, is not as it was: all
        of that moves a file's time of change."""
        return self._home_now() != self._home_before

    def python_changed(self) -> bool:
        """Whether the mode or times of the Python that runs were touched."""
        return os.stat(sys.executable).st_ctime_ns != self._python_before

    def victim_changed(self) -> bool:
        """Whether the victim is dead, stopped, traced, or has other limits than before."""
        return self._victim_now() != self._victim_before

    def somebody_came(self) -> bool:
        """Whether anybody knocked on a door."""
        return bool(select.select([self.tcp, self.udp, self.unix, self.abstract], [], [], 0)[0])

    def _home_now(self) -> list[tuple[str, int, int, int]]:
        found = []
        for path in sorted([self.home, *self.home.rglob("*")]):
            seen = path.lstat()
            found.append((str(path), seen.st_ctime_ns, seen.st_mode, seen.st_size))
        return found

    def _victim_now(self) -> object:
        process = psutil.Process(self.victim.pid)
        try:
            with process.oneshot():
                if self.victim.poll() is not None or process.status() == psutil.STATUS_ZOMBIE:
                    return "dead"
                traced = _lines(process.pid, "status", "TracerPid")
                return traced, process.nice(), process.rlimit(resource.RLIMIT_CORE), process.cpu_affinity()
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return "dead"


_CALL = """
import ctypes, os
def call(number, *arguments):
    "A system call by its number on x86-64, past Python and the C library."
    kinds = [a if isinstance(a, bytes) or a is None or hasattr(a, "_obj") else ctypes.c_long(a) for a in arguments]
    result = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *kinds)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""


class Worker:
    """The worker as the host sees it, before it is replaced."""

    def __init__(self, interpreter: Interpreter) -> None:
        assert interpreter.worker_pid is not None
        self.process = psutil.Process(interpreter.worker_pid)
        self._limits = self._limits_now()

    def children(self) -> list[psutil.Process]:
        """Processes that the script started."""
        try:
            return self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def status(self, field: str) -> int:
        """A number of ``/proc/PID/status``; 0 where the process is gone."""
        with suppress(FileNotFoundError, ProcessLookupError):
            for line in _lines(self.process.pid, "status", f"{field}:"):
                return int(line.split()[1])
        return 0

    def limits_changed(self) -> bool:
        """Whether the limit on its open files is another than at the start."""
        return self._limits_now() != self._limits

    def _limits_now(self) -> list[str]:
        with suppress(FileNotFoundError, ProcessLookupError):
            return _lines(self.process.pid, "limits", "Max open files")
        return []


def _lines(pid: int, file: str, start: str) -> list[str]:
    return [line for line in Path(f"/proc/{pid}/{file}").read_text().splitlines() if line.startswith(start)]


Evidence = Callable[[Scene, Worker, ScriptOutcome], bool]


@contextmanager
def scene_in(folder: Path) -> Iterator[Scene]:
    scene = Scene(folder)
    try:
        yield scene
    finally:
        scene.close()


def attempt(
    interpreter: Interpreter, scene: Scene, script: str, layers: tuple[str, ...], timeout_s: float
) -> tuple[ScriptOutcome, Worker]:
    """Run an attack in a fresh worker that is confined by these layers."""
    interpreter.layers = list(layers)
    interpreter.start(ApiDescription())
    interpreter.run("0")
    worker = Worker(interpreter)
    return interpreter.run(scene.names() + script, timeout_s=timeout_s), worker


def soon(evidence: Callable[[], bool]) -> bool:
    """Whether something that needs a moment, such as dying of a signal, comes about."""
    until = time.monotonic() + _PATIENCE_S
    while not (found := evidence()) and time.monotonic() < until:
        time.sleep(0.005)
    return found
