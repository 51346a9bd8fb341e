"""``controller``: a person's look at a robot's controller, and their hand on its stops."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from embodied_codeact.bridge.security import ClientSecurity, read_key_pair, read_public_key
from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.protocol import NORMAL, Status
from embodied_codeact.errors import ConfigurationError

app = typer.Typer()

Endpoint = Annotated[
    str, typer.Argument(help="Of the controller: tcp://HOST:PORT or ipc://FOLDER.", show_default=False)
]
Key = Annotated[Path | None, typer.Option(help="File of this side's secret key.", show_default=False)]
ControllerKey = Annotated[Path | None, typer.Option(help="File of the controller's public key.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, for those who find it stopped.")]


@app.callback(invoke_without_command=True)
def controller(context: typer.Context) -> None:
    """Look at a robot's controller, stop it, or clear its stop."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _connect(endpoint: str, key: Path | None, controller_key: Path | None) -> ControllerClient:
    if (key is None) != (controller_key is None):
        raise ConfigurationError("--key and --controller-key go together: give both, or none")
    security = None
    if key is not None and controller_key is not None:
        security = ClientSecurity(read_key_pair(key), read_public_key(controller_key))
    return ControllerClient(endpoint, commander="operator", security=security)


def _say(text: str, style: str = "") -> None:
    Console(highlight=False).print(printable(text), style=style, markup=False, soft_wrap=True)


def _tell(status: Status) -> None:
    if status.stop == NORMAL:
        _say("normal: it may be moved")
    else:
        _say(f"{status.stop}: {status.reason or 'no reason was given'}", "bold red")


@app.command()
@common.operator_errors
def status(endpoint: Endpoint, key: Key = None, controller_key: ControllerKey = None) -> None:
    """Show what the robot is, where its joints are, and whether a stop is latched."""
    with _connect(endpoint, key, controller_key) as client:
        robot, state = client.description, client.state(fresh=True)
    real = "simulated" if robot.simulated else "real"
    tool = f"tool {robot.tool!r}" if robot.urdf else "no URDF"
    _say(f"{robot.name} ({real}), {len(robot.joints)} joints, {tool}, states at {robot.rate_hz:g} Hz")
    table = Table("joint", "position", "lower", "upper", "velocity", "acceleration", "jerk", box=None)
    columns = (state.positions, robot.lower, robot.upper, robot.velocity, robot.acceleration, robot.jerk)
    for name, *values in zip(robot.joints, *columns, strict=True):
        table.add_row(printable(name), *(f"{value:.3f}" for value in values))
    Console(highlight=False).print(table)
    if state.gripper is not None:
        _say(f"gripper: {state.gripper.width:.4f} m apart, {state.gripper.force:.1f} N")
    _tell(state.status)


@app.command()
@common.operator_errors
def stop(endpoint: Endpoint, reason: Reason = "", key: Key = None, controller_key: ControllerKey = None) -> None:
    """Latch an emergency stop: what moves comes to rest, and nothing moves until it is cleared."""
    with _connect(endpoint, key, controller_key) as client:
        _tell(client.stop(reason))


@app.command()
@common.operator_errors
def clear(endpoint: Endpoint, key: Key = None, controller_key: ControllerKey = None) -> None:
    """Clear a latched stop. Nothing starts to move by itself. Look at the robot first."""
    with _connect(endpoint, key, controller_key) as client:
        level = client.clear()
    _say("nothing was latched" if level == NORMAL else f"cleared: {level}")
