"""Reports as files: Markdown to read, CSV and Parquet to go on with, JSON for programs.

Each file is there whole or not at all; one that stood there before is replaced.
"""

from __future__ import annotations

import csv
import errno
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.report.report import Report
from embodied_codeact.evaluation.report.sheets import Sheet, remarks, sheets
from embodied_codeact.evaluation.report.tables import Column, Table, episodes_table, tables
from embodied_codeact.evaluation.run_folder import write_whole
from embodied_codeact.evaluation.scored_run import ScoredRun

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def as_plain(report: Report) -> dict[str, Any]:
    """Return a report as plain data, without the facts of its episodes: what ``report --json`` prints."""
    plain = {
        "runs": [_plain_run(run) for run in report.runs],
        "formats": report.formats,
        "comparisons": report.comparisons,
        "published": report.published,
    }
    converted: dict[str, Any] = msgspec.to_builtins(plain)
    return converted


def markdown(report: Report) -> str:
    """Return a report as Markdown: the tables as people read them."""
    parts = ["# Evaluation"]
    for run in report.runs:
        lines = [f"- `{run.run.path}`", *(f"- {_escaped(remark)}" for remark in remarks(run))]
        parts += [f"## {_escaped(run.name)}", "\n".join(lines)]
    for sheet in sheets(report):
        parts += [f"## {_escaped(sheet.title)}", _markdown_table(sheet)]
        if sheet.note:
            parts.append(_escaped(sheet.note))
    return "\n\n".join(parts) + "\n"


def write_markdown(report: Report, file: Path) -> None:
    """Write the tables as people read them.

    Raises:
        ConfigurationError: the file cannot be written there.
        OperatorError: the disk is full.
    """
    with _writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, markdown(report).encode())


def write_csv(report: Report, folder: Path) -> list[Path]:
    """Write each table as ``NAME.csv``, ``episodes.csv`` among them, and return the files.

    Raises:
        ConfigurationError: the folder cannot be written.
        OperatorError: the disk is full.
    """
    written = []
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for table in [*tables(report), episodes_table(report)]:
            out = io.StringIO(newline="")
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([column.name for column in table.columns])
            writer.writerows(table.rows)
            written.append(folder / f"{table.name}.csv")
            write_whole(written[-1], out.getvalue().encode("utf-8", "backslashreplace"))
    return written


def write_parquet(report: Report, folder: Path) -> list[Path]:
    """Write each table as ``NAME.parquet``, ``episodes.parquet`` among them, and return the files.

    Raises:
        ConfigurationError: pyarrow is not installed, or the folder cannot be written.
        OperatorError: the disk is full.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ConfigurationError(
            "writing Parquet needs pyarrow, which is not installed: pip install 'embodied-codeact[report]'"
        ) from error
    types = {"text": pa.string(), "count": pa.int64(), "flag": pa.bool_()}
    written = []
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for table in [*tables(report), episodes_table(report)]:
            schema = pa.schema([(column.name, types.get(column.kind, pa.float64())) for column in table.columns])
            columns = [_column_values(table, place, column) for place, column in enumerate(table.columns)]
            out = io.BytesIO()
            pq.write_table(pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema), out)
            written.append(folder / f"{table.name}.parquet")
            write_whole(written[-1], out.getvalue())
    return written


def _column_values(table: Table, place: int, column: Column) -> list[Any]:
    values = [row[place] for row in table.rows]
    if column.kind != "text":
        return values
    # A lone surrogate, which a script may have raised in an error's name, is no text for Parquet.
    return [None if value is None else str(value).encode("utf-8", "backslashreplace").decode() for value in values]


def _plain_run(run: ScoredRun) -> dict[str, Any]:
    return {
        "name": run.name,
        "path": str(run.run.path),
        "suite": run.suite,
        "budget": run.budget,
        "planned": run.planned,
        "missing": run.missing,
        "incomplete": run.incomplete,
        "duplicates": run.duplicates,
        "failed": run.failed,
        "summary": run.summary,
        "groups": [
            {"name": group.name, "model": group.model, "action": group.action, "summary": group.summary}
            for group in run.groups
        ],
    }


def _markdown_table(sheet: Sheet) -> str:
    rule = ["---" if place < sheet.texts else "---:" for place in range(len(sheet.header))]
    lines = [sheet.header, rule, *([_escaped(cell) for cell in row] for row in sheet.rows)]
    return "\n".join(_markdown_row(line) for line in lines)


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    r"""What models and environments are called must not end a table's cell, nor become a tag.

    >>> _escaped("a|b <c>\nd")
    'a\\|b &lt;c> d'
    """
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kind = OperatorError if error.errno in _FULL else ConfigurationError
        raise kind(f"cannot write the report to {place}: {error.strerror}") from error
