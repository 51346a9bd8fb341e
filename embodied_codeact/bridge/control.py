"""The control socket, on a thread of its own: a halt overtakes everything, and a ping is answered while scripts run."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import traceback
from collections import deque
from typing import Any

import msgspec
import zmq

from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import Encoder, FramingError, Received, decode
from embodied_codeact.bridge.lease import Lease
from embodied_codeact.bridge.picture_memory import SharedRoom
from embodied_codeact.bridge.stop import StopLevel, StopState
from embodied_codeact.bridge.verbs import ControlBody
from embodied_codeact.bridge.world_process import failure
from embodied_codeact.errors import CommandRefused, OperatorError

_REASON_CHARACTERS = 500


class Interrupt(msgspec.Struct, frozen=True):
    """What the control thread asks of the server's main thread: end what runs, for this reason; with ``lease``, only
    what runs under that one."""

    reason: str
    lease: int = 0


class ControlDesk:
    """What the control thread and the main thread share. Every method may be called from either."""

    def __init__(self, stop: StopState, lease: Lease) -> None:
        self.stop = stop
        self.lease = lease
        self.wake_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._interrupts: deque[Interrupt] = deque()
        self._lock = threading.Lock()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Messages on command and control so far that were none of this protocol."""
        return self._dropped

    def drop(self) -> None:
        """Count a message that is none of this protocol."""
        with self._lock:
            self._dropped += 1

    def ask(self, interrupt: Interrupt) -> None:
        """Leave a request for the main thread and wake it."""
        self._interrupts.append(interrupt)
        os.eventfd_write(self.wake_fd, 1)

    def asked(self) -> list[Interrupt]:
        """Take the requests left since the last call."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.wake_fd)
        taken: list[Interrupt] = []
        while self._interrupts:
            taken.append(self._interrupts.popleft())
        return taken

    def close(self) -> None:
        """Release the wake descriptor."""
        os.close(self.wake_fd)


class ControlThread(threading.Thread):
    """Answers ping, pictures, acquire, heartbeat, release, interrupt, halt and clear.

    Garbage is counted and dropped.
    """

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        desk: ControlDesk,
        session: str,
        endpoint: Endpoint,
        pictures: SharedRoom,
    ) -> None:
        super().__init__(name="control", daemon=True)
        self._socket = socket
        self._desk = desk
        self._endpoint = endpoint
        self._pictures = pictures
        self._encoder = Encoder(session)
        self._ended = threading.Event()

    def run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        try:
            while not self._ended.is_set():
                if poller.poll(timeout=100):
                    self._answer_one_safely()
        finally:
            self._socket.close(linger=0)

    def end(self) -> None:
        """Stop the thread and close its socket."""
        self._ended.set()
        self.join()

    def _answer_one_safely(self) -> None:
        try:
            self._answer_one()
        except Exception:  # noqa: BLE001 - whatever a client sends, the next halt must find this thread alive
            traceback.print_exc()

    def _answer_one(self) -> None:
        identity, *frames = self._socket.recv_multipart()
        try:
            received = decode(frames)
            body = self._carry_out(received)
        except FramingError:
            self._desk.drop()
            return
        except OperatorError as error:
            body = failure(error)
        reply = self._encoder.encode("reply", body, id=received.header.id)
        # A client that is gone, or does not read, must not hold up a halt.
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            self._socket.send_multipart([identity, *reply], flags=zmq.NOBLOCK)

    def _carry_out(self, received: Received) -> dict[str, Any]:
        body: ControlBody = received.body(ControlBody | None) or ControlBody()
        header, lease = received.header, self._desk.lease
        verb = header.type
        reason = body.reason[:_REASON_CHARACTERS]
        if verb == "ping":
            return {"ok": self._state()}
        if verb == "pictures":
            return {"ok": msgspec.to_builtins(self._pictures, builtin_types=(bytes,))}
        if verb == "heartbeat":
            if header.lease:
                lease.heartbeat(header.lease, header.seq)
            return {"ok": self._state()}
        if verb == "acquire":
            latched = self._desk.stop.latched_error(self._endpoint)
            return {"ok": lease.acquire(body.commander, header.seq, lease_s=body.lease_s, latched=latched)}
        if verb == "release":
            lease.release(header.lease, header.seq)
            self._desk.ask(Interrupt("the commander left", lease=header.lease))
            return {"ok": self._state()}
        if verb == "interrupt":
            self._desk.ask(Interrupt(reason or "the agent"))
            return {"ok": self._state()}
        if verb == "halt":
            self._desk.stop.latch(StopLevel.EMERGENCY_STOP, reason or "halted by the operator")
            self._desk.ask(Interrupt("halt"))
            return {"ok": self._state()}
        if verb == "clear":
            level, why = self._desk.stop.clear()
            return {"ok": {**self._state(), "cleared": level.words, "cleared_reason": why}}
        raise CommandRefused(f"unknown control verb {verb[:80]!r}")

    def _state(self) -> dict[str, Any]:
        level, reason = self._desk.stop.read()
        return {
            "stop": level.words,
            "reason": reason,
            "time_ns": time.monotonic_ns(),
            "dropped": self._desk.dropped,
            **self._desk.lease.status(),
        }
