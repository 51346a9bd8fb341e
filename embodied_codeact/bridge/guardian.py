"""The guardian: the process that a server starts as its world, parent of the process in which the world lives.

A world that was restored lives in another process than before (see :mod:`embodied_codeact.bridge.snapshots`). The
guardian stands for whichever it is: it ends as the living one ends, buries the processes that are left over, and sees
to it that a world whose server is gone comes to rest and ends. The world needs no thread for that, so it can be forked.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import signal
import socket
import struct
import threading
from collections.abc import Sequence
from typing import NoReturn

from embodied_codeact.bridge.stop import StopFlag, StopLevel
from embodied_codeact.interpreter.syscalls import prctl
from embodied_codeact.processes import on_hangup

CLOSE_GRACE_S = 5.0
"""How long a world that lost its server may take to come to rest and close."""
_PR_SET_CHILD_SUBREAPER = 36
_PID = struct.Struct("<q")


class Living:
    """Which process of a family is the living world: a number in memory that they all share."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _PID.size)

    @property
    def pid(self) -> int:
        """The process that lives."""
        return int(_PID.unpack_from(self._memory)[0])

    @pid.setter
    def pid(self, pid: int) -> None:
        _PID.pack_into(self._memory, 0, pid)

    @property
    def here(self) -> bool:
        """Whether it is this process."""
        return self.pid == os.getpid()


def become_subreaper() -> None:
    """Be the parent of every descendant whose own parent has ended (PR_SET_CHILD_SUBREAPER, see prctl(2))."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def fork_guarded(server: socket.socket, stop: StopFlag, of_the_world: Sequence[int]) -> Living:
    """Fork, and return in the child, which is the world; the parent guards it and never returns.

    Args:
        server: closed at its other end when the server is gone. Only the guardian keeps it.
        stop: how a world that lost its server is told to come to rest.
        of_the_world: descriptors that only the world keeps.
    """
    become_subreaper()
    living = Living()
    pid = os.fork()
    if pid == 0:
        server.close()
        living.pid = os.getpid()
        return living
    living.pid = pid
    for fd in of_the_world:
        os.close(fd)
    on_hangup(server, lambda: _end_without_server(stop))
    return _watch(living)


def _watch(living: Living) -> NoReturn:
    """Bury what ends; end as the living world ends."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == living.pid:
            _end_like(os.waitstatus_to_exitcode(status))


def _end_like(code: int) -> NoReturn:
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _end_without_server(stop: StopFlag) -> None:
    """Bring the world to rest, and end all of it for good if it does not end by itself."""
    stop.level = max(stop.level, StopLevel.PROTECTIVE_STOP)
    timer = threading.Timer(CLOSE_GRACE_S, os.killpg, args=(0, signal.SIGKILL))
    timer.daemon = True
    timer.start()
