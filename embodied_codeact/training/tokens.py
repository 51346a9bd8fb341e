"""Conversations as tokens: ChatML, a tokenizer trained on the data, and which tokens are learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from embodied_codeact.chatml import END, START, TEMPLATE, closed, opened
from embodied_codeact.training.data import ChatRecord

PAD = "<|pad|>"

_WORDS = Regex(r"\n[ ]*|[ ]?[A-Za-z]+|[0-9]|[ ]?[^\sA-Za-z0-9]+|\s")
"""Digits stand alone, so that no number is a word; a line's indentation is one piece with its line feed."""


@dataclass(frozen=True)
class Episode:
    """A conversation as tokens. ``ids``: (n,) int32; ``learnt``: (n,) bool, which of them the loss is taken of."""

    ids: NDArray[np.int32]
    learnt: NDArray[np.bool_]


def train_tokenizer(records: Iterable[ChatRecord], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on what is said in conversations. It spells any text and speaks ChatML."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(_WORDS, behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        show_progress=False,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in (PAD, START, END)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    texts = (f"{message.role}\n{message.content}\n" for record in records for message in record.messages)
    backend.train_from_iterator(texts, trainer)
    fast: Any = PreTrainedTokenizerFast
    made: PreTrainedTokenizerFast = fast(
        tokenizer_object=backend,
        eos_token=END,
        pad_token=PAD,
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    )
    return made


def add_chatml(tokenizer: PreTrainedTokenizerBase) -> int:
    """Make a tokenizer speak ChatML, as the paper did with those of Llama-2 and Mistral: its two marks become tokens,
    and the end of a message ends a reply. Return how many tokens are new."""
    marks: Any = [AddedToken(mark, special=True, normalized=False) for mark in (START, END)]
    added = tokenizer.add_tokens(marks, special_tokens=True)
    tokenizer.chat_template = ("{{ bos_token }}" if _begins(tokenizer) else "") + TEMPLATE
    tokenizer.eos_token = END
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.unk_token or END
    return int(added)


def _begins(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the tokenizer puts its beginning-of-sequence token before a text."""
    return tokenizer.bos_token_id is not None and tokenizer("").input_ids[:1] == [tokenizer.bos_token_id]


def written(record: ChatRecord, bos: str = "") -> tuple[str, list[tuple[int, int]]]:
    """Return a conversation as ChatML text, and the places (start, end) in it of what is learnt: each such reply
    with the mark that ends it. One that is cut ends without."""
    parts, places, length = [bos], [], len(bos)
    for place, message in enumerate(record.messages, start=1):
        cut = record.cut and place == len(record.messages)
        opening, said = opened(message.role), message.content if cut else closed(message.content)
        length += len(opening)
        if message.role == "assistant" and message.train:
            places.append((length, length + len(said)))
        ended = "" if cut else "\n"
        length += len(said) + len(ended)
        parts += [opening, said, ended]
    return "".join(parts), places


def tokenize(records: Sequence[ChatRecord], tokenizer: PreTrainedTokenizerBase) -> Iterator[Episode]:
    """Yield each conversation as tokens.

    A whole conversation is one text, as it is when the model is asked. A token is learnt if all its characters are.
    """
    bos = str(tokenizer.bos_token) if _begins(tokenizer) else ""
    for first in range(0, len(records), 256):
        rendered = [written(record, bos) for record in records[first : first + 256]]
        encoded = tokenizer([text for text, _ in rendered], add_special_tokens=False, return_offsets_mapping=True)
        for ids, offsets, (_, places) in zip(encoded.input_ids, encoded.offset_mapping, rendered, strict=True):
            yield Episode(np.asarray(ids, np.int32), _inside(np.asarray(offsets, np.int64), places))


def longest_reply(episode: Episode) -> int:
    """How many tokens the longest reply has that is learnt."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], episode.learnt, [False]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _inside(offsets: NDArray[np.int64], places: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which tokens lie wholly within one of the places. ``offsets``: (n, 2), first character and the one after.

    A token reaches from the end of the one before: some tokenizers do not count the blanks that a token begins with.
    """
    ends = offsets[:, 1]
    starts = np.concatenate([[0], ends[:-1]])
    inside = np.zeros(len(ends), np.bool_)
    for start, end in places:
        inside |= (starts >= start) & (starts < end) & (ends <= end)
    return inside
