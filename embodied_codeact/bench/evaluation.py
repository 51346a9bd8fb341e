"""What an evaluation costs besides its episodes, and what a second worker gains: homes of our own with the expert."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from embodied_codeact.contracts import Measure
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.evaluation.engine import Ended, Engine, Fault, Job
from embodied_codeact.evaluation.engine_local import LocalEngine
from embodied_codeact.evaluation.plan import Plan, make_plan
from embodied_codeact.evaluation.run_folder import RunManifest
from embodied_codeact.evaluation.run_store import RunStore
from embodied_codeact.evaluation.suites import Generated, Part, Suite, Trial
from embodied_codeact.evaluation.trials import TrialRunner
from embodied_codeact.interpreter.records import SandboxMode

EPISODES = 200
ROUNDS = 5
_SUITE = Suite("homes", [Part("household", generate=Generated(count=EPISODES, seed=1))])


class Round(msgspec.Struct, frozen=True):
    """So many episodes, played through to the disk. Seconds; ``played_s`` is the sum of the episodes' own."""

    episodes: int
    wall_s: float
    played_s: float

    @property
    def rate(self) -> float:
        """Episodes a second."""
        return self.episodes / self.wall_s


class _Played:
    """Adds up how long the episodes themselves took."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.faults: list[str] = []

    def ended(self, ended: Ended) -> None:
        self.seconds += ended.seconds

    def given_up(self, fault: Fault) -> None:
        self.faults.append(fault.message)

    def again(self, trial: Trial, why: str) -> None:
        self.faults.append(f"{trial.key}: {why}")

    def paused(self, why: str, seconds: float) -> None:
        self.faults.append(f"{why} ({seconds:.0f} s)")

    def looked(self, under_way: int) -> None:
        del under_way


def bench_evaluation(
    sandbox: SandboxMode = "strict", *, episodes: int = EPISODES, rounds: int = ROUNDS
) -> list[Measure]:
    """Measure one process on all cores, one worker and two in turn, ``rounds`` times with ``episodes`` episodes each.

    Raises:
        OperatorError: an engine or an environment does not start.
    """
    with tempfile.TemporaryDirectory(prefix="eca-") as folder:
        plan = make_plan(_SUITE, Path(folder) / "tasks")
        trials = plan.trials[:episodes]
        job = Job(places=plan.places, model="expert", sandbox=sandbox)
        with LocalEngine(job) as free, LocalEngine(job, 1) as one, LocalEngine(job, 2) as two:
            engines = (free, one, two)
            for engine in engines:
                run_round(Path(folder), engine, plan, trials[: max(8, episodes // 10)])
            played_by = [[run_round(Path(folder), engine, plan, trials) for engine in engines] for _ in range(rounds)]
    unbound, single, double = zip(*played_by, strict=True)
    overhead = statistics.median((each.wall_s - each.played_s) / each.episodes for each in single)
    played = statistics.median(each.played_s / each.episodes for each in single)
    return [
        _beside("episodes a second, 2 workers", double, "1 worker", single),
        _beside("the same", double, "one process on all cores", unbound),
        Measure.beside(
            "runner, engine and disk, besides an episode", 1e3 * overhead, "ms", "the episode itself", 1e3 * played
        ),
    ]


def _beside(name: str, ours: Sequence[Round], reference: str, theirs: Sequence[Round]) -> Measure:
    """Rates as medians; their ratio as the median of the rounds' own, since a machine's speed may drift."""
    rates = [statistics.median(each.rate for each in rounds) for rounds in (ours, theirs)]
    ratio = statistics.median(mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True))
    return Measure(name, rates[0], "/s", reference, rates[1], ratio)


def run_round(folder: Path, engine: Engine, plan: Plan, trials: Sequence[Trial]) -> Round:
    """Play trials into a fresh run below ``folder``, which is removed again.

    Raises:
        OperatorError: an episode failed.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        watched = _Played()
        manifest = RunManifest(suite=plan.suite, model="expert")
        with RunStore(Path(place) / "run", manifest, trials) as store:
            runner = TrialRunner(engine, trials, [store], watched)
            began = time.perf_counter()
            runner.run()
            wall_s = time.perf_counter() - began
    if watched.faults:
        raise EnvironmentFailure(f"the benchmark's own episodes failed: {watched.faults[0]}")
    return Round(len(trials), wall_s, watched.seconds)
