"""Atomic tasks about one thing: picked up, put down where the hand holds it already, stacked, turned."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y, ObjectSpec
from embodied_codeact.envs.tabletop.tasks.goals import Condition, Goal, Undisturbed, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import (
    BLOCK_NAME,
    BOWL_NAME,
    DECIMAL,
    HOUSEHOLD_NAME,
    NUMBER,
    SOLID_NAME,
    ZONE_NAME,
    Phrasing,
    choice,
)
from embodied_codeact.envs.tabletop.tasks.placing import BOWL_X, BOWL_Y, TRAY_X, TRAY_Y
from embodied_codeact.envs.tabletop.tasks.relations import At, Inside, LiesTurned, Lifted, On, OnZone, TurnedBy
from embodied_codeact.envs.tabletop.tasks.scripts import Level, everywhere
from embodied_codeact.envs.tabletop.tasks.start import Start
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import (
    BAR,
    HOUSEHOLD,
    block,
    bowl,
    cylinder,
    household,
    pick_colors,
    tray,
    zone,
)

_PICKED = 0.05
"""How high above the table a thing has to be to count as picked up, m."""
_ROOM = 0.06
"""What is kept free around a place that the hand is sent to, m."""
_MARGIN = 0.05

_PICK = """\
arm.pick({thing})
print("done:", True)
"""
_PUT = """\
result = arm.place({target})
# Where it is not seen any more there is no error to compare.
print("done:", not result.position_error > {within})
"""
_STACK = """\
result = arm.stack(upper, on=lower)
print("done:", not result.position_error > 0.012)
"""
_TWIST = """\
result = arm.turn(block, math.radians(angle if direction == "counterclockwise" else -angle))
print("done:", not result.position_error > 0.02)
"""


def _solid(rng: np.random.Generator, color: str) -> ObjectSpec:
    return block(color) if rng.random() < 0.5 else cylinder(color)


def _picked(layout: Layout, name: str) -> Goal:
    others = tuple(spec.name for spec in layout.scene().objects if spec.name != name)
    return Goal((Lifted(name, _PICKED),), (Undisturbed(others),))


def _pick_up(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    first, *_ = [layout.place(_solid(rng, color)).name for color in pick_colors(rng, 4)]
    return Arrangement(layout.scene(), {"thing": first}, _picked(layout, first))


def _pick_up_household(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    kinds = [HOUSEHOLD[index] for index in rng.permutation(len(HOUSEHOLD))[:3]]
    first, *_ = [layout.place(household(kind)).name for kind in kinds]
    return Arrangement(layout.scene(), {"thing": first}, _picked(layout, first))


def _holding(layout: Layout, held: ObjectSpec, parameters: dict[str, object], *wanted: Condition) -> Arrangement:
    """An instance that begins with something in the hand."""
    goal = put_down(layout.scene(), wanted, moved={held.name})
    return Arrangement(layout.scene(), parameters, goal, Start(holding=held.name))


def _into_bowl(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    target, other, color, another = pick_colors(rng, 4)
    bowls = [layout.place(bowl(each), x=BOWL_X, y=BOWL_Y).name for each in (target, other)]
    held = layout.place(_solid(rng, color))
    layout.place(block(another))
    return _holding(layout, held, {"bowl": bowls[0]}, Inside(held.name, bowls[0]))


def _into_tray(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    layout.place(tray(), x=TRAY_X, y=TRAY_Y)
    color, other, another = pick_colors(rng, 3)
    held = layout.place(_solid(rng, color))
    layout.place(block(other))
    layout.place(bowl(another))
    return _holding(layout, held, {}, Inside(held.name, "tray"))


def _onto_zone(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    target, other, color, another = pick_colors(rng, 4)
    zones = [layout.place(zone(each)).name for each in (target, other)]
    held = layout.place(block(color))
    layout.place(block(another))
    return _holding(layout, held, {"zone": zones[0]}, OnZone(held.name, zones[0]))


def _onto_block(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, lower, *_ = [layout.place(block(each)) for each in pick_colors(rng, 3)]
    return _holding(layout, color, {"block": lower.name}, On(color.name, lower.name))


def _spot(rng: np.random.Generator, layout: Layout) -> tuple[float, float]:
    """A free place, to the centimetre."""
    x = round(float(rng.uniform(TABLE_X[0] + _MARGIN, TABLE_X[1] - _MARGIN)), 2)
    y = round(float(rng.uniform(TABLE_Y[0] + _MARGIN, TABLE_Y[1] - _MARGIN)), 2)
    layout.keep_clear((x, y), _ROOM)
    return x, y


def _at(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    x, y = _spot(rng, layout)
    color, other, another = pick_colors(rng, 3)
    held = layout.place(_solid(rng, color))
    layout.place(block(other))
    layout.place(bowl(another))
    return _holding(layout, held, {"x": x, "y": y}, At(held.name, (x, y)))


def _turned(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, other, another = pick_colors(rng, 3)
    x, y = _spot(rng, layout)
    held = layout.place(block(color, size=BAR))
    layout.place(block(other))
    layout.place(block(another))
    angle = int(rng.choice((-60, -45, -30, 0, 30, 45, 60, 90)))
    wanted = (At(held.name, (x, y)), LiesTurned(held.name, math.radians(angle)))
    return _holding(layout, held, {"x": x, "y": y, "angle": angle}, *wanted)


def _stack(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    upper, lower, *_ = [layout.place(block(color)).name for color in pick_colors(rng, 4)]
    goal = put_down(layout.scene(), [On(upper, lower)], moved={upper})
    return Arrangement(layout.scene(), {"upper": upper, "lower": lower}, goal)


def _twist(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, other, another = pick_colors(rng, 3)
    bar = layout.place(block(color, size=BAR))
    for each in (other, another):
        if math.dist(layout.place(block(each)).position[:2], bar.position[:2]) < 0.12:
            raise Rejected("too near for a turn")
    angle = int(rng.choice((30, 45, 60, 90)))
    direction = str(rng.choice(("clockwise", "counterclockwise")))
    signed = math.radians(angle if direction == "counterclockwise" else -angle)
    goal = put_down(layout.scene(), [TurnedBy(bar.name, signed)], moved={bar.name})
    return Arrangement(layout.scene(), {"block": bar.name, "angle": angle, "direction": direction}, goal)


_HELD = "the hand holds a block or cylinder"
_SURE: dict[Level, float] = {"skills": 1.0}
TASKS = (
    TabletopTask(
        name="pick-up",
        summary="Pick up a block or cylinder.",
        plan="One call grasps it and lifts it.",
        placement="4 blocks and cylinders anywhere",
        success="both fingers hold it, its lowest point at least 4 cm above the table",
        phrasing=Phrasing(
            ("Pick up the {thing}.", "Grasp the {thing} and lift it.", "Take the {thing} into your hand."),
            {"thing": SOLID_NAME},
            kept=(
                "Have the {thing} in your grip, up in the air.",
                "Fetch the {thing} from the table and keep it in the gripper.",
            ),
        ),
        arrange=_pick_up,
        oracles=everywhere(_PICK.format(thing="thing")),
        expected=_SURE,
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="pick-up-household",
        summary="Pick up an object of the household.",
        plan="One call grasps it and lifts it.",
        placement="3 different household objects anywhere",
        success="both fingers hold it, its lowest point at least 4 cm above the table",
        phrasing=Phrasing(
            ("Pick up the {thing}.", "Grasp the {thing} and lift it.", "Take the {thing} into your hand."),
            {"thing": HOUSEHOLD_NAME},
            kept=(
                "Have the {thing} in your grip, up in the air.",
                "Fetch the {thing} from the table and keep it in the gripper.",
            ),
        ),
        arrange=_pick_up_household,
        oracles=everywhere(_PICK.format(thing="thing")),
        expected=_SURE,
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="put-in-bowl",
        summary="Put what the hand holds into a bowl.",
        plan="One call puts down what I hold.",
        placement=f"{_HELD}; 2 bowls (x 0.36 to 0.64, y -0.24 to 0.24 m), a block anywhere",
        success="it lies within the rim, carried by the bowl alone",
        phrasing=Phrasing(
            (
                "Put what you hold into the {bowl}.",
                "Place the thing in your gripper in the {bowl}.",
                "What you hold belongs in the {bowl}: put it there.",
            ),
            {"bowl": BOWL_NAME},
            kept=(
                "Let go of what you hold inside the {bowl}.",
                "Leave what is in your gripper to the {bowl}.",
            ),
        ),
        arrange=_into_bowl,
        oracles=everywhere(_PUT.format(target="bowl", within=0.06)),
        expected=_SURE,
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="put-in-tray",
        summary="Put what the hand holds into the tray.",
        plan="One call puts down what I hold.",
        placement=f"{_HELD}; a tray (centre in x 0.42 to 0.58, y -0.18 to 0.18 m), a block and a bowl anywhere",
        success="it lies within the tray's walls, carried by the tray alone",
        phrasing=Phrasing(
            (
                "Put what you hold into the tray.",
                "Place the thing in your gripper in the tray.",
                "What you hold belongs in the tray: put it there.",
            ),
            {},
            kept=(
                "Let go of what you hold inside the tray.",
                "Leave what is in your gripper to the tray.",
            ),
        ),
        arrange=_into_tray,
        oracles=everywhere(_PUT.format(target='"tray"', within=0.06)),
        expected=_SURE,
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="put-on-zone",
        summary="Put what the hand holds onto a zone.",
        plan="One call puts down what I hold.",
        placement="the hand holds a block; 2 zones of 12 cm and a block anywhere",
        success="it stands on the table, no corner more than 5 mm out of the zone",
        phrasing=Phrasing(
            (
                "Put what you hold on the {zone}.",
                "Place the thing in your gripper on the {zone}.",
                "What you hold should stand on the {zone}: put it there.",
            ),
            {"zone": ZONE_NAME},
            kept=(
                "Set down within the {zone} what you hold.",
                "Let what is in your gripper occupy the {zone}.",
            ),
        ),
        arrange=_onto_zone,
        oracles=everywhere(_PUT.format(target="zone", within=0.02)),
        expected=_SURE,
        one_call=True,
    ),
    TabletopTask(
        name="put-on-block",
        summary="Put what the hand holds onto a block.",
        plan="One call puts down what I hold.",
        placement="the hand holds a block; 2 blocks anywhere",
        success="it rests on that block alone, centres within 1.5 cm; the lower is where it was",
        phrasing=Phrasing(
            (
                "Put what you hold on the {block}.",
                "Place the thing in your gripper on top of the {block}.",
                "What you hold should stand on the {block}: put it there.",
            ),
            {"block": BLOCK_NAME},
            kept=(
                "Let the {block} bear what you hold.",
                "Make the {block} the pedestal of what is in your gripper.",
            ),
        ),
        arrange=_onto_block,
        oracles=everywhere(_PUT.format(target="block", within=0.012)),
        expected=_SURE,
        one_call=True,
    ),
    TabletopTask(
        name="put-at",
        summary="Put what the hand holds down at a point.",
        plan="One call puts down what I hold.",
        placement=f"{_HELD}; a block and a bowl anywhere but around the point, 5 cm inside the area",
        success="it stands on the table within 2 cm of the point",
        phrasing=Phrasing(
            (
                "Put what you hold down at x {x}, y {y} m.",
                "Place the thing in your gripper on the table at [{x}, {y}], in metres.",
                "What you hold should stand on the table at x = {x} m, y = {y} m.",
            ),
            {"x": DECIMAL, "y": DECIMAL},
            kept=(
                "Set down what you hold where x is {x} and y is {y}, in metres.",
                "The place with x {x} m and y {y} m is for what is in your gripper.",
            ),
        ),
        arrange=_at,
        oracles=everywhere(_PUT.format(target="[x, y]", within=0.015)),
        expected=_SURE,
        one_call=True,
        only_blocks_bowls_zones=False,
    ),
    TabletopTask(
        name="put-turned",
        summary="Put the long block that the hand holds down at a point, turned.",
        plan="One call puts down what I hold, turned as asked.",
        placement="the hand holds a block of 3 x 9 x 3 cm; 2 blocks anywhere but around the point",
        success="it lies on the table within 2 cm of the point, its yaw within 10 degrees (or half a turn away)",
        phrasing=Phrasing(
            (
                "Put what you hold down at x {x}, y {y} m, with a yaw of {angle} degrees.",
                "Place the thing in your gripper on the table at [{x}, {y}], in metres, with yaw {angle} degrees.",
                "What you hold should lie at x = {x} m, y = {y} m, at a yaw of {angle} degrees.",
            ),
            {"x": DECIMAL, "y": DECIMAL, "angle": DECIMAL},
            kept=(
                "Set down what you hold where x is {x} and y is {y}, in metres, its yaw at {angle} degrees.",
                "The place with x {x} m and y {y} m is for what is in your gripper, turned to a yaw of {angle} "
                "degrees.",
            ),
        ),
        arrange=_turned,
        oracles=everywhere(_PUT.format(target="[x, y], yaw=math.radians(angle)", within=0.015)),
        expected=_SURE,
        one_call=True,
    ),
    TabletopTask(
        name="stack-on",
        summary="Stack a block on another by one call.",
        plan="One call stacks the one on the other.",
        placement="4 blocks anywhere",
        success="the upper rests on the lower alone, centres within 1.5 cm; the lower is where it was",
        phrasing=Phrasing(
            (
                "Pile the {upper} onto the {lower}.",
                "Lay the {upper} on the {lower}.",
                "Place the {upper} on top of the {lower}.",
            ),
            {"upper": BLOCK_NAME, "lower": BLOCK_NAME},
            kept=(
                "Balance the {upper} upon the {lower}.",
                "Give the {lower} the {upper} as its upper storey.",
            ),
        ),
        arrange=_stack,
        oracles=everywhere(_STACK),
        expected=_SURE,
        one_call=True,
    ),
    TabletopTask(
        name="twist",
        summary="Turn a long block in place by one call.",
        plan="One call turns the block in its place.",
        placement="a block of 3 x 9 x 3 cm anywhere, 2 blocks at least 12 cm away; 30, 45, 60 or 90 degrees",
        success="turned as asked within 10 degrees (half a turn makes no difference), within 3 cm of where it lay",
        phrasing=Phrasing(
            (
                "Twist the {block} by {angle} degrees {direction}, as seen from above.",
                "Spin the {block} {angle} degrees {direction} on the spot (seen from above).",
                "Seen from above, the {block} should be turned {angle} degrees {direction} from how it lies now.",
            ),
            {"block": BLOCK_NAME, "angle": NUMBER, "direction": choice("clockwise", "counterclockwise")},
            kept=(
                "Let the {block} swivel {angle} degrees {direction} where it lies, when looked at from above.",
                "Looked at from above, give the {block} {angle} degrees more, {direction}.",
            ),
        ),
        arrange=_twist,
        oracles=everywhere(_TWIST),
        expected=_SURE,
        one_call=True,
    ),
)
