"""Keys and values of the tokens that were computed, for one episode or for a batch of them.

Every attention layer keeps all of its keys and values, also where it looks back only through a window: the mask hides
what is outside, and so a cache can be cut back to any length, which a window that has moved on does not allow. A batch
holds its rows padded on the left.

Models that keep another kind of state (convolutions, recurrences) get the cache that transformers makes for them. It
cannot be cut or joined; it can only go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

_SPARE_TOKENS = 128


class RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """One layer's keys and values, ``(rows, heads, tokens, width)`` each, in buffers with room for more: a step then
    copies one token, not everything that was said."""

    def __init__(self, **_: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.length = 0
        self._room: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: object, **_kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append; return all keys and values."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        begin, self.length = self.length, self.length + key_states.shape[-2]
        room = self._room
        if room is None or room[0].shape[-2] < self.length:
            tokens = self.length + self.length // 4 + _SPARE_TOKENS
            room = (_enlarged(key_states, tokens), _enlarged(value_states, tokens))
            if self._room is not None:
                for old, new in zip(self._room, room, strict=True):
                    new[..., :begin, :] = old[..., :begin, :]
            self._room = room
        room[0][..., begin : self.length, :] = key_states
        room[1][..., begin : self.length, :] = value_states
        return self._look(room)

    def get_seq_length(self) -> int:
        return self.length

    def held(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """All keys and values; None where the layer has none of its own, since it uses another's."""
        return None if self._room is None else self._look(self._room)

    def truncate(self, length: int) -> None:
        """Forget all tokens from ``length`` on."""
        if self._room is not None:
            self.length = min(self.length, length)
            self._look(self._room)

    def _look(self, room: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = (buffer[..., : self.length, :] for buffer in room)
        self.keys, self.values = keys, values
        return keys, values


def _enlarged(like: torch.Tensor, tokens: int) -> torch.Tensor:
    return like.new_zeros((*like.shape[:-2], tokens, like.shape[-1]))


class RoomyCache(Cache):
    """All layers of one episode, or of a batch."""

    def __init__(self, layers: list[RoomyLayer] | None = None) -> None:
        # The list is grown by the base class, which makes a layer when a model first uses it.
        super().__init__(layer_class_to_replicate=RoomyLayer)
        self.rooms: list[RoomyLayer] = layers if layers is not None else []
        self.layers = cast(Any, self.rooms)

    def truncate(self, length: int) -> None:
        """Forget all tokens from ``length`` on."""
        for layer in self.rooms:
            layer.truncate(length)


@dataclass(frozen=True)
class Row:
    """The newest ``length`` tokens of one row of a cache."""

    cache: RoomyCache
    index: int
    length: int


def gathered(rows: Sequence[Row]) -> RoomyCache:
    """Return a new cache of these rows, padded on the left to the longest."""
    return RoomyCache([_joined(rows, number) for number in range(len(rows[0].cache.rooms))])


def _joined(rows: Sequence[Row], number: int) -> RoomyLayer:
    layer = RoomyLayer()
    longest = max(row.length for row in rows)
    held = [(row, both) for row in rows if (both := row.cache.rooms[number].held()) is not None]
    if held:
        padded = [
            torch.cat([_padded(both[part][row.index : row.index + 1], row.length, longest) for row, both in held])
            for part in (0, 1)
        ]
        layer.update(padded[0], padded[1])
    return layer


def _padded(row: torch.Tensor, length: int, longest: int) -> torch.Tensor:
    """The newest ``length`` tokens of a row, with zeros on the left up to ``longest``."""
    newest = row[..., row.shape[-2] - length :, :]
    return torch.nn.functional.pad(newest, (0, 0, longest - length, 0))


def only_attention(model: PreTrainedModel) -> bool:
    """Whether all that the model keeps of earlier tokens is keys and values."""
    layers = DynamicCache(config=model.config).layers
    return all(type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in layers)


def new_cache(model: PreTrainedModel, *, plain: bool) -> Cache:
    """Return an empty cache; ``plain``: the model keeps only keys and values."""
    return RoomyCache() if plain else DynamicCache(config=model.config)
