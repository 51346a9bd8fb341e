"""``Gripper``: widths and forces within the limits, and what it says about what it holds."""

from __future__ import annotations

from typing import Any

import pytest

from embodied_codeact.errors import InvalidArgument, PrimitiveError
from embodied_codeact.primitives.arm import MotionArm
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_fakes import FakeArm
from embodied_codeact.primitives.gripper import Gripper


@pytest.fixture
def backend() -> FakeArm:
    return FakeArm()


@pytest.mark.parametrize("names_held", [True, False])
def test_it_takes_hold_of_what_is_between_the_fingers_and_lets_it_fall(names_held: bool) -> None:
    backend = FakeArm(names_held=names_held)
    gripper, arm = Gripper(backend), MotionArm(backend)
    arm.move_to([0.40, 0.11, 0.02], yaw=0.0)
    held = gripper.close(force=12)
    assert held.width == pytest.approx(0.04)
    assert held.force == 12
    assert held.holding == ("red block" if names_held else "unknown object")
    arm.move_by([0.0, 0.0, 0.2])
    assert backend.table.named("red block").position[2] == pytest.approx(0.22, abs=1e-3)
    assert gripper.open().holding is None
    assert backend.table.named("red block").position[2] == pytest.approx(0.02)


def test_what_is_held_does_not_fall_through_narrower_fingers(backend: FakeArm) -> None:
    gripper, arm = Gripper(backend), MotionArm(backend)
    arm.move_to([0.40, 0.11, 0.02], yaw=0.0)
    gripper.close()
    with pytest.raises(InvalidArgument, match=r"holds red block, 0\.040 m wide, and does not open to 0\.010"):
        gripper.open(0.01)
    assert gripper.state().holding == "red block"
    assert gripper.open(0.06).holding is None


def test_widths_and_forces_are_passed_on(backend: FakeArm) -> None:
    gripper = Gripper(backend)
    assert gripper.open(0.05).width == 0.05
    assert gripper.move(0.02, force=5).width == 0.02
    assert gripper.close().holding is None
    assert gripper.open().width == 0.08


@pytest.mark.parametrize(
    ("method", "arguments", "options", "error", "says"),
    [
        ("open", (0.1,), {}, LimitExceeded, "width is 0.1 m: the gripper opens from 0 to 0.08 m"),
        ("open", (-0.01,), {}, LimitExceeded, "opens from 0 to 0.08 m"),
        ("open", ("wide",), {}, InvalidArgument, "width must be a width in metres, not str 'wide'"),
        ("move", (float("nan"),), {}, InvalidArgument, "width must be"),
        ("move", (0.02,), {"force": 0}, InvalidArgument, "force must be a force in newtons, above 0, not 0"),
        ("close", (), {"force": 500}, LimitExceeded, "force is 500 N: the gripper has at most 70 N"),
        ("close", (), {"force": None}, InvalidArgument, "force must be"),
    ],
)
def test_more_than_it_can_is_refused(
    backend: FakeArm, method: str, arguments: Any, options: Any, error: type[PrimitiveError], says: str
) -> None:
    with pytest.raises(error, match=says):
        getattr(Gripper(backend), method)(*arguments, **options)
    assert backend.gripper().width == 0.08
