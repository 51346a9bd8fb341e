"""Plays a function that can be gone back into: saves in the middle of whatever it does, in one program.

For tests and oracles, which want to come back to the middle of a primitive call. A server's ``save`` and ``restore``
work between scripts.

    def play(save):
        adapter.reset(task)
        at_step(100, save)                 # from wherever the simulation calls back
        arm.pick("red block")
        return adapter.observe().sensors

    with Branches(play) as branches:
        assert same(branches.go_on(0), branches.result)
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
import weakref
from collections.abc import Callable
from typing import Any, NoReturn, Self

from embodied_codeact import wire
from embodied_codeact.bridge import snapshots
from embodied_codeact.bridge.guardian import become_subreaper
from embodied_codeact.channel import Channel, ChannelClosed

Save = Callable[[], bool]
"""Saves at this moment. Returns True in a branch that goes on from there, False where it was taken."""
Play = Callable[[Save], Any]


_CLOSE_GRACE_S = 2.0
_OPEN: weakref.WeakSet[Branches] = weakref.WeakSet()
"""A sleeper ends when nobody holds the other end of its socket any more, so players of others must not hold it."""


class BranchFailed(RuntimeError):
    """The function raised, or its process ended; holds the traceback."""


class Branches:
    """Runs ``play`` in a process of its own at once; ``result`` is what it returned.

    ``play`` is given a function ``save`` and returns plain data, arrays and named results. In a branch that goes on
    from a save, ``save`` does nothing. Use it as a context manager: leaving it ends all the processes.

    Args:
        play: what to run. It sees this process's memory as it is now, and changes nothing in it.
        timeout_s: how long it, or a branch, may take.

    Raises:
        BranchFailed: ``play`` raised, or its process ended.
        TimeoutError: it took too long.

    >>> def play(save):
    ...     said = ["before"]
    ...     said.append("again" if save() else "first")
    ...     return said
    >>> with Branches(play) as branches:
    ...     print(branches.result, branches.go_on(0), len(branches))
    ['before', 'first'] ['before', 'again'] 1
    """

    def __init__(self, play: Play, *, timeout_s: float = 60.0) -> None:
        self._timeout_s = timeout_s
        self._saves: list[socket.socket] = []
        ours, theirs = Channel.pair()
        self._pass, pass_theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            for other in _OPEN:
                other._let_go()
            ours.close()
            self._pass.close()
            _guard_player(play, theirs, pass_theirs)
        _OPEN.add(self)
        theirs.close()
        pass_theirs.close()
        try:
            with contextlib.closing(Channel(ours)) as channel:
                self.result = self._outcome(channel)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        """How many saves there are."""
        return len(self._saves)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def go_on(self, index: int) -> Any:
        """Go on from that save, the first is 0, to the end, and return what ``play`` returns there.

        Raises: as the class.
        """
        ours, theirs = Channel.pair()
        with contextlib.closing(Channel(ours)) as channel:
            with theirs:
                snapshots.wake(self._saves[index], [theirs.fileno()])
            return self._outcome(channel)

    def close(self) -> None:
        """End all processes. May be called twice."""
        self._let_go()
        if self._pid:
            ended = os.pidfd_open(self._pid)
            if not select.select([ended], [], [], _CLOSE_GRACE_S)[0]:
                os.killpg(self._pid, signal.SIGKILL)
            os.close(ended)
            os.waitpid(self._pid, 0)
            self._pid = 0

    def _let_go(self) -> None:
        for sock in (*self._saves, self._pass):
            sock.close()

    def _outcome(self, channel: Channel) -> Any:
        while True:
            try:
                message = channel.receive(timeout_s=self._timeout_s)
            except ChannelClosed:
                raise BranchFailed("its process ended without an answer") from None
            if "failed" in message:
                raise BranchFailed(message["failed"])
            if "saved" not in message:
                return message["result"]
            _, fds, _, _ = socket.recv_fds(self._pass, 1, 1, socket.MSG_CMSG_CLOEXEC)
            self._saves.append(socket.socket(fileno=fds[0]))


def _guard_player(play: Play, channel: socket.socket, passing: socket.socket) -> NoReturn:
    """The process between: buries the player and all its branches, and ends with the last of them."""
    os.setsid()
    become_subreaper()
    if os.fork() == 0:
        _Player(channel, passing).run(play)
    channel.close()
    passing.close()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    os._exit(0)


class _Player:
    """The process that plays, and each branch of it."""

    def __init__(self, channel: socket.socket, passing: socket.socket) -> None:
        self._channel = Channel(channel)
        self._pass = passing
        self._in_branch = False

    def run(self, play: Play) -> NoReturn:
        try:
            answer = {"result": wire.plain(play(self.save))}
        except BaseException:  # noqa: BLE001 - whatever it is, it is told, and nothing of the caller's code runs here
            answer = {"failed": traceback.format_exc()}
        with contextlib.suppress(ChannelClosed):
            self._channel.send(answer)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def save(self) -> bool:
        if self._in_branch:
            return False
        ours, theirs = socket.socketpair()
        self._channel.send({"saved": True})
        socket.send_fds(self._pass, [b"s"], [ours.fileno()])
        ours.close()
        taken = snapshots.take(theirs, self._let_go)
        if isinstance(taken, int):
            return False
        self._channel = Channel(socket.socket(fileno=taken.descriptors[0]))
        self._in_branch = True
        return True

    def _let_go(self) -> None:
        self._channel.close()
        self._pass.close()
