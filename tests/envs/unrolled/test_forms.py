"""The form of action is read from the system message, and every form can say that it is over."""

from __future__ import annotations

import pytest

from embodied_codeact.contracts import Message
from embodied_codeact.envs.unrolled import Conclusion, Form, Program, read_form, write_decision


@pytest.mark.parametrize(
    ("system", "form"),
    [
        ("Write <execute>code</execute>.", "script"),
        ("Each script may make at most 1\nprimitive call.", "atomic"),
        ('Reply with {"thought": ..., "tool": NAME, "arguments": {...}}.', "json"),
        ("Reply with two lines:\nThought: why\nAction: what", "text"),
        ("An action: say `Action:` nowhere at the start.", "script"),
    ],
)
def test_the_form_is_read_from_the_system_message(system: str, form: Form) -> None:
    assert read_form([Message("system", system), Message("user", "Action: none")]) == form


def test_each_form_says_that_it_is_over() -> None:
    end = Conclusion("All\nis well.", "done")
    assert write_decision("text", end) == "Thought: All is well.\nAction: finish(done)"
    assert write_decision("json", end) == (
        '{"thought": "All\\nis well.", "tool": "finish", "arguments": {"answer": "done"}}'
    )
    for form in ("script", "atomic"):
        assert write_decision(form, end) == "<thought>\nAll\nis well.\n</thought>\n<solution>done</solution>"


def test_a_program_is_an_action_of_scripts_alone() -> None:
    program = Program("Why.", "print(1)\n")
    assert write_decision("script", program) == "<thought>\nWhy.\n</thought>\n<execute>\nprint(1)\n</execute>"
    with pytest.raises(ValueError, match="json"):
        write_decision("json", program)
