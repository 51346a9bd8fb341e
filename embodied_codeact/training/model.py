"""The model that a run trains, and the tokenizer that it speaks with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models.hf.loading import load_checkpoint
from embodied_codeact.models.hf.options import HfOptions
from embodied_codeact.training.attention import EPISODES
from embodied_codeact.training.data import ChatRecord
from embodied_codeact.training.recipe import Recipe
from embodied_codeact.training.tokens import add_chatml, train_tokenizer

Trained = tuple[Any, PreTrainedTokenizerBase]


def make_model(recipe: Recipe, records: Sequence[ChatRecord], kept_tokenizer: Path) -> Trained:
    """Return model and tokenizer as a run begins with them. ``kept_tokenizer``: where a run that goes on has it.

    Raises:
        ConfigurationError: the checkpoint to begin from is not here, or the attention cannot be had.
        ModelError: that checkpoint is broken or does not fit into memory.
    """
    torch.manual_seed(recipe.seed)
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    if recipe.from_scratch:
        there = (kept_tokenizer / "tokenizer.json").is_file()
        tokenizer = (
            AutoTokenizer.from_pretrained(kept_tokenizer) if there else train_tokenizer(records, recipe.vocabulary)
        )
        model = LlamaForCausalLM(_small_llama(recipe, tokenizer))
    else:
        # Adapters are trained on top of weights that stay as they are; weights that change need all their bits.
        dtype: Any = "bfloat16" if recipe.lora and recipe.precision == "bf16" else "float32"
        loaded = load_checkpoint(recipe.model, HfOptions(dtype=dtype, device="cpu"))
        model, tokenizer = loaded.model, loaded.tokenizer
        if not tokenizer.is_fast:
            raise ConfigurationError(f"the tokenizer of {recipe.model} does not tell where its tokens lie in a text")
        if loaded.context_tokens < recipe.sequence_length:
            raise ConfigurationError(
                f"{recipe.model} reads {loaded.context_tokens} tokens: set -o sequence_length={loaded.context_tokens}"
            )
        grown = add_chatml(tokenizer)
        embedding: Any = model.get_input_embeddings()
        if len(tokenizer) > embedding.weight.shape[0]:
            model.resize_token_embeddings(len(tokenizer))
        model.train().requires_grad_(True)
        for config in (model.config, model.generation_config):
            config.eos_token_id, config.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
        if recipe.lora:
            return _with_adapters(_attending(model, recipe), recipe, grown), tokenizer
    return _attending(model, recipe), tokenizer


def _small_llama(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden_size,
        intermediate_size=recipe.intermediate_size,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.kv_heads,
        max_position_embeddings=recipe.sequence_length,
        rope_parameters={"rope_type": "default", "rope_theta": recipe.rope_theta},
        tie_word_embeddings=recipe.tie_embeddings,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def _attending(model: PreTrainedModel, recipe: Recipe) -> PreTrainedModel:
    try:
        model.set_attn_implementation(recipe.attention)
    except (ValueError, ImportError) as error:
        raise ConfigurationError(f"attention {recipe.attention!r}: {error} ({EPISODES!r} works everywhere)") from error
    # A cache would be of no use, and transformers would take a packed row for one episode.
    model.config.use_cache = False
    return model


def _with_adapters(model: PreTrainedModel, recipe: Recipe, new_tokens: int) -> Any:
    """Put LoRA adapters on all linear layers. Where tokens are new, embedding and head are trained whole: what
    begins and ends a message could not be learnt otherwise."""
    from peft import LoraConfig, get_peft_model

    return get_peft_model(
        model,
        LoraConfig(
            task_type="CAUSAL_LM",
            r=recipe.lora_rank,
            lora_alpha=recipe.lora_alpha,
            lora_dropout=recipe.lora_dropout,
            target_modules="all-linear",
            modules_to_save=["embed_tokens", "lm_head"] if new_tokens else None,
        ),
    )


def save_model(model: Any, tokenizer: PreTrainedTokenizerBase, folder: Path, dtype: str) -> None:
    """Write the model as transformers loads it: adapters merged into its weights, and by themselves in ``adapter``."""
    if hasattr(model, "merge_and_unload"):
        model.save_pretrained(folder / "adapter")
        model = model.merge_and_unload()
    model.config.use_cache = True
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
