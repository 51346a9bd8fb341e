"""Tasks of one call: the player starts where, and with what, that call can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from embodied_codeact.envs.household.builder_draft import Composed, Draft, is_in, things_in
from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing
from embodied_codeact.envs.household.builder_plans import LAMP
from embodied_codeact.envs.household.builder_tasks import TREATMENTS

_SOME_OPEN = 0.5
"""The share of doors that are closed where one is to be closed, or looked through."""


def goto(draft: Draft) -> Composed | None:
    home = draft.furnish()
    spots = [receptacle.spot for receptacle in home.receptacles]
    # Another receptacle at the same place would do as well.
    lone = [receptacle for receptacle in home.receptacles if spots.count(receptacle.spot) == 1]
    if len(lone) < 2:
        return None
    here, there = draft.rng.sample(lone, 2)
    command = f"go to {home.names()[there.id]}"
    goal = f"(atLocation agent1 {there.spot})"
    if draft.rng.random() < 0.5:
        return Composed(home, {"place": home.names()[there.id]}, (goal,), [command])
    return _task(home, here, goal, command, place=there)


def open_one(draft: Draft) -> Composed | None:
    home = draft.furnish()
    place = _one(draft, home, lambda receptacle: receptacle.hides)
    return _task(home, place, f"(opened {place.id})", "open {place}", place=place) if place else None


def close_one(draft: Draft) -> Composed | None:
    home = draft.furnish(closed=_SOME_OPEN)
    place = _one(draft, home, lambda receptacle: receptacle.openable and receptacle.opened)
    return _task(home, place, f"(not (opened {place.id}))", "close {place}", place=place) if place else None


def take(draft: Draft) -> Composed | None:
    home = draft.furnish(closed=_SOME_OPEN)
    seen = [thing for thing in home.things if not thing.fixed and not thing.receptacle.hides]
    if not seen:
        return None
    thing = draft.rng.choice(seen)
    goal = f"(holds agent1 {thing.id})"
    return _task(home, thing.receptacle, goal, "take {thing} from {place}", place=thing.receptacle, thing=thing)


def put(draft: Draft) -> Composed | None:
    home = draft.furnish(closed=_SOME_OPEN)
    thing = _held(draft, home)
    if thing is None:
        return None
    accepts = draft.rules.accepts
    place = _one(draft, home, lambda receptacle: not receptacle.hides and thing.kind in accepts[receptacle.kind])
    return (
        _task(home, place, is_in(thing, place), "move {thing} to {place}", place=place, thing=thing) if place else None
    )


def use(draft: Draft) -> Composed | None:
    home = draft.furnish()
    lamps = home.things_of(LAMP)
    if not lamps:
        return None
    stand = lamps[0].receptacle
    return _task(home, stand, f"(isToggled {lamps[0].id})", "use {thing}", place=stand, thing=lamps[0])


def treating(verb: str, done: str) -> Callable[[Draft], Composed | None]:
    """Return what makes tasks of cleaning, heating or cooling what is in the hand; ``done`` is the fact to reach."""
    treatment = next(treatment for treatment in TREATMENTS.values() if treatment.verb == verb)

    def make(draft: Draft) -> Composed | None:
        home = draft.furnish()
        thing = _held(draft, home, draft.rules.abilities[treatment.ability])
        place = _one(draft, home, lambda receptacle: receptacle.kind == treatment.appliance)
        if thing is None or place is None:
            return None
        return _task(home, place, f"({done} {thing.id})", f"{verb} {{thing}} with {{place}}", place=place, thing=thing)

    return make


MAKERS: Mapping[str, Callable[[Draft], Composed | None]] = {
    "atomic-goto": goto,
    "atomic-open": open_one,
    "atomic-close": close_one,
    "atomic-take": take,
    "atomic-put": put,
    "atomic-clean": treating("clean", "isClean"),
    "atomic-heat": treating("heat", "isHot"),
    "atomic-cool": treating("cool", "isCool"),
    "atomic-use": use,
}
"""What makes a task of each kind in a home; it returns None where that home has none."""


def _one(draft: Draft, home: Home, suits: Callable[[Receptacle], bool]) -> Receptacle | None:
    fitting = [receptacle for receptacle in home.receptacles if suits(receptacle)]
    return draft.rng.choice(fitting) if fitting else None


def _held(draft: Draft, home: Home, kinds: frozenset[str] | None = None) -> Thing | None:
    """Put something into the hand."""
    movable = [thing for thing in home.things if not thing.fixed and (kinds is None or thing.kind in kinds)]
    if not movable:
        return None
    thing = draft.rng.choice(movable)
    home.held = thing.id
    return thing


def _task(
    home: Home, here: Receptacle, goal: str, command: str, *, place: Receptacle, thing: Thing | None = None
) -> Composed:
    """Return the task of one command, for a player who starts at ``here``."""
    names = home.names()
    fields = {"place": names[place.id], **({"thing": names[thing.id]} if thing else {})}
    started = replace(home, start=here.spot)
    return Composed(started, fields, (goal,), [command.format(**fields)], _view(home, here, names))


def _view(home: Home, here: Receptacle, names: Mapping[str, str]) -> str:
    """What is seen at ``here``, and what is in the hand, in ALFWorld's words for these."""
    name = names[here.id]
    held = f"You are carrying: a {names[home.held]}." if home.held else "You are not carrying anything."
    things = [f"a {names[thing.id]}" for thing in things_in(home, here) if thing.id != home.held]
    listed = ", ".join([*things[:-1], f"and {things[-1]}"] if len(things) > 1 else things) or "nothing"
    if here.hides:
        seen = f"The {name} is closed."
    elif here.openable:
        seen = f"The {name} is open. In it, you see {listed}."
    else:
        seen = f"On the {name}, you see {listed}."
    return f"You are at the {name}. {seen} {held}"
