"""The server's part of the sensor streams: knows who subscribed to what, and passes on what the world sends.

Small sensors go out on the ``events`` socket, by the server's main thread; pictures on ``images``, by a thread of their
own, which also compresses them where that is asked for. Neither ever waits for a reader: one that does not keep up
loses samples, and sees by their numbers how many.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import traceback
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import zmq

from embodied_codeact import wire
from embodied_codeact.bridge.compression import compress
from embodied_codeact.bridge.framing import MAGIC, Header
from embodied_codeact.bridge.picture_memory import Shown
from embodied_codeact.bridge.stream_memory import (
    CAMERA,
    COMPRESSED,
    MAX_DATAGRAM,
    MAX_SENSORS,
    RAW,
    SHOWN,
    Pictured,
    Sampled,
    StreamLink,
)
from embodied_codeact.contracts import SensorSpec
from embodied_codeact.wire import Buffer

SAMPLE, SENSOR_FAILED = "sample", "sensor_failed"
_SENSOR = "sensor/"
_CAMERA = {RAW: "image/", COMPRESSED: "compressed/", SHOWN: "shown/"}
_READS_PER_TURN = 100
_LOOK_MS = 5
"""How often it is looked whether a picture has been sent."""
_NOTE_BYTES = 2 * MAX_DATAGRAM
_MOST_SHOWN = 8
"""Pictures that are kept where they lie for readers on this machine; the oldest makes way for the next."""
_HEADERS = msgspec.msgpack.Encoder()


def topic_of(spec: SensorSpec, *, how: int = RAW) -> bytes:
    """The topic under which a sensor is published; a camera has one for each way in which it may be wanted."""
    if spec.kind != CAMERA:
        return f"{_SENSOR}{spec.name}".encode()
    return f"{_CAMERA[how]}{spec.name}".encode()


class Subscriptions:
    """What is subscribed on one socket, as an XPUB socket tells it, and so which of its topics are wanted.

    A subscription is to all topics that begin with it; ``topics`` are those of this socket.
    """

    def __init__(self, topics: Sequence[bytes]) -> None:
        self._topics = topics
        self._prefixes: set[bytes] = set()

    def take(self, message: bytes) -> None:
        """Take what was read from the socket. Anything but a subscription that could be to one of the topics is
        ignored, so that nobody can fill the memory with others."""
        kind, prefix = message[:1], message[1:]
        if kind == b"\x01" and any(topic.startswith(prefix) for topic in self._topics):
            self._prefixes.add(prefix)
        elif kind == b"\x00":
            self._prefixes.discard(prefix)

    def wanted(self, topic: bytes) -> bool:
        """Whether anybody is subscribed to it."""
        return any(topic.startswith(prefix) for prefix in self._prefixes)


class SensorPublisher:
    """Publishes small sensors on the events socket. For the server's main thread."""

    def __init__(self, link: StreamLink, events: zmq.Socket[bytes], session: str) -> None:
        self._link = link
        self._events = events
        self._session = session
        self._topics: dict[int, bytes] = {}
        self._subscriptions = Subscriptions(())
        self._notes = msgspec.msgpack.Decoder(list[Sampled])
        self._datagrams = _Datagrams(link.samples)

    def begin(self, specs: Sequence[SensorSpec]) -> None:
        """These are the world's sensors, which do not change."""
        self._topics = {index: topic_of(spec) for index, spec in _streamed(specs) if spec.kind != CAMERA}
        self._subscriptions = Subscriptions(tuple(self._topics.values()))

    def fileno(self) -> int:
        """The descriptor to poll for samples of the world."""
        return self._link.samples.fileno()

    def subscription(self, message: bytes) -> None:
        """Somebody has subscribed on the events socket, or does so no more."""
        self._subscriptions.take(message)
        changed = [
            self._link.memory.want(index, RAW if self._subscriptions.wanted(topic) else 0)
            for index, topic in self._topics.items()
        ]
        if any(changed):
            self._link.wake()

    def pump(self) -> None:
        """Publish what the world has sent."""
        for datagram in self._datagrams:
            for sample in self._notes.decode(datagram):
                topic = self._topics.get(sample.sensor)
                if topic is not None:
                    self._publish(topic, sample)

    def _publish(self, topic: bytes, sample: Sampled) -> None:
        if sample.error:
            frames = failed(sample.error, self._session, sample.time_ns)
        else:
            frames = message(self._session, sample.seq, sample.time_ns, sample.document, sample.buffers)
        with contextlib.suppress(zmq.Again):
            self._events.send_multipart([topic, *frames], flags=zmq.NOBLOCK)


class _Lent(NamedTuple):
    """A place from which a picture is being sent."""

    place: int
    tracker: zmq.MessageTracker


class ImageThread(threading.Thread):
    """Publishes pictures on the images socket, which is its own."""

    def __init__(self, link: StreamLink, images: zmq.Socket[bytes], specs: Sequence[SensorSpec], session: str) -> None:
        super().__init__(name="images", daemon=True)
        self._link = link
        self._socket = images
        self._session = session
        cameras = {index: spec for index, spec in _streamed(specs) if spec.kind == CAMERA}
        self._topics = {
            how: {index: topic_of(spec, how=how) for index, spec in cameras.items()} for how in (RAW, COMPRESSED, SHOWN)
        }
        self._specs = cameras
        self._subscriptions = Subscriptions([topic for topics in self._topics.values() for topic in topics.values()])
        self._notes = msgspec.msgpack.Decoder(list[Pictured])
        self._lent: list[_Lent] = []
        self._wanted: dict[int, int] = dict.fromkeys(cameras, 0)
        """How each camera is wanted now."""
        self._token = link.memory.token
        self._shown: deque[int] = deque()
        """Places that readers on this machine may be looking at, the oldest first."""
        self._holds: Counter[int] = Counter()
        """For how many purposes each place is kept."""
        link.memory.divide(specs)
        self._end_fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def run(self) -> None:
        datagrams = _Datagrams(self._link.pictures)
        poller = zmq.Poller()
        for source in (self._socket, self._link.pictures.fileno(), self._end_fd):
            poller.register(source, zmq.POLLIN)
        try:
            while True:
                ready = {source for source, _ in poller.poll(_LOOK_MS if self._lent else None)}
                if self._end_fd in ready:
                    return
                if self._socket in ready:
                    self._read_subscriptions()
                for datagram in datagrams:
                    for note in self._notes.decode(datagram):
                        self._pass_on_safely(note)
                self._free_places()
        finally:
            self._socket.close(linger=0)

    def end(self) -> None:
        """Stop the thread and close its socket."""
        os.eventfd_write(self._end_fd, 1)
        self.join()
        os.close(self._end_fd)

    def _read_subscriptions(self) -> None:
        with contextlib.suppress(zmq.Again):
            for _ in range(_READS_PER_TURN):
                self._subscriptions.take(self._socket.recv(flags=zmq.NOBLOCK))
        self._wanted = {index: self._how(index) for index in self._specs}
        changed = [self._link.memory.want(index, how) for index, how in self._wanted.items()]
        if any(changed):
            self._link.wake()
        if not any(how & SHOWN for how in self._wanted.values()):
            self._show_at_most(0)

    def _how(self, index: int) -> int:
        return sum(how for how, topics in self._topics.items() if self._subscriptions.wanted(topics[index]))

    def _pass_on_safely(self, note: Pictured) -> None:
        memory = self._link.memory
        if note.sensor not in self._specs or not memory.holds(note.place, note.nbytes):
            return  # not of our world
        self._holds[note.place] += 1
        try:
            self._pass_on(note, memory.picture(note.place, note.nbytes))
        except Exception:  # noqa: BLE001 - one picture that cannot be sent must not end the others
            traceback.print_exc()
        self._release(note.place)

    def _pass_on(self, note: Pictured, data: memoryview) -> None:
        """Send a picture as it is wanted."""
        how, memory = self._wanted[note.sensor], self._link.memory
        if how & SHOWN:
            self._show(note)
        if how & COMPRESSED:
            self._send([self._topics[COMPRESSED][note.sensor], *self._compress(note, data)])
        if how & RAW:
            document = wire.array_document(note.dtype, note.shape)
            frames = [self._topics[RAW][note.sensor], *message(self._session, note.seq, note.time_ns, document, [data])]
            # Slow subscribers keep what they are lent for long: not so much that the world has no room for new ones.
            tracker = self._send(frames, lend=len(self._lent) < memory.places // 2)
            if tracker is not None:
                self._holds[note.place] += 1
                self._lent.append(_Lent(note.place, tracker))

    def _show(self, note: Pictured) -> None:
        """Say where a picture lies, and keep it there for a while."""
        memory = self._link.memory
        place = note.place
        shown = Shown(self._token, place, memory.generation(place), memory.start(place), note.dtype, note.shape)
        document = msgspec.msgpack.encode(shown)
        self._send([self._topics[SHOWN][note.sensor], *message(self._session, note.seq, note.time_ns, document, ())])
        self._holds[place] += 1
        self._shown.append(place)
        self._show_at_most(min(_MOST_SHOWN, memory.places // 2))

    def _show_at_most(self, count: int) -> None:
        while len(self._shown) > count:
            self._release(self._shown.popleft())

    def _release(self, place: int) -> None:
        """A place is not needed any more for one purpose; it is free when it is for none."""
        self._holds[place] -= 1
        if self._holds[place] <= 0:
            del self._holds[place]
            self._link.memory.free(place)

    def _free_places(self) -> None:
        """Free the places from which everything has been sent."""
        still: list[_Lent] = []
        for lent in self._lent:
            if lent.tracker.done:
                self._release(lent.place)
            else:
                still.append(lent)
        self._lent = still

    def _compress(self, note: Pictured, data: memoryview) -> list[Buffer]:
        image = np.frombuffer(data, dtype=note.dtype).reshape(note.shape)
        try:
            document, _ = wire.pack(compress(image))
        except (ImportError, ValueError) as error:
            return failed(str(error), self._session, note.time_ns)
        return message(self._session, note.seq, note.time_ns, document, ())

    def _send(self, frames: Sequence[Buffer], *, lend: bool = False) -> zmq.MessageTracker | None:
        """Send a copy, or the last frame (``lend``) from where it lies: what is returned then says when it is not
        needed any more."""
        with contextlib.suppress(zmq.Again):
            if not lend:
                return self._socket.send_multipart(frames, flags=zmq.NOBLOCK)
            for frame in frames[:-1]:
                self._socket.send(frame, zmq.NOBLOCK | zmq.SNDMORE)
            return self._socket.send(frames[-1], zmq.NOBLOCK, copy=False, track=True)
        return None


def message(session: str, seq: int, time_ns: int, document: bytes, buffers: Sequence[Buffer]) -> list[Buffer]:
    """The frames of a sample after its topic."""
    sizes = [memoryview(buffer).nbytes for buffer in buffers]
    header = Header(type=SAMPLE, session=session, seq=seq, time_ns=time_ns, sizes=sizes, body=msgspec.Raw(document))
    return [MAGIC, _HEADERS.encode(header), *buffers]


def failed(why: str, session: str, time_ns: int) -> list[Buffer]:
    """The frames that say that a sensor gives no samples."""
    body = msgspec.Raw(msgspec.msgpack.encode(why))
    return [MAGIC, _HEADERS.encode(Header(type=SENSOR_FAILED, session=session, time_ns=time_ns, body=body))]


def _streamed(specs: Sequence[SensorSpec]) -> list[tuple[int, SensorSpec]]:
    return [(index, spec) for index, spec in enumerate(specs[:MAX_SENSORS]) if spec.streamed_hz > 0]


class _Datagrams:
    """Reads what has come on a socket, into a buffer of its own: a new one each time is fetched from the system."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = memoryview(bytearray(_NOTE_BYTES))

    def __iter__(self) -> Iterator[memoryview]:
        """Yield each datagram, to be used before the next."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(_READS_PER_TURN):
                yield self._buffer[: self._socket.recv_into(self._buffer)]
