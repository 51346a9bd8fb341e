"""Small things about processes that the layers share: dying with a parent, watching for its end, ending children."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path


def on_hangup(sock: socket.socket, action: Callable[[], None]) -> None:
    """Call ``action`` in a thread of its own once the other end of ``sock`` is closed, without reading from it.

    The main thread may be deep in a simulator then, so the owner of a child need not wait for it.
    """
    poller = select.poll()
    poller.register(sock.fileno(), select.POLLRDHUP)

    def watch() -> None:
        poller.poll()
        action()

    threading.Thread(target=watch, name="hangup", daemon=True).start()


def on_request_to_end(action: Callable[[], None]) -> None:
    """Call ``action`` in the main thread at Ctrl-C, when this process is asked to end, and when its terminal is closed,
    unless that is ignored on purpose (nohup)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: action())


def end_process(process: subprocess.Popen[bytes], *, grace_s: float) -> None:
    """Wait for a child that was told to end; after the grace time terminate it, and at last kill it."""
    for harder in (process.terminate, process.kill):
        try:
            process.wait(timeout=grace_s)
            return
        except subprocess.TimeoutExpired:
            harder()
    process.wait()


def kill_session(leader: int, *, but: int | None = None) -> None:
    """Kill every process of a session, which the process ``leader`` began; ``but`` this one. Linux only: elsewhere
    nothing is found."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name, which may hold anything: state, parent, process group, session.
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader and int(entry.parent.name) != but:
                os.kill(int(entry.parent.name), signal.SIGKILL)


def describe_exit(returncode: int) -> str:
    """Say in words how a process ended.

    >>> describe_exit(-9), describe_exit(3)
    ('killed by SIGKILL', 'exit status 3')
    """
    if returncode < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-returncode).name}"
        return f"killed by signal {-returncode}"
    return f"exit status {returncode}"


def minimal_environment() -> dict[str, str]:
    """Return the environment variables that a child of ours needs, without the rest of the user's."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in keep if name in os.environ}


def single_threaded() -> dict[str, str]:
    """Return the environment variables that keep numerical libraries from starting threads: for a process that is
    going to fork, since threads do not come along."""
    libraries = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
    return {f"{library}_NUM_THREADS": "1" for library in libraries}
