"""What server and world share for the sensor streams: which sensors are wanted, how many samples each has given, and a
ring for pictures, which are too large for a socket.

One page of flags, the counters, and the ring lie in one piece of memory that outlives worlds: a restored or restarted
world counts on where the one before it ended. The server writes the flags and takes from the ring; the living world
counts and puts into the ring. Small samples, and the notes of what is in the ring, travel as datagrams on a pair of
sockets: a sender never waits there, and what does not fit is lost, as its number shows.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
import threading
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

MAX_SENSORS = 1000
RAW, COMPRESSED = 1, 2
"""How a sensor is wanted; both may be."""
RING_BYTES = 32 * 1024 * 1024

_VERSION, _HEADS, _COUNTS, _RING = 1024, 2048, 4096, 16384


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
    """A picture in the ring: as :class:`Sampled`, with its place in the ring and its form."""

    sensor: int
    seq: int
    time_ns: int
    at: int
    nbytes: int
    dtype: str
    shape: list[int]


class StreamMemory:
    """The shared memory. ``fd`` is None where it is made."""

    def __init__(self, fd: int | None = None) -> None:
        self.fd = os.memfd_create("streams") if fd is None else fd
        if fd is None:
            # Pages that nobody touches take no memory.
            os.ftruncate(self.fd, _RING + RING_BYTES)
        self._memory = mmap.mmap(self.fd, _RING + RING_BYTES)
        self._view = memoryview(self._memory)
        self._wanted = self._view[:MAX_SENSORS]
        self._version = self._view[_VERSION : _VERSION + 8].cast("Q")
        self._heads = self._view[_HEADS : _HEADS + 16].cast("Q")
        self._counts = self._view[_COUNTS : _COUNTS + 8 * MAX_SENSORS].cast("Q")
        self._ring = self._view[_RING:]
        self._lock = threading.Lock()

    def close(self) -> None:
        """Release this side. May be called twice."""
        if self.fd >= 0:
            for view in (self._wanted, self._version, self._heads, self._counts, self._ring, self._view):
                view.release()
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

    # The ring

    def put(self, data: memoryview) -> int | None:
        """Put a picture into the ring and return its place; None while there is no room for it."""
        size, at = data.nbytes, self._heads[0]
        if RING_BYTES - at % RING_BYTES < size:
            at += RING_BYTES - at % RING_BYTES  # it lies in one piece
        if at + size - self._heads[1] > RING_BYTES:
            return None
        start = at % RING_BYTES
        self._ring[start : start + size] = data
        self._heads[0] = at + size
        return at

    def picture(self, at: int, size: int) -> memoryview:
        """The picture at this place, until it is taken."""
        return self._ring[at % RING_BYTES : at % RING_BYTES + size]

    def take(self, at: int, size: int) -> None:
        """Free the place of this picture and of those before it."""
        self._heads[1] = max(self._heads[1], at + size)

    def holds(self, at: int, size: int) -> bool:
        """Whether a picture still lies at this place."""
        return size <= RING_BYTES and self._heads[1] <= at and at + size <= self._heads[0]


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


def send(sock: socket.socket, notes: Sequence[Sampled] | Pictured) -> bool:
    """Send without waiting; return whether it went."""
    try:
        sock.send(_ENCODER.encode(notes))
        return True
    except OSError:
        return False
