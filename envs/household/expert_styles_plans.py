"""More ways of writing a whole program: with steps as data, chained steps, pattern matching, and the state."""

from __future__ import annotations

from embodied_codeact.envs.household.expert_styles import Style

_STEPS = Style(
    "steps",
    helpers='''\
@places
@targets

@look

def survey(*kinds):
    """Look around until one of each kind is in sight; return {kind: (name, place)}."""
    sights = {}
    for place in places:
        for name in look_into(place):
            sights.setdefault(name.split()[0], (name, place))
        if all(kind in sights for kind in kinds):
            break
    return sights

def carry_out(steps):
    """Do one step after the other, until one fails; return how many were done."""
    for number, (action, *words) in enumerate(steps):
        !! action(*words) :: return number
    return len(steps)

@free
''',
    carry="""\
sights = survey("$thing")
if "$thing" in sights:
    name, place = sights["$thing"]
    carry_out([(house.take, name, place)])
    @treat
    for target in targets:
        look_into(target)
        if carry_out([(house.put, name, target)]):
            break
else:
    print("There is no $thing here, only:", sorted(sights))
""",
    two="""\
target = targets[0]
in_place = [name for name in look_into(target) if name.split()[0] == "$thing"]
others = []
for place in places:
    if len(in_place) + len(others) >= 2:
        break
    if place != target:
        others += [(name, place) for name in look_into(place) if name.split()[0] == "$thing"]

for name, place in others[: 2 - len(in_place)]:
    look_into(place)
    carry_out([(house.take, name, place)])
    look_into(target)
    carry_out([(house.put, name, target)])
print(f"In {target} before: {in_place}; brought there: {others}")
""",
    look="""\
sights = survey("$thing", "$target")
if {"$thing", "$target"} <= set(sights):
    (name, place), (lamp, stand) = sights["$thing"], sights["$target"]
    look_into(place)
    carry_out([(house.take, name, place)])
    look_into(stand)
    carry_out([(house.use, lamp)])
else:
    print("Something is missing here, I saw only:", sorted(sights))
""",
    within="""\
sights = survey("$thing", "$container")
if {"$thing", "$container"} <= set(sights):
    (name, place), (container, stand) = sights["$thing"], sights["$container"]
    look_into(place)
    carry_out([(house.take, name, place)])
    look_into(stand)
    carry_out([(house.put, name, container), (house.take, container, stand)])
    for target in targets:
        look_into(target)
        if carry_out([(house.put, container, target)]):
            break
else:
    print("Something is missing here, I saw only:", sorted(sights))
""",
)

_CHAIN = Style(
    "chain",
    helpers='''\
@places
@targets

task = {"name": None}
memory = {}

@look

def things_at(places, kind):
    """Yield (name, place) for things of a kind, going only where there may be some."""
    for place in places:
        if place not in memory or any(name.split()[0] == kind for name in memory[place]):
            memory[place] = look_into(place)
            yield from ((name, place) for name in memory[place] if name.split()[0] == kind)

def taken(kind, skip=None):
    for name, place in things_at([place for place in places if place != skip], kind):
        ?? house.take(name, place) :: task["name"] = name || return True
    return False

def put_into(*receptacles):
    for receptacle in receptacles:
        look_into(receptacle)
        ?? house.put(task["name"], receptacle) :: return True
    return False

@free
''',
    place="""\
# The second only makes sense after the first.
done = taken("$thing") and put_into(*targets)
print("Done." if done else "Not done, I hold:", task["name"])
""",
    carry="""\
def treated():
    name = task["name"]
    @treat
    return True

# Each step only makes sense after the one before, so the first that fails ends it.
done = taken("$thing") and treated() and put_into(*targets)
print("Done." if done else "Not done, I hold:", task["name"])
""",
    two="""\
target = targets[0]

def enough():
    return sum(name.split()[0] == "$thing" for name in look_into(target)) >= 2

# Each step only makes sense after the one before, so the first that fails ends it.
while not enough() and taken("$thing", skip=target) and put_into(target):
    print("One more is in place.")
""",
    look="""\
def lit(kind):
    for name, _ in things_at(places, kind):
        ?? house.use(name) :: return True
    return False

# Each step only makes sense after the one before, so the first that fails ends it.
done = taken("$thing") and lit("$target")
print("Done." if done else "Not done, I hold:", task["name"])
""",
    within="""\
def packed(kind):
    for container, place in things_at(places, kind):
        !! house.put(task["name"], container) :: continue
        ?? house.take(container, place) :: task["name"] = container || return True
    return False

# Each step only makes sense after the one before, so the first that fails ends it.
done = taken("$thing") and packed("$container") and put_into(*targets)
print("Done." if done else "Not done, I hold:", task["name"])
""",
)

_STATE = Style(
    "state",
    helpers='''\
@places
@targets

def known(kind, skip=None):
    """Everything of that kind in what I have seen so far, as (name, place)."""
    return [
        (name, place)
        for place, names in state.seen.items()
        for name in names
        if name.split()[0] == kind and place != skip
    ]

def reach(place):
    """Stand before a place, open if it has a door."""
    if state.location != place:
        ?? house.goto(place)
    for see in (house.open, house.examine):
        if place not in state.seen:
            ?? see(place)

def spot(kind, skip=None):
    """Return (name, place) of a thing of that kind, exploring while I know of none."""
    for place in [None, *places]:
        if place and place not in state.seen:
            reach(place)
        if known(kind, skip):
            return known(kind, skip)[0]
    return None

@free
''',
    carry="""\
sight = spot("$thing")
if sight:
    name, place = sight
    reach(place)
    ?? house.take(name, place)
    @treat
for target in targets:
    if not state.holding:
        break
    reach(target)
    ?? house.put(state.holding, target)
print(state.seen)
""",
    two="""\
target = targets[0]
reach(target)
while len([name for name in state.seen[target] if name.split()[0] == "$thing"]) < 2:
    sight = spot("$thing", skip=target)
    if sight is None:
        break
    name, place = sight
    reach(place)
    ?? house.take(name, place)
    if not state.holding:
        break
    reach(target)
    ?? house.put(name, target)
    if state.holding:
        break
print(target, state.seen[target])
""",
    look="""\
sight = spot("$thing")
if sight:
    reach(sight[1])
    ?? house.take(*sight)
light = spot("$target")
if light:
    reach(light[1])
    ?? house.use(light[0])
print("I hold:", state.holding)
""",
    within="""\
sight = spot("$thing")
if sight:
    reach(sight[1])
    ?? house.take(*sight)
box = spot("$container")
if state.holding and box:
    container, place = box
    reach(place)
    ?? house.put(state.holding, container)
    if not state.holding:
        ?? house.take(container, place)
    for target in targets:
        if state.holding != container:
            break
        reach(target)
        ?? house.put(container, target)
print("I hold:", state.holding)
""",
    stateful=True,
    reach="reach",
)

_MATCHING = Style(
    "matching",
    helpers="""\
@places
@targets

@look

@free
name = None
""",
    carry="""\
for place in places:
    for thing in look_into(place):
        match thing.split(), name:
            case ["$thing", _], None:
                ?? house.take(thing, place) :: name = thing
    if name:
        break

match name:
    case None:
        print("I found no $thing.")
    case _:
        @treat
        for target in targets:
            look_into(target)
            ?? house.put(name, target) :: break
""",
    two="""\
target, spares = targets[0], []
in_place = 0
for place in [target, *[other for other in places if other != target]]:
    for thing in look_into(place):
        match thing.split():
            case ["$thing", _] if place == target:
                in_place += 1
            case ["$thing", _]:
                spares.append((thing, place))
    if in_place + len(spares) >= 2:
        break

for name, place in spares[: max(2 - in_place, 0)]:
    look_into(place)
    ?? house.take(name, place)
    look_into(target)
    ?? house.put(name, target)
""",
    look="""\
light = None
for place in places:
    for thing in look_into(place):
        match thing.split():
            case ["$thing", _] if not name:
                ?? house.take(thing, place) :: name = thing
            case ["$target", _] if not light:
                light = (thing, place)
    if name and light:
        break

match name, light:
    case str(), (lamp, stand):
        ~~ stand
        ?? house.use(lamp)
    case _:
        print("Something is missing:", name, light)
""",
    within="""\
box = None
for place in places:
    for thing in look_into(place):
        match thing.split():
            case ["$thing", _] if not name:
                ?? house.take(thing, place) :: name = thing
            case ["$container", _] if not box:
                box = (thing, place)
    if name and box:
        break

match name, box:
    case str(), (container, stand):
        look_into(stand)
        ?? house.put(name, container)
        ?? house.take(container, stand)
        for target in targets:
            look_into(target)
            ?? house.put(container, target) :: break
    case _:
        print("Something is missing:", name, box)
""",
)

PLAN_STYLES = (_STEPS, _CHAIN, _STATE, _MATCHING)
