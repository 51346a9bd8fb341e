"""Presets and their options, and the one line that each wrong input gets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.training.recipe import preset_names, read_recipe
from tests.cli.support import error_line, invoke
from tests.training.conftest import write_collection


def test_the_presets() -> None:
    assert preset_names() == ["embedded", "llama-2-7b", "mistral-7b"]
    lengths = {"mistral-7b": 16384, "llama-2-7b": 4096}
    for name, length in lengths.items():
        recipe = read_recipe(name)
        assert (recipe.sequence_length, recipe.learning_rate, recipe.warmup) == (length, 1e-5, 50)
        assert (recipe.batch_size, recipe.epochs, recipe.schedule, recipe.lora) == (32, 5, "cosine", False)
    embedded = read_recipe("embedded", {"layers": "8", "tokens": "1000", "tie_embeddings": "false"})
    assert (embedded.from_scratch, embedded.layers, embedded.tokens, embedded.tie_embeddings) == (True, 8, 1000, False)
    assert read_recipe("embedded").tokens
    assert read_recipe("embedded", {"epochs": "2"}).tokens is None
    assert read_recipe("embedded", model="here").model == "here"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--preset", "mistral-7"], "unknown preset 'mistral-7'. Did you mean 'mistral-7b'?"),
        (["-o", "layer=2"], "preset 'embedded' has no option 'layer'. Did you mean 'layers'?"),
        (["-o", "layers=0"], "layers"),
        (["-o", "optimizer=muo"], "unknown value for option 'optimizer' 'muo'. Did you mean 'muon'?"),
        (["-o", "heads=3"], "'hidden_size' must be a multiple of 'heads'"),
        (["-o", "batch_size=6"], "multiple of 'micro_batch_size'"),
        (["-o", "lora=true"], "name one with --model"),
        (["--model", "/nowhere"], "hf:/nowhere: there is no such folder"),
        (["-o", "attention=fast"], "attention 'fast'"),
        (["-o", "sequence_length=16"], "24 are longer than 16 tokens (-o sequence_length=N)"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, options: list[str], says: str) -> None:
    write_collection(tmp_path / "data")
    assert says in error_line(invoke("train", tmp_path / "data", "--out", tmp_path / "out", *options))


def test_data_that_is_missing_or_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = error_line(invoke("train", tmp_path / "none", "--out", tmp_path / "out"))
    assert line == f"no such data: {tmp_path / 'none'}"
    monkeypatch.delitem(sys.modules, "embodied_codeact.training.run", raising=False)
    monkeypatch.setitem(sys.modules, "accelerate", None)
    line = error_line(invoke("train", write_collection(tmp_path / "data"), "--out", tmp_path / "out"))
    assert line == "training needs accelerate, which is not installed: pip install 'embodied-codeact[train]'"


def test_options_that_no_preset_may_have() -> None:
    with pytest.raises(ConfigurationError, match="warmup"):
        read_recipe("embedded", {"warmup": "-1"})
