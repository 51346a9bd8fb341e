"""The native engine: plays ALFWorld's game files word for word as TextWorld does, a thousand times as fast."""

from __future__ import annotations

from dataclasses import dataclass

from embodied_codeact.envs.household.explain import explanation
from embodied_codeact.envs.household.games import Game
from embodied_codeact.envs.household.native.grammar import UnreadableGrammar
from embodied_codeact.envs.household.native.memo import State
from embodied_codeact.envs.household.native.operations import Operation
from embodied_codeact.envs.household.native.pddl import UnreadablePddl
from embodied_codeact.envs.household.native.world import Offer, World, world_of
from embodied_codeact.envs.household.state import NOTHING_HAPPENS, HouseholdState
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, PrimitiveError


@dataclass(frozen=True)
class SavedState:
    """A state of a game, to be restored by any engine of the same process that has started the same game."""

    world: World
    state: State
    offers: tuple[Offer, ...] | None
    won: bool


class NativeEngine:
    """Plays one game after another. Engines share what they have worked out, and nothing that can be seen."""

    def __init__(self) -> None:
        self._game: Game | None = None
        self._world: World | None = None
        self._state: State = {}
        self._shared = True
        self._offers: tuple[Offer, ...] | None = None
        self._won = False

    @property
    def won(self) -> bool:
        """Whether the goal holds now."""
        return self._won

    def start(self, game: Game) -> str:
        """Begin a game and return its first words.

        Raises:
            ConfigurationError: its PDDL or its grammar cannot be used, or its goal can never be reached.
        """
        if self._world is None or self._game is not game:
            self._game = self._world = None
            try:
                self._world = world_of(game.domain, game.problem, game.grammar)
            except (UnreadablePddl, UnreadableGrammar) as error:
                raise ConfigurationError(f"{game.path}: cannot be played: {error}") from error
            self._game = game
        self._state, self._shared, self._offers = self._world.initial, True, None
        self._won = self._world.won(self._state.get)
        return self._world.opening

    def command(self, text: str) -> str:
        """Carry out one command and return the answer, ``"Nothing happens."`` where it cannot be done.

        Raises:
            EnvironmentFailure: no game was started, or the game's grammar has no words for what happened.
        """
        world = self._world
        if world is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        command = text.strip()
        try:
            operation = self._operation(world, command)
            if operation is None:
                return NOTHING_HAPPENS
            if self._shared:
                self._state, self._shared = dict(self._state), False
            state = self._state
            world.apply(operation, state)
            if operation.offers:
                offers = list(self._offers or ())
                self._offers = None  # the old ones must not outlive a failure
                for number in operation.offers:
                    offers[number] = world.offer(number, state.get)
                self._offers = tuple(offers)
            if operation.judged:
                self._won = world.won(state.get)
            return world.answer(operation, state.get)
        except UnreadableGrammar as error:
            raise EnvironmentFailure(f"{self._game and self._game.path}: failed at {command!r}: {error}") from error

    def _operation(self, world: World, command: str) -> Operation | None:
        """Return what a command does. Of two actions that are said alike, the one that the domain has first is done."""
        for number, offer in enumerate(self._offers or self._look(world)):
            objects = offer.commands.get(command)
            if objects is not None:
                return world.operation(number, objects)
        return None

    def admissible(self) -> list[str]:
        """Return every command that can be carried out now, sorted, each once.

        Raises:
            EnvironmentFailure: no game was started, or the game's grammar has no words for one.
        """
        world = self._world
        if world is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        try:
            return list(world.commands(self._offers or self._look(world)))
        except UnreadableGrammar as error:
            raise EnvironmentFailure(f"{self._game and self._game.path}: {error}") from error

    def explain(self, text: str, state: HouseholdState) -> PrimitiveError:
        """Return the error that says why a command does nothing now, to an agent who knows ``state``.

        Raises:
            EnvironmentFailure: no game was started.
        """
        if self._world is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        return explanation(self._world, self._state.get, text, state)

    def _look(self, world: World) -> tuple[Offer, ...]:
        get = self._state.get
        self._offers = tuple([world.offer(number, get) for number in range(len(world.book.schemas))])
        return self._offers

    def save(self) -> SavedState:
        """Return the state as it is now.

        Raises:
            EnvironmentFailure: no game was started.
        """
        if self._world is None:
            raise EnvironmentFailure("no household game is being played: reset the environment first")
        self._shared = True
        return SavedState(self._world, self._state, self._offers, self._won)

    def restore(self, saved: SavedState) -> None:
        """Go on from a state that was saved.

        Raises:
            EnvironmentFailure: it is a state of another game than the one in play.
        """
        if self._world is None or saved.world.texts != self._world.texts:
            raise EnvironmentFailure("the saved state is of another game: start that game before you restore it")
        self._world = saved.world
        self._state, self._shared, self._offers, self._won = saved.state, True, saved.offers, saved.won

    def close(self) -> None:
        """Release the game. May be called twice."""
        self._game = self._world = None
        self._state, self._offers = {}, None
