"""Problems over tables: statistics with missing values, a regression judged on held-out rows, groups of points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from embodied_codeact.envs.workspace.answers import Floats, read_fields, read_number, read_numbers, read_points
from embodied_codeact.envs.workspace.problems import Kind, Problem

_CENT = 0.0051
"""Half a cent, and what rounding may add."""
_WANTED_R2 = 0.9
_CENTRE_TOLERANCE = 0.25
_GROUP_SPREAD = 0.6
_GROUP_DISTANCE = 4.0


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in (header, *rows))


# Statistics


def _statistics(rng: np.random.Generator) -> Problem[tuple[str, float]]:
    regions = ["north", "east", "south", "west", "centre"]
    revenues: dict[str, list[float]] = {region: [] for region in regions}
    rows: list[tuple[object, ...]] = []
    level = dict(zip(regions, rng.uniform(0.7, 1.4, len(regions)), strict=True))
    for order in range(1, 241):
        region = regions[int(rng.integers(len(regions)))]
        units = int(rng.integers(1, 40))
        price = round(float(rng.lognormal(2.5, 0.5)) * level[region], 2)
        missing = rng.random() < 0.06
        rows.append((order, region, "" if missing else units, f"{price:.2f}"))
        if not missing:
            revenues[region].append(units * price)
    means = {region: float(np.mean(values)) for region, values in revenues.items() if values}
    best = max(means, key=means.__getitem__)

    def read(value: object) -> tuple[str, float]:
        given = read_fields(value, ["region", "mean_revenue"])
        return str(given["region"]).strip().lower(), read_number(given["mean_revenue"])

    return Problem(
        instruction="Each row of sales.csv is an order; its revenue is units times unit_price. Orders whose units are "
        "missing do not count. Which region has the highest mean revenue per order, and how high is it, to two "
        'decimals? Submit {"region": name, "mean_revenue": number}.',
        read=read,
        shown=lambda answer: f"region {answer[0]}, mean revenue {answer[1]:g}",
        is_right=lambda answer: answer[0] == best and abs(answer[1] - means[best]) <= _CENT,
        files={"sales.csv": _csv(["order", "region", "units", "unit_price"], rows)},
    )


# Regression


def _regression(rng: np.random.Generator) -> Problem[list[float]]:
    count, held_out = 200, 50
    weight = rng.uniform(800, 2200, count).round()
    power = (weight * rng.uniform(0.04, 0.07, count)).round()
    year = rng.integers(70, 83, count)
    per_weight, per_power, per_year = rng.uniform(0.004, 0.006), rng.uniform(0.01, 0.03), rng.uniform(0.1, 0.25)
    litres = 2 + per_weight * weight + per_power * power - per_year * (year - 70) + rng.normal(0, 0.3, count)
    litres = litres.round(2)
    unknown = rng.random(count) < 0.05
    unknown[0] = True  # in every table, so that every seed needs the same care
    columns = list(zip(weight.astype(int), power.astype(int), year, litres, unknown, strict=True))
    known = [(w, "?" if gap else p, y, f"{used:.2f}") for w, p, y, used, gap in columns[:-held_out]]
    asked = [(w, p, y) for w, p, y, _, _ in columns[-held_out:]]
    truth = litres[-held_out:]

    return Problem(
        instruction="cars.csv holds cars with weight, power, year and the litres they use on 100 km; an unknown power "
        "is written ?. Predict the litres of the cars in new_cars.csv, where that column is missing. Submit the list "
        f"of the {held_out} predictions in the order of the rows; it is good enough where R2 is at least {_WANTED_R2}.",
        read=lambda value: read_numbers(value, held_out),
        shown=lambda answer: f"{held_out} predictions, {answer[0]:g} for the first car",
        is_right=lambda answer: _r2(truth, np.array(answer)) >= _WANTED_R2,
        files={
            "cars.csv": _csv(["weight", "power", "year", "litres"], known),
            "new_cars.csv": _csv(["weight", "power", "year"], asked),
        },
    )


def _r2(truth: Floats, predicted: Floats) -> float:
    """The coefficient of determination, 1 - SS_res / SS_tot."""
    with np.errstate(over="ignore"):
        return 1 - float(np.sum((truth - predicted) ** 2) / np.sum((truth - truth.mean()) ** 2))


# Clusters


def _clusters(rng: np.random.Generator) -> Problem[Floats]:
    count = int(rng.integers(4, 7))
    centres = _apart(rng, count)
    groups = [centre + rng.normal(0, _GROUP_SPREAD, (int(rng.integers(25, 60)), 2)) for centre in centres]
    means = np.array([group.round(3).mean(axis=0) for group in groups])
    points = rng.permutation(np.concatenate(groups))

    return Problem(
        instruction=f"The points of points.csv lie in {count} groups. Find the centre (the mean) of each group. Submit "
        f"the list of the {count} centres [x, y], in any order.",
        read=lambda value: read_points(value, count),
        shown=lambda answer: f"{len(answer)} centres, one at {answer[0].round(2).tolist()}",
        is_right=lambda answer: _all_met(means, answer),
        files={"points.csv": _csv(["x", "y"], [(f"{x:.3f}", f"{y:.3f}") for x, y in points])},
    )


def _apart(rng: np.random.Generator, count: int) -> Floats:
    """Centres in a square, none near another."""
    centres: list[Floats] = []
    while len(centres) < count:
        candidate = rng.uniform(-10, 10, 2)
        if all(np.linalg.norm(candidate - centre) >= _GROUP_DISTANCE for centre in centres):
            centres.append(candidate)
    return np.array(centres)


def _all_met(means: Floats, centres: Floats) -> bool:
    """Whether each mean has a centre near it; the groups lie so far apart that one centre cannot serve two."""
    distances = np.linalg.norm(means[:, None] - centres[None], axis=2)
    return bool((distances.min(axis=1) <= _CENTRE_TOLERANCE).all())


STATISTICS = Kind("table-statistics", "answer a question about a table of sales", _statistics)
REGRESSION = Kind("regression", "predict what cars use from a table of other cars", _regression)
CLUSTERS = Kind("clusters", "find the centres of groups of points", _clusters)
