"""The host's end of one worker. Nothing that comes from it is trusted, and nothing here waits for it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from typing import Literal

import msgspec

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.contracts import OutputChunk
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.interpreter.forkserver import ForkServer, remove_folder
from embodied_codeact.interpreter.records import FromWorker, Run, ScriptLimits, Setup
from embodied_codeact.interpreter.streams import Demultiplexer

_READ_BYTES = 64 * 1024
_READS_PER_PUMP = 16
_SEND_S = 1.0
_DEATH_S = 10.0
_COALESCE_S = 0.02
_COALESCE_CHARS = 8192

Piece = tuple[Literal["stdout", "stderr"], str]


class WorkerBroken(Exception):
    """The worker sent something that is no message, or does not read its own."""


class Worker:
    """One worker process with its channel and its output."""

    def __init__(
        self,
        server: ForkServer,
        layers: Sequence[str],
        setup: Setup,
        world: socket.socket | None,
    ) -> None:
        self._server = server
        self._scratch = server.scratch()
        self.ready = False
        self.dying = False
        self._marks = Demultiplexer()
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as theirs:
            ours, channel = Channel.pair()
            on_failure.callback(ours.close)
            theirs.callback(channel.close)
            if world is not None:
                theirs.callback(world.close)
            pipes: list[int] = []
            sending: list[int] = [channel.fileno()]
            for _ in ("stdout", "stderr"):
                reader, writer = os.pipe()
                on_failure.callback(os.close, reader)
                theirs.callback(os.close, writer)
                os.set_blocking(reader, False)
                pipes.append(reader)
                sending.append(writer)
            if world is not None:
                sending.append(world.fileno())
            self.pid = server.fork(self._scratch, layers, sending)
            self._pidfd = os.pidfd_open(self.pid)
            on_failure.pop_all()
        self._output, self._error = pipes
        self._channel = Channel(ours, max_message_bytes=_largest_message(setup.limits))
        self._poller = select.poll()
        for fd in (self._channel.fileno(), self._pidfd):
            self._poller.register(fd, select.POLLIN)
        try:
            self._channel.send(setup, timeout_s=_SEND_S)
        except ChannelClosed:
            # Dead before it began: that is noticed, and it is replaced, as at any other time.
            self.kill()

    def fds(self, *, output: bool) -> list[int]:
        """Descriptors to poll. Without ``output`` a worker that prints between scripts is left waiting, not read."""
        if self.dying:
            return [self._pidfd]
        fds = [self._channel.fileno(), self._pidfd]
        return [*fds, self._output, self._error] if output else fds

    def send(self, message: Run) -> None:
        """Hand over a script.

        Raises:
            WorkerBroken: the worker is gone or does not read.
        """
        try:
            self._channel.send(message, timeout_s=_SEND_S)
        except ChannelClosed as error:
            raise WorkerBroken(str(error)) from error

    def read_output(self, reads: int = _READS_PER_PUMP) -> list[tuple[Literal["stdout", "stderr"], bytes]]:
        """Return what was printed by now, a bounded amount, as raw bytes with the pipe they came by."""
        found: list[tuple[Literal["stdout", "stderr"], bytes]] = []
        for fd, stream in ((self._output, "stdout"), (self._error, "stderr")):
            for _ in range(reads):
                try:
                    data = os.read(fd, _READ_BYTES)
                except BlockingIOError:
                    break
                if data:
                    found.append(("stdout" if stream == "stdout" else "stderr", data))
                if len(data) < _READ_BYTES:
                    break
        return found

    def forget_marks(self) -> None:
        """Output begins anew: half a character, or a mark, that the last script's was cut off in is forgotten."""
        self._marks.finish()

    def decode(self, stream: Literal["stdout", "stderr"], data: bytes) -> list[Piece]:
        """Turn raw output into text by stream."""
        return self._marks.feed(data) if stream == "stdout" else [(stream, data.decode("utf-8", "replace"))]

    def messages(self) -> list[FromWorker]:
        """Return the messages that are complete by now; none once the worker is gone.

        Raises:
            WorkerBroken: something else came.
        """
        try:
            return [msgspec.convert(value, FromWorker) for value in self._channel.receive_available()]
        except ChannelClosed:
            # Its death shows on the process descriptor; a worker that merely closed its channel is of no use either.
            if not self.dead():
                self.kill()
            return []
        except (ChannelCorrupt, ValueError, TypeError, SyntaxError, OverflowError, MemoryError) as error:
            raise WorkerBroken(f"it sent something that is no message ({type(error).__name__})") from error

    def stirred(self) -> bool:
        """Return whether there is a message or the process ended."""
        return bool(self._poller.poll(0))

    def dead(self) -> bool:
        """Return whether the process ended."""
        return bool(select.select([self._pidfd], [], [], 0)[0])

    def interrupt(self) -> None:
        """Ask the running script to stop."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def kill(self) -> None:
        """End the process, and where it is not confined the processes it started in its session; returns at once."""
        self.dying = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def bury(self) -> str:
        """Release everything of a process that was killed or ended, and return in words how it ended."""
        self.kill()
        select.select([self._pidfd], [], [], _DEATH_S)
        status: int | None = None
        with contextlib.suppress(EnvironmentFailure):
            status = self._server.reap(self.pid)
        self._channel.close()
        for fd in (self._pidfd, self._output, self._error):
            os.close(fd)
        remove_folder(self._scratch)
        return _in_words(status)


def _largest_message(limits: ScriptLimits) -> int:
    """A finished script's message: its figures, value and error, each character up to four bytes."""
    return (
        limits.max_figures * limits.max_figure_bytes + 4 * (limits.max_value_chars + 4 * limits.max_error_chars) + 65536
    )


def _in_words(status: int | None) -> str:
    if status is None:
        return "its end was not seen"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    return {"SIGSEGV": "a segmentation fault, SIGSEGV", "SIGKILL": "killed, SIGKILL"}.get(name, f"signal {name}")


class Output:
    """What one script printed: kept up to a limit, handed on in pieces that are neither late nor tiny."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._dropped = 0
        self._kept: list[str] = []
        self._pending: list[Piece] = []
        self._pending_chars = 0
        self._last_taken = 0.0

    def read(self, worker: Worker, reads: int = _READS_PER_PUMP) -> None:
        """Take in what the worker printed by now."""
        for stream, data in worker.read_output(reads):
            fits = data[: self._room]
            self._room -= len(fits)
            self._dropped += len(data) - len(fits)
            for piece in worker.decode(stream, fits):
                self.add(*piece)

    def add(self, stream: Literal["stdout", "stderr"], text: str) -> None:
        """Append some text."""
        self._kept.append(text)
        self._pending_chars += len(text)
        if self._pending and self._pending[-1][0] == stream:
            self._pending[-1] = (stream, self._pending[-1][1] + text)
        else:
            self._pending.append((stream, text))

    def take(self, *, now: float | None = None) -> list[OutputChunk]:
        """Return what is due to be handed on; without ``now``, everything."""
        if not self._pending or (now is not None and now < self.due() and self._pending_chars < _COALESCE_CHARS):
            return []
        chunks = [OutputChunk(text, stream) for stream, text in self._pending]
        self._pending = []
        self._pending_chars = 0
        self._last_taken = time.monotonic() if now is None else now
        return chunks

    def due(self) -> float:
        """When pending text is to be handed on (time.monotonic); infinite where there is none."""
        return self._last_taken + _COALESCE_S if self._pending else float("inf")

    def close(self) -> str:
        """Say what was dropped, and return the whole text."""
        if self._dropped:
            self.add("stderr", f"\n... {self._dropped} more bytes of output were dropped (limit {self._limit} bytes)\n")
        return "".join(self._kept)
