"""An engine of worker processes on this machine."""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Self

import msgspec

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.errors import OPERATOR_ERRORS, EnvironmentFailure
from embodied_codeact.evaluation.engine import Job, Lost, Outcome
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.models import computes
from embodied_codeact.processes import describe_exit, end_process

_WORKER = "embodied_codeact.evaluation.worker_process"
_MOST_DEATHS = 5
"""Workers that die one after another before any of them gave an outcome: none ever will."""


class LocalEngine:
    """Satisfies :class:`~embodied_codeact.evaluation.engine.Engine` with worker processes, each with environments and a
    model of its own. One that dies is replaced; what it was at is lost, which the runner is told.

    Args:
        job: what there is to do.
        workers: how many, each on a core of its own, or, where its model computes in it, on its share of the cores;
            None: one, on all cores.
        on_note: is given what the operator should know of the environments, each once.
    """

    def __init__(self, job: Job, workers: int | None = None, on_note: Callable[[str], None] = lambda _: None) -> None:
        self._job = job
        self._on_note = on_note
        self._noted: set[str] = set()
        self._lanes = job.lanes
        self._waiting: deque[Trial] = deque()
        self._deaths = 0
        self._closed = False
        self._workers: list[_Worker] = []
        try:
            for cores in shares(sorted(os.sched_getaffinity(0)), workers, whole=computes(job.model)):
                self._workers.append(_Worker(job, cores))
        except BaseException:
            self.close()
            raise

    @property
    def capacity(self) -> int:
        """How many trials the workers attempt at a time."""
        return len(self._workers) * self._lanes

    @property
    def backlog(self) -> int:
        """One trial waits for each that is attempted."""
        return 2 * self.capacity

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def submit(self, trial: Trial) -> None:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`."""
        self._waiting.append(trial)
        self._hand_out()

    def outcomes(self, timeout_s: float) -> Sequence[Outcome]:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`.

        Raises:
            OperatorError: a worker said that no trial can be attempted, or the workers die as they start.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            wait_s = max(0.0, deadline - time.monotonic())
            poller = select.poll()
            for worker in self._workers:
                poller.register(worker.channel, select.POLLIN)
            ready = {fd for fd, _ in poller.poll(wait_s * 1000)}
            found: list[Outcome] = []
            for index, worker in enumerate(self._workers):
                if worker.channel.fileno() in ready:
                    found += self._read(index, worker)
            self._hand_out()
            if found or time.monotonic() >= deadline:
                return found

    def close(self, *, grace_s: float = 10.0) -> None:
        """Hang up on the workers, which end with what they started, and wait for them. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._waiting.clear()
        for worker in self._workers:
            worker.channel.close()
        for worker in self._workers:
            end_process(worker.process, grace_s=grace_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hand_out(self) -> None:
        """Give each worker what it attempts next, and one trial more for each lane, so that none ever waits for us."""
        for depth in range(1, 2 * self._lanes + 1):
            for worker in self._workers:
                if self._waiting and len(worker.trials) < depth:
                    trial = self._waiting.popleft()
                    worker.trials[trial.index] = trial
                    # Where it has died, that is read, and told, with the next outcomes.
                    with contextlib.suppress(ChannelClosed):
                        worker.channel.send(msgspec.to_builtins(trial))

    def _read(self, index: int, worker: _Worker) -> list[Outcome]:
        found: list[Outcome] = []
        try:
            for message in worker.channel.receive_available():
                if "note" in message:
                    self._note(message["note"])
                else:
                    found.append(self._take(worker, message))
        except (ChannelClosed, ChannelCorrupt):
            found += self._replace(index, worker)
        return found

    def _note(self, note: str) -> None:
        if note not in self._noted:
            self._noted.add(note)
            self._on_note(note)

    def _take(self, worker: _Worker, message: dict[str, Any]) -> Outcome:
        if "failed" in message:
            kind = OPERATOR_ERRORS.get(message["failed"]["kind"], EnvironmentFailure)
            raise kind(message["failed"]["message"])
        outcome: Outcome = msgspec.convert(message, Outcome)
        worker.trials.pop(outcome.trial.index, None)
        self._deaths = 0
        return outcome

    def _replace(self, index: int, worker: _Worker) -> list[Outcome]:
        """A worker is gone: say what it was at, and start another. What it had not begun is handed out again."""
        worker.channel.close()
        end_process(worker.process, grace_s=1.0)
        how = f"a worker process ended: {describe_exit(worker.process.returncode)}"
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS:
            raise EnvironmentFailure(f"{how}, the {_MOST_DEATHS}th in a row; its own words are on standard error")
        trials = list(worker.trials.values())
        begun, not_begun = trials[: self._lanes], trials[self._lanes :]
        self._waiting.extendleft(reversed(not_begun))
        self._workers[index] = _Worker(self._job, worker.cores)
        return [Lost(trial, how) for trial in begun]


def shares(cores: Sequence[int], workers: int | None, *, whole: bool = False) -> list[Sequence[int]]:
    """Deal out cores to workers, one to each, so that the processes of one do not push those of another from core to
    core; ``whole``: deal out all of them.

    >>> shares([0, 1, 2, 3], 2), shares([0, 1], 3), shares([4, 5], None)
    ([[0], [1]], [[0], [1], [0]], [[4, 5]])
    >>> shares([0, 1, 2, 3], 2, whole=True)
    [[0, 1], [2, 3]]
    """
    if workers is None:
        return [cores]
    if not whole or workers >= len(cores):
        return [[cores[index % len(cores)]] for index in range(workers)]
    ends = [index * len(cores) // workers for index in range(workers + 1)]
    return [cores[start:end] for start, end in itertools.pairwise(ends)]


class _Worker:
    """One worker process, and the trials that it was sent and has not answered, in their order."""

    def __init__(self, job: Job, cores: Sequence[int]) -> None:
        ours, theirs = Channel.pair()
        self.cores = cores
        self.trials: dict[int, Trial] = {}
        with theirs:
            # Of its own session: a person's Ctrl-C is for the runner, which then ends its workers in order.
            self.process = subprocess.Popen(
                [sys.executable, "-m", _WORKER, str(theirs.fileno()), ",".join(map(str, cores))],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.channel = Channel(ours)
        # Where it did not live long enough to read, its end is seen where it is read from.
        with contextlib.suppress(ChannelClosed):
            self.channel.send(msgspec.to_builtins(job))
