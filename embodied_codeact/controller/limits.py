"""The check of a motion as a whole, before it begins."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.controller.curves import bends, fading_s
from embodied_codeact.controller.protocol import MAX_MOTION_S, Array, Description, GripperBody, floats
from embodied_codeact.errors import InvalidArgument, PrimitiveError

TOLERANCE = 1.05
JERK_TOLERANCE = 1.5
"""Differences of a sampled curve exaggerate its jerk."""
BETWEEN_VELOCITY = 1.2
BETWEEN_ACCELERATION = 2.0
BETWEEN_POSITION = 1e-3
"""Between its rows a cubic swings a little beyond them, in rad."""
LEAST_PERIOD_S = 1e-5
_ROUNDING = 1e-9


class LimitExceeded(PrimitiveError):
    """A motion beyond a limit of the robot. The message names the joint and the limit."""


def check_form(positions: object, velocities: object, period_s: object, joints: int) -> None:
    """See that a motion has the form that it must have: two finite arrays (n, joints), n at least 2, and a period.

    Raises:
        InvalidArgument: it has not.
    """
    if not floats(positions) or not floats(velocities):
        raise InvalidArgument("positions and velocities are arrays of finite numbers of the dtype <f8")
    assert isinstance(positions, np.ndarray)
    assert isinstance(velocities, np.ndarray)
    if positions.ndim != 2 or positions.shape[0] < 2 or positions.shape[1] != joints:
        raise InvalidArgument(f"positions have the shape (n, {joints}) with n from 2 up, not {positions.shape}")
    if velocities.shape != positions.shape:
        raise InvalidArgument(f"velocities have the shape of positions, {positions.shape}, not {velocities.shape}")
    if not isinstance(period_s, float | int) or not math.isfinite(period_s) or period_s < LEAST_PERIOD_S:
        raise InvalidArgument(f"period_s is a number of seconds from {LEAST_PERIOD_S:g} up, not {period_s!r}")
    if velocities[0].any() or velocities[-1].any():
        raise InvalidArgument("a motion begins and ends at rest: its first and last velocities are 0")


def check_motion(positions: Array, velocities: Array, period_s: float, start: Array, robot: Description) -> None:
    """See that a motion of the right form keeps every limit of the robot, from ``start`` (joints,) on.

    Raises:
        LimitExceeded: it does not; the message names the joint and the limit.
    """
    duration = (len(positions) - 1) * period_s
    if duration > MAX_MOTION_S * (1 + _ROUNDING):
        raise LimitExceeded(f"a motion takes at most {MAX_MOTION_S:g} s, not {duration:g}; send it in parts")
    beside = np.abs(positions[0] - start)
    worst = int(np.argmax(beside))
    if beside[worst] > robot.start_tolerance:
        raise LimitExceeded(
            f"joint {robot.joints[worst]} would begin at {positions[0, worst]:.4f}, but is held at {start[worst]:.4f}: "
            f"begin within {robot.start_tolerance:g} of where the arm is commanded to be"
        )
    _within(positions, robot, _ROUNDING)
    with np.errstate(all="ignore"):  # Rows of absurd numbers overflow, and are refused for it.
        accelerations = np.diff(velocities, axis=0) / period_s
        jerks = np.diff(accelerations, axis=0) / period_s
        for what, values, most, tolerance in (
            ("velocity", velocities, robot.velocity, TOLERANCE),
            ("acceleration", accelerations, robot.acceleration, TOLERANCE),
            ("jerk", jerks, robot.jerk, JERK_TOLERANCE),
        ):
            _below(what, values, most, tolerance, robot, period_s)
        _check_between(positions, velocities, period_s, robot)
        _check_fading(start - positions[0], fading_s(duration), robot)


def _check_between(positions: Array, velocities: Array, h: float, robot: Description) -> None:
    """See to the cubics between the rows, which is where the motors go, by their coefficients."""
    v0 = velocities[:-1] * h
    square, cube = bends(np.diff(positions, axis=0), v0, velocities[1:] * h)
    _below("jerk between two rows", 6 * cube / h**3, robot.jerk, JERK_TOLERANCE, robot, h)
    for bend in (2 * square, 2 * square + 6 * cube):
        _below("acceleration between two rows", bend / h**2, robot.acceleration, BETWEEN_ACCELERATION, robot, h)
    u = _inner(-square / (3 * cube))
    fastest = (v0 + u * (2 * square + u * 3 * cube)) / h
    _below("velocity between two rows", fastest, robot.velocity, BETWEEN_VELOCITY, robot, h)
    # The turning points are the roots of v0 + 2 square u + 3 cube u², by the form that does not cancel.
    q = -(square + np.copysign(np.sqrt(np.maximum(square**2 - 3 * cube * v0, 0.0)), square))
    for u in (_inner(q / (3 * cube)), _inner(v0 / q)):
        _within(positions[:-1] + u * (v0 + u * (square + u * cube)), robot, BETWEEN_POSITION)


def _inner(u: Array) -> Array:
    """Moments within a piece; 0, its first row, for those that are not in it."""
    return np.where((u > 0.0) & (u < 1.0), u, 0.0)


def _check_fading(offset: Array, seconds: float, robot: Description) -> None:
    """See that the difference at the start is not made up for too fast. The peaks are of the quintic."""
    for what, peak, most, tolerance in (
        ("velocity", 1.875 / seconds, robot.velocity, TOLERANCE),
        ("acceleration", 5.774 / seconds**2, robot.acceleration, TOLERANCE),
        ("jerk", 60.0 / seconds**3, robot.jerk, JERK_TOLERANCE),
    ):
        _below(f"{what}, to make up for where it begins,", peak * offset[None], most, tolerance, robot, 0.0)


def _within(positions: Array, robot: Description, tolerance: float) -> None:
    outside = (positions < robot.lower - tolerance) | (positions > robot.upper + tolerance)
    if outside.any():
        row, joint = (int(index) for index in np.argwhere(outside)[0])
        raise LimitExceeded(
            f"joint {robot.joints[joint]} would be at {positions[row, joint]:.4f}; its range is "
            f"{robot.lower[joint]:.4f} to {robot.upper[joint]:.4f}"
        )


def _below(what: str, values: Array, most: Array, tolerance: float, robot: Description, period_s: float) -> None:
    if not len(values):
        return
    excess = np.abs(values) / most
    row, joint = (int(index) for index in np.unravel_index(int(np.argmax(excess)), excess.shape))
    if not excess[row, joint] <= tolerance:  # What is no number, argmax finds as well, and it keeps no limit.
        raise LimitExceeded(
            f"joint {robot.joints[joint]} would have the {what} {abs(values[row, joint]):.4g} at "
            f"{row * period_s:.3f} s; its limit is {most[joint]:.4g}: move more slowly"
        )


def check_gripper(body: GripperBody, robot: Description) -> None:
    """See that a motion of the gripper keeps its limits.

    Raises:
        InvalidArgument: there is no gripper, or a number is not finite.
        LimitExceeded: a width, force or speed is beyond its limit.
    """
    most = robot.gripper
    if most is None:
        raise InvalidArgument("this robot has no gripper")
    if not all(map(math.isfinite, (body.width, body.force, body.speed))):
        raise InvalidArgument("width, force and speed of a gripper are finite numbers")
    for what, value, limit, least in (
        ("width", body.width, most.width, 0.0),
        ("force", body.force, most.force, _ROUNDING),
        ("speed", body.speed, most.speed, _ROUNDING),
    ):
        if not least <= value <= limit * (1 + _ROUNDING):
            bounds = f"from 0 to {limit:g}" if least == 0.0 else f"above 0 and at most {limit:g}"
            raise LimitExceeded(f"the gripper's {what} is {bounds}, not {value:g}")
