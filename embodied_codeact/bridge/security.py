"""Who may connect: CURVE keys on both sides, and on the server's a list of the clients that it lets in.

Keys are files as ``zmq.auth`` writes them: ``NAME.key`` holds the public key, ``NAME.key_secret`` both. CURVE alone
(RFC 26 of ZeroMQ) lets in whoever knows the server's public key; the list (RFC 27) is what keeps others out, and so
there is no server without one.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils import z85

from embodied_codeact.errors import ConfigurationError

PUBLIC, SECRET = ".key", ".key_secret"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DOMAIN = "environment"
"""Of ZAP. Named and enforced, so that where nobody judges, nobody is let in; CURVE by itself would let in any key."""
_MOST_REPORTED = 100
_log = logging.getLogger(__name__)


class KeyPair(NamedTuple):
    """The two keys of one side, as 40 characters of Z85 each."""

    public: bytes
    secret: bytes


class KeyFiles(NamedTuple):
    """Where the keys of one side are kept. The first may be given to others."""

    public: Path
    secret: Path


def create_keys(folder: Path, name: str) -> KeyFiles:
    """Make a pair of keys and write it into ``folder``, which is made where it is missing.

    Raises:
        ConfigurationError: the name is no plain one, there are such files already, or they cannot be written.
    """
    if not _NAME.fullmatch(name) or name.endswith((PUBLIC, SECRET)):
        raise ConfigurationError(f"{name!r} is no name for keys: take letters, digits, '-' and '_', as in robot-1")
    files = KeyFiles(folder / f"{name}{PUBLIC}", folder / f"{name}{SECRET}")
    for path in files:
        if path.exists():
            raise ConfigurationError(f"{path} exists; whoever uses that key would lose it. Choose another name")
    before = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        zmq.auth.create_certificates(folder, name)
    except OSError as error:
        raise ConfigurationError(f"cannot write keys into {folder}: {error.strerror}") from error
    finally:
        os.umask(before)
    return files


def read_public_key(path: Path) -> bytes:
    """Return the public key of a file of either kind.

    Raises:
        ConfigurationError: it is missing, or holds no key.
    """
    return _read(path)[0]


def read_key_pair(path: Path) -> KeyPair:
    """Return both keys of a ``.key_secret`` file.

    Raises:
        ConfigurationError: it is missing, holds no secret key, or others may read it.
    """
    public, secret = _read(path)
    if secret is None:
        raise ConfigurationError(f"{path} holds no secret key; name the file that ends in {SECRET}")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"others can read {path}: chmod 600 {path}")
    if zmq.curve_public(secret) != public:
        raise ConfigurationError(f"the two keys in {path} do not belong together; make a new pair")
    return KeyPair(public, secret)


def read_allowed(folder: Path) -> frozenset[bytes]:
    """Return the public keys of all ``.key`` files in a folder.

    Raises:
        ConfigurationError: there is no such folder, or none in it, or one that is no key.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder; it should hold the {PUBLIC} file of each client to let in")
    keys = frozenset(read_public_key(path) for path in sorted(folder.glob(f"*{PUBLIC}")))
    if not keys:
        raise ConfigurationError(
            f"{folder} holds no {PUBLIC} file, so nobody could connect; copy those of the clients there"
        )
    return keys


def _read(path: Path) -> tuple[bytes, bytes | None]:
    if not path.is_file():
        raise ConfigurationError(f"there is no key at {path}; make a pair with `embodied-codeact keys NAME`")
    try:
        public, secret = zmq.auth.load_certificate(path)
        if any(key is not None and len(z85.decode(key)) != 32 for key in (public, secret)):
            raise ValueError("a key has 40 characters")
    except OSError as error:
        raise ConfigurationError(f"cannot read the key {path}: {error.strerror or error}") from error
    except (ValueError, KeyError) as error:
        raise ConfigurationError(f"{path} holds no key: {error}") from error
    return public, secret


def server_security(key: str | None, allow: str | None) -> ServerSecurity | None:
    """Return a server's security from its ``.key_secret`` file and the folder of its clients' ``.key`` files; None
    where neither is named.

    Raises:
        ConfigurationError: only one of them is named, or they cannot be used.
    """
    if not key and not allow:
        return None
    if not key or not allow:
        raise ConfigurationError(
            "a server with keys needs both: --key, its own, and --allow, the folder of the clients' .key files"
        )
    return ServerSecurity(read_key_pair(Path(key).expanduser()), read_allowed(Path(allow).expanduser()))


def client_security(key: str | None, server_key: str | None) -> ClientSecurity | None:
    """Return a client's security from its ``.key_secret`` file and the server's ``.key`` file; None where neither is
    named.

    Raises:
        ConfigurationError: only one of them is named, or they cannot be used.
    """
    if not key and not server_key:
        return None
    if not key or not server_key:
        raise ConfigurationError(
            "to connect with keys, name both: your own .key_secret file (key) and the server's .key file (server key)"
        )
    return ClientSecurity(read_key_pair(Path(key).expanduser()), read_public_key(Path(server_key).expanduser()))


class ServerSecurity:
    """A server's own keys, and the public keys of the clients that it lets in."""

    def __init__(self, own: KeyPair, allowed: Collection[bytes]) -> None:
        self.own = own
        self.allowed = frozenset(allowed)
        self._reported: set[bytes] = set()

    def begin(self, context: zmq.Context[Any]) -> ThreadAuthenticator:
        """Judge from now on who connects to sockets of this context; ``stop()`` what is returned in the end."""
        judge = ThreadAuthenticator(context)
        judge.start()
        judge.configure_curve_callback(domain=_DOMAIN, credentials_provider=self)
        return judge

    def callback(self, _domain: str, key: bytes) -> bool:
        """Whether a client with this public key may connect. The first refusal of a key is logged."""
        if key in self.allowed:
            return True
        if key not in self._reported and len(self._reported) < _MOST_REPORTED:
            self._reported.add(key)
            _log.warning("refused a client whose key is not on the list: %s", key.decode("ascii", "replace"))
        return False

    def secure(self, socket: zmq.Socket[Any]) -> None:
        """Have a socket speak CURVE only. Before it is bound."""
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_server = True
        socket.setsockopt_string(zmq.ZAP_DOMAIN, _DOMAIN)
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)


class ClientSecurity:
    """A client's own keys, and the public key of the one server that it will talk to."""

    def __init__(self, own: KeyPair, server: bytes) -> None:
        self.own = own
        self.server = server

    def secure(self, socket: zmq.Socket[Any]) -> None:
        """Have a socket speak CURVE only. Before it is connected."""
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_serverkey = self.server
