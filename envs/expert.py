"""What all experts have in common: models like any other, that know only what the conversation says."""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.contracts import Message, Reply
from embodied_codeact.envs.instructed import since_latest_instruction


class Expert:
    """Satisfies :class:`~embodied_codeact.contracts.Model`. Keeps nothing between replies: all it knows is in the
    messages."""

    name = "expert"

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the next reply of a conversation that holds one instruction, the latest."""
        raise NotImplementedError

    def start_episode(self) -> None:
        """Nothing to drop."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Return 0: it reads text as it is, however long, so nothing has to be left out of a prompt."""
        del messages
        return 0

    def reply(self, messages: Sequence[Message], *, stop: Sequence[str] = (), max_tokens: int = 2048) -> Reply:
        """Continue the conversation. ``max_tokens`` is not applied: a program cut short would be of no use."""
        del max_tokens
        text = self.answer(since_latest_instruction(messages))
        ends = [position for mark in stop if mark and (position := text.find(mark)) >= 0]
        return Reply(text[: min(ends)] if ends else text)
