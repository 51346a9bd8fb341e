"""Measures the household: both engines in turn on the same games, the whole path, memory, and two processes.

``--check`` compares the engines' words instead (``check_run``).
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import CheckReport, Measure, SavingSession, Task
from embodied_codeact.envs.household.bench_episodes import memory_after_mb, random_walks, steps_per_second
from embodied_codeact.envs.household.check_run import CheckOptions, run_check
from embodied_codeact.envs.household.engine import Engine, native_engine, textworld_engine
from embodied_codeact.envs.household.games import Game, read_game
from embodied_codeact.errors import EnvironmentFailure

REFERENCE = "TextWorld"
_GAMES = 6
"""Of the session's, evenly chosen."""
_STEPS = 30
"""Of a walk."""
_EPISODES = 40
"""Walks of ours for one walk of the reference, so that both take long enough to be timed."""
_RESETS = 20
_CALLS = 2000
_CALL_ROUNDS = 5
_SCRIPT_S = 120.0
_MEMORY_EPISODES = (200, 2000)
_MEMORY_GAMES = 100
_PROCESS_S = 1.0
_PROCESS_ROUNDS = 5
_CALL = """
import time
names = state.places[:4]
began = time.perf_counter()
for index in range({count} // 4):
    name = names[index % len(names)]
    house.goto(name)
    house.examine(name)
    house.look()
    house.inventory()
print({count} / (time.perf_counter() - began))
"""


class HouseholdBenchmark:
    """Satisfies :class:`~embodied_codeact.contracts.Benchmark`, and ``ChecksItself`` there."""

    options: dict[str, str] = {}  # noqa: RUF012 - as the protocol has it
    check_options: type[msgspec.Struct] = CheckOptions

    def measure(self, session: SavingSession) -> Sequence[Measure]:
        """Time the engines on some of the session's games, then everything around them."""
        tasks = session.describe().tasks
        chosen = [tasks[index * len(tasks) // _GAMES] for index in range(min(_GAMES, len(tasks)))]
        paths = [str(task.metadata["game"]) for task in chosen]
        with ProcessPoolExecutor(2, get_context("spawn")) as processes:
            measures = _engines(processes, paths)
            measures.append(_whole_path(session, chosen[0]))
            measures.append(_two_processes(processes, paths))
            measures.append(_memory(processes, [str(task.metadata["game"]) for task in tasks[:_MEMORY_GAMES]]))
        return measures

    def check(self, options: Any, tell: Callable[[str], None]) -> CheckReport:
        """Compare the engines word for word, on the games given and on generated ones.

        Raises:
            ConfigurationError: there is no game, or the reference cannot play one.
        """
        return run_check(options, tell)


class _Timed(msgspec.Struct):
    """Seconds, of one engine on one game."""

    first_reset: float
    later_reset: float
    step_with_commands: float
    step: float


def _engines(processes: ProcessPoolExecutor, paths: Sequence[str]) -> list[Measure]:
    ours: list[_Timed] = []
    theirs: list[_Timed] = []
    for index, path in enumerate(paths):
        # Walked elsewhere, so that no engine here has worked anything out before it is timed.
        walks = processes.submit(random_walks, path, _EPISODES, _STEPS, index).result()
        game = read_game(Path(path))
        # In turn, so that a busy machine slows both.
        theirs.append(_timed(textworld_engine, game, walks[:1], resets=2))
        ours.append(_timed(native_engine, game, walks, resets=_RESETS))
    return [
        _rates("steps, admissible commands asked for at each", ours, theirs, "step_with_commands"),
        _rates("steps", ours, theirs, "step"),
        _rates("first resets of a game", ours, theirs, "first_reset"),
        _rates("later resets of a game", ours, theirs, "later_reset"),
    ]


def _rates(name: str, ours: Sequence[_Timed], theirs: Sequence[_Timed], field: str) -> Measure:
    """The medians over the games of two rates, with the median of the games' ratios."""
    mine, other = ([1 / getattr(timed, field) for timed in those] for those in (ours, theirs))
    ratio = statistics.median(a / b for a, b in zip(mine, other, strict=True))
    return Measure(name, statistics.median(mine), "1/s", REFERENCE, statistics.median(other), ratio)


def _timed(make: Callable[[], Engine], game: Game, walks: Sequence[Sequence[str]], *, resets: int) -> _Timed:
    """Time one engine: two resets and more, the walks as they are given, and as many of its own choosing."""
    engine = make()
    try:
        first = _seconds(lambda: engine.start(game))
        later = statistics.median(_seconds(lambda: engine.start(game)) for _ in range(resets))
        bare = asked = 0.0
        rng = random.Random(0)
        for walk in walks:
            engine.start(game)
            bare += _seconds(partial(_follow, engine, walk))
            engine.start(game)
            asked += _seconds(lambda: _wander(engine, rng))
    finally:
        engine.close()
    steps = len(walks) * _STEPS
    return _Timed(first, later, asked / steps, bare / steps)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _follow(engine: Engine, walk: Sequence[str]) -> None:
    for command in walk:
        engine.command(command)


def _wander(engine: Engine, rng: random.Random) -> None:
    for _ in range(_STEPS):
        engine.command(rng.choice(engine.admissible()))


def _whole_path(session: SavingSession, task: Task) -> Measure:
    """Calls that a script makes one after another: interpreter, channel, world, engine, and all the way back."""
    rates = []
    for _ in range(_CALL_ROUNDS):
        session.reset(task)
        result, _ = session.execute(_CALL.format(count=_CALLS), timeout_s=_SCRIPT_S)
        if result.error is not None:
            raise EnvironmentFailure(f"a script of the benchmark failed: {result.error.message}")
        rates.append(float(result.stdout))
    return Measure("primitive calls of a script, the whole path", statistics.median(rates), "1/s")


def _two_processes(processes: ProcessPoolExecutor, paths: Sequence[str]) -> Measure:
    """Steps a second of two processes at once against one alone, in turn."""
    rounds = list(_alone_and_together(processes, paths))[1:]  # the first starts the processes
    alone, together = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    ratio = statistics.median(both / one for one, both in rounds)
    return Measure("steps of two processes at once", together, "1/s", "one process", alone, ratio)


def _alone_and_together(processes: ProcessPoolExecutor, paths: Sequence[str]) -> Iterator[tuple[float, float]]:
    for _ in range(_PROCESS_ROUNDS + 1):
        alone = processes.submit(steps_per_second, paths, time.monotonic(), _PROCESS_S).result()
        begin = time.monotonic() + 0.2
        both = [processes.submit(steps_per_second, paths, begin, _PROCESS_S) for _ in range(2)]
        yield alone, sum(rate.result() for rate in both)


def _memory(processes: ProcessPoolExecutor, paths: Sequence[str]) -> Measure:
    early, late = processes.submit(memory_after_mb, paths, _MEMORY_EPISODES).result()
    name = f"memory of a process after {_MEMORY_EPISODES[1]:,} episodes"
    return Measure.beside(name, late, "MB", f"after {_MEMORY_EPISODES[0]} episodes", early)


benchmark = HouseholdBenchmark()

__all__ = ["HouseholdBenchmark", "benchmark"]
