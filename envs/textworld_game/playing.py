"""What plays game files: TextWorld with its interpreter for Z-machine games, and its planner for PDDL games.

TextWorld's planner writes over ``sys.argv`` and its interpreter is one C library to a game: both belong into a world
process, and into one thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import jericho
import msgspec
import textworld

from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.envs.household.games import SUFFIX, read_game
from embodied_codeact.envs.household.naming import object_names
from embodied_codeact.envs.textworld_game.environment import TextGameState
from embodied_codeact.envs.textworld_game.story_file import check_story_file
from embodied_codeact.envs.textworld_game.wording import game_words
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure

_ALFRED = "_bar_"
_TASK = "Your task is to: "
_SEED_0 = 2**31 - 1


class Moment(msgspec.Struct, frozen=True):
    """What a game answered, and what it shows now."""

    text: str
    state: TextGameState


class TextGame(Protocol):
    """A game file in play."""

    def start(self, seed: int) -> Moment:
        """Begin the game, or begin it again; the seed is for what is left to chance in it.

        Raises:
            ConfigurationError: the file cannot be used.
        """
        ...

    def act(self, command: str) -> Moment:
        """Give it a command.

        Raises:
            EnvironmentFailure: what plays the game failed.
        """
        ...

    def close(self) -> None:
        """Release everything. May be called twice."""
        ...


def open_game(path: Path) -> TextGame:
    """Return what plays a file.

    Raises:
        ConfigurationError: the file cannot be used.
    """
    return PddlGame(path) if path.name.endswith(SUFFIX) else StoryGame(path)


class StoryGame:
    """A Z-machine game. Of one that ``tw-make`` made, with its ``.json`` beside it, everything is known; of others,
    what Jericho knows of them."""

    def __init__(self, path: Path) -> None:
        check_story_file(path)
        self._path = path
        self._moves = 0
        made = path.with_suffix(".json").is_file() and path.suffix == ".z8"
        wanted = ("feedback", "description", "inventory", "score", "max_score", "objective", "won", "lost")
        # Jericho finds the admissible commands of other games by trying thousands, in processes of its own.
        infos = textworld.EnvInfos(**dict.fromkeys(wanted, True), admissible_commands=made)
        try:
            with _unsupported_is_usual():
                self._env: Any = textworld.start(str(path), infos)
        # The interpreter and the readers of the game's description raise whatever they run into.
        except Exception as error:
            raise ConfigurationError(f"{path}: TextWorld cannot use it ({_in_a_line(error)}): make it anew") from error

    def start(self, seed: int) -> Moment:
        """Begin the game."""
        self._moves = 0
        # What is handed on as 0 would be another seed each time.
        self._env.seed(seed or _SEED_0)
        try:
            with _unsupported_is_usual():
                return self._moment(self._env.reset())
        except Exception as error:
            raise ConfigurationError(
                f"{self._path}: TextWorld cannot begin it ({_in_a_line(error)}): make it anew"
            ) from error

    def act(self, command: str) -> Moment:
        """Give it a command."""
        self._moves += 1
        try:
            return self._moment(self._env.step(command)[0])
        except Exception as error:
            raise EnvironmentFailure(f"{self._path}: TextWorld failed at {command!r} ({_in_a_line(error)})") from error

    def _moment(self, shown: Any) -> Moment:
        state = TextGameState(
            objective=_words(shown.objective),
            description=game_words(_words(shown.description)),
            inventory=game_words(_words(shown.inventory)),
            admissible_commands=list(shown.admissible_commands or ()),
            score=int(shown.score or 0),
            max_score=int(shown.max_score or 0),
            moves=self._moves,
            won=bool(shown.won),
            lost=bool(shown.lost) and not shown.won,
        )
        return Moment(game_words(_words(shown.feedback)), state)

    def close(self) -> None:
        """End the interpreter."""
        if self._env is not None:
            self._env.close()
            self._env = None


class PddlGame:
    """A PDDL game: it is won or not, and answers with nothing but its grammar's words."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._game = read_game(path)
        self._engine = TextWorldEngine(_names)
        self._objective = ""
        self._moves = 0

    def start(self, seed: int) -> Moment:
        """Begin the game. There is no chance in it."""
        del seed
        self._moves = 0
        text = self._engine.start(self._game)
        self._objective = text.partition(_TASK)[2].strip()
        return self._moment(text)

    def act(self, command: str) -> Moment:
        """Give it a command."""
        self._moves += 1
        return self._moment(self._engine.command(command))

    def _moment(self, text: str) -> Moment:
        won = self._engine.won
        state = TextGameState(
            objective=self._objective,
            admissible_commands=self._engine.admissible(),
            score=int(won),
            max_score=1,
            moves=self._moves,
            won=won,
        )
        return Moment(text.strip(), state)

    def close(self) -> None:
        """Give the planner back."""
        self._engine.close()


def _names(identifiers: Iterable[str]) -> dict[str, str]:
    """ALFWorld's names where the game is one of ALFRED's homes; elsewhere things are called what they are called."""
    known = list(identifiers)
    return object_names(known) if any(_ALFRED in name for name in known) else {name: name for name in known}


@contextmanager
def _unsupported_is_usual() -> Iterator[None]:
    """Jericho warns of every game that it does not know itself; TextWorld reads its own without Jericho's help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jericho.UnsupportedGameWarning)
        yield


def _words(shown: Any) -> str:
    return shown if isinstance(shown, str) else ""


def _in_a_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words:.200}" if words else type(error).__name__
