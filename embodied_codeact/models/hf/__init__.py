"""Any causal language model of transformers: ``hf:PATH_OR_ID``.

``options``     what can be set, typed
``loading``     checkpoint to model and tokenizer, with errors that say what to do
``chat``        messages to text, by the model's own chat template
``codec``       text to tokens and back
``transcript``  which tokens an episode has said so far, so that none is computed again
``spelling``    a growing reply as text: whole characters, up to a stop string
``cache``       keys and values of one episode or of a batch
``batch``       episodes that generate together, one token each a step
``engine``      the thread on which all of that runs, and the requests that wait for it
``model``       the model as the agent sees it
``bench``       what batching and the cache gain

Nothing here is imported before a model is asked for: torch takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embodied_codeact.models.hf.options import read_options

if TYPE_CHECKING:
    from embodied_codeact.models.hf.model import HfModel

__all__ = ["load_hf"]


def load_hf(path_or_id: str, options: Mapping[str, str], name: str | None = None) -> HfModel:
    """Load a causal language model from a local folder, or from the local hub cache by its ID.

    ``options`` are those of :class:`~embodied_codeact.models.hf.options.HfOptions`, as the command line takes them;
    ``name`` is what it calls itself, ``hf:PATH_OR_ID`` where nothing is given.

    Raises:
        ConfigurationError: an option cannot be used, the model is not on this machine, or it is no causal model.
        ModelError: the checkpoint is broken or does not fit into memory.
        ImportError: transformers or torch is not installed.
    """
    settings = read_options(options)
    from embodied_codeact.models.hf.loading import load_checkpoint
    from embodied_codeact.models.hf.model import HfModel

    return HfModel(name or f"hf:{path_or_id}", load_checkpoint(path_or_id, settings), settings)
