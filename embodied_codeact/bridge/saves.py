"""The saves of a world as its server holds them: by name, each the other end of a sleeper's socket."""

from __future__ import annotations

import itertools
import socket
from dataclasses import dataclass

from embodied_codeact.bridge import snapshots
from embodied_codeact.channel import Channel, ChannelClosed
from embodied_codeact.errors import CommandRefused, unknown_name

MAX_SAVES = 32
"""Each save is a process, and keeps the memory that has changed since."""
_SEND_S = 5.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Successor:
    """A save that was woken, with channels of its own, before it takes the place of the living world."""

    channel: Channel
    passing: socket.socket

    def close(self) -> None:
        """Let go of it, so that it leaves."""
        self.channel.close()
        self.passing.close()


class Saves:
    """The saves of one world. A sleeper ends when its socket is closed here, so none outlives its server."""

    def __init__(self) -> None:
        self._controls: dict[str, socket.socket] = {}

    def check_room(self) -> None:
        """Raises CommandRefused where no further save may be made."""
        if len(self._controls) >= MAX_SAVES:
            raise CommandRefused(f"{MAX_SAVES} worlds are saved already; forget one of them first")

    def keep(self, control: socket.socket) -> str:
        """Keep a new save and return its name, which no other save of this server ever has."""
        name = f"save-{next(_numbers)}"
        self._controls[name] = control
        return name

    def forget(self, name: str) -> None:
        """End a save.

        Raises:
            CommandRefused: there is none of that name.
        """
        self._find(name)
        self._controls.pop(name).close()

    def wake(self, name: str, request: int) -> Successor:
        """Wake a save beside the living world, and ask it under this number to come alive. The save remains.

        Raises:
            CommandRefused: there is none of that name, or its process has ended.
        """
        control = self._find(name)
        ours, theirs = Channel.pair()
        passing, pass_theirs = socket.socketpair()
        successor = Successor(Channel(ours), passing)
        try:
            with theirs, pass_theirs:
                snapshots.wake(control, [theirs.fileno(), pass_theirs.fileno()])
            successor.channel.send({"op": "awake", "id": request}, timeout_s=_SEND_S)
        except (OSError, ChannelClosed) as error:
            successor.close()
            self.forget(name)
            raise CommandRefused(f"{name} is lost: its process has ended") from error
        return successor

    def close(self) -> None:
        """End all of them."""
        for control in self._controls.values():
            control.close()
        self._controls.clear()

    def _find(self, name: str) -> socket.socket:
        if name not in self._controls:
            raise CommandRefused(unknown_name("save", name, self._controls))
        return self._controls[name]
