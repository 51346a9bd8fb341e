"""The people around an agent: who answers its questions, comments on its turns, consents to its scripts, or stays with
it for a whole conversation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from embodied_codeact.contracts import CodeAction, Message, Model, Status, Task, ToolCall

User = Callable[[str], str | None]
"""Shown a message of the agent, returns the user's answer, or None when the user leaves."""

PauseReason = Literal["begin", "finish", "turns", "environment", "halt", "interrupt", "model"]


class Commentator(Protocol):
    """A user who says something after each turn, as MINT's simulated users do (arXiv 2309.10691), and answers the
    agent's messages where nobody else does."""

    def start_episode(self) -> None:
        """A new conversation begins."""
        ...

    def answer(self, task: Task, said: Sequence[Message]) -> str | None:
        """Return the answer to the agent's message, which is the last of what was ``said``; None when the user leaves.

        Raises:
            ModelError: a simulated user did not answer.
        """
        ...

    def comment(self, task: Task, said: Sequence[Message], observation: str) -> str:
        """Return the feedback, empty for none.

        Args:
            task: what is to be done.
            said: the conversation without its system message, up to the agent's latest reply.
            observation: what the environment answers to that reply.

        Raises:
            ModelError: a simulated user did not answer.
        """
        ...


class Verdict(msgspec.Struct, frozen=True):
    """What a person says of a script that waits for consent. ``comment`` goes to the agent where they refuse."""

    approved: bool
    comment: str = ""


class Approver(Protocol):
    """Who is asked before a script runs."""

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict | None:
        """Decide on one script, or None when the person leaves.

        Args:
            action: what the agent replied.
            code: the script that it comes to.
            calls: the kinds of primitive calls that consent is asked for, such as ``"arm.pick"``.
        """
        ...


class Pause(msgspec.Struct, frozen=True):
    """Why the agent hands over to its person: nothing has been asked of it yet (``"begin"``), it finished
    (``"finish"``, with its ``answer``), its turns for this instruction are used up (``"turns"``), the environment is
    done (``"environment"``), the person halted what ran (``"halt"``) or broke into a reply (``"interrupt"``), or the
    model did not answer (``"model"``, with what was wrong as ``answer``)."""

    reason: PauseReason
    status: Status
    answer: str = ""


class Instruction(msgspec.Struct, frozen=True):
    """What a person says next. ``notes`` tell the agent what the person did meanwhile to the world ("The user took back
    ..."); a ``model`` takes over from the one before."""

    text: str
    notes: list[str] = msgspec.field(default_factory=list)
    model: Model | None = None


class Person(Protocol):
    """A user who stays: instructs, answers, may halt, and instructs again in the same world."""

    def instruct(self, pause: Pause) -> Instruction | None:
        """Return the next instruction, or None when the person leaves."""
        ...

    def answer(self, message: str) -> str | None:
        """Return the answer to the agent's message, or None when the person leaves."""
        ...

    def took_over(self) -> PauseReason | None:
        """Return why the person wants to speak before the agent goes on (``"halt"``); None when they do not. Asked
        after each turn; answers once."""
        ...

    def interruptible(self) -> AbstractContextManager[object]:
        """Entered while the model replies: a ``KeyboardInterrupt`` that is raised in it abandons the reply, and the
        person is asked what to do. Anywhere else one ends the episode."""
        return contextlib.nullcontext()


def instruction_text(instruction: Instruction) -> str:
    """What the agent is told.

    >>> print(instruction_text(Instruction("Now the blue one.", ["The user took back your last script."])))
    [The user took back your last script.]
    The user says: Now the blue one.
    """
    said = f"The user says: {instruction.text}"
    return f"{notes_text(instruction)}\n{said}" if instruction.notes else said


def notes_text(instruction: Instruction) -> str:
    """What the person did meanwhile, as the agent is told."""
    return "\n".join(f"[{note}]" for note in instruction.notes)
