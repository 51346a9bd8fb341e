"""Attention within each episode of a row.

transformers would mask a packed row: it computes all pairs of its tokens and throws most away. Here each episode is
computed by itself, causally, by torch's fused kernels, so the time is that of the episodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

EPISODES = "episodes"
"""The name under which transformers knows it: ``attn_implementation="episodes"``."""


def episodes_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    lengths: Sequence[int] | None = None,
    sliding_window: int | None = None,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within episodes of these ``lengths``. ``query``: (1, heads, n, d); ``key`` and ``value`` may have fewer
    heads. Returns (1, n, heads, d). Without ``lengths`` it is transformers' own attention."""
    if lengths is None:
        out: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **others
        )
        return out
    grouped = key.shape[1] != query.shape[1]
    sizes = list(lengths)
    parts = [
        scaled_dot_product_attention(
            q, k, v, attn_mask=mask, dropout_p=dropout, is_causal=mask is None, scale=scaling, enable_gqa=grouped
        )
        for q, k, v, mask in (
            (q, k, v, _window(q.shape[2], sliding_window, q.device))
            for q, k, v in zip(*(torch.split(each, sizes, 2) for each in (query, key, value)), strict=True)
        )
    ]
    return torch.cat([part.transpose(1, 2) for part in parts], 1), None


def _window(length: int, window: int | None, device: torch.device) -> torch.Tensor | None:
    """The mask of an episode that is longer than the model looks back; None where being causal is enough."""
    if window is None or length <= window:
        return None
    places = torch.arange(length, device=device)
    back = places[:, None] - places[None]
    return (back >= 0) & (back < window)


AttentionInterface.register(EPISODES, episodes_attention)
