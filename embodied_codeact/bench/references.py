"""What the interpreter is measured against. Those that are packages of others are bench-only dependencies."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from embodied_codeact.bench.timing import Sample, timed

_READY_S = 60.0
_ECHO = """
import socket, sys
sock = socket.socket(fileno=int(sys.argv[1]))
while data := sock.recv(65536):
    sock.sendall(data)
"""
_MESSAGE = b"x" * 100
"""About what a primitive call takes on its channel."""


class JupyterKernel:
    """A Python kernel as ``jupyter_client`` starts it, with nothing of the user's configuration.

    Raises:
        ImportError: jupyter_client or ipykernel is not installed.
    """

    def __init__(self) -> None:
        import ipykernel  # noqa: F401 - the kernel's process imports it
        from jupyter_client.manager import KernelManager

        self._new_manager = KernelManager
        self._manager: Any = None
        self._client: Any = None

    def start(self) -> None:
        """Start a fresh kernel and run a first script in it."""
        self._folder = tempfile.TemporaryDirectory(prefix="eca-")
        private = dict.fromkeys(("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"), self._folder.name)
        self._manager = self._new_manager(connection_file=os.path.join(self._folder.name, "kernel.json"))
        self._manager.start_kernel(env=os.environ | private, stderr=subprocess.DEVNULL)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=_READY_S)
        self.run("1")

    def run(self, code: str) -> None:
        """Run a script, and wait for its reply and all of its output."""
        reply = self._client.execute_interactive(code, timeout=_READY_S, output_hook=lambda _message: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"the kernel could not run {code!r}")

    def end(self) -> None:
        """End the kernel that runs. May be called twice."""
        if self._client is not None:
            self._client.stop_channels()
            self._client = None
        if self._manager is not None:
            self._manager.shutdown_kernel(now=True)
            self._manager = None
            self._folder.cleanup()

    def fresh(self) -> float:
        """A sample of :meth:`start`, without what it takes to end the kernel before."""
        self.end()
        return timed(self.start)()

    def __enter__(self) -> JupyterKernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def smolagents_loop(code: str) -> Sample:
    """A sample of running ``code`` in smolagents' own interpreter of Python.

    Raises:
        ImportError: smolagents is not installed.
    """
    from smolagents.local_python_executor import LocalPythonExecutor

    executor = LocalPythonExecutor(additional_authorized_imports=[])
    executor.send_tools({})
    return timed(lambda: executor(code))


@contextlib.contextmanager
def bare_echo(round_trips: int) -> Iterator[Sample]:
    """Samples of one round trip over a socket pair to a process that only echoes, as the mean of so many in a row.

    Each of the two has a processor of its own, where there are two, as a script and its world do. Left to itself the
    system sometimes puts both on one, where nothing is ever woken, and a round trip takes a third.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _ECHO, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
        theirs.close()
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process.pid, {processors[-1]})

        def sample() -> float:
            os.sched_setaffinity(0, {processors[0]})
            try:
                return rounds()
            finally:
                os.sched_setaffinity(0, processors)

        def rounds() -> float:
            began = time.perf_counter()
            for _ in range(round_trips):
                ours.sendall(_MESSAGE)
                ours.recv(65536)
            return (time.perf_counter() - began) / round_trips * 1e6

        try:
            yield sample
        finally:
            ours.close()
            process.wait()
