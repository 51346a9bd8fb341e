"""Muon for the matrices of a transformer, AdamW for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.optim import AdamW, Muon, Optimizer

from embodied_codeact.training.recipe import Recipe


class Both(Optimizer):
    """Two optimizers that step together, with all their parameter groups, so that one schedule serves both."""

    def __init__(self, *parts: Optimizer) -> None:
        self._parts = parts
        super().__init__([group for part in parts for group in part.param_groups], {})
        self._share()

    def _share(self) -> None:
        # The very groups of the parts: a schedule sets the learning rate in them.
        self.param_groups = [group for part in self._parts for group in part.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Step both."""
        assert closure is None, "Muon and AdamW step on gradients that are there"
        for part in self._parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the states of both."""
        return {"parts": [part.state_dict() for part in self._parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Set the states of both."""
        for part, state in zip(self._parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self._share()


def make_optimizer(model: torch.nn.Module, recipe: Recipe) -> Optimizer:
    """Return the optimizer of a recipe for the parameters that are trained. Norms are not decayed.

    Muon's updates are scaled to those of AdamW (arXiv 2502.16982, section 2.2), so that one learning rate serves both.
    """
    trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    matrices = [weight for name, weight in trained if weight.ndim == 2 and not _is_vocabulary(name)]
    vocabulary = [weight for name, weight in trained if weight.ndim == 2 and _is_vocabulary(name)]
    vectors = [weight for _, weight in trained if weight.ndim != 2]
    if recipe.optimizer == "muon" and matrices:
        muon = Muon(
            matrices,
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        rest = _adamw(vocabulary, vectors, recipe)
        return Both(muon, rest) if rest is not None else muon
    optimizer = _adamw([*matrices, *vocabulary], vectors, recipe)
    assert optimizer is not None, "nothing to train"
    return optimizer


def _is_vocabulary(name: str) -> bool:
    return "embed_tokens" in name or "lm_head" in name


def _adamw(decayed: Iterable[torch.nn.Parameter], others: Iterable[torch.nn.Parameter], recipe: Recipe) -> AdamW | None:
    groups = [
        {"params": list(decayed), "weight_decay": recipe.weight_decay},
        {"params": list(others), "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if not groups:
        return None
    return AdamW(groups, lr=recipe.learning_rate, betas=(0.9, recipe.adam_beta2), eps=1e-8, fused=True)
