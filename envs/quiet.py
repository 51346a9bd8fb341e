"""Keeps the greetings of libraries off the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what is written to standard output and standard error, also by C code, nowhere. What goes wrong meanwhile is
    an exception, and is not lost."""
    with contextlib.ExitStack() as stack:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        stack.callback(os.close, nowhere)
        for stream, fd in ((sys.stdout, 1), (sys.stderr, 2)):
            stream.flush()
            kept = os.dup(fd)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, fd)
            os.dup2(nowhere, fd)
            # On the way out this comes first: what waits in Python's buffers goes nowhere too.
            stack.callback(stream.flush)
        yield
