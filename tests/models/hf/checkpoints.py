"""Tiny checkpoints with random weights, one for each architecture, with tokenizers and chat templates in its style.

Such a model speaks noise; what it is fed and what becomes of its tokens is as with a real one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.models.auto import CONFIG_MAPPING

CORPUS = [
    "<thought>The mug is on the desk.</thought>\n<execute>\nhouse.goto('desk 1')\nprint(state.holding)\n</execute>",
    "Observation:\nYou arrive at desk 1. On the desk 1, you see a mug 1, a pen 2 and a book 3.\n\n4 turns left.",
    "for receptacle in house.receptacles():\n    print(house.open(receptacle))\n    if 'apple' in receptacle:\n",
    "Your task is to: put a clean apple into the fridge. Héllo wörld, 水が欲しい \U0001f600 <solution>done</solution>",
]

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = (
    "{{ '<|begin_of_text|>' }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n'"
    " + m['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# Strictly alternating; a system message goes to the last user message, as in v0.3 of the 7B instruct model.
MISTRAL = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set loop_messages ="
    " messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}{{ '<s>' }}"
    "{% for m in loop_messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "{% if m['role'] == 'user' %}{% if loop.last and system is defined %}{{ '[INST] ' + system + '\n\n' + m['content']"
    " + '[/INST]' }}{% else %}{{ '[INST] ' + m['content'] + '[/INST]' }}{% endif %}"
    "{% else %}{{ ' ' + m['content'] | trim + '</s>' }}{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ '<bos>' }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else 'user') + '\n' + m['content'] | trim"
    " + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)


@dataclass(frozen=True)
class Style:
    """How one family of models looks. ``kind``: of its tokenizer, by bytes or by sentence pieces."""

    model_type: str
    kind: str
    template: str | None
    special: tuple[str, ...]
    extra: dict[str, Any]
    bos: str | None = None
    eos: str | None = None


STYLES = {
    "llama": Style(
        "llama",
        "bytes",
        LLAMA3,
        ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        {},
        bos="<|begin_of_text|>",
        eos="<|eot_id|>",
    ),
    "mistral": Style(
        "mistral", "pieces", MISTRAL, ("<unk>", "<s>", "</s>"), {"sliding_window": 24}, bos="<s>", eos="</s>"
    ),
    # Its end of turn is not its end of sequence, and nothing but the template says so.
    "qwen2": Style("qwen2", "bytes", CHATML, ("<|endoftext|>", "<|im_start|>", "<|im_end|>"), {}, eos="<|endoftext|>"),
    "gemma": Style(
        "gemma",
        "pieces",
        GEMMA,
        ("<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"),
        {"head_dim": 16},
        bos="<bos>",
        eos="<eos>",
    ),
    "gemma3": Style(
        "gemma3_text",
        "pieces",
        GEMMA,
        ("<pad>", "<eos>", "<bos>", "<start_of_turn>", "<end_of_turn>"),
        {"head_dim": 16, "sliding_window": 24, "layer_types": ["sliding_attention", "full_attention"]},
        bos="<bos>",
        eos="<eos>",
    ),
    # Convolutions beside attention, and no template.
    "lfm2": Style("lfm2", "bytes", None, ("<|end|>",), {"layer_types": ["conv", "full_attention"]}, eos="<|end|>"),
}


def make_checkpoint(folder: Path, style: Style, *, seed: int = 0, **changes: Any) -> Path:
    """Write a checkpoint of that style. ``changes`` are to its configuration."""
    tokenizer = make_tokenizer(style)
    settings = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "initializer_range": 0.6,
        "tie_word_embeddings": False,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": None,
        **style.extra,
        **changes,
    }
    config = CONFIG_MAPPING[style.model_type](**settings)
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_tokenizer(style: Style) -> PreTrainedTokenizerFast:
    """Train a small tokenizer."""
    backend = Tokenizer(models.BPE(byte_fallback=style.kind == "pieces"))
    special = [AddedToken(token, special=True, normalized=False) for token in style.special]
    if style.kind == "bytes":
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.post_processor = processors.ByteLevel(trim_offsets=True)
        backend.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=400, max_token_length=8, special_tokens=special, initial_alphabet=alphabet
        )
    else:
        backend.normalizer = normalizers.Replace(" ", "\u2581")
        backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
        backend.decoder = decoders.Sequence(
            [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
        )
        fallback = [f"<0x{byte:02X}>" for byte in range(256)]
        trainer = trainers.BpeTrainer(
            show_progress=False, vocab_size=600, max_token_length=8, special_tokens=[*special, *fallback]
        )
    backend.train_from_iterator(CORPUS, trainer)
    backend = _without_special_bytes(backend)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=style.bos, eos_token=style.eos, chat_template=style.template
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(style.special)})
    return tokenizer


def _without_special_bytes(backend: Tokenizer) -> Tokenizer:
    """The trainer takes the bytes to fall back on only as special tokens, which they are not."""
    described = json.loads(backend.to_str())
    described["added_tokens"] = [token for token in described["added_tokens"] if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(described))
