"""Finds suites: in a YAML file, by entry point, or as the tasks of one environment; and fills in their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from embodied_codeact.errors import ConfigurationError, did_you_mean, unknown_name
from embodied_codeact.evaluation.suites import Part, Suite
from embodied_codeact.registry import base_name, environment_names
from embodied_codeact.yaml_files import read_yaml

SUITES = "embodied_codeact.suites"
_ENDINGS = (".yaml", ".yml")
_PARAMETER = re.compile(r"\$\{(\w+)\}")


def suite_names() -> list[str]:
    """Names of all installed suites."""
    return sorted({point.name for point in entry_points(group=SUITES)})


def find_suite(name: str) -> Suite | None:
    """Return the suite of that name, or of that YAML file; None where it is the name of an environment only.

    Raises:
        ConfigurationError: there is no such suite or environment, or the file cannot be used.
    """
    if name.endswith(_ENDINGS):
        return read_suite(Path(name))
    found = {point.name: point for point in entry_points(group=SUITES)}
    if name in found:
        return _loaded(name, found[name].load())
    if base_name(name) in environment_names():
        return None
    raise ConfigurationError(unknown_name("suite or environment", name, [*found, *environment_names()]))


def read_suite(path: Path) -> Suite:
    """Read a suite from a YAML file.

    Raises:
        ConfigurationError: it cannot be read, is no YAML, or no suite (file and place named).
    """
    fields = read_yaml(path, "the suite")
    if isinstance(fields, dict):
        fields.setdefault("name", path.stem)
    try:
        suite = msgspec.convert(fields, Suite)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"the suite {path}: {error}") from error
    return _checked(suite, str(path))


def environment_suite(name: str, options: Mapping[str, Any]) -> Suite:
    """Return the suite that is all tasks of one environment.

    >>> environment_suite("gym:CartPole-v1", {}).parts[0].environment
    'gym:CartPole-v1'
    """
    return Suite(name, [Part(name, options=dict(options))])


def part_name(part: Part) -> str:
    """The name of a part: its own, or its environment's."""
    return part.name or base_name(part.environment)


def fill_in(suite: Suite, given: Mapping[str, Any]) -> Suite:
    """Return the suite with the values of its parameters in their places, and with every part named. What is no
    parameter of a suite with one part is an option of that part's environment.

    Raises:
        ConfigurationError: a parameter is missing, or there is none of that name.
    """
    if len(suite.parts) == 1:
        options = {name: value for name, value in given.items() if name not in suite.parameters}
        part = replace(suite.parts[0], options={**suite.parts[0].options, **options})
        suite, given = replace(suite, parts=[part]), {k: v for k, v in given.items() if k in suite.parameters}
    for name in given:
        if name not in suite.parameters:
            hint = did_you_mean(name, suite.parameters) or f" It has: {', '.join(suite.parameters) or 'none'}."
            raise ConfigurationError(f"suite {suite.name!r} has no parameter {name!r}.{hint}")
    values: dict[str, Any] = {}
    for name, parameter in suite.parameters.items():
        value = given.get(name, parameter.default)
        if value is None and parameter.required:
            help_text = f" ({parameter.help})" if parameter.help else ""
            flag = f"--{name}" if name in ("games", "api", "engine", "feedback") else f"-o {name}="
            raise ConfigurationError(f"suite {suite.name!r} needs {name!r}{help_text}: say {flag} VALUE")
        values[name] = value
    return replace(suite, parts=[_filled_part(part, values) for part in suite.parts])


def _filled_part(part: Part, values: Mapping[str, Any]) -> Part:
    generate = part.generate and replace(part.generate, options=_filled(part.generate.options, values))
    return replace(part, name=part_name(part), options=_filled(part.options, values), generate=generate)


def _filled(options: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, value in options.items():
        reference = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
        actual = values[reference[1]] if reference else value
        if actual is not None:
            filled[name] = actual
    return filled


def _loaded(name: str, found: Any) -> Suite:
    if isinstance(found, Suite):
        return _checked(found, f"entry point {name}")
    if isinstance(found, str | Path):
        return read_suite(Path(found))
    raise ConfigurationError(f"the entry point of suite {name!r} is neither a Suite nor the path of a YAML file")


def _checked(suite: Suite, where: str) -> Suite:
    if not suite.parts:
        raise ConfigurationError(f"the suite {where} has no parts")
    names = [part_name(part) for part in suite.parts]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"the suite {where} has two parts {name!r}: give each a 'name'")
    for part in suite.parts:
        for value in [*part.options.values(), *(part.generate.options.values() if part.generate else ())]:
            reference = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
            if reference and reference[1] not in suite.parameters:
                raise ConfigurationError(
                    f"the suite {where}: part {part_name(part)!r} uses {value}, "
                    f"{unknown_name('parameter', reference[1], suite.parameters)}"
                )
    return suite
