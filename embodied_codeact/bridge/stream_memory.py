"""What server and world share for the sensor streams: which sensors are wanted, how many samples each has given, and a
room for pictures, which are too large for a socket.

The flags, the counters and the room lie in one piece of memory that outlives worlds: a restored or restarted world
counts on where the one before it ended. The server says what is wanted and frees the places of pictures; the living
world counts and puts pictures into free places. A reader on the same machine may look at the room as well: each place
has a generation, which is odd while a picture is being put there, and another after each. Small samples, and the notes
of which picture lies where, travel as datagrams on a pair of sockets: a sender never waits there, and what does not fit
is lost, as its number shows.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import socket
import threading
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from embodied_codeact.contracts import SensorSpec

CAMERA = "camera"
"""The kind of the sensors that give pictures."""
MAX_SENSORS = 1000
RAW, COMPRESSED, SHOWN = 1, 2, 4
"""How a sensor is wanted, and any of them together: as an array, as a file's bytes, or only as where it lies."""
ROOM_BYTES = 48 * 1024 * 1024
MOST_PLACES = 64

MEMORY_NAME = "streams"
TOKEN_BYTES = 16
TOKEN_AT, GENERATIONS_AT = 3072, 3200
_VERSION, _TAKEN, _COUNTS, _ROOM = 1024, 2048, 4096, 16384


class Sampled(msgspec.Struct, frozen=True, array_like=True):
    """A sample on its way from the world to the server: the sensor's index, its number, the monotonic time of sensing,
    and the value as :mod:`embodied_codeact.wire` packs it. ``error`` says instead why the sensor cannot be read."""

    sensor: int
    seq: int
    time_ns: int
    document: bytes = b""
    buffers: list[bytes] = []
    error: str = ""


class Pictured(msgspec.Struct, frozen=True, array_like=True):
    """A picture in its place: as :class:`Sampled`, with the place and its form."""

    sensor: int
    seq: int
    time_ns: int
    place: int
    nbytes: int
    dtype: str
    shape: list[int]


class StreamMemory:
    """The shared memory. ``fd`` is None where it is made."""

    def __init__(self, fd: int | None = None) -> None:
        self.fd = os.memfd_create(MEMORY_NAME) if fd is None else fd
        if fd is None:
            # Pages that nobody touches take no memory.
            os.ftruncate(self.fd, _ROOM + ROOM_BYTES)
            os.pwrite(self.fd, os.urandom(TOKEN_BYTES), TOKEN_AT)
        self._memory = mmap.mmap(self.fd, _ROOM + ROOM_BYTES)
        self._view = memoryview(self._memory)
        self._wanted = self._view[:MAX_SENSORS]
        self._version = self._view[_VERSION : _VERSION + 8].cast("Q")
        self._taken = self._view[_TAKEN : _TAKEN + MOST_PLACES]
        self._generations = self._view[GENERATIONS_AT : GENERATIONS_AT + 8 * MOST_PLACES].cast("Q")
        self._counts = self._view[_COUNTS : _COUNTS + 8 * MAX_SENSORS].cast("Q")
        self._room = self._view[_ROOM:]
        self._place_bytes = self._places = 0
        self._lock = threading.Lock()

    def close(self) -> None:
        """Release this side. May be called twice."""
        if self.fd >= 0:
            for view in (
                self._wanted,
                self._version,
                self._taken,
                self._generations,
                self._counts,
                self._room,
                self._view,
            ):
                view.release()
            # What is still being sent, or looked at, keeps the memory until then.
            with contextlib.suppress(BufferError):
                self._memory.close()
            os.close(self.fd)
            self.fd = -1

    # What is wanted

    @property
    def version(self) -> int:
        """Changes whenever what is wanted does."""
        return self._version[0]

    def wanted(self, count: int) -> bytes:
        """How each of the first ``count`` sensors is wanted."""
        return bytes(self._wanted[:count])

    def want(self, sensor: int, how: int) -> bool:
        """Say how a sensor is wanted; return whether that is new. Any thread of the server may."""
        with self._lock:
            if self._wanted[sensor] == how:
                return False
            self._wanted[sensor] = how
            self._version[0] += 1
            return True

    def count(self, sensor: int) -> int:
        """Return the number of the sensor's next sample, which begins with 1."""
        self._counts[sensor] += 1
        return self._counts[sensor]

    # The pictures

    def divide(self, specs: Sequence[SensorSpec]) -> None:
        """Divide the room for pictures into places, each large enough for any of these cameras. Both sides do so."""
        sizes = [_picture_bytes(spec) for spec in specs if spec.kind == CAMERA]
        self._place_bytes = max(sizes, default=0)
        self._places = min(MOST_PLACES, ROOM_BYTES // self._place_bytes) if self._place_bytes else 0

    @property
    def places(self) -> int:
        """How many pictures there is room for."""
        return self._places

    def put(self, data: memoryview) -> int | None:
        """Put a picture into a free place and return which; None where there is none.

        Raises:
            ValueError: it is larger than any picture of the cameras may be.
        """
        if data.nbytes > self._place_bytes or not self._places:
            raise ValueError(f"a picture of {data.nbytes} bytes, where {self._place_bytes} were declared")
        place = bytes(self._taken[: self._places]).find(b"\0")
        if place < 0:
            return None
        start = place * self._place_bytes
        # Odd, whichever way a world ended that had begun to put something here.
        generation = self._generations[place] + 1 | 1
        self._generations[place] = generation
        self._room[start : start + data.nbytes] = data
        self._generations[place] = generation + 1
        self._taken[place] = 1
        return place

    @property
    def token(self) -> bytes:
        """What tells this memory from any other."""
        return bytes(self._view[TOKEN_AT : TOKEN_AT + TOKEN_BYTES])

    def generation(self, place: int) -> int:
        """Changes whenever a picture is put into this place."""
        return self._generations[place]

    def start(self, place: int) -> int:
        """Where in the memory a place begins, in bytes."""
        return _ROOM + place * self._place_bytes

    def picture(self, place: int, size: int) -> memoryview:
        """The picture in this place, until it is freed."""
        start = place * self._place_bytes
        return self._room[start : start + size]

    def free(self, place: int) -> None:
        """Free a place."""
        self._taken[place] = 0

    def holds(self, place: int, size: int) -> bool:
        """Whether a picture of this size can lie there."""
        return 0 <= place < self._places and size <= self._place_bytes


def _picture_bytes(spec: SensorSpec) -> int:
    return math.prod(spec.shape) * np.dtype(spec.dtype).itemsize


class WorldEnds(NamedTuple):
    """Descriptors that a world process inherits: the memory, and its ends of both socket pairs."""

    memory: int
    samples: int
    pictures: int


class StreamLink:
    """The server's side: the memory and the socket pairs, for all worlds that it ever has."""

    def __init__(self) -> None:
        self.memory = StreamMemory()
        self.samples, self._samples_world = datagrams()
        self.pictures, self._pictures_world = datagrams()

    @property
    def world_ends(self) -> WorldEnds:
        """What a world process is given."""
        return WorldEnds(self.memory.fd, self._samples_world.fileno(), self._pictures_world.fileno())

    def wake(self) -> None:
        """Tell the world that something else is wanted. Any thread may."""
        # Where it cannot be sent, enough is there to wake it.
        with contextlib.suppress(OSError):
            self.samples.send(b"w")

    def close(self) -> None:
        """Release everything. May be called twice."""
        self.memory.close()
        for each in (self.samples, self._samples_world, self.pictures, self._pictures_world):
            each.close()


def datagrams() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that keep messages whole and never wait."""
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in pair:
        each.setblocking(False)
    return pair


_ENCODER = msgspec.msgpack.Encoder()
MAX_DATAGRAM = 128 * 1024


def send(sock: socket.socket, notes: Sequence[Sampled] | Sequence[Pictured]) -> bool:
    """Send without waiting; return whether it went."""
    try:
        sock.send(_ENCODER.encode(notes))
        return True
    except OSError:
        return False
