"""Tasks about one motion: reach, lift, push, turn, align."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import SIDES, Layout, Rejected, Spot
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y
from embodied_codeact.envs.tabletop.tasks.goals import Goal, NeverGrasped, Undisturbed, put_down
from embodied_codeact.envs.tabletop.tasks.phrasing import BLOCK_NAME, NUMBER, ZONE_NAME, Phrasing, choice
from embodied_codeact.envs.tabletop.tasks.relations import AlongEdge, Lifted, OnZone, ToolAbove, TurnedBy
from embodied_codeact.envs.tabletop.tasks.scripts import everywhere
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import BAR, block, bowl, pick_colors, zone

_PUSH_X = (TABLE_X[0] + 0.08, TABLE_X[1] - 0.08)
_PUSH_Y = (TABLE_Y[0] + 0.08, TABLE_Y[1] - 0.08)

_REACH = """\
target = scene.find(thing)
point = np.array([target.position[0], target.position[1], target.top + height / 100])
arm.move_to(point)
error = np.linalg.norm(arm.pose().position - point)
print(f"The tool is {1000 * error:.1f} mm from the point.")
print("done:", bool(error < 0.01))
"""

_LIFT = """\
if state.holding != block:
    arm.pick(block)
# I hold it by its middle or above: with some room to spare, its bottom is then high enough.
missing = height / 100 + scene.find(block).size[2] + 0.01 - arm.pose().position[2]
if missing > 0:
    arm.move_by([0, 0, missing])
print("done:", state.holding == block)
"""

_PUSH = """\
target = scene.find(zone).position[:2]


def off():
    return math.dist(scene.find(block).position[:2], target)


if off() > 0.02:
    arm.push(block, target)
print(f"The block is {1000 * off():.0f} mm from the middle of the zone.")
print("done:", off() < 0.03)
"""

_TURN = """\
# Where it lay at first: what an earlier attempt noted, or where it lies now.
if "start" not in globals():
    start = scene.find(block)
sign = 1 if direction == "counterclockwise" else -1
wanted = start.yaw + sign * math.radians(angle)
arm.pick(block)
arm.place(start.position[:2], yaw=wanted)
off = (scene.find(block).yaw - wanted + math.pi / 2) % math.pi - math.pi / 2
print(f"The block is {math.degrees(off):.1f} degrees off.")
print("done:", abs(off) < math.radians(8))
"""

_ALIGN = """\
bar = scene.find(block)
x, y = scene.table().sides[side]
along_y = side in ("near", "far")
# A place on the line by that edge, clear of everything else; best in the middle.
others = [thing.position[:2] for thing in scene.objects() if thing.name != block]
shifts = sorted(np.linspace(-0.12, 0.12, 25), key=abs)
spots = [(x, y + shift) if along_y else (x + shift, y) for shift in shifts]
spot = max(spots, key=lambda spot: min([0.12, *(math.dist(spot, other) for other in others)]))
long_axis = math.pi / 2 if bar.size[1] > bar.size[0] else 0.0
wanted = (math.pi / 2 if along_y else 0.0) - long_axis
arm.pick(block)
arm.place(spot, yaw=wanted)
bar = scene.find(block)
off = (bar.yaw - wanted + math.pi / 2) % math.pi - math.pi / 2
print(f"The block is {math.degrees(off):.1f} degrees off and lies at {bar.position}.")
print("done:", abs(off) < math.radians(8) and math.dist(bar.position[:2], spot) < 0.02)
"""


def _reach(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    things = [layout.place(block(color)) for color in pick_colors(rng, 3)]
    height = int(rng.integers(5, 16))
    names = tuple(thing.name for thing in things)
    goal = Goal((ToolAbove(names[0], height / 100),), (Undisturbed(names, tolerance=0.01),))
    return Arrangement(layout.scene(), {"thing": names[0], "height": height}, goal)


def _lift(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    first, *others = [layout.place(block(color)).name for color in pick_colors(rng, 3)]
    height = int(rng.integers(5, 16))
    goal = Goal((Lifted(first, height / 100),), (Undisturbed(tuple(others)),))
    return Arrangement(layout.scene(), {"block": first, "height": height}, goal)


def _push(rng: np.random.Generator) -> Arrangement:
    """The way and the place behind the block, from where it is pushed, are free."""
    layout = Layout(rng)
    color, goal_color, *rest = pick_colors(rng, 4)
    target = layout.place(zone(goal_color, size=(0.14, 0.14, 0.001)), x=_PUSH_X, y=_PUSH_Y)
    centre: Spot = target.position[:2]
    thing = layout.place(block(color), x=_PUSH_X, y=_PUSH_Y, near=(centre, (0.15, 0.28)))
    whole = np.array(centre) - thing.position[:2]
    way = [thing.position[:2] + share * whole for share in (-0.5, 0.0, 0.5, 1.0)]
    for other in rest:
        spec = layout.place(block(other))
        if min(math.dist(spec.position[:2], point) for point in way) < 0.13:
            raise Rejected("something is in the way")
    conditions = put_down(layout.scene(), [OnZone(thing.name, target.name)], moved={thing.name})
    goal = Goal(conditions.wanted, (*conditions.kept, NeverGrasped(thing.name)))
    return Arrangement(layout.scene(), {"block": thing.name, "zone": target.name}, goal)


def _turn(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    color, *rest = pick_colors(rng, 3)
    spec = block(color, size=BAR)
    bar = layout.place(spec)
    for other in rest:
        placed = layout.place(block(other))
        if math.dist(placed.position[:2], bar.position[:2]) < 0.12:
            raise Rejected("too near for a turn")
    angle = int(rng.choice((30, 45, 60, 90)))
    direction = str(rng.choice(("clockwise", "counterclockwise")))
    signed = math.radians(angle if direction == "counterclockwise" else -angle)
    goal = put_down(layout.scene(), [TurnedBy(bar.name, signed)], moved={bar.name})
    return Arrangement(layout.scene(), {"block": bar.name, "angle": angle, "direction": direction}, goal)


def _align(rng: np.random.Generator) -> Arrangement:
    layout = Layout(rng)
    side = str(rng.choice(sorted(SIDES)))
    color, other, bowl_color = pick_colors(rng, 3)
    spot = SIDES[side]
    axis = 0 if side in ("near", "far") else 1
    layout.keep_clear(spot, 0.10)
    bar = layout.place(block(color, size=BAR))
    layout.place(bowl(bowl_color), y=(TABLE_Y[0] + 0.05, TABLE_Y[1] - 0.05))
    layout.place(block(other))
    goal = put_down(layout.scene(), [AlongEdge(bar.name, axis, spot[axis])], moved={bar.name})
    return Arrangement(layout.scene(), {"block": bar.name, "side": side}, goal)


TASKS = (
    TabletopTask(
        name="reach",
        summary="Bring the tool to a height above a block.",
        plan="I look up where the {thing} is and its top, move the tool {height} cm above it, and check where it is.",
        placement="3 blocks anywhere; height 5 to 15 cm.",
        success="tool within 2 cm of the point above the middle of the block's top; no block moved by more than 1 cm",
        phrasing=Phrasing(
            (
                "Move the gripper to a point {height} cm above the top of the {thing}.",
                "Bring the fingertips {height} cm above the top of the {thing}, without touching anything.",
                "Hover over the {thing}, with the tool {height} cm above its top.",
            ),
            {"height": NUMBER, "thing": BLOCK_NAME},
            kept=(
                "Approach the {thing} from above and stop {height} cm over its upper face.",
                "Let there be {height} cm of air between the fingertips and the upper face of the {thing}.",
            ),
        ),
        arrange=_reach,
        oracles=everywhere(_REACH, "skills", "motion", "joints"),
        expected={"skills": 1.0, "motion": 1.0, "joints": 0.98},
    ),
    TabletopTask(
        name="lift",
        summary="Lift a block and hold it up.",
        plan="I pick the {block} up, raise it as far as is missing to {height} cm, and keep holding it.",
        placement="3 blocks anywhere; height 5 to 15 cm.",
        success="both fingers hold the block, its lowest point at most 1 cm below the height asked for",
        phrasing=Phrasing(
            (
                "Lift the {block} at least {height} cm off the table and hold it there.",
                "Pick up the {block} and hold it at least {height} cm above the table.",
                "Raise the {block} by {height} cm or more, and keep hold of it.",
            ),
            {"block": BLOCK_NAME, "height": NUMBER},
            kept=(
                "Take the {block} up into the air, to {height} cm or more over the table, and stay so.",
                "The {block} should float above the table, {height} cm or higher, in the grip of the fingers.",
            ),
        ),
        arrange=_lift,
        oracles=everywhere(_LIFT, "skills", "motion", "joints"),
        expected={"skills": 0.99, "motion": 0.98, "joints": 0.95},
    ),
    TabletopTask(
        name="push-to-zone",
        summary="Push a block onto a zone without grasping it.",
        plan="I push the {block} to the middle of the {zone} with closed fingers, and measure how near it came.",
        placement="a 14 cm zone and a block, both 8 cm inside the area, 15 to 28 cm apart; 2 blocks out of the way",
        success="the whole block on the zone (5 mm over), never held by both fingers; nothing else moved",
        phrasing=Phrasing(
            (
                "Push the {block} onto the {zone} without grasping it.",
                "Without picking it up, slide the {block} onto the {zone}.",
                "Slide the {block} along the table until all of it is on the {zone}. Do not grasp it.",
            ),
            {"block": BLOCK_NAME, "zone": ZONE_NAME},
            kept=(
                "Herd the {block} onto the {zone}; the fingers must not close on it.",
                "The {zone} is where the {block} has to end up, by shoving alone.",
            ),
        ),
        arrange=_push,
        oracles=everywhere(_PUSH, "skills", "motion"),
        expected={"skills": 0.97, "motion": 0.95},
    ),
    TabletopTask(
        name="turn",
        summary="Turn a long block in place by an angle.",
        plan="I note how the {block} lies, pick it up, and put it down there, turned by {angle} degrees {direction}.",
        placement="a block of 3 x 9 x 3 cm anywhere, 2 blocks at least 12 cm away; 30, 45, 60 or 90 degrees",
        success="turned as asked within 10 degrees (half a turn makes no difference), within 3 cm of where it lay",
        phrasing=Phrasing(
            (
                "Turn the {block} by {angle} degrees {direction}, as seen from above, and leave it where it is.",
                "Rotate the {block} {angle} degrees {direction} (seen from above) in place.",
                "Seen from above, give the {block} a {direction} turn of {angle} degrees without moving it elsewhere.",
            ),
            {"block": BLOCK_NAME, "angle": NUMBER, "direction": choice("clockwise", "counterclockwise")},
            kept=(
                "Change the heading of the {block}: {angle} degrees {direction}, as seen from above, on the spot.",
                "Looking down on the table, the {block} has to swivel {direction} through {angle} degrees where "
                "it lies.",
            ),
        ),
        arrange=_turn,
        oracles=everywhere(_TURN, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.95},
    ),
    TabletopTask(
        name="align-with-edge",
        summary="Lay a long block along an edge of the table.",
        plan="I look for a free place by the {side} edge and put the {block} down there with its long side along it.",
        placement="a block of 3 x 9 x 3 cm, a bowl and a block anywhere but around the middle of that side",
        success="its middle within 3 cm of the line along that side, its long side within 10 degrees of it",
        phrasing=Phrasing(
            (
                "Lay the {block} along the {side} edge of the table.",
                "Align the long side of the {block} with the {side} edge of the table, at that edge.",
                "Put the {block} by the {side} edge of the table, its long side parallel to that edge.",
            ),
            {"block": BLOCK_NAME, "side": choice(*sorted(SIDES))},
            kept=(
                "Park the {block} lengthwise at the {side} edge of the table.",
                "The {side} edge of the table and the {block} should run side by side.",
            ),
        ),
        arrange=_align,
        oracles=everywhere(_ALIGN, "skills", "motion"),
        expected={"skills": 0.98, "motion": 0.95},
    ),
)
