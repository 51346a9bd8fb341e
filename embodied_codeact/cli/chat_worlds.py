"""Worlds that a person can go back to: one before each instruction, and those that they saved by name."""

from __future__ import annotations

import contextlib

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.errors import CommandRefused, ConfigurationError, unknown_name

MOST_STEPS = 10
"""So many instructions can be taken back."""
MOST_NAMED = 10


class Worlds:
    """The saves of one chat. ``possible``: whether this environment's worlds can be saved at all."""

    def __init__(self, client: EnvironmentClient) -> None:
        self._client = client
        self._steps: list[tuple[str, str]] = []
        self._named: dict[str, str] = {}
        self.possible = client.describe().forkable

    @property
    def names(self) -> list[str]:
        """Worlds that were saved by name."""
        return list(self._named)

    def before(self, instruction: str) -> None:
        """Save the world as it is before an instruction. One that cannot be saved now is not offered later."""
        if not self.possible:
            return
        with contextlib.suppress(CommandRefused):
            self._steps.append((self._client.save(), instruction))
        if len(self._steps) > MOST_STEPS:
            self._client.forget(self._steps.pop(0)[0])

    def save(self, name: str) -> str:
        """Save the world under a name, in the place of an earlier one of that name; return the name.

        Raises:
            CommandRefused: it cannot be saved now.
            ConfigurationError: it cannot be saved at all, or too many are kept.
        """
        self._check()
        name = name or f"world-{len(self._named) + 1}"
        if name not in self._named and len(self._named) >= MOST_NAMED:
            raise ConfigurationError(f"{MOST_NAMED} worlds are kept already; save under one of their names")
        replaced = self._named.get(name)
        self._named[name] = self._client.save()
        if replaced is not None:
            self._client.forget(replaced)
        return name

    def go_back(self, name: str = "") -> str:
        """Put a saved world into the place of the present one: that of a name, or that before the last instruction.
        Return which it is, in words.

        Raises:
            CommandRefused: a stop is latched.
            ConfigurationError: there is nothing to go back to.
        """
        self._check()
        if name:
            if name not in self._named:
                raise ConfigurationError(unknown_name("saved world", name, self._named))
            self._client.restore(self._named[name])
            return f"as it was saved under the name {name!r}"
        if not self._steps:
            raise ConfigurationError("there is no instruction to take back")
        save, instruction = self._steps[-1]
        self._client.restore(save)
        self._steps.pop()
        self._client.forget(save)
        return f"as it was before the instruction {instruction!r}"

    def _check(self) -> None:
        if not self.possible:
            raise ConfigurationError(f"worlds of {self._client.describe().name} cannot be saved")
