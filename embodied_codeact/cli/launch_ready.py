"""Whether a process that was started can be used by those that need it."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from embodied_codeact.bridge.operator import OperatorLink
from embodied_codeact.bridge.security import ClientSecurity, read_key_pair, read_public_key
from embodied_codeact.cli.launch_file import ReadySpec
from embodied_codeact.errors import ConfigurationError

_CONNECT_S = 0.2


class Readiness:
    """Looks at one process from outside. ``operator`` is the link to it, where it is a server, to halt it by.

    Raises:
        ConfigurationError: the endpoint, the port or the keys cannot be used.
    """

    def __init__(self, spec: ReadySpec) -> None:
        self.spec = spec
        self.link: OperatorLink | None = None
        security = _security(spec)
        if spec.server is not None:
            self.link = OperatorLink(spec.server, security=security)
        elif spec.controller is not None:
            self.link = OperatorLink(spec.controller, of="controller", security=security)
        else:
            self._host, self._port = _host_and_port(spec.port or "")

    @property
    def operator(self) -> OperatorLink | None:
        """The link to an environment server."""
        return self.link if self.spec.server is not None else None

    @property
    def place(self) -> str:
        """Where it is looked for."""
        return self.spec.server or self.spec.controller or self.spec.port or ""

    def reached(self) -> bool:
        """Whether it is ready now."""
        if self.link is not None:
            return self.link.answers()
        with contextlib.suppress(OSError), socket.create_connection((self._host, self._port), timeout=_CONNECT_S):
            return True
        return False

    def close(self) -> None:
        """Release the link. May be called twice."""
        if self.link is not None:
            self.link.close()


def _security(spec: ReadySpec) -> ClientSecurity | None:
    if spec.key is None or spec.server_key is None:
        return None
    return ClientSecurity(
        read_key_pair(Path(spec.key).expanduser()), read_public_key(Path(spec.server_key).expanduser())
    )


def _host_and_port(text: str) -> tuple[str, int]:
    """
    >>> _host_and_port("localhost:80"), _host_and_port("[::1]:5600")
    (('localhost', 80), ('::1', 5600))
    """
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ConfigurationError(f"port {text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)
