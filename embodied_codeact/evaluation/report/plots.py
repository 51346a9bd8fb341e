"""The plots of a page. Each is drawn twice, for a wide and for a narrow screen, so that its words are always of one
size; the page shows the one that fits.

What belongs to one group of episodes (a run, a model, a form of action) has one colour and one shape everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from embodied_codeact.evaluation.pairs import PairCounts
from embodied_codeact.evaluation.published import Published
from embodied_codeact.evaluation.report import svg
from embodied_codeact.evaluation.report.words import interval, number, percent, seconds
from embodied_codeact.evaluation.scored_run import Group
from embodied_codeact.evaluation.statistics import Rate

SERIES = 8
"""Colours that the page has; a ninth group begins anew, with another shape."""
_LABEL_CHARS = 14
_MOST_MARKS = 12


@dataclass(frozen=True)
class Layout:
    """Where things stand in a drawing, CSS pixels: its width, and the margins left and right of what is drawn."""

    name: str
    width: float
    left: float
    right: float

    @property
    def wide(self) -> bool:
        """Whether labels stand beside what they name; else above it."""
        return self.name == "wide"

    def x(self, share: float) -> float:
        """Where a share from 0 to 1 stands."""
        return self.left + share * (self.width - self.left - self.right)


def series(place: int) -> str:
    """The class of a group's colour."""
    return f"s{place % SERIES}"


def in_both(draw: Callable[[Layout], Markup], wide: Layout, narrow: Layout) -> Markup:
    """Draw for both widths."""
    return Markup("").join([draw(wide), draw(narrow)])


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
    most = max((len(group.summary.curve) for group in groups), default=1)
    most = max(most, 2)

    def draw(layout: Layout) -> Markup:
        top, height = 18.0, 300.0 if layout.wide else 240.0
        bottom = top + height

        def at(k: float, share: float) -> svg.Point:
            return (layout.x((k - 1) / (most - 1)), bottom - share * height)

        shapes = _curve_grid(layout, most, at)
        shapes += [_reference(reference, most, at) for reference in published]
        for place, group in enumerate(groups):
            shapes += _band(group, place, at)
        for place, group in enumerate(groups):
            shapes += _curve(group, place, at)
        if layout.wide:
            shapes += _curve_labels(groups, published, layout, most, at)
        shapes.append(svg.text("budget of turns, k", layout.x(0.5), bottom + 38, anchor="middle", style="axis"))
        return svg.drawing(
            f"budget-{layout.name}",
            "Success against the budget of turns",
            (layout.width, bottom + 46),
            shapes,
            style=layout.name,
        )

    return in_both(draw, Layout("wide", 1000, 48, 270), Layout("narrow", 340, 34, 10))


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


def _points(group: Group) -> list[tuple[int, Rate]]:
    """The points of a group's curve; none where nothing was scored."""
    return list(enumerate(group.summary.curve, start=1)) if group.summary.success.episodes else []


def _band(group: Group, place: int, at: At) -> list[Markup]:
    curve = _points(group)
    if len(curve) < 2:
        return []
    border = [at(k, rate.high) for k, rate in curve] + [at(k, rate.low) for k, rate in reversed(curve)]
    return [svg.path(border, f"band {series(place)}", closed=True)]


def _curve(group: Group, place: int, at: At) -> list[Markup]:
    curve = _points(group)
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
        if _points(group):
            last = len(group.summary.curve)
            ends.append((at(last, group.summary.curve[-1].rate), group.name, f"name {series(place)}"))
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


def key(place: int) -> Markup:
    """The sign of a group, for a list of groups."""
    shape = svg.mark(place, (8, 8), f"mark {series(place)}", size=5)
    return svg.element("svg", shape, viewBox="0 0 16 16", width=16, height=16, aria_hidden="true", class_="key")
