"""Atomic tasks about the hand: fingers, places of the tool, turns of the wrist, the way home."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.placement import Layout, Rejected
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.tasks.goals import Condition, Goal, Undisturbed
from embodied_codeact.envs.tabletop.tasks.hand import STAYED, ArmAtHome, FingersApart, ToolAt, ToolTurned
from embodied_codeact.envs.tabletop.tasks.phrasing import DECIMAL, NUMBER, Phrasing, choice
from embodied_codeact.envs.tabletop.tasks.scripts import Level, everywhere
from embodied_codeact.envs.tabletop.tasks.start import AT_HOME, HOME_TOOL, Start
from embodied_codeact.envs.tabletop.tasks.task import Arrangement, TabletopTask
from embodied_codeact.envs.tabletop.tasks.things import block, bowl, pick_colors
from embodied_codeact.envs.tabletop.view import Point

_REACH = ((0.35, 0.62), (-0.25, 0.25), (0.14, 0.40))
"""Where the tool is sent, m: above everything on the table, and within reach however the wrist is turned."""
_LEAST_WAY = 0.08
_UNMOVED = 0.01

WAYS: dict[str, Point] = {
    "to the left": (0.0, 1.0, 0.0),
    "to the right": (0.0, -1.0, 0.0),
    "forward": (1.0, 0.0, 0.0),
    "back": (-1.0, 0.0, 0.0),
    "up": (0.0, 0.0, 1.0),
    "down": (0.0, 0.0, -1.0),
}
"""Directions as the arm sees them."""

_ARRIVED = """\
print("done:", bool(result.position_error < 0.005))
"""
_MOVE = "result = arm.move_to([x, y, z])\n" + _ARRIVED
_MOVE_TURNED = "result = arm.move_to([x, y, z], yaw=math.radians(angle))\n" + _ARRIVED
_LOWER = (
    """\
x, y, _ = state.tool_position
result = arm.move_linear([x, y, height / 100])
"""
    + _ARRIVED
)
_SHIFT = (
    """\
ways = {"to the left": [0, 1, 0], "to the right": [0, -1, 0], "forward": [1, 0, 0], "back": [-1, 0, 0]}
ways |= {"up": [0, 0, 1], "down": [0, 0, -1]}
result = arm.move_by([distance / 100 * part for part in ways[way]])
"""
    + _ARRIVED
)
_TURN = """\
result = arm.rotate(math.radians(angle if direction == "counterclockwise" else -angle))
print("done:", bool(result.rotation_error < 0.02))
"""
_HOME = """\
arm.home()
print("done:", True)
"""
_OPEN = """\
result = gripper.open()
print("done:", bool(result.width > 0.078))
"""
_CLOSE = """\
result = gripper.close()
print("done:", bool(result.width < 0.002))
"""
_SET = """\
result = gripper.move(width / 100)
print("done:", bool(abs(result.width - width / 100) < 0.002))
"""


def _scene(rng: np.random.Generator, blocks: int) -> SceneSpec:
    """Things that are in nobody's way."""
    layout = Layout(rng)
    bowl_color, *colors = pick_colors(rng, blocks + 1)
    layout.place(bowl(bowl_color))
    for color in colors:
        layout.place(block(color))
    return layout.scene()


def _alone(scene: SceneSpec, *wanted: Condition, stays_at: Point | None = None) -> Goal:
    """The goal of a hand that touches nothing; ``stays_at``: where the tool has to be all the same."""
    unmoved = Undisturbed(tuple(spec.name for spec in scene.objects), tolerance=_UNMOVED)
    stayed = () if stays_at is None else (ToolAt(stays_at, tolerance=STAYED),)
    return Goal(wanted, (unmoved, *stayed))


def _point(rng: np.random.Generator) -> Point:
    x, y, z = (round(float(rng.uniform(*limits)), 2) for limits in _REACH)
    return (x, y, z)


def _open(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 2)
    start = Start(width=float(rng.choice((0.0, 0.01, 0.02, 0.03, 0.04))))
    return Arrangement(scene, {}, _alone(scene, FingersApart(0.08), stays_at=HOME_TOOL), start)


def _close(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 3)
    start = Start(width=float(rng.choice((0.03, 0.04, 0.05, 0.06, 0.08))))
    return Arrangement(scene, {}, _alone(scene, FingersApart(0.0), stays_at=HOME_TOOL), start)


def _set_width(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 4)
    start = Start(width=float(rng.choice((0.0, 0.04, 0.08))))
    width = int(rng.integers(2, 15)) / 2
    if abs(width / 100 - start.width) < 0.01:
        raise Rejected("hardly another width")
    goal = _alone(scene, FingersApart(width / 100), stays_at=HOME_TOOL)
    return Arrangement(scene, {"width": width}, goal, start)


def _move(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 2)
    x, y, z = _point(rng)
    if math.dist((x, y, z), HOME_TOOL) < _LEAST_WAY:
        raise Rejected("hardly a way")
    return Arrangement(scene, {"x": x, "y": y, "z": z}, _alone(scene, ToolAt((x, y, z))))


def _move_turned(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 3)
    x, y, z = _point(rng)
    angle = int(rng.choice((-60, -45, -30, -20, 20, 30, 45, 60)))
    if math.dist((x, y, z), HOME_TOOL) < _LEAST_WAY:
        raise Rejected("hardly a way")
    goal = _alone(scene, ToolAt((x, y, z)), ToolTurned(math.radians(angle)))
    return Arrangement(scene, {"x": x, "y": y, "z": z, "angle": angle}, goal)


def _lower(rng: np.random.Generator) -> Arrangement:
    """What is under the hand, if anything, stays out of its way."""
    scene = _scene(rng, 3)
    x, y, z = _point(rng)
    height = int(rng.integers(8, 20))
    if z - height / 100 < 0.05:
        raise Rejected("hardly a way down")
    goal = _alone(scene, ToolAt((x, y, height / 100)))
    return Arrangement(scene, {"height": height}, goal, Start(tool=(x, y, z)))


def _shift(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 2)
    tool = _point(rng) if rng.random() < 0.5 else HOME_TOOL
    way = str(rng.choice(sorted(WAYS)))
    distance = int(rng.integers(4, 16))
    x, y, z = (place + distance / 100 * part for place, part in zip(tool, WAYS[way], strict=True))
    if not all(low <= value <= high for value, (low, high) in zip((x, y, z), _REACH, strict=True)):
        raise Rejected("too far")
    start = AT_HOME if tool == HOME_TOOL else Start(tool=tool)
    return Arrangement(scene, {"distance": distance, "way": way}, _alone(scene, ToolAt((x, y, z))), start)


def _turn(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 3)
    tool = _point(rng) if rng.random() < 0.5 else HOME_TOOL
    angle = 5 * int(rng.integers(3, 15))
    direction = str(rng.choice(("clockwise", "counterclockwise")))
    yaw = math.radians(angle if direction == "counterclockwise" else -angle)
    start = AT_HOME if tool == HOME_TOOL else Start(tool=tool)
    goal = _alone(scene, ToolTurned(yaw), stays_at=tool)
    return Arrangement(scene, {"angle": angle, "direction": direction}, goal, start)


def _go_home(rng: np.random.Generator) -> Arrangement:
    scene = _scene(rng, 2)
    tool = _point(rng)
    if math.dist(tool, HOME_TOOL) < _LEAST_WAY:
        raise Rejected("at home almost")
    return Arrangement(scene, {}, _alone(scene, ArmAtHome()), Start(tool=tool))


_LEVELS: tuple[Level, ...] = ("skills", "motion")
_THINGS = "a bowl and 2 to 4 blocks anywhere"
_SENT = "x 0.35 to 0.62, y -0.25 to 0.25, z 0.14 to 0.40 m"
_POINT = {"x": DECIMAL, "y": DECIMAL, "z": DECIMAL}
TASKS = (
    TabletopTask(
        name="open-gripper",
        summary="Open the gripper.",
        plan="One call opens the fingers wide.",
        placement=f"{_THINGS}; the fingers 0 to 4 cm apart",
        success="fingers within 3 mm of 8 cm apart, the tool within 2 cm of where it was; nothing moved by over 1 cm",
        phrasing=Phrasing(
            ("Open the gripper.", "Open the fingers as wide as they go.", "Spread the fingers of the hand fully."),
            {},
            kept=(
                "Let the fingers go apart, all the way.",
                "Make the gripper as wide as it gets.",
            ),
        ),
        arrange=_open,
        oracles=everywhere(_OPEN, *_LEVELS, "joints"),
        expected={"skills": 1.0, "motion": 1.0, "joints": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="close-gripper",
        summary="Close the gripper.",
        plan="One call closes the fingers.",
        placement=f"{_THINGS}; the fingers 3 to 8 cm apart",
        success="fingers within 3 mm of each other, the tool within 2 cm of where it was; nothing moved by over 1 cm",
        phrasing=Phrasing(
            ("Close the gripper.", "Shut the fingers of the gripper.", "Bring the fingertips together."),
            {},
            kept=(
                "Let the fingers of the gripper meet.",
                "Bring the gripper to a width of nothing.",
            ),
        ),
        arrange=_close,
        oracles=everywhere(_CLOSE, *_LEVELS, "joints"),
        expected={"skills": 1.0, "motion": 1.0, "joints": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="set-gripper",
        summary="Bring the fingers to a width.",
        plan="One call brings the fingers to that width.",
        placement=f"{_THINGS}; the fingers 0, 4 or 8 cm apart; asked are 1 to 7 cm",
        success="fingers within 3 mm of the width, the tool within 2 cm of where it was; nothing moved by over 1 cm",
        phrasing=Phrasing(
            (
                "Set the gripper to a width of {width} cm.",
                "Bring the fingers to {width} cm from each other.",
                "The fingers should be {width} cm apart.",
            ),
            {"width": DECIMAL},
            kept=(
                "Leave a gap of {width} cm between the fingers.",
                "Make the gripper {width} cm wide.",
            ),
        ),
        arrange=_set_width,
        oracles=everywhere(_SET, *_LEVELS, "joints"),
        expected={"skills": 1.0, "motion": 1.0, "joints": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="move-hand",
        summary="Bring the tool to a point.",
        plan="One motion brings the tool to that point.",
        placement=f"{_THINGS}; the point in {_SENT}",
        success="the tool within 1 cm of the point; nothing moved by over 1 cm",
        phrasing=Phrasing(
            (
                "Move the hand to x {x}, y {y}, z {z} m.",
                "Bring the tool to the point [{x}, {y}, {z}], in metres.",
                "The fingertips should be at x = {x} m, y = {y} m, z = {z} m.",
            ),
            _POINT,
            kept=(
                "Go with the fingertips to the place that has x {x} m, y {y} m and z {z} m.",
                "Let the tool stop where x is {x}, y is {y} and z is {z}, all in metres.",
            ),
        ),
        arrange=_move,
        oracles=everywhere(_MOVE, *_LEVELS),
        expected={"skills": 1.0, "motion": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="move-hand-turned",
        summary="Bring the tool to a point, turned.",
        plan="One motion brings the tool to that point and turns it.",
        placement=f"{_THINGS}; the point in {_SENT}; 20 to 60 degrees",
        success="the tool within 1 cm of the point, pointing down, turned as asked within 5 degrees; nothing moved",
        phrasing=Phrasing(
            (
                "Move the hand to x {x}, y {y}, z {z} m, with a yaw of {angle} degrees.",
                "Bring the tool to the point [{x}, {y}, {z}], in metres, pointing down with yaw {angle} degrees.",
                "The hand should be at x = {x} m, y = {y} m, z = {z} m, at a yaw of {angle} degrees.",
            ),
            {**_POINT, "angle": DECIMAL},
            kept=(
                "Go with the hand to the place that has x {x} m, y {y} m and z {z} m, turned to a yaw of {angle} "
                "degrees.",
                "Let the tool stop where x is {x}, y is {y} and z is {z}, all in metres, its yaw at {angle} degrees.",
            ),
        ),
        arrange=_move_turned,
        oracles=everywhere(_MOVE_TURNED, *_LEVELS),
        expected={"skills": 1.0, "motion": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="lower-hand",
        summary="Lower the tool straight down to a height.",
        plan="I know where the tool is: one straight motion lowers it.",
        placement=f"{_THINGS}; the tool in {_SENT}, 5 cm or more above the height asked for, which is 8 to 19 cm",
        success="the tool within 1 cm of the point below its start, however it got there; nothing moved by over 1 cm",
        phrasing=Phrasing(
            (
                "Lower the hand straight down to {height} cm above the table.",
                "Bring the tool straight down, to a height of {height} cm.",
                "Let the fingertips sink to {height} cm above the table, along a vertical line.",
            ),
            {"height": NUMBER},
            kept=(
                "Go straight down until {height} cm are left between the tool and the table.",
                "Sink without going sideways, down to {height} cm over the table.",
            ),
        ),
        arrange=_lower,
        oracles=everywhere(_LOWER, *_LEVELS),
        expected={"skills": 1.0, "motion": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="shift-hand",
        summary="Move the hand by a distance.",
        plan="One motion shifts the hand.",
        placement=f"{_THINGS}; the tool at home or in {_SENT}; 4 to 15 cm",
        success="the tool within 1 cm of the point; nothing moved by over 1 cm",
        phrasing=Phrasing(
            (
                "Move {distance} cm {way}.",
                "Move the hand {distance} cm {way}.",
                "Shift the gripper {way} by {distance} cm.",
            ),
            {"distance": NUMBER, "way": choice(*WAYS)},
            kept=(
                "Let the hand be {distance} cm further {way} than it is now.",
                "From where it is, the hand goes {distance} cm {way}.",
            ),
        ),
        arrange=_shift,
        oracles=everywhere(_SHIFT, *_LEVELS),
        expected={"skills": 1.0, "motion": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="turn-hand",
        summary="Turn the hand by an angle.",
        plan="One motion turns the wrist.",
        placement=f"{_THINGS}; the tool at home or in {_SENT}; 15 to 70 degrees",
        success="turned as asked within 5 degrees, pointing down, within 2 cm of where it was; nothing moved",
        phrasing=Phrasing(
            (
                "Turn the hand {angle} degrees {direction}, as seen from above.",
                "Rotate the gripper in place by {angle} degrees, {direction} as seen from above.",
                "Seen from above, turn the wrist {direction} by {angle} degrees.",
            ),
            {"angle": NUMBER, "direction": choice("clockwise", "counterclockwise")},
            kept=(
                "Give the hand {angle} degrees more of a turn, {direction} when looked at from above.",
                "Looked at from above, the gripper should swivel {direction} through {angle} degrees.",
            ),
        ),
        arrange=_turn,
        oracles=everywhere(_TURN, *_LEVELS),
        expected={"skills": 1.0, "motion": 1.0},
        one_call=True,
    ),
    TabletopTask(
        name="go-home",
        summary="Bring the arm back to its posture at home.",
        plan="One call brings the arm home.",
        placement=f"{_THINGS}; the tool in {_SENT}, 8 cm or more from where it is at home",
        success="every joint within 0.02 rad of home; nothing moved by over 1 cm",
        phrasing=Phrasing(
            ("Go home.", "Return the arm to its home posture.", "Bring the arm back to where it rests at home."),
            {},
            kept=(
                "Let the arm have its posture of rest again.",
                "Back to the home posture with the arm.",
            ),
        ),
        arrange=_go_home,
        oracles=everywhere(_HOME, *_LEVELS, "joints"),
        expected={"skills": 1.0, "motion": 1.0, "joints": 1.0},
        one_call=True,
    ),
)
