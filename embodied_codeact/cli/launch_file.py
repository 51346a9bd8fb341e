"""What a launch file says: which processes, in which order, with which variables."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import yaml

from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.yaml_files import read_yaml

SCRATCH = "scratch"
"""The variable that every launch file has: a folder of its own, gone afterwards."""


class Variable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that the person may choose, and must where it has no ``default``. ``about`` says what it is."""

    about: str
    default: str | None = None


class ReadySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a process counts as ready: the environment ``server`` or the ``controller`` at this endpoint answers, or the
    ``port`` (HOST:PORT) accepts connections.

    ``key`` (one's own ``.key_secret``) and ``server_key`` (its ``.key``) are for one with keys; with them a server is
    halted, too. ``within_s``: after so long it is a failure.
    """

    server: str | None = None
    controller: str | None = None
    port: str | None = None
    key: str | None = None
    server_key: str | None = None
    within_s: float = 120.0


class ProcessSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One process: a ``command`` of ``embodied-codeact`` with its arguments, or a ``program`` of anybody's.

    ``options`` maps long options to values (``true`` for a flag, a list to repeat it). ``after`` names the processes
    that have to be ready before this one starts, ``ready`` says when this one is: a ``serve`` when it answers at its
    endpoint, another at once. ``main`` marks the process whose end ends the launch, with its exit code.
    """

    command: str | None = None
    program: list[str] = msgspec.field(default_factory=list)
    arguments: list[str] = msgspec.field(default_factory=list)
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    after: str | list[str] = msgspec.field(default_factory=list)
    ready: ReadySpec | None = None
    main: bool = False

    @property
    def name(self) -> str:
        """What it runs, in a word."""
        return self.command if self.command is not None else self.program[0]

    @property
    def awaits(self) -> list[str]:
        """The processes that have to be ready before."""
        return [self.after] if isinstance(self.after, str) else self.after

    def words(self, variables: Mapping[str, str]) -> list[str]:
        """Return the command line, as a person reads it, with ``{scratch}`` and the like filled in."""
        words = ["embodied-codeact", self.command] if self.command is not None else list(self.program)
        words += self.arguments
        for name, value in self.options.items():
            flag = f"--{name.replace('_', '-')}"
            for item in value if isinstance(value, list) else [value]:
                if item is True:
                    words.append(flag)
                elif item is not False and item is not None:
                    words += [flag, str(item)]
        return [filled(word, variables, self.name) for word in words]

    def argv(self, words: Sequence[str]) -> list[str]:
        """Return the command line as it is started."""
        return [sys.executable, "-m", "embodied_codeact", *words[1:]] if self.command is not None else list(words)

    def readiness(self, variables: Mapping[str, str]) -> ReadySpec | None:
        """When it is ready, with the variables filled in; None for at once."""
        spec = self.ready
        if spec is None and self.command == "serve" and "endpoint" in self.options and "key" not in self.options:
            spec = ReadySpec(server=str(self.options["endpoint"]))
        if spec is None:
            return None
        texts = ("server", "controller", "port", "key", "server_key")
        given = {name: getattr(spec, name) for name in texts}
        return msgspec.structs.replace(
            spec, **{name: None if text is None else filled(text, variables, self.name) for name, text in given.items()}
        )


class LaunchFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file in launch/ holds."""

    description: str
    processes: dict[str, ProcessSpec]
    variables: dict[str, Variable] = msgspec.field(default_factory=dict)


def filled(text: str, variables: Mapping[str, str], what: str) -> str:
    """Fill variables in.

    Raises:
        ConfigurationError: there is no such variable, or the text is no template.
    """
    try:
        return text.format_map(variables)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        known = ", ".join("{" + name + "}" for name in variables)
        why = f"unknown variable {error}" if isinstance(error, KeyError) else f"bad variable: {error}"
        raise ConfigurationError(f"{what!r}: {why}; known: {known}; a brace itself is doubled") from None


def launch_names() -> list[str]:
    """Names of the launch files that come with the package."""
    folder = resources.files("embodied_codeact.launch")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def read_launch_file(name_or_path: str) -> LaunchFile:
    """Read a launch file by path, or one of the package's by name.

    Raises:
        ConfigurationError: there is none, or it is not a launch file; says where.
    """
    path = Path(name_or_path)
    if name_or_path in launch_names():
        fields = yaml.safe_load(resources.files("embodied_codeact.launch").joinpath(f"{name_or_path}.yaml").read_text())
    elif path.suffix in (".yaml", ".yml"):
        fields = read_yaml(path, "the launch file")
    else:
        raise ConfigurationError(unknown_name("launch file", name_or_path, launch_names()))
    try:
        launch_file = msgspec.convert(fields, LaunchFile)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{name_or_path} is not a launch file: {error}") from error
    problem = _problem(launch_file)
    if problem:
        raise ConfigurationError(f"{name_or_path} {problem}")
    return launch_file


def _problem(launch_file: LaunchFile) -> str:
    """What is wrong with a file whose fields are all right, empty for nothing."""
    processes = launch_file.processes
    if not processes:
        return "names no process"
    mains = [name for name, process in processes.items() if process.main]
    if len(mains) > 1:
        return f"has several main processes: {', '.join(mains)}"
    for name in launch_file.variables:
        if not name.isidentifier() or name == SCRATCH:
            return f"has a variable {name!r}; a name is of letters, digits and '_', and not {SCRATCH!r}"
    for name, process in processes.items():
        if (process.command is None) == (not process.program):
            return f"says of {name!r} neither a command of ours nor a program, or both; it needs one"
        ready = process.ready
        if ready is not None and sum(bool(place) for place in (ready.server, ready.controller, ready.port)) != 1:
            return f"says of {name!r} that it is ready, but not where: one of server, controller and port"
        if ready is not None and (ready.key is None) != (ready.server_key is None):
            return f"says of {name!r} only one of key and server_key"
        for awaited in process.awaits:
            if awaited not in processes:
                return f"lets {name!r} start after {unknown_name('process', awaited, list(processes))}"
    try:
        TopologicalSorter({name: process.awaits for name, process in processes.items()}).prepare()
    except CycleError as error:
        return f"lets processes wait for each other: {', '.join(error.args[1])}"
    return ""


def chosen_variables(launch_file: LaunchFile, given: Collection[str]) -> dict[str, str]:
    """Return the values of the variables, by the defaults and what the person said as ``NAME=VALUE``.

    Raises:
        ConfigurationError: one is unknown, is not of that form, or has no value.
    """
    values = {name: variable.default for name, variable in launch_file.variables.items()}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigurationError(f"--set {text!r} is not NAME=VALUE")
        if name not in values:
            if not values:
                raise ConfigurationError(f"--set {text!r}: this launch file has no variables")
            raise ConfigurationError(f"--set {text!r}: {unknown_name('variable', name, list(values))}")
        values[name] = value
    missing = [name for name, value in values.items() if value is None]
    if missing:
        wanted = "; ".join(f"--set {name}=... ({launch_file.variables[name].about})" for name in missing)
        raise ConfigurationError(f"this launch needs to know: {wanted}")
    return {name: value for name, value in values.items() if value is not None}
