"""A tiny real game behind the ``game`` object: open a chest and take the coin."""

from __future__ import annotations


class FakeTextGame:
    """Satisfies :class:`~embodied_codeact.primitives.text_game.TextGameBackend`."""

    def __init__(self) -> None:
        self._open = self._taken = False

    def act(self, command: str) -> str:
        match command:
            case "open chest" if not self._open:
                self._open = True
                return "You open the chest. There is a coin in it."
            case "take coin" if self._open and not self._taken:
                self._taken = True
                return "You take the coin. You have won!"
        return "I do not understand that."
