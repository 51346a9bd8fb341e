"""What can be trained on: collections, and chat messages as ``instruct export`` writes them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.training.data import read_data
from tests.training.conftest import conversation, write_collection

CONVERSATION = conversation(3)
SAID = [{"role": message.role, "content": message.content} for message in CONVERSATION.messages]
MARKS = [message.train for message in CONVERSATION.messages]


def test_all_forms_of_a_conversation_are_read_alike(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "collection", 4)
    row = {"messages": SAID, "train": MARKS, "source": "household", "provenance": "{}"}
    (tmp_path / "chat.jsonl").write_text(json.dumps(row) + "\n\n")
    pa.parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "chat.parquet")
    records, files = read_data([folder, tmp_path / "chat.jsonl", tmp_path / "chat.parquet"])
    assert [file.conversations for file in files] == [4, 1, 1]
    assert [record.messages for record in records[3:]] == [CONVERSATION.messages] * 3


def test_of_a_prompt_and_its_completion_the_completion_is_learnt(tmp_path: Path) -> None:
    row = {"prompt": SAID[:4], "completion": SAID[4:5]}
    pa.parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "split.parquet")
    (record,), _ = read_data([tmp_path / "split.parquet"])
    assert [message.train for message in record.messages if message.role == "assistant"] == [False, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"messages": [{"role": "tool", "content": ""}]}', "line 1: unknown role 'tool' of a message"),
        ("{}", "nor a prompt and its completion"),
        ('{"messages": [{"role": "user", "content": "x"}], "train": []}', "0 marks in train for 1 messages"),
        ('{"messages": [{"role": "user", "content": "x"}]}', "no reply of an assistant in it"),
        (
            '{"messages": [{"role": "assistant", "content": "x", "train": false}]}',
            "no reply of the assistant to learn from in 1 conv",
        ),
        ("nothing", "line 1"),
    ],
)
def test_other_files_are_refused_by_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "data.jsonl").write_text(text)
    with pytest.raises(ConfigurationError, match=".*") as raised:
        read_data([tmp_path / "data.jsonl"])
    assert says in str(raised.value)


def test_a_parquet_file_without_messages_is_refused(tmp_path: Path) -> None:
    pa.parquet.write_table(pa.table({"text": ["x"]}), tmp_path / "x.parquet")
    (tmp_path / "y.parquet").write_bytes(msgspec.json.encode({}))
    for name in ("x", "y"):
        with pytest.raises(ConfigurationError, match="neither messages|not a Parquet file"):
            read_data([tmp_path / f"{name}.parquet"])
