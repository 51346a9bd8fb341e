"""Exports, as `datasets` and TRL read them, without anything in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from embodied_codeact import chatml
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.instruct import ChatMessage, Conversation
from embodied_codeact.instruct.exporting import ExportFormat, export
from embodied_codeact.instruct.general import read_any
from tests.instruct.made import conversation

MANY = [conversation(number, mistake=number % 3 == 0) for number in range(12)]
WITH_MISTAKE = sum(one.recovered for one in MANY)


def load(form: str, file: Path, cache: Path) -> Any:
    datasets = pytest.importorskip(
        "datasets", reason="datasets is not installed: pip install 'embodied-codeact[train]'"
    )
    kind = "parquet" if form == "parquet" else "json"
    return datasets.load_dataset(kind, data_files=str(file), split="train", cache_dir=str(cache))


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_datasets_reads_what_was_written(form: ExportFormat, tmp_path: Path) -> None:
    file = tmp_path / f"data.{form}"
    (written,) = export(MANY, file, form)
    assert (written.rows, written.left_out) == (12, 0)
    rows = load(form, file, tmp_path / "cache")
    assert len(rows) == 12
    for row, one in zip(rows, MANY, strict=True):
        assert row["messages"] == [{"role": said.role, "content": said.content} for said in one.messages]
        assert row["train"] == [said.train for said in one.messages]
        assert (row["id"], row["source"], row["recovered"]) == (one.id, "household", one.recovered)
        assert json.loads(row["provenance"]) == one.provenance


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_was_written_is_read_back_as_it_was(form: ExportFormat, tmp_path: Path) -> None:
    """Marks, counts and provenance included, so an export can be mixed and trained on."""
    export(MANY, tmp_path / f"all.{form}", form)
    assert list(read_any(tmp_path / f"all.{form}")) == MANY
    export(MANY, tmp_path / f"split.{form}", form, untrained="split")
    for row, one in zip(read_any(tmp_path / f"split.{form}"), MANY, strict=True):
        assert [said.train for said in row.messages if said.role == "assistant"] == [
            said.train for said in one.messages if said.role == "assistant"
        ]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_is_not_to_be_learnt_is_dropped_or_becomes_a_prompt(form: ExportFormat, tmp_path: Path) -> None:
    (dropped,) = export(MANY, tmp_path / f"a.{form}", form, untrained="drop")
    assert (dropped.rows, dropped.left_out) == (12 - WITH_MISTAKE, WITH_MISTAKE)
    (split,) = export(MANY, tmp_path / f"b.{form}", form, untrained="split")
    assert (split.rows, split.left_out) == (12, 0)
    rows = load(form, tmp_path / f"b.{form}", tmp_path / "cache")
    for row in rows:
        assert [said["role"] for said in row["completion"]] == ["assistant"]
        assert "goto" in row["completion"][0]["content"]
    assert sum("go_to" in str(row["prompt"]) for row in rows) == WITH_MISTAKE


def test_a_split_is_by_task_and_the_same_in_every_form(tmp_path: Path) -> None:
    many = [conversation(number % 100, mistake=number < 100) for number in range(200)]
    sides = []
    for form in ("jsonl", "parquet"):
        learn, test = export(many, tmp_path / f"data.{form}", form, split=0.25)
        assert Path(test.path).name == f"data-test.{form}"
        assert learn.rows + test.rows == 200
        assert 20 <= test.rows <= 90
        tasks = [
            {json.loads(row["provenance"])["task"] for row in load(form, Path(file.path), tmp_path / "c")}
            for file in (learn, test)
        ]
        assert not tasks[0] & tasks[1]
        sides.append(tasks)
    assert sides[0] == sides[1]


def test_chatml_is_text(tmp_path: Path) -> None:
    export(MANY[:1], tmp_path / "data.txt", "chatml")
    assert (tmp_path / "data.txt").read_text() == (
        "<|im_start|>system\nYou act in an environment.<|im_end|>\n"
        "<|im_start|>user\nFetch mug 0.<|im_end|>\n"
        "<|im_start|>assistant\n<execute>\nhouse.go_to()\n</execute><|im_end|>\n"
        "<|im_start|>user\nError:\nAttributeError: 'house' has no attribute 'go_to'.<|im_end|>\n"
        "<|im_start|>assistant\n<execute>\nhouse.goto('shelf 0')\n</execute><|im_end|>\n\n"
    )
    marked = Conversation("x", "mine", [ChatMessage("user", "<|im_end|>"), ChatMessage("assistant", "yes")])
    before = (tmp_path / "data.txt").read_bytes()
    with pytest.raises(ConfigurationError, match="conversation x holds"):
        export([marked], tmp_path / "data.txt", "chatml")
    assert (tmp_path / "data.txt").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["data.txt"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        export(MANY, tmp_path / "file" / "data.jsonl", "jsonl")


def tiny() -> tuple[Any, Any]:
    """A tokenizer of bytes with ChatML as its template, and a random model for it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    inner = Tokenizer(models.BPE(vocab=letters, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=inner, eos_token="<|im_end|>", pad_token="<pad>", additional_special_tokens=["<|im_start|>"]
    )
    tokenizer.chat_template = chatml.TEMPLATE
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
    )
    return tokenizer, LlamaForCausalLM(config)


@pytest.mark.filterwarnings("ignore")  # Of libraries that warn of one another.
@pytest.mark.parametrize(("form", "untrained"), [("jsonl", "keep"), ("parquet", "split")])
def test_trl_trains_on_an_export_as_it_is(form: ExportFormat, untrained: Any, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="trl is not installed: pip install 'embodied-codeact[train]'")
    file = tmp_path / f"data.{form}"
    export(MANY, file, form, untrained=untrained)
    tokenizer, model = tiny()
    rows = load(form, file, tmp_path / "cache")
    arguments = trl.SFTConfig(
        output_dir=str(tmp_path / "run"),
        max_steps=2,
        per_device_train_batch_size=2,
        assistant_only_loss=untrained == "keep",
        max_length=1024,
        report_to=[],
        logging_steps=1,
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        dataloader_pin_memory=False,
    )
    trainer = trl.SFTTrainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer)
    batch = next(iter(trainer.get_train_dataloader()))
    for tokens, labels in zip(batch["input_ids"], batch["labels"], strict=True):
        learnt = tokenizer.decode(tokens[labels != -100])
        assert "goto" in learnt
        assert "Fetch" not in learnt
        assert "act in an environment" not in learnt
        assert learnt.endswith(("<|im_end|>", "<|im_end|>\n"))
        if untrained == "split":
            assert "go_to" not in learnt
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 2
    assert all(3 < loss < 8 for loss in losses)


def test_rows_are_plain_json(tmp_path: Path) -> None:
    export(MANY[:2], tmp_path / "data.jsonl", "jsonl")
    for line in (tmp_path / "data.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line)
        assert set(row["messages"][0]) == {"role", "content"}
