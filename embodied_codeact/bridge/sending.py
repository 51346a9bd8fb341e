"""What a server sends: replies to those who asked, events to all who watch. It never waits for a slow reader."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import zmq

from embodied_codeact.bridge.framing import Encoder
from embodied_codeact.bridge.listen import Listener
from embodied_codeact.contracts import ExecutionEvent
from embodied_codeact.wire import Buffer

EVENTS_TOPIC = b"events"


class Sender:
    """Sends over the sockets of ``listener``. ``world``: the epoch of the present world, which every reply names."""

    def __init__(self, listener: Listener, session: str, world: Callable[[], int] = lambda: 0) -> None:
        self._listener = listener
        self._world = world
        self._replies = Encoder(session)
        self._events = Encoder(session)

    def reply(self, identity: bytes, request: int, body: dict[str, Any]) -> None:
        """Answer a client's request; one that is gone needs no answer."""
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            frames = self._replies.encode("reply", body, id=request, lease=self._world())
            self._listener.command.send_multipart([identity, *frames], flags=zmq.NOBLOCK)

    def publish(self, request: int, events: Sequence[ExecutionEvent]) -> None:
        """Tell all who watch what has happened in the script of this request."""
        self._send_event(self._events.encode("execution", events, id=request))

    def publish_end(self, request: int) -> None:
        """Tell all who watch that the script of this request has ended."""
        self._send_event(self._events.encode("end", id=request))

    def _send_event(self, frames: list[Buffer]) -> None:
        with contextlib.suppress(zmq.Again):
            self._listener.events.send_multipart([EVENTS_TOPIC, *frames], flags=zmq.NOBLOCK)
