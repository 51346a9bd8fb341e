"""Everything that a report tells: runs, models by forms of action, comparisons, and what others published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from embodied_codeact.evaluation.facts import EpisodeFacts
from embodied_codeact.evaluation.pairs import Comparison, compare_all
from embodied_codeact.evaluation.published import Published, published
from embodied_codeact.evaluation.scored_run import ScoredRun
from embodied_codeact.evaluation.statistics import Rate
from embodied_codeact.evaluation.summary import Summary, summarize

_ACTIONS = ("code", "json", "text")


class Cell(msgspec.Struct, frozen=True):
    """One model with one form of action: success, and the average of turns, calls and tokens over all scored
    episodes."""

    success: Rate
    turns: float | None
    calls: float | None
    tokens: float | None


class FormatRow(msgspec.Struct, frozen=True):
    """One model on one suite: a cell for each form of action that it was tried with, as in tables 2 and 3 of the
    CodeAct paper (arXiv 2402.01030)."""

    suite: str
    model: str
    by_action: dict[str, Cell]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a report tells. ``published`` are the results that the runs' suites name."""

    runs: Sequence[ScoredRun]
    formats: Sequence[FormatRow]
    comparisons: Sequence[Comparison]
    published: Sequence[Published]


def make_report(runs: Sequence[ScoredRun], *, compare: bool = False) -> Report:
    """Put together what there is to tell of some runs.

    Raises:
        ConfigurationError: they are to be compared and cannot be.
    """
    return Report(
        runs=runs,
        formats=format_rows(runs),
        comparisons=compare_all(runs) if compare else [],
        published=published(name for run in runs if run.run.manifest for name in run.run.manifest.suite.published),
    )


def format_rows(runs: Sequence[ScoredRun]) -> list[FormatRow]:
    """Return a row for each suite and model, over all runs; what several runs did with the same form of action is taken
    together."""
    rows: dict[tuple[str, str], dict[str, list[EpisodeFacts]]] = {}
    for run in runs:
        for group in run.groups:
            rows.setdefault((run.suite, group.model), {}).setdefault(group.action, []).extend(group.facts)
    return [
        FormatRow(suite, model, {action: _cell(summarize(rows[suite, model][action])) for action in in_order(actions)})
        for (suite, model), actions in rows.items()
    ]


def _cell(summary: Summary) -> Cell:
    costs = summary.costs
    return Cell(summary.success, costs.turns.all.mean, costs.calls.all.mean, costs.tokens.all.mean)


def in_order(actions: Iterable[str]) -> list[str]:
    """Return forms of action, each once, in the paper's order, and then what others there are.

    >>> in_order(["text", "code", "text", "gesture"])
    ['code', 'text', 'gesture']
    """
    found = set(actions)
    return [action for action in _ACTIONS if action in found] + sorted(found - set(_ACTIONS))
