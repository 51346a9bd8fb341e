"""A reader's view of the room for pictures in its server's memory, where both are on one machine.

A picture is copied once, from where the world has put it, and no socket carries it. Nothing keeps its place from being
used again meanwhile: the generation of the place tells afterwards whether it was.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

import msgspec
import numpy as np

from embodied_codeact import wire
from embodied_codeact.bridge.stream_memory import GENERATIONS_AT, MEMORY_NAME, MOST_PLACES, TOKEN_AT, TOKEN_BYTES


class SharedRoom(msgspec.Struct, frozen=True):
    """Where the server's memory is to be found: a descriptor of a process on this machine, and the token that the
    memory begins with, by which it is known to be that of this server."""

    pid: int
    descriptor: int
    token: bytes


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """Where a picture lies: in the memory of this token, its place, the place's generation, the first byte in the
    memory, dtype and shape."""

    token: bytes
    place: int
    generation: int
    start: int
    dtype: str
    shape: list[int]


class PictureMemory:
    """The memory, to read."""

    def __init__(self, memory: mmap.mmap, token: bytes) -> None:
        self._memory = memory
        self._token = token
        self._view = memoryview(memory)
        self._generations = self._view[GENERATIONS_AT : GENERATIONS_AT + 8 * MOST_PLACES].cast("Q")

    @classmethod
    def attach(cls, room: SharedRoom) -> PictureMemory | None:
        """Return the memory; None where it is not on this machine, or not for this user."""
        path = f"/proc/{room.pid}/fd/{room.descriptor}"
        try:
            # Where another process has that number, it may be anything: nothing else is opened.
            if not os.readlink(path).startswith(f"/memfd:{MEMORY_NAME}"):
                return None
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if os.pread(descriptor, TOKEN_BYTES, TOKEN_AT) != room.token:
                return None
            return cls(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ), room.token)
        except (OSError, ValueError):
            return None
        finally:
            os.close(descriptor)

    def read(self, shown: Shown) -> np.ndarray[Any, Any] | None:
        """Return a copy of a picture, read-only; None where another has taken its place.

        Raises:
            ValueError: there is no such place, or no such array.
        """
        if shown.token != self._token:
            raise ValueError("the server has been started anew; open the stream again")
        if not 0 <= shown.place < len(self._generations):
            raise ValueError(f"there is no place {shown.place}")
        if self._generations[shown.place] != shown.generation:
            return None
        picture = wire.empty_array(shown.dtype, shown.shape, most_bytes=len(self._view))
        end = shown.start + picture.nbytes
        if not 0 <= shown.start <= end <= len(self._view):
            raise ValueError("it does not lie in the memory")
        picture.reshape(-1).view(np.uint8)[:] = np.frombuffer(self._view[shown.start : end], dtype=np.uint8)
        if self._generations[shown.place] != shown.generation:
            return None
        picture.flags.writeable = False
        return picture

    def close(self) -> None:
        """Release it. May be called twice."""
        self._generations.release()
        self._view.release()
        self._memory.close()
