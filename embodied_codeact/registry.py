"""Finds environments and their experts by entry point, so that any installed package can add one."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

import msgspec

from embodied_codeact.contracts import Benchmark, Environment, Generator, Model, Rephraser, TakesArgument
from embodied_codeact.errors import ConfigurationError, did_you_mean, unknown_name

ENVIRONMENTS = "embodied_codeact.environments"
EXPERTS = "embodied_codeact.experts"
BENCHMARKS = "embodied_codeact.benchmarks"
CONTROLLERS = "embodied_codeact.controllers"
GENERATORS = "embodied_codeact.generators"
REPHRASERS = "embodied_codeact.rephrasers"


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
    """Return the environment of that name. What follows a colon, as in ``gym:CartPole-v1``, is for its options.

    Raises:
        ConfigurationError: no installed package provides it, or its own packages are missing.
    """
    environment: Environment = _load(_find(ENVIRONMENTS, "environment", base_name(name)), "environment")
    return environment


def base_name(name: str) -> str:
    """Return the name of an environment without its argument.

    >>> base_name("gym:CartPole-v1"), base_name("household")
    ('gym', 'household')
    """
    return name.partition(":")[0]


def open_environment(name: str, given: Mapping[str, Any]) -> tuple[Environment, msgspec.Struct]:
    """Return the environment of that name and its typed options. ``NAME:ARGUMENT`` gives the argument to the option
    that the environment names as its ``argument_option``.

    Raises:
        ConfigurationError: there is no such environment or option, or it takes no argument, or takes it twice.
    """
    environment = load_environment(name)
    _, colon, argument = name.partition(":")
    if not colon:
        return environment, parse_options(environment, given)
    if not isinstance(environment, TakesArgument):
        raise ConfigurationError(f"environment {environment.name!r} takes nothing after a colon, as in {name!r}")
    option = environment.argument_option
    if option in given:
        raise ConfigurationError(f"{name!r} and the option {option}={given[option]} say the same thing twice")
    return environment, parse_options(environment, {**given, option: argument})


def load_expert(environment: str, options: Mapping[str, str] | None = None) -> Model:
    """Return the expert of an environment: a model that only sees messages, like any other. ``options`` are the
    expert's own: switches, named by the keywords of its constructor.

    Raises:
        ConfigurationError: no expert is installed for that environment, or it has no such option.
    """
    name = base_name(environment)
    if name in environment_names() and name not in (those := {point.name for point in entry_points(group=EXPERTS)}):
        raise ConfigurationError(
            f"there is no expert for environment {name!r} (there is for {', '.join(sorted(those)) or 'none'}). "
            "Name another model: --model hf:..., openai:..., replay:FILE or script:FILE."
        )
    kind = _load(_find(EXPERTS, "expert for environment", name), "expert")
    known = inspect.signature(kind).parameters
    switches: dict[str, bool] = {}
    for option, value in (options or {}).items():
        if option not in known:
            raise ConfigurationError(unknown_name(f"option of the expert for {name!r}", option, known))
        if value not in ("true", "false"):
            raise ConfigurationError(f"option {option} of the expert for {name!r} is true or false, not {value!r}")
        switches[option] = value == "true"
    expert: Model = kind(**switches)
    return expert


def benchmark_names() -> list[str]:
    """Names of all environments that have a benchmark."""
    return sorted({point.name for point in entry_points(group=BENCHMARKS)})


def load_benchmark(environment: str) -> Benchmark:
    """Return the benchmark of an environment.

    Raises:
        ConfigurationError: none is installed for that environment.
    """
    benchmark: Benchmark = _load(_find(BENCHMARKS, "benchmark for environment", environment), "benchmark")
    return benchmark


def controller_names() -> list[str]:
    """Names of all robots that this installation can serve as their controller."""
    return sorted({point.name for point in entry_points(group=CONTROLLERS)})


def load_driver(name: str) -> Callable[[], Any]:
    """Return what makes the driver of a robot (:class:`~embodied_codeact.controller.driver.RobotDriver`).

    Raises:
        ConfigurationError: none is installed under that name.
    """
    make: Callable[[], Any] = _load(_find(CONTROLLERS, "controller", name), "controller")
    return make


def generator_names() -> list[str]:
    """Names of all environments that tasks can be generated for."""
    return sorted({point.name for point in entry_points(group=GENERATORS)})


def load_generator(environment: str) -> Generator:
    """Return what generates tasks for an environment.

    Raises:
        ConfigurationError: none is installed for that environment, or its own packages are missing.
    """
    generator: Generator = _load(_find(GENERATORS, "generator for environment", environment), "generator")
    return generator


def rephraser_names() -> list[str]:
    """Names of all environments whose instructions can be put into other words."""
    return sorted({point.name for point in entry_points(group=REPHRASERS)})


def load_rephraser(environment: str) -> Rephraser:
    """Return what puts the instructions of an environment into other words.

    Raises:
        ConfigurationError: none is installed for that environment, or its own packages are missing.
    """
    name = base_name(environment)
    rephraser: Rephraser = _load(_find(REPHRASERS, "rephraser for environment", name), "rephraser")
    return rephraser


def parse_options(environment: Environment, given: Mapping[str, Any]) -> msgspec.Struct:
    """Turn ``key=value`` options into the environment's typed options.

    Raises:
        ConfigurationError: an option does not exist (with the nearest name) or has a value that it cannot take.
    """
    return convert_options(environment.options_type, given, f"environment {environment.name!r}")


def convert_options(options_type: type[msgspec.Struct], given: Mapping[str, Any], owner: str) -> msgspec.Struct:
    """Turn ``key=value`` options into typed ones; ``owner`` is whose they are, as an error says it.

    Raises:
        ConfigurationError: an option does not exist (with the nearest name) or has a value that it cannot take.
    """
    known = list(options_type.__struct_encode_fields__)
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f" It has: {', '.join(known) or 'none'}."
            raise ConfigurationError(f"{owner} has no option {name!r}.{hint}")
    for field in msgspec.structs.fields(options_type):
        name = field.encode_name
        kind, _ = plain_type(field.type)
        if typing.get_origin(kind) is typing.Literal and name in given:
            choices = [str(choice) for choice in typing.get_args(kind)]
            if given[name] not in choices:
                raise ConfigurationError(unknown_name(f"value for option {name!r}", given[name], choices))
    try:
        return msgspec.convert(dict(given), options_type, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"option of {owner}: {error}") from error


def plain_type(annotation: Any) -> tuple[Any, list[msgspec.Meta]]:
    """Take the annotation of an option apart: its type without ``Annotated`` and ``None``, and what was said about it.

    >>> plain_type(Annotated[int, msgspec.Meta(ge=1)] | None)
    (<class 'int'>, [msgspec.Meta(ge=1)])
    """
    if typing.get_origin(annotation) is Annotated:
        inner, *said = typing.get_args(annotation)
        kind, metas = plain_type(inner)
        return kind, [*(meta for meta in said if isinstance(meta, msgspec.Meta)), *metas]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(parts) == 1:
            return plain_type(parts[0])
    return annotation, []
