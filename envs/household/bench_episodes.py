"""What the household's benchmark runs in processes of their own: episodes without end, and what they take."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

from embodied_codeact.contracts import WorldContext
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.environment import HouseholdEnvironment, HouseholdOptions
from embodied_codeact.envs.household.games import read_game

EPISODE_STEPS = 50
_PLACES = 8
_PAGE = os.sysconf("SC_PAGE_SIZE")


def steps_per_second(paths: Sequence[str], begin: float, seconds: float) -> float:
    """Play random episodes on the native engine from ``begin`` (of the monotonic clock, which processes share) for so
    many seconds, admissible commands asked for at each step; return the steps a second."""
    engine = NativeEngine()
    rng = random.Random(0)
    games = [read_game(Path(path)) for path in paths]
    for game in games:
        engine.start(game)
    time.sleep(max(0.0, begin - time.monotonic()))
    steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        engine.start(rng.choice(games))
        for _ in range(EPISODE_STEPS):
            engine.command(rng.choice(engine.admissible()))
        steps += EPISODE_STEPS
    rate = steps / (time.perf_counter() - began)
    engine.close()
    return rate


def random_walks(path: str, count: int, steps: int, seed: int) -> list[list[str]]:
    """Return the commands of random walks through a game, each from its beginning."""
    engine = NativeEngine()
    game = read_game(Path(path))
    rng = random.Random(seed)
    walks: list[list[str]] = []
    for _ in range(count):
        engine.start(game)
        walks.append([])
        for _ in range(steps):
            walks[-1].append(rng.choice(engine.admissible()))
            engine.command(walks[-1][-1])
    engine.close()
    return walks


def memory_after_mb(paths: Sequence[str], episodes: Sequence[int]) -> list[float]:
    """Play episodes through an adapter, as scripts do, and return this process's resident memory (MB) after so many
    episodes as each of ``episodes`` says, in rising order."""
    environment = HouseholdEnvironment()
    worlds = []
    for path in paths:
        options = HouseholdOptions(games=path)
        worlds.append((environment.adapter(options, WorldContext()), environment.tasks(options)[0]))
    taken: list[float] = []
    for episode in range(episodes[-1]):
        adapter, task = worlds[episode % len(worlds)]
        places = adapter.reset(task).state["places"]
        house = adapter.primitives()["house"]
        for place in places[:_PLACES]:
            house.goto(place)
            house.open(place)
            for thing in adapter.observe().state["seen"].get(place, ())[:1]:
                house.take(thing, place)
                house.put(thing, place)
        if episode + 1 in episodes:
            taken.append(_resident_mb())
    for adapter, _ in worlds:
        adapter.close()
    return taken


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE / 1e6
