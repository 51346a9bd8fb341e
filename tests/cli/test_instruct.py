"""``instruct``: the commands that docs/instruct.md shows, and how they fail."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import msgspec
import pytest

from tests.cli.support import error_line, invoke
from tests.conftest import REPOSITORY
from tests.house.test_readme import cli_commands
from tests.instruct.made import collection, conversation
from tests.instruct.test_mixing import CHAT, SHARED, lines
from tests.instruct.test_statistics import word_tokenizer

DOCUMENT = REPOSITORY / "docs" / "instruct.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    collection(tmp_path / "runs" / "small", [conversation(number, mistake=number % 4 == 0) for number in range(40)])
    lines(tmp_path / "chat.jsonl", CHAT, SHARED, CHAT)
    word_tokenizer(tmp_path / "tokenizer.json")
    return tmp_path


def test_the_commands_of_the_page_do_what_it_says(folder: Path) -> None:
    commands = [words for words in cli_commands(DOCUMENT) if words[0] == "instruct" and len(words) > 1]
    assert len(commands) == 8
    for words in commands:
        result = invoke(*words)
        assert result.exit_code == 0, (shlex.join(words), result.output)
        assert result.output
    assert len((folder / "runs" / "mixed.jsonl").read_text().splitlines()) == 42
    assert len((folder / "runs" / "other.jsonl").read_text().splitlines()) == 20 + 6
    learnt = (folder / "runs" / "train.jsonl").read_text().splitlines()
    kept_apart = (folder / "runs" / "train-test.jsonl").read_text().splitlines()
    assert len(learnt) + len(kept_apart) == 42
    assert (folder / "runs" / "train.txt").read_text().count("\n\n<|im_start|>") == 31
    assert (folder / "runs" / "train.parquet").stat().st_size > 0


def test_figures_at_a_terminal_and_for_programs() -> None:
    shown = [" ".join(line.split()) for line in invoke("instruct", "stats", "runs/small").stdout.splitlines()]
    assert any(line.startswith("household 40 1.25 ") and line.endswith(" 25.0 %") for line in shown), shown
    assert any(line.startswith("code 40 ") for line in shown)
    assert shown[-1] == "Tokens are estimated, 4 characters each."
    counted = invoke("instruct", "stats", "runs/small", "chat.jsonl", "--tokenizer", "tokenizer.json", "--json")
    told = json.loads(counted.stdout)
    assert told["tokenizer"] == "tokenizer.json"
    assert [row["name"] for row in told["by_source"]] == ["household", "chat"]
    assert [row["name"] for row in told["by_format"]] == ["code", "general"]
    assert told["total"]["conversations"] == 43
    assert told["by_source"][1]["tokens"] == 8


def test_what_went_in_is_told() -> None:
    result = invoke("instruct", "mix", "--add", "runs/small=30", "--add", "chat.jsonl", "--out", "m.jsonl")
    assert "runs/small: 30 of 40 conversations, 90.9 % of the mixture" in result.stdout
    assert "chat.jsonl: 3 of 3 conversations, 9.1 % of the mixture" in result.stdout
    told = invoke("instruct", "mix", "--add", "runs/small", "--out", "n.jsonl", "--json").stdout
    assert json.loads(told) == {
        "out": "n.jsonl",
        "conversations": 40,
        "parts": [{"path": "runs/small", "available": 40, "taken": 40}],
    }


def test_what_was_left_out_is_told() -> None:
    told = invoke("instruct", "export", "runs/small", "--untrained", "drop", "--out", "x.jsonl")
    assert told.stdout == "written: x.jsonl (30 rows, 10 conversations left out)\n"
    plain = invoke("instruct", "export", "runs/small", "--out", "x.jsonl", "--json").stdout
    assert json.loads(plain) == {"files": [{"path": "x.jsonl", "rows": 40, "left_out": 0}]}


def test_bad_input_is_one_line(folder: Path) -> None:
    (folder / "bad.jsonl").write_bytes(msgspec.json.encode(CHAT) + b"\n{}\n")
    assert "bad.jsonl, line 2: neither messages" in error_line(
        invoke("instruct", "mix", "--add", "bad.jsonl", "--out", "m.jsonl")
    )
    assert "no conversations here" in error_line(invoke("instruct", "stats", "nowhere"))
    assert "choose another file" in error_line(
        invoke("instruct", "export", "runs/small", "--out", "runs/small/conversations.jsonl")
    )


def test_what_is_read_is_not_written_over_by_the_other_part_either(folder: Path) -> None:
    lines(folder / "train-test.jsonl", CHAT)
    before = (folder / "train-test.jsonl").read_bytes()
    told = error_line(invoke("instruct", "export", "train-test.jsonl", "--out", "train.jsonl", "--split", 0.5))
    assert "train-test.jsonl is what is read here" in told
    assert (folder / "train-test.jsonl").read_bytes() == before


def test_the_name_of_a_file_tells_its_format(folder: Path) -> None:
    assert invoke("instruct", "export", "chat.jsonl", "--out", "chat.parquet").exit_code == 0
    assert (folder / "chat.parquet").read_bytes()[:4] == b"PAR1"
    assert "`instruct export` makes Parquet" in error_line(
        invoke("instruct", "mix", "--add", "chat.jsonl", "--out", "mixed.parquet")
    )
