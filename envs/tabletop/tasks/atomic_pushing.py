"""Atomic tasks about pushing: to a point, by a distance, onto a zone."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected, Spot
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y
from embodied_codeact.envs.tabletop.tasks.goals import Condition, Goal, NeverGrasped, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, DECIMAL, NUMBER, ZONE_NAME, Phrasing, choice
from embodied_codeact.envs.tabletop.tasks.relations import At, OnZone
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors, zone

PUSH_X = (TABLE_X[0] + 0.08, TABLE_X[1] - 0.08)
PUSH_Y = (TABLE_Y[0] + 0.08, TABLE_Y[1] - 0.08)
_BEHIND = 0.10
"""Room that the fingers need behind a block, m."""
_FREE = 0.12
"""How far from the way of a block and its fingers anything else is, m."""

SIDEWAYS: dict[str, Spot] = {
    "to the left": (0.0, 1.0),
    "to the right": (0.0, -1.0),
    "away from you": (1.0, 0.0),
    "towards you": (-1.0, 0.0),
}
"""Directions over the table, as the arm sees them."""

_TO = """\
result = arm.push(block, [x, y])
print("done:", bool(result.position_error < 0.015))
"""
_BY = """\
ways = {"to the left": [0, 1], "to the right": [0, -1], "away from you": [1, 0], "towards you": [-1, 0]}
target = state.objects[block][:2] + distance / 100 * np.array(ways[way])
result = arm.push(block, target)
print("done:", bool(result.position_error < 0.015))
"""
_ONTO = """\
result = arm.push(block, zone)
print("done:", bool(result.position_error < 0.02))
"""


def keep_way_free(layout: Layout, start: Spot, end: Spot, names: tuple[str, ...]) -> None:
    """Make sure that these things are out of the way of a push, and of the fingers behind it.

    Raises:
        Rejected: one is not.
    """
    length = math.dist(start, end)
    ahead = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    steps = np.arange(-_BEHIND, length + 0.02, 0.02)
    way = [(start[0] + step * ahead[0], start[1] + step * ahead[1]) for step in steps]
    for name in names:
        spec = layout.scene().named(name)
        if min(math.dist(spec.position[:2], point) for point in way) < _FREE + max(spec.size[:2]) / 2 - 0.02:
            raise Rejected("something is in the way")


def never_held(layout: Layout, name: str, *wanted: Condition) -> Goal:
    """The goal of a push: the thing was not grasped, and nothing else was moved."""
    goal = put_down(layout.scene(), wanted, moved={name})
    return Goal(goal.wanted, (*goal.kept, NeverGrasped(name)))


def _to(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, other, bowl_color = pick_colors(rng, 3)
    x, y = (round(float(rng.uniform(*limits)), 2) for limits in (PUSH_X, PUSH_Y))
    thing = layout.place(block(color), x=PUSH_X, y=PUSH_Y, near=((x, y), (0.10, 0.25)))
    others = (layout.place(bowl(bowl_color)).name, layout.place(block(other)).name)
    keep_way_free(layout, thing.position[:2], (x, y), others)
    goal = never_held(layout, thing.name, At(thing.name, (x, y)))
    return Arrangement(layout.scene(), {"block": thing.name, "x": x, "y": y}, goal)


def _by(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, other, another = pick_colors(rng, 3)
    thing = layout.place(block(color), x=PUSH_X, y=PUSH_Y)
    way = str(rng.choice(sorted(SIDEWAYS)))
    distance = int(rng.integers(6, 16))
    x, y = (place + distance / 100 * part for place, part in zip(thing.position[:2], SIDEWAYS[way], strict=True))
    if not (PUSH_X[0] <= x <= PUSH_X[1] and PUSH_Y[0] <= y <= PUSH_Y[1]):
        raise Rejected("too far")
    others = (layout.place(block(other)).name, layout.place(block(another)).name)
    keep_way_free(layout, thing.position[:2], (x, y), others)
    goal = never_held(layout, thing.name, At(thing.name, (x, y)))
    return Arrangement(layout.scene(), {"block": thing.name, "distance": distance, "way": way}, goal)


def _onto(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, target_color, other, another = pick_colors(rng, 4)
    target = layout.place(zone(target_color, size=(0.14, 0.14, 0.001)), x=PUSH_X, y=PUSH_Y)
    thing = layout.place(block(color), x=PUSH_X, y=PUSH_Y, near=(target.position[:2], (0.15, 0.28)))
    others = (layout.place(block(other)).name, layout.place(block(another)).name)
    keep_way_free(layout, thing.position[:2], target.position[:2], others)
    goal = never_held(layout, thing.name, OnZone(thing.name, target.name))
    return Arrangement(layout.scene(), {"block": thing.name, "zone": target.name}, goal)


_FREE_WAY = "all 8 cm inside the area; what else there is stands out of the way"
TASKS = (
    TabletopTask(
        name="push-to",
        summary="Push a block to a point.",
        plan="One call pushes the block there.",
        placement=f"a block 10 to 25 cm from the point, {_FREE_WAY} (a block and a bowl)",
        success="the block stands within 2 cm of the point, never held by both fingers; nothing else moved",
        phrasing=Phrasing(
            (
                "Push the {block} to x {x}, y {y} m.",
                "Slide the {block} along the table to [{x}, {y}], in metres.",
                "By pushing, bring the {block} to x = {x} m, y = {y} m.",
            ),
            {"block": BLOCK_NAME, "x": DECIMAL, "y": DECIMAL},
            kept=(
                "Shove the {block} until it stands where x is {x} and y is {y}, in metres.",
                "The {block} is to be shoved to the place with x {x} m and y {y} m.",
            ),
        ),
        arrange=_to,
        oracles=everywhere(_TO),
        expected={"skills": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="push-by",
        summary="Push a block by a distance.",
        plan="I know where the block is: one call pushes it on.",
        placement=f"a block to push by 6 to 15 cm, {_FREE_WAY} (2 blocks); left is +y, away from you +x",
        success="the block stands within 2 cm of that point, never held by both fingers; nothing else moved",
        phrasing=Phrasing(
            (
                "Push the {block} {distance} cm {way}.",
                "Slide the {block} {way} by {distance} cm.",
                "The {block} should stand {distance} cm further {way}: push it there.",
            ),
            {"block": BLOCK_NAME, "distance": NUMBER, "way": choice(*SIDEWAYS)},
            kept=(
                "Shove the {block} {distance} cm {way} from where it stands.",
                "Let a push take the {block} {distance} cm {way}.",
            ),
        ),
        arrange=_by,
        oracles=everywhere(_BY),
        expected={"skills": 1.0},
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="push-into-zone",
        summary="Push a block onto a zone by one call.",
        plan="One call pushes the block onto the zone.",
        placement="a 14 cm zone and a block, both 8 cm inside the area, 15 to 28 cm apart; 2 blocks out of the way",
        success="the whole block on the zone (5 mm over), never held by both fingers; nothing else moved",
        phrasing=Phrasing(
            (
                "Push the {block} onto the {zone}.",
                "By pushing, bring the {block} onto the {zone}.",
                "Slide the {block} along the table onto the {zone}.",
            ),
            {"block": BLOCK_NAME, "zone": ZONE_NAME},
            kept=(
                "Shove the {block} to where it lies within the {zone}.",
                "Let a push take the {block} onto the {zone}.",
            ),
        ),
        arrange=_onto,
        oracles=everywhere(_ONTO),
        expected={"skills": 1.0},
        one_call=True,
    ),
)
