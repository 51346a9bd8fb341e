"""Several episodes in one row, none of which sees another.

Rows are not padded: a batch of packs is one row of all their episodes, ``(1, tokens)``. Position ids restart with each
episode, and attention is computed for each by itself (:mod:`~embodied_codeact.training.attention`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from embodied_codeact.training.tokens import Episode

Pack = list[Episode]


def pack(episodes: Sequence[Episode], length: int, seed: int = 0) -> list[Pack]:
    """Put episodes into packs of at most ``length`` tokens, first fit, in an order that ``seed`` decides.

    Only the latest 64 packs that are still open are tried, so that the time is linear and an episode's
    neighbours are left to chance, not to its length.
    """
    order = np.random.default_rng(seed).permutation(len(episodes))
    packs: list[Pack] = []
    open_packs: list[tuple[int, int]] = []
    for index in order:
        episode = episodes[int(index)]
        size = len(episode.ids)
        for place, (number, room) in enumerate(open_packs):
            if size <= room:
                packs[number].append(episode)
                open_packs[place] = (number, room - size)
                break
        else:
            packs.append([episode])
            open_packs.append((len(packs) - 1, length - size))
            del open_packs[:-64]
    return packs


class Packs(Dataset[Pack]):
    """The packs as the Trainer asks for them."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        self._packs = packs

    def __len__(self) -> int:
        return len(self._packs)

    def __getitem__(self, index: int) -> Pack:
        return self._packs[index]


def collate(packs: Sequence[Pack]) -> dict[str, Any]:
    """Make one row of packs, as a causal language model of transformers takes it.

    ``input_ids``, ``position_ids``, ``labels``: (1, n). ``logits_to_keep``: (1, n) bool, the positions whose next token
    is learnt: logits are computed there only. ``shift_labels``: those tokens. ``lengths``: of the episodes.
    """
    episodes = list(chain.from_iterable(packs))
    ids = torch.from_numpy(np.concatenate([episode.ids for episode in episodes]).astype(np.int64))
    learnt = torch.from_numpy(np.concatenate([episode.learnt for episode in episodes]))
    lengths = [len(episode.ids) for episode in episodes]
    # No token predicts the first of the next episode, even if that one were learnt.
    learnt[np.cumsum([0, *lengths[:-1]])] = False
    before = torch.cat([learnt[1:], torch.zeros(1, dtype=torch.bool)])
    return {
        "input_ids": ids[None],
        "position_ids": torch.cat([torch.arange(length) for length in lengths])[None],
        "labels": torch.where(learnt, ids, -100)[None],
        "logits_to_keep": before[None],
        "shift_labels": ids[learnt],
        "lengths": lengths,
    }
