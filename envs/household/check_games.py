"""The games that engines are compared on: those of a file or folder, and generated ones in both grammars."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.envs.household.builder import build_home
from embodied_codeact.envs.household.games import GAME_NAME, MOVABLE_TASK, TASK_TYPES, Game, find_games, read_game
from embodied_codeact.envs.household.generator import GeneratorOptions, home_specs
from embodied_codeact.errors import ConfigurationError

_OLDER = (
    ('"move {o} to {r}"', '"put {o} in/on {r}"'),
    ("You move the {o.name} to the {r.name}.", "You put the {o.name} in/on the {r.name}."),
    ("You arrive at {r.name}. ", "You arrive at {lend.name}. "),
)
"""What ALFWorld's newer grammar says, and what the older files say in its place."""
_OPTIONS = (
    GeneratorOptions(difficulty="easy"),
    GeneratorOptions(difficulty="medium"),
    GeneratorOptions(difficulty="hard"),
    GeneratorOptions(difficulty="easy", task_type=[MOVABLE_TASK]),
)
_HARD, _MOVABLE = 2, 3
_HELP_RULE, _HELP_WORDS = "(:action help", "action help {"


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
    """Make homes of all task types in turn, every second six in the older grammar. Most are easy or medium; of twenty,
    one is hard, and one has things in movable receptacles, which only generated games know.

    Raises:
        ConfigurationError: alfworld is not installed, or its grammar is not the one that this knows.
    """
    specs = zip(*(home_specs(options, count=count, seed=seed) for options in _OPTIONS), strict=True)
    for index, each in enumerate(specs):
        which = _HARD if index % 20 == 9 else _MOVABLE if index % 20 == 19 else index // 12 % 2
        options, spec = _OPTIONS[which], each[which]
        older = which != _MOVABLE and index // len(TASK_TYPES) % 2 == 1
        game = build_home(spec.assignment, spec.number, spec.rng, options.level(), options.split).game
        if older:
            game = older_game(game)
        folder = f"{spec.folder}{'-older' if older else ''}"
        path = Path("generated") / folder / GAME_NAME
        yield CheckedGame(
            folder, Game(path, game["pddl_domain"], game["pddl_problem"], game["grammar"]), game["walkthrough"]
        )


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
