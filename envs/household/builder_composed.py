"""Builds the games of the atomic and the compositional set: a home, a task in it, and a goal made for the two."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embodied_codeact.envs.household import builder_atomic, builder_compositional
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_draft import Composed, Draft
from embodied_codeact.envs.household.builder_levels import Level
from embodied_codeact.envs.household.builder_plans import FloorPlan, Split, floor_plans
from embodied_codeact.envs.household.builder_problem import problem
from embodied_codeact.envs.household.builder_wordings import say
from embodied_codeact.errors import ConfigurationError

_ATTEMPTS = 500
"""So many homes are tried before a kind of task counts as impossible in them; a few do as a rule."""
_MAKERS = {**builder_atomic.MAKERS, **builder_compositional.MAKERS}
_OPENING = r'"rhs": "-= Welcome to TextWorld, ALFRED! =-\n\n#look.feedback#\n\n#task#"'
_NEEDS = {
    "atomic-clean": ("SinkBasin",),
    "atomic-heat": ("Microwave",),
    "atomic-cool": ("Fridge",),
    "compositional-several": ("SinkBasin", "Microwave"),
}
"""Kinds of receptacles that a floor plan must have."""


@dataclass(frozen=True)
class BuiltTask:
    """A game, and what is kept beside it. ``plans`` are the floor plans that it was furnished after."""

    number: int
    kind: str
    plans: tuple[int, ...]
    task: Composed
    sentence: str
    game: dict[str, Any]


def suits_rooms(kind: str, split: Split, names: Sequence[str]) -> bool:
    """Whether a task of that kind can be done in one of these kinds of room."""
    return bool(_plans(kind, split, tuple(names)))


def build_task(
    kind: str, number: int, rng: random.Random, level: Level, *, split: Split, rooms: Sequence[str]
) -> BuiltTask:
    """Build a game of a kind of task, in one of these kinds of room.

    Raises:
        ConfigurationError: no home of that level has such a task.
    """
    for _ in range(_ATTEMPTS):
        plans = _plans(kind, split, tuple(rooms))
        room = rng.choice(sorted({plan.room for plan in plans}))
        draft = Draft(rng.choice([plan for plan in plans if plan.room == room]), level, split, rng)
        task = _MAKERS[kind](draft)
        if task is not None:
            sentence = say(kind, task.fields, split, rng)
            return BuiltTask(
                number, kind, tuple(plan.number for plan in draft.plans), task, sentence, _game(task, sentence, number)
            )
    raise ConfigurationError(
        f"no home for {kind} was found in {_ATTEMPTS} attempts: name another --room-type, or more --furniture, "
        "--distractors or --rooms"
    )


@functools.cache
def _plans(kind: str, split: Split, names: tuple[str, ...]) -> tuple[FloorPlan, ...]:
    needs, lamp = _NEEDS.get(kind, ()), kind == "atomic-use"
    return tuple(
        plan
        for plan in floor_plans(split)
        if plan.room in names and all(need in plan.kinds for need in needs) and (plan.has_lamp or not lamp)
    )


def _game(task: Composed, sentence: str, number: int) -> dict[str, Any]:
    rules = alfworld_data()
    grammar = rules.grammar.replace("UNKNOWN GOAL", sentence)
    if task.view:
        if grammar.count(_OPENING) != 1:
            raise ConfigurationError(
                "the installed alfworld begins its games in other words than those that atomic tasks are built for: "
                "pip install 'alfworld==0.4.2'"
            )
        begun = f"{task.view} Looking quickly around you, you see #list_appliances#."
        grammar = grammar.replace(_OPENING, _OPENING.replace("#look.feedback#", begun))
    # A goal of plain facts: that something holds for all is written out, thing by thing.
    goal = f"(:goal\n    (and\n{''.join(f'        {fact}{chr(10)}' for fact in task.goal)}    )\n)\n)\n"
    return {
        "pddl_domain": rules.domain,
        "grammar": grammar,
        "pddl_problem": problem(task.home, rules, goal, f"home_{number}"),
        "solvable": True,
        "walkthrough": task.plan,
    }
