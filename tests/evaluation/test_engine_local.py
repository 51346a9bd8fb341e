"""Worker processes: real environments and agents in each, and what becomes of trials where one dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from embodied_codeact.contracts import Episode, Task
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.engine import Ended, Fault, Job, Lost, Outcome, Place
from embodied_codeact.evaluation.engine_local import LocalEngine
from embodied_codeact.evaluation.suites import Trial
from tests.cli.support import NEVER_ENDS, SOLVES, write_trace

WAIT_S = 60.0
TASKS = [Task("reach-3", "counter", "make the counter show 3", seed=seed) for seed in range(8)]


def trials(count: int = 8) -> list[Trial]:
    return [Trial(index, "counter", task) for index, task in enumerate(TASKS[:count])]


def job(trace: Path, lanes: int = 1) -> Job:
    return Job(places={"counter": Place("counter")}, model=f"replay:{trace}", sandbox="best", lanes=lanes)


def outcomes(engine: LocalEngine, count: int, meanwhile: Callable[[int], None] = lambda _: None) -> list[Outcome]:
    found: list[Outcome] = []
    until = time.monotonic() + WAIT_S
    while len(found) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} outcomes came"
        found += engine.outcomes(0.05)
        meanwhile(len(found))
    return found


@pytest.mark.usefixtures("counter_installed")
@pytest.mark.parametrize(("workers", "lanes"), [(2, 1), (1, 3)])
def test_every_trial_is_attempted_once(tmp_path: Path, workers: int, lanes: int) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    with LocalEngine(job(trace, lanes), workers) as engine:
        assert engine.capacity == workers * lanes
        for each in trials():
            engine.submit(each)
        found = outcomes(engine, 8)
        assert engine.outcomes(0.1) == []
    assert sorted(outcome.trial.index for outcome in found) == list(range(8))
    for outcome in found:
        assert isinstance(outcome, Ended)
        assert (outcome.success, outcome.turns) == (True, 1)
        episode = msgspec.json.decode(outcome.line, type=Episode)
        assert episode.metadata["trial"] == outcome.trial.key
        assert episode.status.success


@pytest.mark.usefixtures("counter_installed")
def test_what_a_killed_worker_was_at_is_lost_and_the_rest_is_attempted(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    write_trace(trace, [NEVER_ENDS], msgspec.structs.replace(TASKS[0], id="reach-never", instruction="wait for ever"))
    never = Trial(99, "counter", Task("reach-3", "counter", "wait for ever"))
    with LocalEngine(job(trace), 1) as engine:
        first = engine.pids

        def kill(count: int) -> None:
            if count == 1 and engine.pids == first:
                os.kill(first[0], signal.SIGKILL)

        engine.submit(trials()[0])
        engine.submit(never)
        engine.submit(trials()[1])
        found = outcomes(engine, 3, kill)
        assert engine.pids != first
    kinds = {outcome.trial.index: type(outcome) for outcome in found}
    assert kinds.pop(0) is Ended
    # Killed between two trials, or at the second.
    assert sorted(kinds) == [1, 99]
    lost = [outcome for outcome in found if isinstance(outcome, Lost)]
    assert all("killed by SIGKILL" in outcome.why for outcome in lost)
    assert [outcome.trial.index for outcome in lost] == [99]


@pytest.mark.usefixtures("counter_installed")
def test_a_job_that_cannot_be_done_says_why(tmp_path: Path) -> None:
    def refused(wrong: Job) -> str:
        with LocalEngine(wrong, 1) as engine:
            engine.submit(trials()[0])
            with pytest.raises(ConfigurationError) as raised:
                outcomes(engine, 1)
        return str(raised.value)

    assert "nowhere.jsonl" in refused(job(tmp_path / "nowhere.jsonl"))
    assert "unknown dialect 'mnit'" in refused(msgspec.structs.replace(job(tmp_path), dialect="mnit"))


@pytest.mark.usefixtures("counter_installed")
def test_an_environment_that_does_not_start_is_a_fault_of_each_trial(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    places = {"counter": Place("counter", {"limit": "many"})}
    with LocalEngine(msgspec.structs.replace(job(trace), places=places), 1) as engine:
        engine.submit(trials()[0])
        (fault,) = outcomes(engine, 1)
    assert isinstance(fault, Fault)
    assert fault.kind == "configuration"


@pytest.mark.usefixtures("counter_installed")
def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [NEVER_ENDS])
    engine = LocalEngine(job(trace, lanes=2), 2)
    for each in trials():
        engine.submit(each)
    seen: Sequence[Outcome] = engine.outcomes(3.0)
    engine.close()
    engine.close()
    assert seen == []
