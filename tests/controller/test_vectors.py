"""The test vectors of docs/controller.md, read and written; and that the document names every verb and field."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from embodied_codeact import wire
from embodied_codeact.bridge.framing import MAGIC, Header, decode
from embodied_codeact.controller.protocol import (
    AcquireBody,
    Answer,
    Description,
    ErrorBody,
    GripperBody,
    GripperLimits,
    GripperReading,
    Lease,
    MoveBody,
    Moving,
    State,
    Status,
    StopBody,
)
from tests.conftest import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "controller.md").read_text()


class Vector(NamedTuple):
    """A message: its header but for the body's fields, the body, and the type as which it is read."""

    header: Header
    body: Any
    type: Any


def header(type: str, **fields: Any) -> Header:  # noqa: A002
    return Header(type=type, **{"session": "s1", "seq": 1, "time_ns": 1000, **fields})


STATUS = Status(lease=3, commander="anna", motion=1, outcome="running", time_ns=2000)
VECTORS = {
    "ping": Vector(header("ping", id=7, session=""), None, None),
    "acquire": Vector(header("acquire", id=8), AcquireBody("anna", 0.25), AcquireBody),
    "acquire, answered": Vector(header("reply", id=8), {"ok": Lease(3, 2.0, 0.25)}, Answer),
    "move": Vector(
        header("move", id=9, seq=2, lease=3, ttl_s=0.5),
        {
            "positions": np.array([[0.0, 1.0], [0.25, 1.0], [0.5, 1.0]]),
            "velocities": np.array([[0.0, 0.0], [0.75, 0.0], [0.0, 0.0]]),
            "period_s": 0.5,
        },
        MoveBody,
    ),
    "move, answered": Vector(header("reply", id=9, seq=2), {"ok": Moving(1, 1.0)}, Answer),
    "move of the gripper": Vector(
        header("move", id=10, seq=3, lease=3, ttl_s=0.5), {"gripper": GripperBody(0.04, 20.0, 0.1)}, MoveBody
    ),
    "heartbeat": Vector(header("heartbeat", id=11, seq=4, lease=3), None, None),
    "heartbeat, answered": Vector(header("reply", id=11, seq=4), {"ok": STATUS}, Answer),
    "stop": Vector(header("stop", id=12, seq=5), StopBody("a hand in the way", "protective stop"), StopBody),
    "refused": Vector(header("reply", id=13, seq=6), {"error": ErrorBody("StopLatched", "a stop is latched")}, Answer),
    "description": Vector(
        header("reply", id=14, seq=7),
        {
            "ok": Description(
                name="two joints",
                joints=["a", "b"],
                lower=np.array([-1.0, -2.0]),
                upper=np.array([1.0, 2.0]),
                velocity=np.array([1.5, 1.5]),
                acceleration=np.array([5.0, 5.0]),
                jerk=np.array([100.0, 100.0]),
                home=np.array([0.0, 1.0]),
                gripper=GripperLimits(0.08, 50.0, 0.2),
                simulated=True,
            )
        },
        None,
    ),
    "state": Vector(
        header("state", seq=42, time_ns=2000),
        State(
            positions=np.array([0.25, 1.0]),
            velocities=np.array([0.75, 0.0]),
            commanded=np.array([0.26, 1.0]),
            gripper=GripperReading(0.08, 0.0),
            status=STATUS,
        ),
        State,
    ),
}


def frames_of(vector: Vector) -> list[bytes]:
    document, buffers = wire.pack(vector.body)
    sizes = [memoryview(buffer).nbytes for buffer in buffers]
    whole = msgspec.structs.replace(vector.header, sizes=sizes, body=msgspec.Raw(document))
    return [MAGIC, msgspec.msgpack.encode(whole), *map(bytes, buffers)]


def documented() -> dict[str, list[bytes]]:
    blocks = re.findall(r"#### Vector: (.+?)\n.*?```hex\n(.+?)```", DOCUMENT, flags=re.DOTALL)
    return {name: [bytes.fromhex(line) for line in block.strip().splitlines()] for name, block in blocks}


def test_every_vector_is_documented() -> None:
    assert list(documented()) == list(VECTORS)


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_vector_is_read_and_written_as_documented(name: str) -> None:
    frames, vector = documented()[name], VECTORS[name]
    assert frames_of(vector) == frames
    received = decode(frames)
    ours = msgspec.structs.replace(received.header, sizes=[], body=msgspec.Raw(b"\xc0"))
    assert ours == vector.header
    if vector.type is not None:
        again = received.body(vector.type)
        assert wire.pack(received.body()) == wire.pack(decode(frames_of(vector)).body())
        assert type(again) is vector.type


def test_the_documents_fields_are_those_of_the_records() -> None:
    description = DOCUMENT.partition("## Description")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", description, flags=re.MULTILINE))))
    assert named == set(Description.__struct_fields__)
    status = DOCUMENT.partition("The status: `")[2].partition("}`")[0]
    assert set(re.findall(r'"(\w+)"(?::|,|$)', status)) >= set(Status.__struct_fields__)
