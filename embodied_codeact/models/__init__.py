"""Models by their specification on the command line: ``expert``, ``replay:FILE`` or ``script:FILE``.

Every one is an ordinary model: messages in, a reply out, nothing else to see.
"""

from __future__ import annotations

from embodied_codeact.contracts import Model
from embodied_codeact.errors import ConfigurationError, did_you_mean
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.models.script import ScriptModel
from embodied_codeact.registry import load_expert

_AVAILABLE = "This version has: expert, replay:FILE, script:FILE."
_PLANNED = ("hf", "openai", "embedded")

__all__ = ["ReplayModel", "ScriptModel", "resolve_model"]


def resolve_model(spec: str, environment: str) -> Model:
    """Return the model that ``spec`` names, for tasks of ``environment``.

    Raises:
        ConfigurationError: there is no such kind of model, its file cannot be used, or the environment has no expert.
    """
    kind, colon, rest = spec.partition(":")
    if kind == "expert":
        if colon:
            raise ConfigurationError(f"model {spec!r}: 'expert' takes nothing after it; the environment chooses it")
        return load_expert(environment)
    if kind in ("replay", "script"):
        if not rest:
            raise ConfigurationError(f"model {spec!r} names no file. Write {kind}:FILE.")
        return ReplayModel.from_file(rest) if kind == "replay" else ScriptModel.from_file(rest)
    if kind in _PLANNED:
        raise ConfigurationError(f"model {spec!r}: models of the kind {kind!r} are not in this version. {_AVAILABLE}")
    raise ConfigurationError(
        f"unknown model {spec!r}.{did_you_mean(kind, ('expert', 'replay', 'script'))} {_AVAILABLE}"
    )
