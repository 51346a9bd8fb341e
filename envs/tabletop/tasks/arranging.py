"""Tasks that arrange several blocks: in rows, in a circle, with their places exchanged."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.tasks.formations import Ring, Row
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import (
    BLOCK_NAME,
    BOWL_NAME,
    COLOR_LIST,
    NUMBER,
    Phrasing,
    choice,
)
from embodied_codeact.envs.tabletop.tasks.relations import At
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors

ORDERS: dict[str, tuple[float, float]] = {"left to right": (0.0, -1.0), "near to far": (1.0, 0.0)}
_RING_X = (0.47, 0.53)
_RING_Y = (-0.13, 0.13)

SETTLE = '''\
def places():
    """A grid of places [x, y] on the table, those near its middle first."""
    table = scene.table()
    middle = [(table.x_min + table.x_max) / 2, (table.y_min + table.y_max) / 2]
    grid = itertools.product(np.arange(table.x_min, table.x_max, 0.02), np.arange(table.y_min, table.y_max, 0.02))
    return sorted(grid, key=lambda spot: math.dist(spot, middle))


def room(spot, things):
    """How far a spot is from the rim of the nearest thing; more than 8 cm does not matter."""
    return min([0.08, *(math.dist(spot, thing.position[:2]) - max(thing.size[:2]) / 2 for thing in things)])


def bring(targets):
    """Bring each block to its [x, y]; where all places are taken, one block steps aside first."""
    waiting = [name for name in targets if math.dist(scene.find(name).position[:2], targets[name]) > 0.01]
    for _ in range(3 * len(targets)):
        if not waiting:
            break
        things = scene.objects()
        free = [
            name for name in waiting
            if room(targets[name], [thing for thing in things if thing.name != name]) > 0.03
        ]
        name = free[0] if free else waiting[0]
        arm.pick(name)
        if free:
            arm.place(targets[name])
            waiting.remove(name)
        else:
            clear = [spot for spot in places() if min(math.dist(spot, target) for target in targets.values()) > 0.08]
            arm.place(max(clear, key=lambda spot: room(spot, things)))
    off = [math.dist(scene.find(name).position[:2], targets[name]) for name in targets]
    print(f"The blocks are at most {1000 * max(off):.0f} mm from their places.")
    print("done:", max(off) < 0.012)
'''

FIND_ROW = '''\


def find_row(count, spacing, angles):
    """The places (count, 2) of a straight row on the table, with room around each, near the middle if possible."""
    table = scene.table()
    steps = (np.arange(count) - (count - 1) / 2) * spacing
    rims = [(thing.position[:2], max(thing.size[:2]) / 2) for thing in scene.objects()]
    best, most = None, -1.0
    for angle in angles:
        offsets = np.outer(steps, [math.cos(angle), math.sin(angle)])
        for middle in places():
            row = offsets + middle
            low, high = row.min(axis=0), row.max(axis=0)
            if low[0] < table.x_min or high[0] > table.x_max or low[1] < table.y_min or high[1] > table.y_max:
                continue
            clear = min(np.linalg.norm(row - centre, axis=1).min() - rim for centre, rim in rims)
            if min(clear, 0.07) > most:
                best, most = row, min(clear, 0.07)
    return best
'''

_LINE_UP = """\

if "targets" not in globals():
    blocks = scene.objects(kind="block")
    row = find_row(len(blocks), spacing / 100, np.linspace(0, math.pi, 6, endpoint=False))
    way = row[-1] - row[0]
    blocks.sort(key=lambda thing: thing.position[:2] @ way)
    targets = {thing.name: spot.tolist() for thing, spot in zip(blocks, row)}
bring(targets)
"""

_LINE_UP_IN_ORDER = """\

if "targets" not in globals():
    angle = {"left to right": -math.pi / 2, "near to far": 0.0}[direction]
    row = find_row(len(colors), spacing / 100, [angle])
    targets = {f"{color} block": spot.tolist() for color, spot in zip(colors, row)}
bring(targets)
"""

_CIRCLE = """\


def total(order, ring):
    return sum(math.dist(thing.position[:2], spot) for thing, spot in zip(order, ring))


if "targets" not in globals():
    blocks = scene.objects(kind="block")
    centre = scene.find(bowl).position[:2]
    names = [thing.name for thing in blocks]
    turns = 2 * math.pi * np.arange(len(blocks)) / len(blocks)
    rings = []
    for start in np.linspace(0, turns[1], 12, endpoint=False):
        rings.append(centre + radius / 100 * np.column_stack([np.cos(turns + start), np.sin(turns + start)]))
    # The ring with the most room; on it, the shortest ways.
    others = [thing for thing in scene.objects() if thing.name != bowl]
    ring = max(rings, key=lambda ring: min(room(spot, others) for spot in ring))
    order = min(itertools.permutations(blocks), key=lambda order: total(order, ring))
    targets = {thing.name: spot.tolist() for thing, spot in zip(order, ring)}
bring(targets)
"""

_SWAP = """\

if "targets" not in globals():
    targets = {first: scene.find(second).position[:2].tolist(), second: scene.find(first).position[:2].tolist()}
bring(targets)
"""


def _line_up(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    bowl_color, *colors = pick_colors(rng, count + 1)
    layout.place(bowl(bowl_color))
    names = tuple(layout.place(block(color)).name for color in colors)
    spacing = int(rng.integers(9, 13))
    goal = put_down(layout.scene(), [Row(names, spacing / 100)], moved=set(names))
    return Arrangement(layout.scene(), {"spacing": spacing}, goal)


def _line_up_in_order(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    *colors, other = pick_colors(rng, 4)
    names = tuple(layout.place(block(color)).name for color in colors)
    layout.place(block(other))
    direction = str(rng.choice(sorted(ORDERS)))
    spacing = int(rng.integers(9, 13))
    goal = put_down(layout.scene(), [Row(names, spacing / 100, ORDERS[direction])], moved=set(names))
    return Arrangement(layout.scene(), {"colors": colors, "direction": direction, "spacing": spacing}, goal)


def _circle(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    count = int(rng.integers(3, 5))
    bowl_color, *colors = pick_colors(rng, count + 1)
    centre = layout.place(bowl(bowl_color), x=_RING_X, y=_RING_Y).name
    names = tuple(layout.place(block(color)).name for color in colors)
    radius = int(rng.integers(14, 17))
    goal = put_down(layout.scene(), [Ring(names, centre, radius / 100)], moved=set(names))
    return Arrangement(layout.scene(), {"bowl": centre, "radius": radius}, goal)


def _swap(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    first, second, *_ = [layout.place(block(color)) for color in pick_colors(rng, 4)]
    if math.dist(first.position, second.position) < 0.10:
        raise Rejected("hardly apart")
    conditions = [At(first.name, second.position[:2]), At(second.name, first.position[:2])]
    goal = put_down(layout.scene(), conditions, moved={first.name, second.name})
    return Arrangement(layout.scene(), {"first": first.name, "second": second.name}, goal)


TASKS = (
    TabletopTask(
        name="line-up",
        summary="Line up all blocks with equal spacing.",
        plan="I look for a straight row with room around it, {spacing} cm from block to block, and bring them there.",
        placement="a bowl and 3 or 4 blocks anywhere; spacing 9 to 12 cm",
        success="all within 1 cm of one straight line, neighbours within 1.5 cm of the spacing; any order and place",
        phrasing=Phrasing(
            (
                "Line up all the blocks in a straight row, {spacing} cm from centre to centre.",
                "Arrange the blocks in a straight line with equal gaps: {spacing} cm between neighbouring centres.",
                "Put all the blocks in one straight row, with {spacing} cm between the centres of neighbours.",
            ),
            {"spacing": NUMBER},
            kept=(
                "Form up all the blocks like soldiers in one rank, {spacing} cm from middle to middle.",
                "Let one straight line run through all the blocks, a block every {spacing} cm.",
            ),
        ),
        arrange=_line_up,
        oracles=everywhere(SETTLE + FIND_ROW + _LINE_UP, "skills", "motion"),
        expected={"skills": 0.97, "motion": 0.95},
    ),
    TabletopTask(
        name="line-up-in-order",
        summary="Line up blocks in an order of colours.",
        plan="I look for a row with room around it, and give {colors} their places {direction}, {spacing} cm apart.",
        placement="4 blocks anywhere, 3 of them for the row; spacing 9 to 12 cm; left to right is -y, near to far +x",
        success="in that order and direction (10 degrees), 1 cm about a line, neighbours within 1.5 cm of the spacing",
        phrasing=Phrasing(
            (
                "Line up the {colors} blocks in this order from {direction}, {spacing} cm from centre to centre.",
                "From {direction}, set the {colors} blocks in a straight row with {spacing} cm between their centres.",
                "Make a row of the {colors} blocks, from {direction} in this order, their centres {spacing} cm apart.",
            ),
            {"colors": COLOR_LIST, "direction": choice(*ORDERS), "spacing": NUMBER},
            kept=(
                "Form a rank of the {colors} blocks that reads {direction}, a block every {spacing} cm.",
                "Read {direction}, the rank should be the {colors} blocks, {spacing} cm from middle to middle.",
            ),
        ),
        arrange=_line_up_in_order,
        oracles=everywhere(SETTLE + FIND_ROW + _LINE_UP_IN_ORDER, "skills", "motion"),
        expected={"skills": 0.97, "motion": 0.95},
    ),
    TabletopTask(
        name="circle",
        summary="Set all blocks in a circle around a bowl.",
        plan="I turn the circle of {radius} cm around the {bowl} to where most room is, and give each block a place.",
        placement="a bowl (x 0.47 to 0.53, y -0.13 to 0.13 m), 3 or 4 blocks anywhere; radius 14 to 16 cm",
        success="centres within 2 cm of the radius, angles between neighbours within 10 degrees of equal",
        phrasing=Phrasing(
            (
                "Place all the blocks in a circle around the {bowl}, evenly spread, {radius} cm from its centre.",
                "Arrange the blocks evenly on a circle of radius {radius} cm around the {bowl}.",
                "Surround the {bowl} with all the blocks: evenly spread, {radius} cm from the bowl's centre.",
            ),
            {"bowl": BOWL_NAME, "radius": NUMBER},
            kept=(
                "Make the {bowl} the hub of a wheel of {radius} cm with all the blocks as its evenly spread rim.",
                "Like the hours on a dial, all the blocks go around the {bowl}, {radius} cm away from its middle.",
            ),
        ),
        arrange=_circle,
        oracles=everywhere(SETTLE + _CIRCLE, "skills", "motion"),
        expected={"skills": 0.96, "motion": 0.94},
    ),
    TabletopTask(
        name="swap",
        summary="Exchange the places of two blocks.",
        plan="Where the {first} stood goes the {second}, and the other way round. One has to step aside first.",
        placement="4 blocks anywhere, the two at least 10 cm apart",
        success="each stands within 2 cm of where the other stood",
        phrasing=Phrasing(
            (
                "Swap the {first} and the {second}.",
                "Exchange the places of the {first} and the {second}.",
                "Let the {first} and the {second} trade places.",
            ),
            {"first": BLOCK_NAME, "second": BLOCK_NAME},
            kept=(
                "Let the {first} and the {second} take over each other's spots.",
                "Each of the two, the {first} and the {second}, moves to the spot of the other.",
            ),
        ),
        arrange=_swap,
        oracles=everywhere(SETTLE + _SWAP, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.96},
    ),
)
