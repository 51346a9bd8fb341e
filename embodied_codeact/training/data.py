"""Conversations to train on, in any form that :mod:`embodied_codeact.instruct.general` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.instruct.conversations import conversations_file
from embodied_codeact.instruct.general import read_any
from embodied_codeact.models.embedded.condense import condense


class ChatRecord(msgspec.Struct, frozen=True):
    """A conversation as training needs it."""

    messages: list[ChatMessage]


@dataclass(frozen=True)
class DataFile:
    """A file that was trained on: its name, the digest of its bytes, how many conversations it holds."""

    name: str
    sha256: str
    conversations: int


def read_data(places: Iterable[Path]) -> tuple[list[ChatRecord], list[DataFile]]:
    """Read all conversations of files, and of folders of collections.

    Raises:
        ConfigurationError: a file is missing or holds something else, or no conversation has a reply to learn.
    """
    records: list[ChatRecord] = []
    files: list[DataFile] = []
    for place in places:
        file = conversations_file(place)
        found = [ChatRecord(conversation.messages) for conversation in read_any(file)]
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        records += found
        files.append(DataFile(str(place), digest, len(found)))
    if not any(message.role == "assistant" and message.train for record in records for message in record.messages):
        names = ", ".join(file.name for file in files)
        raise ConfigurationError(f"{names}: no reply of the assistant to learn from in {len(records)} conversations")
    return records, files


def condensed(record: ChatRecord) -> ChatRecord:
    """The conversation as the small model reads it. What may be learnt stays so."""
    shortened = condense([Message(message.role, message.content) for message in record.messages])
    pairs = zip(shortened, record.messages, strict=True)
    return ChatRecord([ChatMessage(old.role, new.content, train=old.train) for new, old in pairs])
