"""Checkpoints that a session makes once, and models that a test closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from transformers.utils import logging

from embodied_codeact.models.hf import load_hf
from embodied_codeact.models.hf.model import HfModel
from tests.models.hf.checkpoints import STYLES, make_checkpoint

# Such small matrices gain nothing from threads, which on a busy machine wait for each other.
torch.set_num_threads(1)

Load = Callable[..., HfModel]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a checkpoint by the name of its style."""
    folder = tmp_path_factory.mktemp("checkpoints")
    logging.disable_progress_bar()

    def find(name: str) -> Path:
        place = folder / name
        return place if place.exists() else make_checkpoint(place, STYLES[name])

    return find


@pytest.fixture
def load(checkpoint: Callable[[str], Path]) -> Iterator[Load]:
    """Load a model in float32 by the name of its style, with options."""
    loaded: list[HfModel] = []

    def of(name: str, **options: str) -> HfModel:
        loaded.append(load_hf(str(checkpoint(name)), {"dtype": "float32", "device": "cpu", **options}))
        return loaded[-1]

    yield of
    for model in loaded:
        model.close()
