"""Writes messages into an MCAP file (https://mcap.dev/spec): JSON, with its schema, in compressed chunks.

A chunk is on the disk when :meth:`McapFile.flush` returns; whatever ends the program loses what came after, no more.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.recording.messages import schema_name, schema_of
from embodied_codeact.trajectories.codec import encode_plain

_CHUNK_BYTES = 4 << 20


def check_mcap(path: Path) -> None:
    """See that a recording can be written here, before anything is started.

    Raises:
        ConfigurationError: the package is missing, the folder cannot be written, or there is such a file already.
    """
    try:
        import mcap.writer  # noqa: F401 - is it there?
    except ImportError as error:
        raise ConfigurationError(
            "recording to MCAP needs mcap, which is not installed: pip install 'embodied-codeact[record]'"
        ) from error
    if os.path.lexists(path):
        raise ConfigurationError(f"{path} exists, and a recording overwrites nothing; remove it or choose another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ConfigurationError(f"cannot write the recording {path}: {error.strerror}") from error


class McapFile:
    """One file, written by any number of threads. Channels come into being with their first message.

    Raises:
        ConfigurationError: it cannot be written, or exists already.
    """

    def __init__(self, path: Path) -> None:
        check_mcap(path)
        from mcap.writer import CompressionType, Writer

        self.path = path
        self.messages = 0
        self._lock = threading.Lock()
        self._schemas: dict[tuple[str, bytes], int] = {}
        self._channels: dict[tuple[str, int], int] = {}
        self._sequence: dict[int, int] = {}
        self._failure: OperatorError | None = None
        self._owner, self._told = threading.get_ident(), False
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise ConfigurationError(f"cannot write the recording {path}: {error.strerror}") from error
        self._writer = Writer(self._file, chunk_size=_CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._carefully(lambda: self._writer.start(library="embodied-codeact"))

    def write(self, topic: str, message: msgspec.Struct, time_ns: int) -> None:
        """Append a message of one of the types in ``messages``. ``time_ns``: wall clock.

        Raises:
            OperatorError: the disk is full or gone.
        """
        kind = type(message)
        self.write_as(topic, schema_name(kind), schema_of(kind), message, time_ns)

    def write_as(self, topic: str, name: str, schema: bytes, message: Any, time_ns: int) -> None:
        """Append a message under a schema of the caller's.

        Raises:
            OperatorError: the disk is full or gone.
        """
        data = encode_plain(message)
        with self._lock:
            if self._file.closed or self._failure is not None:
                return
            self._carefully(lambda: self._append(topic, (name, schema), data, time_ns))
            self.messages += 1

    def _append(self, topic: str, schema: tuple[str, bytes], data: bytes, time_ns: int) -> None:
        if schema not in self._schemas:
            self._schemas[schema] = self._writer.register_schema(schema[0], "jsonschema", schema[1])
        key = (topic, self._schemas[schema])
        if key not in self._channels:
            self._channels[key] = self._writer.register_channel(topic, "json", key[1])
        channel = self._channels[key]
        self._sequence[channel] = self._sequence.get(channel, 0) + 1
        self._writer.add_message(channel, time_ns, data, publish_time=time_ns, sequence=self._sequence[channel])

    def flush(self) -> None:
        """Have everything so far on the disk.

        Raises:
            OperatorError: the disk is full or gone, or was so for another thread.
        """
        with self._lock:
            if not self._file.closed:
                self._tell()
                self._carefully(self._sync)

    def _sync(self) -> None:
        self._writer.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Complete the file; one without a message is removed. May be called twice.

        Raises:
            OperatorError: the disk is full or gone, or was so for another thread. What was flushed before can still be
                read.
        """
        with self._lock:
            if self._file.closed:
                return
            try:
                self._tell()
                self._carefully(self._finish)
            finally:
                with contextlib.suppress(OSError):
                    self._file.close()
                if not self.messages:
                    self.path.unlink(missing_ok=True)

    def _finish(self) -> None:
        self._writer.finish()
        self._sync()

    def _carefully(self, action: Any) -> None:
        """Do something with the file. After a failure nothing more is written: half a record is its end."""
        if self._failure is not None:
            return
        try:
            action()
        except OSError as error:
            self._failure = OperatorError(f"cannot write the recording {self.path}: {error.strerror}")
            self._told = threading.get_ident() == self._owner
            raise self._failure from error

    def _tell(self) -> None:
        """Raise once what another thread met: the one that streams sensors writes most, and ends there."""
        if self._failure is not None and not self._told:
            self._told = True
            raise self._failure
