"""A simulated user: a language model that comments on each turn and answers the agent's questions, after MINT
(arXiv 2309.10691).

It is asked anew each time, with the task, the conversation and the latest observation; the environment's verdict is
never among them, nor does it see the documentation that the agent was given.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from embodied_codeact.agent.limits import Limits
from embodied_codeact.agent.observation import cut_middle
from embodied_codeact.agent.prompt import fill, load_template
from embodied_codeact.agent.usage import measured_usage, prompt_budget
from embodied_codeact.contracts import Message, Model, SharedModel, Task, Usage

SAID_TOKENS = 256
"""The longest comment or answer."""
SAID_CHARS = 1200
_CONVERSATION_CHARS = 12_000
_OBSERVATION_CHARS = 3000
_CHARS_PER_TOKEN = 3
_NO_ANSWER = "Decide as you think best."
_SPEAKERS = {"assistant": "Agent", "user": "Environment", "system": "System"}


class SpentUsage:
    """What all the words of a simulated user cost together."""

    def __init__(self) -> None:
        self.total = Usage()
        self._lock = threading.Lock()

    def add(self, usage: Usage) -> None:
        """Add one reply's. May be called from any thread."""
        with self._lock:
            self.total = Usage(
                prompt_tokens=self.total.prompt_tokens + usage.prompt_tokens,
                completion_tokens=self.total.completion_tokens + usage.completion_tokens,
                seconds=self.total.seconds + usage.seconds,
                estimated=self.total.estimated or usage.estimated,
            )


class SimulatedUser:
    """Satisfies :class:`~embodied_codeact.agent.people.Commentator`, for one episode at a time. ``spent`` is shared
    with the users that ``for_episode`` made."""

    def __init__(self, model: Model, spent: SpentUsage | None = None) -> None:
        self.model = model
        self.spent = spent or SpentUsage()

    def for_episode(self) -> SimulatedUser:
        """Return a user for one episode, beside others where the model can be shared."""
        model = self.model.for_episode() if isinstance(self.model, SharedModel) else self.model
        return SimulatedUser(model, self.spent)

    def start_episode(self) -> None:
        """A new conversation begins."""
        self.model.start_episode()

    def comment(self, task: Task, said: Sequence[Message], observation: str) -> str:
        """Return the feedback on the latest reply.

        Raises:
            ModelError: the model did not answer.
        """
        values = {"observation": cut_middle(observation.strip(), _OBSERVATION_CHARS)}
        return self._ask("feedback.txt", "feedback_turn.txt", task, said, values)

    def answer(self, task: Task, said: Sequence[Message]) -> str | None:
        """Return the answer to the agent's message, the last of what was said. This user never leaves.

        Raises:
            ModelError: the model did not answer.
        """
        return self._ask("feedback_answer.txt", "feedback_question.txt", task, said, {}) or _NO_ANSWER

    def _ask(self, role: str, request: str, task: Task, said: Sequence[Message], values: dict[str, str]) -> str:
        budget = prompt_budget(self.model, Limits(reply_tokens=SAID_TOKENS)) * _CHARS_PER_TOKEN
        room = max(budget - sum(map(len, (load_template(role), load_template(request), task.instruction))), 0)
        conversation = cut_middle(_transcript(said), min(room // 2, _CONVERSATION_CHARS))
        values = {**values, "task": task.instruction.strip(), "conversation": conversation}
        messages = [
            Message("system", load_template(role)),
            Message("user", fill(load_template(request), values, request)),
        ]
        reply = self.model.reply(messages, max_tokens=SAID_TOKENS)
        self.spent.add(measured_usage(reply, messages, 0.0))
        return cut_middle(reply.text.strip(), SAID_CHARS)


def _transcript(said: Sequence[Message]) -> str:
    return "\n\n".join(f"{_SPEAKERS[message.role]}: {message.content.strip()}" for message in said)
