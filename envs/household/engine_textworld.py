"""The reference engine: TextWorld's PDDL games under ALFWorld's names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import fast_downward
import mementos.core
from textworld import EnvInfos, Environment
from textworld.envs.pddl import PddlEnv
from textworld.envs.pddl.logic import GameLogic

from embodied_codeact.envs.household.games import Game
from embodied_codeact.envs.household.naming import object_names
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure


@contextmanager
def _own_arguments() -> Iterator[None]:
    """TextWorld's planner writes its own command line over ``sys.argv``; the caller's is put back."""
    arguments = sys.argv
    try:
        yield
    finally:
        sys.argv = arguments


# Planners that no engine uses now. Each is a copy of one shared library; unloading a copy leaves the others with
# pointers into it (they share unique C++ symbols) and crashes the process later, so a copy is used again instead.
_idle_planners: list[Any] = []


class _NamedPddlEnv(PddlEnv):  # type: ignore[misc]  # TextWorld is untyped
    """TextWorld's environment with ALFWorld's names, which builds a game's world once at a reset and not twice."""

    def __init__(self, planner: Any) -> None:
        # Not the base class's own: it would load another copy of the planner.
        Environment.__init__(self, EnvInfos())
        self.downward_lib = planner

    def load(self, filename_or_data: Mapping[str, Any]) -> None:
        self._game_data = filename_or_data
        self._game_file = None
        self.walkthrough = None
        self._logic = GameLogic(domain=filename_or_data["pddl_domain"], grammar=filename_or_data["grammar"])
        self._named: dict[str, Any] | None = None

    @property
    def _entity_infos(self) -> dict[str, Any]:
        # The base class asks for these first when ``reset`` has built the world that they are read from.
        if self._named is None:
            self._named = self._get_entity_infos()
            for identifier, name in object_names(self._named).items():
                self._named[identifier].name = name
        return self._named


class TextWorldEngine:
    """Plays one game after another, with a copy of the planner of its own until it is closed."""

    def __init__(self) -> None:
        self._planner: Any = _idle_planners.pop() if _idle_planners else fast_downward.load_lib()
        self._env: Any = _NamedPddlEnv(self._planner)
        self._game: Game | None = None
        self._won = False
        self._admissible: list[str] = []

    @property
    def won(self) -> bool:
        """Whether the goal holds now."""
        return self._won

    def start(self, game: Game) -> str:
        """Begin a game and return its first words.

        Raises:
            ConfigurationError: its PDDL or its grammar cannot be used.
        """
        self._game = None
        # TextWorld keeps every fact of every game it has played, for good: 0.6 MB a game. Facts compare by value, so
        # none is missed by another engine that is in the middle of a game.
        mementos.core._memento_cache.clear()
        data = {"pddl_domain": game.domain, "pddl_problem": game.problem, "grammar": game.grammar}
        try:
            with _own_arguments():
                self._env.load(data)
                state = self._env.reset()
        # The planner's translator and the grammar's parser raise whatever they run into, SystemExit included.
        except (Exception, SystemExit) as error:
            raise ConfigurationError(
                f"{game.path}: TextWorld cannot use its PDDL or its grammar ({_in_a_line(error)}): "
                "fetch or make the game file anew"
            ) from error
        self._game = game
        self._won = bool(state["won"])
        self._admissible = list(state["admissible_commands"])
        return str(state["feedback"])

    def command(self, text: str) -> str:
        """Carry out one command and return the answer.

        Raises:
            EnvironmentFailure: no game was started, or the game's grammar has no words for what happened.
        """
        if self._game is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        try:
            state, _, _ = self._env.step(text)
        except Exception as error:
            raise EnvironmentFailure(
                f"{self._game.path}: TextWorld failed at {text!r} ({_in_a_line(error)}): its grammar is incomplete"
            ) from error
        self._won = bool(state["won"])
        self._admissible = list(state["admissible_commands"])
        return str(state["feedback"])

    def admissible(self) -> list[str]:
        """Return every command that can be carried out now, sorted, each once.

        Raises:
            EnvironmentFailure: no game was started.
        """
        if self._game is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        return list(self._admissible)

    def close(self) -> None:
        """Give the planner back, its memory freed, for the next engine of this process. May be called twice."""
        self._game = self._env = None
        if self._planner is not None:
            self._planner.cleanup()
            _idle_planners.append(self._planner)
            self._planner = None


def _in_a_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words:.200}" if words else type(error).__name__
