"""The command line: ``embodied-codeact COMMAND``. Exit codes: 0 done, 1 not solved or different, 2 bad input, 3 failure
of a model, bridge or environment, 130 interrupted."""

from __future__ import annotations

import typer

from embodied_codeact.cli import episodes, serve
from embodied_codeact.cli.bench import bench
from embodied_codeact.cli.doctor import doctor
from embodied_codeact.cli.launch import launch

app = typer.Typer(
    help="Language models that act in the world by writing Python.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(episodes.run)
app.command("eval")(episodes.evaluate_command)
app.command("replay")(episodes.replay)
app.command("serve")(serve.serve)
app.command("launch")(launch)
app.command("halt")(serve.halt)
app.command("clear")(serve.clear)
app.command("doctor")(doctor)
app.command("bench")(bench)


def main() -> None:
    """Run the command line."""
    app()
