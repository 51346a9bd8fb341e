"""The kinematics of a Franka Emika Panda in numpy: forward, Jacobian, and inverse by damped least squares."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from embodied_codeact.primitives.arm_types import ArmLimits, Array, Pose
from embodied_codeact.primitives.rotations import matrix, multiply

# Modified Denavit-Hartenberg parameters (a, d, alpha) that Franka publishes for the Panda, joints 1 to 7.
_LINKS = (
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -math.pi / 2),
    (0.0, 0.316, math.pi / 2),
    (0.0825, 0.0, math.pi / 2),
    (-0.0825, 0.384, -math.pi / 2),
    (0.0, 0.0, math.pi / 2),
    (0.088, 0.0, math.pi / 2),
)
_TOOL = 0.107 + 0.105
"""From the last joint to the flange, and from there to the point between the fingertips, m."""

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
    gripper_width=0.08,
    gripper_force=70.0,
    payload=3.0,
)

_STEPS = 60
_DAMPING = 0.05
_STRETCHED = 0.316 + 0.384 + 0.088
"""From the shoulder to the last joint at most, m."""
_POSITION_TOLERANCE = 1e-5
_TURN_TOLERANCE = 1e-4


def _frames(joints: Sequence[float] | Array) -> list[Array]:
    """The frames (4, 4) after each joint, and the tool's as the last."""
    frame = np.eye(4)
    frames = []
    for (a, d, alpha), angle in zip(_LINKS, joints, strict=True):
        ca, sa, ct, st = math.cos(alpha), math.sin(alpha), math.cos(angle), math.sin(angle)
        step = [[ct, -st, 0, a], [st * ca, ct * ca, -sa, -d * sa], [st * sa, ct * sa, ca, d * ca], [0, 0, 0, 1]]
        frame = frame @ np.array(step)
        frames.append(frame)
    c = math.sqrt(0.5)
    frames.append(frame @ np.array([[c, c, 0, 0], [-c, c, 0, 0], [0, 0, 1, _TOOL], [0, 0, 0, 1]]))
    return frames


def _quaternion(rotation: Array) -> Array:
    """The unit quaternion of a rotation matrix: the eigenvector that Bar-Itzhack's symmetric matrix has for 1."""
    r = rotation
    k = np.array(
        [
            [r[0, 0] - r[1, 1] - r[2, 2], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[2, 1] - r[1, 2]],
            [r[0, 1] + r[1, 0], r[1, 1] - r[0, 0] - r[2, 2], r[1, 2] + r[2, 1], r[0, 2] - r[2, 0]],
            [r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], r[2, 2] - r[0, 0] - r[1, 1], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], r[0, 0] + r[1, 1] + r[2, 2]],
        ]
    )
    vector: Array = np.linalg.eigh(k)[1][:, -1]
    return vector if vector[int(np.argmax(np.abs(vector)))] > 0 else -vector


def forward(joints: Sequence[float] | Array) -> Pose:
    """Return the tool's pose for joint positions (7,)."""
    tool = _frames(joints)[-1]
    return Pose(tool[:3, 3].copy(), _quaternion(tool[:3, :3]))


def jacobian(joints: Sequence[float] | Array) -> Array:
    """Return the tool's Jacobian (6, 7): linear over angular rows, world frame."""
    *frames, tool = _frames(joints)
    columns = [np.concatenate([np.cross(f[:3, 2], tool[:3, 3] - f[:3, 3]), f[:3, 2]]) for f in frames]
    return np.stack(columns, axis=1)


def inverse(pose: Pose, start: Array) -> Array | None:
    """Return joint positions within the limits that put the tool at a pose, near ``start``; None where none is found.

    Damped least squares (Wampler 1986), from ``start`` and from postures that face the place.
    """
    wrist = pose.position - _TOOL * matrix(pose.orientation)[:, 2]
    if np.linalg.norm(wrist - [0.0, 0.0, _LINKS[0][1]]) > _STRETCHED:
        return None
    azimuth = math.atan2(pose.position[1], pose.position[0])
    facing = [
        np.array([azimuth, s, 0.0, e, 0.0, 2.2, w]) for s, e in ((0.0, -2.3), (0.6, -1.6)) for w in (0.8, -0.8, 2.3)
    ]
    for seed in (start, *facing):
        found = _descend(pose, np.clip(seed, LIMITS.joint_lower, LIMITS.joint_upper))
        if found is not None:
            return found
    return None


def _descend(pose: Pose, joints: Array) -> Array | None:
    for _ in range(_STEPS):
        now = forward(joints)
        x, y, z, w = now.orientation
        turn = multiply(pose.orientation, [-x, -y, -z, w])
        error = np.concatenate([pose.position - now.position, 2.0 * math.copysign(1.0, turn[3]) * turn[:3]])
        if np.linalg.norm(error[:3]) < _POSITION_TOLERANCE and np.linalg.norm(error[3:]) < _TURN_TOLERANCE:
            return joints
        j = jacobian(joints)
        size = float(np.linalg.norm(error))
        # Little damping near the goal, where it would only slow the last steps.
        damping = _DAMPING * min(1.0, size)
        step = j.T @ np.linalg.solve(j @ j.T + damping**2 * np.eye(6), error)
        step *= min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-9))
        joints = np.clip(joints + step, LIMITS.joint_lower, LIMITS.joint_upper)
    return None
