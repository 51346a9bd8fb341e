"""The tabletop's sensors as streams, and conditions on them in real physics."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.bridge.streams import SensorReader
from embodied_codeact.contracts import Task
from embodied_codeact.envs.tabletop.environment import GUIDE
from embodied_codeact.envs.tabletop.sensors import SENSORS
from embodied_codeact.primitives.arm import MotionArm
from tests.envs.tabletop.tables import Table, block

pytestmark = pytest.mark.keeps_processes
LIFT = Task("lift", "tabletop", "", seed=0)
MOVES = "for y in (0.2, -0.2, 0.2, -0.2):\n    arm.move_to([0.5, y, 0.4])"


@pytest.fixture(scope="module")
def session() -> Iterator[EnvironmentClient]:
    with local_session("tabletop", sandbox="best") as client:
        yield client


def seen(reader: SensorReader, count: int) -> dict[str, list[np.ndarray]]:
    """At least one value of each sensor, and so many in all."""
    found: dict[str, list[np.ndarray]] = {}
    names = set(reader._names.values())
    while sum(map(len, found.values())) < count or set(found) < names:
        sample = reader.read(60)
        found.setdefault(sample.name, []).append(sample.value)
    return found


def test_every_sensor_is_streamed_as_it_is_declared(session: EnvironmentClient) -> None:
    session.reset(LIFT)
    with session.sensors(*(spec.name for spec in SENSORS)) as reader:
        found = seen(reader, 50)
    observed = session.observe().sensors
    for spec in SENSORS:
        value = found[spec.name][-1]
        if spec.dtype == "str":
            assert value == observed[spec.name]
            continue
        assert (list(value.shape), value.dtype) == (spec.shape, np.dtype(spec.dtype)), spec.name
        if spec.name in observed:
            assert np.array_equal(value, observed[spec.name]), spec.name
    assert found["overhead_rgb"][-1].std() > 10, "something is in the picture"
    depth = found["overhead_depth"][-1]
    assert 0.9 < np.median(depth[depth > 0]) < 1.5


def test_streams_change_nothing_in_the_physics(session: EnvironmentClient) -> None:
    session.reset(LIFT)
    session.execute(f"{MOVES}\narm.pick('yellow block')", timeout_s=120)
    alone = session.observe().sensors
    session.reset(LIFT)
    with session.sensors("joint_positions", "contacts", "overhead_rgb") as reader:
        seen(reader, 3)
        session.execute(f"{MOVES}\narm.pick('yellow block')", timeout_s=120)
        moved = np.array(seen(reader, 30)["joint_positions"])
    assert np.ptp(moved, axis=0).max() > 0.1, "what was sensed on the way is among it"
    for name, value in session.observe().sensors.items():
        assert np.array_equal(value, alone[name]), name


def test_a_stream_of_pictures_and_pictures_on_demand_get_along(session: EnvironmentClient) -> None:
    session.reset(LIFT)
    with session.sensors("overhead_rgb", "joint_positions") as reader:
        seen(reader, 3)
        code = "shots = [camera.capture('overhead').rgb.mean() for _ in range(4)]\nlen(set(shots))"
        script = threading.Thread(target=lambda: results.append(session.execute(code, timeout_s=120)[0].value))
        results: list[str | None] = []
        script.start()
        while script.is_alive():
            seen(reader, 3)
        assert results == ["1"]
        renderer = [
            each for each in psutil.Process().children(recursive=True) if "renderer_process" in str(each.cmdline())
        ]
        os.kill(renderer[0].pid, signal.SIGKILL)
        seen(reader, 20)
        while reader.read(60).name != "overhead_rgb":
            pass


def test_a_restored_world_streams_pictures_of_its_own(session: EnvironmentClient) -> None:
    session.reset(LIFT)
    with session.sensors("wrist_depth") as reader:
        before = seen(reader, 1)["wrist_depth"][-1]
        save = session.save()
        session.execute("arm.move_to([0.5, 0.2, 0.2])", timeout_s=60)
        session.restore(save)
        reader.newest(60)
        for _ in range(3):
            after = reader.read(60).value
        assert np.array_equal(before, after)


def test_a_script_reacts_inside_a_turn(session: EnvironmentClient) -> None:
    """It comes up to a block from the side until the two touch, and waits for a condition."""
    session.reset(LIFT)
    code = (
        "gripper.close()\n"
        "x, y, _ = scene.find('yellow block').position\n"
        "arm.move_to([x, y - 0.1, 0.015])\n"
        "touched = arm.move_by([0, 0.09, 0], speed=0.1, touching=['yellow block'], "
        "until=\"'the arm|yellow block' in contacts\")\n"
        "print(touched.stopped_by)\n"
        "print(abs(scene.find('yellow block').position[1] - y) < 0.005)\n"
        "print(arm.wait_for('max(joint_velocities) < 0.01', timeout=2))\n"
        "print(arm.wait_for('gripper[0] > 0.05', timeout=0.2))\n"
        "try:\n    arm.home(until='tool_pos[2] > 1')\nexcept InvalidArgument as error:\n    print(error)\n"
    )
    result, _ = session.execute(code, timeout_s=120)
    assert result.error is None, result.error.text()
    stopped_by, near, still, opened, told = result.stdout.splitlines()
    assert (near, still, opened) == ("True", "True", "False")
    assert stopped_by == "'the arm|yellow block' in contacts"
    assert "Did you mean 'tool_pose'?" in told


def test_a_contact_is_called_as_the_guide_calls_it(session: EnvironmentClient) -> None:
    condition = "'red block|the arm' in contacts"
    assert "red block|the arm" in GUIDE
    code = (
        "gripper.close()\n"
        "x, y, _ = scene.find('red block').position\n"
        "arm.move_to([x, y, 0.15])\n"
        f'print(arm.move_by([0, 0, -0.14], speed=0.1, touching=["red block"], until="{condition}").stopped_by)\n'
    )
    for seed in range(30):
        if "red block" in str(session.reset(Task("lift", "tabletop", "", seed=seed)).state):
            break
    result, _ = session.execute(code, timeout_s=120)
    assert result.error is None, result.error.text()
    assert result.stdout.strip() == condition


def test_a_scripts_own_function_ends_a_motion(session: EnvironmentClient) -> None:
    session.reset(LIFT)
    code = (
        "arm.move_to([0.5, 0.2, 0.4])\n"
        "def across(sensors):\n    return sensors['tool_pose'][1] < 0.05 and isinstance(sensors['contacts'], str)\n"
        "result = arm.move_linear([0.5, -0.2, 0.4], speed=0.2, until=across)\n"
        "print(result.stopped_by)\n"
        "print(-0.19 < result.reached.position[1] < 0.05, arm.joints().velocities.round(2).any())\n"
        "print(arm.wait_for(lambda sensors: sensors['gripper'][0] > 0.05, timeout=1))\n"
        "try:\n    arm.home(until=lambda sensors: sensors['tool_pos'][2] > 1)\n"
        "except KeyError as error:\n    print(error)\n"
        "try:\n    arm.pick(lambda sensors: True)\n"
        "except InvalidArgument as error:\n    print(error)\n"
        "print(arm.home(until=lambda sensors: False).stopped_by == '')\n"
    )
    result, _ = session.execute(code, timeout_s=120)
    assert result.error is None, result.error.text()
    stopped_by, there, opened, misspelt, refused, home = result.stdout.splitlines()
    assert re.fullmatch(r"across \(line 2\), by what was sensed \d+\.\d ms before", stopped_by)
    assert (there, opened, misspelt, home) == ("True False", "True", "'tool_pos'", "True")
    assert "object takes no function" in refused


def test_a_guarded_motion_ends_by_planned_deceleration() -> None:
    table = Table(block())
    try:
        arm = MotionArm(table.backend)
        arm.move_to([0.5, 0.2, 0.4])
        speeds: list[np.ndarray] = []
        table.simulation.hooks.append(lambda: speeds.append(table.backend.joints().velocities))
        result = arm.move_linear([0.5, -0.2, 0.4], until="tool_pose[1] < 0.05")
        assert result.stopped_by
        assert -0.15 < result.reached.position[1] < 0.05
        assert np.abs(speeds[-1]).max() < 0.01
        changes = np.abs(np.diff(np.array(speeds), axis=0)) * 240
        assert (changes < arm.limits().joint_acceleration * 1.2).all()
        assert arm.move_linear([0.5, -0.2, 0.4]).position_error < 0.002, "and it goes on from there"
    finally:
        table.close()
