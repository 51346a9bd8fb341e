"""Keys from files, as the command line and the options of an environment name them."""

from __future__ import annotations

from pathlib import Path

from embodied_codeact.bridge.security import (
    ClientSecurity,
    ServerSecurity,
    read_allowed,
    read_key_pair,
    read_public_key,
)
from embodied_codeact.errors import ConfigurationError


def server_security(key: str | None, allow: str | None) -> ServerSecurity | None:
    """Return a controller's security from its ``.key_secret`` file and the folder of its clients' ``.key`` files; None
    where neither is named.

    Raises:
        ConfigurationError: only one of them is named, or they cannot be used.
    """
    if not key and not allow:
        return None
    if not key or not allow:
        raise ConfigurationError("a controller with keys needs its own .key_secret file and the folder of its clients'")
    return ServerSecurity(read_key_pair(Path(key).expanduser()), read_allowed(Path(allow).expanduser()))


def client_security(key: str | None, server_key: str | None) -> ClientSecurity | None:
    """Return a commander's security from its ``.key_secret`` file and the controller's ``.key`` file; None where
    neither is named.

    Raises:
        ConfigurationError: only one of them is named, or they cannot be used.
    """
    if not key and not server_key:
        return None
    if not key or not server_key:
        raise ConfigurationError(
            "to reach a controller with keys, name both: your own .key_secret file and its .key file"
        )
    return ClientSecurity(read_key_pair(Path(key).expanduser()), read_public_key(Path(server_key).expanduser()))
