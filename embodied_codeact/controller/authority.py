"""Who may command, and whether anyone may: the lease and the latched stop of a controller. Times are seconds of any one
clock."""

from __future__ import annotations

import itertools
import math

from embodied_codeact.controller.protocol import (
    DEFAULT_TTL_S,
    LEVELS,
    NORMAL,
    REASON_CHARACTERS,
    AcquireBody,
    Lease,
    Level,
)
from embodied_codeact.errors import CommandRefused, InvalidArgument, StopLatched


class Authority:
    """One living lease at most, and one latched stop at most."""

    def __init__(self, lease_s: float, max_ttl_s: float) -> None:
        self._lease_s, self._max_ttl_s = lease_s, max_ttl_s
        self._epochs = itertools.count(1)
        self._sequence = 0
        self._heard = 0.0
        self.stop: Level = NORMAL
        self.reason = ""
        self.lease = 0
        self.commander = ""
        self.ttl_s = DEFAULT_TTL_S

    def acquire(self, body: AcquireBody, now: float) -> Lease:
        """Give the lease to a commander.

        Raises:
            StopLatched: a stop is latched.
            CommandRefused: another's lease lives.
            InvalidArgument: the commander has no name, or the ttl is no number of seconds above 0.
        """
        self.refuse_while_latched()
        if not body.commander:
            raise InvalidArgument("a commander has a name: say which in commander")
        ttl_s = min(DEFAULT_TTL_S, self._max_ttl_s) if body.ttl_s is None else body.ttl_s
        if not (math.isfinite(ttl_s) and ttl_s > 0.0):
            raise InvalidArgument(f"ttl_s is a number of seconds above 0, not {ttl_s!r}")
        if self.lease and self.commander != body.commander:
            raise CommandRefused(
                f"{self.commander!r} commands now; wait until it releases the lease or is quiet for {self._lease_s:g} s"
            )
        self.lease, self.commander = next(self._epochs), body.commander
        self.ttl_s = min(ttl_s, self._max_ttl_s)
        self._sequence, self._heard = 0, now
        return Lease(self.lease, self._lease_s, self.ttl_s)

    def hear(self, lease: int, sequence: int, now: float) -> None:
        """Take a command under this lease, with this number.

        Raises:
            CommandRefused: the lease is not the living one, or the number does not grow.
        """
        if not self.lease:
            raise CommandRefused("nobody commands: acquire the lease first")
        if lease != self.lease:
            raise CommandRefused(f"lease {lease} is not the living one; acquire anew")
        if sequence <= self._sequence:
            raise CommandRefused(f"command {sequence} came after {self._sequence}: seq has to grow under a lease")
        self._sequence, self._heard = sequence, now

    def silence_s(self, now: float) -> float:
        """Seconds since the commander was heard; 0 where nobody commands."""
        return now - self._heard if self.lease else 0.0

    def expire(self, now: float) -> None:
        """End a lease that has been silent for too long while nothing moves."""
        if self.silence_s(now) > self._lease_s:
            self.end_lease()

    def end_lease(self) -> None:
        """Let nobody command."""
        self.lease, self.commander = 0, ""

    def latch(self, level: Level, reason: str) -> None:
        """Latch a stop, and end the lease. What is latched already stays, with its reason, unless this is higher."""
        if LEVELS.index(level) > LEVELS.index(self.stop):
            self.stop, self.reason = level, reason[:REASON_CHARACTERS]
        self.end_lease()

    def clear(self) -> Level:
        """Return to normal, and say what was latched."""
        before, self.stop, self.reason = self.stop, NORMAL, ""
        return before

    def refuse_while_latched(self) -> None:
        """Raises:
        StopLatched: a stop is latched.
        """
        if self.stop != NORMAL:
            raise StopLatched(f"a stop is latched ({self.stop}: {self.reason}); a person has to clear it first")
