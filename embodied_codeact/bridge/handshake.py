"""Why a server does not let a client in, from what ZeroMQ tells of the handshake: keys that do not fit end in one clear
line instead of a silence."""

from __future__ import annotations

from typing import Any

import zmq
from zmq.utils.monitor import recv_monitor_message

from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.errors import ConfigurationError

_FAILURES = 3
"""A handshake may also break because the server ends at that moment; not so often in a row."""


class HandshakeWatch:
    """Watches one socket, from before it is connected until it is closed or :meth:`end`.

    Args:
        keys: whether the client has keys.
    """

    def __init__(self, socket: zmq.Socket[Any], endpoint: Endpoint, *, keys: bool) -> None:
        self._socket = socket
        self._endpoint = endpoint
        self._keys = keys
        self._broken = 0
        self._events = socket.get_monitor_socket(
            zmq.EVENT_HANDSHAKE_FAILED_AUTH
            | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
            | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
            | zmq.EVENT_HANDSHAKE_SUCCEEDED
        )

    def check(self) -> None:
        """Look at what has happened since.

        Raises:
            ConfigurationError: the server will not let this client in, or is another one than it has the key of.
        """
        while self._events.poll(0):
            event = recv_monitor_message(self._events)["event"]
            if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                raise ConfigurationError(
                    f"the server at {self._endpoint} does not know this key: copy your .key file into the folder that "
                    f"it was started with (serve --allow), and start it again"
                )
            if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._broken = 0
                continue
            # Which of the two sides finds first that they do not fit is chance.
            self._broken += _FAILURES if event == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL else 1
            if self._broken >= _FAILURES:
                raise ConfigurationError(self._does_not_fit())

    def _does_not_fit(self) -> str:
        if self._keys:
            return (
                f"the server at {self._endpoint} does not have the key that --server-key names: it is another server, "
                f"has other keys now, or none; take its .key file anew, or connect without --key"
            )
        return (
            f"the server at {self._endpoint} lets only clients with keys in: say --key and --server-key "
            f"(or it is no server of this kind)"
        )

    def end(self) -> None:
        """Watch no longer."""
        self._socket.disable_monitor()
