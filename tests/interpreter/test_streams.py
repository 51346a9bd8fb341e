"""The output pipe's marks, whatever comes through it."""

from __future__ import annotations

import pytest

from embodied_codeact.interpreter.streams import Demultiplexer

MARKED = b"a\0\0b" + b"\0E" + "err é\0\0".encode() + b"\0O" + b"tail\0x"


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100])
def test_text_and_streams_survive_any_cut(step: int) -> None:
    reader = Demultiplexer()
    pieces = [piece for at in range(0, len(MARKED), step) for piece in reader.feed(MARKED[at : at + step])]
    assert "".join(text for stream, text in pieces if stream == "stdout") == "a\0btail\0x"
    assert "".join(text for stream, text in pieces if stream == "stderr") == "err é\0"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert Demultiplexer().feed(b"\xff\xfe ok") == [("stdout", "\ufffd\ufffd ok")]
