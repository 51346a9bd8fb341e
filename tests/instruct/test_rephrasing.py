"""Conversations about the same episode, asked for in other words."""

from __future__ import annotations

import random

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage, Conversation
from embodied_codeact.instruct.rephrasing import rename_conversation, rephrase, rephrase_conversation
from embodied_codeact.registry import load_rephraser

ASKED = "put a mug in desk."
OPENING = f"You see a desk 1.\n\nYour task is to: {ASKED}"


def conversation(reply: str = "<execute>\nhouse.go_to('desk 1')\n</execute>", **changes: str) -> Conversation:
    messages = [
        ChatMessage("system", "Act."),
        ChatMessage("user", changes.get("opening", OPENING)),
        ChatMessage("assistant", reply, train=False),
        ChatMessage("user", "Error"),
        ChatMessage("assistant", "<solution>The mug is on the desk.</solution>"),
    ]
    return Conversation("a1", changes.get("source", "household"), messages, "code", provenance={"seed": 3})


def test_only_the_instruction_changes_and_the_provenance_tells_it() -> None:
    before = conversation()
    after = rephrase_conversation(before, random.Random(1))
    assert after is not None
    words = rephrase("household", ASKED, random.Random(1))
    assert words is not None
    assert after.messages[1] == ChatMessage("user", OPENING.replace(ASKED, words))
    assert [*after.messages[:1], *after.messages[2:]] == [*before.messages[:1], *before.messages[2:]]
    assert after.provenance == {"seed": 3, "rephrased": ASKED}
    assert after.id != before.id
    assert rephrase_conversation(before, random.Random(1)) == after
    assert rephrase_conversation(before, random.Random(2)) != after


@pytest.mark.parametrize("action_format", ["json", "text"])
def test_other_action_formats_are_rephrased_too(action_format: str) -> None:
    after = rephrase_conversation(conversation('{"name": "go_to", "arguments": {"place": "desk 1"}}'), random.Random(1))
    assert after is not None, action_format


def test_an_example_in_the_prompt_stays_as_it_is() -> None:
    example = "Your task is to: put some egg on fridge.\nDone.\n\n"
    after = rephrase_conversation(conversation(opening=example + OPENING), random.Random(1))
    assert after is not None
    assert after.messages[1].content.startswith(example)
    assert ASKED not in after.messages[1].content


def test_the_tabletop_is_rephrased() -> None:
    opening = "You see a table.\n\nYour task is to: Put the red block in the green bowl."
    after = rephrase_conversation(conversation(opening=opening, source="tabletop"), random.Random(1))
    assert after is not None
    told = after.messages[1].content.partition("Your task is to: ")[2]
    assert told != "Put the red block in the green bowl."
    assert all(color in told.lower() for color in ("red", "green"))


@pytest.mark.parametrize(
    "changed",
    [
        conversation(reply="The task is: Put a mug in  desk! I go."),
        conversation(opening=f"{OPENING}\n\nRemember: put a mug in desk."),
        conversation(opening="Your task is to: tidy up"),
        conversation(opening="Put a mug in desk."),
        conversation(source="gym"),
        conversation(source="my-chats"),
    ],
)
def test_it_is_left_alone_where_words_would_no_longer_fit(changed: Conversation) -> None:
    assert rephrase_conversation(changed, random.Random(1)) is None


def test_an_environment_without_other_words_is_told() -> None:
    assert rephrase("gym:CartPole-v1", "balance", random.Random(1)) is None
    with pytest.raises(ConfigurationError, match="rephraser for environment"):
        load_rephraser("gym:CartPole-v1")


def test_names_that_mean_nothing_are_exchanged_in_all_that_is_said_but_the_system_message() -> None:
    opening = "On the table: red block, green bowl, blue block.\n\nYour task is to: Red block into the green bowl!"
    before = conversation('<execute>\narm.pick("red block")\n</execute>', opening=opening, source="tabletop")
    before.messages[0] = ChatMessage("system", 'A text such as "red block|the table".')
    after = rename_conversation(before, random.Random(1))
    names = after.provenance["renamed"]
    assert sorted(names) == sorted(names.values()) == sorted({"red", "green", "blue", *names})
    red, green, blue = (names[name] for name in ("red", "green", "blue"))
    said = [message.content for message in after.messages]
    assert said[0] == before.messages[0].content
    assert said[1] == (
        f"On the table: {red} block, {green} bowl, {blue} block.\n\n"
        f"Your task is to: {red.capitalize()} block into the {green} bowl!"
    )
    assert said[2] == f'<execute>\narm.pick("{red} block")\n</execute>'
    assert [message.train for message in after.messages] == [message.train for message in before.messages]
    assert after.id != before.id
    assert rename_conversation(before, random.Random(1)) == after
    assert len({rename_conversation(before, random.Random(seed)).id for seed in range(20)}) > 10


@pytest.mark.parametrize("source", ["household", "gym", "my-chats"])
def test_where_names_mean_something_they_stay(source: str) -> None:
    before = conversation(source=source)
    assert rename_conversation(before, random.Random(1)) is before
