"""Plays oracle scripts on the real physics, in this process: quick enough to measure every task over many seeds. Each
step is inspected: nothing may pass into anything, no joint beyond its limits.

python -m tests.oracles.tabletop --seeds 25                      # each task's oracle
python -m tests.oracles.tabletop --set atomic --seeds 20         # of another set of tasks
python -m tests.oracles.tabletop --seeds 5 --control exchanged    # the oracle of another task
python -m tests.oracles.tabletop --seeds 5 --control empty        # no script at all
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from embodied_codeact.contracts import Status, Task, WorldContext
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.simulation import Simulation
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, LEVELS, TASK_SETS, Level, TabletopTask, TaskSet
from embodied_codeact.errors import PrimitiveError
from embodied_codeact.primitives.arm_errors import ARM_ERRORS
from tests.envs.tabletop.inspection import Inspection

Control = Literal["none", "exchanged", "empty"]
_KINDS: tuple[type[Exception], ...] = (PrimitiveError, *ARM_ERRORS)
ERRORS: dict[str, type[Exception]] = {error.__name__: error for error in _KINDS}
"""Scripts can catch these by name."""
Perception = Literal["state", "vision"]


@dataclass(frozen=True)
class Outcome:
    """How one episode went. ``error``: what the last attempt raised; ``attempts``: scripts that were run; ``problems``:
    where the physics was not honest."""

    task: str
    seed: int
    status: Status
    attempts: int
    error: str = ""
    printed: str = ""
    seconds: float = 0.0
    simulated: float = 0.0
    problems: tuple[str, ...] = ()


class LiveState:
    """Reads the adapter's state as a script does: always as it is now."""

    def __init__(self, adapter: TabletopAdapter) -> None:
        self._adapter = adapter

    def __getattr__(self, name: str) -> Any:
        return self._adapter.observe().state[name]


def play(
    adapter: TabletopAdapter, name: str, seed: int, level: Level, *, control: Control = "none", attempts: int = 3
) -> Outcome:
    """Play one episode: the task's own oracle, tried again after an error or where it says that it is not done."""
    began = time.perf_counter()
    opening = adapter.reset(Task(id=name, environment="tabletop", instruction="", seed=seed))
    bodies = script_for(name, opening.instruction, seed, level, control)
    namespace = {**adapter.primitives(), "state": LiveState(adapter), **ERRORS}
    assert isinstance(adapter.simulation, Simulation)
    inspection = Inspection(adapter.simulation)
    tried, error, printed = 0, "", ""
    for script in bodies[:attempts]:
        tried += 1
        error, printed = run(script, namespace)
        if not error and "done: True" in printed:
            break
    status = adapter.judge()
    inspection.end()
    simulated, problems = adapter.observe().state["time"], tuple(inspection.problems())
    return Outcome(name, seed, status, tried, error, printed, time.perf_counter() - began, simulated, problems)


def script_for(name: str, instruction: str, seed: int, level: Level, control: Control) -> list[str]:
    """The scripts to try one after the other."""
    if control == "empty":
        return [""]
    task = ALL_TASKS[name]
    if control == "exchanged":
        other = partner(name, seed)
        # Another scene, so that numbers which both tasks draw first are not the same by chance.
        read = other.phrasing.read(other.sample(np.random.default_rng([seed, 1])).instruction)
        assert read is not None
        fitting = fitted(read, task.sample(np.random.default_rng(seed)).scene, np.random.default_rng(seed))
        return [other.attempt(level, fitting)]
    read = task.phrasing.read(instruction)
    assert read is not None
    return [task.attempt(level, read), *[task.attempt(level, read, again=True)] * 2]


def partner(name: str, seed: int) -> TabletopTask:
    """Another task of the same set, whose oracle must not solve this one: each seed has another."""
    names = list(next(tasks for tasks in TASK_SETS.values() if name in tasks))
    return ALL_TASKS[names[(names.index(name) + 1 + seed % (len(names) - 1)) % len(names)]]


def fitted(parameters: dict[str, Any], scene: SceneSpec, rng: np.random.Generator) -> dict[str, Any]:
    """Name things of this scene in the place of those that are not in it, each once, so that a control does more than
    fail to find them."""
    free = [spec for spec in scene.objects if spec.name not in parameters.values()]
    fitting: dict[str, Any] = {}
    for key, value in parameters.items():
        kind = value.split()[-1] if isinstance(value, str) else ""
        candidates = [spec for spec in free if spec.kind == kind]
        if candidates and value not in {spec.name for spec in scene.objects}:
            chosen = candidates[int(rng.integers(len(candidates)))]
            free.remove(chosen)
            value = chosen.name
        elif key == "colors":
            present = [spec.color for spec in scene.objects if spec.name == f"{spec.color} block"]
            value = present[: len(value)] if len(present) >= len(value) else value
        fitting[key] = value
    return fitting


def run(script: str, namespace: dict[str, Any]) -> tuple[str, str]:
    """Run a script as the interpreter would; return what it raised and what it printed."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(script, "script", "exec"), namespace)
        except Exception as error:  # noqa: BLE001
            # Whatever a script raises is its own affair, and part of the outcome.
            return f"{type(error).__name__}: {error}", output.getvalue()
    return "", output.getvalue()


def play_all(
    names: list[str], seeds: range, level: Level, perception: Perception, control: Control
) -> Iterator[Outcome]:
    """Play each task over seeds in one world."""
    adapter = TabletopAdapter(TabletopOptions(level=level, perception=perception), WorldContext())
    try:
        for name in names:
            for seed in seeds:
                yield play(adapter, name, seed, level, control=control)
    finally:
        adapter.close()


def main() -> int:
    """Measure, and print one line a task and one for each failure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--set", choices=TASK_SETS, default="standard")
    parser.add_argument("--task", action="append", choices=sorted(ALL_TASKS))
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--level", choices=LEVELS, default="skills")
    parser.add_argument("--perception", choices=("state", "vision"), default="state")
    parser.add_argument("--control", choices=("none", "exchanged", "empty"), default="none")
    options = parser.parse_args()
    chosen: TaskSet = options.set
    names = [name for name in options.task or TASK_SETS[chosen] if options.level in ALL_TASKS[name].oracles]
    if options.perception == "vision":
        names = [name for name in names if ALL_TASKS[name].only_blocks_bowls_zones]
    total = succeeded = dishonest = 0
    for name in names:
        seeds = range(options.first, options.first + options.seeds)
        outcomes = list(play_all([name], seeds, options.level, options.perception, options.control))
        won = sum(outcome.status.success for outcome in outcomes)
        total, succeeded = total + len(outcomes), succeeded + won
        dishonest += sum(bool(outcome.problems) for outcome in outcomes)
        again = sum(outcome.attempts > 1 for outcome in outcomes)
        seconds = sum(outcome.seconds for outcome in outcomes) / len(outcomes)
        simulated = sum(outcome.simulated for outcome in outcomes) / len(outcomes)
        print(
            f"{name:18} {won}/{len(outcomes)}  tried again {again}  {seconds:.1f} s each, {simulated:.0f} s simulated",
            flush=True,
        )
        for outcome in outcomes:
            for problem in outcome.problems:
                print(f"    seed {outcome.seed}: NOT HONEST: {problem}", flush=True)
            if outcome.status.success == (options.control != "none") or outcome.attempts > 1:
                print(f"    seed {outcome.seed}: {outcome.status.reason} | {outcome.error[:300]}", flush=True)
    print(f"{'all':18} {succeeded}/{total} = {100 * succeeded / max(total, 1):.1f} %; dishonest physics in {dishonest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
