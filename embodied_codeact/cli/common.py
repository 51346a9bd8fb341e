"""What the commands share: options, sessions, choosing tasks, and how errors end the program."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import msgspec
import typer
from rich.console import Console

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.bridge.security import ClientSecurity, client_security
from embodied_codeact.bridge.verbs import MAX_SECONDS
from embodied_codeact.cli.console import printable
from embodied_codeact.contracts import EnvironmentDescription
from embodied_codeact.errors import BridgeError, ConfigurationError, OperatorError
from embodied_codeact.tasks import choose_task as choose_task
from embodied_codeact.tasks import one_per_type as one_per_type
from embodied_codeact.tasks import with_seed as with_seed
from embodied_codeact.tasks import with_seeds as with_seeds
from embodied_codeact.workplace import CONNECT_S as CONNECT_S
from embodied_codeact.workplace import check_names as check_names
from embodied_codeact.workplace import check_sandbox as check_sandbox
from embodied_codeact.workplace import check_served, confinement_warning

BAD_INPUT = 2
INTERRUPTED = 130

_SILENT_S = 2.0
"""A wait this long needs no word."""

P = ParamSpec("P")

Environment = Annotated[
    str, typer.Argument(help="Environment, such as household, tabletop or gym:CartPole-v1.", show_default=False)
]


def games_option(usual: str) -> Any:
    """``--games``; ``usual`` says what is played without it."""
    return typer.Option(help="Game file, or folder of games (household).", show_default=usual)


Games = Annotated[str | None, games_option("the built-in homes")]
Api = Annotated[str | None, typer.Option(help="API that scripts see, where an environment has several.")]
Engine = Annotated[
    str | None,
    typer.Option(help="What plays the games: native or textworld (household).", show_default="the environment's own"),
]
Feedback = Annotated[
    str | None,
    typer.Option(
        help="To what cannot be done: alfworld's words, or explained (household).",
        show_default="the environment's own",
    ),
]
Option = Annotated[
    list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the environment.")
]
_MODELS = "embedded, expert, hf:PATH_OR_ID, openai:NAME@URL, replay:FILE, or script:FILE (one script, then finish)."
Model = Annotated[str, typer.Option(help=_MODELS)]
UsualModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        envvar="EMBODIED_CODEACT_MODEL",
        help=_MODELS,
        show_default="embedded in homes and at the table, where it knows action and options; else expert",
    ),
]
Sandbox = Annotated[str, typer.Option(help="strict (refuse to run without confinement), best, or off.")]
Connect = Annotated[
    str | None, typer.Option(help="Use the server at ipc://FOLDER or tcp://HOST:PORT instead of starting one.")
]
Key = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Your own .key_secret file, for a server with keys.", show_default=False),
]
ServerKey = Annotated[str | None, typer.Option(metavar="FILE", help="That server's .key file.", show_default=False)]
ScriptTimeout = Annotated[float, typer.Option(min=0.1, max=MAX_SECONDS, help="Seconds that one script may run.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else there.")]
Out = Annotated[Path | None, typer.Option(help="Append each episode to this JSON Lines file.", dir_okay=False)]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the task.", show_default="the task's own")]


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
    stderr.print(printable(" ".join(message.split())), markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Give a program its one JSON object, on standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()


def environment_options(options: Sequence[str] | None = None, **named: str | None) -> dict[str, Any]:
    """Collect the options of an environment from the command line: those that have a flag of their own, and others.

    Raises:
        ConfigurationError: one is not KEY=VALUE.

    >>> environment_options(["engine=textworld"], api="mint", games=None)
    {'api': 'mint', 'engine': 'textworld'}
    """
    collected: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    for text in options or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigurationError(f"option {text!r} is not KEY=VALUE")
        collected[key] = value
    return collected


@contextlib.contextmanager
def open_session(
    environment: str,
    options: dict[str, Any],
    *,
    sandbox: str = "strict",
    connect: str | None = None,
    security: ClientSecurity | None = None,
    quiet: bool = False,
) -> Iterator[EnvironmentClient]:
    """Connect to a running server, or start one of our own and end it afterwards. Unless ``quiet``, say what the
    confinement of its scripts lacks.

    Raises:
        ConfigurationError: the server that answers serves another environment.
        OperatorError: the server cannot be started or reached.
    """
    with contextlib.ExitStack() as stack:
        if connect is None:
            client = stack.enter_context(local_session(environment, options, sandbox=sandbox))
        else:
            client = stack.enter_context(_connect(connect, security))
        description = client.describe()
        check_served(description, environment, str(client.endpoint))
        if not quiet:
            _warn_of_confinement(description)
        yield client


def keys_for(connect: str | None, key: str | None, server_key: str | None) -> ClientSecurity | None:
    """Return the keys with which to connect, None for none.

    Raises:
        ConfigurationError: they cannot be used, or there is no server to connect to.
    """
    if connect is None and (key is not None or server_key is not None):
        raise ConfigurationError("--key and --server-key are for a server that runs already: say --connect, too")
    return client_security(key, server_key)


def _connect(endpoint: str, security: ClientSecurity | None) -> EnvironmentClient:
    """Connect to a server, which may still be starting; say so where it takes more than a moment."""
    try:
        return EnvironmentClient(endpoint, connect_s=min(_SILENT_S, CONNECT_S), security=security)
    except BridgeError:
        if CONNECT_S <= _SILENT_S:
            raise
        stderr = Console(stderr=True, highlight=False)
        stderr.print(f"waiting for a server at {endpoint} ...", style="dim", markup=False, soft_wrap=True)
        return EnvironmentClient(endpoint, connect_s=CONNECT_S, security=security)


def _warn_of_confinement(description: EnvironmentDescription) -> None:
    if warning := confinement_warning(description):
        Console(stderr=True, highlight=False).print(f"note: {warning}", style="yellow", markup=False, soft_wrap=True)
