"""Stops a script from outside, between two steps of it that must not be cut in half."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interrupts:
    """Turns SIGINT into KeyboardInterrupt, but only where a script runs, and never in the middle of what is shielded.

    A message to or from the world that is cut off would spoil the channel, and a line that is written and then cut off
    would be written again: an interrupt that comes in such a moment is deferred to its end.
    """

    def __init__(self) -> None:
        self.active = False
        self.happened = False
        self._shields = 0
        self._deferred = False
        self._main = threading.get_ident()
        self.in_message: set[int] = set()
        """Other threads that are in the middle of what is shielded."""

    def install(self) -> None:
        """Take over SIGINT, whatever the last script did to it."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self.active:
            return
        self.happened = True
        if self._shields:
            self._deferred = True
        else:
            self._deferred = False
            raise KeyboardInterrupt

    def shield(self) -> None:
        """Defer interrupts. Other threads never see them, but are noted, so that none is ended now."""
        thread = threading.get_ident()
        if thread == self._main:
            self._shields += 1
        else:
            self.in_message.add(thread)

    def lower_shield(self) -> None:
        """Defer interrupts no longer. Where one was deferred already, :meth:`strike` raises it."""
        thread = threading.get_ident()
        self.in_message.discard(thread)
        if thread == self._main and self._shields:
            self._shields -= 1

    def strike(self) -> None:
        """Raise KeyboardInterrupt now if one was deferred and nothing defers it any more."""
        if self._deferred and not self._shields and threading.get_ident() == self._main:
            self._deferred = False
            raise KeyboardInterrupt

    def unshield(self) -> None:
        """Lower the shield, and raise KeyboardInterrupt now if one was deferred."""
        self.lower_shield()
        self.strike()

    def begin(self) -> None:
        """A script begins: from here on, SIGINT reaches it."""
        self.happened = self._deferred = False
        self._shields = 0
        self.active = True

    def resume(self) -> None:
        """What the script left to be done is done now: SIGINT reaches it again, and what came before still counts."""
        self.active = True

    def end(self) -> None:
        """The script ended: SIGINT comes too late."""
        self.active = self._deferred = False
        self._shields = 0
