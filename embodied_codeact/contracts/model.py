"""What the agent needs of a language model: messages in, a reply out, nothing else to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from embodied_codeact.contracts.records import Message, Usage


class Reply(msgspec.Struct, frozen=True):
    """One reply. ``usage`` is zero where the model does not count tokens; the agent then estimates."""

    text: str
    usage: Usage = Usage()


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
