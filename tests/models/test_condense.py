"""Conversations, shortened for a small model."""

from __future__ import annotations

import pytest

from embodied_codeact.agent import MINT, NATIVE, Dialect, Limits
from embodied_codeact.agent.dialects import ACTION_DIALECTS, DIALECTS, Standing
from embodied_codeact.agent.observation import ScriptOutcome, describe_outcome
from embodied_codeact.agent.prompt import opening_messages
from embodied_codeact.contracts import ExecutionResult, Message, Observation
from embodied_codeact.models.embedded.condense import LONGEST_OBSERVATION, condense
from tests.agent.fakes import DESCRIPTION, pantry_task


def opening(dialect: Dialect, turns: int = 5) -> list[Message]:
    seen = Observation(text="You see a shelf.")
    return opening_messages(DESCRIPTION, pantry_task(), seen, dialect=dialect, limits=Limits(turns=turns))


def condensed(text: str) -> Message:
    """What becomes of an observation in an episode."""
    return condense([*opening(NATIVE), Message("user", text)])[-1]


@pytest.mark.parametrize("dialect", [NATIVE, MINT], ids=lambda dialect: dialect.name)
def test_of_a_prompt_stays_what_can_be_called_and_the_task(dialect: Dialect) -> None:
    system, task = condense(opening(dialect))
    assert system.content == "code\ncalls: take\nbox: put\nstate: holding"
    assert task.content == "You see a shelf.\n\nYour task is to: put the jam into the box"


def test_the_form_of_action_is_told() -> None:
    first = {name: condense(opening(dialect))[0].content for name, dialect in ACTION_DIALECTS.items()}
    assert {name: text.partition("\n")[0] for name, text in first.items()} == {name: name for name in ACTION_DIALECTS}
    assert "take" in first["json"]
    assert "take" in first["text"]


def test_the_number_of_turns_makes_no_difference() -> None:
    assert condense(opening(NATIVE, turns=2)) == condense(opening(NATIVE, turns=9))


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_budgets_are_left_out(dialect: Dialect) -> None:
    for turns in (1, 2, 4):
        message = condensed(dialect.frame("It is open.", Standing(turns, 1)))
        assert message.content == "Observation:\nIt is open."


def test_of_an_observation_stay_output_error_and_what_is_held() -> None:
    outcome = ScriptOutcome(
        ExecutionResult(stdout="You pick up the jam.\n"),
        before={"holding": None, "moves": 3, "seen": {}},
        after={"holding": "jam", "moves": 4, "seen": {"shelf": ["jam"]}},
    )
    told = f"Observation:\n{describe_outcome(outcome, 1000)}\n\n4 turns left."
    message = condensed(told)
    assert message.content == "Observation:\nYou pick up the jam.\nstate.holding: None -> 'jam'"


def test_the_middle_of_a_long_one_is_left_out() -> None:
    text = "begin " + "x" * 9000 + " end"
    message = condensed(text)
    assert message.content.startswith("begin ")
    assert message.content.endswith(" end")
    assert len(message.content) <= LONGEST_OBSERVATION + 5


def test_what_is_not_ours_and_replies_stay_as_they_are() -> None:
    talk = [Message("system", "You are kind."), Message("user", "Hello."), Message("assistant", "You have 3 turns.")]
    assert condense(talk) == talk


def test_condensing_twice_changes_nothing() -> None:
    once = condense([*opening(NATIVE), Message("assistant", "<execute>\n1\n</execute>"), Message("user", "x" * 5000)])
    assert condense(once[1:3]) == once[1:3]


def test_what_is_no_prompt_of_ours_stays_as_it_is() -> None:
    long = "Task:\nYou have 3 turns to explain this:\n" + "word " * 1000
    for system in ([], [Message("system", "You are a helpful assistant.")]):
        said = [*system, Message("user", long), Message("assistant", "It is words.")]
        assert condense(said) == said
