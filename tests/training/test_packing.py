"""Several episodes in one row: nothing is lost, and none sees another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM
from transformers.models.auto import CONFIG_MAPPING

from embodied_codeact.training import attention
from embodied_codeact.training.packing import collate, pack
from embodied_codeact.training.tokens import Episode


def episodes(*lengths: int) -> list[Episode]:
    chance = np.random.default_rng(1)
    return [Episode(chance.integers(0, 50, n).astype(np.int32), chance.random(n) < 0.4) for n in lengths]


def make_model(kind: str, **settings: Any) -> Any:
    torch.manual_seed(0)
    make_config: Any = CONFIG_MAPPING[kind]
    config = make_config(
        vocab_size=50,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.6,
        use_cache=False,
        pad_token_id=None,
        **settings,
    )
    make: Any = AutoModelForCausalLM.from_config
    return make(config, dtype=torch.float32)


def test_packs_hold_every_episode_once_and_are_nearly_full() -> None:
    lengths = np.random.default_rng(3).integers(5, 60, 300)
    packs = pack(episodes(*lengths), 100, seed=5)
    assert sorted(len(e.ids) for p in packs for e in p) == sorted(lengths)
    sizes = [sum(len(e.ids) for e in p) for p in packs]
    assert max(sizes) <= 100
    assert np.mean(sizes) > 93
    assert [len(p) for p in pack(episodes(*lengths), 100, seed=6)] != [len(p) for p in packs]


@pytest.mark.parametrize("kind", [attention.EPISODES, "sdpa"])
@pytest.mark.parametrize(("model_type", "settings"), [("llama", {}), ("mistral", {"sliding_window": 7})])
def test_an_episode_in_a_pack_reads_as_if_it_were_alone(kind: str, model_type: str, settings: dict[str, Any]) -> None:
    model = make_model(model_type, **settings)
    several = episodes(9, 20, 1, 13)
    model.set_attn_implementation("eager")
    alone = [model(torch.from_numpy(e.ids.astype(np.int64))[None]).logits[0] for e in several]
    model.set_attn_implementation(kind)
    row = collate([several[:1], several[1:]])
    together = model(row["input_ids"], position_ids=row["position_ids"], lengths=row["lengths"]).logits[0]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-4)


def test_the_loss_is_that_of_the_learnt_tokens() -> None:
    """Each learnt token is predicted from those before it in its own episode; the first of one from nothing."""
    model = make_model("llama", attn_implementation="eager")
    several = episodes(9, 20, 13)
    several[1].learnt[0] = True
    losses = []
    for episode in several:
        ids = torch.from_numpy(episode.ids.astype(np.int64))
        logs = model(ids[None]).logits[0].log_softmax(-1)
        losses += [-logs[place - 1, ids[place]] for place in range(1, len(ids)) if episode.learnt[place]]
    model.set_attn_implementation(attention.EPISODES)
    row = collate([several])
    counted = row["labels"].ne(-100).sum()
    assert counted == len(losses) == len(row["shift_labels"])
    torch.testing.assert_close(model(**row).loss, torch.stack(losses).mean(), rtol=1e-5, atol=1e-5)
