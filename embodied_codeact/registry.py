"""Finds environments and their experts by entry point, so that any installed package can add one."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec

from embodied_codeact.contracts import Environment, Model
from embodied_codeact.errors import ConfigurationError, did_you_mean, unknown_name

ENVIRONMENTS = "embodied_codeact.environments"
EXPERTS = "embodied_codeact.experts"


def _find(group: str, what: str, name: str) -> EntryPoint:
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise ConfigurationError(unknown_name(what, name, found))
    return found[name]


def _load(point: EntryPoint, what: str) -> Any:
    try:
        return point.load()
    except ImportError as error:
        package = point.dist.name if point.dist is not None else "its package"
        raise ConfigurationError(
            f"{what} {point.name!r} needs a package that is not installed ({error}). "
            f"Install it; where {package} has an extra for it: pip install '{package}[{point.name}]'"
        ) from error
    except AttributeError as error:
        raise ConfigurationError(
            f"the entry point of {what} {point.name!r} names what is not there: {error}"
        ) from error


def environment_names() -> list[str]:
    """Names of all installed environments."""
    return sorted({point.name for point in entry_points(group=ENVIRONMENTS)})


def load_environment(name: str) -> Environment:
    """Return the environment of that name.

    Raises:
        ConfigurationError: no installed package provides it, or its own packages are missing.
    """
    environment: Environment = _load(_find(ENVIRONMENTS, "environment", name), "environment")
    return environment


def load_expert(environment: str) -> Model:
    """Return the expert of an environment: a model that only sees messages, like any other.

    Raises:
        ConfigurationError: no expert is installed for that environment.
    """
    expert: Model = _load(_find(EXPERTS, "expert for environment", environment), "expert")()
    return expert


def parse_options(environment: Environment, given: Mapping[str, Any]) -> msgspec.Struct:
    """Turn ``key=value`` options into the environment's typed options.

    Raises:
        ConfigurationError: an option does not exist (with the nearest name) or has a value that it cannot take.
    """
    known = list(environment.options_type.__struct_fields__)
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f" It has: {', '.join(known) or 'none'}."
            raise ConfigurationError(f"environment {environment.name!r} has no option {name!r}.{hint}")
    for field in msgspec.structs.fields(environment.options_type):
        if typing.get_origin(field.type) is typing.Literal and field.name in given:
            choices = [str(choice) for choice in typing.get_args(field.type)]
            if given[field.name] not in choices:
                raise ConfigurationError(unknown_name(f"value for option {field.name!r}", given[field.name], choices))
    try:
        return msgspec.convert(dict(given), environment.options_type, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"option of environment {environment.name!r}: {error}") from error
