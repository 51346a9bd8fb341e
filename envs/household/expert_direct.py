"""Programs for what is known: direct plans, looking around, and going on with something in the hand.

Templates are in the language of :mod:`~embodied_codeact.envs.household.expert_pieces`.
"""

from __future__ import annotations

from collections.abc import Sequence

from embodied_codeact.envs.household.expert_pieces import Household
from embodied_codeact.envs.household.expert_planner import Step
from embodied_codeact.envs.household.expert_reading import Goal

DIRECT = ("lines", "list", "checked", "itinerary")
"""Ways of writing a direct plan. Another one, ``"careful"``, also copes with not being where the plan thinks."""

EXPLORATIONS = (
    """\
@places

@look

for place in places:
    look_into(place)
""",
    """\
@places

@look

overview = {place: look_into(place) for place in places}
print(sum(map(len, overview.values())), "things in", len(overview), "places")
""",
    """\
@places
missing = {$wanted}

@look

for place in places:
    for name in look_into(place):
        kind = name.split()[0]
        missing[kind] = missing.get(kind, 0) - 1
    if all(count <= 0 for count in missing.values()):
        break  # I know enough.
""",
    '''\
@places

@look

def explore(wanted):
    """Look around until I have seen as many of each kind as wanted; return {kind: [(name, place), ...]}."""
    found = {kind: [] for kind in wanted}
    for place in places:
        for name in look_into(place):
            if name.split()[0] in found:
                found[name.split()[0]].append((name, place))
        if all(len(found[kind]) >= count for kind, count in wanted.items()):
            break
    return found

print(explore({$wanted}))
''',
    """\
@places

@look

wanted = Counter({$wanted})
sightings = []
for place in places:
    if not wanted:
        break
    for name in look_into(place):
        if wanted[name.split()[0]] > 0:
            sightings.append((name, place))
            wanted -= Counter([name.split()[0]])
print("Seen:", sightings, "- still missing:", dict(wanted))
""",
)
"""Ways of looking around: ``$wanted`` are entries ``"kind": count``; those without it look into everything."""

CONTINUATIONS = ("loop", "function")
_LOOP = {
    "look": """\
for place in places:
    lamps = [name for name in look_into(place) if name.startswith("$target ")]
    if lamps:
        ?? house.use(lamps[0])
        break
else:
    print("I have seen no $target.")
""",
    "two": """\
target = targets[0]
count = sum(name.split()[0] == "$thing" for name in look_into(target))
?? house.put("$held", target) :: count += 1
for place in places:
    while count < 2 and place != target:
        here = [name for name in look_into(place) if name.split()[0] == "$thing"]
        if not here:
            break
        ?? house.take(here[0], place)
        look_into(target)
        !! house.put(here[0], target) :: break
        count += 1
print("In place:", count)
""",
    "within": """\
container = None
for place in places:
    for name in look_into(place):
        if name.startswith("$container ") and container is None:
            ?? house.put("$held", name) :: container = name
    if container:
        ?? house.take(container, place)
        break
else:
    print("I have seen no $container that takes it.")
for target in targets if container else []:
    look_into(target)
    ?? house.put(container, target) :: break
""",
}
_FIND = '''\
def find(kind, skip=None):
    """Go on until a thing of that kind is before me; return its name and the place."""
    for place in places:
        for name in look_into(place) if place != skip else []:
            if name.split()[0] == kind:
                return name, place
    return None, None

'''
_FUNCTION = {
    "look": f"""\
{_FIND}lamp, place = find("$target")
if lamp:
    ?? house.use(lamp)
else:
    print("I have seen no $target.")
""",
    "two": f"""\
{_FIND}target = targets[0]
look_into(target)
?? house.put("$held", target)
while sum(name.split()[0] == "$thing" for name in look_into(target)) < 2:
    name, place = find("$thing", skip=target)
    if name is None:
        print("There is no other $thing.")
        break
    ?? house.take(name, place)
    look_into(target)
    !! house.put(name, target) :: break
""",
    "within": f"""\
{_FIND}container, place = find("$container")
if container:
    ?? house.put("$held", container)
    ?? house.take(container, place)
    for target in targets:
        look_into(target)
        ?? house.put(container, target) :: break
else:
    print("I have seen no $container.")
""",
}


def write_continuation(way: str, goal: Goal, held: str) -> str:
    """Return the template of a program that begins with ``held`` in the hand and searches for what else is needed: a
    lamp, a second thing or a container."""
    bodies = _FUNCTION if way == "function" else _LOOP
    targets = "" if goal.task == "look" else "@targets\n"
    return f"@places\n{targets}\n@look\n\n{bodies[goal.task]}".replace("$held", held)


def write_direct(way: str, steps: Sequence[Step], household: Household) -> str:
    """Return the template of a program that carries out known steps."""
    certain = all(step.door is not None for step in steps)
    if way == "list" and certain:
        return _as_list(steps, household)
    if way == "itinerary":
        return _as_itinerary(steps)
    if way == "careful":
        return _as_careful(steps)
    if way == "checked" and not household.refusal:
        return _CHECK + "".join(_line(step, "do({})") for step in steps)
    return "".join(_line(step, "print({})") for step in steps)


_CHECK = '''\
def do(answer):
    """Print an answer; stop the script where a step could not be done."""
    print(answer)
    if answer == "Nothing happens.":
        raise RuntimeError("this step could not be done")
    return answer

'''


def _call(step: Step) -> str:
    words = ", ".join(f'"{word}"' for word in step.words)
    return f"house.{'goto' if step.verb == 'reach' else step.verb}({words})"


def _line(step: Step, shown: str) -> str:
    """One step as a line or a few; what may be closed is opened if it is."""
    call = _call(step)
    if step.verb != "reach" or step.door is False:
        return shown.format(call) + "\n"
    opening = shown.format(f'house.open("{step.words[0]}")')
    if step.door:
        return f"{shown.format(call)}\n{opening}\n"
    return f'view = {call}\nprint(view)\nif "is closed" in view:\n    {opening}\n'


def _as_list(steps: Sequence[Step], household: Household) -> str:
    entries: list[str] = []
    for step in steps:
        name, _, words = _call(step).partition("(")
        entries.append(f"    ({name}, {words.removesuffix(')')}),\n")
        if step.verb == "reach" and step.door:
            entries.append(f'    (house.open, "{step.words[0]}"),\n')
    loop = "for action, *words in steps:\n    !! action(*words) :: break\n"
    if household.refusal:
        # An error ends the script by itself and says why.
        loop = "for action, *words in steps:\n    print(action(*words))\n"
    return f"steps = [\n{''.join(entries)}]\n{loop}"


def _as_itinerary(steps: Sequence[Step]) -> str:
    """A list of stops, each with what to do there."""
    stops: list[tuple[str, list[str]]] = []
    for step in steps:
        if step.verb in ("reach", "open"):
            stops.append((step.words[0], []))
        elif stops:
            stops[-1][1].append(f"lambda: {_call(step)}")
        else:
            return _as_careful(steps)
    entries = "".join(f'    ("{place}", [{", ".join(acts)}]),\n' for place, acts in stops)
    return (
        f"@places\nstops = [\n{entries}]\n\n@look\n\n"
        "for place, actions in stops:\n    look_into(place)\n    for action in actions:\n        ?? action()\n"
    )


def _as_careful(steps: Sequence[Step]) -> str:
    lines = [
        f'look_into("{step.words[0]}")' if step.verb in ("reach", "open") else f"?? {_call(step)}" for step in steps
    ]
    return "@places\n\n@look\n\n" + "\n".join(lines) + "\n"
