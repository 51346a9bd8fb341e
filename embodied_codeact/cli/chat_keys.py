"""What Ctrl-C means while a person chats: it depends on what is under way.

While a script runs it halts the world at once; while the model replies it breaks in; at a prompt it clears the line;
between these it is kept until the next of them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from enum import Enum, auto
from types import FrameType
from typing import Any

_SAME_PRESS_S = 0.5
"""A key that is held down, or pressed in a hurry, is one press."""
_STDERR = 2


class Phase(Enum):
    """What is under way."""

    BETWEEN = auto()
    REPLY = auto()
    SCRIPT = auto()
    PROMPT = auto()


class CtrlC:
    """Takes the interrupt signal, and those that end the program, while it is entered. Only for the main thread.

    ``halt`` is called inside of the signal's handler, so it must not use what the main thread may be using. A second
    press while a script is being halted, or while nothing listens, ends the chat by force: ``KeyboardInterrupt``.
    """

    def __init__(self, halt: Callable[[], None]) -> None:
        self._halt = halt
        self._phase = Phase.BETWEEN
        self._pressed_at = 0.0
        self._before: dict[int, Any] = {}
        self.pending = False
        """It was pressed where nothing listened."""
        self.halted = False
        """A script was halted since this was last set to False."""
        self.leaving = False
        """The program was told to end."""

    def __enter__(self) -> CtrlC:
        self._before = {signal.SIGINT: signal.signal(signal.SIGINT, self._pressed)}
        for number in (signal.SIGTERM, signal.SIGHUP):
            # nohup and the like ignore a signal on purpose.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._told_to_end)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Say what is under way.

        Raises:
            KeyboardInterrupt: at once, where it was pressed just before a reply; and as the phase has it.
        """
        before, self._phase = self._phase, phase
        try:
            if phase is Phase.PROMPT:
                self.pending = False
            if phase is Phase.REPLY and self.pending:
                self.pending = False
                raise KeyboardInterrupt
            yield
        finally:
            self._phase = before

    def _pressed(self, _number: int, _frame: FrameType | None) -> None:
        if self._phase in (Phase.REPLY, Phase.PROMPT):
            # One is enough: another must not strike while this one is being dealt with.
            self._phase = Phase.BETWEEN
            raise KeyboardInterrupt
        now = time.monotonic()
        before, self._pressed_at = self._pressed_at, now
        if self._phase is Phase.SCRIPT and not self.halted:
            self.halted = True
            _tell("halting; once more leaves by force")
            self._halt()
        elif self._phase is Phase.BETWEEN and not self.pending:
            self.pending = True
            _tell("one moment; once more leaves by force")
        elif now - before > _SAME_PRESS_S:
            self.leaving = True
            _tell("leaving; once more does not wait for the environment to close")
            raise KeyboardInterrupt

    def _told_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self.leaving = True
        raise KeyboardInterrupt


def _tell(words: str) -> None:
    """Print from inside of a handler, where Python's own streams may be in the middle of something."""
    with contextlib.suppress(OSError):
        os.write(_STDERR, f"\r\n[{words}]\r\n".encode())
