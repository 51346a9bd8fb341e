"""The ``game`` object: a text game, played command by command."""

from __future__ import annotations

from typing import Protocol

from embodied_codeact.contracts import text_commands


class TextGameBackend(Protocol):
    """What the ``game`` object needs of a game in play."""

    def act(self, command: str) -> str:
        """Carry out one command and return the game's answer.

        Raises:
            InvalidArgument: the command is none that can be given; says what can.
            GameOver: the game has ended.
        """
        ...


class Game:
    """The text game. ``state`` tells what the game shows: where you are, what you carry, the score, and which commands
    do something now."""

    def __init__(self, backend: TextGameBackend) -> None:
        self._backend = backend

    @text_commands("{command}")
    def act(self, command: str) -> str:
        """Give the game one command, such as ``"open chest"`` or ``"go east"``, and return its answer. What can be done
        now is in ``state.admissible_commands``; what is not understood costs nothing but the answer says so. After the
        end of the game a command raises GameOver.

        >>> game.act("open chest")
        'You open the chest. There is a coin in it.'
        >>> game.act("dance")
        'I do not understand that.'
        """
        return self._backend.act(command)
