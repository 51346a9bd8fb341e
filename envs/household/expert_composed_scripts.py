"""Programs for errands with loops, conditions and values to find out, and for single calls.

Templates are in the language of :mod:`~embodied_codeact.envs.household.expert_pieces`. Each program looks into as few
places as it can, and remembers what it saw.
"""

from __future__ import annotations

from collections.abc import Mapping

_MEMORY = '''\
@places
known = {}

@look

def look(place):
    """Return what is at a place; go there only if I have not seen it yet."""
    if place not in known:
        known[place] = look_into(place)
    return known[place]

def find(kind):
    """Search for a thing of a kind, go to it, and return its name and its place."""
    for place in places:
        fresh = place not in known
        for name in look(place):
            if name.split()[0] == kind:
                if not fresh:
                    look_into(place)  # I saw it before: go back.
                return name, place
    raise LookupError(f"there is no {kind} here")

def fetch(kind):
    """Take a thing of a kind and return its name."""
    name, place = find(kind)
    ?? house.take(name, place)
    known[place].remove(name)
    return name

def put_away(name, place):
    look_into(place)
    ?? house.put(name, place)

'''
_SHUT = '''\
def shut(place):
    """Close what has a door."""
    if place.split()[0] in ("cabinet", "drawer", "fridge", "laundryhamper", "microwave", "safe"):
        ?? house.close(place)

'''

COMPOSED: Mapping[str, tuple[str, ...]] = {
    "gather": (
        """\
@places
target = "$target"

@look

for place in places:
    if place == target:
        continue
    found = [name for name in look_into(place) if name.split()[0] == "$a"]
    for number, name in enumerate(found):
        if number:
            look_into(place)  # back from the target
        ?? house.take(name, place)
        look_into(target)
        ?? house.put(name, target)
""",
        """\
@places
target = "$target"

@look

def carry_one(place):
    \"\"\"Bring one $a from a place to the target; return whether there was one.\"\"\"
    for name in look_into(place):
        if name.split()[0] == "$a":
            ?? house.take(name, place)
            look_into(target)
            ?? house.put(name, target)
            return True
    return False

for place in places:
    while place != target and carry_one(place):
        pass
""",
    ),
    "sort": (
        """\
@places
belongs = {"$a": "$target", "$b": "$other"}

@look

for place in places:
    wrong = [name for name in look_into(place) if belongs.get(name.split()[0], place) != place]
    for number, name in enumerate(wrong):
        if number:
            look_into(place)
        ?? house.take(name, place)
        target = belongs[name.split()[0]]
        look_into(target)
        ?? house.put(name, target)
""",
        """\
@places
belongs = {"$a": "$target", "$b": "$other"}

@look

for place in places:
    while True:
        wrong = [name for name in look_into(place) if belongs.get(name.split()[0], place) != place]
        if not wrong:
            break
        target = belongs[wrong[0].split()[0]]
        ?? house.take(wrong[0], place)
        look_into(target)
        ?? house.put(wrong[0], target)
""",
    ),
    "empty": (
        """\
@places
source, target = "$place", "$target"

@look

things = look_into(source)
for number, name in enumerate(things):
    if number:
        look_into(source)
    ?? house.take(name, source)
    look_into(target)
    ?? house.put(name, target)
""",
        """\
@places

@look

while things := look_into("$place"):
    ?? house.take(things[0], "$place")
    look_into("$target")
    ?? house.put(things[0], "$target")
""",
    ),
    "close_all": (
        """\
@places

@view

for place in places:
    if f"{place} is open" in view_of(place):
        ?? house.close(place)
""",
    ),
    "leave_closed": (
        f"""\
@places

@look

{_SHUT}name = None
for place in places:
    found = [thing for thing in look_into(place) if thing.split()[0] == "$a"]
    if found:
        name = found[0]
        ?? house.take(name, place)
    shut(place)
    if found:
        break
if name:
    look_into("$target")
    ?? house.put(name, "$target")
    shut("$target")
""",
    ),
    "several": (
        f"""\
{_MEMORY}for kind, treat, appliance in [("$a", house.$do_a, "$by_a"), ("$b", house.$do_b, "$by_b")]:
    name = fetch(kind)
    ~~ appliance
    ?? treat(name, appliance)
    put_away(name, "$target")
""",
        f"""\
{_MEMORY}name = fetch("$a")
~~ "$by_a"
?? house.$do_a(name, "$by_a")
put_away(name, "$target")

name = fetch("$b")
~~ "$by_b"
?? house.$do_b(name, "$by_b")
put_away(name, "$target")
""",
    ),
    "swap": (
        f"""\
{_MEMORY}first, first_place = find("$a")
second, second_place = find("$b")
# I stand before the $b, so I begin with it.
?? house.take(second, second_place)
put_away(second, first_place)
?? house.take(first, first_place)
put_away(first, second_place)
""",
    ),
    "beside": (
        f"""\
{_MEMORY}_, target = find("$b")
name = fetch("$a")
put_away(name, target)
""",
    ),
    "most": (
        f"""\
{_MEMORY}counts = {{}}
for place in places:
    if place.split()[0] == "$kind":
        counts[place] = sum(name.split()[0] == "$b" for name in look(place))
print(counts)
put_away(fetch("$a"), max(counts, key=counts.get))
""",
        f"""\
{_MEMORY}candidates = [place for place in places if place.split()[0] == "$kind"]
best = max(candidates, key=lambda place: len([name for name in look(place) if name.startswith("$b ")]))
print("The most are at", best)
put_away(fetch("$a"), best)
""",
    ),
    "fewest": (
        f"""\
{_MEMORY}counts = {{place: len(look(place)) for place in places if place.split()[0] == "$kind"}}
print(counts)
put_away(fetch("$a"), min(counts, key=counts.get))
""",
        f"""\
{_MEMORY}best = None
for place in places:
    if place.startswith("$kind ") and (best is None or len(look(place)) < len(look(best))):
        best = place
print("The emptiest is", best)
put_away(fetch("$a"), best)
""",
    ),
    "count": (
        f"""\
{_MEMORY}number = sum(name.split()[0] == "$b" for name in look("$place"))
print("Counted:", number)
put_away(fetch("$a"), f"$kind {{number}}")
""",
    ),
    "condition": (
        f"""\
{_MEMORY}found = [name for name in look("$place") if name.split()[0] == "$a"]
if found:
    ?? house.take(found[0], "$place")
    put_away(found[0], "$target")
else:
    put_away(fetch("$b"), "$other")
""",
        f"""\
{_MEMORY}if any(name.startswith("$a ") for name in look("$place")):
    kind, target = "$a", "$target"
    places.insert(0, "$place")
else:
    kind, target = "$b", "$other"
put_away(fetch(kind), target)
""",
    ),
    "compare": (
        f"""\
{_MEMORY}counts = {{"$a": 0, "$b": 0}}
for place in places:
    for name in look(place):
        kind = name.split()[0]
        if kind in counts:
            counts[kind] += 1
print(counts)
kind, target = ("$c", "$target") if counts["$a"] > counts["$b"] else ("$d", "$other")
put_away(fetch(kind), target)
""",
        f"""\
{_MEMORY}kinds = [name.split()[0] for place in places for name in look(place)]
print({{kind: kinds.count(kind) for kind in ("$a", "$b")}})
if kinds.count("$a") > kinds.count("$b"):
    put_away(fetch("$c"), "$target")
else:
    put_away(fetch("$d"), "$other")
""",
    ),
}
"""Ways of writing the program of each kind of errand."""

THERE_FIRST = """\
@places

@look

look_into("$place")
@call
"""
"""A single call where it could not be made at once: go there first."""
HAND_FIRST = """\
@places

@look

for place in places:
    if "$thing" in look_into(place):
        ?? house.take("$thing", place)
        break
look_into("$place")
@call
"""
"""The same, for what must be in the hand."""


VIEWS = {
    "plain": '''\
def view_of(place):
    """Go to a place and say what I see there, without opening anything."""
    view = house.goto(place)
    if view == "Nothing happens.":
        view = house.examine(place)  # I stand there already.
    print(view)
    return view
''',
    "errors": '''\
def view_of(place):
    """Go to a place and say what I see there, without opening anything."""
    try:
        view = house.goto(place)
    except Refusal:
        view = house.examine(place)  # I stand there already.
    print(view)
    return view
''',
    "flat": '''\
def view_of(place):
    """Go to a place and say what I see there, without opening anything."""
    view = house.goto(place)
    for other in places:
        if view != "Nothing happens.":
            break
        house.goto(other)  # I stand there already: step away and come back.
        view = house.goto(place)
    print(view)
    return view
''',
    "flat with errors": '''\
def view_of(place):
    """Go to a place and say what I see there, without opening anything."""
    view = ""
    for detour in [None, *places]:
        try:
            if detour:
                house.goto(detour)  # I stand there already: step away and come back.
            view = house.goto(place)
            break
        except Refusal:
            continue
    print(view)
    return view
''',
}
"""A function that tells what is open, for each kind of household."""
