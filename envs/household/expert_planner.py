"""Plans over what is known of a home: which of the things seen to take, where to treat it, where to put it.

All choices are weighed by the commands that they take, for one who knows no more than the conversation says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from embodied_codeact.envs.household.expert_habits import commands_to_see, kind_of, search_order
from embodied_codeact.envs.household.expert_reading import Briefing, Goal, Memory

APPLIANCES = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}
"""Where a thing is treated, by what is done to it."""

_RELUCTANCE = 10
"""What it costs to try once more where it seems to have failed: as much as some places further on."""


@dataclass(frozen=True)
class Step:
    """One thing to do. ``words`` are a place to ``reach`` or ``open``, a thing and a place, or a lamp. ``door`` says
    of a place to reach whether it must be opened, None where nobody knows."""

    verb: Literal["reach", "open", "take", "put", "clean", "heat", "cool", "use"]
    words: tuple[str, ...]
    door: bool | None = False


def needed(goal: Goal) -> dict[str, int]:
    """What must be found before the task can be done, and how many of it."""
    if goal.task == "two":
        return {goal.thing: 2}
    others = [goal.target] if goal.task == "look" else [goal.container] if goal.task == "within" else []
    return {goal.thing: 1, **dict.fromkeys(others, 1)}


def search_plan(goal: Goal, briefing: Briefing, memory: Memory) -> list[str]:
    """Order the places for a search: where something wanted was seen, then where nobody has looked yet, likely and
    quick ones first, then the rest once more."""
    kinds = list(needed(goal))
    order = search_order(kinds, briefing.places)
    known = [place for kind in kinds for place in memory.where(kind)]
    unseen = [place for place in order if place not in memory.contents]
    return [place for place in dict.fromkeys([*known, *unseen, *order]) if place in briefing.places]


def places_of(kind: str, briefing: Briefing) -> list[str]:
    """All places of a kind, in the order of their numbers."""
    found = [place for place in briefing.places if kind_of(place) == kind]
    return sorted(found, key=lambda place: int(place.rpartition(" ")[2]))


def targets_of(goal: Goal, briefing: Briefing, memory: Memory) -> list[str]:
    """Where to put things, the best first: what holds some of them already where two belong together, then what takes
    the fewest commands, and last what seems to have refused the thing in the hand."""

    def badness(place: str) -> tuple[int, int]:
        begun = goal.task == "two" and _count(goal.thing, place, memory)
        refused = memory.holding is not None and place in memory.visited
        return (-2 if begun else 0) + (_RELUCTANCE if refused and not begun else 0), _cost_of_reaching(place, memory)

    return sorted(places_of(goal.target, briefing), key=badness) if goal.task != "look" else []


def direct_plan(goal: Goal, briefing: Briefing, memory: Memory) -> list[Step] | None:
    """Return the cheapest steps that do the task, None where something needed for it is not known yet."""
    if memory.holding and kind_of(memory.holding) not in (goal.thing, goal.container):
        return None
    plans = list(_plans(goal, briefing, memory))
    return _with_doors(min(plans, key=lambda steps: _cost(steps, memory)), memory) if plans else None


def _plans(goal: Goal, briefing: Briefing, memory: Memory) -> Iterator[list[Step]]:
    targets = targets_of(goal, briefing, memory)
    if goal.task == "look":
        for _, taking, _ in _in_hand(goal.thing, memory):
            for lamp, stand in _known(goal.target, briefing, memory):
                yield [*taking, Step("reach", (stand,)), Step("use", (lamp,))]
    elif goal.task == "within":
        yield from _packings(goal, briefing, memory, targets)
    elif goal.task == "two":
        for target in targets:
            missing = 2 - _count(goal.thing, target, memory)
            ways = [way for way in _in_hand(goal.thing, memory) if way[2] != target]
            held = [way for way in ways if not way[1]]
            for chosen in itertools.islice(itertools.combinations(ways, missing), 50):
                if not held or held[0] in chosen:
                    # What is in the hand goes first: there is only one.
                    ordered = sorted(chosen, key=lambda way: len(way[1]))
                    yield [step for name, steps, _ in ordered for step in [*steps, *_delivery(name, target)]]
    else:
        appliances = places_of(APPLIANCES.get(goal.task, ""), briefing) or [""]
        for (name, first, _), appliance, target in itertools.product(_in_hand(goal.thing, memory), appliances, targets):
            treat = [] if not appliance or (goal.task, name) in memory.treated else _treatment(goal, name, appliance)
            yield [*first, *treat, *_delivery(name, target)]


def _packings(goal: Goal, briefing: Briefing, memory: Memory, targets: Sequence[str]) -> Iterator[list[Step]]:
    full = [place for name, place in memory.put.items() if kind_of(name) == goal.thing]
    for target in targets:
        for container, first, _ in _in_hand(goal.container, memory):
            if container in full:
                yield [*first, *_delivery(container, target)]
        if memory.holding and kind_of(memory.holding) == goal.container:
            continue
        for name, first, _ in _in_hand(goal.thing, memory):
            for container, stand in _known(goal.container, briefing, memory):
                put = [Step("reach", (stand,)), Step("put", (name, container))]
                carried = [Step("take", (container, stand)), *_delivery(container, target)]
                yield [*first, *put, *(carried if stand != target else [])]


def _in_hand(kind: str, memory: Memory) -> Iterator[tuple[str, list[Step], str]]:
    """Ways to have a thing of a kind in the hand: its name, the steps to it, and where it is ("" for the hand)."""
    if memory.holding and kind_of(memory.holding) == kind:
        yield memory.holding, [], ""
    for place, names in memory.contents.items():
        for name in names:
            if kind_of(name) == kind and name != memory.holding:
                yield name, [Step("reach", (place,)), Step("take", (name, place))], place


def _known(kind: str, briefing: Briefing, memory: Memory) -> list[tuple[str, str]]:
    return [
        (name, place)
        for place, names in memory.contents.items()
        for name in names
        if kind_of(name) == kind and place in briefing.places
    ]


def _count(kind: str, place: str, memory: Memory) -> int:
    return sum(kind_of(name) == kind for name in memory.contents.get(place, ()))


def _treatment(goal: Goal, name: str, appliance: str) -> list[Step]:
    verb: Literal["clean", "heat", "cool"] = (
        "clean" if goal.task == "clean" else "heat" if goal.task == "heat" else "cool"
    )
    return [Step("reach", (appliance,), door=False), Step(verb, (name, appliance))]


def _delivery(name: str, target: str) -> list[Step]:
    return [Step("reach", (target,)), Step("put", (name, target))]


def _door(place: str, memory: Memory) -> bool | None:
    """Whether a place must be opened before one can use its inside."""
    if place in memory.closed:
        return True
    return False if place in memory.contents or commands_to_see(place) == 1 else None


def _with_doors(steps: Sequence[Step], memory: Memory) -> list[Step]:
    """Say of each place to reach whether it must be opened, and leave out going where one stands. An appliance serves
    as it is."""
    done: list[Step] = []
    at, opened = memory.at, set[str]()
    for step, after in itertools.zip_longest(steps, steps[1:]):
        if step.verb != "reach":
            done.append(step)
            continue
        place = step.words[0]
        inside = after is not None and after.verb in ("take", "put")
        door = _door(place, memory) if inside and place not in opened else False
        if place != at:
            done.append(Step("reach", step.words, door))
        elif door is not False:
            done.append(Step("open", step.words))
        at = place
        opened.update([place] if inside else [])
    return done


def _cost_of_reaching(place: str, memory: Memory) -> int:
    return 1 if _door(place, memory) is False else 2


def _cost(steps: Iterable[Step], memory: Memory) -> float:
    """How many commands the steps take."""
    cost, at = 0.0, memory.at
    for step in steps:
        if step.verb != "reach":
            cost += 1
            if step.verb == "put" and memory.holding and step.words[1] in memory.visited:
                cost += _RELUCTANCE
        elif step.words[0] != at:
            at = step.words[0]
            cost += _cost_of_reaching(at, memory)
    return cost
