"""A client's side of the lease: who it is, under which epoch it commands, and whether the world is still its own."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Any

from embodied_codeact.bridge.clock import OtherClock
from embodied_codeact.bridge.framing import Header
from embodied_codeact.bridge.verbs import VERBS
from embodied_codeact.errors import WorldChanged

TTL_S = 4.0
"""A command that is read later than this is not carried out: whoever sent it has given the server up by then."""
_HOST_CHARACTERS = 60


class Commanding:
    """What one client knows of its own command. ``lease``: the epoch that it was last given, 0 for none."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:_HOST_CHARACTERS]}-{os.getpid()}-{secrets.token_hex(3)}"
        self.clock = OtherClock()
        self.lease = 0
        self._world = 0

    def header(self, verb: str, request: int) -> dict[str, Any]:
        """Return what a message that is sent now says of the lease and of time."""
        if verb not in VERBS:
            self.clock.asked(request)
            lease = self.lease if verb in ("heartbeat", "release") else 0
            if verb == "release":
                self.lease = 0
            return {"lease": lease}
        if not VERBS[verb].lease:
            return {}
        return {"lease": self.lease, "ttl_s": TTL_S, "time_ns": self.clock.now_ns()}

    def check_world(self, verb: str, world: int) -> None:
        """See that a command goes to the world that this client works in. A reset begins another anyway.

        Raises:
            WorldChanged: another commander has reset or restored it since.
        """
        if verb != "reset" and self._world and world != self._world:
            raise WorldChanged(
                "another commander has reset the environment since, so this is not the world that was worked in; "
                "reset to start over"
            )

    def answered(self, verb: str, answer: Header) -> None:
        """Note the answer to a command, whose ``lease`` says which world it is from. Raises as :meth:`check_world`."""
        own = answer.lease == self.lease
        if not (own and verb == "restore"):
            self.check_world(verb, answer.lease)
        if own or (verb in VERBS and VERBS[verb].moving):
            self._world = answer.lease
