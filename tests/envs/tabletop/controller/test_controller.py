"""The tabletop on a controller: tasks are set up, solved and judged over the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.conformance import ALL, connect, prove
from embodied_codeact.envs.tabletop import TabletopOptions
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.panda import HOME, LIMITS
from embodied_codeact.envs.tabletop.planning.trajectories import through_joints
from embodied_codeact.errors import BridgeError, CommandRefused, ConfigurationError, InvalidArgument, Stopped
from embodied_codeact.primitives.arm_errors import Collision
from tests.controller.kinematic import served

TTL = 1.0


@pytest.fixture
def table(controller: str) -> Iterator[Callable[..., TabletopAdapter]]:
    made: list[TabletopAdapter] = []

    def make(context: WorldContext | None = None, **options: object) -> TabletopAdapter:
        chosen = TabletopOptions(controller=controller, controller_ttl=TTL, **options)  # type: ignore[arg-type]
        made.append(TabletopAdapter(chosen, context or WorldContext()))
        return made[-1]

    yield make
    for adapter in made:
        adapter.close()


def task(name: str, seed: int = 0) -> Task:
    return Task(id=name, environment="tabletop", instruction="", seed=seed)


def block_of(adapter: TabletopAdapter) -> str:
    return next(spec.name for spec in adapter.simulation.scene.objects if spec.kind == "block")


def test_a_block_is_lifted_and_judged_and_the_next_scene_begins_anew(
    table: Callable[..., TabletopAdapter],
) -> None:
    adapter = table()
    first = adapter.reset(task("lift"))
    name = block_of(adapter)
    arm = adapter.primitives()["arm"]
    arm.pick(name)
    assert adapter.observe().state["holding"] == name
    arm.move_by([0.0, 0.0, 0.1])
    status = adapter.judge()
    assert status.success, status.reason
    assert name in adapter._arm.grasped
    second = adapter.reset(task("lift"))
    np.testing.assert_allclose(adapter.simulation.joints()[0][:7], HOME, atol=0.01)
    assert second.state["holding"] is None
    for name, place in first.state["objects"].items():
        np.testing.assert_allclose(second.state["objects"][name], place, atol=1e-3)
    assert set(first.sensors) == set(second.sensors)


def test_a_condition_ends_a_motion_and_nothing_is_latched(table: Callable[..., TabletopAdapter]) -> None:
    adapter = table()
    adapter.reset(task("lift"))
    arm, high = adapter.primitives()["arm"], "tool_pose[2] > 0.35"
    arm.move_to([0.4, 0.0, 0.3])
    ended = arm.move_by([0.0, 0.0, 0.2], until=high)
    assert ended.stopped_by == high
    assert 0.35 < ended.reached.position[2] < 0.49
    assert arm.move_by([0.0, 0.0, -0.1]).position_error < 0.01
    assert not arm.wait_for("gripper[1] > 5", timeout=0.1)


def test_the_arm_is_stopped_by_what_it_meets(table: Callable[..., TabletopAdapter]) -> None:
    """The controller watches contacts itself: here on a way into the table that no planner has checked."""
    adapter = table()
    adapter.reset(task("reach"))
    assert adapter._remote is not None
    executor = adapter._remote.executor
    start = executor.commanded
    into = through_joints(start, [start + np.array([0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0])], LIMITS, 0.3)
    with pytest.raises(Collision, match="the arm met 'the table'"):
        executor.follow(into)
    rest = executor.commanded
    assert 0.05 < rest[1] - start[1] < 0.85
    there = adapter._arm.joints().positions
    executor.wait(0.5)
    np.testing.assert_allclose(adapter._arm.joints().positions, there, atol=0.01)


def test_a_stop_that_is_wanted_is_obeyed(table: Callable[..., TabletopAdapter], controller: str) -> None:
    level = "normal"
    adapter = table(WorldContext(stop_requested=lambda: level != "normal", stop_level=lambda: level))
    adapter.reset(task("reach"))
    level = "protective stop"
    with pytest.raises(Stopped):
        adapter._arm.move_gripper(0.0, force=10.0)
    with pytest.raises(Stopped):
        adapter._arm.wait(1.0)
    adapter.close()
    with ControllerClient(controller) as client:
        assert client.ping().stop == "protective stop"
        client.clear()


def test_a_scene_that_is_none_is_refused(controller: str) -> None:
    with ControllerClient(controller) as client:
        with pytest.raises(CommandRefused, match="acquire the lease"):
            client.call("build", {"objects": []})
        client.acquire(TTL)
        with pytest.raises(InvalidArgument, match="no scene"):
            client.call("build", {"objects": [{"name": "cup"}]})
        client.acquire(TTL)
        rows = np.array([HOME, HOME])
        with pytest.raises(InvalidArgument, match="touching is a list"):
            client.follow(rows, 0 * rows, 1.0, extra={"touching": 5})


def test_a_world_on_a_controller_cannot_be_saved(controller: str) -> None:
    with local_session("tabletop", {"controller": controller}, sandbox="best") as client:
        assert not client.describe().forkable
        client.reset(next(one for one in client.describe().tasks if one.id == "reach"))
        with pytest.raises(CommandRefused, match="live in the controller's process"):
            client.save()


@pytest.mark.parametrize("options", [{"perception": "vision"}, {"record": True}])
def test_options_that_do_not_go_with_a_controller(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="on a controller"):
        TabletopAdapter(TabletopOptions(controller="ipc:///nowhere", **options), WorldContext())  # type: ignore[arg-type]


def test_a_controller_without_a_table() -> None:
    with served() as endpoint, pytest.raises(ConfigurationError, match="has no table to set up"):
        TabletopAdapter(TabletopOptions(controller=endpoint), WorldContext())


def test_no_controller() -> None:
    with pytest.raises(BridgeError, match="no controller answers"):
        TabletopAdapter(TabletopOptions(controller="tcp://127.0.0.1:9"), WorldContext())


@pytest.mark.slow
def test_it_passes_every_check_of_conformance(controller: str) -> None:
    probe, robot = connect(controller)
    try:
        found = prove(probe)
    finally:
        probe.close()
    assert robot.simulated
    assert len(found) == len(ALL)
    assert not [verdict for verdict in found if not verdict.passed]
