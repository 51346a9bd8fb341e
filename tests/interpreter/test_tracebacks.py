"""Errors show the script's own frames, and what was probably meant."""

from __future__ import annotations

import re

import pytest

from embodied_codeact.contracts import ScriptError
from tests.interpreter.conftest import Runs

pytestmark = pytest.mark.keeps_processes


def error_of(run: Runs, code: str) -> ScriptError:
    error = run(code).error
    assert error is not None
    return error


def test_only_the_scripts_frames_with_their_source(run: Runs) -> None:
    run("def outer(n):\n    return inner(n)\n\ndef inner(n):\n    import json\n    return json.loads(n)")
    error = error_of(run, "x = 1\nouter('{')")
    assert error.kind == "JSONDecodeError"
    assert error.line == 2
    frames = re.findall(r'File "<script (\d+)>", line (\d+), in (\S+)\n    (.+)', error.traceback)
    first = int(frames[1][0])
    assert frames == [
        (str(first + 1), "2", "<module>", "outer('{')"),
        (str(first), "2", "outer", "return inner(n)"),
        (str(first), "6", "inner", "return json.loads(n)"),
    ]
    assert "json/decoder" not in error.traceback
    assert "interpreter/" not in error.traceback


def test_the_causes_are_trimmed_alike(run: Runs) -> None:
    error = error_of(
        run, "import json\ntry:\n    json.loads('{')\nexcept ValueError as e:\n    raise KeyError('k') from e"
    )
    assert error.kind == "KeyError"
    assert "direct cause" in error.traceback
    assert "JSONDecodeError" in error.traceback
    assert "json/" not in error.traceback
    assert error.line == 5


def test_a_syntax_error_points_at_its_place(run: Runs) -> None:
    error = error_of(run, "x = 1\ny = (2 +\nprint('a')\nz ==")
    assert error.kind == "SyntaxError"
    assert error.line is not None
    assert "^" in error.traceback
    assert "<script" in error.traceback
    assert "compile" not in error.traceback


def test_endless_recursion_is_folded(run: Runs) -> None:
    error = error_of(run, "def f(n):\n    return f(n + 1)\nf(0)")
    assert error.kind == "RecursionError"
    assert "Previous line repeated" in error.traceback
    error = error_of(run, "def g(n):\n    return h(n)\ndef h(n):\n    return g(n)\ng(0)")
    assert "frames left out" in error.traceback
    assert "line 0" not in error.traceback
    assert len(error.traceback) < 4000


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("position = 1\npositon", "Did you mean 'position'?"),
        ("math.sqrt(2)", "Did you forget 'import math'?"),
        ("np.zeros(3)", "Did you forget 'import numpy as np'?"),
        ("def f():\n    apples = 3\n    return aples\nf()", "Did you mean 'apples'?"),
        ("[].apend(1)", "Did you mean 'append'?"),
        ("import maths", "Did you mean 'math'?"),
        ("from math import sqr", "Did you mean 'sqrt'?"),
        ("import zzz_nothing_like_it", "none can be installed"),
        ("places = {'kitchen': 1}\nplaces['kichen']", "Did you mean 'kitchen'?"),
        ("lenn([1])", "Did you mean 'len'?"),
    ],
)
def test_did_you_mean(run: Runs, code: str, hint: str) -> None:
    assert hint in error_of(run, code).hint


@pytest.mark.parametrize(("code", "not_meant"), [("places", "license"), ("ext", "exit"), ("cedits", "credits")])
def test_what_is_there_for_people_at_a_prompt_was_not_meant(run: Runs, code: str, not_meant: str) -> None:
    assert not_meant not in error_of(run, code).hint


@pytest.mark.parametrize(
    "body",
    [
        "def __str__(self): raise ValueError",
        "def __str__(self): return 3",
        "def __str__(self): raise SystemExit",
        "def __str__(self): return 'x' * 10**7",
        "__notes__ = 3",
        "__module__ = 3",
    ],
)
def test_hostile_exceptions_are_described_and_nothing_breaks(run: Runs, body: str) -> None:
    error = error_of(run, f"kept = 1\nclass Odd(Exception):\n    {body}\nraise Odd('a')")
    assert error.kind == "Odd"
    assert len(error.text()) < 10_000
    outcome = run("kept")
    assert (outcome.value, outcome.restarted) == ("1", False)


def test_a_repr_that_raises_is_the_scripts_error(run: Runs) -> None:
    error = error_of(run, "class Odd:\n    def __repr__(self): return self.nme\n    name = 'x'\nOdd()")
    assert error.kind == "AttributeError"
    assert "Did you mean 'name'?" in error.hint
    assert "return self.nme" in error.traceback
