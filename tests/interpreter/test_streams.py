"""The output pipe's marks, whatever comes through it."""

from __future__ import annotations

import subprocess
import sys

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


INTERRUPTED = """
import os, signal, sys
from embodied_codeact.interpreter import streams
from embodied_codeact.interpreter.interrupts import Interrupts

stdout, stderr = os.dup(1), os.dup(2)
interrupts = Interrupts()
installed = streams.Streams(stdout, stderr, os.open(os.devnull, os.O_RDONLY), interrupts)
installed.install()
interrupts.install()
write, caught = os.write, []

def write_and_interrupt(descriptor, data):
    if {when!r} == "before":
        signal.raise_signal(signal.SIGINT)
    written = write(descriptor, data)
    if {when!r} == "after":
        signal.raise_signal(signal.SIGINT)
    return written

for text in {texts!r}:
    interrupts.begin()
    os.write = write_and_interrupt
    try:
        print(text, file=sys.{stream}, end={end!r})
        print("next", file=sys.{stream})
    except KeyboardInterrupt:
        caught.append(text)
    os.write = write
    interrupts.end()
    installed.flush()
write(2, repr(len(caught)).encode())
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_an_interrupt_while_a_line_is_written_strikes_and_nothing_comes_twice(when: str, stream: str, end: str) -> None:
    texts = ["line", "x" * 20_000, "last"]
    script = INTERRUPTED.format(when=when, stream=stream, texts=texts, end=end)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert ran.stderr.decode() == "3", "each print is interrupted once"
    printed = "".join(text for _, text in Demultiplexer().feed(ran.stdout))
    assert [printed.count(text) for text in texts] == [1, 1, 1]
