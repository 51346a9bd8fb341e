"""The server's sockets: bound, owned, and gone at the end."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

import zmq

from embodied_codeact.bridge.endpoints import SOCKETS, Endpoint, parse_endpoint, with_free_port
from embodied_codeact.bridge.framing import MAX_COMMAND_BYTES
from embodied_codeact.bridge.security import server_security
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.errors import ConfigurationError

EVENTS_QUEUE = 10_000
WELCOME = b"welcome"
IMAGES_QUEUE = 2
"""Messages that wait for a subscriber that does not keep up, at most; more are lost to it."""
REQUESTS_QUEUE = 100
"""Unread requests that are kept for one client; the rest waits at the client."""


class Listener:
    """Binds ``command``, ``control``, ``events`` and ``images`` at an endpoint.

    Raises:
        ConfigurationError: the endpoint is taken, cannot be bound, or is open to other machines without keys; or the
            keys cannot be used.
    """

    def __init__(self, config: ServerConfig) -> None:
        endpoint = parse_endpoint(config.endpoint)
        self._security = server_security(config.key, config.allow)
        if self._security is not None and endpoint.transport == "ipc":
            raise ConfigurationError(f"keys are for tcp://; who may use {endpoint} its folder's permissions say")
        if self._security is None and endpoint.beyond_loopback and not config.insecure:
            raise ConfigurationError(
                f"{endpoint} can be reached from other machines, and whoever reaches it commands the environment: make "
                f"keys with `embodied-codeact keys server` here and `embodied-codeact keys NAME` on each client, and "
                f"say --key SERVER.key_secret --allow FOLDER-OF-CLIENT-KEYS; or --insecure on a network that you trust"
            )
        self._resources = contextlib.ExitStack()
        try:
            self.endpoint = self._claim(endpoint)
            context = zmq.Context()
            self._resources.callback(context.destroy, linger=200)
            if self._security is not None:
                # Before the sockets are bound, and until they are closed.
                self._resources.callback(self._security.begin(context).stop)
            self.command = self._bind(context, zmq.ROUTER, "command")
            self.control = self._bind(context, zmq.ROUTER, "control")
            self.events = self._bind(context, zmq.XPUB, "events")
            self.images = self._bind(context, zmq.XPUB, "images")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets and remove their files."""
        self._resources.close()

    def _claim(self, endpoint: Endpoint) -> Endpoint:
        """Make sure that no other server lives at this endpoint: binding an ipc address would silently replace it."""
        if endpoint.transport == "tcp":
            return with_free_port(endpoint)
        folder = Path(endpoint.place)
        try:
            if not folder.exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._resources.callback(self._remove_folder, folder)
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            self._resources.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(lock), os.stat(folder / "lock")):
                raise BlockingIOError  # a server that ended just now removed the file that we locked
        except BlockingIOError:
            raise ConfigurationError(f"{endpoint} is in use by another server; choose another endpoint") from None
        except OSError as error:
            raise ConfigurationError(f"cannot use {endpoint}: {error.strerror}; choose another folder") from error
        self._resources.callback(self._remove_files, folder)
        return endpoint

    @staticmethod
    def _remove_folder(folder: Path) -> None:
        # Kept where somebody else has put something into it.
        with contextlib.suppress(OSError):
            folder.rmdir()

    @staticmethod
    def _remove_files(folder: Path) -> None:
        for name in (*SOCKETS, "lock"):
            (folder / name).unlink(missing_ok=True)

    def _bind(self, context: zmq.Context[zmq.Socket[bytes]], kind: int, name: str) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        self._resources.callback(socket.close)
        socket.setsockopt(zmq.LINGER, 200)
        if self._security is not None:
            self._security.secure(socket)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_COMMAND_BYTES)
        if kind == zmq.XPUB:
            # The welcome tells a subscriber that from now on it misses nothing.
            socket.setsockopt(zmq.XPUB_WELCOME_MSG, WELCOME)
            socket.setsockopt(zmq.SNDHWM, IMAGES_QUEUE if name == "images" else EVENTS_QUEUE)
        else:
            socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
            socket.setsockopt(zmq.RCVHWM, REQUESTS_QUEUE)
        if self.endpoint.transport == "tcp" and ":" in self.endpoint.place:
            socket.setsockopt(zmq.IPV6, 1)
        try:
            socket.bind(self.endpoint.address(name))
        except zmq.ZMQError as error:
            address = self.endpoint.address(name)
            if error.errno == zmq.EADDRINUSE:
                raise ConfigurationError(f"{address} is in use (for {name}); choose another port") from error
            raise ConfigurationError(f"cannot bind {address}: {error.strerror}; check host and port") from error
        return socket
