"""The tabletop through the whole path: conformance, levels, sensors, saves, and verdicts from physics alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.tabletop import environment
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.environment import TabletopOptions
from embodied_codeact.envs.tabletop.sensors import SENSORS
from embodied_codeact.errors import ConfigurationError

pytestmark = pytest.mark.keeps_processes

GRASP = 'arm.pick("yellow block")'
REST = 'arm.move_by([0.0, 0.05, 0.0])\narm.place("cyan block")'


@pytest.fixture(scope="module")
def session() -> Iterator[EnvironmentClient]:
    with local_session("tabletop", sandbox="best") as client:
        yield client


def solve(primitives: Mapping[str, Any]) -> None:
    """Solve the first task, reach: its instruction for seed 0 is to hover above the yellow block."""
    arm, scene = primitives["arm"], primitives["scene"]
    x, y, _ = scene.find("yellow block").position
    arm.move_to([x, y, scene.find("yellow block").top + 0.11])


def test_the_environment_conforms() -> None:
    assert environment.tasks(TabletopOptions())[0].id == "reach"
    check_environment(environment, oracle=solve)


def test_every_sensor_that_has_a_rate_is_observed() -> None:
    adapter = TabletopAdapter(TabletopOptions(), WorldContext())
    try:
        adapter.reset(Task("lift", "tabletop", "", seed=3))
        sensors = adapter.observe().sensors
        streams = [spec for spec in SENSORS if spec.rate_hz > 0]
        assert set(sensors) == {spec.name for spec in streams}
        for spec in streams:
            if spec.dtype != "str":
                assert list(np.shape(sensors[spec.name])) == spec.shape, spec.name
    finally:
        adapter.close()


def test_an_unknown_task_is_named() -> None:
    adapter = TabletopAdapter(TabletopOptions(), WorldContext())
    try:
        with pytest.raises(ConfigurationError, match="Did you mean 'lift'"):
            adapter.reset(Task("lft", "tabletop", ""))
    finally:
        adapter.close()


def test_nothing_is_remembered_from_one_episode_to_the_next() -> None:
    adapter = TabletopAdapter(TabletopOptions(), WorldContext())
    try:
        adapter.reset(Task("lift", "tabletop", "", seed=0))
        before = adapter.primitives()
        before["arm"].pick("yellow block")
        adapter.reset(Task("lift", "tabletop", "", seed=0))
        assert adapter.observe().state["holding"] is None
        assert list(adapter.primitives()) == list(before) == ["arm", "gripper", "scene", "camera"]
        assert adapter.primitives()["arm"] is not before["arm"]
        assert adapter.primitives()["camera"] is not before["camera"]
    finally:
        adapter.close()


def test_what_does_not_come_to_rest_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = TabletopAdapter(TabletopOptions(), WorldContext())
    try:
        adapter.reset(Task("lift", "tabletop", "", seed=0))
        adapter.primitives()["arm"].pick("yellow block")
        adapter.primitives()["arm"].move_by([0, 0, 0.1])
        assert adapter.judge().success
        monkeypatch.setattr(adapter.simulation, "comes_to_rest", lambda _: False)
        status = adapter.judge()
        assert not status.success
        assert "rest" in status.reason
    finally:
        adapter.close()


def test_each_level_offers_its_primitives() -> None:
    methods = {}
    for level in ("skills", "motion", "joints"):
        adapter = environment.adapter(TabletopOptions(level=level), WorldContext())
        try:
            methods[level] = set(dir(adapter.primitives()["arm"]))
        finally:
            adapter.close()
    assert {"pick", "place", "push", "move_to", "home"} <= methods["skills"]
    assert {"move_to", "move_linear", "home"} <= methods["motion"]
    assert not {"pick", "place"} & (methods["motion"] | methods["joints"])
    assert {"move_joints", "move_velocities", "jacobian", "home"} <= methods["joints"]
    assert "move_to" not in methods["joints"]


def test_the_seed_chooses_scene_and_words(session: EnvironmentClient) -> None:
    openings = [session.reset(Task("place-beside", "tabletop", "", seed=seed)) for seed in (4, 5, 4)]
    assert openings[0].instruction == openings[2].instruction
    assert openings[0].state == openings[2].state
    assert openings[0].state["objects"] != openings[1].state["objects"]


def test_nothing_that_a_script_says_makes_a_success(session: EnvironmentClient) -> None:
    session.reset(Task("stack-two", "tabletop", "", seed=0))
    session.execute('print("done: True")', timeout_s=10)
    status = session.observe(settle=True).status
    assert status.done
    assert not status.success
    assert status.reason


def test_a_save_in_the_middle_of_a_task_goes_on_to_the_same_bits(session: EnvironmentClient) -> None:
    session.reset(Task("stack-two", "tabletop", "", seed=0))
    result, _ = session.execute(GRASP, timeout_s=30)
    assert result.error is None
    save = session.save()
    first_result, first = session.execute(REST, timeout_s=30)
    assert first_result.error is None
    back = session.restore(save)
    assert back.state["holding"] == "yellow block"
    _, second = session.execute(REST, timeout_s=30)
    session.forget(save)
    assert first.state == second.state
    for name in ("joint_positions", "joint_velocities", "joint_efforts", "tool_pose"):
        assert np.array_equal(first.sensors[name], second.sensors[name]), name
    assert session.observe(settle=True).status.success


def test_a_script_takes_pictures_and_measures_in_them(session: EnvironmentClient) -> None:
    session.reset(Task("lift", "tabletop", "", seed=0))
    code = (
        'image = camera.capture("overhead")\n'
        'thing = scene.find("yellow block")\n'
        "pixel = camera.project([thing.position + [0, 0, thing.size[2] / 2]])[0]\n"
        "point = camera.deproject([pixel])[0]\n"
        "print(image.rgb.shape, image.depth.shape, abs(point - thing.position).max() < 0.03)"
    )
    result, _ = session.execute(code, timeout_s=60)
    assert result.error is None, result.error.text()
    assert result.stdout.strip() == "(480, 640, 3) (480, 640) True"


def test_a_halt_brings_the_moving_arm_to_rest_and_latches() -> None:
    """Through the whole path: an operator's own connection, control socket, stop flag, planned deceleration."""
    with local_session("tabletop", {"speed": "realtime"}, sandbox="best") as session:
        session.reset(Task("lift", "tabletop", "", seed=0))

        def halt() -> None:
            with EnvironmentClient(str(session.endpoint)) as operator:
                operator.halt("a person in the cell")

        timer = threading.Timer(0.6, halt)
        timer.start()
        script = "arm.move_to([0.5, 0.25, 0.4], speed=0.2)\narm.move_to([0.5, -0.25, 0.4], speed=0.2)"
        result, seen = session.execute(script, timeout_s=30)
        timer.join()
        assert result.interrupted or (result.error is not None and result.error.kind == "Stopped")
        assert seen.state["time"] < 3.0
        assert np.abs(session.observe().sensors["joint_velocities"]).max() < 0.01
        assert session.stop_state()[0] != "normal"
        session.clear()
        result, _ = session.execute("arm.home().position_error < 0.001", timeout_s=30)
        assert result.value == "True"
