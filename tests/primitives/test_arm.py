"""``Arm`` and ``MotionArm``: where the tool goes, and what is refused before anything moves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from embodied_codeact.describe import describe_primitive
from embodied_codeact.errors import InvalidArgument, PrimitiveError, Stopped
from embodied_codeact.primitives.arm import HOME, Arm, MotionArm
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, OutOfReach, UnknownObject
from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.arm_fakes_table import FakeTable, block
from embodied_codeact.primitives.joint_arm import JointArm
from embodied_codeact.primitives.rotations import angle_between, heading, pointing_down
from embodied_codeact.primitives.skill_arm import SkillArm


@pytest.fixture
def backend() -> FakeArm:
    return FakeArm()


@pytest.fixture
def arm(backend: FakeArm) -> MotionArm:
    return MotionArm(backend)


@pytest.mark.parametrize("kind", [tuple, list, np.array])
def test_a_position_is_any_sequence_of_three_numbers(arm: MotionArm, kind: Any) -> None:
    result = arm.move_to(kind([0.5, 0.1, 0.3]))
    np.testing.assert_allclose(result.reached.position, [0.5, 0.1, 0.3], atol=1e-4)
    assert result.position_error < 1e-4
    assert result.duration > 0.0


def test_without_yaw_the_tool_keeps_its_turn_and_points_down(arm: MotionArm) -> None:
    arm.move_to([0.45, 0.0, 0.3], orientation=[0.92, 0.36, 0.15, 0.0])
    turned = heading(arm.pose().orientation)
    reached = arm.move_to([0.5, 0.1, 0.3]).reached
    assert angle_between(reached.orientation, pointing_down(turned)) < 1e-3


def test_a_yaw_of_more_than_a_full_turn_is_the_turn_that_remains(arm: MotionArm) -> None:
    reached = arm.move_to([0.5, 0.0, 0.3], yaw=2 * math.pi + 0.5).reached
    assert heading(reached.orientation) == pytest.approx(0.5, abs=1e-3)


def test_a_rounded_quaternion_is_made_a_unit_one(arm: MotionArm) -> None:
    reached = arm.move_to([0.5, 0.0, 0.3], orientation=[0.96, 0.29, 0.0, 0.0]).reached
    assert angle_between(reached.orientation, np.array([0.96, 0.29, 0.0, 0.0]) / math.hypot(0.96, 0.29)) < 1e-3


def test_move_by_and_rotate_are_relative(arm: MotionArm) -> None:
    before = arm.move_to([0.5, 0.0, 0.3], yaw=0.2).reached
    after = arm.move_by([0.05, -0.1, 0.02]).reached
    np.testing.assert_allclose(after.position - before.position, [0.05, -0.1, 0.02], atol=1e-4)
    turned = arm.rotate(-0.7).reached
    assert heading(turned.orientation) == pytest.approx(-0.5, abs=1e-3)
    np.testing.assert_allclose(turned.position, after.position, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (([0.5, 0.1],), InvalidArgument, r"position must be 3 numbers \[x, y, z\] in metres, not 2 numbers"),
        (("red block",), InvalidArgument, r"3 numbers \[x, y, z\] in metres, not str 'red block'"),
        ((["0.5", "0.1", "0.2"],), InvalidArgument, "3 numbers"),
        (([[0.5, 0.1, 0.2]],), InvalidArgument, "3 numbers"),
        (([0.5, [0.1], 0.2],), InvalidArgument, "3 numbers"),
        ((None,), InvalidArgument, "3 numbers"),
        (([0.5, math.nan, 0.3],), InvalidArgument, "nan"),
        (([0.5, 0.1, math.inf],), InvalidArgument, "inf"),
        (([0.5, 1.5, 0.3],), OutOfReach, r"nearest point in it is \[0.5, 0.6, 0.3\]"),
        (([0.5, 0.0, -0.1],), OutOfReach, r"nearest point in it is \[0.5, 0.0, 0.005\]"),
        (([0.8, 0.6, 0.7],), OutOfReach, r"nearest point within reach is \["),
    ],
)
def test_a_place_that_cannot_be_is_refused(
    backend: FakeArm, arm: MotionArm, arguments: Any, error: type[PrimitiveError], says: str
) -> None:
    for move in (arm.move_to, arm.move_linear):
        with pytest.raises(error, match=says):
            move(*arguments)
    assert backend.joints().positions.tolist() == list(HOME)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"yaw": 0.1, "orientation": [1, 0, 0, 0]}, InvalidArgument, "yaw .* or orientation, not both"),
        ({"yaw": "0.1"}, InvalidArgument, "yaw must be an angle in radians, not str '0.1'"),
        ({"yaw": True}, InvalidArgument, "yaw must be"),
        ({"yaw": math.nan}, InvalidArgument, "yaw must be an angle in radians, not nan"),
        ({"orientation": [0, 0, 0, 0]}, InvalidArgument, "length 0: pass a unit quaternion"),
        ({"orientation": [2, 0, 0, 0]}, InvalidArgument, "length 2: pass a unit quaternion"),
        ({"orientation": [1, 0, 0]}, InvalidArgument, r"orientation must be a unit quaternion \[x, y, z, w\]"),
        ({"speed": 0}, LimitExceeded, "speed is 0: .* from 0.02 up to 1.0"),
        ({"speed": 0.019}, LimitExceeded, "speed is 0.019: .* from 0.02 up to 1.0"),
        ({"speed": 1e-300}, LimitExceeded, "speed is 1e-300"),
        ({"speed": 1.5}, LimitExceeded, "speed is 1.5"),
        ({"speed": "fast"}, InvalidArgument, "speed must be a number from 0.02 up to 1.0"),
        ({"touching": [1]}, InvalidArgument, "touching must be the name of an object"),
        ({"touching": 5}, InvalidArgument, "touching must be a list of names"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    backend: FakeArm, arm: MotionArm, options: Any, error: type[PrimitiveError], says: str
) -> None:
    for move in (arm.move_to, arm.move_linear):
        with pytest.raises(error, match=says):
            move([0.5, 0.0, 0.3], **options)
    assert backend.joints().positions.tolist() == list(HOME)


def test_names_to_touch_are_known_where_the_scene_is_known(backend: FakeArm) -> None:
    arm = SkillArm(backend, backend.table)
    with pytest.raises(UnknownObject, match="Did you mean 'red block'"):
        arm.move_to([0.4, 0.1, 0.1], touching=["redd block"])
    for touching in ("red block", ["red block"], backend.table.objects()[0]):
        arm.move_linear([0.4, 0.1, 0.03], touching=touching)  # type: ignore[arg-type]


def test_a_way_through_something_is_refused_unless_it_may_be_touched(backend: FakeArm, arm: MotionArm) -> None:
    arm.move_to([0.4, 0.0, 0.02], yaw=0.0)
    with pytest.raises(Collision, match="'red block'"):
        arm.move_by([0.0, 0.1, 0.0])
    backend.move_gripper(0.0, force=10)
    arm.move_by([0.0, 0.15, 0.0], touching=["red block"])
    assert backend.table.named("red block").position[1] > 0.15


def test_what_is_near_can_be_reached_and_what_is_far_cannot(arm: MotionArm) -> None:
    assert arm.can_reach([0.5, 0.0, 0.1])
    assert arm.can_reach([0.5, 0.0, 0.1], yaw=1.0)
    assert not arm.can_reach([0.8, 0.6, 0.7])
    assert not arm.can_reach([2.0, 0.0, 0.1])
    with pytest.raises(InvalidArgument, match="3 numbers"):
        arm.can_reach([2.0, 0.0])


def test_home_is_where_it_was_given_and_is_reached_from_low_down() -> None:
    backend = FakeArm(FakeTable([block("red block", 0.35, 0.0)]))
    MotionArm(backend).move_to([0.42, 0.0, 0.02])
    assert Arm(backend).home(0.5).joints.tolist() == list(HOME)
    elsewhere = [0.3, *HOME[1:]]
    assert Arm(backend, elsewhere).home().joints.tolist() == elsewhere


@pytest.mark.parametrize(("seconds", "error"), [(0, InvalidArgument), ("1", InvalidArgument), (1e6, LimitExceeded)])
def test_a_wait_is_a_time(backend: FakeArm, seconds: Any, error: type[PrimitiveError]) -> None:
    with pytest.raises(error, match="seconds"):
        Arm(backend).wait(seconds)
    Arm(backend).wait(1.5)
    assert backend.time == 1.5


def test_nothing_moves_while_stopped(backend: FakeArm) -> None:
    backend.stopped = True
    arm = SkillArm(backend, backend.table)
    for move in (arm.home, lambda: arm.move_to([0.5, 0.0, 0.3]), lambda: arm.pick("red block"), lambda: arm.wait(1)):
        with pytest.raises(Stopped):
            move()
    assert backend.joints().positions.tolist() == list(HOME)


@pytest.mark.parametrize(
    ("level", "methods"),
    [
        (JointArm, "pose joints limits home wait wait_for move_joints move_velocities forward jacobian"),
        (MotionArm, "pose joints limits home wait wait_for move_to move_linear move_by rotate can_reach"),
        (
            SkillArm,
            "pose joints limits home wait wait_for move_to move_linear move_by rotate can_reach "
            "pick place stack push turn",
        ),
    ],
)
def test_each_level_describes_its_own_methods_in_few_words(backend: FakeArm, level: Any, methods: str) -> None:
    arm = level(backend, backend.table) if level is SkillArm else level(backend)
    described = describe_primitive("arm", arm)
    assert [method.name for method in described.methods] == methods.split()
    assert "World frame" in described.doc
    assert len(described.doc) + sum(len(method.doc) + len(method.signature) for method in described.methods) < 9000
