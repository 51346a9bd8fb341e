"""Mixing collections with a user's own conversations."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import read_conversations
from embodied_codeact.instruct.general import read_any
from embodied_codeact.instruct.mixing import Ingredient, mix
from tests.instruct.made import collection, conversation

CHAT = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}
SHARED = {
    "id": "x",
    "conversations": [
        {"from": "system", "value": "Be kind."},
        {"from": "human", "value": "Hello"},
        {"from": "gpt", "value": "Hi"},
        {"from": "human", "value": "Bye"},
    ],
}


def lines(file: Path, *rows: object) -> Path:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def test_forms_of_general_conversations(tmp_path: Path) -> None:
    parts = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}, CHAT["messages"][1]]}
    file = lines(tmp_path / "general.jsonl", CHAT, SHARED, parts)
    pq.write_table(pa.Table.from_pylist([CHAT, CHAT]), tmp_path / "table.parquet")
    first, second, third = read_any(file)
    assert [(said.role, said.content) for said in second.messages] == [
        ("system", "Be kind."),
        ("user", "Hello"),
        ("assistant", "Hi"),
    ]
    assert first.messages == third.messages
    assert (first.source, first.turns, first.id) == ("general", 1, third.id)
    assert [one.messages for one in read_any(tmp_path / "table.parquet")] == [first.messages] * 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "an object with messages was expected"),
        ('{"text": "hello"}', "neither messages"),
        ('{"messages": [{"role": "user", "content": "x"}]}', "no reply of an assistant"),
        ('{"messages": [{"role": "robot", "content": "x"}]}', "unknown role 'robot'"),
        ('{"messages": [{"role": "user", "content": 3}]}', "content of a message is no text"),
        ('{"conversations": ["x"]}', "no object with from and value"),
        ('{"messages": [{"role": "user"}]}', "content of a message is no text"),
        ('{"messages": [{"role": "assistant", "content": "x"}], "provenance": "{"}', "its provenance is no JSON"),
        (
            '{"messages": [{"role": "assistant", "content": "x"}], "provenance": {}, "turns": "many"}',
            "not a conversation: .*turns",
        ),
    ],
)
def test_a_bad_line_is_told_with_file_and_number(row: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f"{json.dumps(CHAT)}\n\n{row}\n")
    with pytest.raises(ConfigurationError, match=rf"mine\.jsonl, line 3: .*{why}"):
        mix([Ingredient(file)], tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_amounts_and_order_are_drawn_by_seed(tmp_path: Path) -> None:
    ours = collection(tmp_path / "ours", [conversation(number) for number in range(40)])
    chat = lines(
        tmp_path / "chat.jsonl",
        *[{"messages": [*CHAT["messages"][:1], {"role": "assistant", "content": str(n)}]} for n in range(30)],
    )
    chosen = [Ingredient.parse(f"{ours}=0.5"), Ingredient.parse(f"{chat}=10"), Ingredient.parse(str(chat))]
    parts = mix(chosen, tmp_path / "a.jsonl", seed=1)
    assert [(part.available, part.taken) for part in parts] == [(40, 20), (30, 10), (30, 30)]
    mixed = list(read_conversations(tmp_path / "a.jsonl"))
    assert Counter(one.source for one in mixed) == {"household": 20, "chat": 40}
    assert [one.source for one in mixed] != sorted(one.source for one in mixed)
    assert all(one.provenance for one in mixed if one.source == "household")
    mix(chosen, tmp_path / "b.jsonl", seed=1)
    mix(chosen, tmp_path / "c.jsonl", seed=2)
    texts = [(tmp_path / name).read_text() for name in ("a.jsonl", "b.jsonl", "c.jsonl")]
    assert texts[0] == texts[1] != texts[2]
    (twice,) = mix([Ingredient(ours, weight=2.0)], tmp_path / "d.jsonl")
    assert twice.taken == 80
    assert set(Counter(one.id for one in read_conversations(tmp_path / "d.jsonl")).values()) == {2}


def test_what_cannot_be_mixed_is_told(tmp_path: Path) -> None:
    chat = lines(tmp_path / "chat.jsonl", CHAT)
    with pytest.raises(ConfigurationError, match="2 conversations were asked for, and it holds 1"):
        mix([Ingredient(chat, count=2)], tmp_path / "out.jsonl")
    with pytest.raises(ConfigurationError, match="choose another file"):
        mix([Ingredient(chat)], chat)
    with pytest.raises(ConfigurationError, match="no such file"):
        mix([Ingredient(tmp_path / "no.jsonl")], tmp_path / "out.jsonl")
    (tmp_path / "no.parquet").write_text("x")
    with pytest.raises(ConfigurationError, match="not a Parquet file"):
        mix([Ingredient(tmp_path / "no.parquet")], tmp_path / "out.jsonl")
    for text in ("chat.jsonl=many", "chat.jsonl=-3", "chat.jsonl=-0.5"):
        with pytest.raises(ConfigurationError, match="after = comes"):
            Ingredient.parse(text)


def test_a_general_conversation_keeps_its_source_where_it_is_mixed_in(tmp_path: Path) -> None:
    lines(tmp_path / "chat.jsonl", CHAT, SHARED)
    mix([Ingredient(tmp_path / "chat.jsonl")], tmp_path / "mixed.jsonl")
    before, after = list(read_any(tmp_path / "chat.jsonl")), list(read_any(tmp_path / "mixed.jsonl"))
    assert sorted(after, key=lambda each: each.id) == sorted(before, key=lambda each: each.id)
    assert {each.source for each in after} == {"chat"}


def test_a_collection_is_not_mixed_over(tmp_path: Path) -> None:
    lines(tmp_path / "chat.jsonl", CHAT)
    (tmp_path / "collected").mkdir()
    (tmp_path / "collected" / "collection.json").write_text("{}")
    for out in (tmp_path / "collected", tmp_path / "collected" / "conversations.jsonl"):
        with pytest.raises(ConfigurationError, match="holds a collection, whose episodes would be lost"):
            mix([Ingredient(tmp_path / "chat.jsonl")], out)
    assert [path.name for path in (tmp_path / "collected").iterdir()] == ["collection.json"]
