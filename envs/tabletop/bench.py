"""Measures the tabletop: physics while oracles run through the whole path, resets, saves, planning and pictures."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import pybullet

from embodied_codeact.contracts import Measure, Observation, SavingSession, Task
from embodied_codeact.envs.tabletop.sensors import TIMING
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.envs.tabletop.tasks import TASKS
from embodied_codeact.errors import EnvironmentFailure

_PLAYED = ("stack-two", "place-in-bowl", "line-up")
"""Tasks whose oracles are timed: few objects, a bowl, many motions."""
_SEEDS = 3
_BARE_STEPS = 1500
_RESETS = 20
_SAVES = 20
_PICTURES = 5
_SCRIPT_S = 120.0
_TAKE_PICTURE = """
import time
taken = []
for _ in range({count}):
    began = time.perf_counter()
    camera.capture("overhead")
    taken.append(time.perf_counter() - began)
print(*taken)
"""


class TabletopBenchmark:
    """Satisfies :class:`~embodied_codeact.contracts.Benchmark`."""

    options: dict[str, str] = {TIMING: "true"}  # noqa: RUF012 - as the protocol has it

    def measure(self, session: SavingSession) -> Sequence[Measure]:
        """Play oracles and time everything beside it."""
        return [*_physics(session), *_resets(session), *_saves(session), _pictures(session)]


def _physics(session: SavingSession) -> list[Measure]:
    """Steps per second of motions that a script causes, against two references: PyBullet alone in the very same steps,
    and bare steps of the same scene at rest, in turn. Contacts of a grasp make a step dearer than at rest, whoever
    calls it."""
    ours, inside, rest, plans, scripts = [], [], [], [], []
    simulation = Simulation()
    try:
        for name in _PLAYED:
            for seed in range(_SEEDS):
                began = time.perf_counter()
                before, after = _play(session, name, seed)
                scripts.append(time.perf_counter() - began)
                steps, moved_s, stepped_s, planned_s = after.sensors[TIMING] - before.sensors[TIMING]
                ours.append(float(steps / moved_s))
                inside.append(float(steps / stepped_s))
                plans.append(float(planned_s))
                rest.append(_bare_rate(simulation, name, seed))
    finally:
        simulation.close()
    what = "physics while an oracle moves the arm"
    return [
        _beside(what, ours, "stepSimulation alone, in the same steps", inside),
        _beside(what, ours, "bare stepSimulation, the same scene at rest", rest),
        Measure("an oracle's script, all of it", statistics.median(scripts) * 1e3, "ms"),
        Measure("planning in an oracle's script", statistics.median(plans) * 1e3, "ms"),
    ]


def _beside(name: str, ours: list[float], reference: str, theirs: list[float]) -> Measure:
    """The medians of two rates that were measured in pairs, with the median of their ratios."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Measure(name, statistics.median(ours), "steps/s", reference, statistics.median(theirs), ratio)


def _play(session: SavingSession, name: str, seed: int) -> tuple[Observation, Observation]:
    """Run a task's oracle; return what was observed before and after."""
    before = session.reset(Task(name, "tabletop", "", seed))
    parameters = TASKS[name].phrasing.read(before.instruction)
    if parameters is None:
        raise EnvironmentFailure(f"the instruction of {name!r} is not one of its phrasings: {before.instruction}")
    result, after = session.execute(TASKS[name].script("skills", parameters), timeout_s=_SCRIPT_S)
    if result.error is not None:
        raise EnvironmentFailure(f"the oracle of {name!r}, seed {seed}, failed: {result.error.message}")
    return before, after


def _bare_rate(simulation: Simulation, name: str, seed: int) -> float:
    """Steps per second of PyBullet alone, in this process, on the task's scene."""
    simulation.build(TASKS[name].sample(np.random.default_rng(seed)).scene)
    client = simulation.client
    began = time.perf_counter()
    for _ in range(_BARE_STEPS):
        pybullet.stepSimulation(physicsClientId=client)
    return _BARE_STEPS / (time.perf_counter() - began)


def _median_ms(action: Callable[[int], object], count: int) -> float:
    times = []
    for index in range(count):
        began = time.perf_counter()
        action(index)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def _resets(session: SavingSession) -> list[Measure]:
    """A fresh seed of the same task, over the bridge, with a fresh interpreter for the scripts."""
    return [Measure(f"reset to a fresh seed of {name}", _reset_ms(session, name), "ms") for name in _PLAYED]


def _reset_ms(session: SavingSession, name: str) -> float:
    return _median_ms(lambda seed: session.reset(Task(name, "tabletop", "", seed)), _RESETS)


def _saves(session: SavingSession) -> list[Measure]:
    """Saves and restores, over the bridge."""
    session.reset(Task(_PLAYED[0], "tabletop", "", 0))
    kept: list[str] = []
    save = _median_ms(lambda _: kept.append(session.save()), _SAVES)
    restore = _median_ms(lambda index: session.restore(kept[index]), _SAVES)
    for name in kept:
        session.forget(name)
    return [Measure("save", save, "ms"), Measure("restore", restore, "ms")]


def _pictures(session: SavingSession) -> Measure:
    """A picture of the overhead camera, as a script waits for it; the first starts the renderer and does not count."""
    session.reset(Task(_PLAYED[0], "tabletop", "", 0))
    result, _ = session.execute(_TAKE_PICTURE.format(count=_PICTURES + 1), timeout_s=_SCRIPT_S)
    if result.error is not None:
        raise EnvironmentFailure(f"no picture was taken: {result.error.message}")
    taken = [float(text) for text in result.stdout.split()][1:]
    return Measure("a picture, 640 x 480 with depth", statistics.median(taken) * 1e3, "ms")


benchmark = TabletopBenchmark()

__all__ = ["TabletopBenchmark", "benchmark"]
