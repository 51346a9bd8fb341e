"""``serve``, ``halt`` and ``clear``: the environment's side, and the operator's hand on it."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.lease import LEASE_S
from embodied_codeact.bridge.security import client_security
from embodied_codeact.bridge.server import EnvironmentServer
from embodied_codeact.bridge.verbs import MAX_SECONDS, ServerConfig
from embodied_codeact.cli import common
from embodied_codeact.cli.console import printable
from embodied_codeact.processes import on_request_to_end

Endpoint = Annotated[str, typer.Argument(help="ipc://FOLDER or tcp://HOST:PORT.", show_default=False)]


@common.operator_errors
def serve(
    environment: common.Environment,
    endpoint: Annotated[str, typer.Option(help="ipc://FOLDER or tcp://HOST:PORT; port 0 takes a free one.")],
    games: common.Games = None,
    api: common.Api = None,
    engine: common.Engine = None,
    feedback: common.Feedback = None,
    option: common.Option = None,
    sandbox: common.Sandbox = "strict",
    key: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The server's own .key_secret file, from `keys`.", show_default=False),
    ] = None,
    allow: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="The .key files of the clients to let in.", show_default=False),
    ] = None,
    lease: Annotated[
        float,
        typer.Option(min=0.1, max=MAX_SECONDS, help="Seconds of silence after which an idle commander makes way."),
    ] = LEASE_S,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow an endpoint that other machines reach, without keys.")
    ] = False,
) -> None:
    """Serve an environment to agents until Ctrl-C."""
    console = Console(highlight=False)
    options = common.environment_options(option, games=games, api=api, engine=engine, feedback=feedback)
    common.check_names(environment, options, sandbox=sandbox, connect=None)
    fields = {
        "environment": environment,
        "options": options,
        "endpoint": endpoint,
        "sandbox": sandbox,
        "insecure": insecure,
        "key": key,
        "allow": allow,
        "lease_s": lease,
    }
    with EnvironmentServer(msgspec.convert(fields, ServerConfig)) as server:
        on_request_to_end(server.end)
        console.print(f"serving {environment} at {server.endpoint}", markup=False, soft_wrap=True)
        if warning := server.confinement.warning():
            console.print(warning, style="yellow", markup=False, soft_wrap=True)
        if key is None and server.endpoint.beyond_loopback:
            console.print("without keys: whoever reaches it commands the environment", style="yellow", soft_wrap=True)
        console.print("stop it with Ctrl-C", style="dim")
        server.serve()
    console.print("the server has ended")


def _operator(endpoint: str, key: str | None, server_key: str | None) -> EnvironmentClient:
    return EnvironmentClient(endpoint, deadman_s=None, security=client_security(key, server_key))


@common.operator_errors
def halt(
    endpoint: Endpoint,
    reason: Annotated[str, typer.Option(help="Why, for those who find it stopped.")] = "",
    key: common.Key = None,
    server_key: common.ServerKey = None,
) -> None:
    """Latch an emergency stop: what runs ends now, and nothing runs until it is cleared."""
    with _operator(endpoint, key, server_key) as client:
        client.halt(reason)
        level, why = client.stop_state()
    Console(highlight=False).print(printable(f"{level}: {why}"), style="bold red", markup=False, soft_wrap=True)


@common.operator_errors
def clear(endpoint: Endpoint, key: common.Key = None, server_key: common.ServerKey = None) -> None:
    """Clear a latched stop. Nothing starts to move again by itself."""
    with _operator(endpoint, key, server_key) as client:
        level = client.clear()
    Console(highlight=False).print("nothing was latched" if level == "normal" else f"cleared: {level}")
