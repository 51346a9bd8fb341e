"""Conversations to train on, in any form that :mod:`embodied_codeact.instruct.general` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.instruct.conversations import conversations_file
from embodied_codeact.instruct.general import read_any
from embodied_codeact.models.embedded.condense import condense

_PARAMETERS = re.compile(r"<execute>\n(?:(?:import |from ).*\n|\n)*(?:.+\n)+\n+")
"""From the beginning of a script to the end of its first paragraph after the imports."""


class ChatRecord(msgspec.Struct, frozen=True):
    """A conversation as training needs it. ``cut``: its last reply goes on beyond what there is of it."""

    messages: list[ChatMessage]
    cut: bool = False


@dataclass(frozen=True)
class DataFile:
    """A file that was trained on: its name, the digest of its bytes, how many conversations it holds."""

    name: str
    sha256: str
    conversations: int


def read_data(
    places: Iterable[Path], rephrased: Literal["whole", "opening"] = "whole"
) -> tuple[list[ChatRecord], list[DataFile]]:
    """Read all conversations of files, and of folders of collections.

    Args:
        rephrased: how much of an episode to read that is there in other words too: all of it, or its :func:`opening`.

    Raises:
        ConfigurationError: a file is missing or holds something else, or no conversation has a reply to learn.
    """
    records: list[ChatRecord] = []
    files: list[DataFile] = []
    systems: dict[str, ChatMessage] = {}
    for place in places:
        file = conversations_file(place)
        found = []
        for conversation in read_any(file):
            record = ChatRecord([_shared(message, systems) for message in conversation.messages])
            shortened = rephrased == "opening" and "rephrased" in conversation.provenance
            found.append(opening(record) if shortened else record)
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        records += found
        files.append(DataFile(str(place), digest, len(found)))
    if not any(message.role == "assistant" and message.train for record in records for message in record.messages):
        names = ", ".join(file.name for file in files)
        raise ConfigurationError(f"{names}: no reply of the assistant to learn from in {len(records)} conversations")
    return records, files


def _shared(message: ChatMessage, systems: dict[str, ChatMessage]) -> ChatMessage:
    """Hold each system message once: it is most of a conversation, and the same in thousands of them."""
    return systems.setdefault(message.content, message) if message.role == "system" else message


def condensed(record: ChatRecord) -> ChatRecord:
    """The conversation as the small model reads it. What may be learnt stays so."""
    shortened = condense([Message(message.role, message.content) for message in record.messages])
    pairs = zip(shortened, record.messages, strict=True)
    return ChatRecord([ChatMessage(old.role, new.content, train=old.train) for new, old in pairs], record.cut)


def opening(record: ChatRecord) -> ChatRecord:
    """What the words of a task decide: its conversation up to the first reply to learn, of which a script ends after
    its first paragraph, where it says what it is about. The rest is as in the episode that this one says in other
    words."""
    first = next((n for n, said in enumerate(record.messages) if said.role == "assistant" and said.train), None)
    if first is None:
        return record
    reply = record.messages[first]
    found = _PARAMETERS.search(reply.content)
    if found is None:
        return ChatRecord(record.messages[: first + 1])
    shortened = ChatMessage(reply.role, reply.content[: found.end()])
    return ChatRecord([*record.messages[:first], shortened], cut=True)
