"""A person who stays: instructions in the same world, halts, interruptions, and what the agent is told of each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.agent.events import (
    AgentEvent,
    EpisodeFinished,
    EpisodeStarted,
    Instructed,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.agent.people import Instruction, Pause
from embodied_codeact.contracts import Episode, OutputChunk
from embodied_codeact.errors import ModelError
from tests.agent.fakes import Pantry, ScriptedModel, ScriptedPerson, pantry_task

TAKE = "<execute>print(take('jam'))</execute>"
PUT = "<execute>print(box.put('jam'))</execute>"
LOOK = "<execute>print('looking')</execute>"
DONE = "<solution>It is done.</solution>"


def chat(
    person: ScriptedPerson,
    replies: Sequence[str | BaseException],
    session: Pantry | None = None,
    limits: Limits | None = None,
) -> tuple[Episode, ScriptedModel, list[AgentEvent]]:
    events: list[AgentEvent] = []
    model = ScriptedModel(replies)
    agent = CodeActAgent(model, person=person, limits=limits, on_event=events.append)
    episode = agent.run(session or Pantry(ends_when_won=False), pantry_task())
    return episode, model, events


def test_the_person_instructs_in_the_place_of_the_task_and_again_in_the_same_world() -> None:
    person = ScriptedPerson("take the jam", "now into the box with it")
    episode, model, _ = chat(person, [TAKE, DONE, PUT, DONE])
    opening = model.prompts[0][-1].content
    assert "take the jam" in opening
    assert "put the jam into the box" not in opening
    assert episode.task.instruction == "take the jam"
    assert episode.messages[5].content == ("Observation:\nThe user says: now into the box with it\n\n5 turns left.")
    assert person.reasons == ["begin", "finish", "finish"]
    assert person.pauses[1].answer == "It is done."
    assert (episode.end, episode.status.success, len(episode.turns)) == ("user", True, 4)
    assert episode.turns[1].said == "The user says: now into the box with it"
    assert episode.turns[3].observation == ""


def test_leaving_before_the_first_instruction_asks_no_model() -> None:
    episode, model, events = chat(ScriptedPerson(), [])
    assert (episode.end, model.prompts) == ("user", [])
    assert [type(event) for event in events] == [EpisodeStarted, EpisodeFinished]


def test_a_turn_is_shown_before_the_person_speaks() -> None:
    _, _, events = chat(ScriptedPerson("take the jam", "go on", halts=[1]), [TAKE, DONE])
    kinds = [type(event) for event in events]
    first = [EpisodeStarted, ReplyReceived, OutputChunk, TurnFinished, Instructed]
    assert kinds == [*first, ReplyReceived, TurnFinished, EpisodeFinished]


def test_a_halted_script_is_told_with_what_it_did_and_what_the_person_says() -> None:
    stopped = Instruction("rather look around", ["The user halted the script."])
    person = ScriptedPerson("take the jam", stopped, halts=[1])
    _, model, _ = chat(person, [TAKE, DONE])
    assert model.prompts[1][-1].content == (
        "Observation:\nYou take the jam.\nChanges of state:\nstate.holding: None -> 'jam'\n\n"
        "[The user halted the script.]\nThe user says: rather look around\n\n5 turns left."
    )
    assert person.reasons == ["begin", "halt", "finish"]
    assert person.pauses[1].answer == ""


def test_turns_count_anew_for_each_instruction() -> None:
    person = ScriptedPerson("look", "look again")
    episode, model, _ = chat(person, [LOOK] * 4, limits=Limits(turns=2))
    assert person.reasons == ["begin", "turns", "turns"]
    assert len(episode.turns) == 4
    assert [prompt[-1].content.splitlines()[-1] for prompt in model.prompts[1:]] == [
        "1 turn left: the next reply is the last.",
        "2 turns left.",
        "1 turn left: the next reply is the last.",
    ]


def test_a_world_that_is_done_hands_over_once_and_can_be_used_further() -> None:
    person = ScriptedPerson("jam into the box", "now just look")
    episode, model, _ = chat(person, [TAKE, PUT, LOOK, DONE], Pantry(stays_won=True))
    assert person.reasons == ["begin", "environment", "finish"]
    assert person.pauses[1].status.success
    assert model.prompts[2][-1].content == (
        "Observation:\nYou put the jam into the box.\nChanges of state:\nstate.holding: 'jam' -> None\n\n"
        "The user says: now just look\n\n5 turns left."
    )
    assert "looking" in model.prompts[3][-1].content
    assert episode.status.success


def test_what_a_script_did_before_its_finish_is_told_with_the_next_instruction() -> None:
    _, model, _ = chat(ScriptedPerson("take the jam", "what did it print?"), [f"{TAKE}{DONE}", DONE])
    assert model.prompts[1][-1].content.startswith("Observation:\nYou take the jam.\n")


def test_questions_are_answered_by_the_person_and_leaving_at_one_asks_nothing_more() -> None:
    person = ScriptedPerson("take something", answers=["the jam"])
    episode, model, _ = chat(person, ["Which thing?", "Sure?"])
    assert (person.asked, person.reasons) == (["Which thing?", "Sure?"], ["begin"])
    assert "The user answers: the jam" in model.prompts[1][-1].content
    assert episode.end == "user"


def test_breaking_into_a_reply_leaves_no_turn_and_costs_none() -> None:
    person = ScriptedPerson("take the jam", "no, look first", "and now take it")
    replies: list[str | BaseException] = [KeyboardInterrupt(), LOOK, KeyboardInterrupt(), TAKE, DONE]
    episode, model, _ = chat(person, replies, limits=Limits(turns=2))
    assert person.reasons == ["begin", "interrupt", "interrupt", "finish"]
    assert len(episode.turns) == 3
    broke_in = "\n\n[The user broke into your reply.]\nThe user says: "
    assert model.prompts[1][-1].content.endswith(f"{broke_in}no, look first")
    assert model.prompts[3][-1].content.endswith(f"{broke_in}and now take it")
    assert [message.role for message in model.prompts[3]] == ["system", "user", "assistant", "user"]


def test_a_model_that_does_not_answer_leaves_world_and_conversation_to_the_person() -> None:
    person = ScriptedPerson("take the jam", "try again")
    episode, model, _ = chat(person, [LOOK, ModelError("the endpoint is gone"), TAKE, DONE])
    assert person.reasons == ["begin", "model", "finish"]
    assert person.pauses[1].answer == "the endpoint is gone"
    assert len(episode.turns) == 3
    assert model.prompts[2][-1].content.endswith("The user says: try again")
    assert "broke into" not in model.prompts[2][-1].content
    with pytest.raises(ModelError):
        CodeActAgent(ScriptedModel([ModelError("gone")])).run(Pantry(), pantry_task())


def test_an_interrupt_outside_of_a_reply_ends_the_episode() -> None:
    session = Pantry()
    session.failure = KeyboardInterrupt()
    agent = CodeActAgent(ScriptedModel([TAKE]), person=ScriptedPerson("take the jam"))
    with pytest.raises(KeyboardInterrupt):
        agent.run(session, pantry_task())
    assert agent.episode is not None
    assert (agent.episode.end, len(agent.episode.turns)) == ("user", 1)


def test_the_latest_instruction_outlasts_its_place_in_the_prompt() -> None:
    talk = "<execute>print('word ' * 400)</execute>"
    limits = Limits(turns=8, context_tokens=1900, reply_tokens=200)
    episode, model, _ = chat(ScriptedPerson("take the jam", "now only talk"), [DONE, *[talk] * 8], limits=limits)
    assert episode.turns[-1].dropped > 2
    for prompt in model.prompts[1:]:
        assert sum("The user says: now only talk" in message.content for message in prompt) == 1


def test_another_model_takes_over_with_the_whole_conversation() -> None:
    other = ScriptedModel([PUT, DONE])
    other.name = "other"
    person = ScriptedPerson("take the jam", Instruction("go on", model=other))
    episode, _, _ = chat(person, [TAKE, DONE])
    assert other.episodes == 1
    assert [message.role for message in other.prompts[0]] == ["system", "user", *["assistant", "user"] * 2]
    assert (episode.model, episode.status.success) == ("other", True)


def test_the_agent_goes_on_in_the_world_as_the_person_left_it() -> None:
    """The person took the world back: changes of state are told against what it is then."""
    session = Pantry(ends_when_won=False)

    class Undoing(ScriptedPerson):
        def instruct(self, pause: Pause) -> Instruction | None:
            session.holding = None
            return super().instruct(pause)

    person = Undoing("take the jam", Instruction("again", ["The user took the world back."]))
    episode, model, _ = chat(person, [TAKE, DONE, TAKE, DONE], session)
    assert "state.holding: None -> 'jam'" in model.prompts[3][-1].content
    assert episode.turns[1].state == {"holding": "jam"}


def test_notes_before_the_first_instruction_are_told() -> None:
    _, model, _ = chat(ScriptedPerson(Instruction("look", ["The user moved the arm by hand."])), [DONE])
    assert "[The user moved the arm by hand.]" in model.prompts[0][-1].content


def test_listeners_are_told_what_the_person_says() -> None:
    stopped = Instruction("look around", ["The user halted the script."])
    _, _, events = chat(ScriptedPerson("take the jam", stopped, halts=[1]), [TAKE, DONE])
    (told,) = (event for event in events if isinstance(event, Instructed))
    assert told == Instructed(1, "look around", ["The user halted the script."])
