"""Models by their specification on the command line.

``embedded``          the small CodeActAgent that is shipped with this package
``expert``            the environment's own reference
``replay:FILE``       recorded replies
``script:FILE``       one Python script, then the finish
``hf:PATH_OR_ID``     a causal language model, by transformers
``openai:NAME@URL``   any OpenAI-compatible endpoint
``perturbed:MODEL``   for collecting: one of these, whose scripts hold a mistake in a share of the episodes (the options
                      ``perturb_share`` and ``perturb_seed``; others are the model's own)

Every one is an ordinary model: messages in, a reply out, nothing else to see. The heavy ones are imported when they are
asked for.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from embodied_codeact.contracts import Model
from embodied_codeact.errors import ConfigurationError, did_you_mean
from embodied_codeact.models.embedded import check_embedded, is_shipped, knows
from embodied_codeact.models.replay import ReplayModel
from embodied_codeact.models.script import ScriptModel
from embodied_codeact.registry import base_name, load_expert

KINDS = ("embedded", "expert", "replay", "script", "hf", "openai")
HEAVY_KINDS = ("embedded", "hf", "openai")
"""Those that take time to load, or reach out to the network."""
_FORMS = "embedded, expert, replay:FILE, script:FILE, hf:PATH_OR_ID, openai:NAME@URL"
_COMPUTING_KINDS = ("embedded", "hf")
NAMELESS = {"embedded": "there is one", "expert": "the environment chooses it"}
"""Kinds that need no name after them, and why."""

__all__ = [
    "HEAVY_KINDS",
    "KINDS",
    "ReplayModel",
    "ScriptModel",
    "begin_to_load",
    "computes",
    "default_model",
    "done",
    "resolve_model",
]


def default_model(environment: str, action: str, options: Mapping[str, Any]) -> str:
    """Return who acts where nothing is said: the model that is shipped, where it knows environment, form of action and
    options, else the environment's own reference."""
    return "embedded" if is_shipped() and knows(base_name(environment), action, options) else "expert"


def computes(spec: str) -> bool:
    """Whether the model that ``spec`` names computes in this process, and is the quicker the more cores it has.

    >>> computes("embedded"), computes("perturbed:hf:CHECKPOINT"), computes("openai:NAME@URL")
    (True, True, False)
    """
    return spec.removeprefix("perturbed:").partition(":")[0] in _COMPUTING_KINDS


def resolve_model(spec: str, environment: str, options: Mapping[str, str] | None = None) -> Model:
    """Return the model that ``spec`` names, for tasks of ``environment``.

    ``options`` are those of the kinds ``embedded``, ``hf`` and ``openai``, and the expert's own, as the command line
    takes them.

    Raises:
        ConfigurationError: there is no such kind of model, its file or an option cannot be used, a package that it
            needs is missing, or the environment has no expert.
        ModelError: the model cannot be loaded.
    """
    kind, colon, rest = spec.partition(":")
    if kind == "perturbed":
        return _perturbed(rest, environment, dict(options or {}))
    if kind not in KINDS:
        raise ConfigurationError(f"unknown model {spec!r}.{did_you_mean(kind, KINDS)} This version has: {_FORMS}.")
    if kind in NAMELESS and colon:
        raise ConfigurationError(f"model {spec!r}: {kind!r} takes nothing after it; {NAMELESS[kind]}")
    if kind in HEAVY_KINDS:
        return _language_model(kind, rest, dict(options or {}))
    if kind == "expert":
        return load_expert(environment, options)
    if options:
        raise ConfigurationError(f"model {spec!r} takes no options (given: {', '.join(options)})")
    if not rest:
        raise ConfigurationError(f"model {spec!r} names no file. Write {kind}:FILE.")
    return ReplayModel.from_file(rest) if kind == "replay" else ScriptModel.from_file(rest)


def begin_to_load(spec: str, environment: str, options: Mapping[str, str] | None = None) -> Future[Model]:
    """Return what will be the model that ``spec`` names. The shipped one is loaded while the caller goes on: that takes
    seconds, and an environment can start meanwhile; any other is there already.

    Raises:
        ConfigurationError, ModelError: as ``resolve_model``; of the shipped one only what is wrong with its options,
            and the future raises the rest.
    """
    if spec != "embedded" or not (find_spec("torch") and find_spec("transformers")):
        return done(resolve_model(spec, environment, options))
    check_embedded(options or {})
    loader = ThreadPoolExecutor(1, "loads the model")
    loading = loader.submit(resolve_model, spec, environment, options)
    loader.shutdown(wait=False)
    return loading


def done(model: Model) -> Future[Model]:
    """A model that is there."""
    future: Future[Model] = Future()
    future.set_result(model)
    return future


def _perturbed(teacher: str, environment: str, options: dict[str, str]) -> Model:
    from embodied_codeact.instruct.perturbed import PerturbedModel

    given = {name: options.pop(f"perturb_{name}", usual) for name, usual in (("share", "0.2"), ("seed", "0"))}
    try:
        share, seed = float(given["share"]), int(given["seed"])
        return PerturbedModel(resolve_model(teacher, environment, options), share, seed)
    except ValueError as error:
        raise ConfigurationError(f"model 'perturbed:{teacher}': {error}") from error


@contextmanager
def _without_looking_for_garbage() -> Iterator[None]:
    """For imports: they make many objects and hardly any garbage, and looking for it took a fifth of their time."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Both together declare all that is there old, so that the next look does not go through it.
        gc.freeze()
        gc.unfreeze()
        if looks:
            gc.enable()


@_without_looking_for_garbage()
def _language_model(kind: str, rest: str, options: dict[str, str]) -> Model:
    try:
        if kind == "hf":
            from embodied_codeact.models.hf import load_hf

            return load_hf(rest, options)
        if kind == "embedded":
            from embodied_codeact.models.embedded import load_embedded

            return load_embedded(options)
        from embodied_codeact.models.openai import connect_openai

        return connect_openai(rest, options)
    except ImportError as error:
        raise ConfigurationError(
            f"models of the kind {kind!r} need a package that is not installed ({error}): "
            "pip install 'embodied-codeact[models]'"
        ) from error
