"""The kinematics of any URDF agree with PyBullet's, and the inverse finds what is there to find."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pybullet
import pybullet_data
import pytest

from embodied_codeact.envs.robot.kinematics import POSITION_TOLERANCE, TURN_TOLERANCE, UrdfKinematics
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.primitives.arm_types import Array, Pose
from embodied_codeact.primitives.rotations import angle_between, pointing_down

PANDA = ("franka_panda/panda.urdf", "panda_grasptarget", [f"panda_joint{index}" for index in range(1, 8)])
IIWA = ("kuka_iiwa/model.urdf", "lbr_iiwa_link_7", [f"lbr_iiwa_joint_{index}" for index in range(1, 8)])
ARMS = pytest.mark.parametrize("bullet", [PANDA, IIWA], indirect=True, ids=["panda", "iiwa"])


class Bullet:
    """An arm in PyBullet beside its kinematics of ours."""

    def __init__(self, file: str, tool: str, names: list[str]) -> None:
        path = Path(pybullet_data.getDataPath()) / file
        self.client = pybullet.connect(pybullet.DIRECT)
        self.arm = pybullet.loadURDF(str(path), useFixedBase=True, physicsClientId=self.client)
        infos = [
            pybullet.getJointInfo(self.arm, index, physicsClientId=self.client)
            for index in range(pybullet.getNumJoints(self.arm, physicsClientId=self.client))
        ]
        self.joints = [next(info[0] for info in infos if info[1].decode() == name) for name in names]
        self.movable = [info[0] for info in infos if info[2] != pybullet.JOINT_FIXED]
        self.tool = next(info[0] for info in infos if info[12].decode() == tool)
        lower, upper = (np.array([infos[index][field] for index in self.joints]) for field in (8, 9))
        self.kinematics = UrdfKinematics(path.read_text(), tool, names, lower, upper)

    def random_joints(self, count: int) -> Array:
        return np.random.default_rng(5).uniform(self.kinematics.lower, self.kinematics.upper, (count, 7))

    def forward(self, joints: Array) -> tuple[Array, Array]:
        for index, value in zip(self.joints, joints, strict=True):
            pybullet.resetJointState(self.arm, index, value, physicsClientId=self.client)
        state = pybullet.getLinkState(self.arm, self.tool, computeForwardKinematics=True, physicsClientId=self.client)
        return np.array(state[4]), np.array(state[5])

    def jacobian(self, joints: Array) -> Array:
        self.forward(joints)
        # Bullet wants every movable joint.
        positions = [pybullet.getJointState(self.arm, i, physicsClientId=self.client)[0] for i in self.movable]
        still = [0.0] * len(positions)
        linear, angular = pybullet.calculateJacobian(
            self.arm, self.tool, [0.0] * 3, positions, still, still, physicsClientId=self.client
        )
        columns = [self.movable.index(index) for index in self.joints]
        return np.vstack([linear, angular])[:, columns]


@pytest.fixture
def bullet(request: pytest.FixtureRequest) -> Iterator[Bullet]:
    made = Bullet(*request.param)
    yield made
    pybullet.disconnect(made.client)


@ARMS
def test_forward_agrees_with_pybullet(bullet: Bullet) -> None:
    for joints in bullet.random_joints(100):
        position, orientation = bullet.forward(joints)
        pose = bullet.kinematics.forward(joints)
        np.testing.assert_allclose(pose.position, position, atol=1e-6)
        assert angle_between(pose.orientation, orientation) < 1e-6


@ARMS
def test_the_jacobian_is_how_the_tool_moves(bullet: Bullet) -> None:
    for joints in bullet.random_joints(20):
        np.testing.assert_allclose(bullet.kinematics.jacobian(joints), bullet.jacobian(joints), atol=1e-6)


@ARMS
def test_the_inverse_finds_every_pose_that_joints_can_take(bullet: Bullet) -> None:
    middle = (bullet.kinematics.lower + bullet.kinematics.upper) / 2
    for joints in bullet.random_joints(25):
        position, orientation = bullet.forward(joints)
        found = bullet.kinematics.inverse(Pose(position, orientation), middle)
        assert found.success
        assert np.all(found.joints >= bullet.kinematics.lower)
        assert np.all(found.joints <= bullet.kinematics.upper)
        reached, turned = bullet.forward(found.joints)
        assert np.linalg.norm(reached - position) < POSITION_TOLERANCE * 1.1
        assert angle_between(turned, orientation) < TURN_TOLERANCE * 1.1


@ARMS
def test_the_inverse_stays_near(bullet: Bullet) -> None:
    inner = bullet.random_joints(30) * 0.8
    inner = np.clip(inner, bullet.kinematics.lower, bullet.kinematics.upper)
    for joints in inner:
        found = bullet.kinematics.inverse(bullet.kinematics.forward(joints), joints)
        np.testing.assert_allclose(found.joints, joints, atol=1e-9)


@ARMS
@pytest.mark.parametrize("place", [[0.9, 0.0, 0.2], [2.0, 0.0, 0.5], [0.3, 1.5, 0.1]])
def test_out_of_reach_is_told_with_a_place_that_is_in_reach(bullet: Bullet, place: list[float]) -> None:
    middle = (bullet.kinematics.lower + bullet.kinematics.upper) / 2
    asked = Pose(np.array(place), pointing_down(0.3))
    found = bullet.kinematics.inverse(asked, middle)
    assert not found.success
    assert found.position_error > 1e-3
    nearest = bullet.kinematics.nearest_reachable(asked, middle)
    assert nearest is not None
    assert bullet.kinematics.inverse(Pose(nearest, asked.orientation), middle).success
    # Near indeed: three centimetres on towards what was asked is out of reach.
    way = (asked.position - nearest) / np.linalg.norm(asked.position - nearest)
    assert not bullet.kinematics.inverse(Pose(nearest + 0.03 * way, asked.orientation), middle).success


def test_the_whole_turn_is_found_from_half_a_turn_away() -> None:
    arm = small_arm()
    goal = arm.forward(np.array([math.pi - 1e-12, 0.0, 0.1, 0.2]))
    assert arm.inverse(goal, np.zeros(4)).success


# A small arm of every kind of joint.

SMALL = """
<robot name="small">
  <link name="ground"/><link name="post"/><link name="sledge"/><link name="boom"/><link name="hand"/><link name="tip"/>
  <link name="finger"/>
  <joint name="swing" type="continuous"><parent link="ground"/><child link="post"/><axis xyz="0 0 2"/></joint>
  <joint name="slide" type="prismatic"><parent link="post"/><child link="sledge"/><origin xyz="0 0 0.5"/>
    <axis xyz="0 0 1"/><limit lower="-0.2" upper="0.3" effort="1" velocity="1"/></joint>
  <joint name="bend" type="revolute"><parent link="sledge"/><child link="boom"/><origin rpy="0 0 1.5707963267948966"/>
    <limit lower="-1" upper="1" effort="1" velocity="1"/></joint>
  <joint name="follow" type="revolute"><parent link="boom"/><child link="hand"/><origin xyz="0.4 0 0"/>
    <axis xyz="0 0 1"/><mimic joint="swing" multiplier="-0.5" offset="0.1"/></joint>
  <joint name="tool" type="fixed"><parent link="hand"/><child link="tip"/><origin xyz="0 0 0.1" rpy="3.14159 0 0"/>
  </joint>
  <joint name="grip" type="prismatic"><parent link="hand"/><child link="finger"/></joint>
</robot>
"""
NAMES = ["spare", "slide", "swing", "bend"]


def small_arm(urdf: str = SMALL, names: list[str] | None = None) -> UrdfKinematics:
    return UrdfKinematics(urdf, "tip", names or NAMES, np.array([-1, -0.2, -7, -1.0]), np.array([1, 0.3, 7, 1.0]))


def test_sliding_following_and_spare_joints() -> None:
    arm = small_arm()
    assert arm.base == "ground"
    # By hand: post up by 0.5 + 0.1, boom along y, turned by the swing of 0.6.
    position = arm.forward(np.array([0.9, 0.1, 0.6, 0.0])).position
    np.testing.assert_allclose(position, [0.4 * -math.sin(0.6), 0.4 * math.cos(0.6), 0.7], atol=1e-9)
    jacobian, joints, step = arm.jacobian(np.array([0.9, 0.1, 0.6, 0.3])), np.array([0.9, 0.1, 0.6, 0.3]), 1e-6
    for index in range(4):
        there, back = (arm.forward(joints + sign * step * np.eye(4)[index]).position for sign in (1, -1))
        np.testing.assert_allclose(jacobian[:3, index], (there - back) / (2 * step), atol=1e-8)
    assert not jacobian[:, 0].any()


@pytest.mark.parametrize(
    ("urdf", "message"),
    [
        ("no xml", "is no XML"),
        ("<sdf/>", "<sdf>, not <robot>"),
        ('<!DOCTYPE robot [<!ENTITY a "aa">]><robot>&a;</robot>', "DOCTYPE"),
        ('<!DOCTYPE robot SYSTEM "file:///etc/passwd"><robot/>', "DOCTYPE"),
        ("<robot/>", "unknown link 'tip'"),
        (SMALL.replace('xyz="0 0 2"', 'xyz="0 0 0"'), "without a direction"),
        (SMALL.replace('xyz="0 0 0.5"', 'xyz="0 nan 0.5"'), "finite numbers"),
        (SMALL.replace('xyz="0 0 0.5"', 'xyz="0 0"'), "3 finite numbers"),
        (SMALL.replace('xyz="0 0 0.5"', 'xyz="0 0 x"'), "could not convert"),
        (SMALL.replace('type="continuous"', 'type="floating"'), "'floating'"),
        (SMALL.replace('<parent link="post"/>', ""), "no <parent link"),
        (SMALL.replace('<child link="finger"/>', '<child link="hand"/>'), "two joints"),
        (SMALL.replace('<parent link="ground"/>', '<parent link="tip"/>'), "circle"),
    ],
)
def test_a_urdf_that_cannot_be_used_is_refused_in_one_line(urdf: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as told:
        small_arm(urdf)
    assert "\n" not in str(told.value)


def test_joints_that_the_controller_lacks_are_named() -> None:
    with pytest.raises(ConfigurationError, match="'bend' is on the way to the tool"):
        small_arm(names=["spare", "slide", "swing", "other"])
