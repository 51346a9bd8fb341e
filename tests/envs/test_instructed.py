"""An expert in a conversation: each instruction is a task of its own."""

from __future__ import annotations

from typer.testing import CliRunner

from embodied_codeact.cli import app
from embodied_codeact.contracts import Message
from embodied_codeact.envs.instructed import since_latest_instruction

SYSTEM = Message("system", "how to act")
OPENING = Message("user", "You see a bed 1.\n\nYour task is to: look at the bed\n\nYou have 20 turns.")
REPLY = Message("assistant", "<solution>done</solution>")
NEXT = Message("user", "Observation:\n[The user took it back.]\nThe user says: now sleep\n\n20 turns left.")


def test_the_latest_instruction_stands_for_the_task() -> None:
    begun = Message("user", "You see a bed 1.\n\nYour task is to: now sleep\n\nYou have 20 turns.")
    assert since_latest_instruction([SYSTEM, OPENING, REPLY, NEXT]) == [SYSTEM, begun]
    later = [Message("assistant", "zzz"), Message("user", "Observation:\nYou sleep.")]
    assert since_latest_instruction([SYSTEM, OPENING, REPLY, NEXT, *later]) == [SYSTEM, begun, *later]
    broke_in = Message("user", f"{OPENING.content}\n\n[The user broke into your reply.]\nThe user says: now sleep")
    (_, opening) = since_latest_instruction([SYSTEM, broke_in])
    assert opening.content.count("Your task is to: now sleep") == 1
    assert "look at the bed" not in opening.content


def test_a_conversation_without_a_person_stays_as_it_is() -> None:
    messages = [SYSTEM, OPENING, REPLY, Message("user", "Observation:\nThe user comments: well done")]
    assert since_latest_instruction(messages) == messages


def test_an_expert_follows_one_instruction_after_the_other() -> None:
    """Two things are done in one home, and the second is what the scene's own task asks for."""
    lines = "put an apple in the garbagecan\nput a hot tomato in the fridge\n/state\n"
    words = ["chat", "household", "--sandbox", "best", "--task", "Tomato", "--no-calls"]
    result = CliRunner().invoke(app, words, input=lines)
    assert result.exit_code == 0, result.output
    assert "the apple 1 to the garbagecan 1" in result.stdout
    assert "put a hot tomato in fridge. - done" in " ".join(result.stdout.split())
