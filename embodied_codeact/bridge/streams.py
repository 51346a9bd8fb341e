"""The reader's end of the sensor streams: samples with their age, and how many were missed between them."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import zmq

from embodied_codeact import wire
from embodied_codeact.bridge.compression import CompressedImage, decompress
from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import Received
from embodied_codeact.bridge.picture_memory import PictureMemory, Shown
from embodied_codeact.bridge.replies import Replies
from embodied_codeact.bridge.stream_memory import CAMERA, COMPRESSED, RAW, SHOWN
from embodied_codeact.bridge.streaming import SENSOR_FAILED, topic_of
from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import BridgeError, ConfigurationError, unknown_name

KEPT = 1000
"""Samples that wait for a reader, at most; older ones are lost to it. Of pictures :data:`KEPT_IMAGES`."""
KEPT_IMAGES = 4


class Sample(msgspec.Struct, frozen=True):
    """One reading of one sensor.

    ``value``: as the sensor's spec says; arrays are read-only. ``time_ns``: the robot's monotonic clock when it was
    sensed. ``seq``: the sensor counts its readings from 1. ``age_s``: seconds from sensing until the reader was given
    it. ``missed``: readings between this one and the one that the reader was given before, which it never got.
    """

    name: str
    value: Any
    time_ns: int
    seq: int
    age_s: float
    missed: int


class SensorReader:
    """Reads streams of sensors. For one thread; close it when it is no longer needed.

    Nothing is sensed for it before it exists, and nothing after it is closed. Whoever reads more slowly than the
    sensors give loses the oldest samples, and is told by ``missed``.
    """

    def __init__(
        self,
        specs: Sequence[SensorSpec],
        *,
        endpoint: Endpoint,
        connect: Callable[[int, str], zmq.Socket[bytes]],
        clock_offset_ns: int,
        compressed: bool = False,
        pictures: PictureMemory | None = None,
    ) -> None:
        """Subscribe. Made by :meth:`~embodied_codeact.bridge.client.EnvironmentClient.sensors`.

        Args:
            connect: makes a socket of this kind that is connected to the server's socket of this name.
            clock_offset_ns: what the robot's monotonic clock is ahead of ours.
            pictures: the server's memory, where the reader may look at it; it is closed with the reader.
        """
        self._replies = Replies(endpoint)
        self._offset = clock_offset_ns
        self._pictures = pictures
        how = COMPRESSED if compressed else RAW if pictures is None else SHOWN
        self._names = {topic_of(spec, how=how): spec.name for spec in specs}
        self._last: dict[str, int] = {}
        self._session = ""
        self._sockets: dict[zmq.Socket[bytes], deque[list[zmq.Frame]]] = {}
        self._poller = zmq.Poller()
        for socket_name, camera, kept in (("events", False, KEPT), ("images", True, KEPT_IMAGES)):
            topics = [topic_of(spec, how=how) for spec in specs if (spec.kind == CAMERA) is camera]
            if topics:
                socket = connect(zmq.SUB, socket_name)
                for topic in topics:
                    socket.setsockopt(zmq.SUBSCRIBE, topic)
                self._sockets[socket] = deque(maxlen=kept * len(topics))
                self._poller.register(socket, zmq.POLLIN)

    def __enter__(self) -> SensorReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the subscription. May be called twice."""
        for socket in self._sockets:
            socket.close(linger=0)
        self._sockets = {}
        if self._pictures is not None:
            self._pictures.close()
            self._pictures = None

    def read(self, timeout_s: float | None = None) -> Sample:
        """Return the next sample of any of the sensors.

        Raises:
            TimeoutError: none came in time.
            BridgeError: a sensor cannot be streamed, or what came is no message of this protocol.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._drain()
            for waiting in self._sockets.values():
                while waiting:
                    sample = self._sample(waiting.popleft())
                    if sample is not None:
                        return sample
            left = None if until is None else math.ceil((until - time.monotonic()) * 1000)
            if (left is not None and left <= 0) or not self._poller.poll(left):
                raise TimeoutError(f"no sample of {', '.join(self._names.values())} came within {timeout_s} s")

    def newest(self, timeout_s: float | None = None) -> dict[str, Sample]:
        """Return the newest sample of each sensor that has given one since the last call; wait until one has.

        Raises:
            TimeoutError: none came in time.
            BridgeError: as :meth:`read`.
        """
        first = self.read(timeout_s)
        found = {first.name: first}
        self._drain()
        for waiting in self._sockets.values():
            while waiting:
                sample = self._sample(waiting.popleft())
                if sample is not None:
                    before = found.get(sample.name)
                    skipped = before.missed + 1 if before is not None else 0
                    found[sample.name] = msgspec.structs.replace(sample, missed=sample.missed + skipped)
        return found

    def __iter__(self) -> Iterator[Sample]:
        while True:
            yield self.read()

    def _drain(self) -> None:
        """Take what has come, for a moment at most; the oldest of too many is let go."""
        until = time.monotonic() + 0.1
        for socket, waiting in self._sockets.items():
            try:
                while time.monotonic() < until:
                    waiting.append(socket.recv_multipart(flags=zmq.NOBLOCK, copy=False))
            except zmq.Again:
                pass

    def _sample(self, frames: list[zmq.Frame]) -> Sample | None:
        name = self._names.get(frames[0].bytes)
        if name is None:
            return None  # the topic of another sensor begins like one of ours
        # Only pictures are large enough for it to matter that they are not copied.
        received = self._replies.received([frames[1].bytes, frames[2].bytes, *(_bytes(each) for each in frames[3:])])
        header = received.header
        if header.type == SENSOR_FAILED:
            raise BridgeError(f"the sensor {name!r} gives no samples: {self._replies.body(received, str)}")
        if header.session != self._session:
            self._session, self._last = header.session, {}
        value = self._value(received, frames[0].bytes)
        if value is None:
            return None  # another picture has taken its place: it is missed
        missed = header.seq - self._last.get(name, header.seq - 1) - 1
        self._last[name] = header.seq
        return Sample(
            name=name,
            value=value,
            time_ns=header.time_ns,
            seq=header.seq,
            age_s=(time.monotonic_ns() + self._offset - header.time_ns) * 1e-9,
            missed=max(0, missed),
        )

    def _value(self, received: Received, topic: bytes) -> Any:
        if self._pictures is not None and topic.startswith(b"shown/"):
            shown = self._replies.body(received, Shown)
            try:
                return self._pictures.read(shown)
            except ValueError as error:
                raise BridgeError(f"the sample of a sensor is none: {error}") from error
        if topic.startswith(b"compressed/"):
            body = self._replies.body(received, CompressedImage)
            try:
                return decompress(body)
            except ValueError as error:
                raise BridgeError(str(error)) from error
        try:
            return wire.unpack_view(bytes(received.header.body), received.buffers)
        except ValueError as error:
            raise BridgeError(f"the sample of a sensor is none: {error}") from error


def _bytes(frame: zmq.Frame) -> Any:
    """What a frame holds; large ones as a view, so that pictures are not copied."""
    return frame.buffer if len(frame) > 4096 else frame.bytes


def chosen(specs: Sequence[SensorSpec], names: Collection[str]) -> list[SensorSpec]:
    """Return the specs of these names.

    Raises:
        ConfigurationError: there is no such sensor, or it is not streamed, or none is named.
    """
    known: Mapping[str, SensorSpec] = {spec.name: spec for spec in specs}
    if not names:
        raise ConfigurationError(f"name the sensors to read; there are: {', '.join(known) or 'none'}")
    for name in names:
        if name not in known:
            raise ConfigurationError(unknown_name("sensor", name, known))
        if known[name].streamed_hz <= 0:
            raise ConfigurationError(f"the sensor {name!r} is not streamed; it is read on demand")
    return [known[name] for name in dict.fromkeys(names)]
