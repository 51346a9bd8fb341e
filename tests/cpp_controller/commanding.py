"""A small commander for tests: every field of every message is its own choice, so that wrong ones can be sent too."""

from __future__ import annotations

import itertools
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import zmq

from embodied_codeact import wire
from embodied_codeact.bridge.endpoints import parse_endpoint, with_free_port
from embodied_codeact.bridge.framing import MAGIC, Header, Received, decode
from embodied_codeact.bridge.security import ClientSecurity

Array = npt.NDArray[np.float64]
ANSWER_MS = 5000
JOINTS = 7


class Refused(Exception):
    """The controller's answer was an error; ``kind`` says which."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class State(NamedTuple):
    """One message of the state stream."""

    header: Header
    body: Any

    @property
    def status(self) -> Any:
        return self.body["status"]


class Motion(NamedTuple):
    """Rows of a motion: (n, 7) rad and rad/s, seconds between them."""

    positions: Array
    velocities: Array
    period_s: float

    def body(self, **changes: Any) -> dict[str, Any]:
        return {"positions": self.positions, "velocities": self.velocities, "period_s": self.period_s, **changes}


def smooth(start: Array, goal: Array, duration_s: float, period_s: float = 0.01) -> Motion:
    """A minimum-jerk motion from rest to rest."""
    rows = round(duration_s / period_s) + 1
    s = np.linspace(0.0, 1.0, rows)[:, None]
    way = goal - start
    return Motion(
        start + way * (10 * s**3 - 15 * s**4 + 6 * s**5),
        way * (30 * s**2 - 60 * s**3 + 30 * s**4) / duration_s,
        period_s,
    )


class Commander:
    """One client: a DEALER on ``control``, and a SUB on ``state`` where it watches."""

    def __init__(self, endpoint: str, security: ClientSecurity | None = None, *, answer_ms: int = ANSWER_MS) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        parsed = parse_endpoint(endpoint)
        if parsed.transport == "ipc":
            addresses = [f"ipc://{parsed.place}/control", f"ipc://{parsed.place}/state"]
        else:
            addresses = [f"tcp://{parsed.place}:{parsed.port}", f"tcp://{parsed.place}:{parsed.port + 1}"]
        self.control = self._context.socket(zmq.DEALER)
        self.state = self._context.socket(zmq.SUB)
        self.state.setsockopt(zmq.RCVHWM, 100_000)
        self.state.subscribe(b"state")
        for socket, address in zip((self.control, self.state), addresses, strict=True):
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVTIMEO, answer_ms)
            if security is not None:
                security.secure(socket)
            socket.connect(address)
        self._numbers = itertools.count(1)
        self.lease = 0
        self.motion = 0

    def __enter__(self) -> Commander:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.destroy(linger=0)

    def send(self, verb: str, body: Any = None, **fields: Any) -> int:
        """Send a command whose header's fields may be chosen; return its id."""
        document, buffers = wire.pack(body)
        number = next(self._numbers)
        header = {"id": number, "seq": number, "time_ns": time.monotonic_ns(), **fields}
        sizes = [memoryview(buffer).nbytes for buffer in buffers]
        packed = Header(type=verb, sizes=sizes, body=msgspec.Raw(document), **header)
        self.control.send_multipart([MAGIC, msgspec.msgpack.encode(packed), *buffers])
        return number

    def receive(self, number: int) -> Received:
        """Return the reply to a command.

        Raises:
            zmq.Again: none came.
        """
        while True:
            reply = decode(self.control.recv_multipart())
            assert reply.header.type == "reply"
            if reply.header.id == number:
                return reply

    def ask(self, verb: str, body: Any = None, **fields: Any) -> Any:
        """Send a command and return what it was answered.

        Raises:
            Refused: the answer was an error.
        """
        answer = self.receive(self.send(verb, body, **fields)).body()
        if "error" in answer:
            raise Refused(**answer["error"])
        return answer["ok"]

    # What a good commander does

    def acquire(self, ttl_s: float | None = 1.0, name: str = "tester") -> Any:
        granted = self.ask("acquire", {"commander": name, "ttl_s": ttl_s})
        self.lease = granted["lease"]
        return granted

    def move(self, body: dict[str, Any], **fields: Any) -> Any:
        started = self.ask("move", body, **{"lease": self.lease, "ttl_s": 1.0, **fields})
        self.motion = started["motion"]
        return started

    def beat(self) -> Any:
        return self.ask("heartbeat", lease=self.lease)

    def next_state(self) -> State:
        topic, *frames = self.state.recv_multipart()
        assert topic == b"state"
        received = decode(frames)
        return State(received.header, received.body())

    def newest_state(self) -> State:
        """The first state that was sent after this call began."""
        begun = time.monotonic_ns()
        while True:
            state = self.next_state()
            if state.header.time_ns > begun:
                return state

    def watch(self, until: Callable[[State], bool], *, beat: bool = True, at_most_s: float = 20.0) -> list[State]:
        """Return the states up to the first that is as awaited, sending heartbeats meanwhile."""
        states: list[State] = []
        end = beaten = time.monotonic()
        end += at_most_s
        while True:
            states.append(self.next_state())
            if until(states[-1]):
                return states
            now = time.monotonic()
            assert now < end, f"still {states[-1].status}"
            if beat and now - beaten > 0.02:
                self.beat()
                beaten = now

    def finish(self) -> State:
        """Wait until the motion that was begun last has ended; return the state then."""
        return self.watch(self.has_ended)[-1]

    def has_ended(self, state: State) -> bool:
        """Whether the motion that was begun last had ended then."""
        return bool(state.status["motion"] == self.motion and state.status["outcome"] != "running")

    def start_sweep(self, *, way: float = 1.0, duration_s: float = 2.0) -> Motion:
        """Begin a motion of all joints, away from home or back to it."""
        here = self.newest_state().body["commanded"]
        signs = np.array([1.0, 0.6, -1.0, 0.9, 1.0, -0.9, 1.0])
        back = here[0] > 0.3
        motion = smooth(here, here + signs * (-way if back else way), duration_s)
        self.move(motion.body())
        return motion


@contextmanager
def controller(program: Path, *options: str, endpoint: str = "tcp://127.0.0.1:0") -> Iterator[str]:
    """Run the controller; yield its endpoint. It has to end well when it is told to."""
    endpoint = str(with_free_port(parse_endpoint(endpoint)))
    process = subprocess.Popen(
        [program, "--endpoint", endpoint, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"listening at {endpoint}\n", (line, process.stderr and process.stderr.read())
        yield endpoint
        assert process.poll() is None, "the controller ended by itself"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            _, errors = process.communicate(timeout=10)
        finally:
            process.kill()
            process.wait()
    assert (process.returncode, errors) == (0, "")
