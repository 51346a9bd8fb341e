"""Trajectories keep the limits, stay on their way, and end at rest."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from embodied_codeact.envs.rotations import matrix_from_quaternion
from embodied_codeact.envs.tabletop.panda import LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.planning.paths import STEP_S
from embodied_codeact.envs.tabletop.planning.trajectories import (
    ACCELERATION_SHARE,
    JERK_SHARE,
    VELOCITY_SHARE,
    LeavesReach,
    Trajectory,
    along_line,
    at_velocity,
    line_joints,
    through_joints,
    to_rest,
    verify,
)
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import ArmLimits
from tests.envs.tabletop.planning.support import START, downwards, joints_at, random_pose

KINEMATICS = PandaKinematics()


def shares(speed: float) -> ArmLimits:
    """What motions may use of the limits, with a hair's breadth for rounding."""
    factor = speed * (1 + 1e-5)
    return dataclasses.replace(
        LIMITS,
        joint_velocity=factor * VELOCITY_SHARE * LIMITS.joint_velocity,
        joint_acceleration=factor * ACCELERATION_SHARE * LIMITS.joint_acceleration,
        joint_jerk=factor * JERK_SHARE * LIMITS.joint_jerk,
    )


def tool_speeds(start: np.ndarray, trajectory: Trajectory) -> np.ndarray:
    positions = KINEMATICS.forward_many(np.vstack([start, trajectory.positions]))[0]
    speeds: np.ndarray = np.linalg.norm(np.diff(positions, axis=0), axis=1) / STEP_S
    return speeds


@pytest.mark.parametrize("speed", [1.0, 0.3])
def test_joint_motions_keep_their_share_of_the_limits_and_arrive(speed: float) -> None:
    random = np.random.default_rng(1)
    for count in (1, 1, 2, 3, 5):
        start, *waypoints = (joints_at(KINEMATICS, random_pose(random)) for _ in range(count + 1))
        plan = through_joints(start, waypoints, LIMITS, speed, kinematics=KINEMATICS)
        assert verify(start, plan, shares(speed)) == []
        np.testing.assert_array_equal(plan.positions[-1], waypoints[-1])
        assert tool_speeds(start, plan).max() < 1.001 * speed * LIMITS.tool_speed


def test_joint_motion_is_straight_and_fast() -> None:
    goal = joints_at(KINEMATICS, downwards(0.5, 0.25, 0.2))
    plan = through_joints(START, [goal], LIMITS)
    way = (goal - START) / np.linalg.norm(goal - START)
    away = plan.positions - START
    np.testing.assert_allclose(away, np.outer(away @ way, way), atol=1e-12)
    # Some joint works at its share of velocity, acceleration or jerk.
    used = np.max(np.abs(plan.velocities) / (VELOCITY_SHARE * LIMITS.joint_velocity))
    assert used > 0.99


def test_waypoints_are_passed_by_closely_and_without_halting() -> None:
    poses = (downwards(0.4, -0.3, 0.1), downwards(0.45, -0.2, 0.2), downwards(0.5, 0.1, 0.2), downwards(0.6, 0.2, 0.2))
    points = [joints_at(KINEMATICS, pose) for pose in poses]
    plan = through_joints(points[0], points[1:], LIMITS)
    halting = sum(through_joints(a, [b], LIMITS).duration for a, b in itertools.pairwise(points))
    assert plan.duration < 0.92 * halting
    for near, rounding in ((0.25, 0.4), (0.03, 0.05)):
        rows = through_joints(points[0], points[1:], LIMITS, rounding=rounding).positions
        for point in points[1:-1]:
            assert np.min(np.max(np.abs(rows - point), axis=1)) < near


def test_nothing_to_do_is_an_empty_trajectory() -> None:
    assert len(through_joints(START, [START.copy()], LIMITS).positions) == 0
    still = np.zeros(7)
    assert to_rest(START, still, still, LIMITS).duration == 0.0


@pytest.mark.parametrize("speed", [1.0, 0.2])
def test_tool_follows_its_straight_line(speed: float) -> None:
    random = np.random.default_rng(3)
    for turn in (0.0, 0.0, 0.8):
        pose = random_pose(random)
        x, y, z = pose.position + random.uniform(-0.06, 0.06, 3) + [0, 0, 0.06]
        goal = downwards(x, y, z, turn)
        start = joints_at(KINEMATICS, pose)
        knots = line_joints(KINEMATICS, start, goal, joints_at(KINEMATICS, goal, start))
        plan = along_line(KINEMATICS, knots, LIMITS, speed)
        assert verify(start, plan, shares(speed)) == []
        positions, rotations = KINEMATICS.forward_many(plan.positions)
        way = goal.position - pose.position
        along = (positions - pose.position) @ way / (way @ way)
        np.testing.assert_allclose(positions, pose.position + along[:, None] * way, atol=2e-4)
        np.testing.assert_allclose(positions[-1], goal.position, atol=1e-9)
        np.testing.assert_allclose(rotations[-1], matrix_from_quaternion(goal.orientation), atol=1e-8)
        assert np.all(np.diff(along) >= -1e-9)
        assert tool_speeds(start, plan).max() < 1.01 * speed * LIMITS.tool_speed


def test_line_that_leaves_the_reachable_space_says_how_far_it_goes() -> None:
    # Both ends are in reach, the foot of the arm is between them.
    start = joints_at(KINEMATICS, downwards(0.0, -0.5, 0.2))
    goal = downwards(0.05, 0.5, 0.2)
    with pytest.raises(LeavesReach) as caught:
        line_joints(KINEMATICS, start, goal, joints_at(KINEMATICS, goal, start))
    assert 0.05 < caught.value.share < 0.6


def test_stop_from_any_moment_keeps_the_limits_and_is_quick() -> None:
    random = np.random.default_rng(4)
    start, *waypoints = (joints_at(KINEMATICS, random_pose(random)) for _ in range(4))
    plan = through_joints(start, waypoints, LIMITS)
    for tick in range(0, len(plan.positions), 23):
        rest = to_rest(plan.positions[tick], plan.velocities[tick], plan.accelerations[tick], LIMITS)
        whole = Trajectory(
            np.vstack([plan.positions[: tick + 1], rest.positions]),
            np.vstack([plan.velocities[: tick + 1], rest.velocities]),
            np.vstack([plan.accelerations[: tick + 1], rest.accelerations]),
        )
        assert verify(start, whole, LIMITS) == []
        assert rest.duration < 0.35


def test_velocities_are_reached_and_kept() -> None:
    velocities = np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0])
    plan = at_velocity(START, velocities, 0.5, LIMITS)
    assert verify(START, plan, LIMITS) == []
    kept = np.all(np.abs(plan.velocities - velocities) < 1e-12, axis=1).sum() * STEP_S
    assert 0.5 <= kept < 0.52


@pytest.mark.parametrize(
    ("velocities", "duration", "words"),
    [
        ([0, 0, 0, -1.5, 0, 0, 0], 2.0, r"joint 3 would reach the end of its range, -3.072 rad, 0\.\d\d s"),
        ([0, 0, 0, 0, 0, 0, 2.7], 0.1, "joint 6 can turn at 2.610 rad/s at most"),
        ([0, float("nan"), 0, 0, 0, 0, 0], 0.1, "joint 1 can turn"),
        ([0.1, 0, 0, 0, 0, 0, 0], float("inf"), "duration"),
    ],
)
def test_velocities_beyond_the_limits_are_refused(velocities: list[float], duration: float, words: str) -> None:
    with pytest.raises(LimitExceeded, match=words):
        at_velocity(START, np.array(velocities), duration, LIMITS)


def test_verify_finds_what_is_wrong() -> None:
    goal = joints_at(KINEMATICS, downwards(0.5, 0.25, 0.2))
    plan = through_joints(START, [goal], LIMITS)
    assert "the end is not at rest" in verify(
        START, Trajectory(plan.positions[:-9], plan.velocities[:-9], plan.accelerations[:-9]), LIMITS
    )
    assert "velocities are not those of the positions" in verify(
        START, Trajectory(plan.positions + 0.01, plan.velocities, plan.accelerations), LIMITS
    )
    assert "joint velocities exceed their limits" in verify(
        START, Trajectory(plan.positions, 4 * plan.velocities, plan.accelerations), LIMITS
    )
    assert "joint jerks exceed their limits" in verify(START, plan, shares(0.9))
