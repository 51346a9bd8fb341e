"""The packages of the extra ``science`` as scripts use them, under all the confinement that the machine gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter

pytest.importorskip("sklearn", reason="needs the extra 'science'")
pytestmark = pytest.mark.keeps_processes


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    with Interpreter(sandbox="best") as one:
        one.start(ApiDescription())
        yield one


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import scipy.stats, scipy.optimize\nround(scipy.optimize.brentq(lambda x: x**2 - 2, 0, 2), 6)", "1.414214"),
        ("import sympy\nx = sympy.Symbol('x')\nsympy.solve(x**2 - 2, x)", "[-sqrt(2), sqrt(2)]"),
        ("import sympy\nx = sympy.Symbol('x')\nsympy.integrate(sympy.exp(-x**2), (x, 0, sympy.oo))", "sqrt(pi)/2"),
        (
            "import pandas as pd\npd.DataFrame({'a': [1, 2]}).to_csv('t.csv', index=False)\n"
            "int(pd.read_csv('t.csv').a.sum())",
            "3",
        ),
        (
            "from sklearn.cluster import KMeans\nimport numpy as np\n"
            "len(KMeans(2, n_init=3).fit(np.random.rand(30, 2)).cluster_centers_)",
            "2",
        ),
        (
            "from sklearn.ensemble import RandomForestRegressor\n"
            "RandomForestRegressor(10, n_jobs=-1).fit([[0], [1]], [0, 1]).n_features_in_",
            "1",
        ),
        (
            "from sklearn.model_selection import GridSearchCV\nfrom sklearn.linear_model import Ridge\n"
            "GridSearchCV(Ridge(), {'alpha': [1]}, cv=2, n_jobs=2).fit([[0], [1], [2], [3]], [0, 1, 2, 3]).n_splits_",
            "2",
        ),
        ("import joblib\njoblib.dump({'a': 1}, 'm.joblib')\njoblib.load('m.joblib')", "{'a': 1}"),
    ],
    ids=[
        "scipy",
        "sympy",
        "sympy-integral",
        "pandas-files",
        "k-means",
        "forest-n_jobs",
        "grid-search-n_jobs",
        "joblib",
    ],
)
def test_a_package_works_without_a_word_of_the_confinement(interpreter: Interpreter, code: str, value: str) -> None:
    outcome = interpreter.run(code, timeout_s=60)
    assert outcome.error is None, outcome.error.text()
    assert (outcome.stdout, outcome.value) == ("", value)


def test_figures_come_back_as_pictures(interpreter: Interpreter) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('a line')\nplt.savefig('line.png')\nplt.show()"
    outcome = interpreter.run(code, timeout_s=60)
    assert outcome.error is None, outcome.error.text()
    assert [(figure.title, figure.data[:4]) for figure in outcome.figures] == [("a line", b"\x89PNG")]
    assert outcome.stdout == ""


def test_a_script_reads_its_own_maps_and_nothing_else_of_proc(interpreter: Interpreter) -> None:
    """scikit-learn finds the loaded libraries there; the rule must hold for as long as the process lives."""
    if "landlock" not in interpreter.layers:
        pytest.skip("this machine gives no landlock")
    code = """
import os
read = []
for name in ("maps", "environ", "status", "cmdline", "mem", "smaps", "task/%d/maps" % os.getpid()):
    for who in ("self", os.getpid(), os.getppid(), 1):
        try:
            open(f"/proc/{who}/{name}").close()
            read.append(f"{'own' if who in ('self', os.getpid()) else 'other'} {name}")
        except OSError:
            pass
print(sorted(set(read)))
"""
    assert interpreter.run(code, timeout_s=60).stdout == "['own maps']\n"
