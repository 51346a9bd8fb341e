"""Messages over one inherited socket pair, between two processes of the same machine.

A message is ``<u32 buffers> <u64 document bytes> (<u64 bytes>) * buffers``, then the document and the buffers as
:mod:`embodied_codeact.wire` packs them; numbers are little-endian. The reader never trusts the other end: sizes are
bounded, and :meth:`Channel.receive_available` never waits for the rest of a half-sent message.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from embodied_codeact import wire

_HEAD = struct.Struct("<IQ")
MAX_MESSAGE_BYTES = 256 * 1024 * 1024
MAX_BUFFERS = 16 * 1024
_CHUNK = 64 * 1024
ALERT_S = 100e-6
"""How long to look for the next message before sleeping: to be woken takes longer than most answers."""


class ChannelClosed(Exception):
    """The other end closed the channel, or its process died."""


class ChannelCorrupt(Exception):
    """The other end sent something that is no message, or one over the size limit."""


class Channel:
    """One end of a stream of messages. Not safe for several threads at once."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        unread: bytes = b"",
        unsent: bytes = b"",
    ) -> None:
        self._sock = sock
        self._max = max_message_bytes
        self._data = bytearray(unread)
        self._outgoing: deque[memoryview] = deque([memoryview(unsent)] if unsent else [])
        self._sock.setblocking(False)
        self._poller = select.poll()
        self._poller.register(sock, select.POLLIN)

    @staticmethod
    def pair() -> tuple[socket.socket, socket.socket]:
        """Return the two connected sockets of a new channel."""
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)

    def fileno(self) -> int:
        """The descriptor to poll for reading."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close this end. May be called twice."""
        self._sock.close()

    @property
    def in_transit(self) -> tuple[bytes, bytes]:
        """What was read and is no whole message yet, and what is still to be sent: with the socket, all that another
        process needs to go on with this channel."""
        return bytes(self._data), b"".join(self._outgoing)

    def send(self, value: Any, *, timeout_s: float | None = None) -> None:
        """Send one value, waiting at most ``timeout_s`` for a reader that does not keep up.

        Raises:
            TypeError: the value cannot travel, or is over the size limit.
            ChannelClosed: the other end is gone, or did not read in time. After that the channel is of no use: the
                other end may have got half a message.
        """
        head, buffers = self._frame(value)
        if head := self._send_now(head):
            self._send_all(head, timeout_s)
        for buffer in buffers:
            self._send_all(buffer, timeout_s)

    def send_soon(self, value: Any) -> None:
        """Send one value as far as the other end takes it now; :meth:`flush` sends what is left.

        Raises:
            TypeError: the value cannot travel, or is over the size limit.
            ChannelClosed: the other end is gone.
        """
        head, buffers = self._frame(value)
        if not self._outgoing:
            head = self._send_now(head)
        if not head and not buffers:
            return
        self._outgoing.extend(memoryview(part).cast("B") for part in (head, *buffers) if part)
        if not self.flush():
            # What waits is ours alone: the sender may go on to change its arrays.
            self._outgoing = deque(memoryview(bytes(part)) for part in self._outgoing)

    def flush(self) -> bool:
        """Send on what :meth:`send_soon` left, without waiting; return whether all of it is gone.

        Raises:
            ChannelClosed: the other end is gone.
        """
        while self._outgoing:
            try:
                rest = self._outgoing[0][self._sock.send(self._outgoing[0]) :]
            except BlockingIOError:
                return False
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if rest:
                self._outgoing[0] = rest
            else:
                self._outgoing.popleft()
        return True

    def _frame(self, value: Any) -> tuple[bytes, list[wire.Buffer]]:
        document, buffers = wire.pack(value)
        if not buffers and _HEAD.size + len(document) <= self._max:
            return _HEAD.pack(0, len(document)) + document, []
        sizes = [memoryview(buffer).nbytes for buffer in buffers]
        size = _HEAD.size + 8 * len(sizes) + len(document) + sum(sizes)
        if size > self._max or len(sizes) > MAX_BUFFERS:
            raise TypeError(
                f"a value of {size} bytes with {len(sizes)} arrays cannot travel; "
                f"at most {self._max} bytes and {MAX_BUFFERS} arrays do"
            )
        head = _HEAD.pack(len(sizes), len(document)) + struct.pack(f"<{len(sizes)}Q", *sizes)
        return head + document, [buffer for buffer, nbytes in zip(buffers, sizes, strict=True) if nbytes]

    def _send_now(self, data: bytes) -> bytes:
        """Send what the other end takes now, nearly always all of it; return the rest."""
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            return data
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        return data[sent:]

    def _send_all(self, data: Any, timeout_s: float | None) -> None:
        view = memoryview(data).cast("B")
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while view:
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                wait = None if until is None else max(0.0, until - time.monotonic()) * 1000
                poller = select.poll()
                poller.register(self._sock, select.POLLOUT)
                if not poller.poll(wait):
                    raise ChannelClosed("the other end does not read") from None
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    def wait(self, seconds: float | None = None) -> bool:
        """Wait, so long at most, until there is something to read or the other end is gone; return whether there is."""
        alert_until = time.perf_counter() + ALERT_S
        while not self._poller.poll(0):
            if time.perf_counter() > alert_until:
                return bool(self._poller.poll(None if seconds is None else seconds * 1000))
            os.sched_yield()
        return True

    def receive(self, *, timeout_s: float | None = None) -> Any:
        """Wait for one message and return its value.

        Raises:
            TimeoutError: none came in time.
            ChannelClosed: the other end is gone.
            ChannelCorrupt: what came is no message.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            found, value = self._take()
            if found:
                return value
            wait = None if until is None else max(0.0, until - time.monotonic())
            if not self.wait(wait):
                raise TimeoutError("no message in time")
            with contextlib.suppress(BlockingIOError):
                self._read_some()

    def receive_available(self) -> list[Any]:
        """Return the messages that are complete by now, without waiting.

        Raises:
            ChannelClosed: the other end is gone and all its complete messages have been returned before.
            ChannelCorrupt: what came is no message.
        """
        values: list[Any] = []
        closed: ChannelClosed | None = None
        try:
            # Bounded, so that a peer that floods cannot keep the reader here.
            while self._read_some() == _CHUNK and len(self._data) <= self._max:
                pass
        except BlockingIOError:
            pass
        except ChannelClosed as error:
            closed = error
        while self._data:
            found, value = self._take()
            if not found:
                break
            values.append(value)
        if closed is not None and not values:
            raise closed
        return values

    def _read_some(self) -> int:
        try:
            data = self._sock.recv(_CHUNK)
        except BlockingIOError:
            raise
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if not data:
            raise ChannelClosed("the other end closed the channel")
        self._data += data
        return len(data)

    def _take(self) -> tuple[bool, Any]:
        data = self._data
        if len(data) < _HEAD.size:
            return False, None
        count, document_size = _HEAD.unpack_from(data)
        if count > MAX_BUFFERS or document_size > self._max:
            raise ChannelCorrupt(f"a message of {document_size} bytes with {count} buffers")
        start = _HEAD.size + 8 * count
        if len(data) < start:
            return False, None
        if not count:
            return self._take_document(start + document_size)
        sizes = struct.unpack_from(f"<{count}Q", data, _HEAD.size)
        total = start + document_size + sum(sizes)
        if total > self._max:
            raise ChannelCorrupt(f"a message of {total} bytes")
        if len(data) < total:
            return False, None
        with memoryview(data) as whole:
            message = bytes(whole[:total])
        del data[:total]
        view = memoryview(message)
        at = start + document_size
        buffers: list[memoryview] = []
        for size in sizes:
            buffers.append(view[at : at + size])
            at += size
        return True, _unpack(view[start : start + document_size], buffers)

    def _take_document(self, total: int) -> tuple[bool, Any]:
        """Take a message without buffers, as nearly all are."""
        if total > self._max:
            raise ChannelCorrupt(f"a message of {total} bytes")
        if len(self._data) < total:
            return False, None
        document = self._data[_HEAD.size : total]
        del self._data[:total]
        return True, _unpack(document, ())


def _unpack(document: wire.Buffer, buffers: Sequence[wire.Buffer]) -> Any:
    try:
        return wire.unpack(document, buffers)
    except ValueError as error:
        raise ChannelCorrupt(str(error)) from error
