"""``JointArm``: joint targets and velocities within the limits, and kinematics that agree with the motion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from embodied_codeact.errors import InvalidArgument, PrimitiveError
from embodied_codeact.primitives.arm import HOME
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded
from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.joint_arm import JointArm

TARGET = [0.3, 0.1, -0.2, -2.2, 0.1, 2.2, 1.0]


@pytest.fixture
def arm() -> JointArm:
    return JointArm(FakeArm())


def test_joints_reach_their_target_where_forward_says_the_tool_is(arm: JointArm) -> None:
    expected = arm.forward(TARGET)
    result = arm.move_joints(TARGET, speed=0.5)
    assert result.joints.tolist() == TARGET
    np.testing.assert_allclose(result.reached.position, expected.position, atol=1e-9)


def test_the_jacobian_is_the_derivative_of_forward(arm: JointArm) -> None:
    jacobian, step = arm.jacobian(TARGET), 1e-6
    for joint in range(7):
        moved = np.array(TARGET) + step * np.eye(7)[joint]
        derivative = (arm.forward(moved).position - arm.forward(TARGET).position) / step
        np.testing.assert_allclose(jacobian[:3, joint], derivative, atol=1e-4)
    assert jacobian.shape == (6, 7)


def test_velocities_move_for_their_duration(arm: JointArm) -> None:
    joints = arm.move_velocities(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2]), 2.0).joints
    assert joints[6] == pytest.approx(HOME[6] + 0.4, abs=0.05)


@pytest.mark.parametrize(
    ("positions", "error", "says"),
    [
        (TARGET[:6], InvalidArgument, "positions must be 7 numbers in rad, base to wrist, not 6 numbers"),
        ([math.nan] * 7, InvalidArgument, "positions must be 7 numbers"),
        ("home", InvalidArgument, "positions must be 7 numbers"),
        ([*TARGET[:6], 3.5], LimitExceeded, r"positions\[6\] is 3.500 rad: that joint goes from -2.897 to 2.897 rad"),
        ([0.0, 1.0, 0.0, -2.0, 0.0, 3.0, 0.8], Collision, "'the table'"),
    ],
)
def test_targets_that_cannot_be_are_refused(
    arm: JointArm, positions: Any, error: type[PrimitiveError], says: str
) -> None:
    with pytest.raises(error, match=says):
        arm.move_joints(positions)
    assert arm.joints().positions.tolist() == list(HOME)


@pytest.mark.parametrize(
    ("velocities", "duration", "error", "says"),
    [
        ([5.0, 0, 0, 0, 0, 0, 0], 1.0, LimitExceeded, r"velocities .* beyond the limits ±\[2.175"),
        ([0.1] * 6, 1.0, InvalidArgument, "velocities must be 7 numbers in rad/s"),
        ([0.1] * 7, 0.0, InvalidArgument, "duration must be a time in seconds, above 0, not 0"),
        ([0.1] * 7, "1", InvalidArgument, "duration must be"),
        ([0.0] * 7, 1e4, LimitExceeded, "at most 60 s"),
    ],
)
def test_velocities_that_cannot_be_are_refused(
    arm: JointArm, velocities: Any, duration: Any, error: type[PrimitiveError], says: str
) -> None:
    with pytest.raises(error, match=says):
        arm.move_velocities(velocities, duration)
    assert arm.joints().positions.tolist() == list(HOME)
