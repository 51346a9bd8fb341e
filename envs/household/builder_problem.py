"""Writes a home down as ALFRED's PDDL problem."""

from __future__ import annotations

from embodied_codeact.envs.household.builder_alfworld import AlfworldData
from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing


def problem(home: Home, rules: AlfworldData, goal: str, name: str) -> str:
    """Return the problem in PDDL. ``goal`` brings the closing parenthesis of the whole, as ALFRED's templates do.

    What a movable receptacle can hold is told only where the goal has one: ALFWorld's own domain has no word for it.
    """
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
    facts = [
        f"(atLocation agent1 {home.start})",
        *_accepted("canContain", holder_kinds, thing_kinds, rules),
        *(fact for receptacle in home.receptacles for fact in _receptacle_facts(receptacle)),
        *(fact for thing in home.things for fact in _thing_facts(thing, rules, held=thing.id == home.held)),
    ]
    if "inReceptacleObject" in goal:
        containers = [kind for kind in thing_kinds if kind in rules.containers]
        facts += _accepted("canContainObject", containers, thing_kinds, rules)
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


def _accepted(predicate: str, holders: list[str], things: list[str], rules: AlfworldData) -> list[str]:
    return [
        f"({predicate} {holder}Type {kind}Type)"
        for holder in holders
        for kind in things
        if kind in rules.accepts.get(holder, ())
    ]


def _receptacle_facts(receptacle: Receptacle) -> list[str]:
    facts = [
        f"(receptacleType {receptacle.id} {receptacle.kind}Type)",
        f"(receptacleAtLocation {receptacle.id} {receptacle.spot})",
    ]
    if receptacle.openable:
        facts.append(f"(openable {receptacle.id})")
    if receptacle.opened:
        facts.append(f"(opened {receptacle.id})")
    return facts


def _thing_facts(thing: Thing, rules: AlfworldData, *, held: bool) -> list[str]:
    facts = [f"(objectType {thing.id} {thing.kind}Type)"]
    if held:
        facts += [f"(holds agent1 {thing.id})", "(holdsAny agent1)"]
    else:
        facts += [
            f"(inReceptacle {thing.id} {thing.receptacle.id})",
            f"(objectAtLocation {thing.id} {thing.receptacle.spot})",
        ]
    if not thing.fixed:
        facts.append(f"(pickupable {thing.id})")
    if thing.kind in rules.containers:
        facts.append(f"(isReceptacleObject {thing.id})")
    facts += [f"({ability} {thing.id})" for ability, kinds in sorted(rules.abilities.items()) if thing.kind in kinds]
    return facts
