"""A way of writing with one function of its own: what is wanted stands in the first lines, and the rest is the same
for every task of a kind. The plain teacher knows this one only."""

from __future__ import annotations

from embodied_codeact.envs.household.expert_styles import Style

PLAIN_STYLE = Style(
    "plain",
    helpers="""\
@wanted
@places
@targets

@look

@free
""",
    carry="""\
# 1. Find it and take it.
for place in places:
    mine = [name for name in look_into(place) if name.split()[0] == thing]
    if mine:
        break
else:
    raise LookupError(f"I looked into everything and saw no {thing}.")
name = mine[0]
?? house.take(name, place)

# 2. Bring it to where it belongs.
@treat
for place in targets:
    look_into(place)
    ?? house.put(name, place) :: break
else:
    print(f"No {target} takes it.")
""",
    two="""\
# Both go into the same one; I can carry one at a time.
home = targets[0]
in_place = sum(name.split()[0] == thing for name in look_into(home))
for place in places:
    while in_place < 2 and place != home:
        mine = [name for name in look_into(place) if name.split()[0] == thing]
        if not mine:
            break  # on to the next place
        ?? house.take(mine[0], place)
        look_into(home)
        !! house.put(mine[0], home) :: break
        in_place += 1
print("In place:", in_place)
""",
    look="""\
# 1. Walk around until I hold the one and know where the other is.
mine, lamps = None, {}
for place in places:
    for name in look_into(place):
        if name.split()[0] == lamp:
            lamps[name] = place
        if name.split()[0] == thing and mine is None:
            ?? house.take(name, place) :: mine = name
    if mine and lamps:
        break
else:
    raise LookupError(f"I hold {mine} and know of {lamps}: something is not here.")

# 2. Turn it on while I hold the thing.
name, stand = lamps.popitem()
if stand != place:
    look_into(stand)
?? house.use(name)
""",
    within="""\
# 1. Find out where both are.
sights = {}
for place in places:
    for name in look_into(place):
        sights.setdefault(name.split()[0], (name, place))
    if thing in sights and container in sights:
        break
else:
    raise LookupError(f"I looked into everything and saw only this: {sights}")

# 2. Put the one into the other.
(name, place), (vessel, stand) = sights[thing], sights[container]
look_into(place)
?? house.take(name, place)
look_into(stand)
?? house.put(name, vessel)

# 3. Carry both to where they belong.
?? house.take(vessel, stand)
for place in targets:
    look_into(place)
    ?? house.put(vessel, place) :: break
""",
)
