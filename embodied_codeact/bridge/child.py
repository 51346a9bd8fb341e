"""Runs a server for the process that started it: configuration on standard input, one answer on standard output.

The answer is a line of JSON, ``{"endpoint": ...}`` or ``{"error": {"kind", "message"}}``. The end of standard input
ends the server, also while it starts.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from typing import Any, NoReturn

import msgspec

from embodied_codeact.bridge.server import EnvironmentServer
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.errors import OperatorError


def _end_start(number: int, _frame: object) -> NoReturn:
    """A signal while the server starts: undo what stands so far. Another one must not cut that short."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def _watch_parent() -> None:
    poller = select.poll()
    poller.register(0, 0)  # hangup alone; the server's own loop polls for it too, once it runs
    poller.poll()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Serve until the parent ends; return the exit code."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what anything else prints is a log line

    def answer(value: dict[str, Any]) -> None:
        # Nobody reads it where the parent has ended meanwhile; then standard input has ended too.
        with contextlib.suppress(BrokenPipeError):
            answers.write(msgspec.json.encode(value) + b"\n")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_start)
    config = msgspec.json.decode(sys.stdin.buffer.readline(), type=ServerConfig)
    threading.Thread(target=_watch_parent, name="parent", daemon=True).start()
    try:
        with EnvironmentServer(config) as server:
            signal.signal(signal.SIGTERM, lambda *_: server.end())
            signal.signal(signal.SIGINT, lambda *_: server.end())
            answer({"endpoint": str(server.endpoint), "session": server.session})
            server.serve(end_fd=0)
    except OperatorError as error:
        answer({"error": {"kind": type(error).__name__, "message": str(error)}})
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
