"""Tasks about blocks on blocks: stacks, towers, pyramids, pairs, and taking them apart."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout
from embodied_codeact.envs.tabletop.scene import BLOCK, ObjectSpec
from embodied_codeact.envs.tabletop.tasks.formations import Bridge, Foot, Pair, tower
from embodied_codeact.envs.tabletop.tasks.goals import Goal, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, COLOR_LIST, Phrasing
from embodied_codeact.envs.tabletop.tasks.relations import On, OnTable
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors

_TOWER_X = (0.36, 0.64)
_TOWER_Y = (-0.24, 0.24)

_STACK = """\
if not scene.is_on(upper, lower):
    arm.pick(upper)
    arm.place(lower)
print("done:", scene.is_on(upper, lower))
"""

_TOWER = """\
names = [f"{color} block" for color in colors]
steps = list(zip(names, names[1:]))
for lower, upper in steps:
    if not scene.is_on(upper, lower):
        arm.pick(upper)
        arm.place(lower)
print("done:", all(scene.is_on(upper, lower) for lower, upper in steps))
"""

_REVERSE = """\
if "order" not in globals():
    # The tower from top to bottom: all blocks that stand where the highest one stands.
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: thing.top, reverse=True)
    order = [thing.name for thing in blocks if math.dist(thing.position[:2], blocks[0].position[:2]) < 0.03]
print("The tower from top to bottom:", order)
# Taking blocks off the top and piling them up elsewhere turns the order round.
steps = list(zip(order, order[1:]))
if scene.is_on(steps[0][0], steps[0][1]):
    arm.pick(order[0])
    arm.place(scene.free_spot([0.04, 0.04], clearance=0.06))
for lower, upper in steps:
    if not scene.is_on(upper, lower):
        arm.pick(upper)
        arm.place(lower)
print("done:", all(scene.is_on(upper, lower) for lower, upper in steps))
"""

_UNSTACK = """\
def highest():
    return max(scene.objects(kind="block"), key=lambda thing: thing.top)


# A block whose bottom is above the table stands on another one.
for _ in range(6):
    thing = highest()
    if thing.top < 1.5 * thing.size[2]:
        break
    arm.pick(thing.name)
    arm.place(scene.free_spot([0.04, 0.04], clearance=0.05))
print("done:", bool(highest().top < 1.5 * highest().size[2]))
"""

_PYRAMID = """\
def blocks():
    return [scene.find(name) for name in (first, second, top)]


def built():
    left, right, upper = blocks()
    middle = (left.position[:2] + right.position[:2]) / 2
    return bool(math.dist(upper.position[:2], middle) < 0.012 and upper.top > 1.5 * upper.size[2])


left, right, _ = blocks()
if math.dist(left.position[:2], right.position[:2]) > 0.052:
    arm.pick(second)
    # The fingers stand left and right of the gap to be: along the side of the first block that it faces.
    others = [thing.position[:2] for thing in scene.objects() if thing.name not in (first, second)]
    ways = [left.yaw + quarter * math.pi / 2 for quarter in range(4)]
    spots = {way: left.position[:2] + 0.046 * np.array([math.cos(way), math.sin(way)]) for way in ways}
    way = max(ways, key=lambda way: min(math.dist(spots[way], other) for other in others))
    turn = (way - state.tool_yaw + math.pi / 2) % math.pi - math.pi / 2
    arm.place(spots[way], yaw=scene.find(second).yaw + turn)
left, right, _ = blocks()
if not built():
    arm.pick(top)
    middle = (left.position[:2] + right.position[:2]) / 2
    arm.place([*middle, left.top], yaw=left.yaw)
print("done:", built())
"""

_PAIRS = """\
blocks = scene.objects(kind="block")
colors = sorted({thing.color for thing in blocks})
pairs = [[thing.name for thing in blocks if thing.color == color] for color in colors]
for first, second in pairs:
    if not scene.is_on(first, second) and not scene.is_on(second, first):
        arm.pick(first)
        arm.place(second)
print("done:", all(scene.is_on(first, second) or scene.is_on(second, first) for first, second in pairs))
"""


def _stack(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    upper, lower, *_ = [layout.place(block(color)).name for color in pick_colors(rng, 4)]
    goal = put_down(layout.scene(), [On(upper, lower)], moved={upper})
    return Arrangement(layout.scene(), {"upper": upper, "lower": lower}, goal)


def _tower(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    colors = pick_colors(rng, count + 1)
    names = tuple(layout.place(block(color)).name for color in colors)[:count]
    goal = put_down(layout.scene(), tower(names), moved=set(names))
    return Arrangement(layout.scene(), {"colors": colors[:count]}, Goal(goal.wanted, (*goal.kept, Foot(names[0]))))


def _standing_tower(layout: Layout, colors: list[str]) -> list[ObjectSpec]:
    """Build a tower, colours from bottom to top, each block a little turned against the one below."""
    built = [layout.place(block(colors[0]), x=_TOWER_X, y=_TOWER_Y)]
    for color in colors[1:]:
        below = built[-1]
        yaw = below.yaw + math.radians(float(layout.rng.uniform(-10, 10)))
        built.append(layout.stand(block(color), below.position[:2], yaw, bottom=BLOCK * len(built)))
    return built


def _reverse(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    colors = pick_colors(rng, 5)
    names = tuple(spec.name for spec in _standing_tower(layout, colors[:3]))
    layout.place(bowl(colors[3]), x=_TOWER_X, y=_TOWER_Y)
    layout.place(block(colors[4]))
    goal = put_down(layout.scene(), tower(names[::-1]), moved=set(names))
    return Arrangement(layout.scene(), {}, Goal(goal.wanted, (*goal.kept, Foot(names[-1]))))


def _unstack(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(2, 5))
    colors = pick_colors(rng, count + 2)
    names = [spec.name for spec in _standing_tower(layout, colors[:count])]
    layout.place(bowl(colors[-2]), x=_TOWER_X, y=_TOWER_Y)
    layout.place(block(colors[-1]))
    goal = put_down(layout.scene(), map(OnTable, names), moved=set(names))
    return Arrangement(layout.scene(), {}, goal)


def _pyramid(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    colors = pick_colors(rng, 4)
    first = layout.place(block(colors[0]), x=_TOWER_X, y=_TOWER_Y)
    second, top, _ = [layout.place(block(color)).name for color in colors[1:]]
    names = (first.name, second, top)
    goal = put_down(layout.scene(), [Bridge(top, first.name, second)], moved=set(names))
    return Arrangement(layout.scene(), {"first": first.name, "second": second, "top": top}, goal)


def _pairs(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    pairs = []
    for color in pick_colors(rng, int(rng.integers(2, 4))):
        pairs.append(tuple(layout.place(block(color, number=number)).name for number in (1, 2)))
    goal = put_down(layout.scene(), [Pair(*pair) for pair in pairs], moved={name for pair in pairs for name in pair})
    return Arrangement(layout.scene(), {}, goal)


TASKS = (
    TabletopTask(
        name="stack-two",
        summary="Put a block on another.",
        plan="I pick the {upper}, place it on the {lower}, and check that it stands there.",
        placement="4 blocks anywhere",
        success="the upper rests on the lower alone, centres within 1.5 cm; the lower is where it was",
        phrasing=Phrasing(
            (
                "Stack the {upper} on the {lower}.",
                "Put the {upper} on top of the {lower}.",
                "The {upper} should stand on the {lower}.",
            ),
            {"upper": BLOCK_NAME, "lower": BLOCK_NAME},
            kept=(
                "Make the {lower} the pedestal of the {upper}.",
                "Let the {lower} bear the {upper}.",
            ),
        ),
        arrange=_stack,
        oracles=everywhere(_STACK, "skills", "motion", "joints"),
        expected={"skills": 0.98, "motion": 0.97, "joints": 0.95},
    ),
    TabletopTask(
        name="stack-tower",
        summary="Build a tower in an order of colours.",
        plan="From the bottom up: {colors}. I leave the first and stack the others, skipping what stands already.",
        placement="4 or 5 blocks anywhere, all but one of them for the tower",
        success="each rests on the one named before it alone, centres within 1.5 cm; the first stands on the table",
        phrasing=Phrasing(
            (
                "Build a tower of the {colors} blocks, named from bottom to top.",
                "Stack the {colors} blocks in this order, the first at the bottom.",
                "From bottom to top, pile up the {colors} blocks.",
            ),
            {"colors": COLOR_LIST},
            kept=(
                "Lay the {colors} blocks one upon another, beginning below.",
                "Floor by floor, from the ground up, a tower of the {colors} blocks is wanted.",
            ),
        ),
        arrange=_tower,
        oracles=everywhere(_TOWER, "skills", "motion"),
        expected={"skills": 0.96, "motion": 0.95},
    ),
    TabletopTask(
        name="restack-reversed",
        summary="Build a tower anew, upside down.",
        plan="Taking the blocks off one by one from the top and piling them up on a free spot reverses their order.",
        placement="a tower of 3 blocks and a bowl (x 0.36 to 0.64, y -0.24 to 0.24 m), a block anywhere",
        success="the tower stands in reverse order, anywhere, centres within 1.5 cm",
        phrasing=Phrasing(
            (
                "Take the tower apart and build it again in reverse order.",
                "Restack the tower the other way round: what is at the bottom now should be on top.",
                "Reverse the order of the blocks in the tower.",
            ),
            {},
            kept=(
                "Turn the order of the tower on its head.",
                "Last shall be first: let the lowest block of the tower come to the top and the highest to the "
                "bottom, with those between in turn.",
            ),
        ),
        arrange=_reverse,
        oracles=everywhere(_REVERSE, "skills", "motion"),
        expected={"skills": 0.96, "motion": 0.95},
    ),
    TabletopTask(
        name="unstack",
        summary="Take a tower apart.",
        plan="As long as some block stands on another, I take the highest one and set it on a free spot of the table.",
        placement="a tower of 2 to 4 blocks and a bowl (x 0.36 to 0.64, y -0.24 to 0.24 m), a block anywhere",
        success="each block of the tower stands on the table and touches no other object",
        phrasing=Phrasing(
            (
                "Take the tower apart: put each of its blocks on the table by itself.",
                "Unstack the blocks, so that each stands on the table on its own.",
                "No block should stand on another: set them all on the table, apart from each other.",
            ),
            {},
            kept=(
                "Level the tower: each of its blocks gets a place of its own on the table.",
                "Flatten the pile, with no two blocks touching.",
            ),
        ),
        arrange=_unstack,
        oracles=everywhere(_UNSTACK, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.96},
    ),
    TabletopTask(
        name="pyramid",
        summary="Build a pyramid of three blocks.",
        plan="I set the {second} next to the {first}, with the fingers along the gap, and lay the {top} across.",
        placement="4 blocks anywhere, the first in x 0.36 to 0.64, y -0.24 to 0.24 m",
        success="the top rests on the other two alone, within 1.5 cm of the middle between them; these on the table",
        phrasing=Phrasing(
            (
                "Build a pyramid: the {first} and the {second} side by side, and the {top} on top of both.",
                "Put the {first} and the {second} next to each other and lay the {top} across the two.",
                "Make a small pyramid with the {first} and the {second} as its base and the {top} as its top.",
            ),
            {"first": BLOCK_NAME, "second": BLOCK_NAME, "top": BLOCK_NAME},
            kept=(
                "With the {first} and the {second} as neighbours, bridge the two with the {top}.",
                "Let the {top} straddle the {first} and the {second}, which stand close together.",
            ),
        ),
        arrange=_pyramid,
        oracles=everywhere(_PYRAMID, "skills", "motion"),
        expected={"skills": 0.95, "motion": 0.93},
    ),
    TabletopTask(
        name="matching-pairs",
        summary="Stack blocks in pairs of the same colour.",
        plan="I group the blocks by color, and place one of each pair on the other unless it stands there already.",
        placement="2 blocks of each of 2 or 3 colours anywhere",
        success="of each pair one rests on the other alone, centres within 1.5 cm, which stands on the table",
        phrasing=Phrasing(
            (
                "Stack the blocks in pairs of the same color.",
                "Make matching pairs: put one block of each color on the other block of that color.",
                "For each color, stack the two blocks that have it.",
            ),
            {},
            kept=(
                "Twins belong together: of every two blocks that share a color, one carries the other.",
                "Build one tower of two for every color on the table.",
            ),
        ),
        arrange=_pairs,
        oracles=everywhere(_PAIRS, "skills", "motion"),
        expected={"skills": 0.96, "motion": 0.95},
    ),
)
