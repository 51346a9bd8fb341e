"""What plays a household game: the contract that both engines meet, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from embodied_codeact.envs.household.games import Game
from embodied_codeact.envs.household.state import HouseholdState
from embodied_codeact.errors import ConfigurationError, PrimitiveError


class Engine(Protocol):
    """Plays games word for word as ALFWorld does."""

    @property
    def won(self) -> bool:
        """Whether the goal holds now."""
        ...

    def start(self, game: Game) -> str:
        """Begin a game and return its first words.

        Raises:
            ConfigurationError: its PDDL or its grammar cannot be used.
        """
        ...

    def command(self, text: str) -> str:
        """Carry out one command and return the answer, ``"Nothing happens."`` where it cannot be done.

        Raises:
            EnvironmentFailure: no game was started, or the game's grammar has no words for what happened.
        """
        ...

    def admissible(self) -> list[str]:
        """Return every command that can be carried out now, sorted, each once.

        Raises:
            EnvironmentFailure: no game was started.
        """
        ...

    def close(self) -> None:
        """Release everything. May be called twice."""
        ...


@runtime_checkable
class ExplainingEngine(Engine, Protocol):
    """An engine that can say why a command did nothing."""

    def explain(self, text: str, state: HouseholdState) -> PrimitiveError:
        """Return the error that says why a command does nothing now, to an agent who knows ``state``."""
        ...


def textworld_engine() -> Engine:
    """Return the reference engine.

    Raises:
        ConfigurationError: TextWorld or its planner is not installed.
    """
    try:
        # Imported here because it takes a second, and listing tasks needs none of it.
        from embodied_codeact.envs.household.engine_textworld import TextWorldEngine

        engine: Engine = TextWorldEngine()
    except ImportError as error:
        raise ConfigurationError(
            f"the engine 'textworld' needs TextWorld with its planner ({error}): "
            "pip install 'embodied-codeact[household]'"
        ) from error
    return engine


def native_engine() -> Engine:
    """Return the native engine, which imports nothing of TextWorld."""
    from embodied_codeact.envs.household.engine_native import NativeEngine

    return NativeEngine()


ENGINES: Mapping[str, Callable[[], Engine]] = {"native": native_engine, "textworld": textworld_engine}
"""Makes an engine, by the name that the option ``engine`` has for it."""
