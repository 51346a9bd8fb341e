"""The messages of an episode, and the part of them that fits into one prompt.

What goes first when room is short: the oldest observations are shortened, then the oldest replies are left out with
their observations. The opening prompt and the newest exchange always stay.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embodied_codeact.agent.observation import cut_middle
from embodied_codeact.contracts import Message, Model

_SHORTENED_CHARS = 400
_BYTES_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 4


@runtime_checkable
class CountsTokens(Protocol):
    """What a model may offer besides the ``Model`` contract."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Return how many tokens a prompt of these messages has."""
        ...


def estimate_tokens(messages: Sequence[Message]) -> int:
    """Estimate a prompt's tokens as one for every three bytes of UTF-8 and four for each message's frame.

    Byte-pair vocabularies of today's models need about one token for four bytes of English and for three of Python, so
    the estimate is meant to err upwards.
    """
    content = sum(len(message.content.encode("utf-8", "replace")) for message in messages)
    return -(-content // _BYTES_PER_TOKEN) + _TOKENS_PER_MESSAGE * len(messages)


def token_counter(model: Model) -> Callable[[Sequence[Message]], int]:
    """The model's own counter where it has one, else the estimate."""
    return model.count_tokens if isinstance(model, CountsTokens) else estimate_tokens


@dataclass(frozen=True)
class Prompt:
    """What is sent to the model; ``dropped`` messages were left out, and the text says so."""

    messages: list[Message]
    dropped: int


class Conversation:
    """Everything that was said. Nothing is ever removed from it; ``prompt`` chooses what fits."""

    def __init__(self, opening: Sequence[Message]) -> None:
        self._opening = list(opening)
        self._said: list[Message] = []

    @property
    def messages(self) -> list[Message]:
        """The whole conversation, the opening included."""
        return [*self._opening, *self._said]

    def add_reply(self, text: str) -> None:
        self._said.append(Message("assistant", text))

    def add_observation(self, text: str) -> None:
        self._said.append(Message("user", text))

    def prompt(self, budget: int, count: Callable[[Sequence[Message]], int] = estimate_tokens) -> Prompt:
        """Return the messages for the next reply within ``budget`` tokens.

        Where not even the opening and the newest exchange fit they are returned all the same: only the model can say
        whether that is too much.
        """
        older = max(len(self._said) - 2, 0) // 2
        # Step 0 sends everything; each of the next ``older`` steps shortens one more of the older observations, each
        # after that leaves out one more of the older exchanges. Searched by bisection: counting costs a model time.
        last = 2 * older

        def fits(step: int) -> bool:
            return count(self._reduced(step, older)) <= budget

        step = 0 if last == 0 or fits(0) else min(bisect_left(range(last), True, lo=1, key=fits), last)
        return Prompt(self._reduced(step, older), 2 * max(step - older, 0))

    def _reduced(self, step: int, older: int) -> list[Message]:
        shortened, dropped = min(step, older), 2 * max(step - older, 0)
        said = list(self._said)
        for index in range(1, 2 * shortened, 2):
            said[index] = Message("user", cut_middle(said[index].content, _SHORTENED_CHARS))
        return [*self._noted_opening(dropped), *said[dropped:]]

    def _noted_opening(self, dropped: int) -> list[Message]:
        if not dropped:
            return self._opening
        *head, last = self._opening
        note = f"[{dropped // 2} earlier turns are left out here for lack of room.]"
        return [*head, Message(last.role, f"{last.content}\n\n{note}")]
