"""A report as tables: named columns, one thing a row. All of its written forms are made of these, so they say the same.

Values are as computed; :func:`shown` gives the words in which people read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from embodied_codeact.evaluation.pairs import PairCounts
from embodied_codeact.evaluation.report.report import Report
from embodied_codeact.evaluation.scored_run import Group
from embodied_codeact.evaluation.statistics import Rate
from embodied_codeact.evaluation.summary import Costs

Value = str | int | float | bool | None
Kind = Literal["text", "count", "flag", "number", "rate", "points", "p"]
"""What a column holds. ``rate`` is from 0 to 1; ``points`` is a difference of rates, from -1 to 1; ``p`` a p-value."""


class Column(msgspec.Struct, frozen=True):
    """One column. A rate or difference ``low`` is the lower bound of an interval whose upper bound is in the next
    column, ``high``."""

    name: str
    kind: Kind = "text"
    bound: Literal["", "low", "high"] = ""


class Table(msgspec.Struct, frozen=True):
    """One table. ``name`` is that of its file, ``title`` what stands above it, ``note`` what has to be said below."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    note: str = ""


RATE = (Column("rate", "rate"), Column("low", "rate", "low"), Column("high", "rate", "high"))
QUANTITIES: dict[str, str] = {
    "turns": "turns",
    "calls": "primitive calls",
    "tokens": "tokens",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "completion tokens",
    "seconds": "seconds",
    "model_s": "seconds: model",
    "execution_s": "seconds: execution",
    "rest_s": "seconds: the rest",
}
"""The quantities of :class:`~embodied_codeact.evaluation.summary.Costs`, in the words of tables."""

_EPISODE_COLUMNS: list[tuple[Kind, list[str]]] = [
    ("text", ["key", "part", "type", "task", "environment"]),
    ("count", ["seed"]),
    ("text", ["instruction", "model", "action", "dialect", "counted"]),
    ("flag", ["success"]),
    ("number", ["score"]),
    ("text", ["end", "reason", "error"]),
    ("count", ["turns", "solved_at", "scripts", "script_errors", "invalid_replies", "not_run", "calls"]),
    ("count", ["tokens", "prompt_tokens", "completion_tokens"]),
    ("flag", ["estimated"]),
    ("number", ["seconds", "model_s", "execution_s", "rest_s"]),
    ("text", ["started_at", "video"]),
]
"""What the table of episodes holds of :class:`~embodied_codeact.evaluation.facts.EpisodeFacts`, in this order."""


def tables(report: Report) -> list[Table]:
    """Return every table of a report but that of its episodes; comparisons only where there are some."""
    compared = [comparison_table(report), pair_costs_table(report), left_out_table(report)]
    return [
        runs_table(report),
        success_table(report),
        curve_table(report),
        formats_table(report),
        costs_table(report),
        errors_table(report),
        ends_table(report),
        *(compared if report.comparisons else []),
        published_table(report),
    ]


def groups(report: Report) -> Iterator[Group]:
    """Yield the groups of all runs: a run has one for each model and form of action."""
    for run in report.runs:
        yield from run.groups


def runs_table(report: Report) -> Table:
    """Return one row for each run, model and form of action."""
    counts = ("faults", "stopped", "unjudged")
    columns = [
        *_texts("run", "suite", "model", "action"),
        *_counts("episodes", "solved"),
        *RATE,
        *(Column(name, "number") for name in ("turns", "calls", "tokens", "seconds")),
        *_counts("invalid_replies", "not_run", *counts),
    ]
    rows: list[list[Value]] = []
    for group in groups(report):
        summary, costs = group.summary, group.summary.costs
        rows.append(
            [
                *(group.name, group.suite, group.model, group.action),
                *_rate(summary.success),
                *(cost.all.mean for cost in (costs.turns, costs.calls, costs.tokens, costs.seconds)),
                *(summary.invalid_replies, summary.not_run, summary.faulted, summary.stopped, summary.unjudged),
            ]
        )
    note = "turns, calls, tokens and seconds: means of all scored episodes"
    return Table("runs", "Runs", columns, rows, note)


def success_table(report: Report) -> Table:
    """Return the success of each run by part of the suite and by type of task."""
    rows: list[list[Value]] = []
    for group in groups(report):
        for by, rates in (("part", group.summary.by_part), ("type", group.summary.by_type)):
            rows += [[group.name, by, name, *_rate(rate)] for name, rate in rates.items()]
    return Table(
        "success",
        "Success by part and type of task",
        [*_texts("run", "by", "name"), *_counts("episodes", "solved"), *RATE],
        rows,
    )


def curve_table(report: Report) -> Table:
    """Return the success of each run within k turns, one row for each k."""
    rows: list[list[Value]] = [
        [group.name, k, *_rate(rate)] for group in groups(report) for k, rate in enumerate(group.summary.curve, start=1)
    ]
    columns = [Column("run"), *_counts("k", "episodes", "solved"), *RATE]
    return Table("curve", "Success within k turns", columns, rows)


def formats_table(report: Report) -> Table:
    """Return success, turns, calls and tokens of each suite, model and form of action."""
    columns = [
        *_texts("suite", "model", "action"),
        *_counts("episodes", "solved"),
        *RATE,
        *(Column(name, "number") for name in ("turns", "calls", "tokens")),
    ]
    rows = [
        [row.suite, row.model, action, *_rate(cell.success), cell.turns, cell.calls, cell.tokens]
        for row in report.formats
        for action, cell in row.by_action.items()
    ]
    return Table("formats", "Models by form of action", columns, rows)


def costs_table(report: Report) -> Table:
    """Return what episodes cost, one row for each run and quantity."""
    numbers = [Column(name, "number") for name in ("mean", "median", "mean_solved", "median_solved")]
    rows: list[list[Value]] = []
    for group in groups(report):
        for name in Costs.__struct_fields__:
            cost = getattr(group.summary.costs, name)
            spreads = (cost.all.mean, cost.all.median, cost.solved.mean, cost.solved.median)
            rows.append([group.name, QUANTITIES[name], *spreads])
    estimated = sum(group.summary.estimated for group in groups(report))
    note = f"tokens are estimated in {estimated:,} episodes" if estimated else ""
    return Table("costs", "Costs of an episode", [*_texts("run", "quantity"), *numbers], rows, note)


def errors_table(report: Report) -> Table:
    """Return the errors in which scripts ended, all together and by kind, and how many episodes recovered."""
    columns = [
        *_texts("run", "error"),
        *_counts("scripts", "episodes", "recovered"),
        Column("share_of_scripts", "rate"),
        Column("share_of_episodes", "rate"),
        Column("recovery", "rate"),
    ]
    rows: list[list[Value]] = []
    for group in groups(report):
        errors, scored = group.summary.errors, group.summary.success.episodes
        counted = [("any", errors.with_errors, errors.recovery.episodes, errors.recovery.solved)]
        counted += [(kind, of.scripts, of.episodes, of.recovered) for kind, of in errors.by_kind.items()]
        for kind, scripts, episodes, recovered in counted:
            shares = (_share(scripts, errors.scripts), _share(episodes, scored), _share(recovered, episodes))
            rows.append([group.name, kind, scripts, episodes, recovered, *shares])
    note = "recovered: solved all the same"
    return Table("errors", "Errors of scripts, and recovery from them", columns, rows, note)


def ends_table(report: Report) -> Table:
    """Return why episodes ended, and why episodes are not scored."""
    rows: list[list[Value]] = []
    for group in groups(report):
        summary = group.summary
        rows += [[group.name, "ended", end, count] for end, count in summary.ends.items()]
        rows += [[group.name, "fault", message, count] for message, count in summary.faults.items()]
        apart = (("stopped", "ended by a person", summary.stopped), ("unjudged", "has no goal", summary.unjudged))
        rows += [[group.name, what, why, count] for what, why, count in apart if count]
    return Table("ends", "How episodes ended", [*_texts("run", "what", "why"), Column("episodes", "count")], rows)


def comparison_table(report: Report) -> Table:
    """Return each comparison over all pairs and by type of task."""
    columns = [
        *_texts("first", "second", "type"),
        *_counts("pairs", "both", "only_first", "only_second", "neither"),
        Column("first_rate", "rate"),
        Column("second_rate", "rate"),
        Column("difference", "points"),
        Column("low", "points", "low"),
        Column("high", "points", "high"),
        Column("p", "p"),
    ]
    rows: list[list[Value]] = []
    for comparison in report.comparisons:
        names = (comparison.first, comparison.second)
        rows.append([*names, "all", *_pair(comparison.counts)])
        rows += [[*names, kind, *_pair(counts)] for kind, counts in comparison.by_type.items()]
    note = "difference: second less first, with its paired 95 % interval; p: McNemar's exact test"
    return Table("comparison", "Comparison, episode by episode", columns, rows, note)


def pair_costs_table(report: Report) -> Table:
    """Return what the pairs cost that both sides solved."""
    columns = [
        *_texts("first", "second", "quantity"),
        Column("pairs", "count"),
        *(Column(name, "number") for name in ("first_mean", "second_mean", "difference")),
    ]
    rows: list[list[Value]] = []
    for comparison in report.comparisons:
        for name in ("turns", "calls", "tokens", "seconds"):
            means = getattr(comparison, name)
            row: list[Value] = [comparison.first, comparison.second, QUANTITIES[name], comparison.counts.both]
            rows.append([*row, means.first, means.second, means.difference])
    return Table("pair_costs", "Costs of the pairs that both solved", columns, rows)


def left_out_table(report: Report) -> Table:
    """Return the episodes that a comparison leaves out, one a row."""
    rows: list[list[Value]] = []
    for comparison in report.comparisons:
        left = comparison.left_out
        whys = (
            ("only in the first", left.only_first),
            ("only in the second", left.only_second),
            ("not scored", left.not_scored),
        )
        for why, keys in whys:
            rows += [[comparison.first, comparison.second, why, key] for key in keys]
    return Table("left_out", "Episodes without a pair", _texts("first", "second", "why", "key"), rows)


def published_table(report: Report) -> Table:
    """Return what others published, one row for each figure. Success is a rate here, too."""
    columns = [
        *_texts("name", "model", "action"),
        Column("k", "count"),
        Column("rate", "rate"),
        Column("turns", "number"),
        Column("episodes", "count"),
        *_texts("paper", "where", "url"),
    ]
    rows = [
        [
            *(published.name, figure.model, figure.action, figure.k),
            *(round(figure.success / 100, 6), figure.turns, figure.episodes),
            *(published.source.paper, published.source.where, published.source.url),
        ]
        for published in report.published
        for figure in published.figures
    ]
    return Table("published", "Published results", columns, rows)


def episodes_table(report: Report) -> Table:
    """Return one row for each episode of each run."""
    columns = [Column(name, kind) for kind, names in _EPISODE_COLUMNS for name in names]
    rows = [
        [run.name, run.suite, *(getattr(facts, column.name) for column in columns), _kinds(facts.error_kinds)]
        for run in report.runs
        for facts in run.facts
    ]
    return Table("episodes", "Episodes", [*_texts("run", "suite"), *columns, Column("error_kinds")], rows)


def _kinds(kinds: dict[str, int]) -> str:
    """Kinds of errors as JSON, which a table of plain values can hold."""
    return msgspec.json.encode(kinds).decode()


def _texts(*names: str) -> list[Column]:
    return [Column(name) for name in names]


def _counts(*names: str) -> list[Column]:
    return [Column(name, "count") for name in names]


def _rate(rate: Rate) -> tuple[int, int, float, float, float]:
    return (rate.episodes, rate.solved, rate.rate, rate.low, rate.high)


def _pair(counts: PairCounts) -> list[Value]:
    return [getattr(counts, name) for name in PairCounts.__struct_fields__]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
