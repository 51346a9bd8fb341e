"""A command at a pseudo-terminal of its own, as a person has it: what they type, and what they see."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping

LINES, COLUMNS = 50, 110
PATIENCE_S = 60.0
"""How long a text may take to appear: a busy machine is slow, and a text that never comes is a fault."""
CTRL_C, CTRL_D, TAB, ENTER = "\x03", "\x04", "\t", "\r"

_STEERING = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>()][0-9A-Z]?|[\x00-\x09\x0b-\x1f]")
# A session's leader that opens a terminal has it as its own: only then does Ctrl-C reach it as a signal.
_ON_TERMINAL = (
    "import os, sys; terminal = os.open(sys.argv[1], os.O_RDWR); [os.dup2(terminal, int(fd)) for fd in sys.argv[2]];"
    "os.execv(sys.executable, [sys.executable, '-m', 'embodied_codeact', *sys.argv[3:]])"
)


class Terminal:
    """``embodied-codeact WORDS`` at a terminal; a context manager that ends it at the latest. ``piped``: its standard
    output goes elsewhere."""

    def __init__(self, *words: object, env: Mapping[str, str] | None = None, piped: bool = False) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        # This terminal does not answer questions about its cursor.
        environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **(env or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, os.ttyname(slave), "02" if piped else "012", *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else None,
            text=True,
            start_new_session=True,
            env=environment,
        )
        self._slave = slave
        self._raw = ""
        self._seen = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self._slave)
        self._reader.join(timeout=30)
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Press keys, as a person's keyboard sends them."""
        os.write(self._master, keys.encode())

    def enter(self, line: str) -> None:
        """Type a line and end it."""
        self.type(line + ENTER)

    def wait_for(self, text: str) -> str:
        """Wait until a text appears after that of the last wait; return what came until then."""
        with self._changed:
            found = self._changed.wait_for(lambda: text in self.screen[self._seen :], timeout=PATIENCE_S)
            assert found, f"{text!r} did not appear; since the last wait:\n{self.screen[self._seen :]}"
            begin, self._seen = self._seen, self.screen.index(text, self._seen) + len(text)
            return self.screen[begin : self._seen]

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code, and what went to standard output elsewhere."""
        output = "" if self.process.stdout is None else self.process.stdout.read()
        return self.process.wait(timeout=PATIENCE_S), output

    @property
    def screen(self) -> str:
        """All that was shown so far, without what steers the terminal."""
        return _STEERING.sub("", self._raw)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._changed:
                self._raw += data.decode("utf-8", "replace")
                self._changed.notify_all()
