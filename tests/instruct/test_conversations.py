"""Reading the conversations of a collection."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage, Conversation, read_conversations

ONE = Conversation(
    "a1",
    "household",
    [ChatMessage("user", "put it away"), ChatMessage("assistant", "no", train=False), ChatMessage("assistant", "yes")],
    action_format="code",
    provenance={"seed": 3},
)


def test_a_file_and_a_folder_are_read(tmp_path: Path) -> None:
    file = tmp_path / "conversations.jsonl"
    file.write_bytes(msgspec.json.encode(ONE) + b"\n\n" + msgspec.json.encode(ONE) + b"\n")
    assert list(read_conversations(file)) == list(read_conversations(tmp_path)) == [ONE, ONE]


def test_what_is_not_there_or_no_conversation_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no conversations here"):
        list(read_conversations(tmp_path))
    file = tmp_path / "mine.jsonl"
    file.write_bytes(msgspec.json.encode(ONE) + b'\n{"id": 3}\n')
    with pytest.raises(ConfigurationError, match="line 2: not a conversation"):
        list(read_conversations(file))
