"""The Franka Emika Panda: its description for PyBullet, its joints, its limits.

Limits are those that Franka publishes for the Panda (Franka Control Interface documentation, "Limits for Panda"). The
description is the one that pybullet_data ships.
"""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path

import numpy as np
import pybullet
import pybullet_data

from embodied_codeact.primitives.arm_types import ArmLimits

ARM_JOINTS = (0, 1, 2, 3, 4, 5, 6)
FINGER_JOINTS = (9, 10)
MOVING_JOINTS = (*ARM_JOINTS, *FINGER_JOINTS)
HAND_LINK = 8
TOOL_LINK = 11
"""The link in the middle between the fingertips."""

HOME = (0.0, -0.215, 0.0, -2.57, 0.0, 2.356, 0.785)
"""Joint positions at the start of an episode, rad: the tool points down, above the near part of the table."""

FINGER_TRAVEL = 0.04
"""How far one finger moves from closed to open, m."""

TORQUES = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)
"""Joint torque limits, N·m."""

LIMITS = ArmLimits(
    joint_lower=np.array([-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973]),
    joint_upper=np.array([2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973]),
    joint_velocity=np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61]),
    joint_acceleration=np.array([15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0]),
    joint_jerk=np.array([7500.0, 3750.0, 5000.0, 6250.0, 7500.0, 10000.0, 10000.0]),
    workspace_lower=np.array([0.15, -0.60, 0.005]),
    workspace_upper=np.array([0.80, 0.60, 0.75]),
    tool_speed=0.6,
    tool_turn_speed=2.0,
    gripper_width=2 * FINGER_TRAVEL,
    gripper_force=70.0,
    payload=3.0,
)

_FINGER_BOXES = (((0.0, 0.0072, 0.0449), (0.0176, 0.0143, 0.0178)), ((0.0, 0.0145, 0.018), (0.021, 0.0238, 0.036)))
"""Pad and shank of a finger as boxes in its link's frame, m: centre, full extents; y is mirrored for the right one.
They fill the mesh's bounds. Bullet's contact normals of the mesh can flip, so that a finger sticks in what it holds."""
_VISUAL = re.compile(r"<visual>.*?</visual>", re.DOTALL)
_COLLISION = re.compile(r"<collision>.*?</collision>", re.DOTALL)
_CONTACT = re.compile(r"<contact>.*?</contact>", re.DOTALL)
_FINGERS = {"panda_leftfinger": 1, "panda_rightfinger": -1}


@functools.cache
def _description(visual: bool) -> str:
    """The URDF's text with boxes for fingers to collide by. Without visual shapes it loads five times faster, and
    physics needs none."""
    folder = Path(pybullet_data.getDataPath()) / "franka_panda"
    text = (folder / "panda.urdf").read_text(encoding="utf-8").replace("package://", f"{folder}/")
    for link, side in _FINGERS.items():
        head, start, rest = text.partition(f'<link name="{link}">')
        body, end, tail = rest.partition("</link>")
        text = f"{head}{start}{_COLLISION.sub(_finger_collision(side), body, count=1)}{end}{tail}"
    # Its anchored friction keeps the normals of old contacts while the hand turns, so that released things stick.
    text = _CONTACT.sub("", text)
    return text if visual else _VISUAL.sub("", text)


def panda_urdf() -> str:
    """The arm's description for others: kinematics and collision shapes, meshes by their package."""
    folder = Path(pybullet_data.getDataPath()) / "franka_panda"
    return _VISUAL.sub("", (folder / "panda.urdf").read_text(encoding="utf-8"))


def _finger_collision(side: int) -> str:
    return "".join(
        f'<collision><origin xyz="{x} {side * y} {z}" rpy="0 0 0"/>'
        f'<geometry><box size="{" ".join(map(str, size))}"/></geometry></collision>'
        for (x, y, z), size in _FINGER_BOXES
    )


def load_panda(client: int, *, visual: bool = False) -> int:
    """Load the arm with its foot at the origin into a physics client; return the body's id. It stands at ``HOME`` with
    its fingers open."""
    # PyBullet reads descriptions from files only.
    with tempfile.NamedTemporaryFile("w", suffix=".urdf", encoding="utf-8") as file:
        file.write(_description(visual))
        file.flush()
        body: int = pybullet.loadURDF(file.name, useFixedBase=True, physicsClientId=client)
    for joint, position in zip(ARM_JOINTS, HOME, strict=True):
        pybullet.resetJointState(body, joint, position, physicsClientId=client)
    for joint in FINGER_JOINTS:
        pybullet.resetJointState(body, joint, FINGER_TRAVEL, physicsClientId=client)
    return body
