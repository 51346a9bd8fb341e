"""Values survive the wire; what cannot travel is named; garbage is refused."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from embodied_codeact import wire
from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt


@dataclass
class Reached:
    position: Any
    ok: bool


def there_and_back(value: Any) -> Any:
    document, buffers = wire.pack(wire.plain(value))
    return wire.unpack(document, [bytes(buffer) for buffer in buffers])


@pytest.mark.parametrize(
    "value", [None, True, -1, 2**40, 1.5, "ünï", b"\x00", [1, [2]], {"a": {"b": [None]}}, np.float64(1.5), np.int8(3)]
)
def test_plain_values(value: Any) -> None:
    assert there_and_back(value) == value


@pytest.mark.parametrize("dtype", ["<f8", "<f4", "u1", "?", "<i4", "<c16"])
def test_arrays(dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)[:, ::2]
    back = there_and_back({"deep": [array]})["deep"][0]
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    back[0, 0] = 0  # the reader owns its copy


def test_empty_and_scalar_arrays() -> None:
    assert there_and_back(np.zeros((0, 3))).shape == (0, 3)
    assert there_and_back(np.array(2.5)).shape == ()


def test_named_results_become_records() -> None:
    record = there_and_back(Reached(np.array([1.0, 2.0]), ok=True))
    assert repr(record).startswith("Reached(position=array([1., 2.])")
    assert record == there_and_back(Reached(np.array([1.0, 2.0]), ok=True))
    with pytest.raises(AttributeError, match="read-only"):
        record.ok = False


@pytest.mark.parametrize("value", [object(), print, np.array([object()]), socket])
def test_what_cannot_travel_is_named(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot travel"):
        wire.pack([value])


def test_deep_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(1000):
        value = [value]
    with pytest.raises(TypeError, match="deeply"):
        wire.plain(value)


def channel_pair() -> tuple[Channel, Channel]:
    one, other = Channel.pair()
    return Channel(one), Channel(other)


def test_a_channel_carries_messages_in_order() -> None:
    one, other = channel_pair()
    for n in range(3):
        one.send({"n": n, "array": np.full(10, n)})
    assert [other.receive(timeout_s=1)["n"] for _ in range(3)] == [0, 1, 2]
    one.close()
    with pytest.raises(ChannelClosed):
        other.receive(timeout_s=1)
    other.close()


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    one, other = (Channel(end, max_message_bytes=1000) for end in Channel.pair())
    for large in ("x" * 1000, np.zeros(200), [np.zeros(0)] * 20_000):
        with pytest.raises(TypeError, match="cannot travel"):
            one.send(large)
    one.send("small")
    assert other.receive(timeout_s=1) == "small"
    one.close()
    other.close()


@pytest.mark.parametrize("value", [2**64, "\ud800", np.longdouble(1)])
def test_what_cannot_travel_is_always_the_same_error(value: object) -> None:
    with pytest.raises(TypeError, match="cannot travel"):
        wire.pack({"value": value})


def test_half_a_message_does_not_hold_up_a_reader() -> None:
    raw, end = Channel.pair()
    reader = Channel(end)
    raw.send(struct.pack("<IQ", 0, 100) + b"only a part")
    assert reader.receive_available() == []
    with pytest.raises(TimeoutError):
        reader.receive(timeout_s=0.05)
    raw.close()
    reader.close()


@pytest.mark.parametrize(
    "garbage",
    [struct.pack("<IQ", 0, 2**60), struct.pack("<IQ", 2**31, 1), struct.pack("<IQ", 0, 3) + b"\xc1\xc1\xc1"],
)
def test_garbage_is_refused(garbage: bytes) -> None:
    raw, end = Channel.pair()
    reader = Channel(end)
    raw.send(garbage)
    with pytest.raises(ChannelCorrupt):
        reader.receive(timeout_s=1)
    raw.close()
    reader.close()


def test_a_reader_that_does_not_read_is_given_up() -> None:
    one, other = channel_pair()
    with pytest.raises(ChannelClosed, match="does not read"):
        one.send(b"x" * 50_000_000, timeout_s=0.05)
    one.close()
    other.close()


@pytest.mark.parametrize("extension", [(1, b"\x93\x05\xa3<f8\x91\x01"), (2, b"\x93\xa1a\x91\xa2__\x91\x01"), (9, b"")])
def test_forged_extensions_are_refused(extension: tuple[int, bytes]) -> None:
    import msgspec

    document = msgspec.msgpack.encode(msgspec.msgpack.Ext(*extension))
    with pytest.raises(ValueError):  # noqa: PT011 - any kind of ValueError is a refusal
        wire.unpack(document, [])


def test_what_is_sent_soon_waits_for_its_reader_and_stays_as_it_was() -> None:
    one, other = channel_pair()
    array = np.ones(2_000_000)
    one.send_soon(array)
    array[:] = 0
    assert not one.flush()
    received: list[Any] = []
    while not received:
        received += other.receive_available()
        one.flush()
    assert received[0].sum() == 2_000_000
    assert one.flush()
    one.close()
    other.close()
