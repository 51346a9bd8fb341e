"""Conversations in all the forms that they are read in: collections, what ``instruct export`` writes, and a user's own
chat JSON Lines or Parquet, as datasets of general conversations come.

A row holds ``messages`` (``role``, ``content``), or ``conversations`` (``from``, ``value``) as ShareGPT has it, or a
``prompt`` and the ``completion`` to learn. What is not to be learnt is marked in a message, or in the row's ``train``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct.conversations import ChatMessage, Conversation, conversations_file
from embodied_codeact.instruct.conversion import message_digest
from embodied_codeact.instruct.files import parquet_module

Role = Literal["system", "user", "assistant"]
_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
_FACTS = ("id", "source", "action_format", "task_type", "turns", "errors", "recovered")
_COLUMNS = ("messages", "conversations", "prompt", "completion", "train", "provenance", *_FACTS)
_SUFFIXES = (".jsonl", ".json", ".parquet")


def read_any(path: Path) -> Iterator[Conversation]:
    """Read the conversations of a collection's folder, or of a file of any of the forms above, one at a time.

    Raises:
        ConfigurationError: there is none, or a row cannot be used; the message names file and line (or row).
    """
    file = conversations_file(path) if path.is_dir() or path.suffix not in _SUFFIXES else path
    if not file.is_file():
        raise ConfigurationError(f"{file}: there is no such file")
    for place, row in _parquet_rows(file) if file.suffix == ".parquet" else _json_rows(file):
        try:
            yield conversation_of_row(row, source=file.stem)
        except ValueError as error:
            raise ConfigurationError(f"{file}, {place}: {error}") from error


def _json_rows(file: Path) -> Iterator[tuple[str, Any]]:
    decoder = msgspec.json.Decoder()
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise ConfigurationError(f"{file}, line {number}: not JSON: {error}") from error
                yield f"line {number}", row


def _parquet_rows(file: Path) -> Iterator[tuple[str, Any]]:
    parquet = parquet_module()
    try:
        table = parquet.ParquetFile(file)
        columns = [name for name in table.schema_arrow.names if name in _COLUMNS]
    except Exception as error:
        raise ConfigurationError(f"{file}: not a Parquet file that can be read: {error}") from error
    number = 0
    for batch in table.iter_batches(batch_size=256, columns=columns):
        for row in batch.to_pylist():
            number += 1
            yield f"row {number}", _without_nulls(row)


def _without_nulls(value: Any) -> Any:
    """A column of Parquet has a value in every row, if only none."""
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value


def conversation_of_row(row: Any, *, source: str) -> Conversation:
    """Return a row as a conversation; of what this project wrote, with all that it knows of it.

    Raises:
        ValueError: it is none; the message says why.
    """
    if not isinstance(row, Mapping):
        raise ValueError("not a conversation: an object with messages was expected")
    messages = _messages(row)
    while messages and messages[-1].role != "assistant":
        messages.pop()  # Nobody answers it, so there is nothing to learn.
    if not messages:
        raise ValueError("no reply of an assistant in it")
    facts: dict[str, Any] = {
        "id": message_digest(messages),
        "source": source,
        "turns": sum(message.role == "assistant" for message in messages),
    }
    if "provenance" in row:
        facts |= {name: row[name] for name in _FACTS if name in row}
        facts["provenance"] = _provenance(row["provenance"])
    else:
        # By this it is known again, and keeps its source, when it is read where it was mixed in.
        facts["provenance"] = {"general": source}
    try:
        return msgspec.convert({**facts, "messages": messages}, Conversation)
    except msgspec.ValidationError as error:
        raise ValueError(f"not a conversation: {error}") from error


def _provenance(given: Any) -> Any:
    """An export has it as text: a column cannot hold fields that differ from row to row."""
    try:
        return msgspec.json.decode(given) if isinstance(given, str) else given
    except msgspec.DecodeError as error:
        raise ValueError(f"its provenance is no JSON: {error}") from error


def _messages(row: Mapping[str, Any]) -> list[ChatMessage]:
    if isinstance(row.get("messages"), list):
        return _marked([_message(said, "role", "content") for said in row["messages"]], row.get("train"))
    if isinstance(row.get("conversations"), list):
        return [_message(said, "from", "value") for said in row["conversations"]]
    if isinstance(row.get("prompt"), list) and isinstance(row.get("completion"), list):
        said = [_message(each, "role", "content") for each in (*row["prompt"], *row["completion"])]
        return _marked(said, [False] * len(row["prompt"]) + [True] * len(row["completion"]))
    raise ValueError(
        "neither messages (role, content), conversations (from, value), nor a prompt and its completion are in it"
    )


def _marked(messages: list[ChatMessage], marks: Any) -> list[ChatMessage]:
    if marks is None:
        return messages
    if not isinstance(marks, list) or len(marks) != len(messages):
        count = len(marks) if isinstance(marks, list) else "no list of"
        raise ValueError(f"{count} marks in train for {len(messages)} messages")
    pairs = zip(messages, marks, strict=True)
    return [replace(message, train=bool(mark) or message.role != "assistant") for message, mark in pairs]


def _message(said: Any, role: str, content: str) -> ChatMessage:
    if not isinstance(said, Mapping):
        raise ValueError(f"a message is no object with {role} and {content}")
    who, text = said.get(role), said.get(content)
    if who not in _ROLES:
        raise ValueError(f"unknown {role} {who!r} of a message; known are {', '.join(_ROLES)}")
    if isinstance(text, list) and all(isinstance(part, Mapping) and part.get("type") == "text" for part in text):
        text = "".join(str(part.get("text", "")) for part in text)
    if not isinstance(text, str):
        raise ValueError(f"{content} of a message is no text")
    return ChatMessage(_ROLES[str(who)], text, train=said.get("train") is not False)
