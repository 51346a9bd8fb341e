"""Conversations to train on: from collections, chat JSON Lines or Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.instruct.conversations import conversations_file

Condense = Callable[[Sequence[Message]], Sequence[Message]]


class ChatRecord(msgspec.Struct, frozen=True):
    """What training reads of a line: a :class:`~embodied_codeact.instruct.Conversation` is one, and so is any record
    of chat messages."""

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
        found = list(_read_parquet(file) if file.suffix == ".parquet" else _read_lines(file))
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        records += found
        files.append(DataFile(str(place), digest, len(found)))
    if not any(message.role == "assistant" and message.train for record in records for message in record.messages):
        names = ", ".join(file.name for file in files)
        raise ConfigurationError(f"{names}: no reply of the assistant to learn from in {len(records)} conversations")
    return records, files


def _read_lines(file: Path) -> Iterator[ChatRecord]:
    decoder = msgspec.json.Decoder(ChatRecord)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise ConfigurationError(f"{file}, line {number}: no chat messages: {error}") from error


def _read_parquet(file: Path) -> Iterator[ChatRecord]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(file)
        for batch in table.iter_batches(columns=["messages"]):
            for row in batch.to_pylist():
                yield msgspec.convert({"messages": [_said(message) for message in row["messages"]]}, ChatRecord)
    except (pyarrow.ArrowException, msgspec.ValidationError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file}: no column 'messages' of chat messages: {error}") from error


def _said(message: dict[str, Any]) -> dict[str, Any]:
    # A column has a value in every row, if only none.
    return {name: value for name, value in message.items() if value is not None}


def condensed(record: ChatRecord, condense: Condense) -> ChatRecord:
    """The conversation as the small model reads it. What may be learnt stays so.

    Raises:
        ConfigurationError: ``condense`` joined or dropped messages, so that it is unknown which may be learnt.
    """
    shortened = condense([Message(message.role, message.content) for message in record.messages])
    if [message.role for message in shortened] != [message.role for message in record.messages]:
        raise ConfigurationError("condensing a conversation changed its messages' roles or number")
    pairs = zip(shortened, record.messages, strict=True)
    return ChatRecord([ChatMessage(old.role, new.content, train=old.train) for new, old in pairs])
