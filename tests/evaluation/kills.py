"""Kills a run at random moments, resumes it, and compares: ``python -m tests.evaluation.kills --trials 10``.

A run of generated households with the expert is begun as a person begins one (``eval ... --workers 2 --out DIR``). At
random moments of its progress a process of it is killed with SIGKILL: the runner, a worker, with ``--engine ray`` also
what speaks to Ray. A runner that was killed is started again with ``--resume``. In the end the folder must hold exactly
the episodes that were asked for, once each, and each must be what it is in a run that nobody disturbed: success, end,
replies, observations and calls; only durations may differ. Nothing may be left running.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from embodied_codeact.evaluation.run_folder import EPISODES, MANIFEST, key_of, read_run
from tests.evaluation.attempted import essence, households

VICTIMS: dict[str, dict[str, str | None]] = {
    "local": {"runner": None, "worker": "evaluation.worker_process"},
    "ray": {"runner": None, "Ray worker": "ray::RayWorker", "Ray driver": "evaluation.ray_driver"},
}
"""What is killed, by engine: a word of its command line, None for the runner itself."""
_LONGEST_S = 300.0


@dataclass
class Killed:
    """What came of it."""

    engine: str
    episodes: int
    kills: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    exit_code: int | None = None
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)
    seconds: float = 0.0
    words: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing was lost, done twice, changed or left."""
        wrong = (self.missing, self.twice, self.strange, self.different, self.left_running)
        return self.exit_code == 0 and not any(wrong)


class Run:
    """A run on the command line, in processes that can be killed."""

    def __init__(self, games: Path, seeds: int, engine: str, out: Path, log: Path) -> None:
        self.out = out
        self._log = log
        self._engine = engine
        self._words = ["eval", "household", "--games", str(games), "--seeds", str(seeds), "--workers", "2"]
        self._words += ["--engine", engine, "--out", str(out)]
        self._words += ["--ray-address", "local"] if engine == "ray" else []
        self._seen: set[psutil.Process] = set()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the runner is there."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> bool:
        """Begin the run, or go on with it; return whether it had begun before."""
        resume = (self.out / MANIFEST).exists()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "embodied_codeact", *self._words, *(["--resume"] if resume else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return resume

    def wait(self) -> int:
        """Wait for its end."""
        assert self.process is not None
        return self.process.wait(timeout=_LONGEST_S)

    def done(self) -> int:
        """How many episodes are kept."""
        with contextlib.suppress(FileNotFoundError):
            return (self.out / EPISODES).read_bytes().count(b"\n")
        return 0

    def family(self, word: str | None = None) -> list[psutil.Process]:
        """The runner's descendants, or those with a word in their command lines; without one, the runner itself."""
        assert self.process is not None
        found: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            runner = psutil.Process(self.process.pid)
            children = runner.children(recursive=True)
            self._seen.update(children)
            if word is None:
                return [runner]
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    found += [child] if word in " ".join(child.cmdline()) else []
        return found

    def left_running(self) -> list[str]:
        """Processes that were seen of this run, and do not end."""
        _, alive = psutil.wait_procs(list(self._seen), timeout=20)
        left = []
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.append(" ".join(process.cmdline()))
                process.kill()
        return left


def kill_at_random(run: Run, episodes: int, kills: int, dice: random.Random, report: Killed) -> None:
    """Run to the end, with so many kills on the way."""
    moments = sorted(dice.randrange(episodes * 9 // 10) for _ in range(kills))
    kinds = list(VICTIMS[report.engine])
    # Each kind at least once, where there are enough moments, in an order of chance.
    order = [*kinds, *(dice.choice(kinds) for _ in moments)][: len(moments)]
    dice.shuffle(order)
    for moment, kind in zip(moments, order, strict=True):
        report.resumed += not run.running and run.start()
        deadline = time.monotonic() + _LONGEST_S
        while True:
            victims = run.family(VICTIMS[report.engine][kind])
            if run.done() >= moment and victims:
                break
            if not run.running and run.done() == episodes:
                break  # it was faster than the dice
            assert run.running, f"the run ended by itself: {_last_words(run)}"
            assert time.monotonic() < deadline, f"the run stands still at {run.done()}: {_last_words(run)}"
            time.sleep(0.01)
        time.sleep(dice.uniform(0.0, 0.2))
        with contextlib.suppress(psutil.NoSuchProcess):
            if victims:
                dice.choice(victims).send_signal(signal.SIGKILL)
                report.kills[kind] += 1
        if kind == "runner":
            run.wait()
    report.resumed += not run.running and run.start()
    report.exit_code = run.wait()


def compare(run: Run, undisturbed: Run, expected: set[str], report: Killed) -> None:
    """Compare what two runs have kept."""
    there = Counter(key_of(episode) for episode in read_run(run.out).episodes())
    report.twice = sorted(key for key, count in there.items() if count > 1)
    report.missing = sorted(expected - there.keys())
    report.strange = sorted(there.keys() - expected)
    results: list[dict[str, Any]] = [
        {key_of(episode): essence(episode) for episode in read_run(each.out).episodes()} for each in (run, undisturbed)
    ]
    report.different = sorted(key for key in results[0] if results[0][key] != results[1].get(key))


def kill_and_compare(folder: Path, *, engine: str, homes: int, seeds: int, kills: int, seed: int) -> Killed:
    """Do all of it, in a folder of its own."""
    began = time.monotonic()
    plan = households(folder / "games", homes, seeds)
    games = Path(str(plan.places["homes"].options["games"]))
    report = Killed(engine, homes * seeds)
    undisturbed = Run(games, seeds, "local", folder / "undisturbed", folder / "undisturbed.log")
    undisturbed.start()
    assert undisturbed.wait() == 0, _last_words(undisturbed)
    run = Run(games, seeds, engine, folder / "killed", folder / "killed.log")
    try:
        kill_at_random(run, report.episodes, kills, random.Random(seed), report)
    finally:
        if run.process is not None and run.running:
            run.process.kill()
            run.process.wait()
        report.left_running = run.left_running()
    # Named by the environment here, and by the part of the suite in the plan.
    expected = {trial.key.replace("homes/", "household/", 1) for trial in plan.trials}
    compare(run, undisturbed, expected, report)
    report.words = "" if report.good else _last_words(run)
    report.seconds = round(time.monotonic() - began, 1)
    return report


def _last_words(run: Run) -> str:
    return run._log.read_text(errors="replace")[-2000:] if run._log.exists() else ""


def main() -> None:
    """Kill, compare, and print what came of it; exit with 1 where it is not what it should be."""
    parser = argparse.ArgumentParser(description="Kill a run at random moments, resume it, and compare.")
    parser.add_argument("--trials", type=int, default=10, help="how often something is killed")
    parser.add_argument("--engine", choices=sorted(VICTIMS), default="local")
    parser.add_argument("--homes", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=None, help="of the moments; another one each time by default")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seed = random.randrange(2**32) if given.seed is None else given.seed
    with tempfile.TemporaryDirectory() as folder:
        report = kill_and_compare(
            Path(folder), engine=given.engine, homes=given.homes, seeds=given.seeds, kills=given.trials, seed=seed
        )
    figures = {"good": report.good, "seed": seed, **{name: value for name, value in vars(report).items() if value}}
    if given.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
    sys.exit(not report.good)


if __name__ == "__main__":
    main()
