"""A fuzzed controller stays up, keeps its memory, and serves others throughout."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
import zmq

from embodied_codeact import wire
from embodied_codeact.bridge.endpoints import parse_endpoint
from embodied_codeact.bridge.framing import MAGIC, Header
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.protocol import CONTROL, SOCKETS, address
from tests.conftest import REPOSITORY

SERVE = """
import sys
from embodied_codeact.controller.server import ControllerServer
from tests.controller.kinematic import KinematicDriver
ControllerServer(KinematicDriver(), sys.argv[1]).serve()
"""
GROWTH = 32 * 1024 * 1024
"""Bytes: what sockets and the allocator may keep of the largest burst."""


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A controller in a process of its own: its endpoint, and the process."""
    endpoint = f"ipc://{tmp_path}/c"
    process = subprocess.Popen([sys.executable, "-c", SERVE, endpoint], cwd=REPOSITORY)
    try:
        yield endpoint, psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def seeds() -> list[list[bytes]]:
    """Good messages, from which bad ones are made."""
    rows = np.zeros((4, 3))
    bodies = {
        "ping": None,
        "describe": None,
        "acquire": {"commander": "fuzz", "ttl_s": 0.2},
        "heartbeat": None,
        "move": {"positions": rows, "velocities": rows, "period_s": 0.1},
        "release": None,
        "stop": {"reason": "fuzz", "level": "protective stop"},
        "clear": None,
    }
    made = []
    for number, (verb, body) in enumerate(bodies.items()):
        document, buffers = wire.pack(body)
        sizes = [memoryview(buffer).nbytes for buffer in buffers]
        header = Header(verb, id=number, lease=1, seq=number, ttl_s=1.0, sizes=sizes, body=msgspec.Raw(document))
        made.append([MAGIC, msgspec.msgpack.encode(header), *map(bytes, buffers)])
    return made


def mutated(random_: random.Random, frames: list[bytes]) -> list[bytes]:
    """The message with a few bytes or frames changed, lost, doubled or put in."""
    changed = [bytearray(frame) for frame in frames]
    for _ in range(random_.randint(1, 4)):
        index = random_.randrange(len(changed))
        frame = changed[index]
        what = random_.randrange(6)
        if what == 0 and frame:
            frame[random_.randrange(len(frame))] = random_.randrange(256)
        elif what == 1 and frame:
            del frame[random_.randrange(len(frame)) :]
        elif what == 2:
            at = random_.randint(0, len(frame))
            frame[at:at] = random_.randbytes(random_.randint(1, 30))
        elif what == 3 and len(changed) > 1:
            del changed[index]
        elif what == 4:
            changed.insert(index, bytearray(frame))
        elif frame:
            frame[random_.randrange(len(frame))] ^= 1 << random_.randrange(8)
    return [bytes(frame) for frame in changed]


def fuzz(controller: tuple[str, psutil.Process], count: int) -> None:
    endpoint, process = controller
    random_ = random.Random(count)
    good = seeds()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    try:
        with ControllerClient(endpoint) as client:
            client.ping()
            before = process.memory_info().rss
            sockets = [context.socket(zmq.DEALER if name == CONTROL else zmq.XSUB) for name in SOCKETS]
            for name, socket in zip(SOCKETS, sockets, strict=True):
                socket.setsockopt(zmq.LINGER, 0)
                socket.connect(address(parse_endpoint(endpoint), name))
            for number in range(count):
                socket = sockets[number % 8 == 0]
                socket.send_multipart(mutated(random_, random_.choice(good)))
                if socket is sockets[0] and number % 50 == 1:
                    while socket.poll(0):
                        socket.recv_multipart()
                if number % (count // 20) == 0:
                    client.ping()
                    assert client.state(fresh=True).positions.shape == (3,)
            status = client.ping()
            assert status.dropped > count / 10
            assert process.memory_info().rss - before < GROWTH
    finally:
        context.destroy(linger=0)


def test_twenty_thousand_fuzzed_messages(controller: tuple[str, psutil.Process]) -> None:
    fuzz(controller, 20_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_million_fuzzed_messages(controller: tuple[str, psutil.Process]) -> None:
    fuzz(controller, 1_000_000)
