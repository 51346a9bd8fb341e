"""What the agent needs of a language model: messages in, a reply out, nothing else to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from embodied_codeact.contracts.records import Message, Usage


class Reply(msgspec.Struct, frozen=True):
    """One reply. ``usage`` is zero where the model does not count tokens; the agent then estimates. ``cut``: it ended
    because it had as many tokens as it could have, and not because all was said."""

    text: str
    usage: Usage = Usage()
    cut: bool = False


class Model(Protocol):
    """A language model, or anything that answers like one."""

    name: str

    def start_episode(self) -> None:
        """A new conversation begins. A model that keeps state between turns (a cache, a position) drops it here."""
        ...

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Continue the conversation. Generation ends at the first of ``stop`` (not included) or ``max_tokens``.

        Raises:
            ModelError: the model did not answer.
        """
        ...


# What a model may have besides.


@runtime_checkable
class StreamingModel(Protocol):
    """A model that shows its reply while it grows."""

    def stream(
        self,
        messages: Sequence[Message],
        on_text: Callable[[str], None],
        *,
        stop: Sequence[str] = (),
        max_tokens: int = 2048,
    ) -> Reply:
        """As ``reply``; ``on_text`` is given each piece of the text as it comes, on the calling thread. What it raises
        ends the reply and is passed on. Where a piece is given twice, since the connection broke, ``on_text`` is first
        given the empty string: what came before does not count."""
        ...


@runtime_checkable
class SharedModel(Protocol):
    """A model that several episodes can use at the same time, from several threads."""

    def for_episode(self) -> Model:
        """Return a handle for one episode at a time: it has that episode's state, and shares the rest."""
        ...


@runtime_checkable
class CountsTokens(Protocol):
    """A model that can count the tokens of a prompt without answering it."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Return how many tokens a prompt of these messages has."""
        ...


@runtime_checkable
class KnowsContext(Protocol):
    """A model that knows how many tokens fit into one prompt together with its reply."""

    context_tokens: int


@runtime_checkable
class BoundsReplies(Protocol):
    """A model that knows how many tokens a reply of its own has at most, where ``reply_tokens`` is not None: a longer
    one would only go round in circles."""

    reply_tokens: int | None


@runtime_checkable
class TakesImages(Protocol):
    """A model to which pictures can be shown, where ``takes_images`` is true."""

    takes_images: bool


@runtime_checkable
class ClosableModel(Protocol):
    """A model with something to release: threads, connections."""

    def close(self) -> None:
        """Release everything. May be called twice."""
        ...


@runtime_checkable
class Perturbs(Protocol):
    """A model that spoils some of its replies on purpose, so that others learn how to mend what failed."""

    perturbed: Mapping[int, str]
    """Of the present episode: the turns (from 0) whose replies were spoilt, and the kind of each."""
