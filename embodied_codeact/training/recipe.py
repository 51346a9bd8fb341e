"""What a training run is asked for: a preset, changed by options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.registry import convert_options

PRESETS = Path(__file__).parent / "presets"

Positive = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Rate = Annotated[float, msgspec.Meta(gt=0)]


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides how a model is trained, apart from the data and the machine.

    ``model``: folder or ID of the checkpoint to begin from; empty for a small Llama with random weights, which the
    fields ``vocabulary`` to ``tie_embeddings`` describe, and a tokenizer trained on the data.
    ``prompt``: ``condensed`` shortens the long system texts, as the embedded model reads them.
    ``rephrased``: ``opening`` trains on what is there in other words only as far as the words decide
    (:func:`~embodied_codeact.training.data.opening`), which leaves time for more wordings.
    ``sequence_length``: tokens of a pack of episodes; a conversation that is longer is left out.
    ``batch_size``: packs a step, over all processes. ``micro_batch_size``: packs that one process computes at a time.
    ``epochs``: passes over the data, unless ``tokens`` gives the budget.
    ``optimizer``: ``muon`` is for the matrices between embedding and head; the rest goes by AdamW.
    ``warmup``: steps, or a share of all where it is below 1. ``schedule``: down to zero after it, but for ``constant``.
    ``precision``: of the computation (``bf16`` with float32 weights). ``save_dtype``: of the weights that are kept.
    ``attention``: ``episodes`` computes each episode of a pack for itself; others are names that transformers knows.
    ``lora``: train adapters of ``lora_rank`` on all linear layers instead of the weights.
    ``save_steps``: steps from checkpoint to checkpoint; the last two are kept.
    """

    model: str = ""
    vocabulary: Annotated[int, msgspec.Meta(ge=300)] = 4096
    hidden_size: Positive = 256
    intermediate_size: Positive = 688
    layers: Positive = 6
    heads: Positive = 8
    kv_heads: Positive = 8
    rope_theta: Rate = 10000.0
    tie_embeddings: bool = True
    prompt: Literal["full", "condensed"] = "full"
    rephrased: Literal["whole", "opening"] = "whole"
    sequence_length: Annotated[int, msgspec.Meta(ge=16)] = 2048
    batch_size: Positive = 32
    micro_batch_size: Positive = 1
    epochs: Rate = 1.0
    tokens: Positive | None = None
    optimizer: Literal["adamw", "muon"] = "adamw"
    learning_rate: Rate = 1e-5
    weight_decay: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    adam_beta2: Share = 0.999
    max_grad_norm: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    warmup: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    precision: Literal["bf16", "fp32"] = "bf16"
    save_dtype: Literal["bfloat16", "float32"] = "bfloat16"
    attention: str = "episodes"
    gradient_checkpointing: bool = False
    lora: bool = False
    lora_rank: Positive = 16
    lora_alpha: Positive = 32
    lora_dropout: Share = 0.0
    save_steps: Positive = 100
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0

    @property
    def from_scratch(self) -> bool:
        """Whether the model is a new one."""
        return not self.model


def preset_names() -> list[str]:
    """The presets that are there."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def read_recipe(preset: str, options: Mapping[str, Any] | None = None, model: str | None = None) -> Recipe:
    """Return a preset's recipe, changed by ``options`` (``key=value`` as the command line takes them) and ``model``.

    Raises:
        ConfigurationError: there is no such preset or option, or an option cannot have that value.
    """
    if preset not in preset_names():
        raise ConfigurationError(unknown_name("preset", preset, preset_names()))
    written: dict[str, Any] = yaml.safe_load((PRESETS / f"{preset}.yaml").read_text(encoding="utf-8"))
    given = {**(options or {}), **({} if model is None else {"model": model})}
    if "epochs" in given:
        written.pop("tokens", None)  # who asks for passes over the data does not ask for the preset's tokens
    changed = {**{name: _as_text(value) for name, value in written.items()}, **given}
    recipe = convert_options(Recipe, changed, f"preset {preset!r}")
    assert isinstance(recipe, Recipe)
    _check(recipe)
    return recipe


def _as_text(value: Any) -> Any:
    # Options are texts, and YAML takes 1e-5 for one.
    return value if isinstance(value, (bool, int)) or value is None else str(value)


def _check(recipe: Recipe) -> None:
    if recipe.from_scratch and recipe.lora:
        raise ConfigurationError("'lora' adapts a model that is there: name one with --model")
    if recipe.from_scratch and (recipe.hidden_size % recipe.heads or recipe.heads % recipe.kv_heads):
        raise ConfigurationError("'hidden_size' must be a multiple of 'heads', and 'heads' one of 'kv_heads'")
    if recipe.batch_size % recipe.micro_batch_size:
        raise ConfigurationError(
            f"'batch_size' ({recipe.batch_size}) must be a multiple of 'micro_batch_size' ({recipe.micro_batch_size})"
        )
