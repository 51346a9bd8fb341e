"""One text game in play."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import Observation, Status, Task, WorldContext
from embodied_codeact.envs.textworld_game.commands import checked_command
from embodied_codeact.envs.textworld_game.environment import GameOver, TextGameOptions, TextGameState, find_text_games
from embodied_codeact.envs.textworld_game.playing import TextGame, open_game
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, Stopped, unknown_name
from embodied_codeact.primitives.text_game import Game


class TextGameAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`, and the ``game`` primitive's backend.

    Success is that the game is won; the score is the points by those that can be had, and the episode is over when the
    game is won or lost.
    """

    def __init__(self, options: TextGameOptions, context: WorldContext) -> None:
        self._options, self._stop_requested = options, context.stop_requested
        self._paths: dict[str, Path] = {}
        self._opened: tuple[Path, TextGame] | None = None
        self._state: TextGameState | None = None
        self._primitives = {"game": Game(self)}

    # The adapter

    def primitives(self) -> Mapping[str, Any]:
        """Return ``game``."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Begin the task's game. The seed is for what is left to chance in it: nothing, in games that TextWorld made.

        Raises:
            ConfigurationError: there is no such game, or its file cannot be used.
        """
        self._state = None
        self._paths = self._paths or find_text_games(self._options.file)
        if task.id not in self._paths:
            raise ConfigurationError(unknown_name("text game", task.id, self._paths))
        moment = self._game(self._paths[task.id]).start(task.seed)
        self._state = moment.state
        return msgspec.structs.replace(self.observe(), text=moment.text, instruction=moment.state.objective)

    def _game(self, path: Path) -> TextGame:
        if self._opened is None or self._opened[0] != path:
            self.close()
            self._opened = (path, open_game(path))
        return self._opened[1]

    def observe(self) -> Observation:
        """Return what the game shows."""
        state = self._state or TextGameState()
        if not self._options.admissible:
            state = msgspec.structs.replace(state, admissible_commands=[])
        return Observation(state=msgspec.to_builtins(state), status=self.judge())

    def judge(self) -> Status:
        """Return the game's own verdict."""
        state = self._state or TextGameState()
        if state.won:
            return Status(success=True, score=1.0, done=True, reason="the game is won")
        score = min(1.0, max(0.0, state.score / state.max_score)) if state.max_score > 0 else 0.0
        points = f"{state.score} of {state.max_score} points"
        if state.lost:
            return Status(score=score, done=True, reason=f"the game is lost, with {points}")
        return Status(score=score, reason=points if state.max_score > 0 else "")

    def close(self) -> None:
        """End the game. May be called twice."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened[1].close()

    # The primitive's backend

    def act(self, command: str) -> str:
        """Carry out one command and return the game's answer.

        Raises:
            Stopped: a stop is requested.
            InvalidArgument: the command is none that a game can be given.
            GameOver: the game has ended.
            EnvironmentFailure: no game is in play, or what plays it failed.
        """
        if self._stop_requested():
            raise Stopped("a stop was requested: nothing more is done in the game")
        if self._state is None or self._opened is None:
            raise EnvironmentFailure("no text game is being played: reset the environment first")
        if self._state.won or self._state.lost:
            raise GameOver(f"the game is {'won' if self._state.won else 'lost'}: finish")
        moment = self._opened[1].act(checked_command(command))
        self._state = moment.state
        return moment.text
