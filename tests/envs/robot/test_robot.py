"""A robot behind a controller in a process of its own, driven through the primitives."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embodied_codeact.bridge.security import create_keys
from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.driver import Trouble
from embodied_codeact.envs.robot.adapter import RobotAdapter
from embodied_codeact.envs.robot.environment import FREE, RobotEnvironment, RobotOptions
from embodied_codeact.envs.robot.errors import MotionFailed
from embodied_codeact.errors import (
    BridgeError,
    CommandRefused,
    ConfigurationError,
    EnvironmentFailure,
    InvalidArgument,
    Stopped,
)
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, OutOfReach, UnknownObject
from embodied_codeact.registry import open_environment
from tests.controller.kinematic import KinematicDriver, served
from tests.envs.robot.arm_process import TOOL, URDF, arm_process, panda

TASK = Task(FREE, "robot", "do what the user asks", metadata={"type": FREE})
PATIENT = 1.0
"""Seconds of silence that the controller grants: these tests are not about the deadman, and share their machine."""


class Stop:
    """The stop flag of a world."""

    def __init__(self) -> None:
        self.level = "normal"

    @property
    def context(self) -> WorldContext:
        return WorldContext(stop_requested=lambda: self.level != "normal", stop_level=lambda: self.level)


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    with arm_process() as endpoint:
        yield endpoint


@contextlib.contextmanager
def adapter_at(endpoint: str, stop: Stop | None = None, **options: Any) -> Iterator[RobotAdapter]:
    given = RobotOptions(**{"controller": endpoint, "ttl": PATIENT, **options})
    adapter = RobotAdapter(given, (stop or Stop()).context)
    try:
        adapter.reset(TASK)
        yield adapter
    finally:
        adapter.close()


@pytest.fixture
def robot(process: str) -> Iterator[dict[str, Any]]:
    with adapter_at(process) as adapter:
        adapter.primitives()["arm"].home()
        yield dict(adapter.primitives())


pytestmark = pytest.mark.keeps_processes


def test_it_keeps_the_contract_of_environments(process: str) -> None:
    check_environment(RobotEnvironment(), {"controller": process, "ttl": str(PATIENT)})


def test_the_tool_goes_where_it_is_sent(robot: dict[str, Any]) -> None:
    arm = robot["arm"]
    first = arm.move_to([0.5, 0.1, 0.3], yaw=0.4)
    assert first.position_error < 1e-5
    assert first.rotation_error < 1e-4
    np.testing.assert_allclose(arm.pose().position, [0.5, 0.1, 0.3], atol=1e-5)
    down = arm.move_linear([0.5, 0.1, 0.15], speed=0.8)
    # 0.15 m at 0.2 m/s, at the least.
    assert down.duration > 0.75
    arm.move_by([0, -0.1, 0])
    np.testing.assert_allclose(arm.pose().position, [0.5, 0.0, 0.15], atol=1e-5)
    assert arm.rotate(0.3).rotation_error < 1e-4
    assert arm.can_reach([0.5, 0.2, 0.3])
    assert not arm.can_reach([1.3, 0.0, 0.3])
    arm.wait(0.05)


def test_a_condition_ends_a_motion_and_nothing_is_latched(robot: dict[str, Any]) -> None:
    arm, low = robot["arm"], "tool_pose[2] < 0.2"
    arm.move_to([0.5, 0.0, 0.3])
    ended = arm.move_linear([0.5, 0.0, 0.1], until=low)
    assert ended.stopped_by == low
    assert 0.11 < ended.reached.position[2] < 0.2
    assert arm.move_linear([0.5, 0.0, 0.1], until=low).duration < 0.1
    whole = arm.move_linear([0.5, 0.0, 0.3], until="tool_pose[2] > 0.9")
    assert whole.stopped_by == ""
    assert whole.position_error < 1e-4
    assert arm.wait_for("gripper[0] > 0.01", timeout=1.0)
    assert not arm.wait_for(low, timeout=0.05)


def test_sensors_are_streamed_while_it_moves(process: str) -> None:
    ticks: list[float] = []
    context = WorldContext(tick=lambda: ticks.append(time.monotonic()))
    adapter = RobotAdapter(RobotOptions(controller=process, ttl=PATIENT), context)
    try:
        adapter.reset(TASK)
        arm = adapter.primitives()["arm"]
        arm.home()
        ticks.clear()
        arm.move_to([0.5, 0.1, 0.3])
        assert len(ticks) > 20
        assert max(np.diff(ticks)) < PATIENT
    finally:
        adapter.close()


def test_what_it_cannot_know_it_does_not_claim(robot: dict[str, Any]) -> None:
    arm, gripper = robot["arm"], robot["gripper"]
    assert np.isnan(arm.joints().efforts).all()
    assert math.isnan(arm.limits().payload)
    with pytest.raises(UnknownObject, match="no objects are perceived"):
        arm.move_to([0.5, 0, 0.3], touching=["red block"])
    held = gripper.close(force=10)
    assert (held.width, held.force, held.holding) == (0.04, 10.0, "unknown object")
    assert gripper.open().holding is None


def test_beyond_its_limits_nothing_moves(robot: dict[str, Any]) -> None:
    arm = robot["arm"]
    before = arm.joints().positions
    for position in ([1.2, 0, 0.3], [0.5, 0, -0.1]):
        with pytest.raises(OutOfReach, match="the nearest point"):
            arm.move_to(position)
    with pytest.raises(LimitExceeded):
        robot["gripper"].close(force=500)
    assert np.array_equal(arm.joints().positions, before)


def test_joints_are_driven_too(process: str) -> None:
    with adapter_at(process, level="joints") as adapter:
        arm = adapter.primitives()["arm"]
        goal = panda().home + np.array([0.2, 0, 0, 0, 0, 0, -0.3])
        np.testing.assert_allclose(arm.move_joints(goal, speed=0.5).joints, goal, atol=1e-9)
        moved = arm.move_velocities([0.1, 0, 0, 0, 0, 0, 0], 0.5)
        assert moved.joints[0] > goal[0] + 0.045
        position = arm.forward(arm.joints().positions).position
        np.testing.assert_allclose(position, arm.pose().position, atol=1e-9)
        assert arm.jacobian(goal).shape == (6, 7)
        arm.home()


def test_options_hold(process: str) -> None:
    box = "0.3,-0.2,0.1,0.6,0.2,0.5"
    with adapter_at(process, workspace=box, full_speed=0.1, tool_speed=0.05) as adapter:
        limits = adapter.primitives()["arm"].limits()
        np.testing.assert_allclose(limits.joint_velocity, 0.1 * panda().velocity)
        assert limits.workspace_upper.tolist() == [0.6, 0.2, 0.5]
        assert "[0.3, -0.2, 0.1] to [0.6, 0.2, 0.5]" in adapter.guide
        assert "10% of what the joints may do" in adapter.guide
        assert adapter.primitives()["arm"].move_by([0, 0, 0.05]).duration > 1.0
        with pytest.raises(OutOfReach, match="outside of the workspace"):
            adapter.primitives()["arm"].move_to([0.7, 0, 0.3])
        adapter.primitives()["arm"].home()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workspace": "1,2,3"}, "six numbers"),
        ({"workspace": "1,0,0,0,1,1"}, "six numbers"),
        ({"workspace": "0,0,0,nan,1,1"}, "six numbers"),
        ({"workspace": "0.5,-1,0,1,1,1"}, "at home the tool of kinematic Panda is at"),
        ({"full_speed": "0"}, "full_speed"),
        ({"full_speed": "1.5"}, "full_speed"),
        ({"tool_speed": "inf"}, "tool_speed"),
        ({"ttl": "-1"}, "ttl"),
        ({"key": "mine.key_secret"}, "name both"),
        ({"key": "missing.key_secret", "server_key": "missing.key"}, "there is no key at"),
        ({"urdf": "missing.urdf"}, "cannot read it"),
        ({"tool": "panda_thumb"}, "unknown link 'panda_thumb'"),
    ],
)
def test_options_that_cannot_be_used_are_told_in_one_line(process: str, options: dict[str, str], message: str) -> None:
    environment, typed = open_environment(f"robot:{process}", options)
    with pytest.raises(ConfigurationError, match=message) as told:
        environment.tasks(typed) and environment.adapter(typed, WorldContext())
    assert "\n" not in str(told.value)


def test_without_a_controller_it_says_so() -> None:
    environment, typed = open_environment("robot", {})
    with pytest.raises(ConfigurationError, match="say which robot: robot:ENDPOINT"):
        environment.tasks(typed)
    environment, typed = open_environment("robot:tcp://127.0.0.1:9", {})
    with pytest.raises(BridgeError, match="no controller answers at"):
        environment.adapter(typed, WorldContext())


def moving(arm: Any, watcher: ControllerClient) -> tuple[threading.Thread, list[Exception]]:
    """A long motion under way in a thread of its own."""
    errors: list[Exception] = []

    def move() -> None:
        try:
            arm.move_to([0.4, 0.4, 0.4], speed=0.1)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            errors.append(error)

    thread = threading.Thread(target=move)
    thread.start()
    deadline = time.monotonic() + 30.0
    while not watcher.state(fresh=True).velocities.any():
        assert thread.is_alive(), errors
        assert time.monotonic() < deadline, "the arm does not move"
        time.sleep(0.01)
    return thread, errors


@pytest.mark.parametrize(("level", "latched"), [("interrupt", "normal"), ("emergency stop", "protective stop")])
def test_a_stop_of_the_world_goes_on_to_the_controller(process: str, level: str, latched: str) -> None:
    stop = Stop()
    with adapter_at(process, stop) as adapter, ControllerClient(process) as watcher:
        arm = adapter.primitives()["arm"]
        thread, errors = moving(arm, watcher)
        stop.level = level
        thread.join(timeout=30)
        assert isinstance(errors[0], Stopped)
        state = watcher.state(fresh=True)
        assert not state.velocities.any()
        assert state.status.stop == latched
        with pytest.raises(Stopped):
            arm.home()
        with pytest.raises(Stopped):
            arm.wait(1.0)
        # Cleared here by a person, it is cleared there with the next motion: and that is the one that was asked for.
        stop.level = "normal"
        adapter.reset(TASK)
        assert arm.home().position_error < 1e-5
        assert watcher.ping().stop == "normal"


def test_a_stop_of_the_controllers_own_is_left_to_a_person(process: str) -> None:
    with adapter_at(process) as adapter, ControllerClient(process) as operator:
        arm = adapter.primitives()["arm"]
        thread, errors = moving(arm, operator)
        operator.stop("a hand in the way")
        thread.join(timeout=30)
        assert isinstance(errors[0], Stopped)
        assert "emergency stop (a hand in the way)" in str(errors[0])
        with pytest.raises(Stopped, match=f"embodied-codeact controller clear {process}"):
            arm.home()
        assert adapter.observe().state["stop"] == "emergency stop"
        with pytest.raises(EnvironmentFailure, match="a hand in the way"):
            adapter.reset(TASK)
        operator.clear()
        adapter.reset(TASK)
        arm.home()


def test_an_emergency_stop_of_another_is_never_cleared_with_ours(process: str) -> None:
    stop = Stop()
    with adapter_at(process, stop) as adapter, ControllerClient(process) as operator:
        thread, _ = moving(adapter.primitives()["arm"], operator)
        stop.level = "protective stop"
        thread.join(timeout=30)
        operator.stop("and I mean it")
        stop.level = "normal"
        with pytest.raises(Stopped, match="and I mean it"):
            adapter.primitives()["arm"].home()
        operator.clear()
        adapter.primitives()["arm"].home()


def test_while_another_commands_nothing_moves(process: str) -> None:
    with adapter_at(process) as adapter, ControllerClient(process) as other:
        other.acquire()
        with pytest.raises(CommandRefused, match="commander"):
            adapter.primitives()["arm"].move_by([0, 0, 0.02])
        other.release()
        adapter.primitives()["arm"].home()


def test_keys_are_used(tmp_path: Path) -> None:
    for name in ("controller", "robot", "stranger"):
        create_keys(tmp_path / name, name)
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "robot.key").write_bytes((tmp_path / "robot" / "robot.key").read_bytes())
    theirs = str(tmp_path / "controller" / "controller.key")
    with arm_process(keys=(tmp_path / "controller" / "controller.key_secret", allowed)) as endpoint:
        mine = str(tmp_path / "robot" / "robot.key_secret")
        with adapter_at(endpoint, key=mine, server_key=theirs) as adapter:
            assert adapter.observe().state["stop"] == "normal"
        stranger = str(tmp_path / "stranger" / "stranger.key_secret")
        with (
            pytest.raises(BridgeError, match="does not know this key"),
            adapter_at(endpoint, key=stranger, server_key=theirs),
        ):
            pass


# What a controller may say, and do.


class Troubled(KinematicDriver):
    """Ends each motion after a while, and says why."""

    why: Trouble | None = None
    ticks = 0

    def begin_motion(self, gripper: bool, extra: object) -> None:
        del gripper, extra
        self.ticks = 0

    def trouble(self) -> Trouble | None:
        self.ticks += 1
        return self.why if self.ticks > 20 else None


@pytest.mark.parametrize(
    ("kind", "error"), [("Collision", Collision), ("", MotionFailed), ("no such error", MotionFailed)]
)
def test_what_a_controller_ends_itself_is_told_by_its_kind(kind: str, error: type[Exception]) -> None:
    driver = Troubled(panda())
    driver.why = Trouble(kind, "met the table")
    with served(driver) as endpoint, adapter_at(endpoint) as adapter:
        with pytest.raises(error, match="met the table"):
            adapter.primitives()["arm"].move_by([0, 0, 0.1])
        assert not adapter.observe().sensors["joint_velocities"].any()


def test_a_controller_that_was_started_anew_is_found_again(tmp_path: Path) -> None:
    endpoint = f"ipc://{tmp_path}/controller"
    with contextlib.ExitStack() as stack:
        with served(KinematicDriver(panda()), endpoint):
            adapter = stack.enter_context(adapter_at(endpoint))
            adapter.primitives()["arm"].move_by([0, 0, 0.02])
        with served(KinematicDriver(panda()), endpoint):
            with pytest.raises(BridgeError):
                adapter.primitives()["arm"].move_by([0, 0, 0.02])
            adapter.reset(TASK)
            assert adapter.primitives()["arm"].move_by([0, 0, 0.02]).position_error < 1e-5
        with (
            served(KinematicDriver(panda(upper=panda().upper - 0.1)), endpoint),
            pytest.raises(EnvironmentFailure, match="another robot"),
        ):
            adapter.reset(TASK)


def test_a_robot_without_a_gripper_offers_none() -> None:
    with served(KinematicDriver(panda(gripper=None))) as endpoint, adapter_at(endpoint) as adapter:
        assert list(adapter.primitives()) == ["arm"]
        assert "There is no gripper." in adapter.guide
        assert adapter.observe().state["gripper_width"] is None
        with pytest.raises(InvalidArgument):
            adapter._arm.move_gripper(0.01, force=1.0)


def test_something_real_says_so_and_a_urdf_of_ones_own_is_taken() -> None:
    environment = RobotEnvironment()
    robot = panda(simulated=False, urdf="", tool="")
    with served(KinematicDriver(robot)) as endpoint:
        with pytest.raises(ConfigurationError, match="gives no URDF"):
            environment.adapter(RobotOptions(controller=endpoint), WorldContext())
        options = RobotOptions(controller=endpoint, urdf=str(URDF), tool=TOOL)
        environment.adapter(options, WorldContext()).close()
    assert environment.real
    assert [spec.name for spec in environment.sensors] == [
        "joint_positions",
        "joint_velocities",
        "tool_pose",
        "gripper",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"velocity": np.zeros(7)}, "not above 0"),
        ({"home": np.full(7, 9.0)}, "whose home is not within its limits"),
        ({"joints": ["a"] * 7}, "two of one name"),
        ({"urdf": "<robot name='x'/>"}, "unknown link"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    driver = KinematicDriver(panda())
    driver.description = panda(**changes)
    with served(driver) as endpoint, pytest.raises(ConfigurationError, match=message), adapter_at(endpoint):
        pass
