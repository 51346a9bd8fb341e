"""The agent of the benchmark of stops, in a process of its own, so that it can be killed, suspended and hung.

It reads one line of JSON: :class:`Orders`.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.security import ClientSecurity, read_key_pair, read_public_key
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import OperatorError


class Orders(msgspec.Struct, frozen=True):
    """Where the environment server is, what to run there, and after how much silence of this agent it shall stop."""

    endpoint: str
    script: str
    deadman_s: float
    key: str = ""
    server_key: str = ""

    def security(self) -> ClientSecurity | None:
        """The keys to connect with, None where the server has none."""
        if not self.key:
            return None
        return ClientSecurity(read_key_pair(Path(self.key)), read_public_key(Path(self.server_key)))


def hang(*_: object) -> NoReturn:
    """An endless loop in the thread that is in command, as a fault in an agent's own code would be."""
    while True:
        pass


def tell(event: ExecutionEvent) -> None:
    """What the script says goes into the log, where it is looked for when a trial does not come about."""
    if isinstance(event, OutputChunk):
        print(event.text, end="", flush=True)


def main() -> None:
    """Run the script until it is stopped."""
    orders = msgspec.json.decode(sys.stdin.readline(), type=Orders)
    signal.signal(signal.SIGUSR1, hang)
    try:
        with EnvironmentClient(orders.endpoint, deadman_s=orders.deadman_s, security=orders.security()) as client:
            client.reset(client.describe().tasks[0])
            client.execute(orders.script, timeout_s=600, on_event=tell)
    except OperatorError as error:
        sys.exit(str(error))
