"""The people around one episode, seen from the loop: asks whoever is there, and keeps count of the time they take.

Where nobody is there for something the answer is as if it had never been asked: a message is answered with how to act,
nothing is commented, everything is allowed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from embodied_codeact.agent.consent import Consent
from embodied_codeact.agent.dialects import ActionFormat
from embodied_codeact.agent.people import Commentator, Instruction, Pause, PauseReason, Person, User, Verdict
from embodied_codeact.agent.tools import Toolbox
from embodied_codeact.contracts import CodeAction, Message, Status, Task, ToolCall

NO_USER: dict[ActionFormat, str] = {
    "code": "No user is present to read this. Act with <execute>Python code</execute>, or finish with "
    "<solution>your answer</solution>.",
    "json": 'No user is present to read this. Act with one {"tool": ..., "arguments": ...}, or finish with '
    '{"tool": "finish", "arguments": {"answer": ...}}.',
    "text": "No user is present to read this. Act with one line that begins with 'Action:', or finish with "
    "'Action: finish(your answer)'.",
}
_HANDS_OVER: dict[str, PauseReason] = {"finish": "finish", "turns": "turns", "environment": "environment"}
"""Ends of an episode at which a person may go on."""

_T = TypeVar("_T")


class Attended(Protocol):
    """An agent, as far as people are concerned. They may come and go while it works."""

    user: User | None
    commentator: Commentator | None
    consent: Consent | None
    person: Person | None


class Company:
    """Whoever is there in one episode. ``waited_s`` is how long they let the agent wait."""

    def __init__(self, agent: Attended) -> None:
        self._agent = agent
        self.waited_s = 0.0

    def start_episode(self) -> None:
        """A new conversation begins."""
        if self._agent.commentator is not None:
            self._agent.commentator.start_episode()

    def review(self, action: CodeAction | ToolCall, code: str, toolbox: Toolbox) -> Verdict | None:
        """Return whether an action may be carried out; None when the person leaves."""
        consent = self._agent.consent
        if consent is None:
            return Verdict(approved=True)
        return self._timed(lambda: consent.review(action, code, toolbox))

    def allowed_calls(self) -> list[str] | None:
        """Return the kinds of calls that were agreed to, None for all."""
        return None if self._agent.consent is None else self._agent.consent.allowed

    def answer(self, text: str, task: Task, said: Sequence[Message], action: ActionFormat) -> str | None:
        """Return what the agent is told after its message ``text``, the last of what was ``said``; None when the user
        leaves."""
        user, commentator = self._agent.user, self._agent.commentator
        if user is not None:
            answer = self._timed(lambda: user(text))
        elif commentator is not None:
            answer = self._timed(lambda: commentator.answer(task, said))
        else:
            return NO_USER[action]
        return None if answer is None else f"The user answers: {answer}"

    def comment(self, task: Task, said: Sequence[Message], observation: str) -> str:
        """Return what the commentator says to an observation, empty for nothing."""
        commentator = self._agent.commentator
        if commentator is None:
            return ""
        return self._timed(lambda: commentator.comment(task, said, observation)).strip()

    @property
    def stays(self) -> bool:
        """Whether somebody stays for a whole conversation."""
        return self._agent.person is not None

    def interruptible(self) -> AbstractContextManager[object]:
        """Entered while the model replies; see :meth:`~embodied_codeact.agent.people.Person.interruptible`."""
        return self._agent.person.interruptible() if self._agent.person is not None else contextlib.nullcontext()

    def wants_to_speak(self, end: str) -> PauseReason | None:
        """Return why the person who stays speaks next, after a turn that ended the episode for that reason or, where it
        is empty, did not end it; None where nobody does."""
        if self._agent.person is None or end == "user":
            return None
        return self._agent.person.took_over() or _HANDS_OVER.get(end)

    def instruct(self, reason: PauseReason, status: Status, answer: str = "") -> Instruction | None:
        """Return what the person who stays says next; None when they leave, or nobody stays."""
        person = self._agent.person
        return self._timed(lambda: person.instruct(Pause(reason, status, answer))) if person is not None else None

    def _timed(self, wait: Callable[[], _T]) -> _T:
        asked = time.monotonic()
        try:
            return wait()
        finally:
            self.waited_s += time.monotonic() - asked
