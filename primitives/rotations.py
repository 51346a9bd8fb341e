"""Quaternions (x, y, z, w) and turns about the vertical, for the primitives of an arm."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from embodied_codeact.primitives.arm_types import Array

Quaternion = Sequence[float] | Array


def wrap(angle: float) -> float:
    """Return the same turn as an angle from -pi (exclusive) to pi, rad.

    >>> wrap(3 * math.pi / 2) == -math.pi / 2, wrap(-math.pi) == math.pi
    (True, True)
    """
    return math.pi - (math.pi - angle) % (2 * math.pi)


def from_yaw(yaw: float) -> Array:
    """Return the quaternion of a turn about the vertical."""
    return np.array([0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)])


def pointing_down(yaw: float) -> Array:
    """Return the orientation of a tool that points straight down with yaw: Rz(yaw) · Rx(pi)."""
    return np.array([math.cos(yaw / 2), math.sin(yaw / 2), 0.0, 0.0])


def multiply(first: Quaternion, second: Quaternion) -> Array:
    """Return the rotation ``second`` followed by ``first``, as matrices multiply."""
    x, y, z, w = first
    a, b, c, d = second
    return np.array(
        [
            w * a + x * d + y * c - z * b,
            w * b - x * c + y * d + z * a,
            w * c + x * b - y * a + z * d,
            w * d - x * a - y * b - z * c,
        ]
    )


def conjugate(quaternion: Quaternion) -> Array:
    """Return the inverse rotation of a unit quaternion."""
    x, y, z, w = quaternion
    return np.array([-x, -y, -z, w])


def matrix(quaternion: Quaternion) -> Array:
    """Return the rotation matrix (3, 3) of a unit quaternion; its columns are the turned axes."""
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def heading(quaternion: Quaternion) -> float:
    """Return the direction of the turned x axis over the ground, rad: the yaw of a tool that points down, and of an
    object that stands upright."""
    x, y, z, w = quaternion
    return math.atan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))


def angle_between(first: Quaternion, second: Quaternion) -> float:
    """Return the angle of the rotation from one orientation to the other, rad, from 0 to pi."""
    # The vector part keeps its precision at small angles, where the arc cosine of the scalar part loses it.
    difference = multiply(conjugate(first), second)
    return 2 * math.atan2(float(np.linalg.norm(difference[:3])), abs(float(difference[3])))
