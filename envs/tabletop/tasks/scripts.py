"""Writes oracle scripts: a task's body, over ``arm.pick``, ``arm.place`` and the like, for any level of the API.

Where a level lacks a method, the script defines it itself from what the level has, and the body calls that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

Level = Literal["skills", "motion", "joints"]
LEVELS: tuple[Level, ...] = ("skills", "motion", "joints")

_OWN_METHODS: dict[Level, tuple[str, ...]] = {
    "skills": (),
    "motion": ("pick", "place", "push"),
    "joints": ("pick", "place", "push", "move_to", "move_linear", "move_by"),
}

RECOVERY = """\
# Begin again with an empty hand, away from everything.
if arm.pose().position[2] < 0.2:
    arm.move_by([0, 0, 0.1], touching=scene.names())
if state.holding is not None:
    arm.place(scene.free_spot([0.06, 0.06]))
arm.home()

"""
"""What goes before a script that is tried again: it must not drop what the last attempt left in the gripper."""

_PACKAGES = {
    "np": "import numpy as np\n",
    "Rotation": "from scipy.spatial.transform import Rotation\n",
}

_JOINT_MOTIONS = '''\
limits = arm.limits()


def solve(position, yaw):
    """Inverse kinematics by damped least squares: joint positions (7,) that point the tool down at a place."""
    wanted = Rotation.from_quat([math.cos(yaw / 2), math.sin(yaw / 2), 0.0, 0.0])
    joints = np.array(arm.joints().positions)
    for _ in range(200):
        pose = arm.forward(joints)
        turn = (wanted * Rotation.from_quat(pose.orientation).inv()).as_rotvec()
        error = np.concatenate([np.array(position) - pose.position, turn])
        if np.linalg.norm(error[:3]) < 0.0005 and np.linalg.norm(error[3:]) < 0.005:
            return joints
        jacobian = arm.jacobian(joints)
        step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-3 * np.eye(6), error)
        joints = np.clip(joints + step, limits.joint_lower + 0.01, limits.joint_upper - 0.01)
    raise RuntimeError(f"I found no joint positions for the tool at {position}.")


def move_to(position, yaw=None, touching=()):
    """Go up, across and down, so that nothing stands in the way."""
    here = arm.pose().position
    height = max(here[2], position[2], 0.25)
    for point in ([*here[:2], height], [*position[:2], height], position):
        move_linear(point, yaw=yaw, touching=touching)


def move_linear(position, yaw=None, touching=()):
    """Go straight, in steps short enough for the joints' way to be straight as well."""
    yaw = state.tool_yaw if yaw is None else yaw
    here = arm.pose().position
    way = np.array(position) - here
    steps = max(1, math.ceil(np.linalg.norm(way) / 0.08))
    for step in range(1, steps + 1):
        arm.move_joints(solve(here + way * step / steps, yaw), touching=touching)


def move_by(offset, touching=()):
    """Go straight by an offset."""
    move_linear(arm.pose().position + np.array(offset), touching=touching)
'''

_PICK = '''\
grip = {}  # How far above its bottom I hold each object, in metres.


def pick(name):
    """Grasp an object from above, across its narrower side or, where there is no room, the other; and lift it."""
    thing = scene.find(name)
    x, y, _ = thing.position
    height = max(thing.top - 0.02, 0.01)
    ways = [(thing.size[1], thing.yaw), (thing.size[0], thing.yaw + math.pi / 2)]
    ways = [(width, (yaw + math.pi / 2) % math.pi - math.pi / 2) for width, yaw in ways if width < 0.075]
    # Half a turn makes no difference to two fingers, but it may to the elbow.
    turned = [(width, yaw - math.copysign(math.pi, yaw)) for width, yaw in ways]
    for width, yaw in sorted(ways) + sorted(turned):
        gripper.open(min(0.08, width + 0.025))
        try:
            arm.move_to([x, y, thing.top + 0.10], yaw=yaw)
            arm.move_linear([x, y, height], yaw=yaw, touching=[name])
            break
        except (Collision, OutOfReach) as error:
            print(f"Not with yaw {yaw:.2f}: {error}")
    gripper.close()
    if gripper.state().holding is None:
        raise RuntimeError(f"I did not get hold of the {name}.")
    grip[name] = height - (thing.top - thing.size[2])
    arm.move_by([0, 0, 0.12], touching=scene.names())
'''

_PLACE = '''\
def surface(x, y, held):
    """The height on which something put down at a point will stand."""
    height = 0.0
    for thing in scene.objects():
        inner = 0.006 if thing.kind in ("bowl", "tray") else thing.top
        below = math.dist(thing.position[:2], (x, y)) < max(thing.size[:2]) / 2
        if below and thing.name != held and thing.kind != "zone":
            height = max(height, inner)
    return height


def place(target, yaw=None):
    """Put down what I hold: in or on an object, or at [x, y] or [x, y, z], with z the height of the surface."""
    held = gripper.state().holding
    if isinstance(target, str):
        target = scene.find(target).position[:2]
    x, y = target[:2]
    base = target[2] if len(target) == 3 else surface(x, y, held)
    turn = 0.0 if yaw is None else yaw - scene.find(held).yaw
    tool_yaw = (state.tool_yaw + turn + math.pi / 2) % math.pi - math.pi / 2
    other_yaw = tool_yaw - math.copysign(math.pi if yaw is not None else math.pi / 2, tool_yaw)
    height = base + grip.get(held, 0.02) + 0.002
    around = [thing.name for thing in scene.objects() if math.dist(thing.position[:2], (x, y)) < 0.15]
    for tool_yaw in (tool_yaw, other_yaw):
        try:
            arm.move_to([x, y, height + 0.10], yaw=tool_yaw)
            arm.move_linear([x, y, height], yaw=tool_yaw, touching=around)
            break
        except (Collision, OutOfReach) as error:
            if tool_yaw == other_yaw:
                raise
            print(f"Not with yaw {tool_yaw:.2f}: {error}")
    gripper.move(min(0.08, gripper.state().width + 0.012))  # No wider: there may be walls or neighbours.
    arm.move_by([0, 0, 0.12], touching=around)
'''

_PUSH = '''\
def push(name, target):
    """Push an object along the table with closed fingers, in strokes that are corrected by looking again."""
    gripper.close()
    for _ in range(10):
        thing = scene.find(name)
        way = np.array(target) - thing.position[:2]
        left = np.linalg.norm(way)
        if left < 0.008:
            return
        ahead = way / left
        turn = np.arctan2(ahead[1], ahead[0]) - thing.yaw
        # From the object's centre back to its face, and half the depth of the fingers.
        reach = 0.5 * thing.size[0] / max(abs(math.cos(turn)), abs(math.sin(turn))) + 0.012
        yaw = (math.atan2(ahead[1], ahead[0]) + math.pi / 2) % math.pi - math.pi / 2
        behind = thing.position[:2] - ahead * (reach + 0.03)
        arm.move_to([*behind, 0.12], yaw=yaw)
        arm.move_linear([*behind, 0.02], yaw=yaw)
        end = thing.position[:2] + ahead * (min(left, 0.10) - reach)
        arm.move_linear([*end, 0.02], yaw=yaw, touching=[name])
        arm.move_linear([*(end - 0.02 * ahead), 0.02], yaw=yaw, touching=[name])
        arm.move_by([0, 0, 0.10])
'''

_OWN_DEFINITIONS = {"pick": _PICK, "place": _PLACE, "push": _PUSH}


def everywhere(body: str, *levels: Level) -> dict[Level, str]:
    """One body for several levels; for ``skills`` alone where none is named."""
    return dict.fromkeys(levels or ("skills",), body)


def write_script(level: Level, parameters: Mapping[str, Any], body: str, *, again: bool = False) -> str:
    """Write the whole script: parameters, then what the level lacks, then the body.

    Args:
        level: the level of the API that the script is for.
        parameters: what the instruction says; become variables of these names.
        body: over the API of the level ``skills``; what it imports is found out.
        again: the script was tried before and did not get to its end.
    """
    own = _OWN_METHODS[level]
    body = f"{RECOVERY if again else ''}{body}"
    used = {name for name in own if f"arm.{name}(" in body}
    if "place" in used:
        used.add("pick")  # It notes how an object is held.
    definitions = [code for name, code in _OWN_DEFINITIONS.items() if name in used]
    if level == "joints":
        definitions.insert(0, _JOINT_MOTIONS)
    values = "".join(f"{name} = {_literal(value)}\n" for name, value in parameters.items())
    parts = [*definitions, values, body]
    code = "\n".join(part for part in parts if part)
    script = _spaced(f"{_imports(code)}\n{code}")
    for name in own:
        script = script.replace(f"arm.{name}(", f"{name}(")
    return script


def _imports(code: str) -> str:
    """The imports that the code needs, in the usual order."""
    standard = [f"import {name}\n" for name in ("itertools", "math") if f"{name}." in code]
    others = [line for name, line in _PACKAGES.items() if f"{name}." in code]
    return "\n".join("".join(group) for group in (standard, others) if group)


def _literal(value: Any) -> str:
    """Write a parameter as Python source, with double quotes.

    >>> print(_literal(("block", None)), _literal(["red", "blue"]), _literal(3))
    ("block", None) ["red", "blue"] 3
    """
    return repr(value).replace("'", '"')


def _spaced(script: str) -> str:
    """Put two blank lines around each function, and one at most elsewhere."""
    script = re.sub(r"\n{3,}", "\n\n", script)
    script = re.sub(r"\n+(?=def )", "\n\n\n", script)
    script = re.sub(r"^(def .*(?:\n+    .*)*)\n+", r"\1\n\n\n", script, flags=re.MULTILINE)
    return script.rstrip("\n") + "\n"
