"""What the workspace's expert knows: for each kind of problem how it is asked, and a script that solves it.

The scripts are the problems' oracles as well. Numbers and names come from the instruction; what the files hold, a
script reads itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """How one kind of problem is solved. ``asked``: finds it in its words. ``read``: its parameters, from the match.
    ``body``: over variables of their names. ``packages``: what it imports besides the standard library."""

    kind: str
    asked: re.Pattern[str]
    plan: str
    body: str
    packages: tuple[str, ...] = ()
    read: Callable[[re.Match[str]], Parameters] = field(default=lambda match: match.groupdict())

    def script(self, parameters: Parameters) -> str:
        """Write the whole script."""
        imports, code = self.body.split("\n\n", 1)
        values = "".join(f"{name} = {repr(value).replace(chr(39), chr(34))}\n" for name, value in parameters.items())
        return "\n\n".join(part.strip("\n") for part in (imports, f"{values}{code}") if part.strip()) + "\n"


_STATISTICS = """\
import io
import pandas as pd

orders = pd.read_csv(io.StringIO(workspace.read("sales.csv"))).dropna()
means = (orders.units * orders.unit_price).groupby(orders.region).mean()
print(means.round(2).to_dict())
print(workspace.submit({"region": str(means.idxmax()), "mean_revenue": round(float(means.max()), 2)}))
"""

_EQUATION = """\
import sympy

roots = sympy.real_roots(sympy.Poly(sympy.sympify(polynomial)))
print(workspace.submit([float(root) for root in roots]))
"""

_REGRESSION = """\
import io
import pandas as pd
from sklearn.linear_model import LinearRegression

texts = [workspace.read(name) for name in ("cars.csv", "new_cars.csv")]
cars, new = (pd.read_csv(io.StringIO(text), na_values="?") for text in texts)
cars = cars.dropna()
columns = list(new.columns)
model = LinearRegression().fit(cars[columns], cars.litres)
print("R2 on the known cars:", round(model.score(cars[columns], cars.litres), 3))
print(workspace.submit(model.predict(new).round(3).tolist()))
"""

_CLUSTERS = """\
import io
import pandas as pd
from sklearn.cluster import KMeans

points = pd.read_csv(io.StringIO(workspace.read("points.csv")))
groups = KMeans(count, n_init=20, random_state=0).fit(points.to_numpy())
print(workspace.submit(groups.cluster_centers_.round(4).tolist()))
"""

_SHORTEST_WAY = """\
import csv
import heapq
import io

roads = {}
for row in csv.DictReader(io.StringIO(workspace.read("roads.csv"))):
    for one, other in ((row["from"], row["to"]), (row["to"], row["from"])):
        roads.setdefault(one, {})[other] = int(row["km"])
# Dijkstra's algorithm: the way that has come least far goes on.
queue, done = [(0, [start])], set()
while queue:
    km, way = heapq.heappop(queue)
    if way[-1] == goal:
        break
    if way[-1] not in done:
        done.add(way[-1])
        for town, length in roads[way[-1]].items():
            heapq.heappush(queue, (km + length, [*way, town]))
print(f"{km} km over {way}")
print(workspace.submit(way))
"""

_REMAINDERS = """\


number, step = 0, 1
for remainder, modulus in conditions:
    # Steps keep the remainders that are right already; this many of them make the next one right.
    number += step * ((remainder - number) * pow(step, -1, modulus) % modulus)
    step *= modulus
print([number % modulus for _, modulus in conditions])
print(workspace.submit(number))
"""


def _conditions(match: re.Match[str]) -> Parameters:
    found = re.findall(r"(\d+) when divided by (\d+)", match[0])
    return {"conditions": [(int(remainder), int(modulus)) for remainder, modulus in found]}


WAYS = (
    Way(
        kind="table-statistics",
        asked=re.compile(r"Which region has the highest mean revenue per order"),
        plan="I leave out the orders with gaps, and compare the mean revenue of the regions.",
        body=_STATISTICS,
        packages=("pandas",),
    ),
    Way(
        kind="equation",
        asked=re.compile(r"Find all real solutions of (?P<polynomial>.+?) = 0"),
        plan="The left side is a polynomial: its real roots can be found exactly.",
        body=_EQUATION,
        packages=("sympy",),
    ),
    Way(
        kind="regression",
        asked=re.compile(r"Predict the litres of the cars in new_cars\.csv"),
        plan="I leave out the cars with unknown values, fit a linear model to the others, and predict by it.",
        body=_REGRESSION,
        packages=("pandas", "scikit-learn"),
    ),
    Way(
        kind="clusters",
        asked=re.compile(r"The points of points\.csv lie in (?P<count>\d+) groups"),
        plan="I group the points by k-means, begun from many places, and hand in the means.",
        body=_CLUSTERS,
        packages=("pandas", "scikit-learn"),
        read=lambda match: {"count": int(match["count"])},
    ),
    Way(
        kind="shortest-way",
        asked=re.compile(r"Find the shortest way from (?P<start>\w+) to (?P<goal>\w+)"),
        plan="I read the roads, and look for the shortest way by Dijkstra's algorithm.",
        body=_SHORTEST_WAY,
    ),
    Way(
        kind="remainders",
        asked=re.compile(r"Find the smallest positive whole number that leaves the remainders [^.]+"),
        plan="By the Chinese remainder theorem I can meet one condition after the other.",
        body=_REMAINDERS,
        read=_conditions,
    ),
)


def way_to(text: str) -> tuple[Way, Parameters] | None:
    """Return how to solve the problem that is asked last in a text, and its parameters; None where none is."""
    found = [(match.start(), way, match) for way in WAYS for match in way.asked.finditer(text)]
    if not found:
        return None
    _, way, match = max(found, key=lambda each: each[0])
    return way, way.read(match)
