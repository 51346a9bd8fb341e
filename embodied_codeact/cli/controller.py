"""``controller``: serves a robot over the controller protocol, and is the operator's hand on any such controller."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from embodied_codeact.bridge.security import ClientSecurity, client_security, server_security
from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.protocol import Description, State, Status
from embodied_codeact.controller.server import ControllerServer
from embodied_codeact.processes import on_request_to_end
from embodied_codeact.registry import load_driver

_SERVE = "serve"

Endpoint = Annotated[str, typer.Argument(help="The controller's ipc://FOLDER or tcp://HOST:PORT.", show_default=False)]
Key = Annotated[str | None, typer.Option(metavar="FILE", help="Your .key_secret file, for a controller with keys.")]
ServerKey = Annotated[str | None, typer.Option(metavar="FILE", help="The controller's .key file.")]


class ControllerGroup(TyperGroup):
    """``controller NAME`` is short for ``controller serve NAME``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that is left out."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = [_SERVE, *args]
        return super().parse_args(ctx, args or ["--help"])


app = typer.Typer(
    cls=ControllerGroup,
    help="Serve a robot over the controller protocol (controller NAME --endpoint ...), or stop, clear or watch one.",
)


@app.command(_SERVE)
@common.operator_errors
def serve(
    name: Annotated[str, typer.Argument(help="Robot, such as tabletop.", show_default=False)],
    endpoint: Annotated[str, typer.Option(help="ipc://FOLDER or tcp://HOST:PORT; port 0 takes a free one.")],
    key: Annotated[str | None, typer.Option(metavar="FILE", help="The controller's own .key_secret file.")] = None,
    allow: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Folder of the .key files of those who may connect.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow an endpoint that other machines reach, without keys.")
    ] = False,
) -> None:
    """Serve a robot until Ctrl-C or the end of the terminal, which bring it to rest first."""
    security = server_security(key, allow)
    driver = load_driver(name)()
    console = Console(highlight=False)
    with ControllerServer(driver, endpoint, security=security, insecure=insecure) as server:
        on_request_to_end(server.end)
        console.print(
            f"serving {driver.description.name} at {server.endpoint}{' with keys' if security else ''}",
            markup=False,
            soft_wrap=True,
        )
        console.print("stop it with Ctrl-C", style="dim")
        server.serve()
    console.print("the controller has ended")


@app.command("stop")
@common.operator_errors
def stop(
    endpoint: Endpoint,
    reason: Annotated[str, typer.Option(help="Why, for those who find it stopped.")] = "stopped by the operator",
    key: Key = None,
    server_key: ServerKey = None,
) -> None:
    """Latch an emergency stop: the robot comes to rest, and nothing moves until it is cleared."""
    with _connected(endpoint, client_security(key, server_key)) as client:
        _show(client.stop(reason))


@app.command("clear")
@common.operator_errors
def clear(endpoint: Endpoint, key: Key = None, server_key: ServerKey = None) -> None:
    """Clear a latched stop. Nothing starts to move again by itself."""
    with _connected(endpoint, client_security(key, server_key)) as client:
        level = client.clear()
    Console(highlight=False).print("nothing was latched" if level == "normal" else f"cleared: {level}")


@app.command("status")
@common.operator_errors
def status(endpoint: Endpoint, key: Key = None, server_key: ServerKey = None, json: common.Json = False) -> None:
    """Say how a controller stands, what its robot is, and where its joints are."""
    with _connected(endpoint, client_security(key, server_key)) as client:
        found = client.ping()
        if not json:
            _show_robot(client.description, client.state(fresh=True))
    if json:
        common.print_json(found)
    else:
        _show(found)


def _connected(endpoint: str, security: ClientSecurity | None) -> ControllerClient:
    return ControllerClient(endpoint, commander="operator", security=security)


def _show_robot(robot: Description, state: State) -> None:
    console = Console(highlight=False)
    real = "simulated" if robot.simulated else "real"
    tool = f"tool {robot.tool!r}" if robot.urdf else "no URDF"
    words = f"{robot.name} ({real}), {len(robot.joints)} joints, {tool}, states at {robot.rate_hz:g} Hz"
    console.print(printable(words), markup=False, soft_wrap=True)
    table = Table("joint", "position", "lower", "upper", "velocity", "acceleration", "jerk", box=None)
    columns = (state.positions, robot.lower, robot.upper, robot.velocity, robot.acceleration, robot.jerk)
    for name, *values in zip(robot.joints, *columns, strict=True):
        table.add_row(printable(name), *(f"{value:.3f}" for value in values))
    console.print(table)
    if state.gripper is not None:
        console.print(f"gripper: {state.gripper.width:.4f} m apart, pressing with {state.gripper.force:.1f} N")


def _show(found: Status) -> None:
    console = Console(highlight=False)
    stopped = found.stop != "normal"
    words = f"{found.stop}: {found.reason}" if stopped else "normal"
    console.print(printable(words), style="bold red" if stopped else "", markup=False, soft_wrap=True)
    if found.lease:
        console.print(printable(f"commanded by {found.commander}"), markup=False, soft_wrap=True)
    if found.motion:
        told = f"motion {found.motion}: {found.outcome} {found.message}"
        console.print(printable(told.strip()), markup=False, soft_wrap=True)
