"""Stops: latched states, and the flag in shared memory through which a world obeys them at once.

The words are those of ISO 10218: a *protective stop* is the system's own, an *emergency stop* a person's. No safety
rating is claimed: a robot keeps its hardware stop.
"""

from __future__ import annotations

import enum
import mmap
import os
import threading

from embodied_codeact.errors import StopLatched


class StopLevel(enum.IntEnum):
    """What a world must obey. ``INTERRUPT`` is not latched: it ends with the script that it interrupts."""

    NORMAL = 0
    INTERRUPT = 1
    PROTECTIVE_STOP = 2
    EMERGENCY_STOP = 3

    @property
    def words(self) -> str:
        """The level as people say it.

        >>> StopLevel.EMERGENCY_STOP.words
        'emergency stop'
        """
        return self.name.lower().replace("_", " ")


class Script(enum.IntEnum):
    """Whether a script runs, as a world must know before it carries out a worker's call: code that outlives its script
    has no say. A ``BOUND`` one has a permit, which the world was sent before."""

    NONE = 0
    FREE = 1
    BOUND = 2


class StopFlag:
    """Memory shared by server and world: the stop level in force, and whether a script runs.

    Only the server writes it. Reading it costs well under a microsecond.
    """

    def __init__(self, fd: int | None = None) -> None:
        self.fd = os.memfd_create("stop-flag") if fd is None else fd
        if fd is None:
            os.ftruncate(self.fd, mmap.PAGESIZE)
        self._memory = mmap.mmap(self.fd, mmap.PAGESIZE)

    @property
    def level(self) -> StopLevel:
        """The level in force."""
        return StopLevel(self._memory[0])

    @level.setter
    def level(self, level: StopLevel) -> None:
        self._memory[0] = level

    @property
    def script(self) -> Script:
        """Whether a script runs."""
        return Script(self._memory[1])

    @script.setter
    def script(self, script: Script) -> None:
        self._memory[1] = script

    def requested(self) -> bool:
        """Whether anything but normal operation is wanted."""
        return self._memory[0] != 0

    def close(self) -> None:
        """Release the memory on this side."""
        self._memory.close()
        os.close(self.fd)


class StopState:
    """The server's stop state: latched level with its reason, and the flag that carries it to the world.

    Used by the control thread and the main thread.
    """

    def __init__(self, flag: StopFlag) -> None:
        self._flag = flag
        self._lock = threading.Lock()
        self._latched = StopLevel.NORMAL
        self._reason = ""
        self._interrupting = False

    def latch(self, level: StopLevel, reason: str) -> None:
        """Latch a stop. A lower level never replaces a higher one."""
        with self._lock:
            if level >= self._latched:
                self._latched, self._reason = level, reason
            self._show()

    def clear(self) -> tuple[StopLevel, str]:
        """Return to normal operation and say what was latched. Never restarts any motion."""
        with self._lock:
            before = self._latched, self._reason
            self._latched, self._reason = StopLevel.NORMAL, ""
            self._show()
            return before

    def interrupt(self, wanted: bool) -> None:
        """Ask the world to end what it does now (``True``), or take that back when the script has ended."""
        with self._lock:
            self._interrupting = wanted
            self._show()

    def read(self) -> tuple[StopLevel, str]:
        """Return the latched level (``NORMAL`` where none is) and its reason."""
        with self._lock:
            return self._latched, self._reason

    def latched_error(self, endpoint: object) -> StopLatched | None:
        """Return what a command that moves something is refused with at this endpoint, None while nothing is
        latched."""
        level, reason = self.read()
        if level is StopLevel.NORMAL:
            return None
        return StopLatched(f"{level.words} is latched ({reason}); clear it first: embodied-codeact clear {endpoint}")

    def show(self) -> None:
        """Show the world the level that is latched, whatever the flag holds: one that ended may have stopped itself."""
        with self._lock:
            self._show()

    def _show(self) -> None:
        self._flag.level = max(self._latched, StopLevel.INTERRUPT if self._interrupting else StopLevel.NORMAL)
