"""``report``: the figures of runs, at a terminal and as files."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.cli.episodes import console_for
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.report import Report, make_report
from embodied_codeact.evaluation.report.files import as_plain, write_csv, write_markdown, write_parquet
from embodied_codeact.evaluation.report.sheets import Sheet, remarks, sheets
from embodied_codeact.evaluation.run_folder import EPISODES, FAULTS, MANIFEST, TRIALS
from embodied_codeact.evaluation.scored_run import ScoredRun, read_scored_runs

_MOST_ROWS = 10
_MANY = 500
"""Episodes, from which on the page takes long enough to be waited for."""
_ANY_WIDTH = 10_000


@common.operator_errors
def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="DIR_OR_FILE...", help="Folders of runs, or files of episodes.")
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare each run with the first before it that has the same episodes.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page that needs nothing else.", dir_okay=False)
    ] = None,
    videos: Annotated[bool, typer.Option("--videos", help="Put the videos of episodes into that page.")] = False,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the tables as Markdown.", dir_okay=False)
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each table as CSV, the episodes too.", file_okay=False)
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each table as Parquet, the episodes too.", file_okay=False)
    ] = None,
    as_json: common.Json = False,
) -> None:
    """Score runs, and show their figures side by side. They may still be going on."""
    console = console_for(as_json)
    if videos and html is None:
        raise ConfigurationError("--videos is for the page: say --html FILE, too")
    for file in (html, markdown):
        _check_no_input(file, runs)
    made = make_report(read_scored_runs(runs), compare=compare)
    written = _write(console, made, html=html, videos=videos, markdown=markdown, csv=csv, parquet=parquet)
    if as_json:
        common.print_json(as_plain(made))
        return
    print_report(console, made)
    for place in written:
        console.print(f"written: {place}", markup=False, soft_wrap=True)


def print_report(console: Console, made: Report) -> None:
    """Show a report at a terminal: what each run is, then the tables."""
    for run in made.runs:
        _print_run(console, run)
    for sheet in sheets(made, most=_MOST_ROWS):
        _print_sheet(console, sheet)


def _write(
    console: Console,
    made: Report,
    *,
    html: Path | None,
    videos: bool,
    markdown: Path | None,
    csv: Path | None,
    parquet: Path | None,
) -> list[Path]:
    if markdown is not None:
        write_markdown(made, markdown)
    if csv is not None:
        write_csv(made, csv)
    if parquet is not None:
        write_parquet(made, parquet)
    if html is not None:
        write_page(console, made, html, videos=videos)
    return [place for place in (markdown, csv, parquet, html) if place is not None]


def write_page(console: Console, made: Report, file: Path, *, videos: bool = False) -> None:
    """Write a report as one page.

    Raises:
        ConfigurationError: a package is missing, or the file cannot be written.
    """
    from embodied_codeact.evaluation.report.html import write_report

    with _page_progress(console, made) as on_episode:
        write_report(made, file, videos=videos, on_episode=on_episode)


@contextlib.contextmanager
def _page_progress(console: Console, made: Report) -> Iterator[Callable[[int, int], None]]:
    """A bar for the page, where it takes a moment."""
    columns = (TextColumn("writing the page"), BarColumn(), MofNCompleteColumn())
    few = sum(len(run.facts) for run in made.runs) < _MANY
    with Progress(*columns, console=console, disable=few, transient=True) as progress:
        bar = progress.add_task("episodes", total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)


def _check_no_input(file: Path | None, runs: list[Path]) -> None:
    """A slip of the fingers must not put a report in the place of what it is made of."""
    if file is None:
        return
    inputs = [*runs, *(run / name for run in runs for name in (MANIFEST, TRIALS, EPISODES, FAULTS))]
    if any(file.resolve() == place.resolve() for place in inputs):
        raise ConfigurationError(f"{file} is what the report is made of; choose another file")


def _print_run(console: Console, run: ScoredRun) -> None:
    console.print(printable(f"{run.name}: {run.run.path}"), style="bold", markup=False, soft_wrap=True)
    for number, remark in enumerate(remarks(run)):
        style = "dim" if number < len(run.groups) else "yellow"
        console.print(printable(f"  {remark}"), style=style, markup=False, soft_wrap=True)


def _print_sheet(console: Console, sheet: Sheet) -> None:
    """Print one table. Nothing in it is broken or cut off: one that is wider than the terminal is wrapped by that."""
    console.print(printable(sheet.title), style="bold", markup=False)
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for place, name in enumerate(sheet.header):
        widest = max((len(row[place]) for row in sheet.rows), default=0)
        heading = "\n".join(textwrap.wrap(printable(name), max(widest, 8), break_long_words=False))
        table.add_column(heading, justify="left" if place < sheet.texts else "right", no_wrap=True, vertical="bottom")
    for row in sheet.rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    table.width = Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), table).maximum
    console.print(table, crop=False, soft_wrap=True)
    if sheet.note:
        console.print(printable(sheet.note), style="dim", markup=False)
        console.print()
