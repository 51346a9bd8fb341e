"""The arm's geometry agrees with PyBullet's, and its inverse finds what is there to find."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pybullet
import pytest

from embodied_codeact.envs.rotations import (
    matrix_from_quaternion,
    quaternion_from_matrix,
    rotation_between,
    rotations_about,
)
from embodied_codeact.envs.tabletop.panda import ARM_JOINTS, FINGER_JOINTS, LIMITS, TOOL_LINK, load_panda
from embodied_codeact.envs.tabletop.planning.kinematics import LIMIT_MARGIN, PandaKinematics
from tests.envs.tabletop.planning.support import START, downwards

KINEMATICS = PandaKinematics()


@pytest.fixture
def bullet() -> Iterator[tuple[int, int]]:
    client = pybullet.connect(pybullet.DIRECT)
    yield client, load_panda(client)
    pybullet.disconnect(client)


def random_joints(count: int) -> np.ndarray:
    return np.random.default_rng(5).uniform(LIMITS.joint_lower, LIMITS.joint_upper, (count, 7))


def test_forward_and_jacobian_agree_with_pybullet(bullet: tuple[int, int]) -> None:
    client, arm = bullet
    rest = [0.0] * (7 + len(FINGER_JOINTS))
    for joints in random_joints(50):
        for joint, angle in zip(ARM_JOINTS, joints, strict=True):
            pybullet.resetJointState(arm, joint, angle, physicsClientId=client)
        state = pybullet.getLinkState(arm, TOOL_LINK, computeForwardKinematics=True, physicsClientId=client)
        position, quaternion = KINEMATICS.forward(joints)
        np.testing.assert_allclose(position, state[4], atol=1e-6)
        assert abs(quaternion @ np.array(state[5])) > 1 - 1e-7
        linear, angular = pybullet.calculateJacobian(
            arm, TOOL_LINK, [0, 0, 0], [*joints, 0.0, 0.0], rest, rest, physicsClientId=client
        )
        expected = np.vstack([linear, angular])[:, :7]
        np.testing.assert_allclose(KINEMATICS.jacobian(joints), expected, atol=1e-6)


def test_many_at_once_is_the_same_as_one_by_one() -> None:
    joints = random_joints(20)
    positions, rotations = KINEMATICS.forward_many(joints)
    for row, position, rotation in zip(joints, positions, rotations, strict=True):
        one, quaternion = KINEMATICS.forward(row)
        np.testing.assert_allclose(position, one, atol=1e-12)
        np.testing.assert_allclose(rotation, matrix_from_quaternion(quaternion), atol=1e-12)


def test_inverse_returns_the_seed_where_it_already_is_the_answer() -> None:
    inner = np.random.default_rng(6).uniform(KINEMATICS.lower, KINEMATICS.upper, (60, 7))
    for joints in inner[inner[:, 3] < -0.5]:
        position, quaternion = KINEMATICS.forward(joints)
        solutions = KINEMATICS.solutions(position, quaternion, joints)
        assert np.max(np.abs(solutions - joints), axis=1).min() < 1e-7
        for solution in solutions:
            reached, turned = KINEMATICS.forward(solution)
            np.testing.assert_allclose(reached, position, atol=1e-9)
            assert abs(turned @ quaternion) > 1 - 1e-12


def test_the_whole_table_is_in_reach_from_above_at_any_yaw() -> None:
    random = np.random.default_rng(7)
    for x, y, z, yaw in random.uniform([0.25, -0.3, 0.01, -np.pi], [0.68, 0.3, 0.3, np.pi], (300, 4)):
        pose = downwards(x, y, z, yaw)
        found = KINEMATICS.inverse(pose.position, pose.orientation, START)
        assert found.success, (x, y, z, yaw)
        assert found.position_error < 1e-6
        assert found.rotation_error < 1e-6
        assert np.all(found.joints >= LIMITS.joint_lower + LIMIT_MARGIN)
        assert np.all(found.joints <= LIMITS.joint_upper - LIMIT_MARGIN)


def test_moving_about_for_long_does_not_twist_the_arm() -> None:
    random = np.random.default_rng(8)
    joints, twists = START, []
    for x, y, z, yaw in random.uniform([0.3, -0.3, 0.02, -1.2], [0.68, 0.3, 0.25, 1.2], (200, 4)):
        pose = downwards(x, y, z, yaw)
        joints = KINEMATICS.inverse(pose.position, pose.orientation, joints).joints
        twists.append(np.abs(joints[[2, 4]]).max())
    assert np.median(twists) < 0.2
    assert max(twists) < 1.2


@pytest.mark.parametrize(
    ("point", "nearest"),
    [
        # Far ahead and beside, the workspace ends first; high up, the arm's own length does.
        ((1.5, 0.0, 0.1), (0.8, 0.0, 0.1)),
        ((0.4, 1.0, 0.1), (0.4, 0.6, 0.1)),
    ],
)
def test_nearest_reachable_point(point: tuple[float, float, float], nearest: tuple[float, float, float]) -> None:
    pose = downwards(*point)
    found = KINEMATICS.nearest_reachable(pose.position, pose.orientation, START)
    assert found is not None
    np.testing.assert_allclose(found, np.array(nearest), atol=1e-9)


def test_nearest_reachable_point_is_reachable_as_it_is_written_and_hardly_beaten_by_any_other() -> None:
    random = np.random.default_rng(9)
    lower, upper = LIMITS.workspace_lower, LIMITS.workspace_upper
    reachable = [
        point
        for point in random.uniform(lower, upper, (400, 3))
        if len(KINEMATICS.solutions(point, downwards(0, 0, 0).orientation, START))
    ]
    for point in ((0.75, 0.3, 0.6), (0.02, 0.0, 0.05), (0.9, -0.9, 0.9)):
        pose = downwards(*point)
        assert not KINEMATICS.inverse(pose.position, pose.orientation, START).success
        found = KINEMATICS.nearest_reachable(pose.position, pose.orientation, START)
        assert found is not None
        written = np.round(found, 3)
        assert len(KINEMATICS.solutions(written, pose.orientation, START))
        closest = min(float(np.linalg.norm(other - pose.position)) for other in reachable)
        assert np.linalg.norm(written - pose.position) < closest + 0.002


def test_an_orientation_that_is_nowhere_possible_has_no_nearest_point() -> None:
    narrow = PandaKinematics(LIMITS)
    narrow.upper = narrow.lower.copy()
    assert narrow.nearest_reachable(np.array([0.5, 0.0, 0.2]), downwards(0, 0, 0).orientation, START) is None


def test_rotations_turn_from_one_to_another() -> None:
    random = np.random.default_rng(10)
    for _ in range(20):
        first, second = (matrix_from_quaternion(random.normal(size=4)) for _ in range(2))
        np.testing.assert_allclose(matrix_from_quaternion(quaternion_from_matrix(first)), first, atol=1e-12)
        axis, angle = rotation_between(first, second)
        assert 0 <= angle <= np.pi
        np.testing.assert_allclose(rotations_about(axis, np.array([angle]))[0] @ first, second, atol=1e-9)
