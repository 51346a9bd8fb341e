"""``bench household --check``: many games on two engines at once, in several processes, and what they showed."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import msgspec

from embodied_codeact.envs.household.check import Difference, GameCheck, check_game
from embodied_codeact.envs.household.check_games import CheckedGame, generated_games, given_games
from embodied_codeact.envs.household.engine import Engine, native_engine
from embodied_codeact.envs.household.engine_stock import stock_engine
from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure

MakeEngine = Callable[[], Engine]
MakeReference = Callable[[], TextWorldEngine]
_SHOWN = 20


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared.

    ``games``: a file or folder of games besides the generated ones. ``generated``: how many are generated. ``steps``:
    commands in a game, at least. ``seed``: chooses generated games and commands. ``jobs``: processes; 0 for as many as
    there are cores.
    """

    games: str = ""
    generated: int = 100
    steps: int = 200
    seed: int = 0
    jobs: int = 0


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison showed. The fractions are of all moments: each start of a game and each step."""

    passed: bool
    games: int
    generated: int
    games_won: int
    moments: int
    random_steps: int
    expert_steps: int
    malformed_steps: int
    restored: int
    observations_equal: float
    admissible_equal: float
    won_equal: float
    games_different: list[str]
    differences: list[Difference]

    def lines(self) -> list[str]:
        """Tell it in words."""
        told = [
            f"{self.games + self.generated} games ({self.generated} of them generated), {self.games_won} won; "
            f"{self.moments} moments compared: {self.random_steps} random, {self.expert_steps} expert and "
            f"{self.malformed_steps} malformed commands, and the starts; our engine was restored {self.restored} times",
            f"observations equal: {_percent(self.observations_equal)}",
            f"admissible commands equal: {_percent(self.admissible_equal)}",
            f"won equal: {_percent(self.won_equal)}",
        ]
        for difference in self.differences:
            told += [
                f"{difference.game}, step {difference.step}, {difference.command!r}: {difference.aspect} differs",
                f"  ours:      {difference.ours!r}",
                f"  reference: {difference.reference!r}",
                f"  commands since the start: {difference.commands!r}",
            ]
        if len(self.games_different) > len({difference.game for difference in self.differences}):
            told.append(f"games that differ: {', '.join(self.games_different)}")
        return told


def _percent(fraction: float) -> str:
    # Rounded down: what is not equal everywhere is never called 100 %.
    return f"{int(fraction * 100_000) / 1000:g} %"


def run_check(
    options: CheckOptions,
    tell: Callable[[str], None],
    *,
    make_ours: MakeEngine = native_engine,
    make_reference: MakeReference = stock_engine,
) -> CheckReport:
    """Compare the engines on the games given and on generated ones. ``tell`` hears of each game as it is done.

    Raises:
        ConfigurationError: there is no game, or the reference cannot play one.
        EnvironmentFailure: a process of the check died.
    """
    given = given_games(options.games) if options.games else []
    games = [*given, *generated_games(options.generated, options.seed)]
    if not games or options.steps < 1:
        raise ConfigurationError("nothing to compare: give games, or generated=N and steps=N of at least 1")
    results: dict[str, GameCheck] = {}
    with contextlib.closing(_play_all(games, options, make_ours, make_reference)) as played:
        for result in played:
            results[result.game] = result
            verdict = "differs" if result.differences else "equal"
            tell(f"{len(results)}/{len(games)} {result.game}: {result.moments} moments, {verdict}")
    return _report([results[checked.name] for checked in games], len(given))


def _report(results: list[GameCheck], given: int) -> CheckReport:
    moments = sum(result.moments for result in results)
    different = [result for result in results if result.differences]
    shown = [difference for result in different for difference in result.differences][:_SHOWN]
    return CheckReport(
        passed=not different,
        games=given,
        generated=len(results) - given,
        games_won=sum(result.won for result in results),
        moments=moments,
        random_steps=sum(result.random_steps for result in results),
        expert_steps=sum(result.expert_steps for result in results),
        malformed_steps=sum(result.malformed_steps for result in results),
        restored=sum(result.restored for result in results),
        observations_equal=sum(result.observations_equal for result in results) / moments,
        admissible_equal=sum(result.admissible_equal for result in results) / moments,
        won_equal=sum(result.won_equal for result in results) / moments,
        games_different=[result.game for result in different],
        differences=shown,
    )


def _play_all(
    games: list[CheckedGame], options: CheckOptions, make_ours: MakeEngine, make_reference: MakeReference
) -> Generator[GameCheck]:
    jobs = min(options.jobs or os.cpu_count() or 1, len(games))
    if jobs == 1:
        engines = _Engines(make_ours, make_reference)
        with contextlib.closing(engines):
            for checked in games:
                yield engines.check(checked, options)
        return
    # Spawned, not forked: the reference's planner is a C++ library with a state of its own.
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _begin_worker, (make_ours, make_reference))
    try:
        waiting: list[Future[GameCheck]] = [executor.submit(_check_in_worker, checked, options) for checked in games]
        for done in as_completed(waiting):
            yield done.result()
    except BrokenProcessPool as error:
        raise EnvironmentFailure(f"a process of the check died ({error}): run it with jobs=1 to see where") from error
    finally:
        executor.shutdown(cancel_futures=True)


class _Engines:
    """The two engines of one process: each plays one game after another, as in use."""

    def __init__(self, make_ours: MakeEngine, make_reference: MakeReference) -> None:
        self.ours, self.reference = make_ours(), make_reference()

    def check(self, checked: CheckedGame, options: CheckOptions) -> GameCheck:
        return check_game(checked, self.ours, self.reference, steps=options.steps, seed=options.seed)

    def close(self) -> None:
        self.ours.close()
        self.reference.close()


_engines: list[_Engines] = []


def _begin_worker(make_ours: MakeEngine, make_reference: MakeReference) -> None:
    # Ctrl-C is for the process that waits for this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _engines.append(_Engines(make_ours, make_reference))


def _check_in_worker(checked: CheckedGame, options: CheckOptions) -> GameCheck:
    return _engines[0].check(checked, options)
