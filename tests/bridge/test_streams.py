"""Sensor streams: samples with age and loss, while a script runs and while none does, for those who asked."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.compression import CompressedImage, compress, decompress
from embodied_codeact.bridge.local import LocalServer, local_session
from embodied_codeact.bridge.picture_memory import PictureMemory, SharedRoom, Shown
from embodied_codeact.bridge.stream_memory import COMPRESSED, GENERATIONS_AT, RAW, ROOM_BYTES, StreamMemory
from embodied_codeact.bridge.streaming import Subscriptions, topic_of
from embodied_codeact.bridge.streams import Sample, SensorReader
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import BridgeError, ConfigurationError

CAMERA = SensorSpec("picture", "camera", "|u1", [4, 4, 3], stream_hz=1)
pytestmark = pytest.mark.keeps_processes


@pytest.fixture
def session(client: EnvironmentClient) -> EnvironmentClient:
    client.reset(client.describe().tasks[0])
    return client


def until(reader: SensorReader, found: Callable[[Sample], bool]) -> Sample:
    """The first sample of that kind."""
    for _ in range(2000):
        sample = reader.read(10)
        if found(sample):
            return sample
    pytest.fail("no such sample came")


def test_samples_come_while_nothing_runs_and_while_a_script_does(session: EnvironmentClient) -> None:
    with session.sensors("dial") as reader:
        first, second = reader.read(10), reader.read(10)
        assert first.name == "dial"
        assert first.value.tolist() == [0.0, 0.0]
        assert second.seq == first.seq + 1
        assert second.time_ns > first.time_ns
        began = time.monotonic_ns()
        session.execute("counter.add()\ncounter.wait(0.4)", timeout_s=10)
        ended = time.monotonic_ns()
        during = 0
        while (sample := reader.read(10)).time_ns < ended:
            during += sample.time_ns > began and sample.value[0] == 1.0
        assert during > 5, "also while the primitive ran"
        assert 0 <= reader.newest(10)["dial"].age_s < 5


def test_nothing_is_sensed_for_nobody(session: EnvironmentClient) -> None:
    with session.sensors("dial") as reader:
        before = reader.read(10).seq
    time.sleep(0.5)
    with session.sensors("dial") as reader:
        # At 100 a second, 50 would have been; what was under way when the reader left may still have come.
        assert reader.read(10).seq < before + 40


def test_a_slow_reader_loses_the_oldest_and_is_told_how_many(session: EnvironmentClient) -> None:
    with session.sensors("dial", "picture") as reader, session.sensors("dial") as quick:
        first = {"dial": until(reader, lambda sample: sample.name == "dial").seq}
        first["picture"] = until(reader, lambda sample: sample.name == "picture").seq
        for _ in range(60):
            assert quick.read(10).missed == 0
        newest = reader.newest(10)
        assert newest["dial"].missed > 30
        counted = until(reader, lambda sample: sample.name == "picture")
        assert counted.seq > first["picture"]


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "sent"])
def test_pictures_raw_and_compressed(session: EnvironmentClient, *, shared: bool) -> None:
    session.reset(session.describe().tasks[0])
    session.call("counter", "add", 2)
    with session.sensors("picture", "depth", shared=shared) as reader:
        picture = until(reader, lambda sample: sample.name == "picture").value
        depth = until(reader, lambda sample: sample.name == "depth").value
    assert picture.shape == (48, 64, 3)
    assert (picture == 40).all()
    assert depth.dtype == np.float32
    assert depth[-1, -1] == pytest.approx(3.0)
    with session.sensors("picture", "depth", compressed=True) as reader:
        small = until(reader, lambda sample: sample.name == "picture").value
        steps = until(reader, lambda sample: sample.name == "depth").value
    assert np.abs(small.astype(int) - picture).max() <= 3
    assert np.abs(steps - depth).max() <= 0.0005 + 1e-6


def test_pictures_are_not_sent_to_a_reader_on_the_same_machine(session: EnvironmentClient) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    try:
        watcher = context.socket(zmq.SUB)
        watcher.setsockopt(zmq.SUBSCRIBE, b"shown/picture")
        watcher.connect(session.endpoint.address("images"))
        with session.sensors("picture") as reader:
            # More than there are places that are kept for readers: old ones make way.
            for _ in range(40):
                picture = reader.read(10)
                assert (picture.value == picture.value[0, 0, 0]).all()
                assert not picture.value.flags.writeable
        assert watcher.poll(5000)
        assert sum(map(len, watcher.recv_multipart())) < 500
    finally:
        context.destroy(linger=0)


def test_what_a_reader_may_not_ask_for(session: EnvironmentClient) -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'dial'"):
        session.sensors("dail")
    with pytest.raises(ConfigurationError, match="not streamed"):
        session.sensors("odometer")
    with pytest.raises(ConfigurationError, match="name the sensors"):
        session.sensors()
    with session.sensors("dial") as reader:
        reader.read(10)
        session.halt("to see that a stop does not end the stream")
        session.clear()
        reader.read(10)
    with session.sensors("picture") as reader:
        reader.newest(10)
        with pytest.raises(TimeoutError, match="no sample of picture"):
            reader.read(0)


@pytest.mark.usefixtures("counter_installed")
def test_a_sensor_that_cannot_be_read_says_so_and_harms_no_script() -> None:
    with local_session("faulty-counter", sandbox="best") as session:
        session.reset(session.describe().tasks[0])
        with session.sensors("dial") as reader:
            reader.read(10)
            session.execute("counter.unhinge()", timeout_s=10)
            with pytest.raises(BridgeError, match="'dial' gives no samples: it cannot be read: TypeError"):
                until(reader, lambda _: False)
            assert session.execute("counter.add().value", timeout_s=10)[0].error is None


@pytest.mark.usefixtures("counter_installed")
def test_a_restored_world_goes_on_streaming_and_counting() -> None:
    with local_session("forkable-counter", sandbox="best") as session:
        session.reset(session.describe().tasks[0])
        with session.sensors("dial") as reader:
            session.call("counter", "add", 2)
            save = session.save()
            session.call("counter", "add", 1)
            before = until(reader, lambda sample: sample.value[0] == 3.0)
            for _ in range(2):
                session.restore(save)
                after = until(reader, lambda sample: sample.value[0] == 2.0)
                assert after.seq > before.seq
                session.call("counter", "add", 1)
                before = until(reader, lambda sample: sample.value[0] == 3.0)


@pytest.mark.usefixtures("counter_installed")
def test_a_world_that_is_started_anew_streams_to_the_same_reader(endpoint: str) -> None:
    config = ServerConfig(environment="counter", endpoint=endpoint, sandbox="best")
    with LocalServer(config) as server, EnvironmentClient(server.endpoint) as client:
        task = client.describe().tasks[0]
        client.reset(task)
        with client.sensors("dial", "picture") as reader:
            before = until(reader, lambda sample: sample.name == "picture").seq
            for child in psutil.Process(server.process.pid).children():
                if "embodied_codeact.bridge.world" in child.cmdline():
                    child.kill()
                    child.wait(10)
            client.reset(task)
            began = time.monotonic_ns()
            for name in ("dial", "picture"):
                until(reader, functools.partial(_is_since, name, began))
            assert until(reader, lambda sample: sample.name == "picture").seq > before


def _is_since(name: str, time_ns: int, sample: Sample) -> bool:
    return sample.name == name and sample.time_ns > time_ns


def test_a_subscriber_to_events_alone_is_sent_no_samples(session: EnvironmentClient) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    try:
        watcher = context.socket(zmq.SUB)
        watcher.setsockopt(zmq.SUBSCRIBE, b"events")
        watcher.connect(session.endpoint.address("events"))
        with session.sensors("dial") as reader:
            for _ in range(20):
                reader.read(10)
            session.execute("1", timeout_s=10)
        topics = set()
        while watcher.poll(300):
            topics.add(watcher.recv_multipart()[0])
        assert topics == {b"events"}
    finally:
        context.destroy(linger=0)


def test_only_subscriptions_to_topics_count() -> None:
    subscriptions = Subscriptions((topic_of(CAMERA), topic_of(CAMERA, how=COMPRESSED)))
    for message in (b"\x01other", b"\x02image/", b"", b"junk", b"\x01image/picture/and more"):
        subscriptions.take(message)
    assert not subscriptions.wanted(b"image/picture")
    subscriptions.take(b"\x01image/")
    assert subscriptions.wanted(b"image/picture")
    assert not subscriptions.wanted(b"compressed/picture")
    subscriptions.take(b"\x00image/")
    subscriptions.take(b"\x01")
    assert subscriptions.wanted(b"compressed/picture")


@pytest.fixture
def memory() -> Iterator[StreamMemory]:
    memory = StreamMemory()
    yield memory
    memory.close()


def test_places_for_pictures_are_given_once(memory: StreamMemory) -> None:
    memory.divide([CAMERA])
    data = memoryview(bytes(range(48)))
    places = [memory.put(data) for _ in range(memory.places)]
    assert sorted(place for place in places if place is not None) == list(range(memory.places))
    assert memory.put(data) is None
    memory.free(3)
    assert memory.put(memoryview(bytes(48))) == 3
    assert bytes(memory.picture(4, 48)) == bytes(data)
    with pytest.raises(ValueError, match="49 bytes, where 48 were declared"):
        memory.put(memoryview(bytes(49)))


def test_both_sides_share_the_memory(memory: StreamMemory) -> None:
    other = StreamMemory(memory.fd)
    before = other.version
    assert memory.want(2, RAW | COMPRESSED)
    assert not memory.want(2, RAW | COMPRESSED)
    assert other.version != before
    assert other.wanted(4) == bytes([0, 0, RAW | COMPRESSED, 0])
    assert (other.count(1), memory.count(1)) == (1, 2)


def shown(memory: StreamMemory, place: int) -> Shown:
    return Shown(memory.token, place, memory.generation(place), memory.start(place), "|u1", [4, 4, 3])


def attached(memory: StreamMemory) -> PictureMemory:
    assert memory.fd is not None
    found = PictureMemory.attach(SharedRoom(os.getpid(), memory.fd, memory.token))
    assert found is not None
    return found


def test_a_picture_is_read_where_it_lies_until_another_takes_its_place(memory: StreamMemory) -> None:
    memory.divide([CAMERA])
    reader = attached(memory)
    assert memory.put(memoryview(bytes(range(48)))) == 0
    first = shown(memory, 0)
    picture = reader.read(first)
    assert picture is not None
    np.testing.assert_array_equal(picture, np.arange(48).reshape(4, 4, 3))
    memory.free(0)
    assert reader.read(first) is not None, "free, but nothing else was put there"
    assert memory.put(memoryview(bytes(48))) == 0
    assert reader.read(first) is None
    assert picture.max() == 47, "what was read stays"
    again = reader.read(shown(memory, 0))
    assert again is not None
    assert again.max() == 0
    reader.close()
    reader.close()


def test_a_world_that_ended_while_it_put_a_picture_leaves_no_torn_one(memory: StreamMemory) -> None:
    memory.divide([CAMERA])
    reader = attached(memory)
    memory.put(memoryview(bytes(48)))
    whole = shown(memory, 0)
    assert whole.generation % 2 == 0
    os.pwrite(memory.fd, (whole.generation + 1).to_bytes(8, "little"), GENERATIONS_AT)
    assert reader.read(whole) is None
    memory.free(0)
    memory.put(memoryview(bytes(48)))
    after = shown(memory, 0)
    assert after.generation % 2 == 0
    assert after.generation > whole.generation
    assert reader.read(after) is not None
    reader.close()


def test_nothing_but_the_memory_is_read(memory: StreamMemory, tmp_path: Path) -> None:
    memory.divide([CAMERA])
    memory.put(memoryview(bytes(48)))
    reader, good = attached(memory), shown(memory, 0)
    for wrong, why in (
        ({"token": bytes(16)}, "started anew"),
        ({"place": 64}, "no place 64"),
        ({"start": ROOM_BYTES * 2}, "does not lie in the memory"),
        ({"start": -1}, "does not lie in the memory"),
        ({"dtype": "|O"}, "not an array"),
        ({"shape": [-4, 4]}, "not an array"),
        ({"shape": [1 << 40, 1 << 40]}, "more than"),
    ):
        with pytest.raises(ValueError, match=why):
            reader.read(msgspec.structs.replace(good, **wrong))
    reader.close()
    me = os.getpid()
    assert PictureMemory.attach(SharedRoom(me, memory.fd, bytes(16))) is None
    assert PictureMemory.attach(SharedRoom(me, 100_000, memory.token)) is None
    with (tmp_path / "file").open("w+b") as other:
        assert PictureMemory.attach(SharedRoom(me, other.fileno(), memory.token)) is None


def test_depth_is_compressed_without_loss_in_millimetres() -> None:
    depth = np.array([[0.0, 0.001, 1.2345], [65.535, 70.0, np.nan]], dtype=np.float32)
    body = CompressedImage(**compress(depth))
    assert body.format == "png16"
    np.testing.assert_allclose(decompress(body), [[0, 0.001, 1.234], [65.535, 65.535, 0]], atol=2e-6)
    with pytest.raises(ValueError, match="subscribe to them raw"):
        compress(np.zeros((4, 4), dtype=np.int64))
    with pytest.raises(ValueError, match="not a picture"):
        decompress(CompressedImage("gif", b"x"))
