"""Polls sockets that stay and descriptors that come and go with processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import zmq

# Plain numbers: to compute with enumerations takes as long as to ask a socket.
_EVENTS, _POLLIN = int(zmq.EVENTS), int(zmq.POLLIN)


def readable(socket: zmq.Socket[Any]) -> bool:
    """Whether there is a message to read now. Cheaper than to try, which costs an exception where there is none."""
    return bool(int(socket.get(_EVENTS)) & _POLLIN)


class Poll:
    """A ZeroMQ poller of these sockets and of the descriptors that each call names, rebuilt only when they change."""

    def __init__(self, *sockets: zmq.Socket[Any]) -> None:
        self._sockets = sockets
        self._fds: list[int] = []
        self._poller = self._of(self._fds)

    def _of(self, fds: Sequence[int]) -> zmq.Poller:
        poller = zmq.Poller()
        for source in (*self._sockets, *fds):
            poller.register(source, zmq.POLLIN)
        return poller

    def wait(self, fds: list[int], seconds: float) -> set[object]:
        """Wait for something to read, so long at most; return the sockets and descriptors that can be read."""
        if fds != self._fds:
            self._poller, self._fds = self._of(fds), fds
        return {source for source, _ in self._poller.poll(int(seconds * 1000) + 1)}
