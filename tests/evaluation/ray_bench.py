"""Measures the engine on Ray against that of local processes: ``python -m tests.evaluation.ray_bench``.

Two nodes of one CPU each on this machine against two processes, on generated households with the expert. Both engines
are warm, and do the same trials in turns, so that whatever else the machine does meets both. Given are the time from
the first trial to the last outcome, and the processor time of all processes that took part, Ray's own included: on a
machine whose cores are all busy, that is what costs time. Then a node is lost in the middle of a run. Prints JSON, and
exits with 1 where a result differs, comes twice or is missing; whether the cost is under the bar is for the reader, who
knows what else the machine did.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from embodied_codeact.evaluation.engine_local import LocalEngine
from embodied_codeact.evaluation.engine_ray import RayEngine
from embodied_codeact.evaluation.plan import Plan
from tests.evaluation.attempted import attempt_all, expert_job, households
from tests.evaluation.ray_cluster import RayCluster

_WARM_UP = 8


@dataclass
class _Side:
    """An engine, the processes that work for it, and what it took, a number for each round."""

    engine: LocalEngine | RayEngine
    processes: Callable[[], list[psutil.Process]]
    start_s: float
    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def attempt(self, plan: Plan) -> dict[str, Any]:
        """Run all trials of a plan once more; return what came of them."""
        before, cpu = time.perf_counter(), self._cpu()
        kept = attempt_all(self.engine, plan.trials)
        self.wall_s.append(time.perf_counter() - before)
        self.cpu_s.append(self._cpu() - cpu)
        return kept.essences

    def figures(self, episodes: int) -> dict[str, float]:
        """For people: the middle of the rounds."""
        return {
            "start_s": round(self.start_s, 2),
            "ms_an_episode": round(1000 * statistics.median(self.wall_s) / episodes, 2),
            "cpu_ms_an_episode": round(1000 * statistics.median(self.cpu_s) / episodes, 2),
        }

    def _cpu(self) -> float:
        """Processor time so far of this process and of those that work for the engine, ended children included."""
        used = time.process_time()
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                used += sum(process.cpu_times()[:4])
        return used


def _family(pid: int) -> list[psutil.Process]:
    """A process with all that it has started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _start(make: Callable[[], Any], processes: Callable[[Any], list[psutil.Process]], plan: Plan) -> _Side:
    before = time.perf_counter()
    engine = make()
    attempt_all(engine, plan.trials[:_WARM_UP])
    return _Side(engine, lambda: processes(engine), time.perf_counter() - before)


def measure(plan: Plan, rounds: int, cluster: RayCluster) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run both engines in turns; return the figures, and what the episodes came to."""
    job = expert_job(plan)
    with contextlib.ExitStack() as stack:
        local = _start(
            lambda: stack.enter_context(LocalEngine(job, 2)),
            lambda engine: [each for pid in engine.pids for each in _family(pid)],
            plan,
        )
        on_ray = _start(
            lambda: stack.enter_context(RayEngine(job, 2, address=cluster.address)),
            lambda engine: _family(cluster.process.pid) + _family(engine.pid),
            plan,
        )
        identical = True
        expected = local.attempt(plan)
        local.wall_s.clear()
        local.cpu_s.clear()
        for number in range(rounds):
            # Whichever comes first, comes second in the next round.
            for side in (local, on_ray) if number % 2 else (on_ray, local):
                identical &= side.attempt(plan) == expected
    figures = {
        "identical": identical,
        "local": local.figures(len(plan.trials)),
        "ray": on_ray.figures(len(plan.trials)),
        "cost_percent": _cost(local.wall_s, on_ray.wall_s),
        "cpu_cost_percent": _cost(local.cpu_s, on_ray.cpu_s),
    }
    return figures, expected


def _cost(of_local: list[float], of_ray: list[float]) -> dict[str, float]:
    """How much more Ray took, in percent: the middle of the rounds, and the least and the most of them."""
    costs = [100 * (ray / local - 1) for local, ray in zip(of_local, of_ray, strict=True)]
    return {
        "median": round(statistics.median(costs), 1),
        "least": round(min(costs), 1),
        "most": round(max(costs), 1),
        "of_medians": round(100 * (statistics.median(of_ray) / statistics.median(of_local) - 1), 1),
    }


def lose_a_node(plan: Plan, expected: dict[str, Any], cluster: RayCluster) -> dict[str, Any]:
    """Remove a node when a quarter of the trials are done."""
    quarter = len(plan.trials) // 4
    with RayEngine(expert_job(plan), 2, address=cluster.address) as engine:
        kept = attempt_all(engine, plan.trials, lambda done: cluster.remove_node() if done == quarter else None)
    return {"identical": kept.essences == expected, "attempted_again": len(kept.again_because)}


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description="Measure the engine on Ray against local processes.")
    parser.add_argument("--homes", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=6)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, RayCluster() as cluster:
        cluster.add_node()
        plan = households(Path(folder), given.homes, given.seeds)
        figures, expected = measure(plan, given.rounds, cluster)
        figures["node_lost"] = lose_a_node(plan, expected, cluster)
    figures = {"episodes": len(plan.trials), "load": round(os.getloadavg()[0], 2), **figures}
    print(json.dumps(figures, indent=1))
    sys.exit(not (figures["identical"] and figures["node_lost"]["identical"]))


if __name__ == "__main__":
    main()
