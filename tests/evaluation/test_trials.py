"""The runner, with an engine that does as it is told: what is tried again, what is given up, when it waits."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Sequence

import pytest

from embodied_codeact.contracts import Task
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, ModelError, ModelUnavailable, OperatorError
from embodied_codeact.evaluation.engine import Ended, Fault, FaultKind, Lost, Outcome
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.evaluation.trials import FIRST_PAUSE_S, LONGEST_PAUSE_S, TrialRunner

Answers = Callable[[Trial, int], Sequence[Outcome]]


def trial(index: int) -> Trial:
    return Trial(index, "counter", Task(f"t{index}", "counter", "count"))


def solved(of: Trial) -> Ended:
    return Ended(of, b"{}", success=True, turns=1, tokens=10, seconds=0.1)


def failed(of: Trial, kind: FaultKind) -> Fault:
    return Fault(of, kind, f"the {kind} failed", b"{}")


class ToldEngine:
    """Answers each attempt at a trial as it is told: ``answers(trial, attempt)``, attempts counted from 1."""

    capacity = 2
    backlog = 4

    def __init__(self, answers: Answers, clock: Clock) -> None:
        self.attempts: Counter[int] = Counter()
        self.most_under_way = 0
        self._answers = answers
        self._clock = clock
        self._submitted: deque[Trial] = deque()

    def submit(self, trial: Trial) -> None:
        self._submitted.append(trial)
        self.most_under_way = max(self.most_under_way, len(self._submitted))

    def outcomes(self, timeout_s: float) -> Sequence[Outcome]:
        if not self._submitted:
            self._clock.now += timeout_s
            return []
        self._clock.now += 0.1
        given = self._submitted.popleft()
        self.attempts[given.index] += 1
        return self._answers(given, self.attempts[given.index])

    def close(self, *, grace_s: float = 10.0) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Notes:
    """Keeps and watches: notes everything."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.faults: list[str] = []
        self.tried_again: list[int] = []
        self.pauses: list[float] = []

    def keep(self, ended: Ended) -> None:
        self.kept.append(ended.trial.index)

    def keep_fault(self, fault: Fault) -> None:
        self.faults.append(fault.message)

    def ended(self, ended: Ended) -> None:
        assert ended.trial.index in self.kept, "shown before it was kept"

    def given_up(self, fault: Fault) -> None:
        pass

    def again(self, trial: Trial, why: str) -> None:
        del why
        self.tried_again.append(trial.index)

    def paused(self, why: str, seconds: float) -> None:
        del why
        self.pauses.append(seconds)

    def looked(self, under_way: int) -> None:
        pass


def run(answers: Answers, count: int = 5, patience_s: float = 3600.0) -> tuple[Notes, ToldEngine, TrialRunner, Clock]:
    clock, notes = Clock(), Notes()
    engine = ToldEngine(answers, clock)
    runner = TrialRunner(engine, [trial(n) for n in range(count)], [notes], notes, patience_s=patience_s, clock=clock)
    runner.run()
    return notes, engine, runner, clock


def test_each_trial_is_kept_once_and_the_engine_is_kept_busy() -> None:
    notes, engine, runner, _ = run(lambda of, _: [solved(of)])
    assert notes.kept == [0, 1, 2, 3, 4]
    assert not runner.given_up
    assert engine.most_under_way == 4


def test_an_outcome_that_comes_twice_counts_once() -> None:
    notes, *_ = run(lambda of, _: [solved(of), solved(of), failed(of, "environment")])
    assert (notes.kept, notes.faults, notes.tried_again) == ([0, 1, 2, 3, 4], [], [])


@pytest.mark.parametrize("how", ["environment", "lost"])
def test_what_the_system_failed_is_attempted_again_and_given_up_after_three_times(how: str) -> None:
    def answers(of: Trial, attempt: int) -> Sequence[Outcome]:
        if of.index == 1 or (of.index == 3 and attempt < 3):
            return [Lost(of, "a worker was killed") if how == "lost" else failed(of, "environment")]
        return [solved(of)]

    notes, engine, runner, _ = run(answers)
    assert sorted(notes.kept) == [0, 2, 3, 4]
    assert engine.attempts == {0: 1, 1: 3, 2: 1, 3: 3, 4: 1}
    assert [fault.trial.index for fault in runner.given_up] == [1]
    assert len(notes.faults) == 1


def test_what_a_model_refuses_is_not_asked_again() -> None:
    notes, engine, runner, _ = run(lambda of, _: [failed(of, "model") if of.index == 2 else solved(of)])
    assert notes.kept == [0, 1, 3, 4]
    assert engine.attempts[2] == 1
    assert [fault.message for fault in runner.given_up] == ["the model failed"]


@pytest.mark.parametrize(("kind", "raised"), [("model", ModelError), ("environment", EnvironmentFailure)])
def test_three_that_are_given_up_in_a_row_end_the_run(kind: FaultKind, raised: type[OperatorError]) -> None:
    with pytest.raises(raised, match=f"the {kind} failed"):
        run(lambda of, _: [failed(of, kind) if of.index >= 1 else solved(of)], count=20)


def test_what_no_second_attempt_mends_ends_the_run_at_once() -> None:
    with pytest.raises(ConfigurationError, match="the configuration failed"):
        run(lambda of, _: [failed(of, "configuration")])


def test_a_silent_endpoint_pauses_the_run_and_nothing_is_scored() -> None:
    """It is silent for the first 200 seconds, in which it is tried with one episode at a time, ever more seldom."""
    times: list[float] = []

    def answers(of: Trial, _: int) -> Sequence[Outcome]:
        times.append(clocks[0].now)
        return [failed(of, "endpoint") if clocks[0].now < 200 else solved(of)]

    clock, notes = Clock(), Notes()
    clocks = [clock]
    engine = ToldEngine(answers, clock)
    runner = TrialRunner(engine, [trial(n) for n in range(5)], [notes], notes, clock=clock)
    runner.run()
    assert sorted(notes.kept) == [0, 1, 2, 3, 4]
    assert (notes.faults, runner.given_up) == ([], [])
    expected = [min(FIRST_PAUSE_S * 2**n, LONGEST_PAUSE_S) for n in range(len(notes.pauses))]
    assert notes.pauses == pytest.approx(expected)
    waits = [later - earlier for earlier, later in itertools.pairwise(times) if earlier < 200]
    assert [wait for wait in waits if wait > 1] == pytest.approx(notes.pauses, abs=1.0)


def test_an_episode_that_the_endpoint_never_answers_does_not_keep_the_others_from_theirs() -> None:
    notes = Notes()
    clock = Clock()
    engine = ToldEngine(lambda of, _: [failed(of, "endpoint") if of.index < 2 else solved(of)], clock)
    runner = TrialRunner(engine, [trial(n) for n in range(6)], [notes], notes, clock=clock)
    with pytest.raises(ModelUnavailable, match="the endpoint failed"):
        runner.run()
    assert sorted(notes.kept) == [2, 3, 4, 5]


def test_patience_with_an_endpoint_has_an_end() -> None:
    with pytest.raises(ModelUnavailable, match="the endpoint failed"):
        run(lambda of, _: [failed(of, "endpoint")], patience_s=60.0)
    with pytest.raises(ModelUnavailable):
        run(lambda of, _: [failed(of, "endpoint")], patience_s=0.0)


def test_a_result_that_cannot_be_kept_ends_the_run() -> None:
    class Full(Notes):
        def keep(self, ended: Ended) -> None:
            if ended.trial.index == 2:
                raise OperatorError("the disk is full")
            super().keep(ended)

    clock, notes = Clock(), Full()
    engine = ToldEngine(lambda of, _: [solved(of)], clock)
    with pytest.raises(OperatorError, match="the disk is full"):
        TrialRunner(engine, [trial(n) for n in range(5)], [notes], notes, clock=clock).run()
    assert notes.kept == [0, 1]
