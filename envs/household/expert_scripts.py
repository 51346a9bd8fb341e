"""Writes the household expert's scripts: whole programs that search, carry and check, in either API."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from embodied_codeact.envs.household.expert_habits import kind_of, likely_receptacles
from embodied_codeact.envs.household.expert_reading import Goal

APPLIANCES = {"clean": "sinkbasin", "heat": "microwave", "cool": "fridge"}
"""Where a thing is treated, by what is done to it."""

_FLAT_NAMES = {
    "house.goto": "goto",
    "house.take": "take_from",
    "house.put": "put",
    "house.open": "open_receptacle",
    "house.use": "use",
    "house.clean": "clean",
    "house.heat": "heat",
    "house.cool": "cool",
}


@dataclass(frozen=True)
class Plan:
    """What a script is to do. ``search`` are the places to look into, in order; None stands for all of them by common
    sense, which the script then works out itself. ``targets`` are receptacles to put into, the best first; ``holding``
    is what the hand holds already."""

    goal: Goal
    places: Sequence[str]
    targets: Sequence[str]
    appliance: str | None = None
    search: Sequence[str] | None = None
    holding: str | None = None
    flat: bool = False


_LOOK_INTO = '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    seen = house.goto(place)
    if "you see" not in seen and f"{place} is closed" not in seen:
        seen = house.examine(place)  # I was standing there already.
    if f"{place} is closed" in seen:
        seen = house.open(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
'''

_LOOK_INTO_FLAT = '''\
def look_into(place):
    """Go to a place, open it if it is closed, and return the names of the things there."""
    seen = goto(place)
    for other in places:
        if "you see" in seen or f"{place} is closed" in seen:
            break
        goto(other)  # I was standing there already: step away and come back.
        seen = goto(place)
    if f"{place} is closed" in seen:
        seen = open_receptacle(place)
    print(seen)
    return re.findall(r"[a-z]+ \\d+", seen.partition("you see")[2])
'''

_FIND = '''\
def find(kind, places):
    """Look into place after place until a thing of that kind turns up."""
    for place in places:
        for name in look_into(place):
            if name.split()[0] == kind:
                return name, place
    return None, None
'''

_PUT_AWAY = '''\
def put_away(name, receptacles):
    """Put what I hold into the first receptacle that takes it, and return that receptacle."""
    for receptacle in receptacles:
        look_into(receptacle)
        result = house.put(name, receptacle)
        print(result)
        if result.startswith(("You put", "You move")):
            return receptacle
    return None
'''

_PLACE = """\
name, place = find("$thing", places)
if name is None:
    print("I found no $thing.")
else:
    print(house.take(name, place))
$treat    print("Put into:", put_away(name, targets))
"""

_PLACE_HELD = """\
name = $held
${treat}print("Put into:", put_away(name, targets))
"""

_TREAT = """\
print(house.goto("$appliance"))
print(house.$verb(name, "$appliance"))
"""

_TWO = """\
target = targets[0]
count = sum(name.split()[0] == "$thing" for name in look_into(target))
${first}for place in places:
    while count < 2 and place != target:
        found = [name for name in look_into(place) if name.split()[0] == "$thing"]
        if not found:
            break
        print(house.take(found[0], place))
        if put_away(found[0], [target]) is None:
            break
        count += 1
print("In place:", count)
"""

_HELD_FIRST = """\
if put_away($held, [target]):  # I hold one already.
    count += 1
"""

_LOOK = """\
name, lamp = $held, None
for place in places:
    for thing in look_into(place):
        if thing.split()[0] == "$lamp" and lamp is None:
            lamp, lamp_place = thing, place
        if thing.split()[0] == "$thing" and name is None:
            print(house.take(thing, place))
            name = thing
    if name and lamp:
        break
if name and lamp:
    print(house.goto(lamp_place))
    print(house.use(lamp))
else:
    print("Holding:", name, "- lamp:", lamp)
"""

_EXPLORE = """\
for place in places:
    look_into(place)
"""


def write_script(plan: Plan) -> str:
    """Write the program that carries out a plan."""
    goal = plan.goal
    foreign = plan.holding is not None and kind_of(plan.holding) != goal.thing
    held = plan.holding if plan.holding and not foreign else None
    parts = ["import re\n", _places(plan)]
    if goal.task != "look":
        parts.append(f"targets = {_literal(plan.targets)}\n")
    parts.append(_LOOK_INTO_FLAT if plan.flat else _LOOK_INTO)
    if goal.task not in ("look", "two") and held is None:
        parts.append(_FIND)
    if goal.task != "look" or foreign:
        parts.append(_PUT_AWAY)
    if foreign:
        parts.append(f'put_away("{plan.holding}", places)  # I need an empty hand.\n')
    parts.append(_body(plan, held))
    return _finish(parts, flat=plan.flat)


def write_exploration(places: Sequence[str], *, flat: bool) -> str:
    """Write a program that looks into everything and prints what it sees."""
    parts = ["import re\n", f"places = {_literal(places)}\n", _LOOK_INTO_FLAT if flat else _LOOK_INTO, _EXPLORE]
    return _finish(parts, flat=flat)


def _body(plan: Plan, held: str | None) -> str:
    goal = plan.goal
    holding = f'"{held}"' if held else "None"
    if goal.task == "look":
        return Template(_LOOK).substitute(thing=goal.thing, lamp=goal.target, held=holding)
    if goal.task == "two":
        first = Template(_HELD_FIRST).substitute(held=holding) if held else ""
        return Template(_TWO).substitute(thing=goal.thing, first=first)
    treat = ""
    if plan.appliance:
        treat = Template(_TREAT).substitute(verb=goal.task, appliance=plan.appliance)
    if held:
        return Template(_PLACE_HELD).substitute(held=holding, treat=treat)
    return Template(_PLACE).substitute(thing=goal.thing, treat=textwrap.indent(treat, "    "))


def _places(plan: Plan) -> str:
    if plan.search is not None:
        return f"places = {_literal(plan.search)}\n"
    likely = likely_receptacles(plan.goal.thing, map(kind_of, plan.places))
    return (
        f"likely = {_literal(likely)}\n"
        "places = sorted(state.places, key=lambda place: likely.index(place.split()[0]))\n"
    )


def _literal(names: Sequence[str]) -> str:
    """Write a list as Python source, with at most 100 columns where it takes several lines.

    >>> print(_literal(["shelf 1", "shelf 2"]))
    ["shelf 1", "shelf 2"]
    """
    quoted = [f'"{name}"' for name in names]
    if sum(map(len, quoted)) + 2 * len(quoted) < 80:
        return f"[{', '.join(quoted)}]"
    lines = [""]
    for item in quoted:
        if len(lines[-1]) + len(item) > 94:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    return "[\n" + "".join(f"    {line}\n" for line in lines) + "]"


def _finish(parts: Sequence[str], *, flat: bool) -> str:
    code = "\n".join(parts)
    if flat:
        for name, flat_name in _FLAT_NAMES.items():
            code = code.replace(f"{name}(", f"{flat_name}(")
    return code.rstrip("\n")
