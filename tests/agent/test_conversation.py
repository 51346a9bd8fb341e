"""What fits into one prompt."""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.agent.conversation import Conversation, estimate_tokens, token_counter
from embodied_codeact.contracts import Message
from tests.agent.fakes import ScriptedModel


def conversation(exchanges: int, size: int) -> Conversation:
    made = Conversation([Message("system", "rules"), Message("user", "task")])
    for index in range(exchanges):
        made.add_reply(f"reply {index}")
        made.add_observation(f"observation {index} " + "x" * size)
    return made


def test_everything_is_sent_where_there_is_room() -> None:
    made = conversation(4, 100)
    prompt = made.prompt(10_000)
    assert (prompt.messages, prompt.dropped) == (made.messages, 0)


def test_oldest_observations_are_shortened_first() -> None:
    made = conversation(4, 3000)
    prompt = made.prompt(estimate_tokens(made.messages) - 500)
    assert prompt.dropped == 0
    assert "characters cut" in prompt.messages[3].content
    assert prompt.messages[4:] == made.messages[4:]


def test_then_oldest_exchanges_go_and_the_prompt_says_so() -> None:
    made = conversation(6, 3000)
    prompt = made.prompt(1500)
    assert prompt.dropped == 6
    assert prompt.messages[0] == made.messages[0]
    assert prompt.messages[1].content == "task\n\n[3 earlier turns are left out here for lack of room.]"
    assert prompt.messages[-2:] == made.messages[-2:]
    assert [message.role for message in prompt.messages[2:]] == ["assistant", "user"] * 3
    assert estimate_tokens(prompt.messages) <= 1500


def test_opening_and_newest_stay_whatever_the_budget() -> None:
    made = conversation(3, 3000)
    prompt = made.prompt(1)
    assert prompt.dropped == 4
    assert prompt.messages[-2:] == made.messages[-2:]
    assert len(made.messages) == 8


def test_a_long_conversation_is_counted_a_few_times_only() -> None:
    counted = 0

    def count(messages: Sequence[Message]) -> int:
        nonlocal counted
        counted += 1
        return estimate_tokens(messages)

    made = conversation(200, 600)
    for budget in (estimate_tokens(made.messages) - 5000, 3000):
        counted = 0
        fitting = made.prompt(budget, count)
        assert estimate_tokens(fitting.messages) <= budget < estimate_tokens(made.messages)
        assert counted < 15


def test_model_counts_where_it_can() -> None:
    class Counting(ScriptedModel):
        def count_tokens(self, messages: Sequence[Message]) -> int:
            return 7 * len(messages)

    assert token_counter(Counting([]))([Message("user", "hello")]) == 7
    assert token_counter(ScriptedModel([])) is estimate_tokens
