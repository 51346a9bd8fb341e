"""Bare pyzmq, as the reference: a process that echoes, and one that publishes, and nothing else.

Such a process has the server's keys on its standard input, prints the address that it is bound to, and ends with its
standard input.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import zmq

from embodied_codeact.bridge.security import KeyPair

Keys = tuple[KeyPair, KeyPair]
"""Those of the server, and of the client."""
LOOPBACK = "tcp://127.0.0.1:*"
MESSAGE = [b"ECA1", b"x" * 100]
"""As large as a call, in as many frames."""
_HEADER = b"x" * 120
"""As long as that of a picture."""
QUEUE = 2
"""Of a publisher, as the bridge has for pictures."""


def new_keys() -> Keys:
    """Make keys for both sides."""
    return KeyPair(*zmq.curve_keypair()), KeyPair(*zmq.curve_keypair())


class BareEcho:
    """A DEALER that a ROUTER in another process answers."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    def round_trip(self) -> None:
        """Send a message and wait for it."""
        self._socket.send_multipart(MESSAGE)
        self._socket.recv_multipart()


@contextlib.contextmanager
def bare_echo(address: str = LOOPBACK, keys: Keys | None = None) -> Iterator[BareEcho]:
    """Start an echo, and connect to it."""
    with _connected("echo", zmq.DEALER, address, keys) as socket:
        echo = BareEcho(socket)
        echo.round_trip()
        yield echo


@contextlib.contextmanager
def bare_publisher(address: str = LOOPBACK, *, together: bool = False) -> Iterator[zmq.Socket[bytes]]:
    """Start a process that publishes VGA RGB-D pictures as fast as they are taken, and subscribe to it.

    Colour and depth are messages of their own, as the bridge sends them, each of four frames; with ``together`` they
    are one message, of as many frames.
    """
    with _connected("publish-together" if together else "publish", zmq.SUB, address, None) as socket:
        yield socket


@contextlib.contextmanager
def _connected(what: str, kind: int, address: str, keys: Keys | None) -> Iterator[zmq.Socket[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main()", what, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    try:
        process.stdin.write(b" ".join(keys[0] if keys else ()) + b"\n")
        process.stdin.flush()
        bound = process.stdout.readline().decode().strip()
        socket = context.socket(kind)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.RCVHWM, QUEUE)
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        if keys is not None:
            socket.curve_publickey, socket.curve_secretkey = keys[1]
            socket.curve_serverkey = keys[0].public
        socket.connect(bound)
        yield socket
    finally:
        context.destroy(linger=0)
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _serve(what: str, address: str, keys: list[bytes]) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.ROUTER if what == "echo" else zmq.XPUB)
    if keys:
        socket.curve_publickey, socket.curve_secretkey = keys
        socket.curve_server = True
    if what != "echo":
        socket.setsockopt(zmq.SNDHWM, QUEUE)
        # Waits for the subscriber, so that nothing is sent in vain.
        socket.setsockopt(zmq.XPUB_NODROP, 1)
    socket.bind(address)
    print(socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
    _echo(socket) if what == "echo" else _publish(socket, together=what == "publish-together")


def _echo(socket: zmq.Socket[bytes]) -> None:
    while True:
        socket.send_multipart(socket.recv_multipart())


def _publish(socket: zmq.Socket[bytes], *, together: bool) -> None:
    import numpy as np

    from embodied_codeact.bench.world import HEIGHT, WIDTH

    random = np.random.default_rng(0)
    rgb: Any = random.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    depth: Any = random.random((HEIGHT, WIDTH), dtype=np.float32)
    socket.recv()
    while True:
        if together:
            socket.send_multipart([b"picture", _HEADER, rgb.data, depth.data])
        else:
            socket.send_multipart([b"image/rgb", MESSAGE[0], _HEADER, rgb.data])
            socket.send_multipart([b"image/depth", MESSAGE[0], _HEADER, depth.data])


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    keys = sys.stdin.buffer.readline().split()
    threading.Thread(target=_end_with_input, daemon=True).start()
    _serve(sys.argv[1], sys.argv[2], keys)
