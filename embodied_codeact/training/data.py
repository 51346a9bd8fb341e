"""Conversations to train on: from collections, chat JSON Lines or Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import Message
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.instruct.conversations import conversations_file
from embodied_codeact.models.embedded.condense import condense


class ChatRecord(msgspec.Struct, frozen=True):
    """A conversation as training needs it."""

    messages: list[ChatMessage]


class _Row(msgspec.Struct, frozen=True):
    """What a line may hold: a :class:`~embodied_codeact.instruct.Conversation`, or what ``instruct export`` makes of
    one: ``messages`` with their marks in ``train``, or a ``prompt`` and the ``completion`` to learn."""

    messages: list[ChatMessage] | None = None
    prompt: list[ChatMessage] | None = None
    completion: list[ChatMessage] | None = None
    train: list[bool] | None = None

    def record(self) -> ChatRecord:
        messages, marks = self.messages, self.train
        if messages is None:
            if self.prompt is None or self.completion is None:
                raise msgspec.ValidationError("neither `messages` nor `prompt` and `completion`")
            messages = [*self.prompt, *self.completion]
            marks = [False] * len(self.prompt) + [True] * len(self.completion)
        if marks is None:
            return ChatRecord(messages)
        if len(marks) != len(messages):
            raise msgspec.ValidationError(f"{len(marks)} marks in `train` for {len(messages)} messages")
        pairs = zip(messages, marks, strict=True)
        return ChatRecord([msgspec.structs.replace(message, train=mark) for message, mark in pairs])


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
    decoder = msgspec.json.Decoder(_Row)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield decoder.decode(line).record()
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise ConfigurationError(f"{file}, line {number}: no chat messages: {error}") from error


def _read_parquet(file: Path) -> Iterator[ChatRecord]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(file)
        columns = [name for name in table.schema_arrow.names if name in _Row.__struct_fields__]
        for batch in table.iter_batches(columns=columns):
            for row in batch.to_pylist():
                yield msgspec.convert(_without_nulls(row), _Row).record()
    except (pyarrow.ArrowException, msgspec.ValidationError) as error:
        raise ConfigurationError(f"{file}: no chat messages: {error}") from error


def _without_nulls(value: Any) -> Any:
    """A column has a value in every row, if only none."""
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value


def condensed(record: ChatRecord) -> ChatRecord:
    """The conversation as the small model reads it. What may be learnt stays so."""
    shortened = condense([Message(message.role, message.content) for message in record.messages])
    pairs = zip(shortened, record.messages, strict=True)
    return ChatRecord([ChatMessage(old.role, new.content, train=old.train) for new, old in pairs])
