"""What the commands share: options, sessions, choosing tasks, and how errors end the program."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, cast, get_args

import msgspec
import typer
from rich.console import Console

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.bridge.verbs import Confinement
from embodied_codeact.contracts import EnvironmentDescription, Task
from embodied_codeact.errors import BridgeError, ConfigurationError, OperatorError, unknown_name
from embodied_codeact.interpreter.records import SandboxMode
from embodied_codeact.recording import check_recordable
from embodied_codeact.registry import base_name, load_environment, open_environment

BAD_INPUT = 2
INTERRUPTED = 130
SANDBOXES: tuple[str, ...] = get_args(SandboxMode)
CONNECT_S = 60.0
"""A server may still be starting its world when an agent is started beside it."""

_SILENT_S = 2.0
"""A wait this long needs no word."""

P = ParamSpec("P")

Environment = Annotated[
    str, typer.Argument(help="Environment, such as household, tabletop or gym:CartPole-v1.", show_default=False)
]
Games = Annotated[
    str | None, typer.Option(help="Game file, or folder of games (household).", show_default="the built-in homes")
]
Api = Annotated[str | None, typer.Option(help="API that scripts see, where an environment has several.")]
Option = Annotated[
    list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the environment.")
]
Model = Annotated[str, typer.Option(help="expert, replay:FILE, or script:FILE (one Python script, then finish).")]
Sandbox = Annotated[str, typer.Option(help="strict (refuse to run without confinement), best, or off.")]
Connect = Annotated[
    str | None, typer.Option(help="Use the server at ipc://FOLDER or tcp://HOST:PORT instead of starting one.")
]
MaxTurns = Annotated[int, typer.Option(min=1, help="Turns per episode.")]
ScriptTimeout = Annotated[float, typer.Option(min=0.1, help="Seconds that one script may run.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else there.")]
Out = Annotated[Path | None, typer.Option(help="Append each episode to this JSON Lines file.", dir_okay=False)]
Seed = Annotated[int | None, typer.Option(help="Seed of the task.", show_default="the task's own")]


def operator_errors(command: Callable[P, None]) -> Callable[P, None]:
    """End a command with one line and an exit code where the person, or the system, made the mistake."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except OperatorError as error:
            print_error(str(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            Console(stderr=True, highlight=False).print("interrupted", style="yellow")
            raise typer.Exit(INTERRUPTED) from None

    return wrapped


def print_error(message: str) -> None:
    """Tell a person what is wrong, in one line on standard error."""
    stderr = Console(stderr=True, highlight=False)
    stderr.print("error:", style="bold red", end=" ")
    stderr.print(" ".join(message.split()), markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Give a program its one JSON object, on standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()


def environment_options(
    games: str | None = None, api: str | None = None, options: Sequence[str] | None = None
) -> dict[str, Any]:
    """Collect the options of an environment from the command line.

    Raises:
        ConfigurationError: one is not KEY=VALUE.

    >>> environment_options(api="mint", options=["engine=textworld"])
    {'api': 'mint', 'engine': 'textworld'}
    """
    collected: dict[str, Any] = {}
    if games is not None:
        collected["games"] = games
    if api is not None:
        collected["api"] = api
    for text in options or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigurationError(f"option {text!r} is not KEY=VALUE")
        collected[key] = value
    return collected


def check_sandbox(name: str) -> SandboxMode:
    """Return the kind of sandbox of that name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SANDBOXES:
        raise ConfigurationError(unknown_name("sandbox", name, SANDBOXES))
    return cast(SandboxMode, name)


def check_names(environment: str, options: dict[str, Any], *, sandbox: str, connect: str | None) -> None:
    """See that what the command line names exists, before anything is started.

    Raises:
        ConfigurationError: the environment, one of its options, or the kind of sandbox does not; or options were
            given for an environment that is served elsewhere.
    """
    check_sandbox(sandbox)
    if connect is None:
        open_environment(environment, options)
    elif options:
        raise ConfigurationError("options of the environment belong to its server, not to --connect")


def prepare_recording(environment: str, options: dict[str, Any], *, connect: str | None) -> None:
    """See that episodes can be recorded, and ask a server of our own for it.

    Raises:
        ConfigurationError: a package is missing, or the environment cannot be filmed.
    """
    check_recordable(environment, load_environment(environment).options_type)
    if connect is None:
        options["record"] = "true"


@contextlib.contextmanager
def open_session(
    environment: str, options: dict[str, Any], *, sandbox: str = "strict", connect: str | None = None
) -> Iterator[EnvironmentClient]:
    """Connect to a running server, or start one of our own and end it afterwards.

    Raises:
        ConfigurationError: the server that answers serves another environment.
        OperatorError: the server cannot be started or reached.
    """
    with contextlib.ExitStack() as stack:
        if connect is None:
            client = stack.enter_context(local_session(environment, options, sandbox=sandbox))
        else:
            client = stack.enter_context(_connect(connect))
        description = client.describe()
        if description.name != base_name(environment):
            raise ConfigurationError(f"the server at {connect} serves {description.name!r}, not {environment!r}")
        _warn_of_confinement(description)
        yield client


def _connect(endpoint: str) -> EnvironmentClient:
    """Connect to a server, which may still be starting; say so where it takes more than a moment."""
    try:
        return EnvironmentClient(endpoint, connect_s=min(_SILENT_S, CONNECT_S))
    except BridgeError:
        if CONNECT_S <= _SILENT_S:
            raise
        stderr = Console(stderr=True, highlight=False)
        stderr.print(f"waiting for a server at {endpoint} ...", style="dim", markup=False, soft_wrap=True)
        return EnvironmentClient(endpoint, connect_s=CONNECT_S)


def _warn_of_confinement(description: EnvironmentDescription) -> None:
    confinement = description.metadata.get("confinement")
    warning = msgspec.convert(confinement, Confinement).warning() if confinement else ""
    if warning:
        Console(stderr=True, highlight=False).print(f"note: {warning}", style="yellow", markup=False, soft_wrap=True)


def choose_task(tasks: Sequence[Task], wanted: str | None) -> Task:
    """Return the task of that id, or the only one whose id holds that text, or without a wish the first.

    Raises:
        ConfigurationError: there is none, or several fit.
    """
    if not tasks:
        raise ConfigurationError("the environment has no tasks")
    if wanted is None:
        return tasks[0]
    fitting = [task for task in tasks if task.id == wanted] or [task for task in tasks if wanted in task.id]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(task.id for task in fitting[:3])
        raise ConfigurationError(f"{len(fitting)} tasks fit {wanted!r}: {shown}{', ...' if len(fitting) > 3 else ''}")
    raise ConfigurationError(unknown_name("task", wanted, (task.id for task in tasks)))


def with_seed(task: Task, seed: int | None) -> Task:
    """Return the task with that seed, or without a wish as the environment listed it."""
    return task if seed is None else msgspec.structs.replace(task, seed=seed)


def with_seeds(tasks: Sequence[Task], first: int | None, count: int) -> list[Task]:
    """Return each task ``count`` times, with consecutive seeds from ``first`` on, or from its own.

    >>> [task.seed for task in with_seeds([Task("stack", "tabletop", "stack the cubes")], 5, 3)]
    [5, 6, 7]
    """
    started = [with_seed(task, first) for task in tasks]
    return [with_seed(task, task.seed + offset) for task in started for offset in range(count)]


def one_per_type(tasks: Sequence[Task], count: int) -> list[Task]:
    """Return the first ``count`` tasks of each type, in order."""
    chosen: list[Task] = []
    seen: dict[str, int] = {}
    for task in tasks:
        kind = str(task.metadata.get("type", ""))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= count:
            chosen.append(task)
    return chosen
