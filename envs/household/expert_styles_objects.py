"""More ways of writing a whole program: with a class, a generator, exceptions, recursion."""

from __future__ import annotations

from embodied_codeact.envs.household.expert_styles import Style

_CLASS = Style(
    "class",
    helpers='''\
@places
@targets

@look

class Errand:
    """Remembers what it saw where, and what it carries."""

    def __init__(self, places):
        self.unseen = list(places)
        self.known = []  # (name, place)
        self.at, self.here = None, []

    def stand_at(self, place):
        """Be at a place, and return what is there."""
        if self.at != place:
            self.at, self.here = place, look_into(place)
        return self.here

    def locate(self, kind, skip=None):
        """Return (name, place) of a thing of that kind, looking further where I know of none."""
        while True:
            for name, place in self.known:
                if name.split()[0] == kind and place != skip:
                    return name, place
            if not self.unseen:
                raise LookupError(f"no {kind} anywhere")
            place = self.unseen.pop(0)
            self.known += [(name, place) for name in self.stand_at(place)]

    def fetch(self, kind, skip=None):
        """Take a thing of that kind and return its name."""
        while True:
            name, place = self.locate(kind, skip)
            self.known.remove((name, place))
            self.stand_at(place)
            ?? house.take(name, place) :: return name

    def deliver(self, name, receptacles):
        """Put what I carry into the first receptacle that takes it."""
        for receptacle in receptacles:
            self.stand_at(receptacle)
            ?? house.put(name, receptacle) :: return receptacle
        raise LookupError(f"nothing takes the {name}")

@free
errand = Errand(places)
''',
    carry="""\
name = errand.fetch("$thing")
@treat
print(name, "is now in", errand.deliver(name, targets))
""",
    two="""\
target = targets[0]
count = sum(name.split()[0] == "$thing" for name in errand.stand_at(target))
for _ in range(2 - count):
    errand.deliver(errand.fetch("$thing", skip=target), [target])
""",
    look="""\
name = errand.fetch("$thing")
lamp, place = errand.locate("$target")
errand.stand_at(place)
?? house.use(lamp)
""",
    within="""\
name = errand.fetch("$thing")
container, place = errand.locate("$container")
errand.stand_at(place)
?? house.put(name, container)
?? house.take(container, place)
print(container, "is now in", errand.deliver(container, targets))
""",
    reach="errand.stand_at",
)

_TOUR = Style(
    "tour",
    helpers='''\
@places
@targets

@look

noticed = []

def walk():
    """One walk through the home, which goes on where it was left."""
    for place in places:
        for name in look_into(place):
            noticed.append((name, place))
            yield name, place

walking = walk()

def first(kind, skip=()):
    """The first thing of that kind: among what I noticed before, or further along my walk."""
    sights = itertools.chain(list(noticed), walking)
    return next(((name, place) for name, place in sights if name.split()[0] == kind and place not in skip), None)

@free
''',
    carry="""\
sight = first("$thing")
if sight is None:
    print("I walked through the whole home and saw no $thing.")
else:
    name, place = sight
    ?? house.take(name, place)
    @treat
    for target in targets:
        look_into(target)
        ?? house.put(name, target) :: break
""",
    two="""\
target = targets[0]
done = {name for name in look_into(target) if name.split()[0] == "$thing"}
while len(done) < 2 and (sight := first("$thing", skip=(target,))):
    noticed.remove(sight)
    name, place = sight
    look_into(place)
    ?? house.take(name, place)
    look_into(target)
    ?? house.put(name, target) :: done.add(name)
print(sorted(done), "in", target)
""",
    look="""\
sight = first("$thing")
if sight is None:
    print("I walked through the whole home and saw no $thing.")
else:
    name, place = sight
    ?? house.take(name, place)
    light = first("$target")
    if light is None:
        print("There is no $target.")
    else:
        lamp, stand = light
        ~~ stand
        ?? house.use(lamp)
""",
    within="""\
sight, box = first("$thing"), first("$container")
if sight and box:
    (name, place), (container, stand) = sight, box
    look_into(place)
    ?? house.take(name, place)
    look_into(stand)
    ?? house.put(name, container)
    ?? house.take(container, stand)
    for target in targets:
        look_into(target)
        ?? house.put(container, target) :: break
else:
    print("One of them is not here:", sight, box)
""",
)

_EXCEPTIONS = Style(
    "exceptions",
    helpers='''\
@places
@targets

class Stuck(Exception):
    """The task cannot go on like this."""

@look

seen = {}

def holds(place, kind):
    """Whether there may be something of that kind: where I have not been yet, there may."""
    return place not in seen or any(name.split()[0] == kind for name in seen[place])

def find(kind, skip=None):
    """Go to where a thing of that kind is, and return its name and the place."""
    for place in places:
        if place != skip and holds(place, kind):
            seen[place] = look_into(place)
            for name in seen[place]:
                if name.split()[0] == kind:
                    return name, place
    raise Stuck(f"there is no {kind}")

def pick(kind, skip=None):
    name, place = find(kind, skip)
    !! house.take(name, place) :: raise Stuck(f"the {name} cannot be taken")
    return name

def place_into(name, receptacles):
    for receptacle in receptacles:
        look_into(receptacle)
        ?? house.put(name, receptacle) :: return receptacle
    raise Stuck(f"nothing takes the {name}")

@free
''',
    carry="""\
try:
    name = pick("$thing")
    @treat
    print("Done:", name, "in", place_into(name, targets))
except Stuck as problem:
    print("Stuck:", problem)
""",
    two="""\
target = targets[0]
try:
    count = sum(name.split()[0] == "$thing" for name in look_into(target))
    while count < 2:
        place_into(pick("$thing", skip=target), [target])
        count += 1
except Stuck as problem:
    print(f"Stuck with {count} in place:", problem)
""",
    look="""\
try:
    name = pick("$thing")
    lamp, _ = find("$target")
    !! house.use(lamp) :: raise Stuck(f"the {lamp} cannot be used")
except Stuck as problem:
    print("Stuck:", problem)
""",
    within="""\
try:
    name = pick("$thing")
    container, stand = find("$container")
    !! house.put(name, container) :: raise Stuck(f"the {name} does not go into the {container}")
    ?? house.take(container, stand)
    print("Done:", place_into(container, targets))
except Stuck as problem:
    print("Stuck:", problem)
""",
)

_RECURSION = Style(
    "recursion",
    helpers='''\
@places
@targets

@look

def search(kind, order):
    """Return (name, place, the places not looked into yet) for the first thing of that kind."""
    if not order:
        return None, None, []
    place, *rest = order
    names = [name for name in look_into(place) if name.split()[0] == kind]
    return (names[0], place, rest) if names else search(kind, rest)

def try_each(name, receptacles):
    """Put what I hold into the first of these that takes it."""
    if not receptacles:
        return None
    receptacle, *others = receptacles
    look_into(receptacle)
    ?? house.put(name, receptacle) :: return receptacle
    return try_each(name, others)

@free
''',
    carry="""\
name, place, _ = search("$thing", places)
if name:
    ?? house.take(name, place)
    @treat
    print("It went to:", try_each(name, targets))
else:
    print("No $thing was to be found.")
""",
    two='''\
def bring(count, order):
    """Bring things to the target until there are two; return how many there are."""
    name, place, rest = search("$thing", order) if count < 2 else (None, None, [])
    if name is None:
        return count
    ?? house.take(name, place)
    if try_each(name, [target]) is None:
        return count
    return bring(count + 1, [place, *rest])

target = targets[0]
start = sum(name.split()[0] == "$thing" for name in look_into(target))
print("In place:", bring(start, [place for place in places if place != target]))
''',
    look='''\
def gather(order, sights):
    """Look around until both are in sight; return {kind: (name, place)}."""
    if len(sights) == 2 or not order:
        return sights
    place, *rest = order
    for name in look_into(place):
        if name.split()[0] in ("$thing", "$target"):
            sights.setdefault(name.split()[0], (name, place))
    return gather(rest, sights)

sights = gather(places, {})
if len(sights) == 2:
    (name, place), (lamp, stand) = sights["$thing"], sights["$target"]
    look_into(place)
    ?? house.take(name, place)
    look_into(stand)
    ?? house.use(lamp)
else:
    print("Only this turned up:", sights)
''',
    within='''\
def gather(order, sights):
    """Look around until both are in sight; return {kind: (name, place)}."""
    if len(sights) == 2 or not order:
        return sights
    place, *rest = order
    for name in look_into(place):
        if name.split()[0] in ("$thing", "$container"):
            sights.setdefault(name.split()[0], (name, place))
    return gather(rest, sights)

sights = gather(places, {})
if len(sights) == 2:
    (name, place), (container, stand) = sights["$thing"], sights["$container"]
    look_into(place)
    ?? house.take(name, place)
    look_into(stand)
    ?? house.put(name, container)
    ?? house.take(container, stand)
    print("It went to:", try_each(container, targets))
else:
    print("Only this turned up:", sights)
''',
)

OBJECT_STYLES = (_CLASS, _TOUR, _EXCEPTIONS, _RECURSION)
