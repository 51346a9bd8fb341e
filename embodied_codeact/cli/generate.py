"""``generate``: tasks for an environment, with the options that its generator has."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.core import TyperGroup

from embodied_codeact.cli import common
from embodied_codeact.contracts import Generator
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.registry import convert_options, generator_names, load_generator, plain_type


class GenerateGroup(TyperGroup):
    """Its commands are the installed generators, which are looked up when one is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of all generators."""
        return generator_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command of a generator."""
        return _command(cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where no generator is named."""
        return super().parse_args(ctx, args or ["--help"])


app = typer.Typer(cls=GenerateGroup, help="Make tasks for an environment: generate household --count 100 --out DIR.")


@app.callback()
def _no_options() -> None:
    # Without a callback, typer takes a group that has no commands of its own for an error.
    """Make tasks for an environment: generate household --count 100 --out DIR."""


Count = Annotated[int, typer.Option(min=1, help="How many.", show_default=False)]
Seed = Annotated[int, typer.Option(min=0, help="Another seed makes other tasks.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder to write them to.", show_default=False)]


def _command(name: str) -> Any:
    """Make the command of one generator: its options are the fields of the generator's ``options_type``."""
    try:
        generator = load_generator(name)
    except ConfigurationError as error:
        return _failing(name, error)
    fields = msgspec.structs.fields(generator.options_type)

    def command(*, count: int, seed: int, out: Path, as_json: bool, **given: Any) -> None:
        # What was not given is left to the generator's own defaults.
        chosen = {field: value for field, value in given.items() if value is not None and value != []}
        options = convert_options(generator.options_type, chosen, f"generator {name!r}")
        _generate(name, generator, options, out, count=count, seed=seed, as_json=as_json)

    command.__doc__ = generator.__doc__
    parameters = [
        _parameter("count", Count),
        _parameter("out", Out),
        _parameter("seed", Seed, 0),
        *(_parameter(field.name, _option(field), None if not _is_switch(field) else False) for field in fields),
        _parameter("as_json", common.Json, False),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return _as_command(name, common.operator_errors(command))


def _failing(name: str, error: ConfigurationError) -> Any:
    """Make a command that only says why there is none, whatever its options."""

    def command() -> None:
        known = generator_names()
        raise error if name in known else ConfigurationError(unknown_name("generator for environment", name, known))

    made = _as_command(name, common.operator_errors(command))
    made.ignore_unknown_options = made.allow_extra_args = True
    return made


def _as_command(name: str, function: Any) -> Any:
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(function)
    return typer.main.get_command(single)


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _is_switch(field: msgspec.structs.FieldInfo) -> bool:
    return plain_type(field.type)[0] is bool


def _option(field: msgspec.structs.FieldInfo) -> Any:
    """Return the annotation that makes typer ask for one field."""
    kind, metas = plain_type(field.type)
    words = [meta.description for meta in metas if meta.description]
    limits = {"min": _first(meta.ge for meta in metas), "max": _first(meta.le for meta in metas)}
    flag = f"--{field.name.replace('_', '-')}"
    if typing.get_origin(kind) is typing.Literal:
        kind, words = str, [*words, f"({', '.join(map(str, typing.get_args(kind)))})"]
    elif typing.get_origin(kind) is list:
        words = [*words, "Again for more."]
    if _is_switch(field):
        return Annotated[bool, typer.Option(flag, help=" ".join(words))]
    shown = field.default if field.default is not msgspec.NODEFAULT and field.default is not None else False
    show_default = str(shown) if shown is not False else False
    return Annotated[kind | None, typer.Option(flag, help=" ".join(words), show_default=show_default, **limits)]


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _generate(
    name: str, generator: Generator, options: Any, out: Path, *, count: int, seed: int, as_json: bool
) -> None:
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    made = 0
    try:
        # Where nobody watches, the bar would be one line at the end that says nothing new.
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            bar = progress.add_task(name, total=count)

            def advance() -> None:
                nonlocal made
                made += 1
                progress.advance(bar)

            summary = generator.generate(options, out, count=count, seed=seed, on_made=advance)
    except KeyboardInterrupt:
        line = f"{made} of {count} are there; the same command goes on from here"
        console.print(line, style="yellow", markup=False, soft_wrap=True)
        raise
    if as_json:
        common.print_json(summary)
    else:
        _print_summary(msgspec.to_builtins(summary))


def _print_summary(summary: dict[str, Any]) -> None:
    table = Table(show_header=False)
    for name, value in summary.items():
        shown = ", ".join(f"{key} {amount}" for key, amount in value.items()) if isinstance(value, dict) else value
        table.add_row(name.replace("_", " "), f"{shown:,.2f}" if isinstance(shown, float) else str(shown))
    Console(highlight=False).print(table)
