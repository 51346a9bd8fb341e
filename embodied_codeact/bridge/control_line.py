"""A client's line to the control socket: heartbeats, the lease, and whether the server is still there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import zmq

from embodied_codeact.bridge.commanding import Commanding
from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import Received
from embodied_codeact.bridge.lease import Granted
from embodied_codeact.bridge.polling import readable
from embodied_codeact.bridge.replies import Replies, converted
from embodied_codeact.errors import BridgeError, CommandRefused, NotInCommand

HEARTBEAT_S = 0.2
LOST_S = 4.0
"""A server whose control socket has not answered for this long counts as gone."""
_LEAVE_S = 0.5
"""How long leaving waits to be acknowledged, so that the next commander finds the environment free."""


class ControlLine:
    """Used by the thread that uses the client, which awaits answers in a loop that calls :meth:`heartbeat`.

    Args:
        socket: connected to ``control``.
        send: sends a verb with its body over this socket and returns the request's number.
        alive: as the client's.
    """

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        endpoint: Endpoint,
        commanding: Commanding,
        send: Callable[[zmq.Socket[bytes], str, Any], int],
        alive: Callable[[], bool],
    ) -> None:
        self._socket = socket
        self._endpoint = endpoint
        self._commanding = commanding
        self._send = send
        self._alive = alive
        self._replies = Replies(endpoint)
        self._beat = 0.0
        self._unheard_since: float | None = None
        self.session = ""
        """The server's, once it is known."""

    def begin_waiting(self) -> None:
        """An answer is awaited from now on: what the server did not say before does not count."""
        self._unheard_since = None

    def heartbeat(self) -> None:
        """Show that we are in control, and see that the server is there and still the same one.

        Raises:
            BridgeError: it is gone.
            CommandRefused: it is another one.
        """
        now = time.monotonic()
        # First what came meanwhile: a long absence of ours (in a handler of events, suspended) is no silence of theirs.
        while readable(self._socket):
            self.take()
        if not self._alive() or (self._unheard_since is not None and now - self._unheard_since > LOST_S):
            raise self.lost()
        if now - self._beat > HEARTBEAT_S:
            self._beat = now
            self._send(self._socket, "heartbeat", None)
            if self._unheard_since is None:
                self._unheard_since = now

    def take(self) -> Received:
        """Take an answer that has come, and from it that the server is there, and its clock.

        Raises:
            CommandRefused: the server is another one.
        """
        received = self._replies.received(self._socket.recv_multipart())
        self.check_session(received)
        self._unheard_since = None
        self._commanding.clock.answered(received.header.id, received.header.time_ns)
        return received

    def check_session(self, received: Received) -> None:
        """See that what answers is still the same server.

        Raises:
            CommandRefused: it is another one.
        """
        if self.session not in ("", received.header.session):
            self._commanding.lease = 0
            raise CommandRefused(f"the server at {self._endpoint} was started anew since; connect again")

    def lost(self) -> BridgeError:
        """Return what is raised where the server is gone. No lease of it is kept."""
        self._commanding.lease = 0
        why = "has ended" if not self._alive() else f"has not answered for {LOST_S:.0f} s"
        return BridgeError(f"the environment server at {self._endpoint} {why}; start it again and repeat the run")

    def acquire(self, verb: str, lease_s: float | None) -> None:
        """Take a lease under which ``verb`` is to be sent.

        Raises:
            CommandRefused: another commands.
            StopLatched: a stop is latched, and this client was not the last commander.
            WorldChanged: another has reset the environment since; the lease is handed back.
        """
        # One side may have slept meanwhile.
        self._commanding.clock.forget()
        body = {"commander": self._commanding.name, "lease_s": lease_s}
        granted = converted(self._ask("acquire", body, LOST_S), Granted)
        self._commanding.lease = granted.lease
        try:
            self._commanding.check_world(verb, granted.world)
        except CommandRefused:
            self.release()
            raise

    def release(self) -> None:
        """Hand the environment back, where this client commands it."""
        if self._commanding.lease:
            with contextlib.suppress(NotInCommand):
                self._ask("release", None, _LEAVE_S)

    def _ask(self, verb: str, body: Any, timeout_s: float) -> Any:
        request = self._send(self._socket, verb, body)
        until = time.monotonic() + timeout_s
        while time.monotonic() < until and self._alive():
            if self._socket.poll(50):
                received = self.take()
                if received.header.id == request:
                    return self._replies.value(received)
        raise self.lost()
