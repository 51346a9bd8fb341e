"""Models by their specification on the command line.

``expert``            the environment's own reference
``replay:FILE``       recorded replies
``script:FILE``       one Python script, then the finish
``hf:PATH_OR_ID``     a causal language model, by transformers
``openai:NAME@URL``   any OpenAI-compatible endpoint

Every one is an ordinary model: messages in, a reply out, nothing else to see. The heavy ones are imported when they are
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from embodied_codeact.contracts import Model
from embodied_codeact.errors import ConfigurationError, did_you_mean
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.models.script import ScriptModel
from embodied_codeact.registry import load_expert

KINDS = ("expert", "replay", "script", "hf", "openai")
HEAVY_KINDS = ("hf", "openai")
"""Those that take time to load, or reach out to the network."""
_FORMS = "expert, replay:FILE, script:FILE, hf:PATH_OR_ID, openai:NAME@URL"
_PLANNED = ("embedded",)

__all__ = ["HEAVY_KINDS", "KINDS", "ReplayModel", "ScriptModel", "resolve_model"]


def resolve_model(spec: str, environment: str, options: Mapping[str, str] | None = None) -> Model:
    """Return the model that ``spec`` names, for tasks of ``environment``. ``options`` are those of the kinds ``hf`` and
    ``openai``, as the command line takes them.

    Raises:
        ConfigurationError: there is no such kind of model, its file or an option cannot be used, a package that it
            needs is missing, or the environment has no expert.
        ModelError: the model cannot be loaded.
    """
    kind, colon, rest = spec.partition(":")
    if kind in _PLANNED:
        raise ConfigurationError(
            f"model {spec!r}: models of the kind {kind!r} are not in this version. This version has: {_FORMS}."
        )
    if kind not in KINDS:
        raise ConfigurationError(f"unknown model {spec!r}.{did_you_mean(kind, KINDS)} This version has: {_FORMS}.")
    if kind in HEAVY_KINDS:
        return _language_model(kind, rest, dict(options or {}))
    if kind == "expert":
        if colon:
            raise ConfigurationError(f"model {spec!r}: 'expert' takes nothing after it; the environment chooses it")
        return load_expert(environment, options)
    if options:
        raise ConfigurationError(f"model {spec!r} takes no options (given: {', '.join(options)})")
    if not rest:
        raise ConfigurationError(f"model {spec!r} names no file. Write {kind}:FILE.")
    return ReplayModel.from_file(rest) if kind == "replay" else ScriptModel.from_file(rest)


def _language_model(kind: str, rest: str, options: dict[str, str]) -> Model:
    try:
        if kind == "hf":
            from embodied_codeact.models.hf import load_hf

            return load_hf(rest, options)
        from embodied_codeact.models.openai import connect_openai

        return connect_openai(rest, options)
    except ImportError as error:
        raise ConfigurationError(
            f"models of the kind {kind!r} need a package that is not installed ({error}): "
            "pip install 'embodied-codeact[models]'"
        ) from error
