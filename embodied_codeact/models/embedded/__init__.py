"""The model that is shipped with this package: a small CodeActAgent, trained by this project on its own episodes.

``checkpoint/`` holds it as transformers reads it, with a model card (``README.md``) that says how it was made and what
it can do. ``make embedded-model`` makes it again, from nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models.hf.options import read_options

if TYPE_CHECKING:
    from embodied_codeact.models.hf.model import HfModel

CHECKPOINT = Path(__file__).parent / "checkpoint"
NAME = "embedded"
ENVIRONMENTS: Mapping[str, Mapping[str, str | None]] = {
    "household": {},
    "tabletop": {"level": "skills", "perception": "state", "tasks": "standard", "controller": None},
}
"""Those that it knows, with what it has to leave as it is of their options."""


def is_shipped(checkpoint: Path = CHECKPOINT) -> bool:
    """Whether this installation has the model."""
    return (checkpoint / "config.json").is_file()


def knows(environment: str, action: str, options: Mapping[str, Any]) -> bool:
    """Whether it has learnt to act in an environment (its base name) with these options, in this form of action."""
    known = ENVIRONMENTS.get(environment)
    return (
        known is not None
        and action == "code"
        and all(options.get(name, usual) == usual for name, usual in known.items())
    )


def load_embedded(options: Mapping[str, str], checkpoint: Path = CHECKPOINT) -> HfModel:
    """Load the model. ``options`` are those of an ``hf:`` model.

    Raises:
        ConfigurationError: this installation has no such model, or an option cannot be used.
        ModelError: its files are broken.
        ImportError: transformers or torch is not installed.
    """
    from embodied_codeact.models.hf import load_hf

    check_embedded(options, checkpoint)
    return load_hf(str(checkpoint), options, name=NAME)


def check_embedded(options: Mapping[str, str], checkpoint: Path = CHECKPOINT) -> None:
    """See that the model is there, and that it has such options; that takes no time.

    Raises:
        ConfigurationError: as ``load_embedded``.
    """
    if not is_shipped(checkpoint):
        raise ConfigurationError(
            "this installation has no embedded model. `make embedded-model` trains it; or name another: "
            "--model expert, hf:PATH_OR_ID, openai:NAME@URL."
        )
    read_options(options)
