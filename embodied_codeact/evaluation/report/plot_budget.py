"""Success against the budget of turns, with what others published."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from embodied_codeact.evaluation.published import Published
from embodied_codeact.evaluation.report import svg
from embodied_codeact.evaluation.report.plot_layout import Layout, in_both, series
from embodied_codeact.evaluation.report.words import interval, percent
from embodied_codeact.evaluation.scored_run import Group
from embodied_codeact.evaluation.statistics import Rate

_MOST_MARKS = 12
_SMALL_BUDGET = 12
"""Turns, up to which a budget is shown whole."""


@dataclass(frozen=True)
class Reference:
    """A published curve: success by k, shares."""

    name: str
    points: list[tuple[int, float]]


def references(published: Sequence[Published], models: Sequence[str], most: int = 6) -> list[Reference]:
    """Return the published results that depend on the budget of turns. Where there are many: those of the ``models``
    that are shown, then the best, the worst, and some between, as far apart as there are ranks."""
    found = []
    for table in published:
        curves: dict[str, list[tuple[int, float]]] = {}
        for figure in table.figures:
            if figure.k is not None and figure.action in (None, "code"):
                curves.setdefault(figure.model, []).append((figure.k, figure.success / 100))
        found += [Reference(model, sorted(curve)) for model, curve in curves.items()]
    found.sort(key=lambda reference: -reference.points[-1][1])
    chosen = [reference for reference in found if any(reference.name in model for model in models)][:most]
    others = [reference for reference in found if reference not in chosen and len(reference.points) > 1]
    room = most - len(chosen)
    if room and len(others) > room:
        ranks = {round(place * (len(others) - 1) / max(room - 1, 1)) for place in range(room)}
        others = [others[rank] for rank in sorted(ranks)]
    return sorted(chosen + others[:room], key=lambda reference: -reference.points[-1][1])


def budget_curve(groups: Sequence[Group], published: Sequence[Reference]) -> Markup:
    """Success against the budget of turns, with what others published."""
    whole = max((len(group.summary.curve) for group in groups), default=1)
    most = _shown_budget(groups, whole)
    axis = "budget of turns, k" if most >= whole else f"budget of turns, k (from {most} to {whole} nothing changes)"

    def draw(layout: Layout) -> Markup:
        top, height = 18.0, 300.0 if layout.wide else 240.0
        bottom = top + height

        def at(k: float, share: float) -> svg.Point:
            return (layout.x((k - 1) / (most - 1)), bottom - share * height)

        shapes = _curve_grid(layout, most, at)
        shapes += [_reference(reference, most, at) for reference in published]
        for place, group in enumerate(groups):
            shapes += _band(group, place, most, at)
        for place, group in enumerate(groups):
            shapes += _curve(group, place, most, at)
        if layout.wide:
            shapes += _curve_labels(groups, published, layout, most, at)
        shapes.append(svg.text(axis, layout.x(0.5), bottom + 38, anchor="middle", style="axis"))
        return svg.drawing(
            f"budget-{layout.name}",
            "Success against the budget of turns",
            (layout.width, bottom + 46),
            shapes,
            style=layout.name,
        )

    return in_both(draw, Layout("wide", 1000, 48, 270), Layout("narrow", 340, 34, 10))


def _shown_budget(groups: Sequence[Group], whole: int) -> int:
    """How far the curves are drawn: as far as one of them still changes, where the budgets are large."""
    if whole <= _SMALL_BUDGET:
        return max(whole, 2)
    changes = [
        k + 1
        for group in groups
        for k, (before, rate) in enumerate(itertools.pairwise(group.summary.curve), start=1)
        if rate.solved != before.solved
    ]
    return min(whole, max(*changes, _SMALL_BUDGET) if changes else _SMALL_BUDGET)


At = Callable[[float, float], svg.Point]


def _curve_grid(layout: Layout, most: int, at: At) -> list[Markup]:
    shapes = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = at(1, share)[1]
        shapes.append(svg.line((layout.x(0), y), (layout.x(1), y), "grid"))
        words = f"{100 * share:.0f} %" if share == 1 else f"{100 * share:.0f}"
        shapes.append(svg.text(words, layout.left - 8, y + 4, anchor="end", style="tick"))
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 10**6) if (most - 1) / step <= 10)
    for k in sorted({1, most, *range(every, most, every)}):
        if k != most and most - k < every / 2:
            continue
        shapes.append(svg.text(str(k), at(k, 0)[0], at(k, 0)[1] + 18, anchor="middle", style="tick"))
    return shapes


def _reference(reference: Reference, most: int, at: At) -> Markup:
    shown = [(k, share) for k, share in reference.points if k <= most]
    told = f"{reference.name} (published): " + ", ".join(f"k = {k}: {percent(share)}" for k, share in shown)
    if len(shown) == 1:
        return svg.mark(3, at(*shown[0]), "reference-mark", size=3.5, title=told)
    return svg.path([at(k, share) for k, share in shown], "reference", title=told) if shown else Markup("")


def _points(group: Group, most: int) -> list[tuple[int, Rate]]:
    """The points of a group's curve that are shown; none where nothing was scored."""
    return list(enumerate(group.summary.curve[:most], start=1)) if group.summary.success.episodes else []


def _band(group: Group, place: int, most: int, at: At) -> list[Markup]:
    curve = _points(group, most)
    if len(curve) < 2:
        return []
    border = [at(k, rate.high) for k, rate in curve] + [at(k, rate.low) for k, rate in reversed(curve)]
    return [svg.path(border, f"band {series(place)}", closed=True)]


def _curve(group: Group, place: int, most: int, at: At) -> list[Markup]:
    curve = _points(group, most)
    shapes = [svg.path([at(k, rate.rate) for k, rate in curve], f"curve {series(place)}")] if len(curve) > 1 else []
    # Not all of many, and each group at others, so that curves which lie on each other can be told.
    every = -(-len(curve) // _MOST_MARKS)
    for k, rate in dict.fromkeys([*curve[place % every :: every], *curve[-1:]]) if curve else ():
        told = f"{group.name}, k = {k}: {percent(rate.rate)} ({interval(rate)})"
        shapes.append(svg.mark(place, at(k, rate.rate), f"mark {series(place)}", title=told))
    return shapes


def _curve_labels(
    groups: Sequence[Group], published: Sequence[Reference], layout: Layout, most: int, at: At
) -> list[Markup]:
    """The lines' names beside their ends, moved apart where they would cover each other."""
    ends: list[tuple[svg.Point, str, str]] = []
    for place, group in enumerate(groups):
        if points := _points(group, most):
            last, rate = points[-1]
            ends.append((at(last, rate.rate), group.name, f"name {series(place)}"))
    for reference in published:
        shown = [point for point in reference.points if point[0] <= most]
        if shown:
            ends.append((at(*shown[-1]), reference.name, "reference-name"))
    ends.sort(key=lambda end: end[0][1])
    places = _apart([end[0][1] for end in ends], 16.0, 10.0, at(1, 0)[1] + 30)
    shapes = []
    for (point, words, style), y in zip(ends, places, strict=True):
        x = layout.x(1)
        shapes.append(svg.path([(point[0] + 7, point[1]), (x + 10, point[1]), (x + 20, y)], "leader"))
        shapes.append(svg.text(words, x + 24, y + 4, style=style, length=34))
    return shapes


def _apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Move sorted places so far apart that none is nearer than ``least`` to the next; as near to where they are wanted
    as one pass down and one pass up bring them.

    >>> _apart([10, 11, 50], 10, 0, 100)
    [10, 20, 50]
    >>> _apart([95, 96], 10, 0, 100)
    [90, 100]
    """
    places = list(wanted)
    for index in range(len(places)):
        places[index] = max(places[index], places[index - 1] + least if index else low)
    for index in reversed(range(len(places))):
        after = places[index + 1] - least if index + 1 < len(places) else high
        places[index] = min(places[index], after)
    return places
