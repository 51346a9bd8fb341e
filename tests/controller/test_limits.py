"""The check of a motion before it begins: each limit, and each wrong form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embodied_codeact.controller.curves import Curve
from embodied_codeact.controller.limits import LimitExceeded, _below, check_form, check_gripper, check_motion
from embodied_codeact.controller.protocol import Array, GripperBody
from embodied_codeact.errors import InvalidArgument
from tests.controller.kinematic import START, description, way

ROBOT = description()
BASE = np.array([1.0, 0.0, 0.0])
GOAL = START + np.array([0.5, -0.5, 0.25])


def checked(positions: Array, velocities: Array, period_s: float, **changes: Any) -> None:
    check_form(positions, velocities, period_s, 3)
    check_motion(positions, velocities, period_s, START, description(**changes) if changes else ROBOT)


def test_a_good_motion_passes() -> None:
    checked(*way(START, GOAL, 1.5))
    checked(np.array([START, START]), np.zeros((2, 3)), 1.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"upper": np.array([0.4, 2.0, 2.0])}, "joint base would be at"),
        ({"velocity": np.array([1.5, 0.4, 1.5])}, "joint elbow would have the velocity"),
        ({"acceleration": np.array([5.0, 1.0, 5.0])}, "joint elbow would have the acceleration"),
        ({"jerk": np.array([5.0, 100.0, 100.0])}, "joint base would have the jerk"),
        ({"start_tolerance": -1.0}, "joint base would begin"),
    ],
)
def test_each_limit_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(LimitExceeded, match=words):
        checked(*way(START, GOAL, 1.5), **changes)


def test_rows_that_jump_while_their_velocities_are_zero_are_refused() -> None:
    positions = np.array([START, START + 0.5, START])
    with pytest.raises(LimitExceeded, match="between two rows"):
        checked(positions, np.zeros((3, 3)), 0.05)


def test_the_way_between_rows_keeps_the_limits_too() -> None:
    """Rows that are far apart, with nothing beyond a limit at any of them."""
    still = np.zeros((2, 3))
    with pytest.raises(LimitExceeded, match="joint base would have the acceleration between two rows"):
        checked(np.array([START, START + BASE * 0.3]), still, 0.4)
    with pytest.raises(LimitExceeded, match="joint base would have the velocity between two rows"):
        checked(np.array([START, START + BASE * 1.56]), still, 1.08)
    swinging = np.outer([0.0, 1.0, -1.0, 0.0], BASE)
    on_the_end = START + np.outer([0.0, 0.35, 0.35, 0.0], BASE)
    generous = {"acceleration": np.full(3, 50.0), "jerk": np.full(3, 1000.0)}
    checked(on_the_end, swinging, 0.5, **generous)
    with pytest.raises(LimitExceeded, match=r"joint base would be at 0\.4\d+; its range is .* to 0\.4000"):
        checked(on_the_end, swinging, 0.5, upper=np.array([0.4, 2.0, 2.0]), **generous)


def test_a_difference_at_the_start_is_not_made_up_for_in_no_time() -> None:
    beside = np.array([START, START]) + BASE * 0.0005
    checked(beside, np.zeros((2, 3)), 0.5)
    with pytest.raises(LimitExceeded, match="joint base would have the velocity, to make up for where it begins,"):
        checked(beside, np.zeros((2, 3)), 0.0004)


def test_what_is_no_number_keeps_no_limit() -> None:
    still = np.zeros((2, 3))
    _below("jerk", still, ROBOT.jerk, 1.0, ROBOT, 0.1)
    with pytest.raises(LimitExceeded, match="joint elbow would have the jerk nan"):
        _below("jerk", np.array([[0.0, np.nan, 0.0]]), ROBOT.jerk, 1.0, ROBOT, 0.1)


def test_a_motion_of_more_than_two_minutes_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="at most 120 s"):
        checked(np.array([START, START]), np.zeros((2, 3)), 121.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda p, v, h: (p[:1], v[:1], h),
        lambda p, v, h: (p[:, :2], v[:, :2], h),
        lambda p, v, h: (p, v[:-1], h),
        lambda p, v, h: (np.where(p == p[3, 0], np.nan, p), v, h),
        lambda p, v, h: (p.astype("<f4"), v, h),
        lambda p, v, _: (p, v, 0.0),
        lambda p, v, _: (p, v, 1e-110),
        lambda p, v, _: (p, v, float("inf")),
        lambda p, v, _: (p, v, None),
        lambda p, v, h: (p, v + 0.1, h),
        lambda _, v, h: (None, v, h),
    ],
)
def test_each_wrong_form_is_refused(change: Any) -> None:
    with pytest.raises(InvalidArgument):
        checked(*change(*way(START, GOAL, 1.5)))


@pytest.mark.parametrize("body", [GripperBody(0.09, 10, 0.1), GripperBody(0.0, 60, 0.1), GripperBody(0.0, 10, 0.0)])
def test_the_gripper_has_limits(body: GripperBody) -> None:
    check_gripper(GripperBody(0.0, 10, 0.1), ROBOT)
    with pytest.raises(LimitExceeded):
        check_gripper(body, ROBOT)


def test_a_robot_without_gripper_says_so() -> None:
    with pytest.raises(InvalidArgument, match="no gripper"):
        check_gripper(GripperBody(0.0, 10, 0.1), description(gripper=None))


def test_the_curve_passes_through_its_rows_and_begins_where_the_arm_is() -> None:
    positions, velocities, period_s = way(START, GOAL, 1.5)
    curve = Curve(positions, velocities, period_s)
    for row in (0, 1, 77, len(positions) - 1):
        np.testing.assert_allclose(curve.at(row * period_s).positions, positions[row], atol=1e-12)
    beside = np.array([1e-3, -1e-3, 0.0])
    moved = Curve(positions, velocities, period_s, beside)
    np.testing.assert_allclose(moved.at(0.0).positions, positions[0] + beside)
    np.testing.assert_allclose(moved.at(0.0).velocities, 0.0, atol=1e-12)
    np.testing.assert_allclose(moved.at(1.5).positions, GOAL)
    for time in (0.1, 0.3, 0.7, 1.2):
        before, now, after = (moved.at(time + shift) for shift in (-1e-5, 0.0, 1e-5))
        np.testing.assert_allclose((after.positions - before.positions) / 2e-5, now.velocities, atol=1e-5)
        np.testing.assert_allclose((after.velocities - before.velocities) / 2e-5, now.accelerations, atol=0.2)
