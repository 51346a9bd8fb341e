"""Appends episodes to a JSON Lines file so that a crash loses at most the episode in flight."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.trajectories.codec import EPISODE_START, decode_episode, encode_episode

_log = logging.getLogger(__name__)
_CHUNK = 1 << 16


class TrajectoryWriter:
    """One file of episodes, opened to append by one writer at a time.

    A file that a crash left with half an episode is repaired when it is opened: the half line goes, and ``note`` says
    so (it is also logged as a warning). A whole episode that lacks only the end of its line is kept. ``start``: how a
    line begins, where the file holds other records.

    Raises:
        ConfigurationError: the file cannot be opened or written, is no plain file, ends in something that is no
            episode (which is left as it is), or another run is writing it. Raised by the constructor, so before any
            episode has run.
    """

    def __init__(self, path: Path | str, *, start: bytes = EPISODE_START) -> None:
        self.path = Path(path)
        self._start = start
        self.note: str | None = None
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigurationError(f"cannot write trajectories to {self.path}: {error.strerror}") from error
        try:
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                raise ConfigurationError(f"cannot write trajectories to {self.path}: it is no plain file")
            self._claim()
            self._repair()
        except BaseException:
            os.close(self._descriptor)
            raise

    def write(self, episode: Episode) -> None:
        """Append one episode; it is on the disk when this returns. May be called from any thread.

        Raises:
            OperatorError: the disk is full or gone. What was there before is left whole.
        """
        self.write_line(encode_episode(episode))

    def write_line(self, encoded: bytes) -> None:
        """As :meth:`write`, of an episode that is encoded already."""
        line = memoryview(encoded + b"\n")
        with self._lock:
            size = os.fstat(self._descriptor).st_size
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
                os.fsync(self._descriptor)
            except OSError as error:
                os.ftruncate(self._descriptor, size)
                raise OperatorError(f"cannot write the episode to {self.path}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _claim(self) -> None:
        """Two writers would cut each other's lines when they repair."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(
                f"another run is writing to {self.path}; give this one a file of its own"
            ) from error

    def _repair(self) -> None:
        size = os.fstat(self._descriptor).st_size
        whole = self._end_of_last_line(size)
        if whole == size:
            return
        tail = self._read(whole, size)
        if not (tail.startswith(self._start) or self._start.startswith(tail)):
            raise ConfigurationError(
                f"cannot write trajectories to {self.path}: its last line is no episode; choose another file"
            )
        if _is_episode(tail) if self._start == EPISODE_START else _is_whole(tail):
            os.write(self._descriptor, b"\n")
            return
        os.ftruncate(self._descriptor, whole)
        os.fsync(self._descriptor)
        self.note = f"{self.path}: removed an incomplete last line ({size - whole} bytes) that an interrupted run left"
        _log.warning("%s", self.note)

    def _end_of_last_line(self, size: int) -> int:
        position = size
        while position > 0:
            start = max(position - _CHUNK, 0)
            found = os.pread(self._descriptor, position - start, start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            position = start
        return 0

    def _read(self, start: int, end: int) -> bytes:
        chunks = [os.pread(self._descriptor, min(_CHUNK, end - at), at) for at in range(start, end, _CHUNK)]
        return b"".join(chunks)


def _is_episode(line: bytes) -> bool:
    try:
        decode_episode(line)
    except ValueError:
        return False
    return True


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True
