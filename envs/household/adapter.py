"""One household game in play: the engine's words, ALFWorld's verdict, and what the agent can know."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from embodied_codeact.contracts import Observation, Status, Task, WorldContext
from embodied_codeact.envs.household.engine import Engine, ExplainingEngine, native_engine
from embodied_codeact.envs.household.games import Game, find_games, read_game
from embodied_codeact.envs.household.state import NOTHING_HAPPENS, HouseholdState, opening_state, state_after
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, Stopped, unknown_name
from embodied_codeact.primitives.household import House
from embodied_codeact.primitives.household_errors import HOUSEHOLD_ERRORS
from embodied_codeact.primitives.household_mint import mint_functions

_BANNER = "-= Welcome to TextWorld, ALFRED! =-\n\n"
_ARRIVAL = re.compile(r"^You arrive at loc \d+\. ")
_WON = Status(success=True, score=1.0, done=True, reason="the game is won")


class GameInPlay:
    """The household behind the primitives, through all games of an adapter's life.

    The words are ALFWorld's, normalised as ReAct and MINT do: without the banner, without the number of the location
    that one arrives at, paragraphs as lines. A game that was won stays won, whatever is done afterwards.
    """

    def __init__(
        self, make_engine: Callable[[], Engine], stop_requested: Callable[[], bool], *, explains: bool = False
    ) -> None:
        self._explains = explains
        self._make_engine = make_engine
        self._stop_requested = stop_requested
        self._engine: Engine | None = None
        self._put_template = "move {object} to {receptacle}"
        self.state = HouseholdState()
        self.won = False

    @property
    def put_template(self) -> str:
        """How the game in play spells putting."""
        return self._put_template

    def begin(self, game: Game) -> str:
        """Start a game and return what the agent is told first.

        Raises:
            ConfigurationError: the game cannot be used.
        """
        self.state, self.won = HouseholdState(), False
        self._put_template = game.put_template
        if self._engine is None:
            self._engine = self._make_engine()
        text = self._engine.start(game).removeprefix(_BANNER).replace("\n\n", "\n")
        self.state = opening_state(text)
        self.won = self._engine.won
        return text

    def command(self, text: str) -> str:
        """Carry out one command and return the answer.

        Raises:
            Stopped: a stop is requested.
            EnvironmentFailure: no game is in play, or the engine failed.
            PrimitiveError: nothing happens, and this household says why.
        """
        if self._stop_requested():
            raise Stopped("a stop was requested: nothing more is done in the household")
        if self._engine is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        answer = _ARRIVAL.sub("", self._engine.command(text))
        if self._explains and answer == NOTHING_HAPPENS and isinstance(self._engine, ExplainingEngine):
            raise self._engine.explain(text, self.state)
        # The engine takes no notice of blanks around a command either; a name in the state has none.
        self.state = state_after(self.state, text.strip(), answer)
        self.won = self.won or self._engine.won
        return answer

    def close(self) -> None:
        """Release the engine. May be called twice."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


class HouseholdAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`.

    ``games`` is the option of that name. Tasks are looked up by id among those games, never by a path that a task
    brings along.
    """

    explains = False
    """Whether a command that does nothing raises an error that says why."""

    def __init__(
        self,
        games: str,
        api: Literal["object", "mint"],
        context: WorldContext,
        make_engine: Callable[[], Engine] = native_engine,
    ) -> None:
        self._games = games
        self._paths: dict[str, Path] | None = None
        self._play = GameInPlay(make_engine, context.stop_requested, explains=self.explains)
        self._primitives: dict[str, Any] = (
            {"house": House(self._play)} if api == "object" else dict(mint_functions(self._play))
        )

    def primitives(self) -> Mapping[str, Any]:
        """Return the ``house`` object, or the flat functions of the MINT benchmark."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Start the task's game from its beginning. A game has no chance in it, so the seed changes nothing.

        Raises:
            ConfigurationError: there is no such task, or its game cannot be used.
        """
        if self._paths is None:
            self._paths = find_games(self._games)
        if task.id not in self._paths:
            raise ConfigurationError(unknown_name("household task", task.id, self._paths))
        text = self._play.begin(read_game(self._paths[task.id]))
        return msgspec.structs.replace(self.observe(), text=text)

    def observe(self) -> Observation:
        """Return what the agent can know, and whether the game is won."""
        return Observation(state=msgspec.to_builtins(self._play.state), status=self.judge())

    def judge(self) -> Status:
        """Return the game's own verdict."""
        return _WON if self._play.won else Status()

    def close(self) -> None:
        """Release the engine. May be called twice."""
        self._play.close()


class ExplainingHouseholdAdapter(HouseholdAdapter):
    """A household that explains; it has a guide of its own, and says so by its errors."""

    explains = True
    error_types: Sequence[type[Exception]] = HOUSEHOLD_ERRORS

    def __init__(
        self,
        games: str,
        api: Literal["object", "mint"],
        context: WorldContext,
        make_engine: Callable[[], Engine] = native_engine,
        *,
        guide: str,
    ) -> None:
        super().__init__(games, api, context, make_engine)
        self.guide = guide
