"""``conformance``: proves an implementation of the controller protocol."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.controller.conformance import ALL, Verdict, connect, prove
from embodied_codeact.controller.keys import client_security
from embodied_codeact.errors import ConfigurationError, unknown_name

_NOT_PROVED = 1


@common.operator_errors
def conformance(
    endpoint: Annotated[
        str, typer.Argument(help="The controller's ipc://FOLDER or tcp://HOST:PORT.", show_default=False)
    ],
    only: Annotated[list[str] | None, typer.Option(help="Run only this check; may be given again.")] = None,
    key: Annotated[str | None, typer.Option(help="Your .key_secret file, for a controller with keys.")] = None,
    server_key: Annotated[str | None, typer.Option(help="The controller's .key file.")] = None,
    real: Annotated[
        bool, typer.Option("--real", help="Yes, move a real robot: its last joint by up to 0.6 rad, its gripper.")
    ] = False,
    json: common.Json = False,
) -> None:
    """Prove a controller, verb by verb. The robot moves its last joint by up to 0.6 rad, and its gripper. Exit code 0
    where all checks pass, 1 where one fails."""
    names = [check.name for check in ALL]
    for name in only or []:
        if name not in names:
            raise ConfigurationError(unknown_name("check", name, names))
    console = Console(stderr=True, highlight=False)
    probe, robot = connect(endpoint, client_security(key, server_key))
    try:
        if not robot.simulated and not real:
            raise ConfigurationError(
                f"{robot.name} at {endpoint} is real, and moves its last joint by up to 0.6 rad: make room, keep your "
                "hand on the hardware stop, and say --real"
            )
        with console.status("") as shown:

            def tell(verdict: Verdict) -> None:
                shown.update(Text(f"{verdict.check}: {'passed' if verdict.passed else 'FAILED'}"))

            verdicts = prove(probe, only=only or (), on_verdict=tell)
    finally:
        probe.close()
    passed = sum(verdict.passed for verdict in verdicts)
    if json:
        common.print_json(
            {
                "endpoint": endpoint,
                "robot": robot.name,
                "passed": passed,
                "failed": len(verdicts) - passed,
                "checks": [verdict._asdict() for verdict in verdicts],
            }
        )
    else:
        Console(highlight=False).print(_table(robot.name, verdicts))
        Console(highlight=False).print(f"{passed} of {len(verdicts)} checks passed")
    if passed < len(verdicts):
        raise typer.Exit(_NOT_PROVED)


def _table(name: str, verdicts: list[Verdict]) -> Table:
    table = Table(title=Text(printable(name)))
    for heading in ("check", "", "expected", "seen"):
        table.add_column(heading)
    for verdict in verdicts:
        mark = Text("passed", style="green") if verdict.passed else Text("FAILED", style="bold red")
        table.add_row(verdict.check, mark, verdict.expected, Text(printable(verdict.seen)))
    return table
