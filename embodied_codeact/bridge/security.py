"""Who may connect: CURVE keys on both sides, and on the server's a list of the clients that it lets in.

Keys are files as ``zmq.auth`` writes them: ``NAME.key`` holds the public key, ``NAME.key_secret`` both. CURVE alone
(RFC 26 of ZeroMQ) lets in whoever knows the server's public key; the list (RFC 27) is what keeps others out, and so
there is no server without one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

from embodied_codeact.errors import ConfigurationError

PUBLIC, SECRET = ".key", ".key_secret"


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
        ConfigurationError: there are such files already, or they cannot be written.
    """
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
    try:
        return zmq.auth.load_certificate(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as a key: {error}") from error


class ServerSecurity:
    """A server's own keys, and the public keys of the clients that it lets in."""

    def __init__(self, own: KeyPair, allowed: Collection[bytes]) -> None:
        self.own = own
        self.allowed = frozenset(allowed)

    def begin(self, context: zmq.Context[Any]) -> ThreadAuthenticator:
        """Judge from now on who connects to sockets of this context; ``stop()`` what is returned in the end."""
        judge = ThreadAuthenticator(context)
        judge.start()
        judge.configure_curve_callback(domain="*", credentials_provider=self)
        return judge

    def callback(self, _domain: str, key: bytes) -> bool:
        """Whether a client with this public key may connect."""
        return key in self.allowed

    def secure(self, socket: zmq.Socket[Any]) -> None:
        """Have a socket speak CURVE only. Before it is bound."""
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_server = True


class ClientSecurity:
    """A client's own keys, and the public key of the one server that it will talk to."""

    def __init__(self, own: KeyPair, server: bytes) -> None:
        self.own = own
        self.server = server

    def secure(self, socket: zmq.Socket[Any]) -> None:
        """Have a socket speak CURVE only. Before it is connected."""
        socket.curve_publickey, socket.curve_secretkey = self.own
        socket.curve_serverkey = self.server
