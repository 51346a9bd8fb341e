"""What an episode costs: turns, calls, tokens, seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from embodied_codeact.evaluation.report import svg
from embodied_codeact.evaluation.report.plot_layout import Layout, in_both, series
from embodied_codeact.evaluation.report.words import number, seconds
from embodied_codeact.evaluation.scored_run import Group

_LABEL_CHARS = 14


def costs(groups: Sequence[Group]) -> Markup:
    """The average of turns, calls, tokens and seconds of an episode, each group with a bar; seconds by what took
    them."""
    panels: list[tuple[str, str, Callable[[float | None], str]]] = [
        ("turns", "Turns", number),
        ("calls", "Primitive calls", number),
        ("tokens", "Tokens", number),
        ("seconds", "Seconds: model, scripts, rest", seconds),
    ]

    def draw(layout: Layout) -> Markup:
        columns = 2 if layout.wide else 1
        column = (layout.width - 40 * (columns - 1)) / columns
        row, head = 22.0, 30.0
        tall = head + len(groups) * row + 22
        shapes: list[Markup] = []
        for index, (name, title, wording) in enumerate(panels):
            x, y = (index % columns) * (column + 40), (index // columns) * tall
            shapes.append(svg.text(title, x, y + 16, style="label"))
            shapes += _panel(groups, name, wording, (x, y + head), column, row)
        rows = -(-len(panels) // columns)
        return svg.drawing(
            f"costs-{layout.name}",
            "Averages of an episode",
            (layout.width, rows * tall - 12),
            shapes,
            style=layout.name,
        )

    return in_both(draw, Layout("wide", 1000, 0, 0), Layout("narrow", 340, 0, 0))


def _panel(
    groups: Sequence[Group],
    name: str,
    wording: Callable[[float | None], str],
    corner: svg.Point,
    width: float,
    row: float,
) -> list[Markup]:
    means = [getattr(group.summary.costs, name).all.mean for group in groups]
    most = max((mean for mean in means if mean is not None), default=0.0) or 1.0
    if name == "seconds":
        # Where a model's own count of its seconds is more than the clock's, the parts are.
        most = max(most, *(sum(mean for _, _, mean in _parts(group)) for group in groups))
    labels = [group.action for group in groups]
    if len(set(labels)) < len(labels):
        labels = [group.name for group in groups]
    label, value = 24.0 + 6.2 * min(max(map(len, labels)), _LABEL_CHARS), 74.0
    shapes: list[Markup] = []
    for place, (group, mean) in enumerate(zip(groups, means, strict=True)):
        x, y = corner[0] + label, corner[1] + place * row
        long = (width - label - value) * (mean or 0.0) / most
        shapes.append(svg.mark(place, (corner[0] + 5, y + 8), f"mark {series(place)}", size=4))
        shapes.append(svg.text(labels[place], corner[0] + 15, y + 12, style="note", length=_LABEL_CHARS))
        told = f"{group.name}: {wording(mean)}"
        if name == "seconds":
            shapes += _stacked(group, (x, y), (width - label - value) / most, told, place)
        else:
            shapes.append(svg.bar(x, y, long, 15, f"bar {series(place)}", title=told))
        shapes.append(svg.text(wording(mean), x + long + 6, y + 12, style="value"))
    return shapes


def _stacked(group: Group, corner: svg.Point, scale: float, told: str, place: int) -> list[Markup]:
    shapes, x = [], corner[0]
    for part, words, mean in _parts(group):
        title = f"{told}, of which {words} {seconds(mean)}"
        shapes.append(svg.bar(x, corner[1], mean * scale, 15, f"bar {part} {series(place)}", title=title))
        x += mean * scale
    return shapes


def _parts(group: Group) -> list[tuple[str, str, float]]:
    """What an episode's seconds went to: class, words, average."""
    costs = group.summary.costs
    means = [
        ("model", "model", costs.model_s),
        ("execution", "scripts and calls", costs.execution_s),
        ("rest", "rest", costs.rest_s),
    ]
    return [(style, words, cost.all.mean or 0.0) for style, words, cost in means]
