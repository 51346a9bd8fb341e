"""Conversations of a user's own: chat JSON Lines or Parquet, as datasets of general conversations come.

A row holds ``messages`` (``role``, ``content``) or, as ShareGPT has it, ``conversations`` (``from``, ``value``). Rows
that are conversations of this project stay as they are, with their provenance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

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
        known = [name for name in ("messages", "conversations") if name in table.schema_arrow.names]
    except Exception as error:
        raise ConfigurationError(f"{file}: not a Parquet file that can be read: {error}") from error
    number = 0
    for batch in table.iter_batches(batch_size=256, columns=known[:1]):
        for row in batch.to_pylist():
            number += 1
            yield f"row {number}", row


def conversation_of_row(row: Any, *, source: str) -> Conversation:
    """Return a row as a conversation.

    Raises:
        ValueError: it is none; the message says why.
    """
    if not isinstance(row, Mapping):
        raise ValueError("not a conversation: an object with messages was expected")
    if "source" in row and isinstance(row.get("provenance", {}), Mapping) and "messages" in row:
        try:
            return msgspec.convert(row, Conversation)
        except msgspec.ValidationError as error:
            raise ValueError(f"not a conversation: {error}") from error
    messages = _messages(row)
    while messages and messages[-1].role != "assistant":
        messages.pop()  # Nobody answers it, so there is nothing to learn.
    if not messages:
        raise ValueError("no reply of an assistant in it")
    turns = sum(message.role == "assistant" for message in messages)
    return Conversation(message_digest(messages), source, messages, turns=turns)


def _messages(row: Mapping[str, Any]) -> list[ChatMessage]:
    if isinstance(row.get("messages"), list):
        return [_message(said, "role", "content") for said in row["messages"]]
    if isinstance(row.get("conversations"), list):
        return [_message(said, "from", "value") for said in row["conversations"]]
    raise ValueError("neither messages (role, content) nor conversations (from, value) are in it")


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
    return ChatMessage(_ROLES[str(who)], text)
