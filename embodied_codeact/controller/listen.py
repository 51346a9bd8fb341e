"""A controller's sockets: bound, owned, and gone at the end."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zmq

from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.security import ServerSecurity
from embodied_codeact.controller.protocol import CONTROL, MAX_FRAME_BYTES, SOCKETS, STATE, address
from embodied_codeact.errors import ConfigurationError

_STATES_QUEUED = 100
"""A reader that is more states behind loses the newer ones until it has caught up."""


class Sockets:
    """Binds ``control`` (ROUTER) and ``state`` (PUB) at an endpoint. Use it as a context manager.

    Raises:
        ConfigurationError: the endpoint is taken, cannot be bound, or is open to other machines without keys.
    """

    def __init__(self, endpoint: Endpoint, *, security: ServerSecurity | None, insecure: bool) -> None:
        if endpoint.beyond_loopback and security is None and not insecure:
            raise ConfigurationError(
                f"{endpoint} can be reached from other machines, and whoever reaches it moves the robot; give the "
                "controller keys, or bind it to 127.0.0.1"
            )
        self.endpoint = endpoint
        self._security = security
        self._resources = contextlib.ExitStack()
        try:
            self._claim()
            context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
            self._resources.callback(context.destroy, linger=200)
            if security is not None:
                self._resources.callback(security.begin(context).stop)
            self._control = self._bind(context, zmq.ROUTER, CONTROL)
            self._state = self._bind(context, zmq.PUB, STATE)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Sockets:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets and remove their files."""
        self._resources.close()

    def receive(self) -> list[bytes] | None:
        """Return the frames of the next request, identity first; None where none is waiting."""
        try:
            return self._control.recv_multipart(flags=zmq.NOBLOCK)
        except zmq.Again:
            return None

    def reply(self, identity: bytes, frames: Sequence[Any]) -> None:
        """Answer a client. One that is gone, or does not read, must not hold up the robot."""
        with contextlib.suppress(zmq.ZMQError):
            self._control.send_multipart([identity, *frames], flags=zmq.NOBLOCK)

    def publish(self, frames: Sequence[Any]) -> None:
        """Send a state to whoever listens."""
        with contextlib.suppress(zmq.Again):
            self._state.send_multipart(frames, flags=zmq.NOBLOCK)

    def _claim(self) -> None:
        """Make sure that no other controller lives in the folder: binding would silently replace it."""
        if self.endpoint.transport == "tcp":
            return
        folder = Path(self.endpoint.place)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            self._resources.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(lock), os.stat(folder / "lock")):
                raise BlockingIOError  # a controller that ended just now removed the file that we locked
        except BlockingIOError:
            raise ConfigurationError(f"{self.endpoint} is in use by another controller; choose another") from None
        except OSError as error:
            raise ConfigurationError(f"cannot use {self.endpoint}: {error.strerror}; choose another folder") from error
        self._resources.callback(self._remove_files, folder)

    @staticmethod
    def _remove_files(folder: Path) -> None:
        for name in (*SOCKETS, "lock"):
            (folder / name).unlink(missing_ok=True)
        # Kept where somebody else has put something into it.
        with contextlib.suppress(OSError):
            folder.rmdir()

    def _bind(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, name: str) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        if kind == zmq.PUB:
            socket.setsockopt(zmq.SNDHWM, _STATES_QUEUED)
        else:
            socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        if self.endpoint.transport == "tcp" and ":" in self.endpoint.place:
            socket.setsockopt(zmq.IPV6, 1)
        if self._security is not None:
            self._security.secure(socket)
        where = address(self.endpoint, name)
        try:
            socket.bind(where)
        except zmq.ZMQError as error:
            if error.errno == zmq.EADDRINUSE:
                raise ConfigurationError(f"{where} is in use (for {name}); choose another port") from error
            raise ConfigurationError(f"cannot bind {where}: {error.strerror}; check host and port") from error
        return socket
