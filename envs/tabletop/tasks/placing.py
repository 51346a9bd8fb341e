"""Tasks that put one thing somewhere: into a bowl or tray, onto a zone, next to or between others, into a corner."""

from __future__ import annotations

import numpy as np

from embodied_codeact.envs.tabletop.placement import CORNERS, SIDES, Layout, Rejected, Spot, on_table
from embodied_codeact.envs.tabletop.tasks.goals import put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import (
    BLOCK_NAME,
    BOWL_NAME,
    HOUSEHOLD_NAME,
    NUMBER,
    ZONE_NAME,
    Phrasing,
    choice,
)
from embodied_codeact.envs.tabletop.tasks.relations import At, Beside, Between, Inside, OnZone
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import HOUSEHOLD, block, bowl, household, pick_colors, tray, zone

TRAY_X = (0.42, 0.58)
TRAY_Y = (-0.18, 0.18)
BOWL_X = (0.36, 0.64)
BOWL_Y = (-0.24, 0.24)
_SPOT_CLEARANCE = 0.045
_SPOT_TOLERANCE = 0.03

DIRECTIONS: dict[str, Spot] = {
    "to the left of": (0.0, 1.0),
    "to the right of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in front of": (-1.0, 0.0),
}
"""Relations as the arm sees them, looking forward: what is behind a thing is farther away."""

_INTO = """\
if not scene.is_inside({thing}, {container}):
    arm.pick({thing})
    arm.place({container})
print("done:", scene.is_inside({thing}, {container}))
"""

_ONTO_ZONE = """\
centre = scene.find(zone).position[:2]
if math.dist(scene.find(block).position[:2], centre) > 0.015 or state.holding == block:
    arm.pick(block)
    arm.place(zone)
off = math.dist(scene.find(block).position[:2], centre)
print(f"The block is {1000 * off:.0f} mm from the middle of the zone.")
print("done:", off < 0.02)
"""

_AT_SPOT = """\
if math.dist(scene.find(block).position[:2], spot) > 0.01 or state.holding == block:
    arm.pick(block)
    arm.place(spot)
off = math.dist(scene.find(block).position[:2], spot)
print(f"The block is {1000 * off:.0f} mm from its place.")
print("done:", off < 0.015)
"""

_BESIDE = """\
# As the arm sees it: left is +y, behind is farther away, +x.
ways = {"to the left of": [0, 1], "to the right of": [0, -1], "behind": [1, 0], "in front of": [-1, 0]}
spot = scene.find(reference).position[:2] + distance / 100 * np.array(ways[side])
"""

_BETWEEN = """\
spot = (scene.find(first).position[:2] + scene.find(second).position[:2]) / 2
"""


def _in_bowl(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    target, other, *colors = pick_colors(rng, 5)
    bowls = [layout.place(bowl(color), x=BOWL_X, y=BOWL_Y).name for color in (target, other)]
    first, *_ = [layout.place(block(color)).name for color in colors]
    goal = put_down(layout.scene(), [Inside(first, bowls[0])], moved={first})
    return Arrangement(layout.scene(), {"block": first, "bowl": bowls[0]}, goal)


def _in_tray(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    kinds = [HOUSEHOLD[index] for index in rng.permutation(len(HOUSEHOLD))[:3]]
    first, *_ = [layout.place(household(kind)).name for kind in kinds]
    goal = put_down(layout.scene(), [Inside(first, "tray")], moved={first})
    return Arrangement(layout.scene(), {"thing": first}, goal)


def _on_zone(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    target, other, *colors = pick_colors(rng, 5)
    zones = [layout.place(zone(color)).name for color in (target, other)]
    first, *_ = [layout.place(block(color)).name for color in colors]
    goal = put_down(layout.scene(), [OnZone(first, zones[0])], moved={first})
    return Arrangement(layout.scene(), {"block": first, "zone": zones[0]}, goal)


def _beside(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, reference_color, *rest = pick_colors(rng, 5)
    reference = layout.place(block(reference_color))
    side = str(rng.choice(sorted(DIRECTIONS)))
    distance = int(rng.integers(10, 16))
    offset = (DIRECTIONS[side][0] * distance / 100, DIRECTIONS[side][1] * distance / 100)
    spot = (reference.position[0] + offset[0], reference.position[1] + offset[1])
    if not on_table([spot]):
        raise Rejected("off the table")
    layout.keep_clear(spot, _SPOT_CLEARANCE - 0.02)
    first = layout.place(block(color)).name
    for other in rest:
        layout.place(block(other))
    goal = put_down(layout.scene(), [Beside(first, reference.name, offset)], moved={first})
    parameters = {"block": first, "distance": distance, "side": side, "reference": reference.name}
    return Arrangement(layout.scene(), parameters, goal)


def _between(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, *ends, other = pick_colors(rng, 4)
    first = layout.place(block(ends[0]))
    second = layout.place(block(ends[1]), near=(first.position[:2], (0.18, 0.35)))
    middle = ((first.position[0] + second.position[0]) / 2, (first.position[1] + second.position[1]) / 2)
    layout.keep_clear(middle, 0.03)
    moved = layout.place(block(color)).name
    layout.place(block(other))
    goal = put_down(layout.scene(), [Between(moved, first.name, second.name)], moved={moved})
    return Arrangement(layout.scene(), {"block": moved, "first": first.name, "second": second.name}, goal)


def _at_named_spot(rng: np.random.Generator, spots: dict[str, Spot], field: str) -> Arrangement:
    layout = Layout(rng)
    place = str(rng.choice(sorted(spots)))
    layout.keep_clear(spots[place], _SPOT_CLEARANCE)
    color, bowl_color, *rest = pick_colors(rng, 4)
    layout.place(bowl(bowl_color), x=BOWL_X, y=BOWL_Y)
    first, *_ = [layout.place(block(name)).name for name in (color, *rest)]
    goal = put_down(layout.scene(), [At(first, spots[place], _SPOT_TOLERANCE)], moved={first})
    return Arrangement(layout.scene(), {"block": first, field: place}, goal)


def _in_corner(rng: np.random.Generator) -> Arrangement:
    return _at_named_spot(rng, CORNERS, "corner")


def _at_side(rng: np.random.Generator) -> Arrangement:
    return _at_named_spot(rng, SIDES, "side")


_BLOCKS = "blocks anywhere"
TASKS = (
    TabletopTask(
        name="place-in-bowl",
        summary="Put a block into a bowl.",
        plan="I pick the {block}, place it in the {bowl}, and check that it lies inside.",
        placement="2 bowls (centres in x 0.36 to 0.64, y -0.24 to 0.24 m), 3 blocks anywhere",
        success="the block lies within the rim, carried by the bowl alone",
        phrasing=Phrasing(
            (
                "Put the {block} in the {bowl}.",
                "Place the {block} into the {bowl}.",
                "The {block} belongs in the {bowl}: put it there.",
            ),
            {"block": BLOCK_NAME, "bowl": BOWL_NAME},
            kept=(
                "Fill the {bowl} with the {block}.",
                "Have the {block} rest inside the {bowl} when you finish.",
            ),
        ),
        arrange=_in_bowl,
        oracles=everywhere(_INTO.format(thing="block", container="bowl"), "skills", "motion", "joints"),
        expected={"skills": 0.99, "motion": 0.97, "joints": 0.95},
    ),
    TabletopTask(
        name="household-in-tray",
        summary="Put an object of the household into the tray.",
        plan="I pick the {thing} up, place it in the tray, and check that it lies inside.",
        placement="a tray (centre in x 0.42 to 0.58, y -0.18 to 0.18 m), 3 different household objects anywhere",
        success="the object lies within the tray's walls, carried by the tray alone",
        phrasing=Phrasing(
            (
                "Put the {thing} in the tray.",
                "Place the {thing} into the tray.",
                "The {thing} belongs in the tray: put it there.",
            ),
            {"thing": HOUSEHOLD_NAME},
            kept=(
                "Let the tray take in the {thing}.",
                "Pack the {thing} into the tray.",
            ),
        ),
        arrange=_in_tray,
        oracles=everywhere('container = "tray"\n' + _INTO.format(thing="thing", container="container")),
        expected={"skills": 0.95},
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="place-on-zone",
        summary="Put a block onto a zone.",
        plan="I pick the {block}, place it on the middle of the {zone}, and measure how far off it is.",
        placement="2 zones of 12 cm and 3 blocks anywhere",
        success="the block stands on the table, no corner more than 5 mm out of the zone",
        phrasing=Phrasing(
            (
                "Put the {block} on the {zone}.",
                "Place the {block} so that it stands wholly on the {zone}.",
                "Move the {block} onto the {zone}.",
            ),
            {"block": BLOCK_NAME, "zone": ZONE_NAME},
            kept=(
                "Let the {block} occupy the {zone}.",
                "Park the {block} inside the borders of the {zone}.",
            ),
        ),
        arrange=_on_zone,
        oracles=everywhere(_ONTO_ZONE, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.98},
    ),
    TabletopTask(
        name="place-beside",
        summary="Put a block at a distance on one side of another.",
        plan="I work out the point {distance} cm {side} the {reference}, put the {block} there, and measure.",
        placement="4 blocks anywhere, the goal free; 10 to 15 cm; left is +y, behind is +x (farther from the arm)",
        success="the block stands within 2 cm of the point; distances are between centres",
        phrasing=Phrasing(
            (
                "Put the {block} {distance} cm {side} the {reference}.",
                "Place the {block} so that its centre is {distance} cm {side} that of the {reference}.",
                "Move the {block}: it should stand {distance} cm {side} the {reference}, from centre to centre.",
            ),
            {
                "block": BLOCK_NAME,
                "distance": NUMBER,
                "side": choice(*sorted(DIRECTIONS)),
                "reference": BLOCK_NAME,
            },
            kept=(
                "Measure out {distance} cm {side} the {reference}: what should stand there is the {block}.",
                "Station the {block} {side} the {reference}, leaving {distance} cm from middle to middle.",
            ),
        ),
        arrange=_beside,
        oracles=everywhere(_BESIDE + _AT_SPOT, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.98},
    ),
    TabletopTask(
        name="place-between",
        summary="Put a block midway between two others.",
        plan="I work out the middle between {first} and {second}, put the {block} there, and measure how far off.",
        placement="4 blocks anywhere, the two ends 18 to 35 cm apart, the middle between them free",
        success="the block stands within 2 cm of the middle between the centres of the two",
        phrasing=Phrasing(
            (
                "Put the {block} midway between the {first} and the {second}.",
                "Place the {block} exactly in the middle between the {first} and the {second}.",
                "The {block} should stand halfway from the {first} to the {second}.",
            ),
            {"block": BLOCK_NAME, "first": BLOCK_NAME, "second": BLOCK_NAME},
            kept=(
                "Halve the way from the {first} to the {second} with the {block}.",
                "On the line that joins the {first} and the {second}, both should have the {block} at the same "
                "distance.",
            ),
        ),
        arrange=_between,
        oracles=everywhere(_BETWEEN + _AT_SPOT, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.97},
    ),
    TabletopTask(
        name="place-in-corner",
        summary="Put a block into a corner of the table.",
        plan="The table knows its {corner} corner: I put the {block} there, and measure how far off it is.",
        placement="a bowl and 3 blocks anywhere but in the corner asked for",
        success="the block stands within 3 cm of the corner's point (5 cm inside of the area)",
        phrasing=Phrasing(
            (
                "Put the {block} in the {corner} corner of the table.",
                "Move the {block} to the {corner} corner of the table.",
                "Bring the {block} to the table's {corner} corner.",
            ),
            {"block": BLOCK_NAME, "corner": choice(*sorted(CORNERS))},
            kept=(
                "Tuck the {block} away in the {corner} corner of the table.",
                "Let the {corner} corner of the table be the home of the {block}.",
            ),
        ),
        arrange=_in_corner,
        oracles=everywhere("spot = scene.table().corners[corner]\n" + _AT_SPOT, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.98},
    ),
    TabletopTask(
        name="place-at-side",
        summary="Put a block at the middle of a side of the table.",
        plan="The table knows the middle of its {side} side: I put the {block} there, and measure how far off.",
        placement="a bowl and 3 blocks anywhere but at the middle of the side asked for",
        success="the block stands within 3 cm of the side's middle (5 cm inside of the area)",
        phrasing=Phrasing(
            (
                "Put the {block} at the middle of the {side} side of the table.",
                "Move the {block} to the {side} side of the table, in its middle.",
                "The {block} should stand at the centre of the table's {side} side.",
            ),
            {"block": BLOCK_NAME, "side": choice(*sorted(SIDES))},
            kept=(
                "Halfway along the {side} side of the table, put down the {block}.",
                "Park the {block} by the {side} side of the table, equally far from both of its ends.",
            ),
        ),
        arrange=_at_side,
        oracles=everywhere("spot = scene.table().sides[side]\n" + _AT_SPOT, "skills", "motion"),
        expected={"skills": 0.99, "motion": 0.98},
    ),
)
