"""Runs a server for the process that started it: configuration on standard input, one answer on standard output.

The answer is a line of JSON, ``{"endpoint": ...}`` or ``{"error": {"kind", "message"}}``. The end of standard input
ends the server.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import msgspec

from embodied_codeact.bridge.server import EnvironmentServer
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.errors import OperatorError


def main() -> int:
    """Serve until the parent ends; return the exit code."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what anything else prints is a log line

    def answer(value: dict[str, Any]) -> None:
        answers.write(msgspec.json.encode(value) + b"\n")

    config = msgspec.json.decode(sys.stdin.buffer.readline(), type=ServerConfig)
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
