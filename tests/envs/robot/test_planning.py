"""Ways keep to their line, their box and their joints, and say how far they could go."""

from __future__ import annotations

import numpy as np
import pytest

from embodied_codeact.controller.curves import Curve
from embodied_codeact.controller.limits import check_motion
from embodied_codeact.envs.robot.kinematics import UrdfKinematics
from embodied_codeact.envs.robot.motions import Motion
from embodied_codeact.envs.robot.planning import Planner
from embodied_codeact.envs.robot.telling import arm_limits
from embodied_codeact.primitives.arm_errors import LimitExceeded, OutOfReach
from embodied_codeact.primitives.arm_types import Array, Pose
from embodied_codeact.primitives.rotations import angle_between, pointing_down
from tests.envs.robot.arm_process import TOOL, panda

ROBOT = panda()
KINEMATICS = UrdfKinematics(ROBOT.urdf, TOOL, ROBOT.joints, ROBOT.lower, ROBOT.upper)


def planner(lower: tuple[float, ...] = (-1.5, -1.5, -1.5), upper: tuple[float, ...] = (1.5, 1.5, 1.5)) -> Planner:
    box = np.array(lower), np.array(upper)
    limits = arm_limits(ROBOT, box, full_speed=1.0, tool_speed=0.25, tool_turn_speed=1.0)
    return Planner(KINEMATICS, limits)


def as_followed(motion: Motion) -> Array:
    """Joint positions (k, 7) at 1 kHz, on the cubic that the controller follows."""
    check_motion(motion.positions, motion.velocities, motion.period_s, motion.positions[0], ROBOT)
    curve = Curve(motion.positions, motion.velocities, motion.period_s, np.zeros(7))
    return np.array([curve.at(time).positions for time in np.arange(0.0, motion.duration, 0.001)])


def pose(x: float, y: float, z: float, yaw: float = 0.0) -> Pose:
    return Pose(np.array([x, y, z]), pointing_down(yaw))


@pytest.mark.parametrize("goal", [pose(0.5, 0.2, 0.1, 0.5), pose(0.35, -0.3, 0.4), pose(0.6, 0.0, 0.05, -0.8)])
def test_a_straight_line_is_straight_and_no_faster_than_allowed(goal: Pose) -> None:
    motion = planner().on_line(ROBOT.home, goal, 1.0)
    points, _ = KINEMATICS.forward_many(as_followed(motion))
    start = KINEMATICS.forward(ROBOT.home).position
    way = (goal.position - start) / np.linalg.norm(goal.position - start)
    beside = (points - start) - np.outer((points - start) @ way, way)
    assert np.max(np.linalg.norm(beside, axis=1)) < 1e-4
    assert np.max(np.linalg.norm(np.diff(points, axis=0), axis=1)) / 0.001 < 0.25 * 1.01
    reached = KINEMATICS.forward(motion.positions[-1])
    assert np.linalg.norm(reached.position - goal.position) < 1e-5
    assert angle_between(reached.orientation, goal.orientation) < 1e-4


def test_any_way_is_straight_in_joint_space() -> None:
    motion = planner().to_pose(ROBOT.home, pose(0.4, 0.4, 0.3, 1.0), 0.5)
    way = motion.positions[-1] - ROBOT.home
    shares = (motion.positions - ROBOT.home) @ way / (way @ way)
    np.testing.assert_allclose(motion.positions, ROBOT.home + shares[:, None] * way, atol=1e-9)


def test_where_joints_would_lead_out_of_the_box_the_tool_goes_straight() -> None:
    low = planner().to_pose(ROBOT.home, pose(0.45, 0.4, 0.06), 1.0).positions[-1]
    goal = pose(0.45, -0.4, 0.06)
    free = KINEMATICS.forward_many(planner().to_pose(low, goal, 1.0).positions)[0]
    assert free[:, 0].max() > 0.5  # the joints swing outwards
    boxed = planner((0.2, -0.5, 0.0), (0.5, 0.5, 0.6))
    points = KINEMATICS.forward_many(boxed.to_pose(low, goal, 1.0).positions)[0]
    assert points[:, 0].max() < 0.5
    with pytest.raises(OutOfReach, match=r"on the way the tool would be at .* outside of the workspace"):
        boxed.to_joints(low, planner().inverse(goal, low), 1.0)


def test_out_of_the_box_the_arm_may_come_back_and_go_no_farther() -> None:
    boxed = planner((0.2, -0.5, 0.3), (0.7, 0.5, 0.7))  # home is below it
    assert boxed.on_line(ROBOT.home, pose(0.45, 0.0, 0.4), 1.0).duration > 0
    with pytest.raises(OutOfReach, match="outside of the workspace") as left:
        boxed.on_line(ROBOT.home, pose(0.45, 0.0, 0.1), 1.0)
    assert left.type is OutOfReach, "scripts know no other kind of it"


def test_a_line_that_leaves_the_reach_says_how_far_it_goes() -> None:
    start = planner().inverse(pose(0.4, 0.5, 0.3), ROBOT.home)
    with pytest.raises(OutOfReach, match=r"the tool can follow \d+% of the straight line"):
        planner().on_line(start, pose(-0.4, -0.5, 0.3), 1.0)


def test_out_of_reach_names_the_nearest_point() -> None:
    with pytest.raises(OutOfReach, match=r"the nearest point in reach is \[0\.[78]"):
        planner().inverse(pose(1.2, 0.0, 0.3), ROBOT.home)


def test_joints_and_velocities_beyond_their_limits_are_refused() -> None:
    beyond = ROBOT.home.copy()
    beyond[2] = 3.0
    with pytest.raises(LimitExceeded, match="joint 2 goes from -2.897 to 2.897"):
        planner().to_joints(ROBOT.home, beyond, 1.0)
    with pytest.raises(LimitExceeded, match="joint 0 moves at 2.175 rad/s at most"):
        planner().with_velocities(ROBOT.home, np.array([3.0, 0, 0, 0, 0, 0, 0]), 0.1)
    with pytest.raises(LimitExceeded, match="the tool would move at"):
        planner().with_velocities(ROBOT.home, np.array([1.5, 0, 0, 0, 0, 0, 0]), 0.1)
    with pytest.raises(LimitExceeded, match="joint 6 would pass the end"):
        planner().with_velocities(ROBOT.home, np.array([0, 0, 0, 0, 0, 0, 0.5]), 10.0)
    motion = planner().with_velocities(ROBOT.home, np.array([0.3, 0, 0, 0, 0, 0, 0]), 1.0)
    assert motion.positions[-1][0] > 0.3
