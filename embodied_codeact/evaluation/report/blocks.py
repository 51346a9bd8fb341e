"""Data in a page: compressed, as base64, so that nothing in them can be taken for markup.

A block is JSON, compressed by gzip: ``<script type="text/plain" id="block-3">H4sI...</script>``, which browsers leave
alone. Episodes lie in blocks of some hundred kilobytes, so that opening one decodes few others; texts that many share
lie in blocks of their own.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from embodied_codeact.trajectories.codec import encode_plain

BLOCK_BYTES = 192 * 1024
"""Of JSON, before it is compressed, from which on a block is closed."""
_CHUNK = 3 * 256 * 1024
"""Of a file at a time; a multiple of 3, so that the base64 of chunks is that of the whole."""


class Blocks:
    """Collects values into blocks. ``add`` says where a value will be found; ``ready`` yields the blocks that are
    full, and at last the rest."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[str, _Open] = {}
        self._full: list[Markup] = []
        self._texts: dict[bytes, list[int]] = {}

    def add(self, kind: str, value: Any) -> list[int]:
        """Keep a value among others of its kind; return the number of its block and its place in it."""
        part = self._open.get(kind)
        if part is None:
            part = self._open[kind] = _Open(self._count)
            self._count += 1
        part.values.append(encode_plain(value))
        part.size += len(part.values[-1])
        at = [part.number, len(part.values) - 1]
        if part.size >= BLOCK_BYTES:
            self._close(kind)
        return at

    def share(self, kind: str, text: str) -> list[int]:
        """Keep a text among others of its kind, once, however often it comes."""
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        at = self._texts.get(digest)
        if at is None:
            at = self._texts[digest] = self.add(kind, text)
        return at

    def ready(self, *, rest: bool = False) -> Iterator[Markup]:
        """Yield blocks that are to be written now."""
        if rest:
            for kind in list(self._open):
                self._close(kind)
        full, self._full = self._full, []
        yield from full

    def _close(self, kind: str) -> None:
        part = self._open.pop(kind)
        self._full.append(block(f"block-{part.number}", b"[" + b",".join(part.values) + b"]"))


class _Open:
    def __init__(self, number: int) -> None:
        self.number = number
        self.values: list[bytes] = []
        self.size = 0


def block(name: str, data: bytes) -> Markup:
    """Return JSON as a block."""
    # Without a time, so that the same runs give the same page.
    packed = base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")
    return Markup(f'<script type="text/plain" id="{name}">{packed}</script>\n')


def file_block(name: str, file: Path) -> Iterator[Markup]:
    """Yield a file as a block, piece by piece, not compressed.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as data:
        yield Markup(f'<script type="text/plain" id="{name}">')
        while chunk := data.read(_CHUNK):
            yield Markup(base64.b64encode(chunk).decode("ascii"))
        yield Markup("</script>\n")
