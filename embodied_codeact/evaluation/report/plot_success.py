"""Success with its interval: by type of task, by part of the suite, and of two groups on the same episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup

from embodied_codeact.evaluation.pairs import PairCounts
from embodied_codeact.evaluation.report import svg
from embodied_codeact.evaluation.report.plot_layout import Layout, in_both, series
from embodied_codeact.evaluation.report.words import interval, percent
from embodied_codeact.evaluation.scored_run import Group
from embodied_codeact.evaluation.statistics import Rate


def success_by(groups: Sequence[Group], what: Literal["type", "part"]) -> Markup:
    """Success of each group with its interval, of all episodes and by the tasks' types, or the suite's parts."""
    rates_of = [group.summary.by_type if what == "type" else group.summary.by_part for group in groups]
    names = sorted({name for rates in rates_of for name in rates})
    rows: list[tuple[str, list[Rate | None]]] = [("all", [group.summary.success for group in groups])]
    if len(names) > 1:
        rows += [(name, [rates.get(name) for rates in rates_of]) for name in names]

    def draw(layout: Layout) -> Markup:
        step, gap, top = 17.0, 16.0, 24.0 if layout.wide else 32.0
        shapes, y = [], top
        for name, rates in rows:
            if not layout.wide:
                y += 8
                shapes.append(svg.text(name, 0, y, style="label", length=44))
            first = y
            for place, rate in enumerate(rates):
                y += step
                if rate is not None and rate.episodes:
                    shapes += _interval(layout, rate, y - 5, place, f"{groups[place].name}, {name}")
            if layout.wide:
                middle = first + (y - first) / 2 + 8
                shapes.insert(0, svg.text(name, layout.left - 14, middle, anchor="end", style="label", length=32))
            y += gap
        grid = _percent_grid(layout, 18.0, y - gap + 6)
        return svg.drawing(
            f"{what}s-{layout.name}", f"Success by {what}", (layout.width, y), [*grid, *shapes], style=layout.name
        )

    return in_both(draw, Layout("wide", 1000, 250, 150), Layout("narrow", 340, 6, 100))


def _interval(layout: Layout, rate: Rate, y: float, place: int, title: str) -> list[Markup]:
    told = f"{title}: {percent(rate.rate)} ({interval(rate)}), {rate.solved} of {rate.episodes}"
    return [
        svg.line((layout.x(rate.low), y), (layout.x(rate.high), y), f"whisker {series(place)}"),
        svg.mark(place, (layout.x(rate.rate), y), f"mark {series(place)}", title=told),
        svg.text(percent(rate.rate), layout.width - layout.right + 68, y + 4, anchor="end", style="value"),
        svg.text(f"{rate.solved}/{rate.episodes}", layout.width, y + 4, anchor="end", style="note")
        if layout.wide
        else svg.text(f"/{rate.episodes}", layout.width, y + 4, anchor="end", style="note"),
    ]


def _percent_grid(layout: Layout, top: float, bottom: float) -> list[Markup]:
    grid = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = layout.x(share)
        grid.append(svg.line((x, top), (x, bottom), "grid"))
        words = f"{100 * share:.0f} %" if share == 1 else f"{100 * share:.0f}"
        grid.append(
            svg.text(words, x, top - 6, anchor="start" if share == 0 and not layout.wide else "middle", style="tick")
        )
    return grid


def pair(counts: PairCounts, first: int, second: int, name: str) -> Markup:
    """All pairs of two groups: those that both solved, only one of them, and neither."""
    kinds = [
        (counts.both, "both", "both solved"),
        (counts.only_first, f"bar {series(first)}", "only the first"),
        (counts.only_second, f"bar {series(second)}", "only the second"),
        (counts.neither, "neither", "neither"),
    ]

    def draw(layout: Layout) -> Markup:
        shapes, x, scale = [], 1.0, (layout.width - 2) / max(counts.pairs, 1)
        for count, style, words in kinds:
            long = count * scale
            shapes.append(svg.bar(x, 1, long, 24, style, title=f"{words}: {count}"))
            if long > 12 * len(str(count)):
                inside = "inside" if style.startswith("bar") else "value"
                shapes.append(svg.text(str(count), x + long / 2, 17.5, anchor="middle", style=inside))
            x += long
        return svg.drawing(
            f"{name}-{layout.name}", "All pairs by who solved them", (layout.width, 26), shapes, style=layout.name
        )

    return in_both(draw, Layout("wide", 1000, 0, 0), Layout("narrow", 340, 0, 0))
