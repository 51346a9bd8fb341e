"""What the kinds of task of the atomic and the compositional set are made with: a home on trial, and the task in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from embodied_codeact.envs.household.builder import further_plans
from embodied_codeact.envs.household.builder_alfworld import AlfworldData, alfworld_data
from embodied_codeact.envs.household.builder_home import Home, Receptacle, Thing, Wanted, furnish
from embodied_codeact.envs.household.builder_levels import Hidden, Level
from embodied_codeact.envs.household.builder_plans import FloorPlan, Split


@dataclass(frozen=True)
class Composed:
    """A task in a home. ``fields`` are what its wordings name, ``goal`` the facts that must all hold at once, in PDDL,
    ``plan`` the commands that win. ``view`` is what one sees and holds at the start, empty where the player starts in
    the middle of the room as usual. ``answer`` tells what had to be found out, where something had."""

    home: Home
    fields: dict[str, str]
    goal: tuple[str, ...]
    plan: list[str]
    view: str = ""
    answer: str = ""


class Draft:
    """One attempt at a home for a task, after one floor plan and perhaps others."""

    def __init__(self, plan: FloorPlan, level: Level, split: Split, rng: random.Random) -> None:
        self.plan, self.level, self.rng = plan, level, rng
        self.rules: AlfworldData = alfworld_data()
        self.plans = (plan, *further_plans(plan, rng, level.rooms - 1, split))

    def furnish(self, *wanted: Wanted, closed: float | None = None) -> Home:
        """Furnish the home; ``closed`` in place of the level's own."""
        level = self.level if closed is None else replace(self.level, closed=closed)
        return furnish(self.plans, self.rng, self.rules, level, wanted=wanted)

    def holders(self, thing: str) -> list[str]:
        """Kinds of receptacles of the floor plan that accept a kind of thing."""
        return [kind for kind in self.plan.kinds if thing in self.rules.accepts[kind]]

    def kinds(self, count: int, suits: Callable[[str], bool] = lambda _: True) -> list[str]:
        """Choose kinds of things that suit, and that have at least two kinds of receptacles to be in."""
        fitting = [kind for kind in self.plan.things if len(self.holders(kind)) > 1 and suits(kind)]
        return self.rng.sample(fitting, count) if len(fitting) >= count else []

    def wanted(self, kind: str, count: int = 1, keep_out: Sequence[str] = (), hidden: Hidden | None = None) -> Wanted:
        """Ask for things; not in some kinds of receptacles unless no others accept them."""
        others = [holder for holder in self.holders(kind) if holder not in keep_out]
        return Wanted(kind, count, hidden or self.level.hidden, keep_out if others else ())

    def target(self, home: Home, things: Sequence[Thing], avoid: Sequence[Receptacle] = ()) -> Receptacle | None:
        """Choose a receptacle that accepts all of these things and holds none of them."""
        taken = {*(thing.receptacle.id for thing in things), *(receptacle.id for receptacle in avoid)}
        fitting = [
            receptacle
            for receptacle in home.receptacles
            if receptacle.id not in taken and all(thing.kind in self.rules.accepts[receptacle.kind] for thing in things)
        ]
        return self.rng.choice(fitting) if fitting else None


def is_in(thing: Thing, receptacle: Receptacle) -> str:
    """The fact that a thing is in or on a receptacle."""
    return f"(inReceptacle {thing.id} {receptacle.id})"


def stays(*things: Thing) -> list[str]:
    """The facts that things are where they were at the start."""
    return [is_in(thing, thing.receptacle) for thing in things]


def all_closed(home: Home) -> list[str]:
    """The facts that nothing is open."""
    return [f"(not (opened {receptacle.id}))" for receptacle in home.receptacles if receptacle.openable]


def things_in(home: Home, receptacle: Receptacle) -> list[Thing]:
    """What is in or on a receptacle at the start."""
    return [thing for thing in home.things if thing.receptacle.id == receptacle.id]
