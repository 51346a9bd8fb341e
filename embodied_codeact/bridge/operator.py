"""The operator's hand on a server or a controller: asks whether it answers, and halts a server. It commands nothing,
so it needs no lease, and it waits for nobody longer than it is told.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from typing import Any, Literal

import msgspec
import zmq

from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint
from embodied_codeact.bridge.framing import Encoder, FramingError, Received, decode
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.bridge.verbs import AnswerBody
from embodied_codeact.errors import ConfigurationError

_AGAIN_S = 0.25
"""After so long without an answer a ping is sent again."""
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}


class OperatorLink:
    """A connection to the control socket at an endpoint. Use it as a context manager, from one thread.

    Args:
        endpoint: ``ipc://FOLDER`` or ``tcp://HOST:PORT``; a server that was bound to all addresses is reached here.
        of: an environment server, or a controller (docs/controller.md), whose sockets have other places.
        security: the keys for one that has some.

    Raises:
        ConfigurationError: the endpoint is no endpoint.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        of: Literal["server", "controller"] = "server",
        security: ClientSecurity | None = None,
    ) -> None:
        parsed = parse_endpoint(endpoint)
        self.endpoint = msgspec.structs.replace(parsed, place=_WILDCARDS.get(parsed.place, parsed.place))
        self._security = security
        self._encoder = Encoder()
        self._ids = itertools.count(1)
        self._asked_at = -_AGAIN_S
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._control = self._connect(_control_address(self.endpoint, of))

    def _connect(self, address: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        if "[" in address:
            socket.setsockopt(zmq.IPV6, 1)
        if self._security is not None:
            self._security.secure(socket)
        try:
            socket.connect(address)
        except zmq.ZMQError as error:
            self.close()
            raise ConfigurationError(f"cannot connect to {self.endpoint}: {error.strerror}") from error
        return socket

    def answers(self) -> bool:
        """Whether it has answered by now. Does not wait: ask again in a moment."""
        now = time.monotonic()
        if now - self._asked_at >= _AGAIN_S:
            self._asked_at = now
            self._send(self._control, "ping", None)
        return self._received(self._control, 0.0) is not None

    def halt(self, reason: str, *, within_s: float = 1.0) -> bool:
        """Latch an emergency stop; return whether the server said that it has."""
        answer = self._answer(self._control, self._send(self._control, "halt", {"reason": reason}), within_s)
        try:
            return answer is not None and answer.body(AnswerBody).error is None
        except FramingError:
            return False

    def rests(self, *, within_s: float) -> bool:
        """Wait until nothing runs in the server's world any more: an observation waits for the primitive that does.
        Return whether that was in time."""
        with self._connect(self.endpoint.address("command")) as command:
            return self._answer(command, self._send(command, "observe", {}), within_s) is not None

    def close(self) -> None:
        """Release the sockets. May be called twice."""
        self._context.destroy(linger=0)

    def __enter__(self) -> OperatorLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, socket: zmq.Socket[bytes], verb: str, body: Any) -> int:
        request = next(self._ids)
        # Where nobody is there, and much was asked already, this is not sent.
        with contextlib.suppress(zmq.Again):
            socket.send_multipart(self._encoder.encode(verb, body, id=request), flags=zmq.NOBLOCK)
        return request

    def _answer(self, socket: zmq.Socket[bytes], request: int, within_s: float) -> Received | None:
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            received = self._received(socket, left)
            if received is not None and received.header.id == request:
                return received
        return None

    def _received(self, socket: zmq.Socket[bytes], within_s: float) -> Received | None:
        """What comes in time, if it is a message."""
        if not socket.poll(max(0, round(within_s * 1000))):
            return None
        try:
            return decode(socket.recv_multipart(flags=zmq.NOBLOCK))
        except (FramingError, zmq.Again):
            return None


def _control_address(endpoint: Endpoint, of: Literal["server", "controller"]) -> str:
    """A controller's control socket is at the port itself; a server's comes after that of its commands."""
    if of == "controller" and endpoint.transport == "tcp":
        return endpoint.address("command")
    return endpoint.address("control")
