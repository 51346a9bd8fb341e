"""What can be set of an ``hf:`` model, as ``-m key=value``."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Literal

import msgspec

from embodied_codeact.errors import ConfigurationError, did_you_mean, unknown_name


class HfOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of an ``hf:`` model.

    ``dtype``: of the weights; ``auto`` is the checkpoint's own.
    ``device``: such as ``cpu``, ``cuda:1`` or ``mps``; ``auto`` is the first accelerator, else the processor.
    ``device_map``: how accelerate spreads the weights (``auto``, ``balanced``, ...), in the place of one device.
    ``quantization``: bits of the weights, by bitsandbytes.
    ``adapter``: folder (or ID) of a peft adapter to put on top.
    ``download``: fetch from the hub what is not on this machine.
    ``trust_remote_code``: run the Python code that a checkpoint may bring along.
    ``temperature``: 0 is greedy. ``top_p``: sample from the likeliest tokens with this mass.
    ``seed``: of the sampling; the same for each episode, so that it does not matter what runs beside it.
    ``context_tokens``: tokens of a prompt with its reply, up to what the model was made for, which is the default.
    ``max_batch``: episodes that generate together.
    ``cache``: keep keys and values from turn to turn; without it each turn computes its whole prompt.
    """

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    device_map: str | None = None
    quantization: Literal["4bit", "8bit"] | None = None
    adapter: str | None = None
    download: bool = False
    trust_remote_code: bool = False
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    context_tokens: int | None = None
    max_batch: int = 16
    cache: bool = True


def read_options(given: Mapping[str, str]) -> HfOptions:
    """Turn ``key=value`` texts into typed options.

    Raises:
        ConfigurationError: there is no such option (with the nearest name), or it cannot have that value.
    """
    known = HfOptions.__struct_fields__
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f" There are: {', '.join(known)}."
            raise ConfigurationError(f"hf: models have no option {name!r}.{hint}")
    for field in msgspec.structs.fields(HfOptions):
        choices = _choices(field.type)
        if choices and field.name in given and given[field.name] not in choices:
            raise ConfigurationError(unknown_name(f"value for option {field.name!r}", given[field.name], choices))
    try:
        options = msgspec.convert(dict(given), HfOptions, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"option of an hf: model: {error}") from error
    _check(options)
    return options


def _choices(kind: object) -> list[str]:
    """The values of a Literal, also of one that may be None."""
    found = [kind, *typing.get_args(kind)]
    return [str(value) for part in found if typing.get_origin(part) is Literal for value in typing.get_args(part)]


def _check(options: HfOptions) -> None:
    bounds = {
        "temperature": (0 <= options.temperature < float("inf"), "zero (greedy) or more"),
        "top_p": (0 < options.top_p <= 1, "more than 0 and at most 1"),
        "context_tokens": (options.context_tokens is None or options.context_tokens >= 2, "at least 2"),
        "max_batch": (options.max_batch >= 1, "at least 1"),
    }
    for name, (fine, wanted) in bounds.items():
        if not fine:
            raise ConfigurationError(f"option {name!r} must be {wanted}, not {getattr(options, name)}")
    if options.device_map is not None and options.device != "auto":
        raise ConfigurationError("the options 'device' and 'device_map' exclude each other")
    if options.temperature == 0 and (options.seed is not None or options.top_p != 1):
        raise ConfigurationError("'seed' and 'top_p' need a 'temperature' above zero: without one nothing is sampled")
