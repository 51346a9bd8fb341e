"""An engine in this process: so many threads, each of which attempts one trial at a time."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol, Self

from embodied_codeact.agent.streaming import Abandoned
from embodied_codeact.evaluation.engine import Outcome
from embodied_codeact.evaluation.suites import Trial


class Attempts(Protocol):
    """What a lane works with (:class:`~embodied_codeact.evaluation.worker.TrialWorker`)."""

    def attempt(self, trial: Trial) -> Outcome:
        """Attempt one trial; called from any thread. Raises ``Abandoned`` where it was given up."""
        ...

    def abandon(self) -> None:
        """Give up what other threads are at."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


class LaneEngine:
    """Satisfies :class:`~embodied_codeact.evaluation.engine.Engine`. A context manager, which closes the worker too.

    What a lane raises that is no outcome is raised again by :meth:`outcomes`.
    """

    def __init__(self, worker: Attempts, lanes: int = 1) -> None:
        self._worker = worker
        self._waiting: deque[Trial] = deque()
        self._ended: deque[Outcome] = deque()
        self._failure: BaseException | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Daemons, so that a program which is in a hurry to end need not wait for a model's reply.
        self._threads = [threading.Thread(target=self._work, name=f"lane {n}", daemon=True) for n in range(lanes)]
        for thread in self._threads:
            thread.start()

    @property
    def capacity(self) -> int:
        """How many trials are attempted at a time."""
        return len(self._threads)

    @property
    def backlog(self) -> int:
        """One trial waits for each that is attempted."""
        return 2 * self.capacity

    def fileno(self) -> int:
        """A descriptor that can be read where there are outcomes."""
        return self._wake_read

    def submit(self, trial: Trial) -> None:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`."""
        with self._changed:
            self._waiting.append(trial)
            self._changed.notify()

    def outcomes(self, timeout_s: float) -> Sequence[Outcome]:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`. Raises what ended a lane."""
        deadline = time.monotonic() + timeout_s
        while True:
            with self._changed:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
                if self._failure is not None:
                    raise self._failure
                ended = list(self._ended)
                self._ended.clear()
            left = deadline - time.monotonic()
            if ended or left <= 0:
                return ended
            # By a descriptor and not by the condition: a Ctrl-C must not be lost while this thread sleeps.
            select.select([self._wake_read], [], [], left)

    def close(self, *, grace_s: float = 10.0) -> None:
        """End the lanes. A reply that a model is still writing is not waited for longer than the grace time."""
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._waiting.clear()
            self._changed.notify_all()
        self._worker.abandon()
        deadline = time.monotonic() + grace_s
        for thread in self._threads:
            # In small steps, since CPython before 3.13 takes a thread whose join was interrupted for ended.
            while thread.is_alive() and time.monotonic() < deadline:
                thread.join(0.2)
        self._worker.close()
        os.close(self._wake_write)
        os.close(self._wake_read)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        try:
            while (trial := self._next()) is not None:
                self._put(self._worker.attempt(trial))
        except Abandoned:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by outcomes()
            with self._changed:
                self._failure = self._failure or error
            self._wake()

    def _next(self) -> Trial | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return None if self._closing else self._waiting.popleft()

    def _put(self, outcome: Outcome) -> None:
        with self._changed:
            self._ended.append(outcome)
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            if not self._closing:
                with contextlib.suppress(BlockingIOError):
                    os.write(self._wake_write, b"o")
