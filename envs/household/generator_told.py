"""Homes for instructions in people's own words: in each, what its line of the file asks for is to be done."""

from __future__ import annotations

import random
from collections.abc import Sequence

from embodied_codeact.envs.household.builder_plans import LAMP, Split, floor_plans
from embodied_codeact.envs.household.builder_tasks import BUILDABLE, Assignment, assign
from embodied_codeact.envs.phrasings import Told
from embodied_codeact.errors import ConfigurationError, unknown_name

TASK_NAMES = {
    "place": "pick_and_place_simple",
    "look": "look_at_obj_in_light",
    "clean": "pick_clean_then_place_in_recep",
    "heat": "pick_heat_then_place_in_recep",
    "cool": "pick_cool_then_place_in_recep",
    "two": "pick_two_obj_and_place",
}
"""Short names of ALFWorld's kinds of task; its own serve as well."""
_PARAMETERS = {"thing", "target"}
_UNSAYABLE = ';"\\{}[]#|'
"""Marks that mean something else to the grammar of a game."""


def assignment_of(told: Told, rng: random.Random, split: Split, room: Sequence[str]) -> Assignment:
    """Find a room where what is asked for can be done. ``parameters`` are the kinds ``thing`` and ``target``, such as
    {"thing": "mug", "target": "coffeemachine"}; the target of ``look`` is ``desklamp``.

    Raises:
        ConfigurationError: there is no such task, thing, target or room, or a game cannot hold the words.
    """
    kind = TASK_NAMES.get(told.task, told.task)
    if kind not in BUILDABLE:
        raise ConfigurationError(f"{told.place}: {unknown_name('task', told.task, [*TASK_NAMES, *BUILDABLE])}")
    if set(told.parameters) != _PARAMETERS:
        raise ConfigurationError(f"{told.place}: a household task has the parameters {', '.join(sorted(_PARAMETERS))}")
    if found := [mark for mark in _UNSAYABLE if mark in told.instruction]:
        raise ConfigurationError(f"{told.place}: a game cannot hold {found[0]!r} in its instruction: write it without")
    plans = floor_plans(split)
    things = _spelled(told, "thing", {thing for plan in plans for thing in plan.things})
    target = _spelled(told, "target", {LAMP} | {piece for plan in plans for piece in plan.kinds})
    try:
        return assign(kind, rng, split=split, room=room, thing=things, receptacle=target)
    except ConfigurationError as error:
        raise ConfigurationError(f"{told.place}: {error}") from error


def _spelled(told: Told, name: str, kinds: set[str]) -> str:
    """Return a kind as ALFRED spells it."""
    said = str(told.parameters[name])
    by_word = {kind.lower(): kind for kind in kinds}
    if said.lower() not in by_word:
        raise ConfigurationError(f"{told.place}: {unknown_name(f'{name} in these homes', said, sorted(by_word))}")
    return by_word[said.lower()]
