"""Tasks that leave it to the agent to find out which thing is meant: the nearest, the largest, one by a count."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import (
    BLOCK_NAME,
    BOWL_NAME,
    COLOR,
    NUMBER,
    ZONE_NAME,
    Phrasing,
    choice,
)
from embodied_codeact.envs.tabletop.tasks.placing import BOWL_X, BOWL_Y
from embodied_codeact.envs.tabletop.tasks.relations import Inside, OnZone
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors, zone

_MARGIN = 0.04
_SIZES = (0.03, 0.04, 0.05, 0.06)

_BY_DISTANCE = """\
if "chosen" not in globals():
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: scene.distance(thing.name, bowl))
    chosen = blocks[0 if which == "nearest to" else -1].name
print("I take the", chosen)
if not scene.is_inside(chosen, bowl):
    arm.pick(chosen)
    arm.place(bowl)
print("done:", scene.is_inside(chosen, bowl))
"""

_BY_SIZE = """\
blocks = sorted(scene.objects(kind="block"), key=lambda thing: float(np.prod(thing.size)))
chosen = blocks[-1 if which == "largest" else 0].name
print("I take the", chosen)
centre = scene.find(zone).position[:2]
if math.dist(scene.find(chosen).position[:2], centre) > 0.015 or state.holding == chosen:
    arm.pick(chosen)
    arm.place(zone)
off = math.dist(scene.find(chosen).position[:2], centre)
print(f"The block is {1000 * off:.0f} mm from the middle of the zone.")
print("done:", off < 0.02)
"""

_BY_COUNT = """\
count = len(scene.objects(kind="block", color=color))
target = bowl if count > limit else other
print(f"There are {count} {color} blocks, so the block goes to the {target}.")
if not scene.is_inside(block, target):
    arm.pick(block)
    arm.place(target)
print("done:", scene.is_inside(block, target))
"""


def _by_distance(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    bowl_color, other, *colors = pick_colors(rng, 6)
    centre = layout.place(bowl(bowl_color), x=BOWL_X, y=BOWL_Y)
    layout.place(bowl(other), x=BOWL_X, y=BOWL_Y)
    blocks = [layout.place(block(color)) for color in colors]
    which = str(rng.choice(("nearest to", "farthest from")))
    ranked = sorted(blocks, key=lambda spec: math.dist(spec.position[:2], centre.position[:2]))
    if which == "farthest from":
        ranked.reverse()
    first, second = (math.dist(spec.position[:2], centre.position[:2]) for spec in ranked[:2])
    if abs(first - second) < _MARGIN:
        raise Rejected("two blocks are almost equally far")
    goal = put_down(layout.scene(), [Inside(ranked[0].name, centre.name)], moved={ranked[0].name})
    return Arrangement(layout.scene(), {"which": which, "bowl": centre.name}, goal)


def _by_size(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    target, other, *colors = pick_colors(rng, 6)
    zones = [layout.place(zone(color)).name for color in (target, other)]
    sizes = [_SIZES[index] for index in rng.permutation(len(_SIZES))]
    cubes = [block(color, size=(size, size, size)) for color, size in zip(colors, sizes, strict=True)]
    names = [layout.place(cube).name for cube in cubes]
    which = str(rng.choice(("largest", "smallest")))
    chosen = names[int(np.argmax(sizes) if which == "largest" else np.argmin(sizes))]
    goal = put_down(layout.scene(), [OnZone(chosen, zones[0])], moved={chosen})
    return Arrangement(layout.scene(), {"which": which, "zone": zones[0]}, goal)


def _by_count(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    counted, moved, *bowl_colors = pick_colors(rng, 4)
    bowls = [layout.place(bowl(color), x=BOWL_X, y=BOWL_Y).name for color in bowl_colors]
    count, limit = int(rng.integers(1, 6)), int(rng.integers(2, 4))
    for number in range(1, count + 1):
        layout.place(block(counted, number=number))
    name = layout.place(block(moved)).name
    goal = put_down(layout.scene(), [Inside(name, bowls[0 if count > limit else 1])], moved={name})
    parameters = {"limit": limit, "color": counted, "block": name, "bowl": bowls[0], "other": bowls[1]}
    return Arrangement(layout.scene(), parameters, goal)


TASKS = (
    TabletopTask(
        name="nearest-block",
        summary="Put the block nearest to or farthest from a bowl into it.",
        plan="I measure how far the blocks are, put the one {which} the {bowl} into it, and check that it lies inside.",
        placement="2 bowls (x 0.36 to 0.64, y -0.24 to 0.24 m), 4 blocks anywhere; the choice is clear by 4 cm",
        success="the right block lies within the rim, carried by the bowl alone",
        phrasing=Phrasing(
            (
                "Put the block {which} the {bowl} into that bowl.",
                "Take the block that is {which} the {bowl} and put it in there.",
                "Which block is {which} the {bowl}? Put that one into the bowl.",
            ),
            {"which": choice("nearest to", "farthest from"), "bowl": BOWL_NAME},
            kept=(
                "Of all the blocks, pick the one {which} the {bowl}; the bowl gets it.",
                "Judge by distance: the block {which} the {bowl} is the one to go in.",
            ),
        ),
        arrange=_by_distance,
        oracles=everywhere(_BY_DISTANCE, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.97},
    ),
    TabletopTask(
        name="largest-block",
        summary="Put the largest or smallest block onto a zone.",
        plan="I compare sizes, place the {which} of the blocks on the {zone}, and measure how far off it is.",
        placement="2 zones of 12 cm and 4 cubes of 3, 4, 5 and 6 cm anywhere",
        success="the right block stands on the table, no corner more than 5 mm out of the zone",
        phrasing=Phrasing(
            (
                "Put the {which} block on the {zone}.",
                "Find the {which} block and place it on the {zone}.",
                "Move the {which} of the blocks onto the {zone}.",
            ),
            {"which": choice("largest", "smallest"), "zone": ZONE_NAME},
            kept=(
                "Judge by size: the {which} block is the one for the {zone}.",
                "Let the {zone} be taken by the {which} of all the blocks.",
            ),
        ),
        arrange=_by_size,
        oracles=everywhere(_BY_SIZE, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.97},
    ),
    TabletopTask(
        name="if-more-than",
        summary="Count blocks, and choose a bowl accordingly.",
        plan="I count what is {color}: with over {limit} the {bowl}, otherwise the {other} is where I put the {block}.",
        placement="2 bowls (x 0.36 to 0.64, y -0.24 to 0.24 m), 1 to 5 blocks to count and one to move anywhere",
        success="the block lies within the rim of the right bowl, carried by it alone",
        phrasing=Phrasing(
            (
                "If there are more than {limit} {color} blocks, put the {block} in the {bowl}; "
                "otherwise put it in the {other}.",
                "Count the {color} blocks: with more than {limit} of them, the {block} goes into the {bowl}, "
                "else into the {other}.",
                "Put the {block} into the {bowl} if you see more than {limit} {color} blocks, "
                "and into the {other} if not.",
            ),
            {"limit": NUMBER, "color": COLOR, "block": BLOCK_NAME, "bowl": BOWL_NAME, "other": BOWL_NAME},
            kept=(
                "The {block} has two bowls to choose from: more than {limit} {color} blocks mean the {bowl}, no "
                "more than that the {other}.",
                "Should there be over {limit} {color} blocks, the {block} is for the {bowl}; should there not, "
                "it is for the {other}.",
            ),
        ),
        arrange=_by_count,
        oracles=everywhere(_BY_COUNT, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.97},
    ),
)
