"""Addresses: one endpoint names a server; its sockets have addresses derived from it.

``ipc://FOLDER`` puts the sockets into a folder as ``command``, ``control``, ``events``, ``images``. ``tcp://HOST:PORT``
uses PORT for commands and the three ports after it for the others.
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Literal

import msgspec

from embodied_codeact.errors import ConfigurationError

SOCKETS = ("command", "control", "events", "images")
_MAX_IPC_PATH = 107 - max(len(f"/{name}") for name in SOCKETS)
"""The socket's own path, in the folder, may have 107 bytes."""


class Endpoint(msgspec.Struct, frozen=True):
    """A parsed endpoint. ``place`` is a folder (ipc) or a host (tcp)."""

    transport: Literal["ipc", "tcp"]
    place: str
    port: int = 0

    def __str__(self) -> str:
        return f"ipc://{self.place}" if self.transport == "ipc" else f"tcp://{self.place}:{self.port}"

    def address(self, name: str) -> str:
        """Return the ZeroMQ address of one of ``SOCKETS``."""
        if self.transport == "ipc":
            return f"ipc://{self.place}/{name}"
        host = f"[{self.place}]" if ":" in self.place else self.place
        return f"tcp://{host}:{self.port + SOCKETS.index(name)}"

    @property
    def beyond_loopback(self) -> bool:
        """Whether other machines can reach it."""
        if self.transport == "ipc" or self.place == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.place).is_loopback
        except ValueError:
            return True


def parse_endpoint(text: str) -> Endpoint:
    """Read ``ipc://FOLDER`` or ``tcp://HOST:PORT``.

    Raises:
        ConfigurationError: it is neither.

    >>> parse_endpoint("tcp://127.0.0.1:5600").address("control")
    'tcp://127.0.0.1:5601'
    """
    transport, _, rest = text.partition("://")
    if transport == "ipc" and rest:
        folder = str(Path(rest).expanduser().absolute())
        if len(folder.encode()) > _MAX_IPC_PATH:
            raise ConfigurationError(f"endpoint {text!r}: the path is too long for a socket; use a shorter one")
        return Endpoint("ipc", folder)
    host, _, port = rest.rpartition(":")
    if transport == "tcp" and host and port.isascii() and port.isdigit() and int(port) <= 65535 - len(SOCKETS):
        return Endpoint("tcp", host.strip("[]"), int(port))
    raise ConfigurationError(f"endpoint {text!r} is neither ipc://FOLDER nor tcp://HOST:PORT (with a port up to 65531)")


def with_free_port(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with its port chosen, where it was 0: one with the following ones free as well.

    Raises:
        ConfigurationError: the host is not one of this machine, or has no such ports.
    """
    if endpoint.transport == "ipc" or endpoint.port:
        return endpoint
    family = socket.AF_INET6 if ":" in endpoint.place else socket.AF_INET
    for _ in range(50):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((endpoint.place, 0))
            except OSError as error:
                raise ConfigurationError(f"cannot bind to {endpoint.place!r}: {error.strerror}") from error
            first: int = probe.getsockname()[1]
        if first <= 65535 - len(SOCKETS) and all(
            _is_free(family, endpoint.place, first + n) for n in range(len(SOCKETS))
        ):
            return msgspec.structs.replace(endpoint, port=first)
    raise ConfigurationError(f"no {len(SOCKETS)} free ports in a row on {endpoint.place}; name a port")


def _is_free(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family) as probe:
        # As ZeroMQ binds: what a connection that has ended still holds is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
