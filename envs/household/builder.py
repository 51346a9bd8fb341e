"""Builds household games in ALFWorld's format: made-up homes, always solvable.

A game is the JSON object that ALFWorld keeps in ``game.tw-pddl``: ``pddl_domain``, ``grammar``, ``pddl_problem``,
``solvable`` and ``walkthrough``. Domain, grammar, goals and sentences are those of the installed alfworld package, and
so is the furniture of its floor plans, but for the four of its unseen test games. The same arguments give the same
game, byte for byte.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from embodied_codeact.envs.household.builder_alfworld import AlfworldData, alfworld_data
from embodied_codeact.envs.household.builder_home import Home, Wanted, furnish
from embodied_codeact.envs.household.builder_levels import DEFAULT, LEVELS, Level
from embodied_codeact.envs.household.builder_movable import domain_with_movables, grammar_with_movables
from embodied_codeact.envs.household.builder_plans import LAMP, FloorPlan, Split, floor_plans
from embodied_codeact.envs.household.builder_problem import problem
from embodied_codeact.envs.household.builder_tasks import TWO, Assignment, assign
from embodied_codeact.envs.household.builder_walkthrough import walkthrough

BUILDER_VERSION = 2
"""Part of what names a cache of built games: raised whenever the same arguments give another game."""

_SAID = "UNKNOWN GOAL"
"""Stands for the sentence in ALFWorld's grammar, with a full stop after it."""

FIRST_NUMBER = 1000
"""Numbers of made-up homes begin here; ALFRED's floor plans end at 430."""


@dataclass(frozen=True)
class BuiltHome:
    """A game, and what ALFWorld's data keep beside it. ``plans`` are the floor plans that it was furnished after."""

    number: int
    assignment: Assignment
    plans: tuple[int, ...]
    home: Home
    game: dict[str, Any]
    sentences: tuple[str, ...]


def build_home(
    assignment: Assignment,
    number: int,
    rng: random.Random,
    level: Level,
    split: Split = "training",
    *,
    sentence: str | None = None,
) -> BuiltHome:
    """Furnish a home where the task can be done and is not done yet, and write it down as a game. It is asked for by
    the ``sentence``, or by one of ALFWorld's."""
    rules = alfworld_data()
    plans = (assignment.plan, *further_plans(assignment.plan, rng, level.rooms - 1, split))
    home = furnish(plans, rng, rules, level, wanted=_wanted(assignment, level, rng))
    kinds = {"obj": assignment.thing, "recep": assignment.receptacle, "mrecep": assignment.container, "toggle": LAMP}
    said = {key: kind.lower() for key, kind in kinds.items()}
    usual = tuple(template.format(**said) for template in rules.sentences[assignment.task_type])
    sentences = usual if sentence is None else (sentence,)
    domain, grammar = _words(assignment, rules)
    game = {
        "pddl_domain": domain,
        "grammar": grammar.replace(_SAID if sentence is None else f"{_SAID}.", rng.choice(sentences)),
        "pddl_problem": problem(home, rules, rules.goals[assignment.task_type].format(**kinds), f"home_{number}"),
        "solvable": True,
        "walkthrough": walkthrough(assignment, home),
    }
    return BuiltHome(number, assignment, tuple(plan.number for plan in plans), home, game, sentences)


def build_game(
    task_type: str, seed: int, *, room: str | None = None, thing: str | None = None, receptacle: str | None = None
) -> dict[str, Any]:
    """Build one game of medium difficulty. ``room`` (``"Kitchen"``), ``thing`` (``"Mug"``) and ``receptacle``
    (``"Cabinet"``) are chosen by the seed where they are not given.

    Raises:
        ConfigurationError: the task type or room does not exist, nothing suits what was given, or alfworld is missing.
    """
    rng = random.Random(f"home/{task_type}/{seed}")
    assignment = assign(task_type, rng, room=room, thing=thing, receptacle=receptacle)
    return build_home(assignment, FIRST_NUMBER + seed, rng, LEVELS[DEFAULT]).game


def write_game(game: dict[str, Any], path: Path) -> None:
    """Write a game file in one step, so that a reader sees the whole file or none; creates the folder.

    Raises:
        OSError: the file cannot be written.
    """
    with whole_file(path) as file:
        file.write(json.dumps(game, indent=1, sort_keys=True))


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Yield a file that appears under its name when all is written, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o644)  # mkstemp lets nobody else read; a game is no secret
            yield file
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


UNFINISHED = ".game-"
"""How the names of files begin that were not written to their end."""


def further_plans(plan: FloorPlan, rng: random.Random, count: int, split: Split) -> Sequence[FloorPlan]:
    """Choose more rooms for a home: of other kinds than there are yet, as long as there are such."""
    chosen: list[FloorPlan] = []
    for _ in range(count):
        there = {plan.room, *(other.room for other in chosen)}
        others = sorted({other.room for other in floor_plans(split)})
        room = rng.choice([name for name in others if name not in there] or others)
        chosen.append(rng.choice([other for other in floor_plans(split) if other.room == room]))
    return chosen


def _wanted(assignment: Assignment, level: Level, rng: random.Random) -> list[Wanted]:
    """The things of the task. None starts in a receptacle of the task, where it would be done, or all but done."""
    count = (2 if assignment.task_type == TWO else 1) + rng.randint(0, level.spares)
    if assignment.container == "None":
        return [Wanted(assignment.thing, count, level.hidden, (assignment.receptacle,))]
    return [
        Wanted(assignment.thing, count, level.hidden),
        Wanted(assignment.container, 1 + rng.randint(0, level.spares), level.hidden, (assignment.receptacle,)),
    ]


def _words(assignment: Assignment, rules: AlfworldData) -> tuple[str, str]:
    if assignment.container == "None":
        return rules.domain, rules.grammar
    return domain_with_movables(rules.domain), grammar_with_movables(rules.grammar)
