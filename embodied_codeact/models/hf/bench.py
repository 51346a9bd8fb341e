"""What batching and the cache gain, on a small model with random weights that is made for it.

Both sides of each figure run in turn, so that a busy machine slows both. The replies are compared too: what is faster
must say the same.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from embodied_codeact.chatml import TEMPLATE
from embodied_codeact.contracts import Measure, Message
from embodied_codeact.models.hf.loading import load_checkpoint, quiet
from embodied_codeact.models.hf.model import HfEpisodeModel, HfModel
from embodied_codeact.models.hf.options import HfOptions

EPISODES = 8
TURNS = 6
REPEATS = 3
_SPECIAL = ("<|im_start|>", "<|im_end|>")


def bench_hf(*, hidden: int = 512, layers: int = 4, reply_tokens: int = 64, repeats: int = REPEATS) -> list[Measure]:
    """Measure a model of ``layers`` layers of width ``hidden`` in float32, on the first accelerator or the processor.
    Torch has as many threads as the machine gives it."""
    with tempfile.TemporaryDirectory(prefix="eca-") as folder:
        _make_checkpoint(Path(folder), hidden, layers)
        checkpoint = load_checkpoint(folder, HfOptions(dtype="float32"))
        cached = HfModel("cached", checkpoint, HfOptions(max_batch=EPISODES))
        uncached = HfModel("uncached", checkpoint, HfOptions(cache=False))
        try:
            return [
                *_batching(cached, reply_tokens, repeats),
                *_caching(cached.for_episode(), uncached, reply_tokens // 2, repeats),
            ]
        finally:
            cached.close()
            uncached.close()


def _batching(model: HfModel, reply_tokens: int, repeats: int) -> list[Measure]:
    """Tokens per second of episodes that wait together, and of the same ones after another."""
    prompts = [
        [Message("system", "You act by writing Python."), Message("user", f"Put mug {number} into fridge {number}.")]
        for number in range(EPISODES)
    ]

    def answer(prompt: Sequence[Message]) -> tuple[str, int]:
        reply = model.for_episode().reply(prompt, max_tokens=reply_tokens)
        return reply.text, reply.usage.completion_tokens

    def in_turn() -> list[tuple[str, int]]:
        return [answer(prompt) for prompt in prompts]

    with ThreadPoolExecutor(EPISODES) as pool:

        def together() -> list[tuple[str, int]]:
            return list(pool.map(answer, prompts))

        together()
        rounds = [(_timed(together), _timed(in_turn)) for _ in range(repeats)]
    speeds = [statistics.median(_speed(*each[side]) for each in rounds) for side in (0, 1)]
    (both, _), (alone, _) = rounds[-1]
    same = sum(one == other for one, other in zip(both, alone, strict=True))
    return [
        Measure.beside(f"{EPISODES} episodes waiting together", speeds[0], "tokens/s", "one after another", speeds[1]),
        Measure.beside("their replies that are the same", same, "replies", "all of them", EPISODES),
    ]


def _caching(cached: HfEpisodeModel, uncached: HfEpisodeModel, reply_tokens: int, repeats: int) -> list[Measure]:
    """The last turn of a conversation: its time and the tokens computed, with the cache and without."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        ours, theirs = _converse(cached, reply_tokens), _converse(uncached, reply_tokens)
        seconds[0].append(ours[1])
        seconds[1].append(theirs[1])
    times = [statistics.median(side) * 1e3 for side in seconds]
    computed = cached.last_computed_tokens, uncached.last_computed_tokens
    same = sum(one == other for one, other in zip(ours[0], theirs[0], strict=True))
    return [
        Measure.beside(f"turn {TURNS} with the cache", times[0], "ms", "without it", times[1]),
        Measure.beside(f"tokens computed in turn {TURNS}", computed[0], "tokens", "without the cache", computed[1]),
        Measure.beside("replies that are the same", same, "replies", "all of them", TURNS),
    ]


def _converse(model: HfEpisodeModel, reply_tokens: int) -> tuple[list[str], float]:
    """Return the replies, and the seconds of the last turn."""
    model.start_episode()
    conversation = [
        Message("system", "You act by writing Python. " * 8),
        Message("user", "Put the mug into the fridge."),
    ]
    replies: list[str] = []
    began = 0.0
    for turn in range(TURNS):
        began = time.perf_counter()
        replies.append(model.reply(conversation, max_tokens=reply_tokens).text)
        seen = f"Observation:\nYou arrive at desk {turn}. " + "You see a mug 1, a pen 2 and a book 3. " * 4
        conversation += [Message("assistant", replies[-1]), Message("user", seen)]
    return replies, time.perf_counter() - began


def _timed(run: Callable[[], list[tuple[str, int]]]) -> tuple[list[tuple[str, int]], float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began


def _speed(replies: Sequence[tuple[str, int]], seconds: float) -> float:
    return sum(tokens for _, tokens in replies) / seconds


def _make_checkpoint(folder: Path, hidden: int, layers: int) -> None:
    """Write a Llama with random weights that speaks bytes, and never ends a turn by itself."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(alphabet)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([AddedToken(token, special=True) for token in _SPECIAL])
    fast: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerFast = fast(tokenizer_object=backend, eos_token=_SPECIAL[1], chat_template=TEMPLATE)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64 or 1,
        num_key_value_heads=max(hidden // 256, 1),
        max_position_embeddings=8192,
        initializer_range=0.1,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        # A logit of zero is never the largest of hundreds of random ones.
        model.lm_head.weight[tokenizer.convert_tokens_to_ids(list(_SPECIAL))] = 0
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
