"""Compositional tasks that follow measurements: orders of places and sizes, and steps until something is reached."""

from __future__ import annotations

import itertools
import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.tasks.amounts import NearAhead
from embodied_codeact.envs.tabletop.tasks.arranging import FIND_ROW, ORDERS, SETTLE
from embodied_codeact.envs.tabletop.tasks.atomic_pushing import PUSH_X, PUSH_Y, SIDEWAYS, keep_way_free, never_held
from embodied_codeact.envs.tabletop.tasks.formations import Foot, Row, tower
from embodied_codeact.envs.tabletop.tasks.goals import Goal, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, BOWL_NAME, NUMBER, Phrasing, choice
from embodied_codeact.envs.tabletop.tasks.placing import BOWL_X, BOWL_Y
from embodied_codeact.envs.tabletop.tasks.relations import OnTable
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors

_SIZES = (0.03, 0.04, 0.05, 0.06)
_CLEARLY = 0.03
_PUSH_ERROR = 0.015
"""How far a push may end from where it was to end, m."""

_ORDER_AXES: dict[str, tuple[int, int]] = {
    "left to right": (1, -1),
    "right to left": (1, 1),
    "near to far": (0, 1),
    "far to near": (0, -1),
}
"""Axis and sign by which places follow one another in a direction."""

_PILE_UP = """\
print("From bottom to top:", order)
steps = list(zip(order, order[1:]))
for lower, upper in steps:
    if not scene.is_on(upper, lower):
        arm.pick(upper)
        arm.place(lower)
print("done:", all(scene.is_on(upper, lower) for lower, upper in steps))
"""

_BY_PLACE = (
    """\
if "order" not in globals():
    axes = {"left to right": (1, -1), "right to left": (1, 1), "near to far": (0, 1), "far to near": (0, -1)}
    axis, sign = axes[direction]
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: sign * thing.position[axis])
    order = [thing.name for thing in blocks]
"""
    + _PILE_UP
)

_BY_SIZE = (
    """\
if "order" not in globals():
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: thing.size[2], reverse=True)
    order = [thing.name for thing in blocks]
"""
    + _PILE_UP
)

_LINE_UP = """\

if "targets" not in globals():
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: thing.size[0])
    angle = {"left to right": -math.pi / 2, "near to far": 0.0}[direction]
    row = find_row(len(blocks), spacing / 100, [angle])
    targets = {thing.name: spot.tolist() for thing, spot in zip(blocks, row)}
bring(targets)
"""

_LOWER = """\
def tower():
    \"\"\"The blocks of the tower from top to bottom: all that stand where its foot is.\"\"\"
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: thing.top, reverse=True)
    return [thing for thing in blocks if math.dist(thing.position[:2], foot) < 0.03]


def set_down(size):
    \"\"\"Put what I hold on a free place of the table; where the arm cannot get down to one, on another.\"\"\"
    for near in ([0.5, 0.0], [0.5, 0.2], [0.5, -0.2]):
        try:
            arm.place(scene.free_spot(size, near=near, clearance=0.05))
            break
        except OutOfReach as error:
            print(error)


if "foot" not in globals():
    foot = max(scene.objects(kind="block"), key=lambda thing: thing.top).position[:2]
for _ in range(4):
    highest = tower()[0]
    print(f"The tower is {100 * highest.top:.1f} cm high.")
    if highest.top <= height / 100:
        break
    arm.pick(highest.name)
    set_down(highest.size[:2])
print("done:", bool(tower()[0].top <= height / 100))
"""

_PUSH_ON = """\
ways = {"to the left": [0, 1], "to the right": [0, -1], "away from you": [1, 0], "towards you": [-1, 0]}
if "begin" not in globals():
    begin = scene.find(block).position[:2]


def left():
    return math.dist(scene.find(block).position[:2], scene.find(bowl).position[:2])


while left() >= limit / 100:
    gone = (scene.find(block).position[:2] - begin) @ np.array(ways[way])
    arm.push(block, begin + (gone + step / 100) * np.array(ways[way]))
    print(f"It is {100 * left():.1f} cm from the bowl.")
print("done:", left() < limit / 100)
"""


def _by_place(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    bowl_color, *colors = pick_colors(rng, 1 + int(rng.integers(3, 5)))
    layout.place(bowl(bowl_color))
    direction = str(rng.choice(sorted(_ORDER_AXES)))
    axis, sign = _ORDER_AXES[direction]

    def along(spec: ObjectSpec) -> float:
        return sign * spec.position[axis]

    blocks = sorted((layout.place(block(color)) for color in colors), key=along)
    if any(along(b) - along(a) < _CLEARLY for a, b in itertools.pairwise(blocks)):
        raise Rejected("two are almost level")
    return _piled_up(layout, blocks, {"direction": direction})


def _by_size(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    bowl_color, *colors = pick_colors(rng, 1 + count)
    layout.place(bowl(bowl_color))
    sizes = [_SIZES[index] for index in rng.permutation(len(_SIZES))]
    cubes = [layout.place(block(color, size=(size,) * 3)) for color, size in zip(colors, sizes, strict=False)]
    return _piled_up(layout, sorted(cubes, key=lambda spec: -spec.size[2]), {})


def _piled_up(layout: Layout, order: list[ObjectSpec], parameters: dict[str, object]) -> Arrangement:
    names = tuple(spec.name for spec in order)
    goal = put_down(layout.scene(), tower(names), moved=set(names))
    return Arrangement(layout.scene(), parameters, Goal(goal.wanted, (*goal.kept, Foot(names[0]))))


def _line_up(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    direction = str(rng.choice(sorted(ORDERS)))
    spacing = int(rng.integers(10, 13))
    if direction == "near to far" and (count - 1) * spacing > 34:
        raise Rejected("longer than the table is deep")
    bowl_color, *colors = pick_colors(rng, 1 + count)
    layout.place(bowl(bowl_color))
    sizes = [_SIZES[index] for index in rng.permutation(len(_SIZES))]
    cubes = [layout.place(block(color, size=(size,) * 3)) for color, size in zip(colors, sizes, strict=False)]
    names = tuple(spec.name for spec in sorted(cubes, key=lambda spec: spec.size[0]))
    goal = put_down(layout.scene(), [Row(names, spacing / 100, ORDERS[direction])], moved=set(names))
    return Arrangement(layout.scene(), {"direction": direction, "spacing": spacing}, goal)


def _lower(rng: np.random.Generator) -> Arrangement:
    """A tower of cubes, the larger ones below; the height asked for is clear of every block's top by 1 cm. At least two
    stay, so that taking the whole tower apart is too much."""
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    bowl_color, other, *colors = pick_colors(rng, 2 + count)
    chosen = sorted((_SIZES[index] for index in rng.permutation(len(_SIZES))[:count]), reverse=True)
    foot = layout.place(block(colors[0], size=(chosen[0],) * 3), x=BOWL_X, y=BOWL_Y)
    names, heights = [foot.name], [chosen[0]]
    for color, size in zip(colors[1:], chosen[1:], strict=True):
        yaw = foot.yaw + math.radians(float(rng.uniform(-10, 10)))
        spec = layout.stand(block(color, size=(size,) * 3), foot.position[:2], yaw, bottom=heights[-1])
        names.append(spec.name)
        heights.append(heights[-1] + size)
    layout.place(bowl(bowl_color))
    layout.place(block(other))
    kept = int(rng.integers(2, count))
    height = round(100 * heights[kept - 1]) + 1
    removed = names[kept:]
    goal = put_down(layout.scene(), map(OnTable, removed), moved=set(removed))
    return Arrangement(layout.scene(), {"height": height}, goal)


def _push_on(rng: np.random.Generator) -> Arrangement:
    """The bowl lies ahead, a little to the side; the last step, too, ends well before it."""
    layout = Layout(rng)
    color, bowl_color, other = pick_colors(rng, 3)
    way = str(rng.choice(sorted(SIDEWAYS)))
    ahead = SIDEWAYS[way]
    step, limit = int(rng.integers(3, 6)), int(rng.integers(19, 23))
    thing = layout.place(block(color), x=PUSH_X, y=PUSH_Y)
    far, aside = float(rng.uniform(0.24, 0.38)), float(rng.uniform(-0.03, 0.03))
    x, y = thing.position[0] + far * ahead[0] + aside * ahead[1], thing.position[1] + far * ahead[1] + aside * ahead[0]
    if not (BOWL_X[0] <= x <= BOWL_X[1] and BOWL_Y[0] <= y <= BOWL_Y[1]):
        raise Rejected("no room for the bowl")
    near = layout.place(bowl(bowl_color), x=(x, x), y=(y, y))
    if far - limit / 100 < 0.06:
        raise Rejected("there already, almost")
    end = (thing.position[0] + (far - 0.10) * ahead[0], thing.position[1] + (far - 0.10) * ahead[1])
    keep_way_free(layout, thing.position[:2], end, (layout.place(block(other)).name,))
    least = (limit - step) / 100 - _PUSH_ERROR
    goal = never_held(layout, thing.name, NearAhead(thing.name, near.name, least, limit / 100, ahead))
    parameters = {"block": thing.name, "way": way, "step": step, "limit": limit, "bowl": near.name}
    return Arrangement(layout.scene(), parameters, goal)


TASKS = (
    TabletopTask(
        name="tower-by-place",
        summary="Build a tower in the order in which the blocks stand.",
        plan="I measure where the blocks stand, sort them by that, and pile them up in this order.",
        placement="a bowl and 3 or 4 blocks anywhere, each clear of the next by 3 cm in that direction",
        success="each rests on the one before it alone, centres within 1.5 cm; the first stands on the table",
        phrasing=Phrasing(
            (
                "Build a tower of all the blocks in the order in which they stand from {direction}, the first at the "
                "bottom.",
                "Go through the blocks from {direction} and pile them up, the first one at the bottom.",
                "Stack all the blocks: the order from bottom to top is the one in which they stand now, from "
                "{direction}.",
            ),
            {"direction": choice(*_ORDER_AXES)},
            kept=(
                "Read the blocks {direction}: that is the order of the tower they should make, from the ground up.",
                "Lay the blocks one upon another as they come when you go {direction}, beginning below.",
            ),
        ),
        arrange=_by_place,
        oracles=everywhere(_BY_PLACE),
        expected={"skills": 0.97},
    ),
    TabletopTask(
        name="tower-by-size",
        summary="Build a tower in the order of sizes.",
        plan="I measure the blocks, sort them by size, and pile them up in this order.",
        placement="a bowl and 3 or 4 cubes of different sizes, 3 to 6 cm, anywhere",
        success="each rests on the next larger one alone, centres within 1.5 cm; the largest stands on the table",
        phrasing=Phrasing(
            (
                "Build a tower of all the blocks, the largest at the bottom and the smallest on top.",
                "Stack all the blocks by size: from the largest at the bottom up to the smallest.",
                "Pile up the blocks so that each stands on the next larger one.",
            ),
            {},
            kept=(
                "Let the blocks get smaller and smaller as one tower of them goes up.",
                "Make all the blocks one tower that tapers upwards.",
            ),
        ),
        arrange=_by_size,
        oracles=everywhere(_BY_SIZE),
        expected={"skills": 0.97},
    ),
    TabletopTask(
        name="line-up-by-size",
        summary="Line up the blocks in the order of their sizes.",
        plan="I measure the blocks, look for a row in that direction, and bring each block to its place in it.",
        placement="a bowl and 3 or 4 cubes of different sizes, 3 to 6 cm, anywhere; spacing 10 to 12 cm",
        success="in that order and direction (10 degrees), 1 cm about a line, neighbours within 1.5 cm of the spacing",
        phrasing=Phrasing(
            (
                "Line up all the blocks by size from {direction}, the smallest first, {spacing} cm from centre to "
                "centre.",
                "From {direction}, set all the blocks in a straight row from the smallest to the largest, their "
                "centres {spacing} cm apart.",
                "Sort the blocks into a row by size: from {direction} they get larger, {spacing} cm from centre to "
                "centre.",
            ),
            {"direction": choice(*ORDERS), "spacing": NUMBER},
            kept=(
                "Read {direction}, one rank of all the blocks should grow in size, {spacing} cm from middle to middle.",
                "Form a rank of all the blocks that grows {direction}, a block every {spacing} cm.",
            ),
        ),
        arrange=_line_up,
        oracles=everywhere(SETTLE + FIND_ROW + _LINE_UP),
        expected={"skills": 0.97},
    ),
    TabletopTask(
        name="lower-tower",
        summary="Take blocks off a tower until it is low enough.",
        plan="I take blocks off, and measure after each how high the tower still is.",
        placement="a tower of 3 or 4 cubes of 3 to 6 cm, larger ones below (x 0.36 to 0.64, y -0.24 to 0.24 m), a "
        "bowl, a block",
        success="each block that had to go stands on the table and touches no other object; the others are where they "
        "were",
        phrasing=Phrasing(
            (
                "Take blocks off the tower until it is at most {height} cm high, and set each on the table by itself.",
                "The tower should be no higher than {height} cm: take off what is too much, no more, and stand it on "
                "the table, block by block.",
                "Block by block, lower the tower to {height} cm or less, but no further; the blocks go on the table.",
            ),
            {"height": NUMBER},
            kept=(
                "Bring the tower down to {height} cm at most by standing its top blocks on the table, one by "
                "one, and not one too many.",
                "A tower of more than {height} cm is too high: relieve it of its top blocks until it is not, and "
                "stand these on the table.",
            ),
        ),
        arrange=_lower,
        oracles=everywhere(_LOWER),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="push-until-near",
        summary="Push a block in steps until it is near a bowl.",
        plan="I push the block one step on, measure how far it is from the bowl, and go on until it is near enough.",
        placement="a block 8 cm inside the area, a bowl ahead, a block out of the way; 3 to 5 and 19 to 22 cm",
        success="from one step and 1.5 cm less than the distance up to it, within 3 cm of the line; never grasped",
        phrasing=Phrasing(
            (
                "Push the {block} {way} in steps of {step} cm, and stop as soon as its centre is less than {limit} cm "
                "from that of the {bowl}.",
                "In steps of {step} cm, push the {block} {way}; look after each, and stop once it is less than {limit} "
                "cm from the {bowl}, from centre to centre.",
                "Until the centre of the {block} is less than {limit} cm from that of the {bowl}, push it {way}, "
                "{step} cm at a time.",
            ),
            {"block": BLOCK_NAME, "way": choice(*SIDEWAYS), "step": NUMBER, "limit": NUMBER, "bowl": BOWL_NAME},
            kept=(
                "Shove the {block} {way}, {step} cm each time, for as long as {limit} cm or more lie between its "
                "middle and that of the {bowl}.",
                "Let pushes of {step} cm take the {block} {way}, until its middle is within {limit} cm of the "
                "middle of the {bowl}.",
            ),
        ),
        arrange=_push_on,
        oracles=everywhere(_PUSH_ON),
        expected={"skills": 0.98},
    ),
)
