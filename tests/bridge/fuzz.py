"""A fuzzer of a server's command and control sockets: ``python -m tests.bridge.fuzz --frames 1000000``.

It sends messages that are mutated, truncated, of wrong types and sizes, nested without end, or noise, from identities
that come and go, and looks meanwhile whether a client in good faith is served. What it sends may by chance be a valid
halt, or name the living lease: that client then clears the stop, or takes the lease anew, as people would.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.framing import MAGIC, MAX_COMMAND_BYTES
from embodied_codeact.bridge.local import LocalServer
from embodied_codeact.bridge.verbs import VERBS, ServerConfig
from embodied_codeact.errors import CommandRefused, WorldChanged
from tests.conftest import REPOSITORY
from tests.support import counter

_TASK = {"id": "reach-3", "environment": "forkable-counter", "instruction": "-", "seed": 0, "metadata": {}}
BODIES: dict[str, dict[str, Any]] = {
    "command": {
        "describe": None,
        "observe": {"settle": True},
        "reset": {"task": _TASK},
        "execute": {"code": "counter.add()", "timeout_s": 2.0, "permissions": {"max_calls": 1, "allowed": ["double"]}},
        "call": {"target": "counter", "method": "add", "args": [1], "kwargs": {}},
        "save": None,
        "restore": {"save": "save-1"},
        "forget": {"save": "save-1"},
        "frames": {"at_most": 5},
    },
    "control": {
        "ping": None,
        "acquire": {"commander": "fuzzer", "lease_s": 0.1},
        "heartbeat": None,
        "release": None,
        "interrupt": {"reason": "fuzz"},
        "halt": {"reason": "fuzz"},
        "clear": None,
    },
}
_ODD: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 2**64 - 1, -(2**63), 1e308, float("nan"), float("inf"), "", "x", "\0",
    "\ud7ff" * 99, "a" * 5000, b"\xff", [], [[]], {}, {"": {}}, {1: 2}, [None] * 1000, list(range(300)),
]  # fmt: skip
_RAW: list[bytes] = [
    b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
    b"\xc9\xff\xff\xff\xff\x01", b"\xc1", b"\xa1\xff", b"\x91" * 100_000, b"\x81\xa1x" * 30_000, b"\xd9", b"",
]  # fmt: skip
"""Pieces of MessagePack that promise more than they hold, or that it does not know."""
_SHARE = {"acquire": 0.02, "release": 0.02, "interrupt": 0.02, "halt": 0.02, "observe": 0.05}
"""Rarer than the rest: a client that says these properly, again and again, keeps others away as it may."""
_MIB = 1 << 20
_SOCKETS = 6
_PERSISTENCE = 2000
"""Messages after which an identity is exchanged for another."""
_SPYING = 5000
"""Messages after which it learns the living lease. Who names that of another, again and again, keeps the other away."""
_PATIENCE_S = 60.0


class Mutator:
    """Makes messages, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lease = 0

    def message(self, socket: str) -> list[bytes]:
        """Return the frames of the next message for ``command`` or ``control``."""
        chance = self.chance
        kind = chance.random()
        if kind < 0.08:
            return [chance.randbytes(chance.randrange(60)) for _ in range(chance.randrange(1, 6))]
        header = self._header(socket)
        buffers: list[bytes] = []
        if chance.random() < 0.1:
            buffers = [chance.randbytes(chance.randrange(40)) for _ in range(chance.randrange(4))]
            header["sizes"] = [len(buffer) for buffer in buffers]
        if kind < 0.2:
            header[chance.choice(list(header))] = chance.choice(_ODD)
        elif kind < 0.55:
            header["body"] = msgspec.Raw(self._odd_body(header["body"], len(buffers)))
        document = msgspec.msgpack.encode(header)
        if 0.55 < kind < 0.6:
            document = document[: chance.randrange(len(document))]
        elif 0.6 < kind < 0.65:
            document += chance.choice(_RAW)
        elif 0.65 < kind < 0.8:
            document = self._spoilt(document)
        return self._shuffled([MAGIC, document, *buffers])

    def _header(self, socket: str) -> dict[str, Any]:
        chance = self.chance
        verb = chance.choice([name for name in BODIES[socket] if chance.random() < _SHARE.get(name, 1)] or ["ping"])
        body = BODIES[socket][verb]
        if isinstance(body, dict) and chance.random() < 0.3:
            body = {**body, chance.choice([*body, "more"]): chance.choice(_ODD)}
        header: dict[str, Any] = {"type": verb, "id": chance.randrange(1 << 40), "body": body}
        if chance.random() < 0.5:
            header["seq"] = chance.randrange(1 << chance.choice([8, 40]))
        if chance.random() < 0.1 or socket == "control":
            # With the living lease it gets as far as the handlers.
            header["lease"] = self.lease if chance.random() < 0.5 else chance.randrange(9)
        if chance.random() < 0.2:
            header["ttl_s"], header["time_ns"] = chance.choice([1.0, -1.0, 1e300]), time.monotonic_ns()
        return header

    def _odd_body(self, body: Any, buffers: int) -> bytes:
        match self.chance.randrange(4):
            case 0:
                return self._odd_extension(buffers)
            case 1:
                return b"\x91" * self.chance.choice([10, 500, 1000, 20_000]) + msgspec.msgpack.encode(body)
            case 2:
                return msgspec.msgpack.encode(self.chance.choice(_ODD))
            case _:
                return self._spoilt(msgspec.msgpack.encode(body))

    def _odd_extension(self, buffers: int) -> bytes:
        chance = self.chance
        if chance.random() < 0.5:
            dtype = chance.choice(["<f8", "|O", "<U9", "<i0", "f99", "<c16", "V8", "|b1"])
            shape = chance.choice([[], [-1], [2**62], [0, 2**62], [1] * 70, [2, 2], [-5]])
            ext = msgspec.msgpack.encode([chance.choice([0, buffers, -1, 2**40]), dtype, shape])
        else:
            names = chance.choice([["a"], ["_a"], ["a", "a"], ["class"], [f"f{n}" for n in range(400)], []])
            name = chance.choice(["R", "no name", "", f"R{chance.randrange(1 << 30)}"])
            ext = msgspec.msgpack.encode([name, names, [1] * chance.choice([len(names), 1])])
        value = msgspec.msgpack.Ext(chance.choice([1, 2, 3, 127, -1]), ext)
        body = chance.choice([value, {"target": "echo", "args": [value]}, {"settle": value}, {"task": value}])
        return msgspec.msgpack.encode(body)

    def _spoilt(self, document: bytes) -> bytes:
        chance = self.chance
        spoilt = bytearray(document)
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(spoilt))
            match chance.randrange(4):
                case 0:
                    spoilt[at] = chance.randrange(256)
                case 1:
                    spoilt.insert(at, chance.randrange(256))
                case 2 if len(spoilt) > 1:
                    del spoilt[at]
                case _:
                    spoilt[at:at] = spoilt[at : at + chance.randrange(9)]
        return bytes(spoilt)

    def _shuffled(self, frames: list[bytes]) -> list[bytes]:
        chance = self.chance
        match chance.randrange(25):
            case 0:
                chance.shuffle(frames)
            case 1:
                del frames[chance.randrange(len(frames))]
            case 2:
                frames.append(frames[chance.randrange(len(frames))])
            case 3:
                frames += [b""] * chance.randrange(60)
            case 4:
                frames[0] = chance.choice([b"ECA2", b"", b"eca1", MAGIC * 2])
        return frames or [b""]


class Crowd:
    """Sockets whose identities come and go. Some read what they are answered, some never do."""

    def __init__(self, client: EnvironmentClient, chance: random.Random) -> None:
        self._endpoint = client.endpoint
        self._chance = chance
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._sockets = {name: [self._new(name) for _ in range(_SOCKETS)] for name in BODIES}

    def _new(self, name: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(zmq.DEALER)
        socket.linger = 0
        socket.sndtimeo = 5000
        socket.identity = bytes([self._chance.randrange(1, 256)]) + self._chance.randbytes(self._chance.randrange(250))
        socket.connect(self._endpoint.address(name))
        return socket

    def send(self, name: str, frames: list[bytes]) -> None:
        index = self._chance.randrange(_SOCKETS)
        try:
            self._sockets[name][index].send_multipart(frames)
        except zmq.Again:
            # A peer that comes back under the identity of a connection that the server still has is not read from.
            self._exchange(name, index)
            self._sockets[name][index].send_multipart(frames)
        if index % 2:
            with contextlib.suppress(zmq.Again):
                self._sockets[name][index].recv_multipart(zmq.NOBLOCK)
        if self._chance.random() < 1 / _PERSISTENCE:
            self._exchange(name, index)

    def _exchange(self, name: str, index: int) -> None:
        self._sockets[name][index].close(linger=500)
        self._sockets[name][index] = self._new(name)

    def close(self) -> None:
        self._context.destroy(linger=0)


@dataclass(frozen=True)
class Report:
    """What came of it. ``served``: rounds of the client in good faith; ``slowest_s``: the longest of them;
    ``refused``: commands in them that it had to repeat. Sizes are those of the server process, in MiB, after the first
    tenth and at the end, when the crowd has left."""

    frames: int
    dropped: int
    seconds: float
    served: int
    slowest_s: float
    refused: int
    memory_before: float
    memory_after: float


class GoodFaith(threading.Thread):
    """A client that works all the while. ``fault``: what it was not to meet."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(name="good faith")
        self._endpoint = endpoint
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.fault: BaseException | None = None
        self.served = 0
        self.refused = 0
        self.slowest_s = 0.0

    def run(self) -> None:
        try:
            with EnvironmentClient(self._endpoint) as client:
                client.reset(client.describe().tasks[0])
                self.begun.set()
                while not self.ended.is_set() and self.fault is None:
                    began = time.monotonic()
                    self._round(client)
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                    self.served += 1
                    time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001 - told to whoever runs the fuzzer
            self.fault = error
            self.begun.set()

    def _round(self, client: EnvironmentClient) -> None:
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                client.stop_state()
                client.observe()
                result, _ = client.execute("6 * 7", timeout_s=10)
                if not result.interrupted:
                    assert result.value == "42", result
                    return
            except CommandRefused as refused:
                self.refused += 1
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
                self._mend(client, refused)

    @staticmethod
    def _mend(client: EnvironmentClient, refused: CommandRefused) -> None:
        """Do what the refusal says."""
        with contextlib.suppress(CommandRefused):
            client.clear()
            if isinstance(refused, WorldChanged) or "reset" in str(refused):
                client.reset(client.describe().tasks[0])
            client.acquire()


def resident_mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / _MIB


@contextlib.contextmanager
def counter_server() -> Iterator[LocalServer]:
    """A real server of the counter, on tcp, installed for the purpose."""
    with tempfile.TemporaryDirectory() as name:
        counter.install(Path(name))
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([name, str(REPOSITORY)])
        try:
            config = ServerConfig(environment="forkable-counter", endpoint="tcp://127.0.0.1:0", sandbox="best")
            with LocalServer(config) as server:
                yield server
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before


def fuzz(frames: int, seed: int) -> Report:
    """Send so many messages, each of one frame or more, and return what came of it.

    Raises:
        Exception: what the client in good faith met; or the server ended.
    """
    assert set(BODIES["command"]) == set(VERBS)
    mutator = Mutator(seed)
    began = time.monotonic()
    with counter_server() as server, EnvironmentClient(server.endpoint) as observer:
        process = psutil.Process(server.process.pid)
        client = GoodFaith(server.endpoint)
        client.start()
        client.begun.wait()
        try:
            sizes: list[float] = []
            for numbers in (range(frames // 10), range(frames // 10, frames)):
                _send_all(mutator, numbers, observer, client)
                sizes.append(resident_mib(process))
        finally:
            client.ended.set()
            client.join()
        if client.fault is not None:
            raise client.fault
        dropped = observer._control_verb("ping", None)["dropped"]
    seconds = time.monotonic() - began
    return Report(frames, dropped, seconds, client.served, client.slowest_s, client.refused, *sizes)


def _send_all(mutator: Mutator, numbers: range, observer: EnvironmentClient, client: GoodFaith) -> None:
    """Send these messages from a crowd that then leaves, and wait until the good client has been served since."""
    crowd = Crowd(observer, mutator.chance)
    try:
        for number in numbers:
            if number % _SPYING == 0:
                mutator.lease = observer._control_verb("ping", None)["lease"]
            if client.fault is not None:
                raise client.fault
            name = "command" if mutator.chance.random() < 0.6 else "control"
            crowd.send(name, _huge(number) or mutator.message(name))
    finally:
        crowd.close()
    served = client.served
    while client.served < served + 3 and client.fault is None:
        time.sleep(0.05)


def _huge(number: int) -> list[bytes] | None:
    """Now and then a frame that is too large for the socket, or just not."""
    if number % 50_000 == 777:
        return [MAGIC, b"\xff" * (MAX_COMMAND_BYTES + 1)]
    if number % 5000 == 555:
        text = msgspec.msgpack.encode("x" * _MIB)
        return [MAGIC, b"\x83\xa2id\x01\xa4type" + text + b"\xa4body" + text]
    return None


def main() -> int:
    """Fuzz from the command line; return 1 where memory grew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    report = fuzz(given.frames, given.seed)
    print(msgspec.json.format(msgspec.json.encode(report)).decode())
    return int(report.memory_after - report.memory_before > MOST_GROWTH_MIB)


MOST_GROWTH_MIB = 48.0
"""What buffers of the allocator and of ZeroMQ come and go by; a leak of a hundred bytes a frame is above that in a
million frames."""

if __name__ == "__main__":
    sys.exit(main())
