"""Builds household games in ALFWorld's format: made-up homes, its six task types, always solvable.

A game is the JSON object that ALFWorld keeps in ``game.tw-pddl``: ``pddl_domain``, ``grammar``, ``pddl_problem``,
``solvable`` and ``walkthrough``. Domain, grammar, goals and sentences are those of the installed alfworld package;
homes are our own, so no floor plan of ALFRED is involved. The same arguments give the same game, byte for byte.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_codeact.envs.household.builder_alfworld import AlfworldData, alfworld_data
from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing, furnish
from embodied_codeact.envs.household.builder_rooms import ROOMS, Room
from embodied_codeact.envs.household.games import TASK_TYPES
from embodied_codeact.errors import ConfigurationError, unknown_name

BUILDER_VERSION = 1
"""Part of what names a cache of built games: raised whenever the same arguments give another game."""


@dataclass(frozen=True)
class _Treatment:
    verb: str
    ability: str
    appliance: str


_TREATMENTS = {
    "pick_clean_then_place_in_recep": _Treatment("clean", "cleanable", "SinkBasin"),
    "pick_heat_then_place_in_recep": _Treatment("heat", "heatable", "Microwave"),
    "pick_cool_then_place_in_recep": _Treatment("cool", "coolable", "Fridge"),
}
_LOOK = "look_at_obj_in_light"
_TWO = "pick_two_obj_and_place"
_LAMP = "DeskLamp"


@dataclass(frozen=True)
class Assignment:
    """What is to be done: ``receptacle`` is the kind to put things into, or the lamp to look at them under."""

    task_type: str
    room: Room
    thing: str
    receptacle: str
    seed: int

    @property
    def folder(self) -> str:
        """Where ALFWorld's data would keep such a game, home number included (ALFRED's own end at 430)."""
        return f"{self.task_type}-{self.thing}-None-{self.receptacle}-{1000 + self.seed}/trial_{self.seed:06d}"


def assign(
    task_type: str, seed: int, *, room: str | None = None, thing: str | None = None, receptacle: str | None = None
) -> Assignment:
    """Choose what is left open: a room that suits the task, then a thing and a receptacle that suit both.

    Raises:
        ConfigurationError: the task type or room does not exist, or nothing suits what was given.
    """
    if task_type not in TASK_TYPES:
        raise ConfigurationError(unknown_name("task type", task_type, TASK_TYPES))
    if room is not None and room not in ROOMS:
        raise ConfigurationError(unknown_name("room", room, ROOMS))
    rules = alfworld_data()
    fitting = [
        Assignment(task_type, ROOMS[name], *pair, seed)
        for name in sorted(rules.rooms[task_type])
        if name in ROOMS and room in (None, name)
        for pair in _pairs(task_type, ROOMS[name], rules)
        if thing in (None, pair[0]) and receptacle in (None, pair[1])
    ]
    if not fitting:
        raise ConfigurationError(
            f"no home for {task_type}: nothing suits room={room}, thing={thing}, receptacle={receptacle}"
        )
    # Rooms first, then things, so that a room with many receptacles does not outweigh the others.
    rng = random.Random(f"assign/{task_type}/{seed}")
    fitting = _choose(rng, fitting, lambda found: found.room.name)
    fitting = _choose(rng, fitting, lambda found: found.thing)
    return _choose(rng, fitting, lambda found: found.receptacle)[0]


def _choose(rng: random.Random, fitting: list[Assignment], aspect: Callable[[Assignment], str]) -> list[Assignment]:
    chosen = rng.choice(sorted({aspect(found) for found in fitting}))
    return [found for found in fitting if aspect(found) == chosen]


def _pairs(task_type: str, room: Room, rules: AlfworldData) -> Iterable[tuple[str, str]]:
    """Yield each thing of a room with each receptacle that the task could name."""
    treatment = _TREATMENTS.get(task_type)
    for thing in room.things:
        if treatment and thing not in rules.abilities[treatment.ability]:
            continue
        holders = [kind for kind in room.furniture if thing in rules.accepts.get(kind, ())]
        if task_type == _LOOK:
            if holders and room.lamp_stands:
                yield thing, _LAMP
            continue
        for kind in holders:
            elsewhere = any(other != kind for other in holders)
            if elsewhere and not (treatment and treatment.appliance == kind):
                yield thing, kind


def build_game(
    task_type: str, seed: int, *, room: str | None = None, thing: str | None = None, receptacle: str | None = None
) -> dict[str, Any]:
    """Build one game. ``room`` (``"Kitchen"``), ``thing`` (``"Mug"``) and ``receptacle`` (``"Cabinet"``) are chosen by
    the seed where they are not given.

    Raises:
        ConfigurationError: the task type or room does not exist, nothing suits what was given, or alfworld is missing.
    """
    assignment = assign(task_type, seed, room=room, thing=thing, receptacle=receptacle)
    rules = alfworld_data()
    rng = random.Random(f"home/{assignment.folder}")
    home = _home_for(assignment, rng, rules)
    kinds = {"obj": assignment.thing, "recep": assignment.receptacle, "toggle": _LAMP}
    sentence = rng.choice(rules.sentences[task_type]).format(**{key: kind.lower() for key, kind in kinds.items()})
    return {
        "pddl_domain": rules.domain,
        "grammar": rules.grammar.replace("UNKNOWN GOAL", sentence),
        "pddl_problem": _problem(home, rules, rules.goals[task_type].format(**kinds), f"home_{1000 + seed}"),
        "solvable": True,
        "walkthrough": _walkthrough(assignment, home),
    }


def write_game(game: dict[str, Any], path: Path) -> None:
    """Write a game file in one step, so that a reader sees the whole file or none; creates the folder.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".game-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, 0o644)  # mkstemp lets nobody else read; a game is no secret
            json.dump(game, file, indent=1, sort_keys=True)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _home_for(assignment: Assignment, rng: random.Random, rules: AlfworldData) -> Home:
    """Furnish a home where the task can be done and is not done yet."""
    room, wanted = assignment.room, (2, 3) if assignment.task_type == _TWO else (1, 3)
    # Whatever else is left out, there is the receptacle of the task and another one that holds the thing at the start.
    holders = [kind for kind in room.furniture if assignment.thing in rules.accepts.get(kind, ())]
    start = rng.choice([kind for kind in holders if kind != assignment.receptacle])
    needed = [kind for kind in (assignment.receptacle, start) if kind in room.furniture]
    return furnish(
        room,
        rng,
        rules,
        furniture={kind: (max(1, room.furniture[kind][0]), room.furniture[kind][1]) for kind in needed},
        things={assignment.thing: wanted},
        keep_out={assignment.thing: (assignment.receptacle,)},
    )


def _problem(home: Home, rules: AlfworldData, goal: str, name: str) -> str:
    """Write the problem in PDDL. ``goal`` brings the closing parenthesis of the whole, as ALFRED's templates do."""
    thing_kinds = sorted({thing.kind for thing in home.things})
    holder_kinds = sorted({receptacle.kind for receptacle in home.receptacles})
    spots = sorted({home.start, *(receptacle.spot for receptacle in home.receptacles)})
    objects = [
        "agent1 - agent",
        *(f"{kind}Type - otype" for kind in thing_kinds),
        *(f"{kind}Type - rtype" for kind in holder_kinds),
        *(f"{thing.id} - object" for thing in home.things),
        *(f"{receptacle.id} - receptacle" for receptacle in home.receptacles),
        *(f"{spot} - location" for spot in spots),
    ]
    accepted = [
        f"(canContain {holder}Type {kind}Type)"
        for holder in holder_kinds
        for kind in thing_kinds
        if kind in rules.accepts.get(holder, ())
    ]
    facts = [
        f"(atLocation agent1 {home.start})",
        *accepted,
        *(fact for receptacle in home.receptacles for fact in _receptacle_facts(receptacle)),
        *(fact for thing in home.things for fact in _thing_facts(thing, rules)),
    ]
    return "\n".join(
        [
            f"(define (problem {name})",
            "(:domain alfred)",
            "(:objects",
            *(f"    {line}" for line in objects),
            ")",
            "(:init",
            *(f"    {line}" for line in facts),
            ")",
            goal,
        ]
    )


def _receptacle_facts(receptacle: Receptacle) -> list[str]:
    facts = [
        f"(receptacleType {receptacle.id} {receptacle.kind}Type)",
        f"(receptacleAtLocation {receptacle.id} {receptacle.spot})",
    ]
    return [*facts, f"(openable {receptacle.id})"] if receptacle.openable else facts


def _thing_facts(thing: Thing, rules: AlfworldData) -> list[str]:
    facts = [
        f"(objectType {thing.id} {thing.kind}Type)",
        f"(inReceptacle {thing.id} {thing.receptacle.id})",
        f"(objectAtLocation {thing.id} {thing.receptacle.spot})",
    ]
    if not thing.fixed:
        facts.append(f"(pickupable {thing.id})")
    if thing.kind in rules.containers:
        facts.append(f"(isReceptacleObject {thing.id})")
    facts += [f"({ability} {thing.id})" for ability, kinds in sorted(rules.abilities.items()) if thing.kind in kinds]
    return facts


class _Player:
    """Writes down the commands that do the task, keeping in mind where it stands and what is open."""

    def __init__(self, home: Home) -> None:
        self.commands: list[str] = []
        self._names = home.names()
        self._spot = home.start
        self._open: set[str] = set()

    def reach(self, receptacle: Receptacle, *, inside: bool = True) -> None:
        """Stand before a receptacle; with ``inside``, open it too."""
        name = self._names[receptacle.id]
        if receptacle.spot != self._spot:
            self.commands.append(f"go to {name}")
            self._spot = receptacle.spot
        if inside and receptacle.openable and receptacle.id not in self._open:
            self.commands.append(f"open {name}")
            self._open.add(receptacle.id)

    def take(self, thing: Thing) -> None:
        self.reach(thing.receptacle)
        self.commands.append(f"take {self._names[thing.id]} from {self._names[thing.receptacle.id]}")

    def treat(self, verb: str, thing: Thing, appliance: Receptacle) -> None:
        self.reach(appliance, inside=False)
        self.commands.append(f"{verb} {self._names[thing.id]} with {self._names[appliance.id]}")

    def put(self, thing: Thing, receptacle: Receptacle) -> None:
        self.reach(receptacle)
        self.commands.append(f"move {self._names[thing.id]} to {self._names[receptacle.id]}")

    def use(self, lamp: Thing) -> None:
        self.reach(lamp.receptacle, inside=False)
        self.commands.append(f"use {self._names[lamp.id]}")


def _walkthrough(assignment: Assignment, home: Home) -> list[str]:
    """Return commands that win the game, for one who knows where everything is."""
    player = _Player(home)
    things = home.things_of(assignment.thing)
    if assignment.task_type == _LOOK:
        player.take(things[0])
        player.use(home.things_of(_LAMP)[0])
        return player.commands
    destination = home.receptacles_of(assignment.receptacle)[0]
    treatment = _TREATMENTS.get(assignment.task_type)
    for thing in things[: 2 if assignment.task_type == _TWO else 1]:
        player.take(thing)
        if treatment:
            player.treat(treatment.verb, thing, home.receptacles_of(treatment.appliance)[0])
        player.put(thing, destination)
    return player.commands
