"""What fits into one prompt."""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.agent.conversation import Conversation, estimate_tokens, token_counter
from embodied_codeact.contracts import Figure, Message
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
    made = conversation(6, 3000)
    prompt = made.prompt(estimate_tokens(made.messages) - 500)
    assert (prompt.dropped, prompt.shortened) == (0, 2)
    assert all("characters cut" in prompt.messages[index].content for index in (3, 5))
    assert prompt.messages[6:] == made.messages[6:]


def test_room_is_made_for_several_turns_at_once_and_what_went_stays_away() -> None:
    """A model that keeps what it has computed loses it only now and then."""
    made = conversation(6, 3000)
    budget = estimate_tokens(made.messages) - 500
    first = made.prompt(budget)
    assert estimate_tokens(first.messages) <= 0.8 * budget
    made.add_reply("reply")
    made.add_observation("short")
    assert made.prompt(budget).messages[: len(first.messages)] == first.messages


def test_pictures_go_with_the_observations_that_are_shortened() -> None:
    made = Conversation([Message("user", "task")])
    for _ in range(4):
        made.add_reply("reply")
        made.add_observation("seen", [Figure(b"png")])
    assert [len(message.images) for message in made.prompt(100_000).messages[2::2]] == [1, 1, 1, 1]
    assert [len(message.images) for message in made.prompt(2700).messages[2::2]] == [0, 0, 1, 1]


def test_what_was_told_last_can_be_amended() -> None:
    made = Conversation([Message("user", "task")])
    made.amend("Hurry.")
    assert made.prompt(1000).messages == [Message("user", "task\n\nHurry.")]


def test_then_oldest_exchanges_go_and_the_prompt_says_so() -> None:
    made = conversation(6, 3000)
    prompt = made.prompt(1500)
    assert (prompt.dropped, prompt.shortened) == (8, 1)
    assert prompt.messages[0] == made.messages[0]
    assert prompt.messages[1].content == "task\n\n[4 earlier turns are left out here for lack of room.]"
    assert prompt.messages[-2:] == made.messages[-2:]
    assert [message.role for message in prompt.messages[2:]] == ["assistant", "user"] * 2
    assert estimate_tokens(prompt.messages) <= 0.8 * 1500


def test_opening_and_newest_stay_whatever_the_budget() -> None:
    made = conversation(3, 3000)
    prompt = made.prompt(1)
    assert prompt.dropped == 4
    assert prompt.messages[-2:] == made.messages[-2:]
    assert len(made.messages) == 8


def test_an_exchange_that_no_model_could_take_is_shortened_what_was_observed_first() -> None:
    made = Conversation([Message("system", "rules"), Message("user", "task")])
    made.add_reply("r" * 3000)
    made.add_observation("o" * 3000)
    whole = estimate_tokens(made.messages)
    assert made.prompt(1, most=whole).messages == made.messages
    fewer = made.prompt(1, most=whole - 1)
    assert fewer.shortened == 1
    assert fewer.messages[-2] == made.messages[-2]
    assert "characters cut" in fewer.messages[-1].content
    least = made.prompt(1, most=estimate_tokens(fewer.messages) - 1)
    assert [message.role for message in least.messages[-2:]] == ["assistant", "user"]
    assert all("characters cut" in message.content for message in least.messages[-2:])
    assert estimate_tokens(least.messages) < 400


def test_what_a_person_asked_for_last_stays_when_its_observation_goes() -> None:
    """Else the model would go back to the task of the opening."""
    wanted = "The user says: now the blue one"
    for left, dropped in ((4000, 0), (1500, 2)):
        made = Conversation([Message("system", "rules"), Message("user", "task")])
        for turn in range(4):
            made.add_reply(f"reply {turn}")
            words = wanted if turn == 0 else ""
            made.add_observation(f"{'a' * 3000}\n\n{words}\n\n{'b' * 3000}", instruction=words)
        prompt = made.prompt(left)
        assert (prompt.dropped > 0) == (dropped > 0)
        assert prompt.dropped + prompt.shortened > 0
        assert sum(message.content.count(wanted) for message in prompt.messages) == 1


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
        assert counted < 20


def test_model_counts_where_it_can() -> None:
    class Counting(ScriptedModel):
        def count_tokens(self, messages: Sequence[Message]) -> int:
            return 7 * len(messages)

    assert token_counter(Counting([]))([Message("user", "hello")]) == 7
    assert token_counter(ScriptedModel([])) is estimate_tokens
