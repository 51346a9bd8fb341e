"""Runs the trials of a run to their end: hands them to an engine, keeps what comes back, tries again what the system
failed, and waits where a model's endpoint does not answer.

- An episode is kept once, by the key of its trial.
- Where bridge, world or a worker failed, the trial is attempted again, three times in all. One that is given up is not
  scored, and attempted again when the run is resumed. Three in a row that are given up end the run.
- While an endpoint does not answer, no trial is begun but one at a time, to see whether it does again.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, ModelError, ModelUnavailable, OperatorError
from embodied_codeact.evaluation.engine import Ended, Engine, Fault, Lost
from embodied_codeact.evaluation.suites import Trial

MOST_ATTEMPTS = 3
MOST_GIVEN_UP_IN_A_ROW = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 120.0
_LOOK_S = 0.5
"""How often a display is brought up to date where nothing happens."""

_RAISED: dict[str, type[OperatorError]] = {
    "endpoint": ModelUnavailable,
    "model": ModelError,
    "environment": EnvironmentFailure,
    "configuration": ConfigurationError,
}


class Keeps(Protocol):
    """Where what came of trials is kept (:class:`~embodied_codeact.evaluation.run_store.RunStore`)."""

    def keep(self, ended: Ended) -> None:
        """Keep an episode for good."""
        ...

    def keep_fault(self, fault: Fault) -> None:
        """Keep what there is of an episode that the system failed."""
        ...


class Watches(Protocol):
    """What shows how a run goes; told on the thread that runs it."""

    def ended(self, ended: Ended) -> None:
        """An episode was kept."""
        ...

    def given_up(self, fault: Fault) -> None:
        """A trial will not be attempted any more in this run."""
        ...

    def again(self, trial: Trial, why: str) -> None:
        """A trial is attempted once more."""
        ...

    def paused(self, why: str, seconds: float) -> None:
        """Nothing is begun for so long."""
        ...

    def looked(self, under_way: int) -> None:
        """Time has passed; so many trials are under way."""
        ...


class TrialRunner:
    """Attempts trials with an engine until each has ended or was given up.

    Args:
        trials: what there is to do, in this order.
        patience_s: how long an endpoint may be without an answer before the run ends.
        clock: seconds (time.monotonic).
    """

    def __init__(
        self,
        engine: Engine,
        trials: Sequence[Trial],
        keeps: Collection[Keeps],
        watches: Watches,
        *,
        patience_s: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._left = deque(trials)
        self._keeps = keeps
        self._watches = watches
        self._patience_s = patience_s
        self._clock = clock
        self._under_way: dict[int, Trial] = {}
        self._attempts: Counter[int] = Counter()
        self._in_a_row = 0
        self._silent_since: float | None = None
        self._pause_s = FIRST_PAUSE_S
        self._paused_until = 0.0
        self.given_up: list[Fault] = []
        """Trials that the system failed, with what ended them last."""

    def run(self) -> None:
        """Attempt all.

        Raises:
            ConfigurationError: what no second attempt mends.
            ModelUnavailable: the endpoint has not answered for longer than the patience lasts.
            OperatorError: nothing can be attempted or kept any more, or three trials in a row were given up.
            KeyboardInterrupt: passed on. Whatever was kept is whole, and what was under way is not kept.
        """
        while self._left or self._under_way:
            self._hand_out()
            for outcome in self._engine.outcomes(self._wait_s()):
                if self._under_way.pop(outcome.trial.index, None) is None:
                    continue  # given twice by what runs the engine; the first one counts
                match outcome:
                    case Ended():
                        self._ended(outcome)
                    case Fault():
                        self._failed(outcome)
                    case Lost(trial, why):
                        self._failed(Fault(trial, "environment", why))
            self._watches.looked(len(self._under_way))

    def _hand_out(self) -> None:
        """Keep the engine busy; while the model's endpoint is silent, try one."""
        if self._silent_since is not None:
            most = 1 if self._clock() >= self._paused_until else 0
        else:
            most = max(self._engine.backlog, 1)
        while self._left and len(self._under_way) < most:
            trial = self._left.popleft()
            self._under_way[trial.index] = trial
            self._engine.submit(trial)

    def _wait_s(self) -> float:
        if self._silent_since is None:
            return _LOOK_S
        return min(max(self._paused_until - self._clock(), 0.01), _LOOK_S)

    def _ended(self, ended: Ended) -> None:
        for keep in self._keeps:
            keep.keep(ended)
        self._in_a_row = 0
        self._silent_since, self._pause_s = None, FIRST_PAUSE_S
        self._watches.ended(ended)

    def _failed(self, fault: Fault) -> None:
        if fault.kind == "configuration":
            raise ConfigurationError(fault.message)
        if fault.kind == "endpoint":
            self._pause(fault)
            return
        self._attempts[fault.trial.index] += 1
        if fault.kind == "environment" and self._attempts[fault.trial.index] < MOST_ATTEMPTS:
            self._left.appendleft(fault.trial)
            self._watches.again(fault.trial, fault.message)
            return
        self._give_up(fault)

    def _give_up(self, fault: Fault) -> None:
        for keep in self._keeps:
            keep.keep_fault(fault)
        self.given_up.append(fault)
        self._watches.given_up(fault)
        self._in_a_row += 1
        if self._in_a_row >= MOST_GIVEN_UP_IN_A_ROW:
            raise _RAISED[fault.kind](fault.message)

    def _pause(self, fault: Fault) -> None:
        """The endpoint does not answer: the episode counts for nothing, and is attempted again after a while, behind
        the others, since it may be the only one that the endpoint cannot answer."""
        self._left.append(fault.trial)
        now = self._clock()
        if self._silent_since is None:
            self._silent_since = now
        elif now < self._paused_until:
            return  # one that was under way when the pause began
        if now - self._silent_since >= self._patience_s:
            raise ModelUnavailable(fault.message)
        self._paused_until = now + min(self._pause_s, self._patience_s)
        self._watches.paused(fault.message, self._paused_until - now)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
