"""Conditions on sensors: what they mean, what they refuse and how they say it, and that they end motions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm import MotionArm
from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.conditions import Condition
from embodied_codeact.primitives.joint_arm import JointArm

SPECS = [
    SensorSpec("tool_pose", "pose", "float64", [7]),
    SensorSpec("gripper", "gripper", "float64", [2]),
    SensorSpec("height", "height", "float64"),
    SensorSpec("contacts", "contacts", "str"),
    SensorSpec("overhead_rgb", "camera", "uint8", [480, 640, 3]),
]
READINGS: dict[str, Any] = {
    "tool_pose": np.array([0.5, -0.1, 0.08, 1.0, 0.0, 0.0, 0.0]),
    "gripper": np.array([0.03, 6.0]),
    "height": 0.25,
    "contacts": "red block|the table",
}


def holds(text: str) -> bool:
    return Condition(text, SPECS).holds(READINGS.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gripper[1] > 5 and tool_pose[2] < 0.1", True),
        ("gripper[1] > 5 and tool_pose[2] < 0.05", False),
        ("gripper[1] > 7 or height == 0.25", True),
        ("not gripper[-1] > 5", False),
        ("0.2 < height <= 0.25", True),
        ("0.2 < height < 0.25", False),
        ("abs(tool_pose[1]) > 0.05", True),
        ("norm(tool_pose[:3] - [0.5, -0.1, 0.0]) < 0.0801", True),
        ("norm(tool_pose[:3] - [0.5, -0.1, 0.0]) < 0.0799", False),
        ("max(tool_pose[:3]) == 0.5 and min(height, 0.1, gripper) == 0.03", True),
        ("max(abs(tool_pose[1:2])) == 0.1", True),
        ("2 * height + gripper[0] / 3 - 0.01 == 0.5", True),
        ("-height < +height", True),
        ("height / -2 < -0.1", True),
        ("'red block|the table' in contacts", True),
        ("'green' not in contacts and contacts != ''", True),
        ("True", True),
    ],
)
def test_what_a_condition_means(text: str, expected: bool) -> None:
    assert holds(text) is expected


def test_a_number_that_is_none_fulfils_no_comparison_and_each_sensor_is_read_once() -> None:
    reads: list[str] = []

    def read(name: str) -> Any:
        reads.append(name)
        return math.nan

    condition = Condition("height > 1 or height < 1 or height == 1", SPECS)
    assert not condition.holds(read)
    assert reads == ["height"]
    assert not Condition("height > 1 and gripper[0] > 1", SPECS).holds(read)
    assert reads == ["height", "height"], "the rest is not needed"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("griper[1] > 5", "unknown sensor 'griper'. Did you mean 'gripper'?"),
        ("gripper > 5", "compares 2 numbers with a number: compare single numbers"),
        ("gripper[2] > 5", r"gripper has 2 numbers, from gripper\[0\] to gripper\[1\]"),
        ("gripper[height] > 5", "an index is a whole number"),
        ("gripper[1.0] > 5", "an index is a whole number"),
        ("gripper[2:] > 5", "is empty: gripper has 2 numbers"),
        ("gripper[::2][0] > 5", "no step"),
        ("height[0] > 5", "has no parts"),
        ("height", "it is a number, neither true nor false: compare it"),
        ("height and height > 1", "compare it with something"),
        ("norm(tool_pose - gripper) < 1", "7 numbers and 2 numbers: they need the same length"),
        ("height / gripper[0] < 1", "divide by a number that is not 0"),
        ("height / 0 < 1", "divide by a number that is not 0"),
        ("height ** 2 < 1", r"there are \+ - \* / of numbers"),
        ("contacts > 3", "compares a text with a number"),
        ("height in contacts", "compares a number with a text"),
        ("overhead_rgb[0] > 3", "a condition cannot look at pictures"),
        ("sqrt(height) > 1", "unknown function 'sqrt'"),
        ("mx(gripper) > 1", "Did you mean 'max'?"),
        ("norm() > 1", "norm takes numbers"),
        ("norm(*gripper) > 1", "norm takes numbers"),
        ("norm(contacts) > 1", "norm takes a number or a vector"),
        ("abs(height, height) > 1", "abs takes a number or a vector"),
        ("~height > 1", "is no number"),
        ("__import__('os').system('x') == 0", "unknown function"),
        ("().__class__ == 1", "cannot stand in a condition"),
        ("(lambda: 1)() > 0", "unknown function"),
        ("[h for h in gripper] == 1", "cannot stand in a condition"),
        ("height > 1 if True else False", "cannot stand in a condition"),
        ("(h := height) > 1", "cannot stand in a condition"),
        ("b'x' in contacts", "cannot stand in a condition"),
        ("[] == 1", "cannot stand in a condition"),
        ("[contacts][0] > 1", "in a list stand single numbers"),
        ("height >", "invalid syntax"),
        ("height > 1\nheight > 2", "invalid syntax"),
        ("height > " + "1" * 400, "too large a number"),
        ("(" * 250 + ")" * 240, "condition"),
        ("+".join(["1"] * 100) + " > height", "too long"),
        ("", "expected a condition on sensors, such as"),
        ("height > 1" + " " * 600, "of 500 characters at most"),
        (3, "expected a condition on sensors"),
    ],
)
def test_what_is_no_condition_is_told_what_to_write(text: Any, told: str) -> None:
    with pytest.raises(InvalidArgument, match=told):
        Condition(text, SPECS)


def test_a_condition_ends_a_motion_on_the_way() -> None:
    backend = FakeArm()
    arm = MotionArm(backend)
    arm.move_to([0.5, 0.0, 0.3])
    result = arm.move_linear([0.5, 0.0, 0.1], until="tool_pose[2] < 0.2")
    assert result.stopped_by == "tool_pose[2] < 0.2"
    assert 0.18 < result.reached.position[2] < 0.2
    assert arm.pose().position[2] == pytest.approx(result.reached.position[2])
    assert result.position_error == pytest.approx(result.reached.position[2] - 0.1)
    before = backend.time
    again = arm.move_by([0, 0, -0.05], until="tool_pose[2] < 0.2")
    assert again.stopped_by
    assert backend.time == before, "what holds already lets nothing move"
    there = arm.move_linear([0.5, 0.0, 0.3], until="tool_pose[2] > 0.5")
    assert there.stopped_by == ""
    assert there.position_error < 0.002


def test_a_function_of_the_sensors_is_a_condition() -> None:
    backend = FakeArm()
    arm = MotionArm(backend)
    looked_at: set[str] = set()

    def is_low(sensors: Mapping[str, Any]) -> bool:
        looked_at.update(sensors)
        return bool(sensors["tool_pose"][2] < 0.2 and sensors["gripper"][0] > 0.0)

    arm.move_to([0.5, 0.0, 0.3])
    result = arm.move_linear([0.5, 0.0, 0.1], until=is_low)
    assert result.stopped_by == "is_low"
    assert 0.18 < result.reached.position[2] < 0.2
    assert looked_at == {"joint_positions", "joint_velocities", "joint_efforts", "tool_pose", "gripper"}
    assert arm.wait_for(is_low, timeout=1)
    assert not arm.wait_for(lambda _: False, timeout=1)
    with pytest.raises(KeyError, match="tool_pos"):
        arm.home(until=lambda sensors: sensors["tool_pos"])


def test_every_motion_takes_a_condition() -> None:
    arm, joints = MotionArm(FakeArm()), JointArm(FakeArm())
    now = "norm(joint_velocities) < 1"
    assert arm.home(until=now).stopped_by == now
    assert arm.move_to([0.5, 0, 0.3], until=now).stopped_by == now
    assert arm.rotate(0.3, until=now).stopped_by == now
    assert joints.move_joints(joints.joints().positions + 0.1, until=now).stopped_by == now
    assert joints.move_velocities([0.1] * 7, 1.0, until=now).stopped_by == now
    with pytest.raises(InvalidArgument, match="Did you mean 'joint_velocities'"):
        arm.home(until="norm(joint_velocity) < 1")


def test_a_condition_is_waited_for() -> None:
    backend = FakeArm()
    arm = MotionArm(backend)
    assert arm.wait_for("gripper[0] > 0.07", timeout=3)
    assert backend.time == 0
    assert not arm.wait_for("gripper[0] < 0.07", timeout=3)
    assert backend.time == 3
    with pytest.raises(InvalidArgument, match="timeout"):
        arm.wait_for("gripper[0] < 0.07", timeout=-1)
