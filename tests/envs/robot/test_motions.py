"""Motions keep every limit as a controller checks them, use what they may, and tell where they cannot."""

from __future__ import annotations

import numpy as np
import pytest

from embodied_codeact.controller.limits import check_motion
from embodied_codeact.envs.robot.motions import LONGEST_S, Limits, Motion, along, at_velocities, straight_path
from embodied_codeact.envs.splines import spline_through
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import Array
from tests.envs.robot.arm_process import panda

ROBOT = panda()
FULL = Limits(ROBOT.velocity, ROBOT.acceleration, ROBOT.jerk, 1e9, 1e9)
HOME = ROBOT.home


def no_tool(joints: Array) -> tuple[Array, Array]:
    return np.zeros((len(joints), 3)), np.broadcast_to(np.eye(3), (len(joints), 3, 3))


def keeps_limits(motion: Motion, start: Array, share: float = 1.0) -> None:
    """As the controller sees it, and without the tolerance that it grants."""
    check_motion(motion.positions, motion.velocities, motion.period_s, start, ROBOT)
    slack = 1 + 1e-5
    assert not motion.velocities[0].any()
    assert not motion.velocities[-1].any()
    assert np.all(np.abs(motion.velocities) <= share * ROBOT.velocity * slack)
    accelerations = np.diff(motion.velocities, axis=0) / motion.period_s
    assert np.all(np.abs(accelerations) <= share * ROBOT.acceleration * slack)
    jerks = np.diff(accelerations, axis=0) / motion.period_s
    assert np.all(np.abs(jerks) <= share * ROBOT.jerk * slack)


@pytest.mark.parametrize("size", [1e-6, 1e-4, 0.01, 0.3, 2.0])
@pytest.mark.parametrize("share", [0.02, 0.3, 1.0])
def test_straight_ways_keep_the_limits_at_any_length_and_speed(size: float, share: float) -> None:
    random = np.random.default_rng(1)
    for _ in range(10):
        goal = np.clip(HOME + random.uniform(-size, size, 7), ROBOT.lower, ROBOT.upper)
        path = straight_path(HOME, goal)
        assert path is not None
        motion = along(path, FULL.scaled(share), no_tool)
        keeps_limits(motion, HOME, share)
        assert np.array_equal(motion.positions[-1], goal)


def test_a_long_way_is_travelled_at_the_limit_of_a_joint() -> None:
    path = straight_path(HOME, HOME + np.array([2.0, 0.5, 0, 0.3, 0, 0, 0]))
    assert path is not None
    motion = along(path, FULL, no_tool)
    assert np.max(np.abs(motion.velocities) / ROBOT.velocity) == pytest.approx(1.0, abs=0.01)


def test_the_tool_keeps_its_speed() -> None:
    def tool(joints: Array) -> tuple[Array, Array]:
        return 0.5 * joints[:, :3], no_tool(joints)[1]

    path = straight_path(HOME, HOME + np.array([1.0, 0, 0, 0, 0, 0, 0]))
    assert path is not None
    motion = along(path, Limits(ROBOT.velocity, ROBOT.acceleration, ROBOT.jerk, 0.1, 1e9), tool)
    assert np.max(np.abs(motion.velocities[:, 0])) * 0.5 == pytest.approx(0.1, rel=5e-3)
    keeps_limits(motion, HOME)


def test_curved_ways_keep_the_limits() -> None:
    random = np.random.default_rng(2)
    for _ in range(10):
        knots = np.clip(HOME + np.cumsum(random.uniform(-0.1, 0.1, (12, 7)), axis=0), ROBOT.lower, ROBOT.upper)
        motion = along(spline_through(knots, 1.0), FULL, no_tool)
        keeps_limits(motion, knots[0])


def test_velocities_are_kept_for_the_duration() -> None:
    rates = np.array([0.2, 0, 0, -0.1, 0, 0, 0.3])
    motion = at_velocities(HOME, rates, 2.0, FULL)
    keeps_limits(motion, HOME)
    steady = np.all(np.abs(motion.velocities - rates) < 2e-3, axis=1)
    assert steady.sum() * motion.period_s == pytest.approx(2.0, abs=0.05)
    assert np.all((motion.positions[-1] - HOME)[[0, 6]] > 2.0 * rates[[0, 6]])
    assert not len(at_velocities(HOME, np.zeros(7), 2.0, FULL).positions)


def test_what_takes_too_long_is_refused() -> None:
    path = straight_path(HOME, HOME + np.array([2.0, 0, 0, 0, 0, 0, 0]))
    assert path is not None
    with pytest.raises(LimitExceeded, match="go faster, or in parts"):
        along(path, FULL.scaled(0.005), no_tool)
    longest = at_velocities(HOME, np.array([0.001, 0, 0, 0, 0, 0, 0]), LONGEST_S - 0.1, FULL)
    keeps_limits(longest, HOME)
    assert longest.positions.nbytes < 1024 * 1024
    assert straight_path(HOME, HOME) is None
