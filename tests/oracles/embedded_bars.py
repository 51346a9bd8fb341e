"""Measures a model on everything that the embedded one has to reach, one after another, and prints bar by bar.

python -m tests.oracles.embedded_bars --out bars                             # all of it, model `embedded`: hours
python -m tests.oracles.embedded_bars --only household --only reads --share 0.1
python -m tests.oracles.embedded_bars --model expert --share 0.05 --json

Runs are kept in --out and go on where they were cut short. Exit code 1: a bar is missed, or could not be measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embodied_codeact.errors import OperatorError
from embodied_codeact.evaluation.run_folder import EPISODES
from embodied_codeact.instruct.conversion import why_not
from embodied_codeact.trajectories import read_episodes
from tests.conftest import find_data
from tests.oracles import reads_task

K_BARS = {1: 0.90, 2: 0.95, 5: 0.97}
ABSENT = Path(__file__).with_name("absent.yaml")
FIRST_REPLY_S, TOKENS_A_SECOND, STARTS = 6.0, 100.0, 3


class NotMeasuredError(Exception):
    """Why a bar has no figure."""


@dataclass(frozen=True)
class Wishes:
    """What to measure, and how much of it: ``share`` of the episodes, but at least one of each type of task."""

    model: str
    out: Path
    share: float
    games: str
    sandbox: str
    workers: int

    def part_of(self, count: int) -> int:
        return max(1, math.ceil(count * self.share))


@dataclass(frozen=True)
class Bar:
    """One line of the table. ``met`` is None where the figure has no bar."""

    name: str
    measured: str
    wanted: str
    met: bool | None
    seconds: float = 0.0


def household(wishes: Wishes) -> Iterator[Bar]:
    """500 generated homes on kept floor plans; their six types are equally many."""
    part = [] if wishes.share >= 1 else ["--per-type", str(wishes.part_of(84))]
    yield _rate_bar("household, kept floor plans", evaluate(wishes, "household", "household", *part), 0.97)


def reads(wishes: Wishes) -> Iterator[Bar]:
    """The first scripts of the household run, on other tasks of the same homes."""
    try:
        found = reads_task.measure(wishes.out / "household", pairs=wishes.part_of(100))
    except OperatorError as error:
        raise NotMeasuredError(f"{error} (measure household first)") from error
    measured = f"{found.rate:.1%} of {found.pairs} pairs won (its own task: {found.won_own})"
    yield Bar("first script on another task", measured, f"under {reads_task.BAR:.0%}", found.passed)
    yield Bar("distinct first scripts", f"{found.distinct} in {found.episodes} episodes", "reported", None)


def real_games(wishes: Wishes) -> Iterator[Bar]:
    """Real games by MINT's rules; one run gives success within each number of turns."""
    if not wishes.games:
        raise NotMeasuredError("no games: name their folder with --games")
    part = [] if wishes.share >= 1 else ["--per-type", str(wishes.part_of(8))]
    evaluate(wishes, "real-games", "alfworld-mint", "--games", wishes.games, *part)
    curve = command("report", str(wishes.out / "real-games"), "--json")["runs"][0]["summary"]["curve"]
    for turns, bar in K_BARS.items():
        found = curve[min(turns, len(curve)) - 1]
        measured = f"{found['rate']:.1%} of {found['episodes']}"
        yield Bar(f"real games, k = {turns}", measured, f">= {bar:.0%}", found["rate"] >= bar)


def tabletop(wishes: Wishes) -> Iterator[Bar]:
    """20 episodes of every task, in words that nothing was trained on."""
    seeds = ["--seeds", str(wishes.part_of(20))]
    yield _rate_bar(
        "tabletop, kept words", evaluate(wishes, "tabletop", "tabletop", "-o", "phrasings=kept", *seeds), 0.9
    )


def phrasings(wishes: Wishes) -> Iterator[Bar]:
    """Instructions written by hand."""
    part = [] if wishes.share >= 1 else ["--per-type", str(wishes.part_of(6))]
    yield _rate_bar("phrasings of people", evaluate(wishes, "phrasings", "phrasings", *part), 0.7)


def declines(wishes: Wishes) -> Iterator[Bar]:
    """Homes in which what is asked for is not there: the model is to try, and then to say so rather than go on."""
    evaluate(wishes, "absent", str(ABSENT), "--limit", str(wishes.part_of(60)))
    episodes = list(read_episodes(wishes.out / "absent" / EPISODES))
    said = sum(not why_not(episode, "declined") for episode in episodes)
    yield Bar("says what is not there", f"{said} of {len(episodes)}", "reported", None)


def speed(wishes: Wishes) -> Iterator[Bar]:
    """When somebody who gives the command sees its first script, and how quick a reply is, reading the prompt
    included."""
    seconds, rates = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "one.jsonl"
            options = ["--model", wishes.model, "--sandbox", wishes.sandbox, "--max-turns", "1", "--out", str(file)]
            seconds.append(_seconds_until(b"\x1b[1mcode", "run", "household", *options))
            usage = next(read_episodes(file)).turns[0].usage
            rates.append(usage.completion_tokens / max(usage.seconds, 1e-9))
    first, rate = statistics.median(seconds), statistics.median(rates)
    yield Bar("first reply after the start", f"{first:.1f} s", f"<= {FIRST_REPLY_S:g} s", first <= FIRST_REPLY_S)
    yield Bar("tokens of a reply", f"{rate:,.0f} a second", f">= {TOKENS_A_SECOND:g}", rate >= TOKENS_A_SECOND)


def _seconds_until(shown: bytes, *words: str) -> float:
    """How long after the start of a command of ours its terminal shows these letters.

    Raises:
        NotMeasuredError: it ended without.
    """
    ours, its = pty.openpty()
    began, said, seconds = time.monotonic(), b"", math.inf
    with subprocess.Popen([sys.executable, "-m", "embodied_codeact", *words], stdin=its, stdout=its, stderr=its):
        os.close(its)
        # A terminal whose last writer is gone is an error to read on Linux, and the end of a file elsewhere.
        with contextlib.suppress(OSError):
            while more := os.read(ours, 65536):
                said += more
                if shown in said:
                    seconds = min(seconds, time.monotonic() - began)
    os.close(ours)
    if math.isinf(seconds):
        raise NotMeasuredError(f"{' '.join(words[:2])}: {said.decode(errors='replace').strip()[-200:]}")
    return seconds


MEASURES: dict[str, Callable[[Wishes], Iterator[Bar]]] = {
    "household": household,
    "reads": reads,
    "real-games": real_games,
    "tabletop": tabletop,
    "phrasings": phrasings,
    "declines": declines,
    "speed": speed,
}


def evaluate(wishes: Wishes, name: str, suite: str, *options: str) -> dict[str, Any]:
    """Run a suite, or go on with it, and return its figures."""
    usual = ["--model", wishes.model, "--sandbox", wishes.sandbox, "--workers", str(wishes.workers)]
    return command("eval", suite, *usual, *options, "--out", str(wishes.out / name), "--resume", "--json")


def command(*words: str) -> dict[str, Any]:
    """Run a command of ours and return the object that it prints.

    Raises:
        NotMeasuredError: it printed none.
    """
    ended = subprocess.run([sys.executable, "-m", "embodied_codeact", *words], capture_output=True, text=True)
    try:
        found: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        lines = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
        raise NotMeasuredError(f"{' '.join(words[:2])}: {lines[-1]}") from None
    return found


def _rate_bar(name: str, figures: dict[str, Any], bar: float) -> Bar:
    """An episode that the system failed is in no rate, so a run that has any does not meet its bar."""
    (low, high), lost = figures["interval"], figures.get("not_scored", 0)
    measured = f"{figures['success_rate']:.1%} of {figures['episodes']} ({low:.1%} to {high:.1%})"
    measured += f", {lost} not scored" if lost else ""
    return Bar(name, measured, f">= {bar:.0%}", not lost and figures["success_rate"] >= bar)


def measure(wishes: Wishes, names: Sequence[str]) -> Iterator[Bar]:
    """Measure one after another; what cannot be measured is a bar that is missed, with the reason."""
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        try:
            bars = list(MEASURES[name](wishes))
        except NotMeasuredError as error:
            bars = [Bar(name, f"not measured: {error}", "", False)]
        for bar in bars:
            yield Bar(bar.name, bar.measured, bar.wanted, bar.met, time.monotonic() - began)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    data = find_data()
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--only", action="append", choices=MEASURES, help="again for more")
    parser.add_argument("--share", type=float, default=1.0, help="of the episodes, from 0 to 1")
    parser.add_argument("--out", type=Path, help="where runs are kept")
    parser.add_argument("--games", default=str(data / "alfworld" / "valid_unseen") if data else "")
    parser.add_argument("--sandbox", default="strict")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wishes = Wishes(given.model, given.out or Path(scratch), given.share, given.games, given.sandbox, given.workers)
        bars = list(measure(wishes, given.only or list(MEASURES)))
    if given.json:
        print(json.dumps([asdict(bar) for bar in bars]))
    else:
        marks = {True: "met", False: "MISSED", None: ""}
        for bar in bars:
            print(f"{bar.name:30} {bar.measured:45} {bar.wanted:12} {marks[bar.met]:7} {bar.seconds:6.0f} s")
    return 1 if any(bar.met is False for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
