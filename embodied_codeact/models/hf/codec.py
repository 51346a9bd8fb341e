"""Text to tokens and back, for many threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from transformers import PreTrainedTokenizerBase

_ANCHOR = "\x01"
"""A character that tokens never join to others."""
NO_BOUNDARY = -1


@dataclass(frozen=True)
class Encoded:
    """Tokens of a text. ``ends`` gives for each how many characters of the text end with it, ``NO_BOUNDARY`` where the
    text cannot be cut after it."""

    ids: list[int]
    ends: list[int]


class Codec:
    """A tokenizer behind a lock: those written in Rust refuse to be used by two threads at the same moment."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self.finds_places = bool(tokenizer.is_fast)
        """Whether it is known which characters a token stands for."""
        first = tokenizer.convert_ids_to_tokens(self.encode("x").ids[:1])
        self._adds_blank = bool(first) and str(first[0]).startswith("\u2581")

    def encode(self, text: str, *, inside: bool = False) -> Encoded:
        """Return the tokens of ``text``, which already holds all special tokens. ``inside``: other text stands before
        it, so that tokenizers which put a blank before a text's first word must not do so here."""
        anchor = _ANCHOR if inside and self._adds_blank and self.finds_places else ""
        with self._lock:
            encoding = self._tokenizer(
                anchor + text, add_special_tokens=False, return_offsets_mapping=self.finds_places, verbose=False
            )
        ids: list[int] = list(encoding["input_ids"])
        if not self.finds_places:
            return Encoded(ids, [*([NO_BOUNDARY] * (len(ids) - 1)), len(text)] if ids else [])
        places: list[tuple[int, int]] = list(encoding["offset_mapping"])
        skipped = sum(end <= len(anchor) for _, end in places) if anchor else 0
        shifted = [(start - len(anchor), end - len(anchor)) for start, end in places[skipped:]]
        return Encoded(ids[skipped:], _boundaries(shifted, len(text)))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of tokens, special ones included."""
        with self._lock:
            text = self._tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return str(text)

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens as the vocabulary writes them."""
        with self._lock:
            return [str(token) for token in self._tokenizer.convert_ids_to_tokens(list(ids))]


def _boundaries(places: Sequence[tuple[int, int]], length: int) -> list[int]:
    """Where the text can be cut: after tokens whose end is the next one's beginning.

    Tokens that share one character claim all of it, and some tokenizers leave blanks out of the places; neither passes.
    """
    ends = [end if end == following else NO_BOUNDARY for (_, end), (following, _) in pairwise(places)]
    return [*ends, length] if places else []
