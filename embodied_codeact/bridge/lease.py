"""The lease: one commander at a time, under an epoch; others may watch, and stop.

A lease that nothing was heard under for its time expires, and no more: a model may think for a minute, and its client
takes a new one afterwards. While a command is under way the lease does not expire; there the deadman watches.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from embodied_codeact.errors import CommandRefused, NotInCommand

LEASE_S = 3.0
"""Silence after which an idle lease is over. As the deadman's: between two turns it keeps nobody away for longer than
it takes to see that a commander is gone, and a turn that follows at once finds it alive."""
_NAME_CHARACTERS = 100


class Granted(msgspec.Struct, frozen=True):
    """What ``acquire`` is answered with. ``lease``: the epoch; ``lease_s``: the silence that ends it; ``world``: the
    epoch under which the present world was begun, 0 for none."""

    lease: int
    lease_s: float
    world: int


class Lease:
    """Who commands, if anybody. Every method may be called from the control thread and the main thread.

    Args:
        lease_s: silence in seconds that ends an idle lease; a commander may ask for less.
    """

    def __init__(self, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_s = lease_s
        self._clock = clock
        self._lock = threading.Lock()
        self._epoch = 0
        self._commander = ""
        self._alive = False
        self._lease_s = lease_s
        self._heard = 0.0
        self._seq = 0
        self._control_seq = 0
        self._occupant = 0
        self._what = ""
        self._world = 0

    # The control thread

    def acquire(self, commander: str, seq: int, *, lease_s: float | None = None, latched: Exception | None) -> Granted:
        """Give the lease to ``commander``. Whoever had the last one may have another while a stop is latched, under
        which nothing moves either: it tidies up. Anybody else is refused until the stop is cleared.

        Args:
            latched: what to raise while a stop is latched; None where none is.

        Raises:
            CommandRefused: another has it, or the commander has no name.
            StopLatched: as ``latched``.
        """
        if not commander or len(commander) > _NAME_CHARACTERS:
            raise CommandRefused(f"a commander says who it is, in 1 to {_NAME_CHARACTERS} characters")
        with self._lock:
            if commander != self._commander:
                if self._lives():
                    raise CommandRefused(self._who())
                if latched is not None:
                    raise latched
            if self._occupant and self._occupant == self._epoch and commander == self._commander:
                # What is under way goes on for it, under its new lease.
                self._occupant += 1
            self._epoch += 1
            self._commander, self._alive = commander, True
            self._lease_s = self._most_s if lease_s is None else min(lease_s, self._most_s)
            self._heard, self._seq, self._control_seq = self._clock(), 0, seq
            return Granted(self._epoch, self._lease_s, self._world)

    def heartbeat(self, epoch: int, seq: int) -> None:
        """Note that the commander is in control now.

        Raises:
            NotInCommand: this is not the living lease.
            CommandRefused: ``seq`` does not grow.
        """
        with self._lock:
            self._check(epoch)
            self._control_seq = _grown(seq, self._control_seq)
            self._heard = self._clock()

    def release(self, epoch: int, seq: int) -> None:
        """End the lease. Raises as :meth:`heartbeat`."""
        with self._lock:
            self._check(epoch)
            self._control_seq = _grown(seq, self._control_seq)
            self._alive = False

    def status(self) -> dict[str, int | str]:
        """Return the living epoch, 0 for none, and whose it is."""
        with self._lock:
            lives = self._lives()
            return {"lease": self._epoch if lives else 0, "commander": self._commander if lives else ""}

    # The main thread

    def command(self, epoch: int, seq: int) -> None:
        """Note a command under this lease. Raises as :meth:`heartbeat`."""
        with self._lock:
            self._check(epoch)
            self._seq = _grown(seq, self._seq)
            self._heard = self._clock()

    def occupy(self, what: str) -> None:
        """A command of the commander is under way, in words such as ``"a script is running"``."""
        with self._lock:
            self._occupant, self._what = self._epoch, what

    def free(self) -> None:
        """It has ended."""
        with self._lock:
            self._occupant, self._what = 0, ""

    @property
    def occupant(self) -> int:
        """The epoch whose command is under way, 0 for none. That lease may be over."""
        return self._occupant

    def silence_s(self) -> float:
        """Return the seconds since the commander whose command is under way was heard; 0 where none is, or where that
        lease is over, so that the command is being ended anyway."""
        with self._lock:
            if not self._alive or self._occupant != self._epoch:
                return 0.0
            return self._clock() - self._heard

    def lose(self) -> None:
        """The commander fell silent while it had to be heard: its lease is over."""
        with self._lock:
            self._alive = False

    def begin_world(self) -> None:
        """The commander whose command is under way has put a world into the place of the last one."""
        with self._lock:
            self._world = self._occupant

    @property
    def world(self) -> int:
        """The epoch under which the present world was begun, 0 for none."""
        return self._world

    # Under the lock

    def _lives(self) -> bool:
        if self._alive and self._occupant != self._epoch and self._clock() - self._heard > self._lease_s:
            self._alive = False
        return self._alive

    def _check(self, epoch: int) -> None:
        if self._lives() and epoch == self._epoch:
            return
        if self._alive:
            raise NotInCommand(self._who())
        if epoch and epoch == self._epoch:
            raise NotInCommand(
                f"lease {epoch} is over: nothing was heard of {self._commander} for {self._clock() - self._heard:.1f} "
                f"s, or it left; acquire another"
            )
        raise NotInCommand(f"lease {epoch} is not the living one; acquire one first")

    def _who(self) -> str:
        if self._occupant == self._epoch:
            return f"{self._what} for another client, {self._commander}; wait for it or interrupt it"
        silent = self._clock() - self._heard
        return (
            f"another client commands, {self._commander}, heard {silent:.1f} s ago; the environment is free when that "
            f"leaves, or has been silent for {self._lease_s:g} s"
        )


def _grown(seq: int, before: int) -> int:
    if seq <= before:
        raise CommandRefused(
            f"message {seq} came after message {before} of the same lease: an old one, not carried out"
        )
    return seq
