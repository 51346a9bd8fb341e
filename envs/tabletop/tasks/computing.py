"""Compositional tasks whose places have to be computed: mirrored, in the middle of several, in a row, in a square."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected, Spot, on_table
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y
from embodied_codeact.envs.tabletop.tasks.arranging import SETTLE
from embodied_codeact.envs.tabletop.tasks.formations import Square
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, COLOR_LIST, NUMBER, Phrasing
from embodied_codeact.envs.tabletop.tasks.relations import At
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors

_ROOM = 0.03
"""Radius of what is kept free around a computed place, m."""
_OFF_THE_LINE = 0.07
_INSIDE = 0.03

_MIRROR = """\

if "targets" not in globals():
    targets = {thing.name: [thing.position[0], -thing.position[1]] for thing in scene.objects(kind="block")}
bring(targets)
"""

_CENTRE = """\

if "targets" not in globals():
    corners = [scene.find(f"{color} block").position[:2] for color in colors]
    targets = {block: np.mean(corners, axis=0).tolist()}
bring(targets)
"""

_CONTINUE = """\

if "targets" not in globals():
    a, b = scene.find(first).position[:2], scene.find(second).position[:2]
    targets = {block: (2 * b - a).tolist()}
bring(targets)
"""

_EVENLY = """\

if "targets" not in globals():
    a, b = scene.find(first).position[:2], scene.find(second).position[:2]
    shares = [(index + 1) / (len(colors) + 1) for index in range(len(colors))]
    targets = {f"{color} block": (a + share * (b - a)).tolist() for color, share in zip(colors, shares)}
bring(targets)
"""

_SQUARE = '''\


def find_square(side):
    """The corners (4, 2) of a square on the table, with room around each, near the middle if possible."""
    table = scene.table()
    rims = [(thing.position[:2], max(thing.size[:2]) / 2) for thing in scene.objects()]
    best, most = None, -1.0
    for angle in np.linspace(0, math.pi / 2, 6, endpoint=False):
        turns = angle + math.pi / 2 * np.arange(4)
        corners = side / math.sqrt(2) * np.column_stack([np.cos(turns), np.sin(turns)])
        for middle in places():
            spots = corners + middle
            low, high = spots.min(axis=0), spots.max(axis=0)
            if low[0] < table.x_min or high[0] > table.x_max or low[1] < table.y_min or high[1] > table.y_max:
                continue
            clear = min(np.linalg.norm(spots - centre, axis=1).min() - rim for centre, rim in rims)
            if min(clear, 0.07) > most:
                best, most = spots, min(clear, 0.07)
    return best


def total(order, spots):
    return sum(math.dist(thing.position[:2], spot) for thing, spot in zip(order, spots))


if "targets" not in globals():
    blocks = scene.objects(kind="block")
    spots = find_square(side / 100)
    order = min(itertools.permutations(blocks), key=lambda order: total(order, spots))
    targets = {thing.name: spot.tolist() for thing, spot in zip(order, spots)}
bring(targets)
'''


def _inside(spot: Spot) -> bool:
    (low, high), (right, left) = TABLE_X, TABLE_Y
    return low + _INSIDE <= spot[0] <= high - _INSIDE and right + _INSIDE <= spot[1] <= left - _INSIDE


def _mirror(rng: np.random.Generator) -> Arrangement:
    """Each place and its mirror image are free of all others from the start."""
    layout = Layout(rng)
    bowl_color, *colors = pick_colors(rng, 1 + int(rng.integers(2, 4)))
    blocks = []
    for color in colors:
        sign = 1 if rng.random() < 0.5 else -1
        span = sorted((sign * _OFF_THE_LINE, sign * (TABLE_Y[1] - _INSIDE)))
        blocks.append(layout.place(block(color), y=(span[0], span[1])))
        layout.keep_clear((blocks[-1].position[0], -blocks[-1].position[1]), _ROOM)
    layout.place(bowl(bowl_color))
    conditions = [At(spec.name, (spec.position[0], -spec.position[1])) for spec in blocks]
    goal = put_down(layout.scene(), conditions, moved={spec.name for spec in blocks})
    return Arrangement(layout.scene(), {}, goal)


def _centre(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    moved_color, bowl_color, *colors = pick_colors(rng, 5)
    corners = [layout.place(block(color)).position[:2] for color in colors]
    middle = (sum(x for x, _ in corners) / 3, sum(y for _, y in corners) / 3)
    layout.keep_clear(middle, _ROOM)
    moved = layout.place(block(moved_color)).name
    layout.place(bowl(bowl_color))
    goal = put_down(layout.scene(), [At(moved, middle)], moved={moved})
    return Arrangement(layout.scene(), {"block": moved, "colors": colors}, goal)


def _continue(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    moved_color, other, *ends = pick_colors(rng, 4)
    first = layout.place(block(ends[0]))
    second = layout.place(block(ends[1]), near=(first.position[:2], (0.10, 0.18)))
    (a, b), (x, y) = first.position[:2], second.position[:2]
    spot = (2 * x - a, 2 * y - b)
    if not _inside(spot):
        raise Rejected("off the table")
    layout.keep_clear(spot, _ROOM)
    moved = layout.place(block(moved_color)).name
    layout.place(block(other))
    goal = put_down(layout.scene(), [At(moved, spot)], moved={moved})
    return Arrangement(layout.scene(), {"block": moved, "first": first.name, "second": second.name}, goal)


def _between(start: Spot, end: Spot, count: int) -> list[Spot]:
    shares = [(index + 1) / (count + 1) for index in range(count)]
    return [(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])) for share in shares]


def _clear(layout: Layout, spots: Sequence[Spot]) -> None:
    if not on_table(spots):
        raise Rejected("off the table")
    for spot in spots:
        layout.keep_clear(spot, _ROOM - 0.005)


def _evenly(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    *ends, other, one, two = pick_colors(rng, 5)
    first = layout.place(block(ends[0]))
    second = layout.place(block(ends[1]), near=(first.position[:2], (0.32, 0.50)))
    spots = _between(first.position[:2], second.position[:2], 2)
    _clear(layout, spots)
    names = [layout.place(block(color)).name for color in (one, two)]
    layout.place(block(other))
    conditions = [At(name, spot) for name, spot in zip(names, spots, strict=True)]
    goal = put_down(layout.scene(), conditions, moved=set(names))
    parameters = {"colors": [one, two], "first": first.name, "second": second.name}
    return Arrangement(layout.scene(), parameters, goal)


def _square(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    bowl_color, *colors = pick_colors(rng, 5)
    layout.place(bowl(bowl_color))
    names = tuple(layout.place(block(color)).name for color in colors)
    side = int(rng.integers(11, 16))
    goal = put_down(layout.scene(), [Square(names, side / 100)], moved=set(names))
    return Arrangement(layout.scene(), {"side": side}, goal)


TASKS = (
    TabletopTask(
        name="mirror",
        summary="Bring each block to its mirror image on the other side of the table.",
        plan="I compute the mirror image of each place, and bring the blocks there.",
        placement="2 or 3 blocks, 7 cm or more off the line y = 0, their mirror images free, and a bowl",
        success="each block stands within 2 cm of the mirror image of where it stood",
        phrasing=Phrasing(
            (
                "Mirror the blocks at the line y = 0: each goes from [x, y] to [x, -y].",
                "Bring each block to the mirror image of its place, on the other side of the line y = 0.",
                "Left and right are to be exchanged: each block that stands at [x, y] should stand at [x, -y].",
            ),
            {},
            kept=(
                "Imagine a mirror along the line y = 0: every block moves to where its reflection is.",
                "Change the sign of every block's y, and leave its x as it is.",
            ),
        ),
        arrange=_mirror,
        oracles=everywhere(SETTLE + _MIRROR),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="centre-of-three",
        summary="Put a block at the centre of three others.",
        plan="I compute the mean of the three places, and put the block there.",
        placement="4 blocks and a bowl anywhere, the centre of the three free",
        success="the block stands within 2 cm of the mean of the centres of the three",
        phrasing=Phrasing(
            (
                "Put the {block} at the centroid of the {colors} blocks, the mean of their places.",
                "Work out the mean of the places of the {colors} blocks, and put the {block} there.",
                "The {block} should stand where the mean of the centres of the {colors} blocks is.",
            ),
            {"block": BLOCK_NAME, "colors": COLOR_LIST},
            kept=(
                "Average the places of the {colors} blocks: the result is the spot for the {block}.",
                "Park the {block} at the balance point of the {colors} blocks.",
            ),
        ),
        arrange=_centre,
        oracles=everywhere(SETTLE + _CENTRE),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="continue-row",
        summary="Put a block so that it continues the row of two others.",
        plan="I go on from the second by as much as it is from the first, and put the block there.",
        placement="4 blocks anywhere, the two 10 to 18 cm apart, the place that continues them free",
        success="the block stands within 2 cm of that point",
        phrasing=Phrasing(
            (
                "Continue the row from the {first} over the {second} with the {block}, at the same distance.",
                "The {first}, the {second} and the {block} should make a straight row in this order with equal gaps. "
                "Move only the last.",
                "Go from the {first} to the {second} and as far again: put the {block} there.",
            ),
            {"first": BLOCK_NAME, "second": BLOCK_NAME, "block": BLOCK_NAME},
            kept=(
                "Draw a line from the {first} to the {second} and beyond it by the same length: at its end goes "
                "the {block}.",
                "The way from the {first} to the {second}, made once more, should lead to the {block}.",
            ),
        ),
        arrange=_continue,
        oracles=everywhere(SETTLE + _CONTINUE),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="evenly-between",
        summary="Spread two blocks evenly between two others.",
        plan="I divide the way between the two ends into equal parts, and bring the blocks there in order.",
        placement="5 blocks anywhere, the ends 32 to 50 cm apart, the places between them free",
        success="each block stands within 2 cm of its place; the ends are where they were",
        phrasing=Phrasing(
            (
                "Between the {first} and the {second}, set the {colors} blocks in this order, with equal gaps.",
                "Spread the {colors} blocks evenly on the straight line from the {first} to the {second}, in this "
                "order.",
                "From the {first} to the {second} there should be a row with equal gaps: in between come the {colors} "
                "blocks, in this order.",
            ),
            {"first": BLOCK_NAME, "second": BLOCK_NAME, "colors": COLOR_LIST},
            kept=(
                "Split the way from the {first} to the {second} into three equal parts with the {colors} blocks, "
                "in this order.",
                "Starting at the {first} and ending at the {second}, a row at equal steps should have the "
                "{colors} blocks in between, as named.",
            ),
        ),
        arrange=_evenly,
        oracles=everywhere(SETTLE + _EVENLY),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="square",
        summary="Set four blocks at the corners of a square.",
        plan="I look for a square with room around its corners, give each block a corner, and bring the blocks there.",
        placement="a bowl and 4 blocks anywhere; sides of 11 to 15 cm",
        success="sides within 1.5 cm of the length, diagonals of what follows from it; any order, place and turn",
        phrasing=Phrasing(
            (
                "Set the four blocks at the corners of a square with sides of {side} cm.",
                "Arrange all the blocks as the corners of a square, {side} cm from centre to centre along its sides.",
                "Make a square of the four blocks: neighbouring centres {side} cm apart.",
            ),
            {"side": NUMBER},
            kept=(
                "Draw a square of {side} cm by means of four blocks, one at each corner.",
                "Let the blocks be the four corners of a square whose sides measure {side} cm.",
            ),
        ),
        arrange=_square,
        oracles=everywhere(SETTLE + _SQUARE),
        expected={"skills": 0.97},
    ),
)
