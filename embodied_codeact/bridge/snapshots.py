"""Saves of a process: a forked copy sleeps until it is woken, and then goes on from where it was taken.

A fork copies everything that lives in memory: a simulator's contacts and warm-started solvers, generators of random
numbers, the Python stack in the middle of a call. Nothing is serialised, so nothing can be forgotten. What a fork does
not copy is other threads, and what it shares rather than copies is files, sockets and helper processes.

A sleeper that is woken leaves another sleeper behind, and itself goes on. So a save can be woken any number of times,
and whoever goes on is the child of the process that it replaces: when that one has ended, of its reaper. The other
sleeper is forked in advance, as soon as there is nothing else to do, so that waking does not wait for it.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

_MAX_DESCRIPTORS = 8
_IDLE_S = 0.05
"""A sleeper that was left in peace for so long forks its spare: not while the process that it copies needs the CPU."""


class Woken(NamedTuple):
    """A sleeper goes on: what it was handed, and the process that sleeps in its place."""

    descriptors: list[int]
    sleeper: int


def take(control: socket.socket, let_go: Callable[[], None]) -> int | Woken:
    """Save this process as it is now: fork a copy that sleeps.

    Returns its process id here, at once. In the copy it returns, as often as :func:`wake` asks for it, a
    :class:`Woken`. The copy ends without a word when the other end of ``control`` is closed.

    Args:
        control: the sleeper's end of a pair of sockets; closed here.
        let_go: called in the copy before it sleeps, to close what belongs to the process that goes on.

    Raises:
        OSError: the system allows no further process.
    """
    pid = _fork()
    if pid:
        control.close()
        return pid
    try:
        let_go()
        return _sleep(control)
    except BaseException:  # noqa: BLE001
        # Not to go on beside the process that was copied, as nobody has asked for.
        traceback.print_exc()
        os._exit(1)


def wake(control: socket.socket, descriptors: Sequence[int]) -> None:
    """Wake the sleeper at the other end, and hand it these descriptors.

    Raises:
        OSError: its process has ended.
    """
    socket.send_fds(control, [b"w"], descriptors)


def _sleep(control: socket.socket) -> Woken:
    while True:
        spare: _Spare | None = None
        if not select.select([control], [], [], _IDLE_S)[0]:
            # Without room for a spare now, the fork is tried again when it is needed.
            with contextlib.suppress(OSError):
                spare = _spare()
                if spare is None:
                    continue  # here sleeps the spare, whose sleeper has been woken, or has died
        data, descriptors, _, _ = socket.recv_fds(control, 1, _MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
        if not data:
            os._exit(0)
        if spare is None:
            pid = _fork_or_none()
            if not pid:
                _close(descriptors)
                continue
        else:
            pid = spare.pid
            os.close(spare.baton)
        control.close()
        return Woken(list(descriptors), pid)


def _fork_or_none() -> int | None:
    try:
        return _fork()
    except OSError:
        return None  # whoever wakes us sees its descriptors closed; the save remains


class _Spare(NamedTuple):
    """A copy of a sleeper, made while there is time: it sleeps on when ``baton`` is closed, by us or by our death."""

    pid: int
    baton: int


def _spare() -> _Spare | None:
    """Fork a spare. In the spare, wait until it is its turn, and return None.

    Raises:
        OSError: the system allows no further process.
    """
    ended, baton = os.pipe()
    try:
        pid = _fork()
    except OSError:
        _close([ended, baton])
        raise
    if pid:
        os.close(ended)
        return _Spare(pid, baton)
    os.close(baton)
    os.read(ended, 1)
    os.close(ended)
    return None


def _close(descriptors: Sequence[int]) -> None:
    for fd in descriptors:
        os.close(fd)


def _fork() -> int:
    """Fork a copy that differs in nothing but its process id."""
    # What is still unwritten would be written by each copy.
    sys.stdout.flush()
    sys.stderr.flush()
    # The module reseeds its generator in each forked child, which is what a save must not do.
    generator = sys.modules.get("random")
    state = generator.getstate() if generator is not None else None
    with warnings.catch_warnings():
        # Python 3.12 warns where other threads run; the users of this module see to it that none matters.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0 and generator is not None:
        generator.setstate(state)
    return pid
