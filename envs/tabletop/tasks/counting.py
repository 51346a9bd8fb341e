"""Compositional tasks in which a number decides: how many, of which there are more, until so many are left."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.tasks.amounts import RestUndisturbed, SomeInside
from embodied_codeact.envs.tabletop.tasks.goals import Goal, Released, Undisturbed, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import COLOR, DECIMAL, NUMBER, Phrasing
from embodied_codeact.envs.tabletop.tasks.placing import TRAY_X, TRAY_Y
from embodied_codeact.envs.tabletop.tasks.relations import Inside
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors, tray

_CLEARLY = 0.03
"""How much nearer the last block that counts is than the first that does not, m."""
_SIZES = (0.03, 0.04, 0.05, 0.06)

_FILL = """\
print("Into the tray go:", chosen)
for name in chosen:
    if not scene.is_inside(name, "tray"):
        arm.pick(name)
        arm.place("tray")
print("done:", all(scene.is_inside(name, "tray") for name in chosen))
"""

_AS_MANY = (
    """\
if "chosen" not in globals():
    count = len(scene.objects(kind="block", color=counted))
    chosen = [thing.name for thing in scene.objects(kind="block", color=color)][:count]
"""
    + _FILL
)

_MAJORITY = (
    """\
if "chosen" not in globals():
    groups = [scene.objects(kind="block", color=color) for color in (first, second)]
    chosen = [thing.name for thing in max(groups, key=len)]
"""
    + _FILL
)

_LARGER = (
    """\
if "chosen" not in globals():
    chosen = [thing.name for thing in scene.objects(kind="block") if thing.size[0] > limit / 100]
"""
    + _FILL
)

_LEAVE = """\
if "order" not in globals():
    middle = scene.find("tray").position[:2]
    blocks = sorted(scene.objects(kind="block"), key=lambda thing: math.dist(thing.position[:2], middle))
    order = [thing.name for thing in blocks]
for name in order:
    outside = [other for other in order if not scene.is_inside(other, "tray")]
    if len(outside) <= rest:
        break
    if name in outside:
        arm.pick(name)
        arm.place("tray")
print("done:", len([name for name in order if not scene.is_inside(name, "tray")]) == rest)
"""


def _with_tray(rng: np.random.Generator) -> Layout:
    layout = Layout(rng)
    layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    return layout


def _blocks(layout: Layout, color: str, count: int) -> list[str]:
    return [layout.place(block(color, number=number)).name for number in range(1, count + 1)]


def _as_many(rng: np.random.Generator) -> Arrangement:
    layout = _with_tray(rng)
    counted, color, other = pick_colors(rng, 3)
    count = int(rng.integers(2, 4))
    models = _blocks(layout, counted, count)
    names = tuple(_blocks(layout, color, int(rng.integers(count + 1, 5))))
    if rng.random() < 0.5:
        models += _blocks(layout, other, 1)
    goal = Goal(
        (SomeInside(names, "tray", count),),
        (Released(), Undisturbed((*models, "tray")), RestUndisturbed(names, "tray")),
    )
    return Arrangement(layout.scene(), {"counted": counted, "color": color}, goal)


def _majority(rng: np.random.Generator) -> Arrangement:
    layout = _with_tray(rng)
    colors = pick_colors(rng, 3)
    counts = [int(number) for number in rng.permutation(4)[:2]]
    if 0 in counts:
        raise Rejected("a color that is not there")
    groups = [_blocks(layout, color, count) for color, count in zip(colors, counts, strict=False)]
    layout.place(bowl(colors[2]))
    chosen = max(groups, key=len)
    goal = put_down(layout.scene(), [Inside(name, "tray") for name in chosen], moved=set(chosen))
    return Arrangement(layout.scene(), {"first": colors[0], "second": colors[1]}, goal)


def _larger(rng: np.random.Generator) -> Arrangement:
    layout = _with_tray(rng)
    sizes = [float(rng.choice(_SIZES)) for _ in range(5)]
    limit = float(rng.choice((3.5, 4.5, 5.5)))
    cubes = [block(color, size=(size,) * 3) for color, size in zip(pick_colors(rng, 5), sizes, strict=True)]
    chosen = [layout.place(cube).name for cube in cubes if cube.size[0] > limit / 100]
    for cube in cubes:
        if cube.name not in chosen:
            layout.place(cube)
    if not 1 <= len(chosen) <= 3:
        raise Rejected("none, or more than the tray takes")
    goal = put_down(layout.scene(), [Inside(name, "tray") for name in chosen], moved=set(chosen))
    return Arrangement(layout.scene(), {"limit": limit}, goal)


def _leave(rng: np.random.Generator) -> Arrangement:
    layout = _with_tray(rng)
    centre = layout.scene().named("tray").position[:2]
    count = int(rng.integers(4, 6))
    rest = int(rng.integers(1, 4))

    def distance(spec: ObjectSpec) -> float:
        return math.dist(spec.position[:2], centre)

    blocks = sorted((layout.place(block(color)) for color in pick_colors(rng, count)), key=distance)
    moved, stay = blocks[: count - rest], blocks[count - rest :]
    if distance(stay[0]) - distance(moved[-1]) < _CLEARLY:
        raise Rejected("two blocks are almost equally far")
    names = [spec.name for spec in moved]
    goal = put_down(layout.scene(), [Inside(name, "tray") for name in names], moved=set(names))
    return Arrangement(layout.scene(), {"rest": rest}, goal)


_TRAY = "a tray (centre in x 0.42 to 0.58, y -0.18 to 0.18 m)"
TASKS = (
    TabletopTask(
        name="as-many-as",
        summary="Put as many blocks of one colour into the tray as there are of another.",
        plan="I count the blocks of the one color, and put so many of the other into the tray.",
        placement=f"{_TRAY}, 2 or 3 blocks to count, more of the other colour, sometimes one of a third, anywhere",
        success="exactly so many of them lie within the tray's walls, carried by it alone; the rest is where it was",
        phrasing=Phrasing(
            (
                "Put as many {color} blocks into the tray as there are {counted} blocks.",
                "Count the {counted} blocks, and put the same number of {color} blocks into the tray.",
                "For each {counted} block on the table, put one {color} block into the tray.",
            ),
            {"color": COLOR, "counted": COLOR},
            kept=(
                "The tray should hold one {color} block for every {counted} block that there is.",
                "Let the number of {color} blocks in the tray be the number of {counted} blocks.",
            ),
        ),
        arrange=_as_many,
        oracles=everywhere(_AS_MANY),
        expected={"skills": 0.98},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="majority",
        summary="Put all blocks of the more frequent of two colours into the tray.",
        plan="I compare how many there are of each, and put all of the larger group into the tray.",
        placement=f"{_TRAY}, 1 to 3 blocks of each of two colours, not equally many, and a bowl anywhere",
        success="each of the larger group lies within the tray's walls, carried by it alone; the rest is where it was",
        phrasing=Phrasing(
            (
                "Are there more {first} or more {second} blocks? Put all blocks of the more frequent color into the "
                "tray.",
                "Of {first} and {second}, put all blocks of the color that has more of them into the tray.",
                "Compare how many {first} and how many {second} blocks there are: the larger group goes into the tray.",
            ),
            {"first": COLOR, "second": COLOR},
            kept=(
                "Which color wins, {first} or {second}? The tray takes all blocks of the winner.",
                "Take the larger of two groups, the {first} and the {second} blocks, and move all of it into the tray.",
            ),
        ),
        arrange=_majority,
        oracles=everywhere(_MAJORITY),
        expected={"skills": 0.98},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="larger-than",
        summary="Put every block above a size into the tray.",
        plan="I measure each block, and put those above the limit into the tray.",
        placement=f"{_TRAY} and 5 cubes of 3, 4, 5 or 6 cm anywhere; the limit is 3.5, 4.5 or 5.5 cm, 1 to 3 are above",
        success="each of these lies within the tray's walls, carried by it alone; the others are where they were",
        phrasing=Phrasing(
            (
                "Put every block with edges longer than {limit} cm into the tray.",
                "Measure the blocks: those with edges of more than {limit} cm go into the tray, the others stay.",
                "Into the tray with each block whose edges are longer than {limit} cm.",
            ),
            {"limit": DECIMAL},
            kept=(
                "A block whose edges exceed {limit} cm is for the tray; no other is.",
                "Fill the tray with just those blocks that measure more than {limit} cm along an edge.",
            ),
        ),
        arrange=_larger,
        oracles=everywhere(_LARGER),
        expected={"skills": 0.98},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="leave-some",
        summary="Put the nearest blocks into the tray until so many are left.",
        plan="I take the blocks in the order of their distance from the tray, and look after each how many are left.",
        placement=f"{_TRAY}, 4 or 5 blocks anywhere, 1 to 3 to be left; the choice is clear by 3 cm",
        success="each that was to go lies within the tray's walls, carried by it alone; the others are where they were",
        phrasing=Phrasing(
            (
                "Put blocks into the tray, always the one nearest to its middle next, until the number outside is "
                "{rest}.",
                "One after the other, put the block nearest to the middle of the tray into it; stop when the number of "
                "blocks outside is {rest}.",
                "Only {rest} of the blocks may stay outside the tray: put in the others, those nearest to its middle "
                "first.",
            ),
            {"rest": NUMBER},
            kept=(
                "Keep moving the block nearest to the tray's middle into the tray, as long as there are more "
                "than {rest} outside.",
                "Leave out of the tray only {rest} of the blocks; the rest go in, the nearest to its middle "
                "always next.",
            ),
        ),
        arrange=_leave,
        oracles=everywhere(_LEAVE),
        expected={"skills": 0.98},
        only_blocks_bowls_zones=False,
    ),
)
