"""Ways of writing a whole program that searches, carries and checks: with functions.

Each :class:`Style` is one way to build such a program, from the search to the last step, for every kind of task. The
templates are in the language of :mod:`~embodied_codeact.envs.household.expert_pieces`, with the blocks

``@look``     the function ``look_into``
``@wanted``   ``thing``, ``target``, ``container`` or ``lamp``: the kinds that the task names
``@places``   ``places``: where to search, the likeliest first
``@targets``  ``targets``: where to put what was found, the best first
``@free``     putting down what the hand holds and the task does not want
``@treat``    cleaning, heating or cooling ``name``, if that is asked for
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """``helpers`` come first, then what the task asks for: ``carry`` one thing to a target (cleaned, heated or cooled
    on the way), bring ``two`` to one target, ``look`` at a thing under a lamp, or put it ``within`` another thing that
    is then carried. ``stateful``: it reads the ``state``. ``reach``: its own function to go to an
    appliance. ``place``: how it carries a thing that needs no treatment, where it does so in another way."""

    name: str
    helpers: str
    carry: str
    two: str
    look: str
    within: str
    stateful: bool = False
    reach: str = ""
    place: str = ""


_FUNCTIONS = Style(
    "functions",
    helpers='''\
@places
@targets

unsearched = list(places)

@look

def fetch(kind):
    """Search place after place and take the first thing of that kind. Return its name, or None."""
    while unsearched:
        place = unsearched[0]
        for name in look_into(place):
            if name.split()[0] == kind:
                ?? house.take(name, place) :: return name
        unsearched.pop(0)  # Nothing for me there: no need to come back.
    return None

def put_away(name, receptacles):
    """Put what I hold into the first receptacle that takes it, and return that receptacle."""
    for receptacle in receptacles:
        look_into(receptacle)
        ?? house.put(name, receptacle) :: return receptacle
    return None

@free
''',
    carry="""\
name = fetch("$thing")
if name is None:
    print("I found no $thing.")
else:
    @treat
    print("Put into:", put_away(name, targets))
""",
    two="""\
target = targets[0]
unsearched.remove(target)
in_place = [name for name in look_into(target) if name.split()[0] == "$thing"]
while len(in_place) < 2:
    name = fetch("$thing")
    if name is None or put_away(name, [target]) is None:
        print("That was all I could find.")
        break
    in_place.append(name)
print(f"In {target}: {in_place}")
""",
    look="""\
lamps = []
name = None
for place in places:
    things = look_into(place)
    lamps += [(thing, place) for thing in things if thing.startswith("$target ")]
    wanted = [thing for thing in things if thing.startswith("$thing ")]
    if wanted and name is None:
        ?? house.take(wanted[0], place) :: name = wanted[0]
    if name and lamps:
        break

if name and lamps:
    lamp, place = lamps[0]
    look_into(place)
    ?? house.use(lamp)
else:
    print("In hand:", name, "- lamps:", lamps)
""",
    within="""\
containers = []
name = None
for place in places:
    things = look_into(place)
    containers += [(thing, place) for thing in things if thing.startswith("$container ")]
    wanted = [thing for thing in things if thing.startswith("$thing ")]
    if wanted and name is None:
        ?? house.take(wanted[0], place) :: name = wanted[0]
    if name and containers:
        break

if name is None:
    containers.clear()  # With nothing to put into them they are of no use.
for container, place in containers:
    look_into(place)
    !! house.put(name, container) :: continue
    ?? house.take(container, place)
    print("Put into:", put_away(container, targets))
    break
else:
    print("In hand:", name, "- containers:", containers)
""",
)

_MEMORY = Style(
    "memory",
    helpers='''\
@places
@targets
seen = {}  # what is where, as far as I have looked
here = []  # where I have been, the latest last

@look

def stand_at(place):
    if not here or here[-1] != place:
        seen[place] = look_into(place)
        here.append(place)

def where(kind, skip=None):
    """Yield (name, place) of all things of a kind: those I know of first, then those that turn up as I look further."""
    for place in places:
        if place not in seen:
            stand_at(place)
        for name in list(seen[place]):
            if name.split()[0] == kind and place != skip:
                yield name, place

def grab(kind, skip=None):
    for name, place in where(kind, skip):
        stand_at(place)
        ?? house.take(name, place) :: seen[place].remove(name) || return name
    return None

def drop(name, receptacle):
    stand_at(receptacle)
    ?? house.put(name, receptacle) :: seen[receptacle].append(name) || return True
    return False

@free
''',
    carry="""\
name = grab("$thing")
if name:
    @treat
    done = any(drop(name, target) for target in targets)
    print("Done." if done else "None of them takes it.", seen)
else:
    print("There is no $thing in any place that I know:", seen)
""",
    two="""\
target = targets[0]
stand_at(target)
missing = 2 - sum(name.split()[0] == "$thing" for name in seen[target])
for _ in range(missing):
    name = grab("$thing", skip=target)
    if name is None or not drop(name, target):
        break
print(f"{target}: {seen[target]}")
""",
    look="""\
name = grab("$thing")
lamp, place = next(where("$target"), (None, None))
if name and lamp:
    stand_at(place)
    ?? house.use(lamp)
else:
    print("Missing something:", name, lamp)
""",
    within="""\
name = grab("$thing")
full = None
for container, place in where("$container"):
    if name is None:
        break
    stand_at(place)
    ?? house.put(name, container) :: full = container || break

if full:
    ?? house.take(full, place)
    print(any(drop(full, target) for target in targets))
else:
    print("Not done:", name, seen)
""",
    reach="stand_at",
)

_WANTED = Style(
    "wanted",
    helpers='''\
@places
@targets

@look

def look_for(*kinds, at_least=1, skip=()):
    """Look around until I have seen enough things of every kind. Return {kind: [(name, place), ...]}."""
    found = {kind: [] for kind in kinds}
    for place in places:
        if place in skip:
            continue
        for name in look_into(place):
            kind = name.split()[0]
            if kind in found:
                found[kind].append((name, place))
        if all(len(sightings) >= at_least for sightings in found.values()):
            break
    return found

@free
''',
    carry="""\
found = look_for("$thing")["$thing"]
if not found:
    print("I looked everywhere, and there is no $thing.")
for name, place in found[:1]:
    ?? house.take(name, place)
    @treat
    for target in targets:
        look_into(target)
        ?? house.put(name, target) :: break
""",
    two="""\
target = targets[0]
there = [name for name in look_into(target) if name.startswith("$thing ")]
needed = 2 - len(there)
found = look_for("$thing", at_least=needed, skip=[target])["$thing"] if needed > 0 else []
for name, place in found[:needed]:
    look_into(place)
    ?? house.take(name, place)
    look_into(target)
    ?? house.put(name, target)
look_into(target)  # Both should be there now.
""",
    look="""\
found = look_for("$thing", "$target")
if not all(found.values()):
    print("I did not find everything:", found)
else:
    (name, place), (lamp, stand) = found["$thing"][0], found["$target"][0]
    look_into(place)
    ?? house.take(name, place)
    look_into(stand)
    ?? house.use(lamp)
""",
    within="""\
found = look_for("$thing", "$container")
if not all(found.values()):
    print("I did not find everything:", found)
else:
    (name, place), (container, stand) = found["$thing"][0], found["$container"][0]
    look_into(place)
    ?? house.take(name, place)
    look_into(stand)
    ?? house.put(name, container)
    ?? house.take(container, stand)
    for target in targets:
        look_into(target)
        ?? house.put(container, target) :: break
""",
)

_QUEUE = Style(
    "queue",
    helpers="""\
@places
@targets

@look

@free
to_visit = deque(places)
""",
    carry="""\
name = None
while to_visit and name is None:
    place = to_visit.popleft()
    for thing in look_into(place):
        if thing.startswith("$thing "):
            ?? house.take(thing, place) :: name = thing || break

if name is None:
    print("No $thing anywhere.")
else:
    @treat
    to_try = deque(targets)
    while to_try:
        target = to_try.popleft()
        look_into(target)
        ?? house.put(name, target) :: break
""",
    two="""\
target = targets[0]
to_visit.remove(target)
count = sum(thing.startswith("$thing ") for thing in look_into(target))
to_fetch = deque()
while to_visit and count + len(to_fetch) < 2:
    place = to_visit.popleft()
    to_fetch.extend((thing, place) for thing in look_into(place) if thing.startswith("$thing "))
while to_fetch and count < 2:
    name, place = to_fetch.popleft()
    look_into(place)
    ?? house.take(name, place)
    look_into(target)
    ?? house.put(name, target) :: count += 1
print(count, "of 2 are in", target)
""",
    look="""\
name = lamp = None
while to_visit and not (name and lamp):
    place = to_visit.popleft()
    for thing in look_into(place):
        if thing.startswith("$thing ") and not name:
            ?? house.take(thing, place) :: name = thing
        elif thing.startswith("$target ") and not lamp:
            lamp, stand = thing, place

if name and lamp:
    look_into(stand)
    ?? house.use(lamp)
else:
    print("Still missing:", "$thing" if not name else "$target")
""",
    within="""\
name, containers = None, []
while to_visit and not (name and containers):
    place = to_visit.popleft()
    for thing in look_into(place):
        if thing.startswith("$thing ") and not name:
            ?? house.take(thing, place) :: name = thing
        elif thing.startswith("$container "):
            containers.append((thing, place))

if name and containers:
    container, place = containers[0]
    look_into(place)
    ?? house.put(name, container)
    ?? house.take(container, place)
    for target in targets:
        look_into(target)
        ?? house.put(container, target) :: break
else:
    print("Still missing:", "$container" if name else "$thing")
""",
)

_STAGES = Style(
    "stages",
    helpers='''\
@places
@targets

@look

kinds_at = {}

def sightings(kind):
    """Go around and yield (name, place) for each thing of that kind, while I stand before it."""
    for place in places:
        if kind not in kinds_at.get(place, {kind}):
            continue  # I have been there and know that there is none.
        names = look_into(place)
        kinds_at[place] = {name.split()[0] for name in names}
        for name in names:
            if name.split()[0] == kind:
                yield name, place

def took(kind, skip=None):
    for name, place in sightings(kind):
        if place != skip:
            ?? house.take(name, place) :: return name
    return None

def placed(name, target):
    look_into(target)
    ?? house.put(name, target) :: return True
    return False

@free
''',
    carry='''\
def main():
    """Do the task and say how far it got."""
    name = took("$thing")
    if not name:
        return "I found no $thing."
    @treat
    for target in targets:
        if placed(name, target):
            return f"{name} is in {target}."
    return f"I hold {name}, and no $target takes it."

print(main())
''',
    two='''\
def main():
    """Bring two to the same place and say how far it got."""
    target = targets[0]
    count = sum(name.split()[0] == "$thing" for name in look_into(target))
    while count < 2:
        name = took("$thing", skip=target)
        if not name:
            return f"There are only {count} of them."
        if not placed(name, target):
            return f"{target} does not take {name}."
        count += 1
    return f"Two are in {target}."

print(main())
''',
    look='''\
def main():
    """Hold the $thing under the lamp and say how far it got."""
    name = took("$thing")
    if not name:
        return "I found no $thing."
    for lamp, _ in sightings("$target"):
        ?? house.use(lamp) :: return f"I look at {name} under {lamp}."
    return f"I hold {name}, but there is no $target."

print(main())
''',
    within='''\
def main():
    """Do the task and say how far it got."""
    name = took("$thing")
    if not name:
        return "I found no $thing."
    for container, place in sightings("$container"):
        !! house.put(name, container) :: continue
        ?? house.take(container, place)
        for target in targets:
            if placed(container, target):
                return f"{container} with {name} is in {target}."
        return f"I hold {container}, and no $target takes it."
    return f"I hold {name}, but there is no $container."

print(main())
''',
)

FUNCTION_STYLES = (_FUNCTIONS, _MEMORY, _WANTED, _QUEUE, _STAGES)
