"""``collect``: episodes of teachers, kept as conversations to train on."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact import __version__
from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import console_for
from embodied_codeact.cli.evaluation import Patience, RayAddress, TwoWorkers
from embodied_codeact.cli.evaluation_engines import check_together, start_engine
from embodied_codeact.cli.evaluation_run import Wishes
from embodied_codeact.cli.evaluation_view import RunProgress
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.engine import Fault
from embodied_codeact.evaluation.run_folder import this_machine
from embodied_codeact.evaluation.trials import TrialRunner
from embodied_codeact.instruct.collection import TASKS, Collection, CollectionManifest, SourceCounts, check_folder
from embodied_codeact.instruct.recipes import (
    Recipe,
    Source,
    check_recipe,
    find_recipe,
    job_of,
    planned,
    recipe_names,
    trials_of,
)
from embodied_codeact.workplace import check_sandbox

_USUAL = "codeact-instruct"


@dataclass(frozen=True)
class CollectWishes:
    """What is to be collected, as the options of ``collect`` say it."""

    recipe: str
    out: Path
    _: KW_ONLY
    workers: int | None = 2
    engine: str = "local"
    ray_address: str | None = None
    resume: bool = False
    limit: int | None = None
    share: float | None = None
    patience_s: float = 3600.0
    sandbox: str = "strict"


class CollectReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection holds. ``seconds`` and ``attempted`` are of this call, the rest also of those before it was
    resumed. ``conversations`` are the kept episodes and what was rephrased of them; ``not_scored`` episodes were failed
    by the system, and are attempted again by ``--resume``."""

    out: str
    recipe: str
    episodes: int
    planned: int
    kept: int
    conversations: int
    rejected: dict[str, int]
    recovered: int
    share_recovered: float
    sources: dict[str, SourceCounts]
    not_scored: int
    errors: dict[str, int]
    attempted: int
    seconds: float


@dataclass
class _Run:
    """One call of the command, as far as it came."""

    recipe: Recipe
    counts: dict[str, int]
    wishes: Wishes
    collection: Collection
    progress: RunProgress
    console: Console
    began: float = field(default_factory=time.monotonic)
    faults: list[Fault] = field(default_factory=list)
    done_before: int = 0

    def run(self) -> None:
        """Attempt the trials of one source after the other."""
        self.done_before = len(self.collection.done)
        for source in self.recipe.sources:
            if self.collection.counts[source.name].episodes < self.counts[source.name]:
                self._source(source, self.counts[source.name])

    def _source(self, source: Source, count: int) -> None:
        place, trials = trials_of(source, count, self.collection.folder / TASKS)
        left = [trial for trial in trials if trial.key not in self.collection.done]
        job = job_of(source, place, sandbox=self.wishes.sandbox)
        with start_engine(self.wishes, job, len(left), self.console, None, self.progress) as engine:
            runner = TrialRunner(engine, left, [self.collection], self.progress, patience_s=self.wishes.patience_s)
            try:
                runner.run()
            finally:
                self.faults += runner.given_up

    def report(self) -> CollectReport:
        sources = self.collection.counts
        kept = sum(counts.kept for counts in sources.values())
        recovered = sum(counts.recovered for counts in sources.values())
        return CollectReport(
            out=str(self.collection.folder),
            recipe=self.recipe.name,
            episodes=len(self.collection.done),
            planned=sum(self.counts.values()),
            kept=kept,
            conversations=kept + sum(counts.rephrased for counts in sources.values()),
            rejected=dict(self.collection.reasons),
            recovered=recovered,
            share_recovered=round(recovered / kept, 4) if kept else 0.0,
            sources=sources,
            not_scored=len(self.faults),
            errors=dict(Counter(fault.message for fault in self.faults)),
            attempted=len(self.collection.done) - self.done_before,
            seconds=round(time.monotonic() - self.began, 1),
        )


class _Progress(RunProgress):
    """Shows what is kept, where a run of an evaluation shows what is solved."""

    collection: Collection | None = None

    def went_on(self, count: int) -> None:
        """Count episodes that came to their end before."""
        self._counts["before"] += count
        self._progress.update(self._bar, advance=count, description=self._standing())

    def _standing(self) -> str:
        if self.collection is None:
            return "starting ..."
        sources = self.collection.counts.values()
        numbers = {
            "kept": sum(counts.kept for counts in sources),
            "rejected": sum(counts.rejected for counts in sources),
            "duplicates": sum(counts.duplicates for counts in sources),
            "not scored": self._counts["not scored"],
        }
        told = ", ".join(f"{number:,} {name}" for name, number in numbers.items() if number or name == "kept")
        return told + self._paused


@common.operator_errors
def collect(
    recipe: Annotated[str, typer.Argument(help="Recipe, or YAML file of one.", show_default=_USUAL)] = _USUAL,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the collection.", show_default=False)
    ] = None,
    workers: TwoWorkers = 2,
    engine: Annotated[str, typer.Option(help="What attempts the episodes: local or ray.")] = "local",
    ray_address: RayAddress = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the collection in --out.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Attempt only so many episodes in all, of each source its part.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Attempt only this share of each source's episodes.")
    ] = None,
    patience: Patience = 3600.0,
    sandbox: common.Sandbox = "strict",
    as_json: common.Json = False,
) -> None:
    """Have teachers attempt tasks, and keep the episodes that succeed as conversations to train on.

    A collection that was cut short goes on with --resume: nothing is lost, nothing is there twice. Exit code 3: an
    episode was failed by the system.
    """
    console = console_for(as_json)
    if out is None:
        raise ConfigurationError(f"where to? Say --out DIR (recipes: {', '.join(recipe_names())})")
    report = collect_episodes(
        CollectWishes(
            recipe=recipe,
            out=out,
            workers=workers,
            engine=engine,
            ray_address=ray_address,
            resume=resume,
            limit=limit,
            share=share,
            patience_s=patience,
            sandbox=sandbox,
        ),
        console,
    )
    if as_json:
        common.print_json(report)
    else:
        print_collection(console, report)
    end_with(report)


def collect_episodes(asked: CollectWishes, console: Console) -> CollectReport:
    """Attempt what a recipe asks for, and keep what is good.

    Raises:
        ConfigurationError: recipe or folder cannot be used.
        OperatorError: an episode cannot be kept, or its engine is gone. What was kept before is whole.
    """
    if asked.limit is not None and asked.share is not None:
        raise ConfigurationError("--limit and --share say the same thing in two ways: give one of them")
    check_sandbox(asked.sandbox)
    found = find_recipe(asked.recipe)
    wishes = Wishes(
        suite=found.name,
        engine=asked.engine,
        ray_address=asked.ray_address,
        workers=asked.workers,
        patience_s=asked.patience_s,
        sandbox=asked.sandbox,
        out=asked.out,
        resume=asked.resume,
    )
    check_together(wishes)
    check_folder(asked.out, resume=asked.resume)
    check_recipe(found)
    counts = planned(found, limit=asked.limit, share=asked.share)
    manifest = _manifest(found, counts)
    with (
        Collection(asked.out, manifest, resume=asked.resume) as collection,
        _Progress(console, sum(counts.values())) as progress,
    ):
        progress.collection = collection
        for note in collection.notes:
            progress.note(note)
        for source in found.sources:
            progress.went_on(collection.counts[source.name].episodes)
        run = _Run(found, counts, wishes, collection, progress, console)
        try:
            run.run()
        except BaseException:
            progress.stop()
            _print_report(console, run.report())
            console.print(f"the same command with --resume goes on: {asked.out}", markup=False, soft_wrap=True)
            raise
        return run.report()


def end_with(report: CollectReport) -> None:
    """End the command as a failure of the system if it had one."""
    if report.not_scored:
        first = next(iter(report.errors))
        common.print_error(f"{report.not_scored} episodes ended with an error; the first: {first}")
        raise typer.Exit(OperatorError.exit_code)


def _manifest(recipe: Recipe, counts: dict[str, int]) -> CollectionManifest:
    return CollectionManifest(
        recipe=recipe,
        episodes=counts,
        version=__version__,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=this_machine(),
    )


def print_collection(console: Console, report: CollectReport) -> None:
    """What a collection holds, and where it lies."""
    _print_report(console, report)
    console.print(f"collection: {report.out}", markup=False, soft_wrap=True)


def _print_report(console: Console, report: CollectReport) -> None:
    table = Table("source", "episodes", "kept", "rejected", "duplicates", "recovered", "rephrased")
    for column in table.columns[1:]:
        column.justify = "right"
    rows = {name: counts for name, counts in report.sources.items() if counts.episodes}
    for name, counts in rows.items():
        table.add_row(name, *_cells(counts))
    table.add_section()
    names = ("episodes", "kept", "rejected", "duplicates", "recovered", "rephrased")
    total = SourceCounts(**{name: sum(getattr(counts, name) for counts in rows.values()) for name in names})
    table.add_row("all", *_cells(total), style="bold")
    console.print(table)
    for reason, count in sorted(report.rejected.items()):
        console.print(printable(f"{count} times: {reason}"), style="dim", markup=False, soft_wrap=True)
    kept = f"{report.conversations:,} conversations of {report.kept:,} episodes, {report.share_recovered:.1%} recovered"
    speed = f" ({report.attempted / report.seconds:.1f} episodes a second)" if report.attempted else ""
    console.print(f"{kept}; {report.seconds:.0f} s{speed}")


def _cells(counts: SourceCounts) -> list[str]:
    numbers = (counts.episodes, counts.kept, counts.rejected, counts.duplicates, counts.recovered, counts.rephrased)
    return [f"{number:,}" for number in numbers]
