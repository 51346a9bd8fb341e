"""Compositional tasks in which the scene decides what goes where."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected, Spot
from embodied_codeact.envs.tabletop.scene import BLOCK
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, BOWL_NAME, Phrasing
from embodied_codeact.envs.tabletop.tasks.placing import BOWL_X, BOWL_Y, TRAY_X, TRAY_Y
from embodied_codeact.envs.tabletop.tasks.relations import Inside
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import WIDE_BOWL, block, bowl, pick_colors, tray

_CLEARLY = 0.04
_ROOM_FOR = 2
"""So many small blocks have room in a wide bowl."""
_TRAY_FLOOR = 0.006
_SMALL = (0.03, 0.03, 0.03)

_PUT = """\
print("I put the", chosen, "into the", target)
if not scene.is_inside(chosen, target):
    arm.pick(chosen)
    arm.place(target)
print("done:", scene.is_inside(chosen, target))
"""

_IF_EMPTY = (
    """\
if "target" not in globals():
    chosen = block
    others = [thing.name for thing in scene.objects() if thing.name not in ("tray", block)]
    target = bowl if any(scene.is_inside(name, "tray") for name in others) else "tray"
"""
    + _PUT
)

_IF_SOMETHING_ON = (
    """\
if "chosen" not in globals():
    target = bowl
    upper = [thing.name for thing in scene.objects(kind="block") if thing.name != lower]
    chosen = next((name for name in upper if scene.is_on(name, lower)), lower)
"""
    + _PUT
)

_EACH_TO_NEAREST = """\
if "targets" not in globals():
    bowls = scene.objects(kind="bowl")
    targets = {}
    for thing in scene.objects(kind="block"):
        nearest = min(bowls, key=lambda bowl: math.dist(bowl.position[:2], thing.position[:2]))
        targets[thing.name] = nearest.name
print(targets)
for name, target in targets.items():
    if not scene.is_inside(name, target):
        arm.pick(name)
        arm.place(target)
print("done:", all(scene.is_inside(name, target) for name, target in targets.items()))
"""


def _if_empty(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    stands = layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    bowl_color, color, other, another = pick_colors(rng, 4)
    second = layout.place(bowl(bowl_color), x=BOWL_X, y=BOWL_Y).name
    moved = layout.place(block(color)).name
    layout.place(block(another))
    empty = rng.random() < 0.5
    if empty:
        layout.place(block(other))
    else:
        along = float(rng.uniform(-0.07, 0.07))
        spot: Spot = (
            stands.position[0] + along * math.cos(stands.yaw),
            stands.position[1] + along * math.sin(stands.yaw),
        )
        layout.stand(block(other), spot, stands.yaw, bottom=_TRAY_FLOOR)
    goal = put_down(layout.scene(), [Inside(moved, "tray" if empty else second)], moved={moved})
    return Arrangement(layout.scene(), {"block": moved, "bowl": second}, goal)


def _if_something_on(rng: np.random.Generator) -> Arrangement:
    """There is always a block on another, so that one has to look which."""
    layout = Layout(rng)
    bowl_color, *colors = pick_colors(rng, 5)
    target = layout.place(bowl(bowl_color), x=BOWL_X, y=BOWL_Y).name
    lower = layout.place(block(colors[0]), x=BOWL_X, y=BOWL_Y)
    other = layout.place(block(colors[1]), x=BOWL_X, y=BOWL_Y)
    covered = rng.random() < 0.5
    under = lower if covered else other
    yaw = under.yaw + math.radians(float(rng.uniform(-10, 10)))
    upper = layout.stand(block(colors[2]), under.position[:2], yaw, bottom=BLOCK)
    layout.place(block(colors[3]))
    chosen = upper.name if covered else lower.name
    goal = put_down(layout.scene(), [Inside(chosen, target)], moved={chosen})
    return Arrangement(layout.scene(), {"lower": lower.name, "bowl": target}, goal)


def _each_to_nearest(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    first, second, *colors = pick_colors(rng, 5)
    bowls = [layout.place(bowl(color, size=WIDE_BOWL), x=BOWL_X, y=BOWL_Y) for color in (first, second)]
    targets: dict[str, str] = {}
    for color in colors:
        spec = layout.place(block(color, size=_SMALL))
        near, far = sorted(bowls, key=lambda each: math.dist(each.position[:2], spec.position[:2]))
        if math.dist(far.position[:2], spec.position[:2]) - math.dist(near.position[:2], spec.position[:2]) < _CLEARLY:
            raise Rejected("equally near to both")
        targets[spec.name] = near.name
    if not all(1 <= list(targets.values()).count(each.name) <= _ROOM_FOR for each in bowls):
        raise Rejected("all in one bowl")
    wanted = [Inside(name, target) for name, target in targets.items()]
    return Arrangement(layout.scene(), {}, put_down(layout.scene(), wanted, moved=set(targets)))


TASKS = (
    TabletopTask(
        name="if-tray-empty",
        summary="Put a block into the tray, or into a bowl where the tray is taken.",
        plan="I look whether anything lies in the tray, and choose by that.",
        placement="a tray (x 0.42 to 0.58, y -0.18 to 0.18 m), a bowl and 3 blocks, one of them sometimes in the tray",
        success="the block lies in the right one of the two, carried by it alone; all else is where it was",
        phrasing=Phrasing(
            (
                "If the tray is empty, put the {block} into it; otherwise put it into the {bowl}.",
                "Put the {block} into the tray, but only if nothing lies in there; else put it into the {bowl}.",
                "Does anything lie in the tray? If so, put the {block} into the {bowl}, and if not, into the tray.",
            ),
            {"block": BLOCK_NAME, "bowl": BOWL_NAME},
            kept=(
                "The {block} is for the tray, unless something lies in there already: then it is for the {bowl}.",
                "Look into the tray: with nothing in it, it is the place for the {block}, and with something in "
                "it, the {bowl} is.",
            ),
        ),
        arrange=_if_empty,
        oracles=everywhere(_IF_EMPTY),
        expected={"skills": 0.98},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="if-something-on",
        summary="Put what stands on a block into a bowl, or the block itself where nothing does.",
        plan="I look what stands on that block, and choose by that.",
        placement="a bowl and 4 blocks (x 0.36 to 0.64, y -0.24 to 0.24 m), one on top of another",
        success="the right block lies within the rim, carried by the bowl alone; all else is where it was",
        phrasing=Phrasing(
            (
                "Something may stand on the {lower}. If so, put that into the {bowl}; if not, the block itself.",
                "Put whatever stands on the {lower} into the {bowl}. If nothing does, put that block itself in there.",
                "Does a block stand on the {lower}? Then that one goes into the {bowl}; else the one I named does.",
            ),
            {"lower": BLOCK_NAME, "bowl": BOWL_NAME},
            kept=(
                "What the {lower} carries is for the {bowl}, as is that block itself where it carries nothing.",
                "Look at the top of the {lower}: what you find there is for the {bowl}, and if it is bare, so is "
                "the block itself.",
            ),
        ),
        arrange=_if_something_on,
        oracles=everywhere(_IF_SOMETHING_ON),
        expected={"skills": 0.98},
    ),
    TabletopTask(
        name="each-to-nearest",
        summary="Put each block into the bowl that is nearest to it.",
        plan="I measure for each block which bowl is nearest, and put it in there.",
        placement="2 bowls of 17 cm (x 0.36 to 0.64, y -0.24 to 0.24 m), 3 blocks of 3 cm; each choice clear by 4 cm",
        success="each block lies within the rim of the right bowl, carried by it alone",
        phrasing=Phrasing(
            (
                "Put each block into the bowl that is nearest to it.",
                "For every block, find the nearest bowl and put it in there.",
                "Each block goes into the bowl it is closest to now.",
            ),
            {},
            kept=(
                "Let every block drop into whichever bowl is at the smallest distance from it.",
                "Bowls take in the blocks that have no other bowl nearer by.",
            ),
        ),
        arrange=_each_to_nearest,
        oracles=everywhere(_EACH_TO_NEAREST),
        expected={"skills": 0.98},
    ),
)
