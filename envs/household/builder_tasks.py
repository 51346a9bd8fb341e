"""What can be asked for in which room: the task types, and the things and receptacles that suit them."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from embodied_codeact.envs.household.builder_alfworld import AlfworldData, alfworld_data
from embodied_codeact.envs.household.builder_plans import LAMP, FloorPlan, Split, floor_plans, rooms
from embodied_codeact.envs.household.builder_rooms import LAMP_STANDS
from embodied_codeact.envs.household.games import MOVABLE_TASK, TASK_TYPES
from embodied_codeact.errors import ConfigurationError, unknown_name

LOOK = "look_at_obj_in_light"
TWO = "pick_two_obj_and_place"
BUILDABLE = (*TASK_TYPES, MOVABLE_TASK)
"""ALFWorld's six kinds of task, and ALFRED's seventh."""


@dataclass(frozen=True)
class Treatment:
    """How a thing is made clean, hot or cool: the command, what a thing must be for it, and where it is done."""

    verb: str
    ability: str
    appliance: str


TREATMENTS = {
    "pick_clean_then_place_in_recep": Treatment("clean", "cleanable", "SinkBasin"),
    "pick_heat_then_place_in_recep": Treatment("heat", "heatable", "Microwave"),
    "pick_cool_then_place_in_recep": Treatment("cool", "coolable", "Fridge"),
}


@dataclass(frozen=True)
class Assignment:
    """What is to be done, in a home after ``plan``. ``receptacle`` is the kind to put things into, or the lamp to look
    at them under; ``container`` the kind of movable receptacle that they are to be in, ``"None"`` for none, as in the
    names of ALFRED's folders."""

    task_type: str
    plan: FloorPlan
    thing: str
    receptacle: str
    container: str = "None"

    @property
    def label(self) -> str:
        """The name of its folder but for the home's number."""
        return f"{self.task_type}-{self.thing}-{self.container}-{self.receptacle}"


def assign(
    task_type: str,
    rng: random.Random,
    *,
    split: Split = "training",
    room: str | Sequence[str] | None = None,
    thing: str | None = None,
    receptacle: str | None = None,
) -> Assignment:
    """Choose what is left open: a room that suits the task, a floor plan of it, a thing and a receptacle.

    Half of the time the floor plan is chosen before the others, so that a room with much in it does not outweigh the
    rest, and half of the time after them, so that what few rooms have, such as a safe, is not seldom asked for.

    Raises:
        ConfigurationError: the task type, room or split does not exist, or nothing suits what was given.
    """
    if task_type not in BUILDABLE:
        raise ConfigurationError(unknown_name("task type", task_type, BUILDABLE))
    allowed = (room,) if isinstance(room, str) else tuple(room or rooms())
    for name in allowed:
        if name not in rooms():
            raise ConfigurationError(unknown_name("room", name, rooms()))
    found: _Choices = _choices(task_type, split, allowed, thing, receptacle, plan_first=rng.random() < 0.5)
    if not found:
        raise ConfigurationError(
            f"no home for {task_type}: nothing suits room={room}, thing={thing}, receptacle={receptacle}"
        )
    while isinstance(found, dict):
        found = found[rng.choice(list(found))]
    return found


def assignments(task_type: str, plan: FloorPlan) -> list[Assignment]:
    """All that a task of that type could ask for in homes after a floor plan; nothing where the room does not suit."""
    rules = alfworld_data()
    return list(_in_plan(task_type, plan, rules)) if plan.room in rules.rooms[task_type] else []


def suits(task_type: str, split: Split, names: Sequence[str]) -> bool:
    """Whether a task of that type can be done in one of these kinds of room."""
    return bool(_choices(task_type, split, tuple(names), None, None, plan_first=True))


_Choices: TypeAlias = "dict[str, _Choices] | Assignment"


@functools.cache
def _choices(
    task_type: str, split: Split, names: tuple[str, ...], thing: str | None, receptacle: str | None, *, plan_first: bool
) -> dict[str, _Choices]:
    """Return what can be asked for as a tree, in order: by room, then by floor plan, thing, receptacle and container,
    the floor plan first of these, or last."""
    rules = alfworld_data()
    suited = [plan for plan in floor_plans(split) if plan.room in names and plan.room in rules.rooms[task_type]]
    fitting = [
        found
        for plan in suited
        for found in _in_plan(task_type, plan, rules)
        if thing in (None, found.thing) and receptacle in (None, found.receptacle)
    ]
    tree: dict[str, _Choices] = {}
    for path, found in sorted(((_path(found, plan_first), found) for found in fitting), key=lambda pair: pair[0]):
        *branches, leaf = path
        node = tree
        for branch in branches:
            below = node.setdefault(branch, {})
            assert isinstance(below, dict)
            node = below
        node[leaf] = found
    return tree


def _path(found: Assignment, plan_first: bool) -> tuple[str, ...]:
    plan, rest = f"{found.plan.number:03d}", (found.thing, found.receptacle, found.container)
    return (found.plan.room, plan, *rest) if plan_first else (found.plan.room, *rest, plan)


def _in_plan(task_type: str, plan: FloorPlan, rules: AlfworldData) -> Iterator[Assignment]:
    """Yield each thing of a plan with each receptacle that the task could name."""
    if task_type == LOOK:
        if plan.has_lamp and any(kind in plan.kinds for kind in LAMP_STANDS):
            yield from (Assignment(task_type, plan, thing, LAMP) for thing in plan.things)
        return
    treatment = TREATMENTS.get(task_type)
    if treatment and treatment.appliance not in plan.kinds:
        return
    for thing in plan.things:
        if treatment and thing not in rules.abilities[treatment.ability]:
            continue
        if task_type == MOVABLE_TASK:
            yield from _carried(plan, thing, rules)
            continue
        for kind in _destinations(plan, thing, rules):
            if not (treatment and treatment.appliance == kind):
                yield Assignment(task_type, plan, thing, kind)


def _destinations(plan: FloorPlan, thing: str, rules: AlfworldData) -> list[str]:
    """Kinds of receptacle that accept a thing while another kind does so too, for it to start there."""
    holders = [kind for kind in plan.kinds if thing in rules.accepts[kind]]
    return holders if len(holders) > 1 else []


def _carried(plan: FloorPlan, thing: str, rules: AlfworldData) -> Iterator[Assignment]:
    if thing in rules.containers:
        return
    for container in plan.things:
        if container in rules.containers and thing in rules.accepts[container]:
            for kind in _destinations(plan, container, rules):
                yield Assignment(MOVABLE_TASK, plan, thing, kind, container)
