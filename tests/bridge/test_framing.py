"""The wire format: the test vectors of docs/protocol.md, and what is refused."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest

from embodied_codeact import wire
from embodied_codeact.bridge.endpoints import SOCKETS, parse_endpoint, with_free_port
from embodied_codeact.bridge.framing import MAGIC, Encoder, FramingError, Header, decode
from embodied_codeact.errors import ConfigurationError
from tests.conftest import REPOSITORY


def vectors() -> dict[str, list[bytes]]:
    """The frames in docs/protocol.md, by the name above each."""
    text = (REPOSITORY / "docs" / "protocol.md").read_text()
    blocks = re.findall(r"#### Vector: (.+?)\n.*?```hex\n(.+?)```", text, flags=re.DOTALL)
    return {name: [bytes.fromhex(line) for line in block.strip().splitlines()] for name, block in blocks}


VALUES = {
    "ping": ("ping", None),
    "acquire": ("acquire", {"commander": "c1", "lease_s": 1.0}),
    "heartbeat": ("heartbeat", None),
    "execute": ("execute", {"code": "counter.add()", "timeout_s": 10.0, "deadman_s": 3.0}),
    "execute with permissions": (
        "execute",
        {"code": "arm.pick('cup')", "timeout_s": 10.0, "permissions": {"max_calls": 1, "allowed": ["arm.pick"]}},
    ),
    "array": ("reply", {"ok": np.array([[1, 2], [3, 4]], dtype="<i2")}),
    "sample": ("sample", np.array([0.03, 6.0])),
    "compressed sample": ("sample", {"format": "png16", "data": b"\x89PNG", "scale": 0.001}),
    "sensor that failed": ("sensor_failed", "it cannot be read: TypeError('unhinged')"),
    "record": ("reply", {"ok": wire.Record.of("Counted", {"value": 2, "ok": True})}),
}


LEASES = {"heartbeat": (2, None), "execute": (2, 4.0)}


def test_every_vector_is_documented() -> None:
    assert set(vectors()) == set(VALUES)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_vector_is_read_and_written_as_documented(name: str) -> None:
    frames = vectors()[name]
    verb, value = VALUES[name]
    received = decode(frames)
    assert received.header.type == verb
    assert (received.header.lease, received.header.ttl_s) == LEASES.get(name, (0, None))
    body = received.body()
    if name == "array":
        np.testing.assert_array_equal(body["ok"], value["ok"])  # type: ignore[index]
    elif name == "sample":
        np.testing.assert_array_equal(body, value)
    else:
        assert body == value
    document, buffers = wire.pack(value)
    header = msgspec.structs.replace(received.header, body=msgspec.Raw(document))
    assert [MAGIC, msgspec.msgpack.encode(header), *map(bytes, buffers)] == frames


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b"ECA1"],
        [b"ECA2", b"\x80"],
        [MAGIC, b"\x80"],
        [MAGIC, b"\xc1"],
        [MAGIC, msgspec.msgpack.encode({"type": 5})],
        [MAGIC, msgspec.msgpack.encode(Header(type="ping", sizes=[3])), b"four"],
        [MAGIC, msgspec.msgpack.encode(Header(type="ping")), b"unannounced"],
        [MAGIC, b"\x81\xa4type\xa1\xff"],
        [MAGIC, b"\x82\xa4type\xa4ping\xa4body" + b"\x91" * 100_000 + b"\xc0"],
    ],
)
def test_what_is_no_message_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(FramingError):
        decode(frames)


def test_messages_are_numbered() -> None:
    encoder = Encoder("session")
    headers = [decode([bytes(frame) for frame in encoder.encode("ping")]).header for _ in range(3)]
    assert [header.seq for header in headers] == [1, 2, 3]
    assert headers[0].session == "session"
    assert headers[0].time_ns <= headers[1].time_ns


@pytest.mark.parametrize("text", ["", "tcp://", "tcp://host", "tcp://host:x", "tcp://h:70000", "udp://h:1", "ipc://"])
def test_bad_endpoints_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="neither"):
        parse_endpoint(text)


def test_the_longest_folder_still_has_room_for_its_sockets() -> None:
    longest = parse_endpoint("ipc:///" + "x" * 98)
    assert max(len(longest.address(name).removeprefix("ipc://")) for name in SOCKETS) == 107
    with pytest.raises(ConfigurationError, match="too long"):
        parse_endpoint("ipc:///" + "x" * 99)


def test_a_host_of_another_machine_has_no_free_port() -> None:
    with pytest.raises(ConfigurationError, match="cannot bind"):
        with_free_port(parse_endpoint("tcp://192.0.2.1:0"))
    assert with_free_port(parse_endpoint("tcp://127.0.0.1:0")).port


def test_addresses() -> None:
    assert parse_endpoint("tcp://[::1]:5600").address("events") == "tcp://[::1]:5602"
    assert parse_endpoint("ipc:///run/arm").address("command") == "ipc:///run/arm/command"
    assert parse_endpoint("tcp://0.0.0.0:1").beyond_loopback
    assert not parse_endpoint("tcp://127.0.0.1:1").beyond_loopback
