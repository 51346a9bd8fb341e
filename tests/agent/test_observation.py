"""What a model reads of a script's result."""

from __future__ import annotations

import numpy as np

from embodied_codeact.agent.dialects import MINT
from embodied_codeact.agent.observation import NO_OUTPUT, ScriptOutcome, cut_middle, describe_outcome, state_changes
from embodied_codeact.contracts import ExecutionResult, Figure, ScriptError


def describe(result: ExecutionResult, limit: int = 1000) -> str:
    return describe_outcome(ScriptOutcome(result), limit)


def test_everything_that_happened_is_told_in_order() -> None:
    error = ScriptError("NameError", "name 'x' is not defined", "line 2: x\nNameError: name 'x'", "Did you mean 'y'?")
    text = describe(ExecutionResult(stdout="one\n", value="2", error=error, figures=[Figure(b""), Figure(b"")]))
    order = [
        "one",
        "Value of the last expression: 2",
        "Error:\nline 2: x",
        "Did you mean 'y'?",
        "2 figures were drawn.",
    ]
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


def test_empty_result_says_so() -> None:
    assert describe(ExecutionResult(stdout=" \n")) == NO_OUTPUT


def test_an_interruption_is_told() -> None:
    text = describe(ExecutionResult(interrupted=True))
    assert "interrupted" in text
    assert NO_OUTPUT not in text


def test_long_output_is_cut_in_the_middle_and_says_how_much() -> None:
    text = describe(ExecutionResult(stdout="a" * 5000 + "b" * 5000), limit=1000)
    assert "[... 9000 characters cut ...]" in text
    assert text.startswith("a" * 500)
    assert text.endswith("b" * 500)
    assert cut_middle("x" * 1000, 1000) == "x" * 1000


def test_only_changed_fields_are_told_and_compactly() -> None:
    before = {"holding": None, "pose": np.zeros(3), "visits": {"a": 1, "b": 1, "c": 1}, "same": [1.0, np.ones(2)]}
    after = {
        "holding": "mug 1",
        "pose": np.array([0.0, 1 / 3, 0.0]),
        "visits": {"a": 1, "b": 2, "d": 1},
        "same": [1.0, np.ones(2)],
    }
    assert state_changes(before, after) == [
        "state.holding: None -> 'mug 1'",
        "state.pose: [0.0, 0.0, 0.0] -> [0.0, 0.333333, 0.0]",
        "state.visits['d']: now 1",
        "state.visits['b']: 1 -> 2",
        "state.visits['c']: gone",
    ]
    assert state_changes(after, after) == []


def test_change_of_a_huge_state_stays_small() -> None:
    before = {f"field{index}": "" for index in range(500)}
    after = dict.fromkeys(before, "x" * 10000)
    lines = state_changes(before, after)
    assert len("\n".join(lines)) < 4000
    assert lines[-1] == "... and 484 more"


def test_mint_words() -> None:
    def said(result: ExecutionResult) -> str:
        return MINT.describe(ScriptOutcome(result, number=3), 50)

    assert said(ExecutionResult(stdout="a\n", value="'b'")) == "a\nOut[3]: 'b'"
    assert said(ExecutionResult()) == "[Executed Successfully with No Output]"
    assert said(ExecutionResult(stdout="x" * 2001)) == "x" * 2000 + "...\n[Output Truncated]"
