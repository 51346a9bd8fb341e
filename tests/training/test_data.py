"""What can be trained on: collections, and chat messages as ``instruct export`` writes them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage
from embodied_codeact.instruct.conversations import CONVERSATIONS
from embodied_codeact.training.data import ChatRecord, opening, read_data
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


PROGRAM = """<thought>
The mug goes onto the shelf.
</thought>
<execute>
import math
from time import sleep

thing = "mug"
target = "shelf"

for place in places:
    house.goto(place)

print("done")
</execute>"""


def asked(*replies: ChatMessage) -> ChatRecord:
    """A conversation with these replies, and what is said between them."""
    said = [ChatMessage("system", "Act."), ChatMessage("user", "Put a mug away.")]
    for reply in replies:
        said += [reply, ChatMessage("user", "Observation")]
    return ChatRecord(said[:-1])


def test_the_opening_ends_where_a_script_has_said_what_it_is_about() -> None:
    whole = asked(ChatMessage("assistant", PROGRAM), ChatMessage("assistant", "<solution>done</solution>"))
    cut = opening(whole)
    assert cut.messages[:-1] == whole.messages[:2]
    assert cut.messages[-1] == ChatMessage("assistant", PROGRAM[: PROGRAM.index("for place")])
    assert cut.cut


@pytest.mark.parametrize("reply", ['{"tool": "goto", "arguments": {}}', "<solution>I cannot.</solution>"])
def test_a_reply_without_a_script_is_an_opening_as_it_is(reply: str) -> None:
    whole = asked(ChatMessage("assistant", reply), ChatMessage("assistant", "<solution>done</solution>"))
    assert opening(whole) == ChatRecord(whole.messages[:3])


def test_it_goes_up_to_the_first_reply_to_learn() -> None:
    spoilt, good = ChatMessage("assistant", PROGRAM, train=False), ChatMessage("assistant", PROGRAM)
    cut = opening(asked(spoilt, good, ChatMessage("assistant", "<solution>done</solution>")))
    assert cut.messages[:-1] == asked(spoilt, good).messages[:-1]
    assert cut.messages[-1].content == PROGRAM[: PROGRAM.index("for place")]
    nothing = asked(spoilt)
    assert opening(nothing) is nothing


def test_of_what_is_there_in_other_words_only_the_opening_is_read_where_asked_for(tmp_path: Path) -> None:
    said = asked(ChatMessage("assistant", PROGRAM), ChatMessage("assistant", "<solution>done</solution>")).messages
    first = msgspec.structs.replace(CONVERSATION, messages=said)
    again = msgspec.structs.replace(first, provenance={"rephrased": "Put it away."})
    (tmp_path / CONVERSATIONS).write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in (first, again)))
    wholes, _ = read_data([tmp_path])
    records, _ = read_data([tmp_path], "opening")
    assert wholes == [ChatRecord(said), ChatRecord(said)]
    assert records == [wholes[0], opening(wholes[1])]
