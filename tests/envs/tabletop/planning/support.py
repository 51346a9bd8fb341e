"""What the tests of planning share: poses, objects, and random reachable places from a fixed seed."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.panda import HOME
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.primitives.arm_types import Array, Pose, SceneObject

START: Array = np.array(HOME)


def downwards(x: float, y: float, z: float, yaw: float = 0.0) -> Pose:
    """The tool at a point, pointing down, turned by ``yaw``: R = Rz(yaw) Rx(pi)."""
    return Pose(np.array([x, y, z]), np.array([math.cos(yaw / 2), math.sin(yaw / 2), 0.0, 0.0]))


def joints_at(kinematics: PandaKinematics, pose: Pose, seed: Array = START) -> Array:
    found = kinematics.inverse(pose.position, pose.orientation, seed)
    assert found.success
    return found.joints


def random_pose(random: np.random.Generator) -> Pose:
    x, y, z = random.uniform([0.32, -0.3, 0.03], [0.66, 0.3, 0.3])
    return downwards(x, y, z, random.uniform(-1.5, 1.5))


def thing(
    name: str,
    size: tuple[float, float, float] = (0.04, 0.04, 0.04),
    *,
    at: tuple[float, float],
    bottom: float = 0.0,
    kind: str = "block",
    yaw: float = 0.0,
) -> SceneObject:
    """An object that stands at a point of the table, its bottom at a height."""
    return SceneObject(
        name=name,
        kind=kind,
        color="",
        size=np.array(size),
        position=np.array([*at, bottom + size[2] / 2]),
        orientation=np.array([0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)]),
        yaw=yaw,
        top=bottom + size[2],
    )
