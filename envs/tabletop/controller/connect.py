"""Connects a tabletop to the controller that its options name."""

from __future__ import annotations

from typing import NamedTuple

from embodied_codeact.contracts import WorldContext
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.keys import client_security
from embodied_codeact.envs.tabletop.controller.execution import RemoteExecutor
from embodied_codeact.envs.tabletop.controller.table import RemoteTable
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.naming import TrueNames
from embodied_codeact.errors import ConfigurationError

UNSAVEABLE = (
    "this world cannot be saved: its arm and table live in the controller's process; leave out the option controller "
    "for one that can"
)


class RemoteArm(NamedTuple):
    """The table and the arm of a controller."""

    table: RemoteTable
    executor: RemoteExecutor


def connect(options: TabletopOptions, context: WorldContext) -> RemoteArm:
    """Connect to the controller of these options.

    Raises:
        ConfigurationError: the options do not go together, or it is not the controller of a simulated table.
        BridgeError: nothing answers there.
    """
    if options.perception != "state":
        raise ConfigurationError("a tabletop on a controller knows things by name: leave out perception=vision")
    if options.record:
        raise ConfigurationError("a tabletop on a controller cannot be filmed: leave out record, or controller")
    security = client_security(options.controller_key, options.controller_server_key)
    client = ControllerClient(options.controller, commander="tabletop", security=security)
    try:
        table = RemoteTable(client)
        executor = RemoteExecutor(client, table, context.stop_level, TrueNames(), options.controller_ttl)
    except BaseException:
        client.close()
        raise
    return RemoteArm(table, executor)
