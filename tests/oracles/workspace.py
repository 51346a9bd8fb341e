"""The oracles of the workspace: for each judged task a script that solves it at any seed, from what a script sees.

``$instruction`` is the task's, as the reset gives it: numbers and names stand only there.
"""

from __future__ import annotations

from string import Template

_SCRIPTS = {
    "table-statistics": """
import io, pandas as pd
orders = pd.read_csv(io.StringIO(workspace.read("sales.csv"))).dropna()
means = (orders.units * orders.unit_price).groupby(orders.region).mean()
workspace.submit({"region": means.idxmax(), "mean_revenue": round(float(means.max()), 2)})
""",
    "equation": """
import re, sympy
x = sympy.Symbol("x")
left = sympy.sympify(re.search(r"solutions of (.*) = 0", $instruction)[1])
workspace.submit([float(root) for root in sympy.real_roots(sympy.Poly(left, x))])
""",
    "regression": """
import io, pandas as pd
from sklearn.linear_model import LinearRegression
cars, new = (pd.read_csv(io.StringIO(workspace.read(name)), na_values="?") for name in ("cars.csv", "new_cars.csv"))
cars = cars.dropna()
model = LinearRegression().fit(cars[list(new.columns)], cars.litres)
workspace.submit(model.predict(new))
""",
    "clusters": """
import io, re, numpy as np
from sklearn.cluster import KMeans
points = np.loadtxt(io.StringIO(workspace.read("points.csv")), delimiter=",", skiprows=1)
count = int(re.search(r"lie in (\\d+) groups", $instruction)[1])
workspace.submit(KMeans(count, n_init=20, random_state=0).fit(points).cluster_centers_)
""",
    "shortest-way": """
import io, re, numpy as np, pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
start, goal = re.search(r"way from (\\w+) to (\\w+)", $instruction).groups()
roads = pd.read_csv(io.StringIO(workspace.read("roads.csv")))
towns = sorted({*roads["from"], *roads["to"]})
place = {town: index for index, town in enumerate(towns)}
ends = (roads["from"].map(place), roads["to"].map(place))
graph = csr_array((roads.km, ends), shape=(len(towns), len(towns)))
_, before = dijkstra(graph, directed=False, indices=place[start], return_predecessors=True)
way = [place[goal]]
while towns[way[-1]] != start:
    way.append(before[way[-1]])
workspace.submit([towns[index] for index in reversed(way)])
""",
    "remainders": """
import re
from sympy.ntheory.modular import crt
pairs = [(int(m), int(r)) for r, m in re.findall(r"(\\d+) when divided by (\\d+)", $instruction)]
workspace.submit(int(crt(*zip(*pairs))[0]))
""",
}


def oracle_script(task_id: str, instruction: str) -> str:
    """Return the script that solves this task."""
    return Template(_SCRIPTS[task_id].strip()).substitute(instruction=repr(instruction))
