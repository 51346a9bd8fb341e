"""Rotations as matrices and as quaternions (xyzw), for numpy arrays of one or of many."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.primitives.arm_types import Array


def matrix_from_quaternion(quaternion: Array) -> Array:
    """Return the rotation matrix (3, 3) of a quaternion (4,), xyzw, of any length but zero."""
    x, y, z, w = (float(value) for value in quaternion)
    scale = 2.0 / (x * x + y * y + z * z + w * w)
    xs, ys, zs = x * scale, y * scale, z * scale
    return np.array(
        [
            [1.0 - (y * ys + z * zs), x * ys - w * zs, x * zs + w * ys],
            [x * ys + w * zs, 1.0 - (x * xs + z * zs), y * zs - w * xs],
            [x * zs - w * ys, y * zs + w * xs, 1.0 - (x * xs + y * ys)],
        ]
    )


def quaternion_from_matrix(matrix: Array) -> Array:
    """Return the unit quaternion (4,), xyzw, of a rotation matrix (3, 3), by Shepperd's method."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    # The largest of the four squares keeps the division well conditioned.
    squares = (1.0 + a - e - i, 1.0 - a + e - i, 1.0 - a - e + i, 1.0 + a + e + i)
    largest = max(range(4), key=squares.__getitem__)
    value = squares[largest]
    parts = (
        (value, b + d, c + g, h - f),
        (b + d, value, f + h, c - g),
        (c + g, f + h, value, d - b),
        (h - f, c - g, d - b, value),
    )[largest]
    return np.array(parts) * (0.5 / math.sqrt(value))


def rotation_between(start: Array, goal: Array) -> tuple[Array, float]:
    """Return the axis (3,), world frame, and the angle (0 to pi, rad) of the shortest turn from one rotation matrix
    (3, 3) to another. The axis of no turn is z."""
    x, y, z, w = quaternion_from_matrix(goal @ start.T)
    length = math.sqrt(x * x + y * y + z * z)
    if length < 1e-12:
        return np.array([0.0, 0.0, 1.0]), 0.0
    sign = -1.0 if w < 0 else 1.0
    return np.array([x, y, z]) * (sign / length), 2.0 * math.atan2(length, sign * w)


def rotations_about(axis: Array, angles: Array) -> Array:
    """Return the rotation matrices (n, 3, 3) about a unit axis (3,) by angles (n,), rad (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sines, cosines = np.sin(angles)[:, None, None], np.cos(angles)[:, None, None]
    turns: Array = np.eye(3) + sines * cross + (1.0 - cosines) * (cross @ cross)
    return turns


def rotation_errors(rotations: Array, goals: Array) -> Array:
    """Return how far rotations (n, 3, 3) are from their goals: (n, 3) along the axis of the turn that is missing, world
    frame, its length the sine of the angle."""
    missing = np.zeros((len(rotations), 3))
    for column in range(3):
        missing += np.cross(rotations[:, :, column], goals[:, :, column])
    return 0.5 * missing
