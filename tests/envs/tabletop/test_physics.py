"""Physical honesty: contact and friction alone hold things, and the same commands give the same world."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pybullet
import pytest

from embodied_codeact.envs.tabletop.panda import HOME, LIMITS
from embodied_codeact.envs.tabletop.planning.trajectories import verify
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.simulation import RATE_HZ
from embodied_codeact.errors import Stopped
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, NothingGrasped, ObjectSlipped
from embodied_codeact.primitives.arm_types import Array
from tests.envs.tabletop.inspection import Inspection
from tests.envs.tabletop.tables import Table, block


@pytest.fixture
def table() -> Iterator[Table]:
    found = Table(block())
    yield found
    found.close()


def test_a_block_is_lifted_by_friction_and_falls_when_it_is_let_go(table: Table) -> None:
    constraints = pybullet.getNumConstraints(physicsClientId=table.simulation.client)
    result = table.arm.pick("red block")
    assert table.height("red block") > 0.1
    assert table.backend.gripper().holding == "red block"
    assert result.position_error < 0.002
    assert pybullet.getNumConstraints(physicsClientId=table.simulation.client) == constraints == 1
    table.backend.move_gripper(0.08, force=20.0)
    table.simulation.settle(2.0)
    assert table.height("red block") == pytest.approx(0.02, abs=0.002)
    assert table.backend.gripper().holding is None


def test_a_block_in_the_air_falls_as_gravity_wants(table: Table) -> None:
    table.build(block(at=(0.5, 0.2), z=0.3))
    # Building lets everything come to rest, so it lies on the table by now: nothing hangs in the air.
    assert table.height("red block") == pytest.approx(0.02, abs=0.002)


def test_what_rolls_does_not_rest_and_what_lies_does(table: Table) -> None:
    assert table.simulation.comes_to_rest(2.0)
    ball = ObjectSpec(name="ball", kind="soccer ball", size=(0.05, 0.05, 0.05), position=(0.45, 0.0, 0.025))
    table.build(ball)
    body = table.simulation.bodies["ball"]
    pybullet.resetBaseVelocity(body, (0.7, 0.0, 0.0), (0.0, 28.0, 0.0), physicsClientId=table.simulation.client)
    assert not table.simulation.comes_to_rest(0.5)


def test_what_is_too_heavy_is_not_lifted(table: Table) -> None:
    table.build(block(mass=6.0))
    with pytest.raises(ObjectSlipped, match="heavy"):
        table.arm.pick("red block")
    assert table.height("red block") < 0.03


def test_what_is_slippery_is_not_lifted(table: Table) -> None:
    table.build(block(friction=0.02))
    with pytest.raises((ObjectSlipped, NothingGrasped)):
        table.arm.pick("red block")
    assert table.backend.gripper().holding is None
    assert table.height("red block") < 0.03


def test_what_is_too_wide_is_refused(table: Table) -> None:
    table.build(block(size=(0.1, 0.1, 0.04)))
    with pytest.raises(LimitExceeded, match=r"0\.1"):
        table.arm.pick("red block")
    assert table.height("red block") == pytest.approx(0.02, abs=0.001)


def test_the_gripper_closes_on_a_wide_object_from_above_without_passing_into_it(table: Table) -> None:
    table.build(block(size=(0.1, 0.1, 0.04)))
    with pytest.raises(Collision, match="red block"):
        table.arm.move_linear([0.5, 0.0, 0.02])


def test_an_obstacle_that_planning_did_not_know_stops_the_arm(table: Table) -> None:
    """The planner is told that the table is empty; the arm then meets the block."""
    table.build(block(at=(0.5, 0.1), mass=20.0, size=(0.06, 0.06, 0.12), friction=1.0))
    table.backend._obstacles = list
    table.arm.move_to([0.5, -0.1, 0.06])
    with pytest.raises(Collision, match="red block"):
        table.arm.move_linear([0.5, 0.25, 0.06])
    assert table.backend.tool().position[1] < 0.1
    assert np.abs(table.backend.joints().velocities).max() < 0.01


def test_what_may_be_touched_is_not_pressed_from_above(table: Table) -> None:
    """The fingers open to 8 cm, so they would land on a block that is 9 cm long."""
    table.build(block(size=(0.03, 0.09, 0.03)))
    inspection = Inspection(table.simulation)
    table.arm.move_to([0.5, 0.0, 0.13], yaw=0.0)
    with pytest.raises(Collision, match="open the fingers wider, turn them"):
        table.arm.move_linear([0.5, 0.0, 0.01], yaw=0.0, touching=["red block"])
    table.arm.move_linear([0.5, 0.0, 0.01], yaw=np.pi / 2, touching=["red block"])
    assert inspection.problems() == []


def test_the_arm_stops_where_it_presses_on_what_it_may_touch(table: Table) -> None:
    """The planner takes the block to lie elsewhere, so the arm comes down on it."""
    table.build(block(at=(0.5, 0.1)))
    elsewhere = table.backend._obstacles()
    table.build(block(size=(0.03, 0.09, 0.06)))
    table.backend._obstacles = lambda: elsewhere
    table.arm.move_to([0.5, 0.0, 0.13], yaw=0.0)
    with pytest.raises(Collision, match="pressed down on 'red block'"):
        table.arm.move_linear([0.5, 0.0, 0.01], yaw=0.0, speed=0.2, touching=["red block"])
    assert np.abs(table.backend.joints().velocities).max() < 0.01


def test_same_commands_give_the_same_bits_after_other_episodes() -> None:
    def joint_states(table: Table) -> bytes:
        table.build(block(yaw=0.4), block("green block", (0.4, 0.2), yaw=1.0))
        rows: list[Array] = []
        table.simulation.hooks = [lambda: rows.append(np.concatenate(table.simulation.joints()))]
        table.arm.pick("red block")
        table.arm.place("green block")
        table.simulation.hooks = []
        return np.array(rows).tobytes()

    fresh, used = Table(), Table(block(), block("blue block", (0.6, 0.2)))
    try:
        used.arm.pick("blue block")
        used.arm.move_to([0.4, -0.3, 0.3])
        assert joint_states(fresh) == joint_states(used)
    finally:
        fresh.close()
        used.close()


@pytest.mark.parametrize("after_steps", [1, 37, 120, 200])
def test_a_stop_at_any_step_ends_in_planned_rest(after_steps: int) -> None:
    stop = False
    table = Table(block(), stop_requested=lambda: stop)
    velocities: list[Array] = []

    def watch() -> None:
        nonlocal stop
        velocities.append(table.simulation.joints()[1][:7])
        stop = stop or len(velocities) == after_steps

    table.simulation.hooks = [watch]
    try:
        with pytest.raises(Stopped):
            table.backend.move_joints([0.6, 0.3, 0.2, -1.9, 0.2, 2.2, 1.2])
        rows = np.array(velocities)
        accelerations = np.diff(rows, axis=0) * RATE_HZ
        jerks = np.diff(accelerations, axis=0) * RATE_HZ
        assert np.abs(rows[-1]).max() < 0.01
        assert (np.abs(accelerations) <= LIMITS.joint_acceleration).all()
        assert (np.abs(jerks) <= LIMITS.joint_jerk).all()
        # At rest within half a second, and able to go on once the stop is cleared.
        assert len(rows) - after_steps < RATE_HZ / 2
        stop = False
        table.simulation.hooks = []
        assert table.arm.home().position_error < 0.001
    finally:
        table.close()


def test_a_stop_while_the_fingers_press_does_not_drop_what_is_held() -> None:
    stop = False
    table = Table(block(), stop_requested=lambda: stop)
    try:
        table.arm.pick("red block")
        height, stop = table.height("red block"), True
        with pytest.raises(Stopped):
            table.backend.move_gripper(0.0, force=30.0)
        with pytest.raises(Stopped):
            table.backend.wait(1.0)
        stop = False
        table.backend.wait(0.5)
        assert table.height("red block") == pytest.approx(height, abs=0.003)
        assert table.backend.gripper().holding == "red block"
    finally:
        table.close()


def test_household_objects_stand_still_where_they_are_put() -> None:
    from embodied_codeact.envs.tabletop.catalog import HOUSEHOLD_SIZES

    objects = [
        ObjectSpec(name=kind, kind=kind, size=size, position=(0.35 + 0.12 * (i % 3), 0.2 * (i // 3), size[2] / 2))
        for i, (kind, size) in enumerate(HOUSEHOLD_SIZES.items())
    ]
    table = Table(*objects)
    try:
        for spec in objects:
            position, _ = table.simulation.pose(spec.name)
            assert position[:2] == pytest.approx(spec.position[:2], abs=0.015), spec.name
            assert -0.002 < position[2] - spec.position[2] < 0.01, spec.name
    finally:
        table.close()


def test_commands_keep_the_limits_that_were_verified() -> None:
    from embodied_codeact.envs.tabletop.planning.trajectories import through_joints

    plan = through_joints(np.array(HOME), [np.array(HOME) + 0.3], LIMITS)
    assert verify(np.array(HOME), plan, LIMITS) == []


def test_the_inspection_sees_what_is_not_honest(table: Table) -> None:
    inspection = Inspection(table.simulation)
    table.arm.pick("red block")
    assert inspection.problems() == []
    assert 0.0 < inspection.deepest < 0.003
    table.simulation.command_arm(np.array(HOME) + 0.5, np.zeros(7))
    for _ in range(20):
        table.simulation.step()
    inspection.end()
    assert any("jerks" in problem for problem in inspection.problems())
