"""The messages of an episode, and the part of them that fits into one prompt.

What goes first when room is short: the oldest observations are shortened, then the oldest replies are left out with
their observations. The opening prompt, the newest exchange and the words of a person's latest instruction always stay;
where a model cannot take even them, the newest exchange is shortened: an endless output, a reply that went in circles.
What once went stays away, and a fifth of the room is made free at a time: a model that keeps what it has computed then
keeps it for several turns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from embodied_codeact.agent.observation import cut_middle
from embodied_codeact.contracts import CountsTokens, Figure, Message, Model

_SHORTENED_CHARS = 400
_BYTES_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 4
_TOKENS_PER_IMAGE = 1000
_KEPT_FREE = 0.2


def estimate_tokens(messages: Sequence[Message]) -> int:
    """Estimate a prompt's tokens as one for every three bytes of UTF-8 and four for each message's frame.

    Byte-pair vocabularies of today's models need about one token for four bytes of English and for three of Python, so
    the estimate is meant to err upwards. A picture counts as a thousand.
    """
    content = sum(len(message.content.encode("utf-8", "replace")) for message in messages)
    images = sum(len(message.images) for message in messages)
    return -(-content // _BYTES_PER_TOKEN) + _TOKENS_PER_MESSAGE * len(messages) + _TOKENS_PER_IMAGE * images


def token_counter(model: Model) -> Callable[[Sequence[Message]], int]:
    """The model's own counter where it has one, else the estimate."""
    return model.count_tokens if isinstance(model, CountsTokens) else estimate_tokens


@dataclass(frozen=True)
class Prompt:
    """What is sent to the model. ``dropped`` messages were left out, and the text says so; ``shortened`` observations
    of those that are there were cut."""

    messages: list[Message]
    dropped: int
    shortened: int = 0


class Conversation:
    """Everything that was said. Nothing is ever removed from it; ``prompt`` chooses what fits."""

    def __init__(self, opening: Sequence[Message]) -> None:
        self._opening = list(opening)
        self._said: list[Message] = []
        self._shortened = 0
        self._dropped = 0
        self._instruction = ""
        self._instructed_in = -1
        """The message that holds the latest instruction; -1 where that is the opening."""

    @property
    def messages(self) -> list[Message]:
        """The whole conversation, the opening included."""
        return [*self._opening, *self._said]

    def add_reply(self, text: str) -> None:
        self._said.append(Message("assistant", text))

    def add_observation(self, text: str, images: Sequence[Figure] = (), *, instruction: str = "") -> None:
        """Add what the model is told; ``instruction`` is the part of it that says what is to be done from now on."""
        self._said.append(Message("user", text, list(images)))
        self._keep(instruction)

    def amend(self, text: str, *, instruction: str = "") -> None:
        """Add to what the model was told last."""
        messages = self._said or self._opening
        messages[-1] = replace(messages[-1], content=f"{messages[-1].content}\n\n{text}")
        self._keep(instruction)

    def _keep(self, instruction: str) -> None:
        if instruction:
            self._instruction, self._instructed_in = instruction, len(self._said) - 1

    def prompt(
        self, budget: int, count: Callable[[Sequence[Message]], int] = estimate_tokens, *, most: int | None = None
    ) -> Prompt:
        """Return the messages for the next reply within ``budget`` tokens.

        Where not even the opening and the newest exchange fit they are returned all the same, unless they are more than
        ``most``: then that exchange is shortened, what was observed first, and only the model can say whether it is
        still too much.
        """
        if count(self._reduced(self._shortened, self._dropped)) > budget:
            self._make_room(budget, count)
        shortened = max(self._shortened - self._dropped // 2, 0)
        messages = self._reduced(self._shortened, self._dropped)
        limit = float("inf") if most is None or not self._said else most
        for place in (-1, -2):
            if count(messages) > limit:
                messages[place] = self._cut(len(self._said) + place)
                shortened += place == -1
        return Prompt(messages, self._dropped, shortened)

    def _make_room(self, budget: int, count: Callable[[Sequence[Message]], int]) -> None:
        """Reduce until the prompt fits with room to spare, or at least fits, or nothing more can go."""
        older = max(len(self._said) - 2, 0) // 2
        steps = [(shortened, self._dropped) for shortened in range(self._shortened, older + 1)]
        steps += [(older, 2 * exchanges) for exchanges in range(self._dropped // 2 + 1, older + 1)]
        if not steps:
            return

        def first_within(most: float) -> int:
            # Searched by bisection: counting costs a model time.
            return bisect_left(range(len(steps)), True, key=lambda step: count(self._reduced(*steps[step])) <= most)

        chosen = first_within(budget * (1 - _KEPT_FREE))
        if chosen == len(steps):
            chosen = min(first_within(budget), len(steps) - 1)
        self._shortened, self._dropped = steps[chosen]

    def _reduced(self, shortened: int, dropped: int) -> list[Message]:
        """The conversation without its first ``dropped`` messages, with the observations of its first ``shortened``
        exchanges cut, their pictures taken away."""
        said = list(self._said)
        for index in range(1, min(2 * shortened, len(said)), 2):
            said[index] = self._cut(index)
        return [*self._noted_opening(dropped), *said[dropped:]]

    def _cut(self, index: int) -> Message:
        """What was said, in short, with the latest instruction if that is in it."""
        message = self._said[index]
        text = cut_middle(message.content, _SHORTENED_CHARS)
        if index == self._instructed_in and self._instruction not in text:
            text = f"{text}\n\n{self._instruction}"
        return Message(message.role, text)

    def _noted_opening(self, dropped: int) -> list[Message]:
        if not dropped:
            return self._opening
        *head, last = self._opening
        note = f"[{dropped // 2} earlier turns are left out here for lack of room.]"
        if 0 <= self._instructed_in < dropped:
            note = f"{note}\n\n{self._instruction}"
        return [*head, Message(last.role, f"{last.content}\n\n{note}", last.images)]
