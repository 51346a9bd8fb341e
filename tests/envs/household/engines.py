"""Plays one game on two engines at once and compares all that they say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from embodied_codeact.envs.household.engine import Engine
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.engine_textworld import TextWorldEngine
from embodied_codeact.envs.household.games import Game


@contextmanager
def both_engines() -> Iterator[tuple[Engine, NativeEngine]]:
    """The reference and the native engine."""
    reference, native = TextWorldEngine(), NativeEngine()
    try:
        yield reference, native
    finally:
        reference.close()
        native.close()


def spoilt(rng: random.Random, command: str) -> str:
    """Return the command with something wrong, or blanks around it, which is not wrong."""
    return rng.choice(
        [
            command.upper(),
            f" \t{command}\n",
            command.replace(" ", "  ", 1),
            command[:-1],
            f"{command}1",
            f"{command}.",
            "",
            "take a look around",
            command.replace("take", "pick up").replace("go to", "goto"),
        ]
    )


def play_alike(game: Game, reference: Engine, native: NativeEngine, steps: int, seed: int = 0) -> None:
    """Compare both engines along random commands: admissible ones, more of those that do something, and spoilt ones."""
    rng = random.Random(f"{game.path}/{seed}")
    assert native.start(game) == reference.start(game)
    done: list[str] = []
    for _ in range(steps):
        admissible = reference.admissible()
        assert native.admissible() == admissible, done
        assert native.won == reference.won, done
        acting = [command for command in admissible if not command.startswith(("go to ", "examine "))]
        command = rng.choice(acting if rng.random() < 0.5 else admissible)
        command = spoilt(rng, command) if rng.random() < 0.2 else command
        done.append(command)
        assert native.command(command) == reference.command(command), done
