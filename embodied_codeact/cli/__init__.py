"""The command line: ``embodied-codeact COMMAND``. Exit codes: 0 done, 1 not solved or different, 2 bad input, 3 failure
of a model, bridge or environment, 130 interrupted."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from embodied_codeact import __version__
from embodied_codeact.cli import common, controller, episodes, serve
from embodied_codeact.cli.bench import bench
from embodied_codeact.cli.chat import chat
from embodied_codeact.cli.collect import collect
from embodied_codeact.cli.conformance import conformance
from embodied_codeact.cli.doctor import doctor
from embodied_codeact.cli.evaluation import evaluate_command
from embodied_codeact.cli.experiment import app as experiment
from embodied_codeact.cli.generate import app as generate
from embodied_codeact.cli.instruct import app as instruct
from embodied_codeact.cli.keys import keys
from embodied_codeact.cli.launch import launch
from embodied_codeact.cli.report import report
from embodied_codeact.cli.train import train

USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
"""The base class of all that typer says of a wrong command line; not every version of typer gives it a name."""


class CommandLine(TyperGroup):
    """Reports a wrong command line as all other bad input: in one line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where no command is given."""
        return super().parse_args(ctx, args or ["--help"])

    def main(self, args: Sequence[str] | None = None, *rest: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command line and, in standalone mode, exit with its code."""
        run = functools.partial(super().main, args, *rest, **extra)
        if not standalone_mode:
            return run(standalone_mode=False)
        try:
            code = run(standalone_mode=False)
        except USAGE_ERROR as error:
            command = error.ctx.command_path if error.ctx is not None else "embodied-codeact"
            common.print_error(f"{error.format_message()} (see {command} --help)")
            code = common.BAD_INPUT
        sys.exit(code)


app = typer.Typer(
    cls=CommandLine,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"embodied-codeact {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Language models that act in the world by writing Python."""


app.command("run")(episodes.run)
app.command("chat")(chat)
app.command("eval")(evaluate_command)
app.command("report")(report)
app.command("collect")(collect)
app.command("train")(train)
app.command("replay")(episodes.replay)
app.command("serve")(serve.serve)
app.command("launch")(launch)
app.command("halt")(serve.halt)
app.command("clear")(serve.clear)
app.command("keys")(keys)
app.command("doctor")(doctor)
app.command("bench")(bench)
app.command("conformance")(conformance)
app.add_typer(controller.app, name="controller")
app.add_typer(generate, name="generate")
app.add_typer(experiment, name="experiment")
app.add_typer(instruct, name="instruct")


def main() -> None:
    """Run the command line. A request to end, or a closed terminal, is taken as Ctrl-C is: in order, and saved."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # nohup and the like ignore a signal on purpose.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    app()
