"""What a person sees of a run: a bar with how it stands, and a word where it waits."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import verdicts
from embodied_codeact.contracts import Task
from embodied_codeact.evaluation.engine import Ended, Fault
from embodied_codeact.evaluation.run_store import Seen
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.tasks import is_free

_LINE_EVERY_S = 60.0
"""How often a line is written where nobody sees a bar move."""


class RunProgress:
    """Shows a run. Satisfies :class:`~embodied_codeact.evaluation.trials.Watches`. A context manager.

    ``shown``: whether there is a bar; without one only notes and pauses are told.
    """

    def __init__(self, console: Console, total: int, *, shown: bool = True) -> None:
        self._console = console
        self._total = total
        self._live = shown and console.is_terminal
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            *([TextColumn("left"), TimeRemainingColumn()] if self._live else []),
        )
        self._progress = Progress(*columns, console=console, disable=not shown)
        self._bar = self._progress.add_task("starting ...", total=total)
        self._counts: Counter[str] = Counter()
        self._turns = self._tokens = 0
        self._paused = ""
        self._line_at = time.monotonic() + _LINE_EVERY_S

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the bar as it stands. May be called twice."""
        self._progress.stop()

    def resumed(self, task: Task, seen: Seen) -> None:
        """Count an episode that was kept before."""
        self._count(task, seen.success, seen.turns, seen.tokens)

    def note(self, text: str) -> None:
        """Tell something that concerns the whole run."""
        self._console.print(printable(f"note: {text}"), style="yellow", markup=False, soft_wrap=True)

    def ended(self, ended: Ended) -> None:
        """See :class:`~embodied_codeact.evaluation.trials.Watches`."""
        self._paused = ""
        self._count(ended.trial.task, ended.success, ended.turns, ended.tokens)

    def given_up(self, fault: Fault) -> None:
        """See :class:`~embodied_codeact.evaluation.trials.Watches`. Why is told in the end, with the others."""
        del fault
        self._counts["not scored"] += 1
        self._progress.update(self._bar, advance=1, description=self._standing())

    def again(self, trial: Trial, why: str) -> None:
        """See :class:`~embodied_codeact.evaluation.trials.Watches`."""
        text = f"{trial.key}: attempted again, since the system failed it: {why}"
        self._console.print(printable(text), style="yellow", markup=False, soft_wrap=True)

    def paused(self, why: str, seconds: float) -> None:
        """See :class:`~embodied_codeact.evaluation.trials.Watches`."""
        text = f"paused, trying again in {seconds:.0f} s: {why}"
        self._console.print(printable(text), style="yellow", markup=False, soft_wrap=True)
        self._paused = ", paused"
        self._progress.update(self._bar, description=self._standing())

    def looked(self, under_way: int) -> None:
        """See :class:`~embodied_codeact.evaluation.trials.Watches`."""
        del under_way
        if self._live or self._progress.disable or time.monotonic() < self._line_at:
            return
        self._line_at = time.monotonic() + _LINE_EVERY_S
        done = sum(self._counts.values())
        self._console.print(f"{done} of {self._total} done: {self._standing()}", markup=False, soft_wrap=True)

    def _count(self, task: Task, success: bool, turns: int, tokens: int) -> None:
        verdict = "not judged" if is_free(task) else "solved" if success else "not solved"
        self._counts[verdict] += 1
        self._turns += turns
        self._tokens += tokens
        self._progress.update(self._bar, advance=1, description=self._standing())

    def _standing(self) -> str:
        return standing(self._counts, self._turns, self._tokens) + self._paused


def standing(counts: Counter[str], turns: int, tokens: int) -> str:
    """How a run stands, in words.

    >>> standing(Counter({"solved": 2, "not solved": 1, "not scored": 1}), 6, 4500)
    '2 of 3 solved, 1 not scored (2.0 turns, 1,500 tokens each)'
    """
    ended = counts.total() - counts["not scored"]
    means = f" ({turns / ended:.1f} turns, {tokens / ended:,.0f} tokens each)" if ended else ""
    return verdicts(counts) + means
