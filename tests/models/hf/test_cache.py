"""Conversations of several turns: only what is new is computed, and nothing in the replies shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaForCausalLM
from transformers.cache_utils import Cache

from embodied_codeact.contracts import Message
from tests.models.hf.checkpoints import STYLES
from tests.models.hf.conftest import Load

OPENING = [
    Message("system", "You act by writing Python."),
    Message("user", "You see a desk 1.\n\nYour task is to: put the mug\ninto the fridge."),
]
STOP = ("</execute>", "r")
ALLOWED = 8
"""Tokens that may be computed again in a turn."""


def talk(model: object, *, turns: int = 4, stop: tuple[str, ...] = STOP) -> list[tuple[str, int, int]]:
    """Hold a conversation; return each reply, how many tokens its turn computed, and how many of them were new."""
    conversation = list(OPENING)
    model.start_episode()  # type: ignore[attr-defined]
    said = 0
    seen = []
    for turn in range(turns):
        reply = model.reply(conversation, stop=stop, max_tokens=24)  # type: ignore[attr-defined]
        new = reply.usage.prompt_tokens - said + reply.usage.completion_tokens
        said = reply.usage.prompt_tokens + reply.usage.completion_tokens
        seen.append((reply.text, model.last_computed_tokens, new))  # type: ignore[attr-defined]
        conversation += [
            Message("assistant", f"{reply.text}</execute>"),
            Message("user", f"Observation:\nYou see a pen {turn}.\n\n{4 - turn} turns left."),
        ]
    return seen


@pytest.mark.parametrize("name", STYLES)
def test_only_new_tokens_are_computed_and_the_replies_are_the_same(name: str, load: Load) -> None:
    cached = talk(load(name))
    whole = talk(load(name, cache="false"))
    assert [text for text, *_ in cached] == [text for text, *_ in whole]
    assert any(text for text, *_ in cached)
    assert all(computed <= new + ALLOWED for _, computed, new in cached), cached
    assert whole[-1][1] > 2 * cached[-1][1]


@pytest.mark.parametrize("name", STYLES)
def test_replies_are_those_of_greedy_generation(name: str, load: Load, checkpoint: Callable[[str], Path]) -> None:
    model = load(name)
    reference = AutoModelForCausalLM.from_pretrained(checkpoint(name), dtype=torch.float32)
    conversation = list(OPENING)
    for _ in range(3):
        prompt = model._prompt(conversation).ids
        reply = model.reply(conversation, max_tokens=12)
        wanted = reference.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=12,
            do_sample=False,
            eos_token_id=sorted(model._speaker.end_ids),
            pad_token_id=0,
        )[0, len(prompt) :].tolist()
        assert model._transcript.ids[: len(prompt)] == prompt
        spoken = [token for token in wanted if token not in model._speaker.end_ids]
        assert model._transcript.ids[len(prompt) :] == spoken
        assert reply.usage.completion_tokens == len(wanted)
        conversation += [Message("assistant", reply.text), Message("user", "Observation:\nNothing happens.")]


def test_a_prompt_that_says_something_else_is_computed_from_there_on(load: Load) -> None:
    model, whole = load("mistral"), load("mistral", cache="false")
    assert len(talk(model)) == len(talk(whole))
    shortened = [*OPENING, Message("assistant", "<execute>look()</execute>"), Message("user", "Observation:\nno desk")]
    reply = model.reply(shortened, max_tokens=12)
    assert reply.text == whole.reply(shortened, max_tokens=12).text
    # The opening stays, though the sliding window has long moved past it.
    assert model.last_computed_tokens < reply.usage.prompt_tokens < whole.last_computed_tokens


def test_a_new_episode_begins_with_nothing(load: Load) -> None:
    model = load("llama")
    first = talk(model)
    assert talk(model) == first


def test_sampling_follows_the_seed(load: Load) -> None:
    options = {"temperature": "1.5", "top_p": "0.9"}
    model = load("llama", seed="3", **options)
    first = [text for text, *_ in talk(model)]
    assert [text for text, *_ in talk(model.for_episode())] == first
    assert [text for text, *_ in talk(load("llama", seed="4", **options))] != first


def test_a_model_that_knows_its_cache_by_the_older_name(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = talk(load("llama"))
    newer = LlamaForCausalLM.forward

    def older(
        self: LlamaForCausalLM,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        position_ids: torch.Tensor,
        past_key_values: Cache,
        use_cache: bool,
    ) -> Any:
        return newer(self, input_ids, attention_mask, position_ids, cache=past_key_values, use_cache=use_cache)

    monkeypatch.setattr(LlamaForCausalLM, "forward", older)
    assert talk(load("llama")) == expected
