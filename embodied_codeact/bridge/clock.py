"""The other side's monotonic clock, as answers to one's own questions tell it (Cristian's algorithm)."""

from __future__ import annotations

import time
from collections.abc import Callable

_DRIFT = 1e-4
"""Two clocks may part by this much in a second; a quartz keeps well below it."""
_MOST_AWAITED = 64


class OtherClock:
    """Keeps the sample that says most: the one whose round trip leaves the least doubt, also after it has aged."""

    def __init__(self, own_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._own_ns = own_ns
        self._asked: dict[int, int] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew: one side may have slept, and a monotonic clock stands still meanwhile."""
        self._asked.clear()
        self._offset_ns = 0
        self._doubt_ns = 0
        self._at_ns: int | None = None

    def asked(self, request: int) -> None:
        """Note that a question of this number is sent now."""
        if len(self._asked) >= _MOST_AWAITED:
            del self._asked[next(iter(self._asked))]
        self._asked[request] = self._own_ns()

    def answered(self, request: int, time_ns: int) -> None:
        """Note that it was answered, at this time of the other's clock."""
        sent = self._asked.pop(request, None)
        if sent is None:
            return
        now = self._own_ns()
        doubt = (now - sent) // 2
        if self._at_ns is None or doubt <= self._doubt_ns + int((now - self._at_ns) * _DRIFT):
            self._offset_ns, self._doubt_ns, self._at_ns = time_ns - (sent + doubt), doubt, now

    def now_ns(self) -> int:
        """Return the other's time now. Without an answer so far, one's own."""
        return self._own_ns() + self._offset_ns
