"""The games that engines are compared on: those of a file or folder, and generated ones in both grammars."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.envs.household.builder import FIRST_NUMBER, build_home
from embodied_codeact.envs.household.builder_levels import LEVELS, Difficulty
from embodied_codeact.envs.household.builder_tasks import BUILDABLE, assign
from embodied_codeact.envs.household.games import GAME_NAME, TASK_TYPES, Game, find_games, read_game
from embodied_codeact.errors import ConfigurationError

_OLDER = (
    ('"move {o} to {r}"', '"put {o} in/on {r}"'),
    ("You move the {o.name} to the {r.name}.", "You put the {o.name} in/on the {r.name}."),
    ("You arrive at {r.name}. ", "You arrive at {lend.name}. "),
)
"""What ALFWorld's newer grammar says, and what the older files say in its place."""
_HELP_RULE, _HELP_WORDS = "(:action help", "action help {"
_DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "medium", "easy")
"""In turn."""
_HARD_EVERY = 20
"""One of so many is hard, and no more: the reference takes a third of a second for each step in it."""


class CheckedGame(msgspec.Struct, frozen=True):
    """A game by its name in the report. ``plan``: commands that win it, None where the file has none."""

    name: str
    game: Game
    plan: list[str] | None = None


def given_games(games: str) -> list[CheckedGame]:
    """Return the games of a file or a folder, sorted by name. What ALFWorld would not play is compared as well.

    Raises:
        ConfigurationError: nothing is there, or a file cannot be used.
    """
    return [CheckedGame(name, read_game(path), _plan_of(path)) for name, path in find_games(games).items()]


def _plan_of(path: Path) -> list[str] | None:
    plan = json.loads(path.read_bytes()).get("walkthrough")
    well_formed = isinstance(plan, list) and plan and all(isinstance(command, str) for command in plan)
    return plan if well_formed else None


def generated_games(count: int, seed: int) -> Iterator[CheckedGame]:
    """Build games of all task types in turn, easy, medium and hard ones; every second round of ALFWorld's own six is in
    the older grammar.

    Raises:
        ConfigurationError: alfworld is not installed, or its grammar is not the one that this knows.
    """
    for index in range(count):
        task_type, turn = BUILDABLE[index % len(BUILDABLE)], index // len(BUILDABLE)
        hard = index % _HARD_EVERY == _HARD_EVERY // 2
        difficulty = "hard" if hard else _DIFFICULTIES[turn % len(_DIFFICULTIES)]
        rng = random.Random(f"check/{seed}/{index}")
        assignment = assign(task_type, rng)
        built = build_home(assignment, FIRST_NUMBER + index, rng, LEVELS[difficulty]).game
        # No game with movable receptacles was ever written in the older words.
        older = turn % 2 == 1 and task_type in TASK_TYPES
        if older:
            built = older_game(built)
        name = f"{assignment.label}-{FIRST_NUMBER + index}/{difficulty}{'-older' if older else ''}"
        path = Path("generated") / name / GAME_NAME
        game = Game(path, built["pddl_domain"], built["pddl_problem"], built["grammar"])
        yield CheckedGame(name, game, built["walkthrough"])


def older_game(built: Mapping[str, Any]) -> dict[str, Any]:
    """Return a built game in the words of the older files: they put where the newer ones move, name the place by its
    number where one arrives, and know no ``help``.

    Raises:
        ConfigurationError: domain or grammar are not those of the newer files.
    """
    domain = f"{_before(_HELP_RULE, built['pddl_domain'])})\n"
    grammar = _before(_HELP_WORDS, built["grammar"])
    for newer, older in _OLDER:
        if newer not in grammar:
            raise ConfigurationError(
                f"the grammar of the installed alfworld does not say {newer!r}: pip install 'alfworld>=0.4.2'"
            )
        grammar = grammar.replace(newer, older)
    plan = [_older_command(command) for command in built["walkthrough"]]
    return {**built, "pddl_domain": domain, "grammar": grammar, "walkthrough": plan}


def _before(help_action: str, text: str) -> str:
    """Cut off the action ``help``, which is the last one."""
    kept, found, _ = text.rpartition(help_action)
    if not found:
        raise ConfigurationError("the installed alfworld does not know 'help': pip install 'alfworld>=0.4.2'")
    return kept


def _older_command(command: str) -> str:
    if not command.startswith("move "):
        return command
    thing, _, receptacle = command.removeprefix("move ").partition(" to ")
    return f"put {thing} in/on {receptacle}"
