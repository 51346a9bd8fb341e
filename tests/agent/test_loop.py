"""The loop, around a world in which scripts really run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from embodied_codeact.agent import (
    ACTION_DIALECTS,
    MINT,
    NATIVE,
    AgentEvent,
    CodeActAgent,
    EpisodeFinished,
    EpisodeStarted,
    Limits,
    ReplyReceived,
    TurnFinished,
)
from embodied_codeact.agent.company import NO_USER
from embodied_codeact.contracts import (
    Episode,
    ExecutionResult,
    InvalidReply,
    Message,
    Observation,
    OutputChunk,
    Reply,
    Usage,
)
from embodied_codeact.errors import BridgeError, ConfigurationError, ModelError
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task

TAKE = "<thought>first</thought><execute>print(take('jam'))</execute>"
PUT = "<execute>box.put('jam')</execute>"
DONE = "<solution>done</solution>"


def run(replies: list[str | BaseException], session: Pantry | None = None, **options: object) -> Episode:
    agent = CodeActAgent(ScriptedModel(replies), **options)  # type: ignore[arg-type]
    return agent.run(session or Pantry(), pantry_task())


def test_won_game_ends_the_episode_with_that_turn() -> None:
    session = Pantry()
    episode = run([TAKE, PUT, "never asked"], session)
    assert (episode.end, episode.status.success, len(episode.turns)) == ("environment", True, 2)
    assert session.settled == 0
    assert [message.role for message in episode.messages] == ["system", "user", "assistant", "user", "assistant"]
    first, last = episode.turns
    assert first.observation == episode.messages[3].content
    assert "You take the jam." in first.observation
    assert "state.holding: None -> 'jam'" in first.observation
    assert "4 turns left" in first.observation
    assert last.observation == ""
    assert last.result is not None
    assert last.result.value == "'You put the jam into the box.'"


def test_success_is_never_taken_from_what_a_script_prints() -> None:
    episode = run(["<execute>print('You won! success=True')</execute>", DONE])
    assert (episode.end, episode.status.success, episode.answer) == ("finish", False, "done")


def test_finish_and_last_turn_ask_for_the_settled_verdict() -> None:
    for replies, limits, end in (([TAKE, PUT, DONE], Limits(), "finish"), ([TAKE, PUT], Limits(turns=2), "turns")):
        session = Pantry(ends_when_won=False)
        episode = run(list(replies), session, limits=limits)
        assert (episode.end, episode.status.success, session.settled) == (end, True, 1)
        assert episode.turns[-1].status.success


def test_finish_beside_a_script_is_taken_only_if_it_raised_nothing() -> None:
    episode = run([f"{PUT}{DONE}", f"{TAKE}{DONE}"])
    assert [turn.result is not None for turn in episode.turns] == [True, True]
    assert "Take it first" in episode.turns[0].observation
    assert (episode.end, episode.answer, len(episode.turns)) == ("finish", "done", 2)


def test_finish_beside_an_interrupted_script_is_not_taken() -> None:
    class Interrupting(Pantry):
        def execute(self, code: str, **options: Any) -> tuple[ExecutionResult, Observation]:
            result, seen = super().execute(code, **options)
            return replace(result, interrupted=True), seen

    episode = run([f"{TAKE}{DONE}"], Interrupting(), limits=Limits(turns=1))
    assert (episode.end, episode.answer) == ("turns", None)


def test_time_that_the_user_takes_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("embodied_codeact.agent.loop.time.monotonic", lambda: now)

    def answer_after_an_hour(_text: str) -> str:
        nonlocal now
        now += 3600
        return "The red one."

    episode = run(["Which box?", DONE], user=answer_after_an_hour, limits=Limits(seconds=60))
    assert (episode.end, episode.duration_s) == ("finish", 3600)


def test_message_without_user_is_told_so_and_costs_a_turn() -> None:
    episode = run(["Which box?", DONE])
    assert NO_USER["code"] in episode.turns[0].observation
    assert "4 turns left" in episode.turns[0].observation


def test_user_answers_or_leaves() -> None:
    answers = iter(["The red one.", None])
    episode = run(["Which box?", "And now?", "never asked"], user=lambda _text: next(answers))
    assert "The user answers: The red one." in episode.turns[0].observation
    assert (episode.end, len(episode.turns)) == ("user", 2)


def test_invalid_reply_costs_a_turn_and_names_the_tags() -> None:
    episode = run(["<thought>hm</thought>", DONE])
    assert "<execute>" in episode.turns[0].observation
    assert "4 turns left" in episode.turns[0].observation


class CutOff(ScriptedModel):
    """Each of its replies is as long as it may be."""

    def reply(self, messages: Sequence[Message], **options: Any) -> Reply:
        return replace(super().reply(messages, **options), cut=True)


HALVES = {
    "code": "<execute>\ntake('jam')\nfor number in range(1",
    "json": '{"tool": "take", "arguments": {"thing": "jam"',
    "text": "Thought: I take it.\nAction: take(jam)",
}
WHOLE = {
    "code": "<execute>\ntake('jam')\n</execute>\nAnd then I wo",
    "json": '{"tool": "take", "arguments": {"thing": "jam"}}\nAnd then I wo',
    "text": "Thought: I take it.\nAction: take(jam)\nAnd then I wo",
}


@pytest.mark.parametrize("action", ACTION_DIALECTS)
def test_of_an_action_that_was_cut_off_nothing_is_done(action: str) -> None:
    usage = Usage(prompt_tokens=60, completion_tokens=17)
    for reply, runs in ((HALVES[action], False), (WHOLE[action], True), ("<think>Perhaps", False)):
        agent = CodeActAgent(CutOff([reply], usage), dialect=ACTION_DIALECTS[action], limits=Limits(turns=1))
        (turn,) = agent.run(Pantry(), pantry_task()).turns
        assert turn.cut
        assert (turn.result is not None) == runs
        if not runs:
            assert isinstance(turn.action, InvalidReply)
            assert "cut off after 17 tokens, before its action was complete" in turn.action.repair
    # One that ended at a stop has no closing tag either.
    agent = CodeActAgent(ScriptedModel([HALVES["text"]]), dialect=ACTION_DIALECTS["text"], limits=Limits(turns=1))
    assert agent.run(Pantry(), pantry_task()).turns[0].result is not None


def test_last_turn_is_announced() -> None:
    episode = run(["<execute>1</execute>"] * 2, limits=Limits(turns=2))
    assert "1 turn left: the next reply is the last." in episode.turns[0].observation


def test_token_budget_counts_what_the_model_reports() -> None:
    model = ScriptedModel(["<execute>1</execute>"] * 5, Usage(prompt_tokens=60, completion_tokens=10))
    episode = CodeActAgent(model, limits=Limits(tokens=140)).run(Pantry(), pantry_task())
    assert (episode.end, len(episode.turns)) == ("tokens", 2)
    assert not episode.turns[0].usage.estimated


def test_tokens_are_estimated_where_the_model_reports_none() -> None:
    episode = run([DONE])
    usage = episode.turns[0].usage
    assert usage.estimated
    assert usage.prompt_tokens > usage.completion_tokens > 0


def test_time_budget_ends_the_episode_and_bounds_the_script() -> None:
    session = Pantry()
    episode = run(["<execute>1</execute>"] * 5, session, limits=Limits(seconds=1e-9, script_timeout_s=9))
    assert (episode.end, len(episode.turns)) == ("time", 1)
    assert session.deadlines == [0.1]


def test_error_keeps_all_turns_also_the_one_in_flight() -> None:
    session = Pantry(fail_on="boom()")
    session.failure = BridgeError("the other side is gone")
    events: list[AgentEvent] = []
    agent = CodeActAgent(ScriptedModel([TAKE, "<execute>boom()</execute>"]), on_event=events.append)
    with pytest.raises(BridgeError):
        agent.run(session, pantry_task())
    episode = agent.episode
    assert episode is not None
    assert (episode.end, episode.error, len(episode.turns)) == ("error", "the other side is gone", 2)
    assert episode.turns[1].reply == "<execute>boom()</execute>"
    assert episode.messages[-1].role == "assistant"
    assert events[-1] == EpisodeFinished(episode)


@pytest.mark.parametrize(
    ("failure", "end"),
    [(ModelError("no answer"), "error"), (KeyboardInterrupt(), "user"), (RuntimeError("x"), "error")],
)
def test_whatever_stops_the_model_leaves_a_complete_episode(failure: BaseException, end: str) -> None:
    agent = CodeActAgent(ScriptedModel([TAKE, failure]))
    with pytest.raises(type(failure)):
        agent.run(Pantry(), pantry_task())
    assert agent.episode is not None
    assert (agent.episode.end, len(agent.episode.turns)) == (end, 1)
    assert agent.episode.turns[0].observation


def test_events_come_in_order() -> None:
    events: list[AgentEvent] = []
    run([TAKE, PUT], on_event=events.append)
    kinds = [type(event) for event in events]
    turn = [ReplyReceived, OutputChunk, TurnFinished]
    assert kinds == [EpisodeStarted, *turn, ReplyReceived, TurnFinished, EpisodeFinished]


def test_the_instruction_that_the_seed_chose_is_the_task_everywhere() -> None:
    events: list[AgentEvent] = []
    model = ScriptedModel([DONE])
    task = pantry_task()
    task.metadata["chosen"] = "tidy up the jam"
    episode = CodeActAgent(model, on_event=events.append).run(Pantry(), task)
    assert "Your task is to: tidy up the jam" in model.prompts[0][-1].content
    assert isinstance(events[0], EpisodeStarted)
    assert events[0].task.instruction == episode.task.instruction == "tidy up the jam"
    assert (episode.task.id, task.instruction) == ("t1", "put the jam into the box")


def test_each_episode_starts_the_model_and_the_world_anew() -> None:
    model, session = ScriptedModel([TAKE, PUT, TAKE, PUT]), Pantry()
    agent = CodeActAgent(model)
    assert all(agent.run(session, pantry_task()).status.success for _ in range(2))
    assert model.episodes == 2
    assert len(model.prompts[2]) == 2


def test_dropped_messages_are_counted_in_the_turn() -> None:
    chatter = "<execute>print('word ' * 400)</execute>"
    model = ScriptedModel([chatter] * 6)
    limits = Limits(turns=6, context_tokens=1900, reply_tokens=200)
    episode = CodeActAgent(model, limits=limits).run(Pantry(), pantry_task())
    assert [turn.dropped for turn in episode.turns][:2] == [0, 0]
    assert episode.turns[-1].dropped > 0
    assert len(episode.messages) == 2 + 11


def test_mint_goes_on_after_a_wrong_solution_until_the_second() -> None:
    episode = run([DONE, f"{TAKE}{DONE}", "never asked"], dialect=MINT)
    assert episode.turns[0].observation == (
        "Observation:\nYour answer is wrong.\nYou have 4 steps left and 1 chances to propose solution left.\n"
    )
    assert episode.turns[1].result is None
    assert (episode.end, len(episode.turns)) == ("max_propose", 2)


def test_mint_counts_the_last_step_and_ends_by_turns() -> None:
    episode = run([TAKE, "<execute>unclosed"], dialect=MINT, limits=Limits(turns=2))
    assert episode.turns[0].observation == (
        "Observation:\nYou take the jam.\nYou have 1 steps left and 2 chances to propose solution left.\n"
        "You should take the last step to propose a solution.\n"
    )
    assert episode.end == "turns"


def test_mint_solution_is_right_when_the_world_says_so() -> None:
    episode = run([TAKE, PUT, DONE], Pantry(ends_when_won=False), dialect=MINT)
    assert (episode.end, episode.status.success, len(episode.turns)) == ("finish", True, 3)


def test_rules_are_kept_in_the_record() -> None:
    assert run([DONE]).metadata == {"dialect": NATIVE.name, "script_timeout_s": 60.0}


@pytest.mark.parametrize(
    "bad",
    [{"turns": 0}, {"seconds": -1.0}, {"reply_tokens": 20_000}, {"tokens": 0}, {"script_timeout_s": float("inf")}],
)
def test_limits_that_make_no_sense_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(bad))):
        Limits(**bad)  # type: ignore[arg-type]
