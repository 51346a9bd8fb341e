"""Which differences between recorded and replayed output count."""

from __future__ import annotations

import pytest

from embodied_codeact.contracts import ExecutionResult, ScriptError
from embodied_codeact.evaluation.compare import is_verdict, recorded_output, replayed_output, same_output

LEFT = "You have 4 steps left and 2 chances to propose solution left.\n"
LAST = LEFT.replace("4", "1") + "You should take the last step to propose a solution.\n"
TRACEBACK = (
    "-" * 75 + "\nKeyError                                  Traceback (most recent call last)\n"
    "Cell In[2], line 1\n----> 1 d['x']\n\nKeyError: 'x'\n"
)
SYNTAX = "Cell In[3], line 3\n    yield = 0.09\n          ^\nSyntaxError: invalid syntax\n"


def result(stdout: str = "", value: str | None = None, error: str = "") -> ExecutionResult:
    return ExecutionResult(stdout, value, ScriptError(error, "...") if error else None)


@pytest.mark.parametrize(
    ("recorded", "replayed", "same"),
    [
        ("You look.\n", result("You look.\n"), True),
        ("You look.\n", result("\n You look. \n\n"), True),
        ("You look.\n", result("You look!\n"), False),
        ("a\n\nb\n", result("a\nb\n"), False),
        ("[Executed Successfully with No Output]\n", result(), True),
        ("[Executed Successfully with No Output]\n", result("x"), False),
        ("", result(), True),
        ("Out[2]: 'On it you see a cup 1.'\n", result(value="'On it you see a cup 1.'"), True),
        ("Out[2]: 'On it you see a cup 1.'\n", result("On it you see a cup 1."), False),
        ("'x'\n", result(value="'x'"), False),
        ("hi\nOut[12]: 4\n", result("hi\n", "4"), True),
        ("Out[1]: \n[1,\n 2]\n", result(value="[1, 2]"), True),
        (TRACEBACK, result(error="KeyError"), True),
        (TRACEBACK, result(error="NameError"), False),
        (TRACEBACK, result(), False),
        (f"before\n{TRACEBACK}", result("before\n", error="KeyError"), True),
        (f"before\n{TRACEBACK}", result("other\n", error="KeyError"), False),
        (TRACEBACK[:200] + "...\n[Output Truncated]\n", result(error="KeyError"), True),
        ("fine\n", result("fine\n", error="KeyError"), False),
        (SYNTAX, result(error="SyntaxError"), True),
        (SYNTAX, result(error="IndentationError"), False),
        ("abc...\n[Output Truncated]\n", result("abcdef"), True),
        ("abc...\n[Output Truncated]\n", result("abc"), True),
        ("abc...\n[Output Truncated]\n", result("abd"), False),
        ("You have 4 steps left to climb.\n", result("You have 4 steps left to climb."), True),
    ],
)
@pytest.mark.parametrize("tail", [LEFT, LAST])
def test_what_counts(recorded: str, replayed: ExecutionResult, same: bool, tail: str) -> None:
    observation = f"Observation:\n{recorded}{tail}"
    assert same_output(recorded_output(observation), replayed_output(replayed)) == same


def test_verdicts_are_told_from_output() -> None:
    assert is_verdict(f"Observation:\nYour answer is wrong.\n{LAST}")
    assert is_verdict(f"Observation:\nI don't understand your input. \nIf you want\n\n{LEFT}")
    assert not is_verdict(f"Observation:\nOn it you see: Your answer is wrong.\n{LEFT}")
