"""What the checks of conformance put a controller through its paces with: free hand over every frame, and a record of
the state stream."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import msgspec
import numpy as np
import zmq

from embodied_codeact import wire
from embodied_codeact.bridge.endpoints import Endpoint, parse_endpoint
from embodied_codeact.bridge.framing import MAGIC, FramingError, Header, Received, decode
from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.controller.connection import connect
from embodied_codeact.controller.protocol import (
    CONTROL,
    STATE,
    Answer,
    Array,
    Cleared,
    Description,
    Lease,
    State,
    Status,
)
from embodied_codeact.errors import BridgeError

ANSWER_S = 2.0
SILENCE_S = 0.3
"""So long an answer that must not come is waited for."""
_READY_S = 10.0


class Failed(Exception):
    """A check has failed; the message says what was seen."""


def fail(seen: str) -> NoReturn:
    """Say what was seen in place of what was expected."""
    raise Failed(seen)


class Told(NamedTuple):
    """One message of the state stream."""

    header: Header
    state: State


class Peer:
    """One connection to ``control``. Numbers its messages from 1."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], endpoint: Endpoint, security: ClientSecurity | None
    ) -> None:
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        if security is not None:
            security.secure(self.socket)
        connect(self.socket, endpoint, CONTROL)
        self.sequence = itertools.count(1)


class Probe:
    """Speaks with the controller at an endpoint as its checks need it, from one thread.

    Raises:
        BridgeError: nothing that speaks this protocol answers there.
    """

    def __init__(self, endpoint: str, security: ClientSecurity | None = None) -> None:
        self.endpoint, self.security = parse_endpoint(endpoint), security
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._states = self.context.socket(zmq.SUB)
        self._states.setsockopt(zmq.RCVHWM, 100_000)
        if security is not None:
            security.secure(self._states)
        self._states.setsockopt(zmq.SUBSCRIBE, STATE.encode())
        connect(self._states, self.endpoint, STATE)
        self._peers: list[Peer] = []
        self.me, self.other = self.peer(), self.peer()
        self.name = f"conformance-{uuid.uuid4().hex[:8]}"
        self.session = ""
        self.lease = 0
        self.told: list[Told] = []
        self.odd: list[str] = []
        self._ids = itertools.count(1)
        self._behind_ns = 0
        try:
            self.robot = self._greet()
        except Failed as failed:
            self.close()
            raise BridgeError(f"no controller answers at {endpoint} as the protocol says: {failed}") from failed

    def _greet(self) -> Description:
        greeting = self.exchange("ping")
        self.session = greeting.header.session
        status = self.value(greeting, Status)
        self._behind_ns = status.time_ns - time.monotonic_ns()
        robot: Description = self.value(self.exchange("describe"), Description)
        return robot

    def peer(self, security: ClientSecurity | None = None) -> Peer:
        """Connect once more."""
        self._peers.append(Peer(self.context, self.endpoint, security or self.security))
        return self._peers[-1]

    def close(self) -> None:
        """Release the sockets."""
        self.context.destroy(linger=0)

    # Sending

    def now_ns(self) -> int:
        """The time on the controller's clock."""
        return time.monotonic_ns() + self._behind_ns

    def send(self, type: str, body: Any = None, *, peer: Peer | None = None, **header: Any) -> int:  # noqa: A002
        """Send a message whose header's fields may be given; return its id."""
        peer = peer or self.me
        number = next(self._ids)
        document, buffers = wire.pack(body)
        fields: dict[str, Any] = {
            "type": type,
            "id": number,
            "session": self.session,
            "seq": next(peer.sequence),
            "time_ns": self.now_ns(),
            "sizes": [memoryview(buffer).nbytes for buffer in buffers],
            "body": msgspec.Raw(document),
            **header,
        }
        peer.socket.send_multipart([MAGIC, msgspec.msgpack.encode(fields), *buffers])
        return number

    def answer(self, number: int, peer: Peer | None = None, within_s: float = ANSWER_S) -> Received:
        """Return the answer of that id, recording states meanwhile."""
        peer = peer or self.me
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0.0:
            self._record()
            if peer.socket.poll(min(20, int(left * 1000) + 1)):
                received = self._decoded(peer.socket.recv_multipart())
                if received.header.id == number:
                    if received.header.type != "reply":
                        fail(f"an answer of the type {received.header.type!r}")
                    return received
        fail(f"no answer within {within_s:g} s")

    def _decoded(self, frames: Sequence[bytes]) -> Received:
        try:
            return decode(frames)
        except FramingError as error:
            fail(f"what is no message: {error}")

    def exchange(self, type: str, body: Any = None, *, peer: Peer | None = None, **header: Any) -> Received:  # noqa: A002
        """Send a message and return its answer."""
        return self.answer(self.send(type, body, peer=peer, **header), peer)

    def value(self, received: Received, kind: Any) -> Any:
        """Return what an answer without error holds."""
        answer = self._answer_of(received)
        if answer.error is not None:
            fail(f"{answer.error.kind}: {answer.error.message}")
        try:
            return msgspec.convert(answer.ok, kind)
        except msgspec.ValidationError as error:
            fail(f"an answer that is no {kind.__name__}: {error}")

    def _answer_of(self, received: Received) -> Answer:
        try:
            body: Answer = received.body(Answer)
            return body
        except FramingError as error:
            fail(f"what is no answer: {error}")

    def ask(self, type: str, kind: Any, body: Any = None, *, peer: Peer | None = None, **header: Any) -> Any:  # noqa: A002
        """Send a message and return the value of its answer."""
        return self.value(self.exchange(type, body, peer=peer, **header), kind)

    def refused(self, kind: str, type: str, body: Any = None, *, peer: Peer | None = None, **header: Any) -> str:  # noqa: A002
        """Send a message that has to be refused with an error of this kind; return what the error says."""
        answer = self._answer_of(self.exchange(type, body, peer=peer, **header))
        if answer.error is None:
            fail(f"{type} was carried out")
        if answer.error.kind != kind:
            fail(f"{type} was refused with {answer.error.kind}: {answer.error.message}")
        if not answer.error.message:
            fail(f"{type} was refused without a word")
        return answer.error.message

    def status(self) -> Status:
        """Ask how the controller stands."""
        status: Status = self.ask("ping", Status)
        return status

    def acquire(self, ttl_s: float | None = None) -> Lease:
        """Become the commander."""
        lease: Lease = self.ask("acquire", Lease, {"commander": self.name, "ttl_s": ttl_s})
        self.lease = lease.lease
        return lease

    def move(self, body: Any, **header: Any) -> int:
        """Begin a motion; return its number."""
        fields = {"lease": self.lease, "ttl_s": 1.0, **header}
        answer = self.ask("move", dict[str, Any], body, **fields)
        if not isinstance(answer.get("motion"), int) or not isinstance(answer.get("duration_s"), float | int):
            fail(f"move was answered with {answer}")
        return int(answer["motion"])

    # Waiting

    def _record(self) -> None:
        while self._states.poll(0):
            topic, *frames = self._states.recv_multipart()
            received = self._decoded(frames)
            if topic != STATE.encode() or received.header.type != STATE:
                self.odd.append(f"topic {topic!r}, type {received.header.type!r}")
                continue
            try:
                self.told.append(Told(received.header, received.body(State)))
            except FramingError as error:
                self.odd.append(str(error))

    def wait(self, seconds: float) -> None:
        """Let time pass, recording states."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0.0:
            self._states.poll(int(left * 1000) + 1)
            self._record()

    def wait_until(self, holds: Callable[[Status], bool], within_s: float, *, beat_s: float | None = None) -> Status:
        """Wait until a status is as it should be; with ``beat_s``, sending heartbeats so often."""
        until = time.monotonic() + within_s
        while True:
            status: Status = self.ask("heartbeat", Status, lease=self.lease) if beat_s else self.status()
            if holds(status):
                return status
            if time.monotonic() > until:
                fail(f"after {within_s:.2f} s: stop {status.stop!r}, outcome {status.outcome!r} {status.message}")
            self.wait(beat_s or 0.01)

    def resting(self, within_s: float = _READY_S) -> Status:
        """Wait until no motion is under way."""
        return self.wait_until(lambda status: status.outcome != "running", within_s)

    def newest(self) -> State:
        """Return the next state that is told from now on."""
        self.told.clear()
        until = time.monotonic() + ANSWER_S
        while not self.told:
            if time.monotonic() > until:
                fail("no state comes")
            self.wait(0.005)
        return self.told[-1].state

    def make_ready(self) -> None:
        """Bring the controller to where each check begins: at rest, nothing latched, no lease, the record empty."""
        status = self.resting()
        if status.lease and status.commander == self.name:
            self.acquire()
            self.ask("release", Status, lease=self.lease)
        elif status.lease:
            self.wait_until(lambda status: not status.lease, self.robot.lease_s + 1.0)
        self.ask("clear", Cleared)
        self.told.clear()

    # Motions

    def sweep(self, *, rows_s: float = 0.02) -> Sweep:
        """A motion of the last joint, by at most 0.6 rad, at about half of what the robot may do; rows so far apart."""
        robot, start = self.robot, self.newest().commanded
        joint = len(robot.joints) - 1
        room_up, room_down = robot.upper[joint] - start[joint], start[joint] - robot.lower[joint]
        most = min(0.6, 0.8 * float(max(room_up, room_down)))
        way = np.zeros(len(start))
        way[joint] = most if room_up >= room_down else -most
        # Peaks of the quintic with rest at both ends: 1.875, 5.774 and 60 times the way by powers of the time.
        least_s = max(
            1.0,
            1.875 * most / (0.6 * float(robot.velocity[joint])),
            float(np.sqrt(5.774 * most / (0.5 * robot.acceleration[joint]))),
            float(np.cbrt(60.0 * most / (0.5 * robot.jerk[joint]))),
        )
        u = np.linspace(0.0, 1.0, max(4, int(np.ceil(least_s / rows_s))) + 1)[:, None]
        duration_s = (len(u) - 1) * rows_s
        share, rate = u**3 * (10 - 15 * u + 6 * u**2), 30 * u**2 * (1 - u) ** 2
        return Sweep(start + share * way, rate * way / duration_s, rows_s, joint)


class Sweep(NamedTuple):
    """A motion that the robot can carry out: (n, joints) rad and rad/s, seconds between the rows, the joint that
    moves."""

    positions: Array
    velocities: Array
    period_s: float
    joint: int

    @property
    def duration_s(self) -> float:
        """Seconds from rest to rest."""
        return (len(self.positions) - 1) * self.period_s

    def body(self, **changes: Any) -> dict[str, Any]:
        """The body of ``move``, with these fields changed."""
        return {"positions": self.positions, "velocities": self.velocities, "period_s": self.period_s, **changes}

    @property
    def goal(self) -> Array:
        """Where it ends."""
        end: Array = self.positions[-1]
        return end
