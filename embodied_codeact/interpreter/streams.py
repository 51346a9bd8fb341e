"""Standard streams of a worker: straight into a pipe that the host reads, so that nothing printed is lost by a kill.

Standard output and error of Python share one pipe, in the order of the writes; what goes to standard error stands
between ``\\0E`` and ``\\0O``, and a NUL that was printed is doubled. Writes that bypass Python reach the pipe of file
descriptor 1, or the second pipe of file descriptor 2, which the host takes for standard error. :class:`Demultiplexer`
is the reader.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Literal, NoReturn

from embodied_codeact.interpreter.interrupts import Interrupts

TO_ERROR, TO_OUTPUT = b"\0E", b"\0O"
NO_KEYBOARD = (
    "nobody is at a keyboard: input() and sys.stdin do not work here. "
    "Put the values into the script, or end the reply with a question to the user."
)


class _OutputPipe(io.RawIOBase):
    """File descriptor 1 as Python's standard output sees it.

    An interrupt never ends a write that has begun, for what was to be written then would stay in the buffer above, and
    be written once more.
    """

    def __init__(self, interrupts: Interrupts) -> None:
        super().__init__()
        self._interrupts = interrupts

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def isatty(self) -> bool:
        return False

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the buffer protocol has no name in Python 3.11
        text = bytes(data)
        return self._send(text.replace(b"\0", b"\0\0") if b"\0" in text else text, len(text))

    def _send(self, data: bytes, told: int) -> int:
        # Nothing is called after the shield is lowered: an interrupt could strike there, though all is written.
        self._interrupts.strike()
        self._interrupts.shield()
        try:
            _write_all(data)
        finally:
            self._interrupts.lower_shield()
        return told


class _ErrorPipe(_OutputPipe):
    """Standard error: the same pipe, marked, after what was printed before it."""

    def fileno(self) -> int:
        return 2

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if (printed := getattr(sys, "stdout", None)) is not None and not printed.closed:
            printed.flush()
        text = bytes(data)
        return self._send(TO_ERROR + text.replace(b"\0", b"\0\0") + TO_OUTPUT, len(text))


class _Buffer(io.BufferedWriter):
    """What is printed and not yet sent. Here, where nothing can be written twice any more, an interrupt strikes that
    came while it was sent.
    """

    def __init__(self, raw: io.RawIOBase, interrupts: Interrupts) -> None:
        super().__init__(raw, 8192)
        self._interrupts = interrupts

    def flush(self) -> None:
        super().flush()
        self._interrupts.strike()


def _write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


class _NoKeyboard(io.TextIOBase):
    """Standard input of a script: every way to read it says what to do instead."""

    encoding = "utf-8"

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0

    def isatty(self) -> bool:
        return False

    def _refuse(self, *_: object) -> NoReturn:
        raise EOFError(NO_KEYBOARD)

    read = readline = readlines = __next__ = _refuse


def _text(pipe: type[_OutputPipe], name: str, interrupts: Interrupts) -> io.TextIOWrapper:
    buffered = _Buffer(pipe(interrupts), interrupts)
    stream = io.TextIOWrapper(buffered, encoding="utf-8", errors="backslashreplace", line_buffering=True)
    stream.mode = "w"  # type: ignore[misc]  # as the interpreter's own streams have it
    stream.buffer.raw.name = name  # type: ignore[attr-defined]
    return stream


class Streams:
    """Installs the streams, and again before each script in case the last one closed or replaced them."""

    def __init__(self, output: int, error: int, null: int, interrupts: Interrupts) -> None:
        self._pipes = (null, output, error)
        self._interrupts = interrupts
        self._installed: tuple[io.TextIOWrapper, ...] = ()

    def install(self) -> None:
        """Point descriptors 0 to 2 and ``sys``'s streams to where they belong."""
        for target, source in enumerate(self._pipes):
            os.dup2(source, target)
        names = ("stdout", "stderr")
        there = [getattr(sys, name, None) is stream for name, stream in zip(names, self._installed, strict=False)]
        if self._installed and all(there) and not any(stream.closed for stream in self._installed):
            return
        sys.stdin = sys.__stdin__ = _NoKeyboard()  # type: ignore[assignment,misc]
        output = sys.stdout = sys.__stdout__ = _text(_OutputPipe, "<stdout>", self._interrupts)  # type: ignore[misc]
        error = sys.stderr = sys.__stderr__ = _text(_ErrorPipe, "<stderr>", self._interrupts)  # type: ignore[misc]
        self._installed = (output, error)

    @staticmethod
    def flush() -> None:
        """Send what is still buffered. A script may have closed or replaced a stream; that is its own affair."""
        for name in ("stdout", "stderr"):
            try:
                getattr(sys, name).flush()
            except Exception:  # noqa: BLE001 - whatever object the script put there may raise anything
                continue

    @staticmethod
    def tell(note: str) -> None:
        """Send what is still buffered, and after it a note of ours, whatever the script did to standard error."""
        Streams.flush()
        if note:
            _write_all(TO_ERROR + note.encode("utf-8", "backslashreplace") + TO_OUTPUT)


class Demultiplexer:
    """Turns the bytes of the output pipe into text by stream. Never fails, whatever is written."""

    def __init__(self) -> None:
        self._stream: Literal["stdout", "stderr"] = "stdout"
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = b""

    def feed(self, data: bytes) -> list[tuple[Literal["stdout", "stderr"], str]]:
        """Return the pieces of text in ``data``, each with the stream it was printed to."""
        data = self._held + data
        self._held = b""
        if (len(data) - len(data.rstrip(b"\0"))) % 2:
            data, self._held = data[:-1], b"\0"
        if b"\0" not in data:
            text = self._decoder.decode(data)
            return [(self._stream, text)] if text else []
        pieces: list[tuple[Literal["stdout", "stderr"], str]] = []
        for index, part in enumerate(data.replace(b"\0\0", b"\0N").split(b"\0")):
            content = part
            if index:
                mark, content = part[:1], part[1:]
                if mark == b"E":
                    self._stream = "stderr"
                elif mark == b"O":
                    self._stream = "stdout"
                else:
                    content = b"\0" + (content if mark == b"N" else part)
            text = self._decoder.decode(content)
            if text:
                pieces.append((self._stream, text))
        return pieces

    def finish(self) -> None:
        """Forget half-finished characters and marks; the next script starts anew."""
        self.__init__()  # type: ignore[misc]
