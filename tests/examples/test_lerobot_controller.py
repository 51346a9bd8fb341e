"""The LeRobot controller: units, limits, a stop that never releases torque; with LeRobot itself where it is installed.

LeRobot needs an environment of its own: EMBODIED_CODEACT_LEROBOT_PYTHON names its Python (examples/lerobot_controller/
requirements.txt says what belongs into it). Without it the same driver is tested on a robot that looks like LeRobot's.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embodied_codeact.contracts import WorldContext
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.conformance import connect, prove
from embodied_codeact.envs.robot.adapter import RobotAdapter
from embodied_codeact.envs.robot.environment import RobotOptions
from embodied_codeact.envs.robot.errors import MotionFailed
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure
from embodied_codeact.primitives.arm_errors import OutOfReach
from tests.conftest import REPOSITORY
from tests.controller.kinematic import served
from tests.examples.sluggish import Servos, Sluggish

EXAMPLE = REPOSITORY / "examples" / "lerobot_controller"
sys.path.insert(0, str(EXAMPLE))

import lerobot_controller  # noqa: E402
from lerobot_driver import LeRobotDriver  # noqa: E402
from lerobot_settings import read_settings  # noqa: E402

LEROBOT_PYTHON = os.environ.get("EMBODIED_CODEACT_LEROBOT_PYTHON", "")
needs_lerobot = pytest.mark.skipif(
    not LEROBOT_PYTHON, reason="set EMBODIED_CODEACT_LEROBOT_PYTHON to the Python of an environment that has LeRobot"
)

URDF = """
<robot name="five joints">
  <link name="base"/><link name="post"/><link name="upper"/><link name="fore"/><link name="hand"/><link name="roll"/>
  <link name="tip"/>
  <joint name="pan" type="revolute"><parent link="base"/><child link="post"/><origin xyz="0 0 0.06"/><axis xyz="0 0 1"/>
  </joint>
  <joint name="lift" type="revolute"><parent link="post"/><child link="upper"/><origin xyz="0 0 0.05"/>
    <axis xyz="0 1 0"/></joint>
  <joint name="elbow" type="revolute"><parent link="upper"/><child link="fore"/><origin xyz="0 0 0.12"/>
    <axis xyz="0 1 0"/></joint>
  <joint name="wrist" type="revolute"><parent link="fore"/><child link="hand"/><origin xyz="0 0 0.13"/>
    <axis xyz="0 1 0"/></joint>
  <joint name="roll" type="revolute"><parent link="hand"/><child link="roll"/><origin xyz="0 0 0.06"/>
    <axis xyz="0 0 1"/></joint>
  <joint name="tool" type="fixed"><parent link="roll"/><child link="tip"/><origin xyz="0 0 0.08"/></joint>
</robot>
"""
SETTINGS = """
robot: {type: sluggish, id: test, calibration_dir: FOLDER, log: FOLDER/torque.log}
modules: [lerobot_robot_sluggish]
name: five servos
joints:
  - {name: pan, motor: shoulder_pan, lower: -1.9, upper: 1.9, velocity: 1.0, acceleration: 4.0, jerk: 40.0}
  - {name: lift, motor: shoulder_lift, lower: -1.9, upper: 1.9, velocity: 1.0, acceleration: 4.0, jerk: 40.0}
  # Turned the other way round.
  - {name: elbow, motor: elbow_flex, sign: -1, lower: -1.9, upper: 1.9, velocity: 1.0, acceleration: 4.0, jerk: 40.0}
  # In percent, with the zero elsewhere.
  - {name: wrist, motor: wrist_flex, unit: range, at: [-1.0, 3.36], lower: -1.0, upper: 3.3, velocity: 1.0,
     acceleration: 4.0, jerk: 40.0}
  - {name: roll, motor: wrist_roll, lower: -2.5, upper: 2.5, velocity: 1.0, acceleration: 4.0, jerk: 40.0}
gripper: {motor: gripper, closed: 0, open: 100, width: 0.07, speed: 0.2, force: 5.0}
home: [0.0, 0.5, 1.3, 1.34, 0.0]
urdf: five.urdf
tool: tip
rate_hz: 50
simulated: true
"""
STARTS = np.array([0.0, math.radians(28.6), math.radians(74.5), 1.18 + 2.18 * 0.537, 0.0])
"""Where the servos stand, rad, worked out by hand from the settings."""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "five.urdf").write_text(URDF)
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS.replace("FOLDER", str(tmp_path)))
    return path


def driver_of(settings: Path, servos: Servos) -> LeRobotDriver:
    read = read_settings(settings)
    return LeRobotDriver(Sluggish(servos), read, read.description(settings.parent))


@contextlib.contextmanager
def robot_at(endpoint: str, **options: Any) -> Iterator[RobotAdapter]:
    adapter = RobotAdapter(RobotOptions(controller=endpoint, ttl=1.0, **options), WorldContext())
    try:
        yield adapter
    finally:
        adapter.close()


def drive(endpoint: str) -> None:
    """What an agent does with such an arm: five joints reach what points down, and say what they do not."""
    with robot_at(endpoint) as robot:
        arm, gripper = robot.primitives()["arm"], robot.primitives()["gripper"]
        place = [0.16, 0.08, 0.09]
        reached = arm.move_to(place, yaw=2.8)
        # Servos are where their encoders say, and these have steps of 1.5 mrad.
        assert reached.position_error < 0.002
        np.testing.assert_allclose(arm.pose().position, place, atol=0.002)
        assert arm.move_linear([0.16, 0.0, 0.09], speed=0.5).position_error < 0.002
        with pytest.raises(OutOfReach):
            arm.move_to([0.16, 0.0, 0.09], orientation=[0.5, 0.5, 0.5, 0.5])
        assert gripper.move(0.03).width == pytest.approx(0.03, abs=0.001)
        assert gripper.open().width == pytest.approx(0.07, abs=0.001)


def test_units_are_those_of_the_urdf(settings: Path) -> None:
    servos = Servos()
    driver = driver_of(settings, servos)
    np.testing.assert_allclose(driver.read().positions, STARTS, atol=0.002)
    # From the first moment on, each motor is held where it is, whatever goal it remembered.
    first = servos.sent[0]
    assert first["shoulder_lift.pos"] == pytest.approx(28.6, abs=0.1)
    assert first["wrist_flex.pos"] == pytest.approx(53.7, abs=0.1)
    driver.command(np.array([0.1, 0.6, 1.4, 1.5, -0.2]), np.zeros(5))
    driver.tick()
    sent = servos.sent[-1]
    assert sent["shoulder_pan.pos"] == pytest.approx(math.degrees(0.1))
    assert sent["elbow_flex.pos"] == pytest.approx(-math.degrees(1.4))
    assert sent["wrist_flex.pos"] == pytest.approx((1.5 - 1.18) / 2.18 * 100)


def test_it_is_driven_like_any_robot(settings: Path) -> None:
    servos = Servos()
    with served(driver_of(settings, servos)) as endpoint:
        drive(endpoint)
    assert not servos.connected


def test_the_gripper_holds_what_it_has(settings: Path) -> None:
    servos = Servos(thing=40.0)
    with served(driver_of(settings, servos)) as endpoint, robot_at(endpoint) as robot:
        held = robot.primitives()["gripper"].close(force=3.0)
        assert held.width == pytest.approx(0.028, abs=0.001)
        assert (held.force, held.holding) == (3.0, "unknown object")
        with ControllerClient(endpoint) as operator:
            operator.stop("look")
            time.sleep(0.2)
            reading = operator.state(fresh=True).gripper
            assert reading is not None
            assert reading.force == 3.0
        assert servos.goals["gripper"] < 5.0


def test_what_the_robots_own_limits_hold_back_is_told(settings: Path) -> None:
    with (
        served(driver_of(settings, Servos(most=0.3))) as endpoint,
        robot_at(endpoint) as robot,
        pytest.raises(MotionFailed, match="max_relative_target"),
    ):
        robot.primitives()["arm"].move_by([0, 0, 0.04])


def test_a_bus_that_fails_now_and_then_is_borne_and_one_that_is_gone_is_not(settings: Path) -> None:
    servos = Servos()
    driver = driver_of(settings, servos)
    servos.failing = 3
    before = driver.read()
    driver.tick()
    driver.read()
    assert np.array_equal(driver.read().positions, before.positions)
    servos.failing = 100
    for _ in range(3):
        driver.read()
    with pytest.raises(EnvironmentFailure, match="4 times in a row"):
        driver.read()


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("name: pan", "name: lift", "names of their own"),
        ("home: [0.0, ", "home: [", "home has 4 positions"),
        ("home: [0.0", "home: [2.5", "lower, home and upper"),
        ("rate_hz: 50", "rate_hz: 0", "rate_hz"),
        ("jerk: 40.0", "jerk: .nan", "not finite"),
        ("jerk: 40.0", "jerk: 0", "above 0"),
        ("unit: range, ", "", "needs `at`"),
        ("width: 0.07", "width: 0", "the gripper needs"),
        ("velocity: 1.0, ", "", "required field `velocity`"),
        ("rate_hz", "rate", "unknown field `rate`"),
        ("tool: tip", "tool: [", "settings.yaml"),
        ("urdf: five.urdf", "urdf: six.urdf", "cannot read the URDF"),
        ("motor: shoulder_pan", "motor: hip", "the robot has no 'hip.pos'"),
        ("gripper: {", "constant: {", "the robot also takes 'gripper.pos'"),
    ],
)
def test_settings_that_make_no_sense_are_told_in_one_line(settings: Path, was: str, now: str, message: str) -> None:
    text = settings.read_text()
    assert was in text
    changed = text.replace(was, now, 1)
    if now == "constant: {":
        changed = "\n".join(line for line in changed.splitlines() if not line.startswith("constant"))
    settings.write_text(changed)
    with pytest.raises(ConfigurationError, match=message) as told:
        driver_of(settings, Servos())
    assert "\n" not in str(told.value)


def test_the_example_of_settings_can_be_used() -> None:
    settings = read_settings(EXAMPLE / "so101.yaml")
    assert settings.joints[0].key == "shoulder_pan.pos"


@dataclass
class Part:
    disable_torque_on_disconnect: bool = True
    port: str = ""


@dataclass
class TwoArms:
    left_arm_config: Part = field(default_factory=Part)
    right_arm_config: Part = field(default_factory=Part)
    id: str = ""


def test_torque_is_kept_in_every_part() -> None:
    both = TwoArms()
    assert lerobot_controller.keep_torque(both) == 2
    assert not both.left_arm_config.disable_torque_on_disconnect
    assert not both.right_arm_config.disable_torque_on_disconnect


class Unready:
    """A robot that is not there, or was never calibrated."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        self.is_calibrated = False
        self.left = False

    def connect(self, calibrate: bool = True) -> None:
        assert not calibrate
        if not self.there:
            raise ConnectionError("no such port")

    def disconnect(self) -> None:
        self.left = True

    def __str__(self) -> str:
        return "my arm"


def test_a_robot_that_is_not_ready_is_told_in_one_line() -> None:
    with pytest.raises(ConfigurationError, match="cannot connect to my arm: no such port"):
        lerobot_controller.connect(Unready(there=False))
    robot = Unready(there=True)
    with pytest.raises(ConfigurationError, match="my arm is not calibrated; do that first: lerobot-calibrate"):
        lerobot_controller.connect(robot)
    assert robot.left


# With LeRobot itself.


def lerobot(*words: object) -> list[str]:
    return [LEROBOT_PYTHON, *map(str, words)]


def environment() -> dict[str, str]:
    paths = [str(REPOSITORY), str(Path(__file__).parent), str(EXAMPLE)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


@contextlib.contextmanager
def controller_process(settings: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    words = lerobot(EXAMPLE / "lerobot_controller.py", settings, "--endpoint", "tcp://127.0.0.1:0")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "serving five servos at " in line, line
            yield line.partition(" at ")[2].partition(";")[0], process
        finally:
            process.terminate()
            process.wait(timeout=20)


@needs_lerobot
def test_a_robot_of_lerobots_own_interface_is_served_as_it_is(settings: Path) -> None:
    torque = settings.parent / "torque.log"
    with controller_process(settings) as (endpoint, process):
        drive(endpoint)
        with robot_at(endpoint) as robot, ControllerClient(endpoint) as operator:
            # Stopped amid a motion, it holds; nothing is let go of.
            operator.acquire(1.0)
            operator.release()
            operator.stop("a hand in the way")
            time.sleep(0.3)
            assert not operator.state(fresh=True).velocities.any()
            assert torque.read_text() == "torque on\n"
            operator.clear()
            assert robot.primitives()["arm"].home().position_error < 0.002
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert torque.read_text() == "torque on\ndisconnected under torque\n"


@needs_lerobot
@pytest.mark.slow
def test_it_passes_the_conformance_of_controllers(settings: Path) -> None:
    with controller_process(settings) as (endpoint, _):
        probe, _ = connect(endpoint, None)
        try:
            verdicts = prove(probe)
        finally:
            probe.close()
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) > 10


@needs_lerobot
def test_lerobots_own_so101_fits_the_example(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from lerobot_controller import make_robot, check_features, read_settings\n"
        f"settings = read_settings(Path({str(EXAMPLE / 'so101.yaml')!r}))\n"
        "robot = make_robot(settings)\n"
        "check_features(robot, settings)\n"
        "print(type(robot).__name__, robot.config.disable_torque_on_disconnect)\n"
    )
    done = subprocess.run(
        lerobot("-c", code),
        env={**environment(), "HF_LEROBOT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["SOFollower", "False"], done.stderr


@needs_lerobot
@pytest.mark.slow
@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("type: sluggish", "type: no_such_robot", "cannot use this configuration"),
        ("log: ", "port: ", "cannot use this configuration"),
        ("modules: [lerobot_robot_sluggish]", "modules: [no_such_module]", "no_such_module"),
        (
            "type: sluggish, id: test, calibration_dir: FOLDER, log: FOLDER/torque.log",
            "type: lets_go",
            "the arm may fall",
        ),
    ],
)
def test_what_lerobot_cannot_make_is_told_in_one_line(settings: Path, was: str, now: str, message: str) -> None:
    folder = str(settings.parent)
    text = settings.read_text()
    assert was.replace("FOLDER", folder) in text
    settings.write_text(text.replace(was.replace("FOLDER", folder), now, 1))
    words = lerobot(EXAMPLE / "lerobot_controller.py", settings)
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
