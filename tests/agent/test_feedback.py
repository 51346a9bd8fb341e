"""A simulated user: what it is shown, what becomes of its words, and how its failure ends the episode."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.agent.feedback import SAID_CHARS, SimulatedUser
from embodied_codeact.contracts import Message, Model, Usage
from embodied_codeact.errors import ModelError
from embodied_codeact.models import ReplayModel
from embodied_codeact.registry import load_expert
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task
from tests.cli.support import write_trace

TAKE = "<execute>print(take('jam'))</execute>"
PUT = "<execute>print(box.put('jam'))</execute>"
DONE = "<solution>It is done.</solution>"


def play(user: Model, replies: list[str], session: Pantry | None = None) -> tuple[CodeActAgent, ScriptedModel]:
    model = ScriptedModel(replies)
    agent = CodeActAgent(model, commentator=SimulatedUser(user))
    agent.run(session or Pantry(ends_when_won=False), pantry_task())
    return agent, model


def test_a_comment_is_part_of_the_observation_and_stands_in_the_turn() -> None:
    agent, model = play(ScriptedModel(["  Good, now into the box.\n", "", "unused"]), [TAKE, PUT, DONE])
    assert agent.episode is not None
    first, second, last = agent.episode.turns
    assert first.said == "Good, now into the box."
    assert first.observation.endswith("4 turns left.\n\nThe user comments: Good, now into the box.")
    assert model.prompts[1][-1].content == first.observation
    assert "The user comments" not in second.observation
    assert last.said == ""


def test_it_sees_task_conversation_and_observation_but_neither_documentation_nor_verdict() -> None:
    user = ScriptedModel(["a", "b"])
    play(user, [TAKE, PUT, DONE])
    assert len(user.prompts) == 2
    (system, request) = user.prompts[1]
    assert (system.role, request.role) == ("system", "user")
    shown = ("put the jam into the box", "You see a shelf", TAKE, "The user comments: a", PUT, "You put the jam into")
    for seen in shown:
        assert seen in request.content
    assert request.content.count("You put the jam into the box.") == 1
    for hidden in ("Take a thing.", "success", "solved"):
        assert hidden not in request.content


def test_it_answers_questions_and_does_not_comment_on_them_too() -> None:
    user = ScriptedModel(["The jam.", "fine"])
    agent, model = play(user, ["Which thing do you mean?", TAKE, DONE])
    assert "The user answers: The jam." in model.prompts[1][-1].content
    assert user.prompts[0][-1].content.count("Which thing do you mean?") == 1
    assert agent.episode is not None
    assert [turn.said for turn in agent.episode.turns] == ["", "fine", ""]


def test_its_words_and_what_it_is_shown_are_bounded() -> None:
    user = ScriptedModel(["word " * 10_000] * 3)
    simulated = SimulatedUser(user)
    said = [Message("user", "first words"), Message("assistant", "x" * 100_000 + "latest words")]
    assert len(simulated.comment(pantry_task(), said, "seen " * 10_000)) < SAID_CHARS + 100
    shown = user.prompts[0][-1].content
    assert len(shown) < 17_000
    assert "first words" in shown
    assert "latest words" in shown
    user.context_tokens = 1000  # type: ignore[attr-defined]
    simulated.comment(pantry_task(), said, "seen")
    assert len(user.prompts[1][-1].content) < 3000


def test_usage_is_summed_over_all_its_words_and_episodes() -> None:
    user = SimulatedUser(ScriptedModel(["one", "two"], Usage(prompt_tokens=10, completion_tokens=3)))
    for _ in range(2):
        user.for_episode().comment(pantry_task(), [], "seen")
    assert (user.spent.total.prompt_tokens, user.spent.total.completion_tokens) == (20, 6)


def test_its_failure_ends_the_episode_unscored() -> None:
    agent = CodeActAgent(ScriptedModel([TAKE]), commentator=SimulatedUser(ScriptedModel([ModelError("no answer")])))
    with pytest.raises(ModelError, match="no answer"):
        agent.run(Pantry(), pantry_task())
    assert agent.episode is not None
    assert (agent.episode.end, agent.episode.error, len(agent.episode.turns)) == ("error", "no answer", 1)
    assert agent.episode.turns[0].result is not None


def test_a_recording_can_be_the_user(tmp_path: Path) -> None:
    """Each episode has its recording from the beginning."""
    model = ReplayModel.from_file(write_trace(tmp_path / "user.jsonl", ["Well done."], pantry_task()))
    user = SimulatedUser(model)
    for _ in range(2):
        agent = CodeActAgent(ScriptedModel([TAKE, DONE]), commentator=user)
        assert agent.run(Pantry(), pantry_task()).turns[0].said == "Well done."


@pytest.mark.parametrize("environment", ["household", "tabletop"])
def test_an_expert_can_be_the_user(environment: str) -> None:
    agent, _ = play(load_expert(environment), [TAKE, DONE])
    assert agent.episode is not None
    assert agent.episode.turns[0].said
