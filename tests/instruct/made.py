"""Conversations for the tests of what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from embodied_codeact.instruct import ChatMessage, Conversation
from embodied_codeact.instruct.conversion import message_digest


def conversation(
    number: int, *, source: str = "household", mistake: bool = False, action: str = "code"
) -> Conversation:
    """One of an episode: a script that failed and is not to be learnt first, where a ``mistake`` is wanted."""
    messages = [ChatMessage("system", "You act in an environment."), ChatMessage("user", f"Fetch mug {number}.")]
    if mistake:
        messages.append(ChatMessage("assistant", "<execute>\nhouse.go_to()\n</execute>", train=False))
        messages.append(ChatMessage("user", "Error:\nAttributeError: 'house' has no attribute 'go_to'."))
    messages.append(ChatMessage("assistant", f"<execute>\nhouse.goto('shelf {number}')\n</execute>"))
    return Conversation(
        message_digest(messages),
        source,
        messages,
        action_format=action,  # type: ignore[arg-type]
        task_type="fetch",
        turns=1 + mistake,
        errors=int(mistake),
        recovered=mistake,
        provenance={"task": f"mug-{number}", "seed": number, **({"floor_plan": 3} if number % 2 else {})},
    )


def collection(folder: Path, conversations: Sequence[Conversation]) -> Path:
    """Write a collection as ``collect`` does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversations.jsonl").write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in conversations))
    return folder
