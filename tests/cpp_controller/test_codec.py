"""The C++ codec reads what the Python one writes, and writes what that one reads."""

from __future__ import annotations

import random
import re
import struct
import subprocess
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from embodied_codeact import wire
from embodied_codeact.bridge.framing import MAGIC, Header, decode
from tests.conftest import REPOSITORY
from tests.cpp_controller.building import Built

Frames = Sequence[bytes]
DROPPED = None


def echo(built: Built, messages: Sequence[Frames]) -> list[list[bytes] | None]:
    """What the codec writes for each message that it has read; None where it reads none."""
    lines = "".join(" ".join(frame.hex() or "-" for frame in frames) + "\n" for frames in messages)
    done = subprocess.run([built.echo_frames], input=lines, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.splitlines()
    assert len(answers) == len(messages)
    return [
        DROPPED if answer == "dropped" else [b"" if word == "-" else bytes.fromhex(word) for word in answer.split()]
        for answer in answers
    ]


def message(body: Any, **fields: Any) -> list[bytes]:
    document, buffers = wire.pack(body)
    sizes = [memoryview(buffer).nbytes for buffer in buffers]
    header = Header(type="move", sizes=sizes, body=msgspec.Raw(document), **fields)
    return [MAGIC, msgspec.msgpack.encode(header), *map(bytes, buffers)]


def documented() -> dict[str, list[bytes]]:
    """The frames in the documents, by the name above each. Arrays of other types than <f8 are none of this protocol."""
    found: dict[str, list[bytes]] = {}
    for name in ("protocol", "controller"):
        text = (REPOSITORY / "docs" / f"{name}.md").read_text()
        blocks = re.findall(r"#### Vector: (.+?)\n.*?```hex\n(.+?)```", text, flags=re.DOTALL)
        found |= {f"{name}: {what}": [bytes.fromhex(line) for line in block.split()] for what, block in blocks}
    del found["protocol: array"]
    return found


@pytest.mark.parametrize("name", sorted(documented()))
def test_the_documented_vectors_come_back_to_the_byte(built: Built, name: str) -> None:
    frames = documented()[name]
    assert echo(built, [frames]) == [frames]


def test_there_are_vectors_of_both_documents() -> None:
    assert {"protocol: execute", "controller: move", "controller: state"} <= set(documented())


NUMBERS = sorted({sign * (2**bits + by) for bits in range(64) for by in (-1, 0, 1) for sign in (-1, 1)})
VALUES: list[Any] = [
    None,
    True,
    False,
    [number for number in NUMBERS if -(2**63) <= number < 2**64],
    [0.0, -0.0, 1.5, -1e308, 5e-324, float("inf"), float("-inf")],
    ["", "a" * 31, "b" * 32, "c" * 255, "d" * 256, "e" * 65536, "żółw 🐢"],
    [b"", b"\x00" * 255, b"\x01" * 256, b"\x02" * 65536],
    [[0] * 15, [0] * 16, {str(n): n for n in range(15)}, {str(n): n for n in range(16)}],
    [msgspec.msgpack.Ext(5, b"x" * size) for size in (0, 1, 2, 3, 4, 8, 15, 16, 17, 255, 256, 65536)],
    {"level": {"deeper": [[["down", {"here": None}]]]}},
    {"positions": np.arange(14.0).reshape(2, 7), "velocities": np.zeros((0, 7)), "scalar": np.array(3.5)},
]


@pytest.mark.parametrize("value", VALUES, ids=[str(value)[:20] for value in VALUES])
def test_values_come_back_to_the_byte(built: Built, value: Any) -> None:
    frames = message(value, id=2**63 - 1, session="s", seq=-5, lease=7, ttl_s=0.25, time_ns=2**62)
    assert echo(built, [frames]) == [frames]


def test_a_short_float_is_read(built: Built) -> None:
    (frames,) = echo(built, [[MAGIC, b"\x82\xa4type\xa4ping\xa4body\xca" + struct.pack(">f", 0.5)]])
    assert frames is not None
    assert decode(frames).body() == 0.5


def header(**fields: Any) -> bytes:
    return msgspec.msgpack.encode({"type": "ping", **fields})


NO_MESSAGES: list[list[bytes]] = [
    [],
    [MAGIC],
    [b"ECA2", header()],
    [MAGIC, b""],
    [MAGIC, b"\xc1"],
    [MAGIC, b"\x80"],
    [MAGIC, header() + b"\xc0"],
    [MAGIC, b"\x93\x01\x02\x03"],
    [MAGIC, header(type=5)],
    [MAGIC, header(id="one")],
    [MAGIC, header(ttl_s="soon")],
    [MAGIC, header(session=None)],
    [MAGIC, header(lease=2**63)],
    [MAGIC, header(sizes=3)],
    [MAGIC, header(sizes=[-1]), b""],
    [MAGIC, header(sizes=[3]), b"four"],
    [MAGIC, header(sizes=[1])],
    [MAGIC, header(), b"unannounced"],
    [MAGIC, header(sizes=[1] * 40), *[b"x"] * 40],
    [MAGIC, msgspec.msgpack.encode({"type": "ping", 5: 5})],
    [MAGIC, b"\x81\xa4type\xa1\xff"],
    [MAGIC, b"\x81\xa4type\xa3\xed\xa0\x80"],
    [MAGIC, b"\x81\xa4type\xa2\xc0\xaf"],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body" + b"\x91" * 100_000 + b"\xc0"],
    [MAGIC, header(body=[0] * 20_000)],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body\xdd\xff\xff\xff\xff"],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body\xdf\xff\xff\xff\xff"],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body\xdb\xff\xff\xff\xff"],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body\xc9\xff\xff\xff\xff\x01"],
    [MAGIC, header(sizes=[2**20 + 1]), bytes(2**20 + 1)],
]


def test_what_is_no_message_is_not_read(built: Built) -> None:
    assert echo(built, NO_MESSAGES) == [DROPPED] * len(NO_MESSAGES)


def test_an_array_that_lies_is_left_as_it_is(built: Built) -> None:
    """It is no array of this protocol, and its bytes are not looked at."""
    for place in ([0, "<f8", [2**40]], [0, "<f8", [2**32, 2**32]], [9, "<f8", [1]], [0, "<f4", [2]], [0, "<f8", [-1]]):
        body = msgspec.msgpack.Ext(1, msgspec.msgpack.encode(place))
        (frames,) = echo(built, [[MAGIC, header(sizes=[8], body=body), bytes(8)]])
        assert frames is not None
        assert len(frames) == 2


def test_mutated_messages_are_read_or_dropped_as_python_does(built: Built) -> None:
    chance = random.Random(5)
    originals = [message(value, id=5, ttl_s=0.1) for value in VALUES if len(message(value)[1]) < 2000]
    mutants = []
    for _ in range(20_000):
        frames = [bytearray(frame) for frame in chance.choice(originals)]
        for _ in range(chance.randint(1, 4)):
            frame = chance.choice(frames)
            where = chance.randrange(len(frame) + 1)
            match chance.randrange(4):
                case 0:
                    frame[where : where + 1] = bytes([chance.randrange(256)])
                case 1:
                    del frame[where : where + chance.randint(1, 8)]
                case 2:
                    frame[where:where] = chance.randbytes(chance.randint(1, 8))
                case _:
                    frames.append(bytearray(chance.randbytes(8)))
        mutants.append([bytes(frame) for frame in frames])
    read = 0
    for mutant, answer in zip(mutants, echo(built, mutants), strict=True):
        if answer is not DROPPED:
            read += 1
            # Python reads it too, and what was written again.
            assert decode(mutant).header.type == decode(answer).header.type
    assert 100 < read < 19_900
