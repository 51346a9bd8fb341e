"""What tests and measurements of engines share: generated households to attempt, and what of an episode must be the
same whoever attempted it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import Episode
from embodied_codeact.evaluation.engine import Ended, Engine, Fault, Job
from embodied_codeact.evaluation.plan import Plan, Selection, make_plan
from embodied_codeact.evaluation.suites import Generated, Part, Suite, Trial
from embodied_codeact.evaluation.trials import TrialRunner
from embodied_codeact.trajectories.codec import decode_episode


def households(folder: Path, count: int, seeds: int = 1) -> Plan:
    """So many generated households, each with so many seeds; the last ones are done again and again otherwise."""
    part = Part("household", "homes", generate=Generated(count, seed=11))
    return make_plan(Suite("homes", [part], seeds=seeds), folder, Selection())


def expert_job(plan: Plan, lanes: int = 1) -> Job:
    """The environments' own experts, in those places."""
    return Job(places=plan.places, model="expert", lanes=lanes)


def essence(episode: Episode) -> dict[str, Any]:
    """All of an episode that does not depend on how fast and where it was played."""
    turns = [
        {
            "reply": turn.reply,
            "observation": turn.observation,
            "state": turn.state,
            "status": turn.status,
            "stdout": turn.result and turn.result.stdout,
            "error": turn.result and turn.result.error,
            "calls": [
                msgspec.structs.replace(call, duration_s=0.0) for call in (turn.result.calls if turn.result else [])
            ],
        }
        for turn in episode.turns
    ]
    kept = {name: getattr(episode, name) for name in ("task", "messages", "status", "end", "answer", "error")}
    return {**kept, "turns": turns}


class Kept:
    """Keeps what a run gives, in memory. Satisfies what the runner asks of a store and of a display.

    ``on_ended`` is told how many episodes have ended, each time.
    """

    def __init__(self, on_ended: Callable[[int], None] = lambda _: None) -> None:
        self.lines: dict[str, bytes] = {}
        self.times: Counter[str] = Counter()
        self.again_because: list[str] = []
        self._on_ended = on_ended

    @property
    def essences(self) -> dict[str, dict[str, Any]]:
        """Of every episode, by the key of its trial."""
        return {key: essence(decode_episode(line)) for key, line in self.lines.items()}

    def keep(self, ended: Ended) -> None:
        self.lines[ended.trial.key] = ended.line
        self.times[ended.trial.key] += 1

    def keep_fault(self, fault: Fault) -> None:
        raise AssertionError(f"given up: {fault.message}")

    def ended(self, ended: Ended) -> None:
        del ended
        self._on_ended(len(self.lines))

    def given_up(self, fault: Fault) -> None:
        raise AssertionError(f"given up: {fault.message}")

    def again(self, trial: Trial, why: str) -> None:
        del trial
        self.again_because.append(why)

    def paused(self, why: str, seconds: float) -> None:
        raise AssertionError(f"paused for {seconds} s: {why}")

    def looked(self, under_way: int) -> None:
        pass


def attempt_all(engine: Engine, trials: Sequence[Trial], on_ended: Callable[[int], None] = lambda _: None) -> Kept:
    """Run all trials with an engine; every one of them ends once."""
    kept = Kept(on_ended)
    TrialRunner(engine, trials, [kept], kept).run()
    assert kept.times == Counter(trial.key for trial in trials)
    return kept
