"""Options and checkpoints that cannot be used end in one clear line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, BertConfig, BertForMaskedLM

from embodied_codeact.contracts import CountsTokens, KnowsContext, Message, StreamingModel
from embodied_codeact.errors import ConfigurationError, ModelError
from embodied_codeact.models import resolve_model
from embodied_codeact.models.hf import load_hf
from embodied_codeact.models.hf.loading import out_of_memory
from tests.models.hf.conftest import Load

HELLO = [Message("user", "Say something.")]

Find = Callable[[str], Path]


def copied(checkpoint: Find, folder: Path) -> Path:
    return Path(shutil.copytree(checkpoint("llama"), folder / "copy"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dtyp": "float32"}, "no option 'dtyp'. Did you mean 'dtype'?"),
        ({"zzz": "1"}, "There are: dtype, device"),
        ({"dtype": "bfloat61"}, "'bfloat61'. Did you mean 'bfloat16'?"),
        ({"quantization": "3bit"}, "value for option 'quantization' '3bit'"),
        ({"max_batch": "many"}, "max_batch"),
        ({"max_batch": "0"}, "'max_batch' must be at least 1"),
        ({"temperature": "-1"}, "zero \\(greedy\\) or more"),
        ({"temperature": "nan"}, "zero \\(greedy\\) or more"),
        ({"seed": "1"}, "need a 'temperature'"),
        ({"device": "cpu", "device_map": "auto"}, "exclude each other"),
        ({"device": "toaster"}, "device 'toaster' cannot be used here"),
        ({"context_tokens": "9999"}, "more than .* was made for: 4096"),
        ({"adapter": "/no/such"}, "no adapter_config.json"),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, str], words: str, checkpoint: Find) -> None:
    with pytest.raises(ConfigurationError, match=words) as raised:
        load_hf(str(checkpoint("llama")), options)
    assert "\n" not in str(raised.value)


def test_quantization_says_what_it_needs(checkpoint: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match="pip install bitsandbytes"):
        load_hf(str(checkpoint("llama")), {"quantization": "4bit"})


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", no_network)
    with pytest.raises(ConfigurationError, match="`hf download nobody/no-model`, add -m download=true"):
        load_hf("nobody/no-model", {})
    for place in ("./no/such/folder", "a/b/c", "/no/such"):
        with pytest.raises(ConfigurationError, match="no such folder"):
            load_hf(place, {})
    with pytest.raises(ConfigurationError, match="names no model"):
        load_hf("", {})


def test_folders_that_hold_no_model(tmp_path: Path, checkpoint: Find) -> None:
    with pytest.raises(ConfigurationError, match="no config.json"):
        load_hf(str(tmp_path), {})
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="is a peft adapter.*-m adapter="):
        load_hf(str(tmp_path), {})
    with pytest.raises(ConfigurationError, match="is a file"):
        load_hf(str(checkpoint("llama") / "config.json"), {})


def test_an_encoder_is_refused(tmp_path: Path) -> None:
    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=50)
    BertForMaskedLM(config).save_pretrained(tmp_path)
    with pytest.raises(ConfigurationError, match="no causal language model .*BertForMaskedLM"):
        load_hf(str(tmp_path), {})


def broken_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "llama", ')


def broken_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def no_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


def broken_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def unknown_architecture(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "abacus"}))


def more_layers(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))


def other_shapes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "intermediate_size": 64}))


@pytest.mark.parametrize(
    "damage",
    [
        broken_config,
        broken_weights,
        no_weights,
        no_tokenizer,
        broken_tokenizer,
        unknown_architecture,
        more_layers,
        other_shapes,
    ],
)
def test_a_broken_checkpoint_ends_in_one_line(
    damage: Callable[[Path], None], checkpoint: Find, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = copied(checkpoint, tmp_path)
    capfd.readouterr()  # what making it printed
    damage(folder)
    with pytest.raises((ModelError, ConfigurationError)) as raised:
        load_hf(str(folder), {})
    assert str(folder) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr().err == ""


def test_memory_that_ran_out_is_told_apart() -> None:
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"))
    assert out_of_memory(MemoryError())
    with pytest.raises(RuntimeError) as raised:
        torch.empty(10**15)
    assert out_of_memory(raised.value)
    assert not out_of_memory(RuntimeError("shapes do not match"))


def test_loading_is_silent_and_the_model_keeps_its_promises(
    checkpoint: Find, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = checkpoint("qwen2")
    capfd.readouterr()  # what making it printed
    model = resolve_model(f"hf:{folder}", "household", {"dtype": "bfloat16", "device": "cpu"})
    assert isinstance(model, StreamingModel)
    assert isinstance(model, CountsTokens)
    assert isinstance(model, KnowsContext)
    assert model.context_tokens == 4096
    assert model.name == f"hf:{folder}"
    assert model.reply(HELLO, max_tokens=3).usage.completion_tokens <= 3
    model.close()  # type: ignore[attr-defined]
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft asks for it when it trains
def test_an_adapter_changes_what_is_said(checkpoint: Find, tmp_path: Path, load: Load) -> None:
    base = AutoModelForCausalLM.from_pretrained(checkpoint("llama"))
    adapted = get_peft_model(base, LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False))
    adapted.save_pretrained(str(tmp_path))
    plain = load("llama").reply(HELLO, max_tokens=12).text
    with_adapter = load("llama", adapter=str(tmp_path)).reply(HELLO, max_tokens=12)
    assert with_adapter.text != plain


def test_a_prompt_that_does_not_fit_says_so(load: Load) -> None:
    model = load("llama", context_tokens="40")
    with pytest.raises(ModelError, match="the prompt has 1\\d\\d tokens, and the model's context holds 40"):
        model.reply([Message("user", "mug " * 100)])
    fitting = model.reply(HELLO, max_tokens=1000)
    assert fitting.usage.prompt_tokens + fitting.usage.completion_tokens <= 40
