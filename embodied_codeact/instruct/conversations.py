"""The records of a collection, as they lie in ``conversations.jsonl``: chat messages, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from embodied_codeact.errors import ConfigurationError

CONVERSATIONS = "conversations.jsonl"
COLLECTION = "collection.json"
"""What a collection's folder holds beside them: what it was asked for."""
"""The file of a collection's folder that holds its conversations."""


class ChatMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message in the usual chat format. ``train`` is False on a reply that a model should see and not learn to
    give, such as a script that failed."""

    role: Literal["system", "user", "assistant"]
    content: str
    train: bool = True


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One episode as training data.

    Args:
        id: digest of what is said, the same for the same messages.
        source: what it was collected from: an environment's base name, or the name of a user's file.
        messages: system, user and assistant in turn; the last one is the assistant's.
        action_format: ``code``, ``json`` or ``text``; empty for a general conversation.
        task_type: the environment's type of task; empty for a general conversation.
        turns: replies of the agent.
        errors: turns whose script raised an error, or was answered as not possible.
        recovered: the episode succeeded although a script failed on the way.
        provenance: what it takes to make it again and to judge it: task id, seed, floor plan, options of the
            environment, teacher, perturbations, rephrasing, version of this package.
    """

    id: str
    source: str
    messages: list[ChatMessage]
    action_format: Literal["code", "json", "text", ""] = ""
    task_type: str = ""
    turns: int = 0
    errors: int = 0
    recovered: bool = False
    provenance: dict[str, Any] = msgspec.field(default_factory=dict)


def conversations_file(path: Path | str) -> Path:
    """Return the file of conversations that ``path`` names: itself, or the one in that folder.

    Raises:
        ConfigurationError: there is none.
    """
    given = Path(path)
    file = given / CONVERSATIONS if given.is_dir() else given
    if not file.is_file():
        raise ConfigurationError(
            f"{given}: no conversations here ({CONVERSATIONS}); `embodied-codeact collect` makes them"
        )
    return file


def read_conversations(path: Path | str) -> Iterator[Conversation]:
    """Read conversations one at a time, from a file or the folder of a collection.

    Raises:
        ConfigurationError: there is no such file, or a line is none; the message names the line.
    """
    file = conversations_file(path)
    decoder = msgspec.json.Decoder(Conversation)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise ConfigurationError(f"{file}, line {number}: not a conversation: {error}") from error
