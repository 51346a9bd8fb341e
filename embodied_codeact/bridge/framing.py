"""The frames of a message: ``[identity or topic] [b"ECA1"] [header] [buffers ...]``. See docs/protocol.md.

The header is a MessagePack map. Its ``body`` is a value as :mod:`embodied_codeact.wire` packs it; the arrays in it
travel as the buffer frames.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from embodied_codeact import wire

MAGIC = b"ECA1"
MAX_COMMAND_BYTES = 64 * 1024 * 1024
"""Larger messages from a client are dropped by the socket itself."""


class FramingError(ValueError):
    """What came is no message of this protocol."""


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The header of every message.

    ``type``: the verb, or ``reply``, or the kind of event. ``id``: chosen by who asks, repeated in the reply.
    ``session``: the server's session, new at every start; a command that names another one is refused.
    ``seq``: grows with the messages of one sender on one socket. ``lease``: epoch of the commander's lease, 0 for none;
    in a reply, that under which the present world was begun. ``ttl_s``: seconds after which a command must not be
    carried out any more. ``time_ns``: the sender's monotonic clock when it sent (a sensor sample: when it sensed; with
    ``ttl_s``: the receiver's clock, as the sender knows it). ``sizes``: bytes of each buffer frame. ``body``: the
    content.
    """

    type: str
    id: int = 0
    session: str = ""
    seq: int = 0
    lease: int = 0
    ttl_s: float | None = None
    time_ns: int = 0
    sizes: list[int] = msgspec.field(default_factory=list)
    body: msgspec.Raw = msgspec.Raw(b"\xc0")


class Received(msgspec.Struct, frozen=True):
    """A message that was read: its header and its buffers."""

    header: Header
    buffers: list[bytes]

    def body(self, type: Any = Any) -> Any:  # noqa: A002
        """Return the content, checked and converted to ``type``.

        Raises:
            FramingError: it is not of that type.
        """
        try:
            return wire.unpack(bytes(self.header.body), self.buffers, type=type)
        except ValueError as error:
            raise FramingError(str(error)) from error


_HEADER_DECODER = msgspec.msgpack.Decoder(Header)


def decode(frames: Sequence[bytes]) -> Received:
    """Read the frames after identity or topic.

    Raises:
        FramingError: they are no message of this protocol.
    """
    if len(frames) < 2 or frames[0] != MAGIC:
        raise FramingError("not an ECA1 message")
    try:
        header = _HEADER_DECODER.decode(frames[1])
    except (ValueError, RecursionError) as error:
        # Not only msgspec's own errors, which are ValueErrors: also text that is no UTF-8, and nesting without end.
        raise FramingError(str(error)) from error
    buffers = list(frames[2:])
    if header.sizes != [len(buffer) for buffer in buffers]:
        raise FramingError("the buffers are not those that the header names")
    return Received(header, buffers)


class Encoder:
    """Writes the messages of one sender on one socket, numbering them."""

    def __init__(self, session: str = "") -> None:
        self.session = session
        self._sequence = itertools.count(1)

    def encode(
        self,
        type: str,  # noqa: A002
        body: Any = None,
        *,
        id: int = 0,  # noqa: A002
        lease: int = 0,
        ttl_s: float | None = None,
        time_ns: int | None = None,
    ) -> list[wire.Buffer]:
        """Return the frames after identity or topic."""
        document, buffers = wire.pack(body)
        header = Header(
            type=type,
            id=id,
            session=self.session,
            seq=next(self._sequence),
            lease=lease,
            ttl_s=ttl_s,
            time_ns=time.monotonic_ns() if time_ns is None else time_ns,
            sizes=[memoryview(buffer).nbytes for buffer in buffers],
            body=msgspec.Raw(document),
        )
        return [MAGIC, msgspec.msgpack.encode(header), *buffers]
