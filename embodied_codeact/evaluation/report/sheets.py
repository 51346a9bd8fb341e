"""The tables of a report as people read them, at a terminal and in Markdown: rounded, with intervals in one column, and
arranged to be compared across a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from embodied_codeact.evaluation.pairs import Comparison
from embodied_codeact.evaluation.published import Figure, Published
from embodied_codeact.evaluation.report import words
from embodied_codeact.evaluation.report.report import Cell, Report, in_order
from embodied_codeact.evaluation.report.tables import (
    Column,
    Table,
    Value,
    comparison_table,
    costs_table,
    ends_table,
    errors_table,
    groups,
    left_out_table,
    pair_costs_table,
    runs_table,
    success_table,
)
from embodied_codeact.evaluation.run_folder import FAULTS
from embodied_codeact.evaluation.scored_run import ScoredRun

INTERVAL = "95 % interval"
SHOWN_BUDGETS = (1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 60, 80, 100)
"""Which k a curve shows across a line, besides the last."""
NAMED_KEYS = 3
_NOT_IN_RUNS = ("suite", "model", "action", "invalid_replies", "not_run", "faults", "stopped", "unjudged")
_SIDES = ("first", "second", "first_rate", "second_rate")


class Sheet(msgspec.Struct, frozen=True):
    """One table in words. ``texts`` is how many columns, from the left, hold words; the others hold figures."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    note: str = ""


def sheets(report: Report, *, most: int | None = None) -> list[Sheet]:
    """Return the tables of a report that have something to say. ``most``: at most so many rows of published results and
    of episodes without a pair; None for all."""
    one = sum(1 for _ in groups(report)) == 1
    unnamed = ["run"] if one else []
    made = [
        sheet(runs_table(report), leave_out=_NOT_IN_RUNS),
        sheet(_worth_showing(success_table(report)), leave_out=["by", *unnamed]),
        curve_sheet(report),
        formats_sheet(report),
        sheet(costs_table(report), leave_out=unnamed),
        sheet(errors_table(report), leave_out=unnamed),
        sheet(ends_table(report), leave_out=unnamed),
        *(made for comparison in report.comparisons for made in comparison_sheets(report, comparison, most=most)),
        *(_cut(published_sheet(published), most) for published in report.published),
    ]
    return [made_one for made_one in made if made_one.rows]


def comparison_sheets(report: Report, comparison: Comparison, *, most: int | None = None) -> list[Sheet]:
    """Return one comparison: who solved what, what that cost, and the episodes that it leaves out."""
    alone = msgspec.structs.replace(report, comparisons=[comparison])
    sides = f"{comparison.first} (first) and {comparison.second} (second)"
    titled = [
        (comparison_table(alone), f"Compared: {sides}"),
        (pair_costs_table(alone), "Means of the pairs that both solved"),
        (left_out_table(alone), f"Without a pair: {sides}"),
    ]
    made = [sheet(msgspec.structs.replace(table, title=title), leave_out=_SIDES) for table, title in titled]
    return [*made[:2], _cut(made[2], most)]


def remarks(run: ScoredRun) -> list[str]:
    """Return what has to be known of a run beside its figures, in sentences: first what acted in what, how."""
    summary = run.summary
    said = [f"{run.suite}: {group.model}, {group.action}" for group in run.groups]
    if run.incomplete:
        said.append(f"incomplete: {run.incomplete}")
    if summary.faulted:
        first = next(iter(summary.faults))
        said.append(f"{words.plural(summary.faulted, 'episode')} not scored, since the system failed: {first}")
    if run.failed:
        attempts = words.plural(sum(run.failed.values()), "attempt")
        said.append(f"{attempts} failed by the system are in {FAULTS}; the first: {next(iter(run.failed))}")
    if summary.stopped:
        said.append(f"{words.plural(summary.stopped, 'episode')} not scored, since a person ended them")
    if summary.unjudged:
        said.append(f"{words.plural(summary.unjudged, 'episode')} not scored, since nobody judges their task")
    if run.duplicates:
        keys = list(run.duplicates)
        named = ", ".join(keys[:NAMED_KEYS]) + (", ..." if len(keys) > NAMED_KEYS else "")
        said.append(f"{words.plural(len(keys), 'episode')} recorded more than once, counted once: {named}")
    if summary.estimated:
        said.append(f"tokens are estimated in {words.plural(summary.estimated, 'episode')}")
    return said


def sheet(table: Table, *, leave_out: Sequence[str] = ()) -> Sheet:
    """Put a table into words, without some of its columns."""
    places = [place for place, column in enumerate(table.columns) if column.name not in leave_out]
    places = [place for place in places if table.columns[place].bound != "high"]
    return Sheet(
        title=table.title,
        header=[_heading(table.columns[place]) for place in places],
        rows=[[_worded(table, row, place) for place in places] for row in table.rows],
        texts=sum(table.columns[place].kind == "text" for place in places),
        note=table.note,
    )


def curve_sheet(report: Report) -> Sheet:
    """Return the success within k turns, a run a line."""
    longest = max((len(group.summary.curve) for group in groups(report)), default=0)
    budgets = [k for k in SHOWN_BUDGETS if k < longest] + ([longest] if longest else [])
    rows = []
    for group in groups(report):
        curve = group.summary.curve
        cells = [words.percent(curve[k - 1].rate) if k <= len(curve) else words.NOTHING for k in budgets]
        rows.append([group.name, *cells])
    return Sheet("Success within k turns", ["run", *(f"k = {k}" for k in budgets)], rows if budgets else [])


def formats_sheet(report: Report) -> Sheet:
    """Return models by form of action, success and average turns side by side, as tables 2 and 3 of the CodeAct paper
    have them (arXiv 2402.01030). Nothing where there is only one model with one form."""
    actions = in_order(action for row in report.formats for action in row.by_action)
    if sum(len(row.by_action) for row in report.formats) < 2:
        return Sheet("Models by form of action", [], [])
    shown: list[tuple[str, Callable[[Cell], str]]] = [
        ("", lambda cell: words.percent(cell.success.rate)),
        ("turns, ", lambda cell: words.number(cell.turns)),
        ("tokens, ", lambda cell: words.number(cell.tokens)),
    ]
    header = ["suite", "model", *(f"{what}{action}" for what, _ in shown for action in actions)]
    rows = []
    for row in report.formats:
        cells = [row.by_action.get(action) for action in actions]
        worded = [words.NOTHING if cell is None else word(cell) for _, word in shown for cell in cells]
        rows.append([row.suite, row.model, *worded])
    note = "success, and average turns and tokens over all scored episodes, by form of action"
    return Sheet("Models by form of action", header, rows, 2, note)


def published_sheet(published: Published) -> Sheet:
    """Return published results, a model a line, the best first."""
    columns = list(dict.fromkeys((figure.action or "", figure.k) for figure in published.figures))
    with_turns = any(figure.turns is not None for figure in published.figures)
    models: dict[str, dict[tuple[str, int | None], Figure]] = {}
    for figure in published.figures:
        models.setdefault(figure.model, {})[figure.action or "", figure.k] = figure
    ranked = sorted(models.items(), key=lambda item: -max(figure.success for figure in item[1].values()))
    several = len({k for _, k in columns}) > 1
    names = [" ".join(filter(None, [action, f"k = {k}" if several else ""])) or "success" for action, k in columns]
    rows = []
    for model, figures in ranked:
        found = [figures.get(column) for column in columns]
        cells = [words.NOTHING if figure is None else f"{figure.success} %" for figure in found]
        turns = [words.NOTHING if figure is None else words.number(figure.turns) for figure in found]
        rows.append([model, *cells, *(turns if with_turns else [])])
    header = ["model", *names, *(f"turns, {name}" for name in names if with_turns)]
    source = published.source
    note = f"{published.measured} ({source.paper}, {source.where}). {published.differs}".strip()
    return Sheet(f"Published: {published.title}", header, rows, 1, note)


def _worth_showing(table: Table) -> Table:
    """Without the parts of runs that have only one."""
    parts = [row[0] for row in table.rows if row[1] == "part"]
    rows = [row for row in table.rows if row[1] != "part" or parts.count(row[0]) > 1]
    return msgspec.structs.replace(table, rows=rows)


def _cut(whole: Sheet, most: int | None) -> Sheet:
    if most is None or len(whole.rows) <= most:
        return whole
    more = f"{len(whole.rows) - most} more rows are in the report as Markdown, CSV or Parquet"
    return msgspec.structs.replace(
        whole, rows=whole.rows[:most], note=f"{whole.note} {more}.".strip() if whole.note else f"{more}."
    )


def _heading(column: Column) -> str:
    return INTERVAL if column.bound == "low" else column.name.replace("_", " ")


def _worded(table: Table, row: Sequence[Value], place: int) -> str:
    value, column = row[place], table.columns[place]
    if column.bound == "low":
        low, high = value, row[place + 1]
        assert isinstance(low, float)
        assert isinstance(high, float)
        if column.kind == "points":
            return f"{words.points(low)} to {words.points(high)}"
        return f"{100 * low:.1f}–{100 * high:.1f} %"
    if isinstance(value, float) and column.kind == "number" and _is_time(table, row, column):
        return words.seconds(value) if value >= 0 else f"−{words.seconds(-value)}"
    return _word(value, column)


def _word(value: Value, column: Column) -> str:
    if value is None:
        return words.NOTHING
    if isinstance(value, float):
        match column.kind:
            case "rate":
                return words.percent(value)
            case "points":
                return words.points(value)
            case "p":
                return words.p_value(value).removeprefix("p = ").removeprefix("p ")
            case _:
                return words.number(value).replace("-", "−")
    if isinstance(value, int) and not isinstance(value, bool):
        return words.number(value)
    return str(value)


def _is_time(table: Table, row: Sequence[Value], column: Column) -> bool:
    """Whether a number is of seconds: by its column, or by the quantity that the row is of."""
    quantities = [value for value, other in zip(row, table.columns, strict=True) if other.name == "quantity"]
    return column.name == "seconds" or any(str(quantity).startswith("seconds") for quantity in quantities)
