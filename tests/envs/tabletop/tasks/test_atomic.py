"""Tasks that one call does: what the hand has to do is judged closely, and nothing else may happen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.tabletop.adapter import TabletopAdapter
from embodied_codeact.envs.tabletop.environment import TabletopEnvironment, TabletopOptions
from embodied_codeact.envs.tabletop.tasks import ATOMIC, Setup
from embodied_codeact.envs.tabletop.tasks.hand import FingersApart, ToolTurned
from embodied_codeact.envs.tabletop.tasks.start import AT_HOME, HOME_TOOL
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.errors import EnvironmentFailure
from tests.envs.tabletop.tasks.ideal import fulfilled, turned_down

WIDTHS = ("open-gripper", "close-gripper", "set-gripper")
PLACES = ("move-hand", "move-hand-turned", "lower-hand", "shift-hand")


@pytest.fixture(scope="module")
def adapter() -> Iterator[TabletopAdapter]:
    made = TabletopAdapter(TabletopOptions(tasks="atomic"), WorldContext())
    yield made
    made.close()


def ideal(name: str, seed: int = 0) -> tuple[Setup, WorldView]:
    setup = ATOMIC[name].sample(np.random.default_rng(seed))
    return setup, fulfilled(setup)


def success(name: str, setup: Setup, view: WorldView) -> bool:
    return ATOMIC[name].judge(setup.goal, view).success


@pytest.mark.parametrize("name", WIDTHS)
def test_fingers_may_be_three_millimetres_off_and_hold_nothing(name: str) -> None:
    setup, view = ideal(name)
    assert success(name, setup, replace(view, width=view.width + 0.002))
    assert not success(name, setup, replace(view, width=view.width + 0.004))
    assert not success(name, setup, replace(view, held=setup.scene.objects[-1].name))


@pytest.mark.parametrize("name", [*WIDTHS, "turn-hand"])
def test_the_tool_stays_where_only_fingers_or_wrist_move(name: str) -> None:
    setup, view = ideal(name)
    x, y, z = view.tool
    assert success(name, setup, replace(view, tool=(x, y, z + 0.015)))
    assert not success(name, setup, replace(view, tool=(x, y, z + 0.025)))


@pytest.mark.parametrize("name", PLACES)
def test_the_tool_may_be_a_centimetre_off(name: str) -> None:
    setup, view = ideal(name)
    x, y, z = view.tool
    assert success(name, setup, replace(view, tool=(x, y + 0.009, z)))
    assert not success(name, setup, replace(view, tool=(x, y + 0.011, z)))


@pytest.mark.parametrize("name", ["move-hand-turned", "turn-hand"])
def test_a_turn_of_the_hand_is_accepted_within_five_degrees_and_pointing_down(name: str) -> None:
    setup, view = ideal(name)
    yaw = next(condition.yaw for condition in setup.goal.wanted if isinstance(condition, ToolTurned))
    for off, right in ((4, True), (-4, True), (6, False), (-6, False), (180, False)):
        turned = replace(view, tool_orientation=turned_down(yaw + math.radians(off)))
        assert success(name, setup, turned) is right, off
    assert not success(name, setup, replace(view, tool_orientation=(math.sin(1.4), 0.0, 0.0, math.cos(1.4))))


def test_home_is_a_posture_not_a_place() -> None:
    setup, view = ideal("go-home")
    assert not success("go-home", setup, replace(view, joints=(0.03, *view.joints[1:])))
    assert not success("go-home", setup, replace(view, joints=()))


def test_a_thing_that_was_picked_up_is_off_the_table() -> None:
    setup, view = ideal("pick-up")
    name = view.held
    assert name is not None
    x, y, z = view.positions[name]
    assert not success("pick-up", setup, replace(view, positions={**view.positions, name: (x, y, z - 0.02)}))
    assert not success("pick-up", setup, replace(view, held=None))


def test_a_push_that_grasped_the_block_does_not_count() -> None:
    for name in ("push-to", "push-by", "push-into-zone"):
        setup, view = ideal(name)
        block = setup.goal.wanted[0].name  # type: ignore[attr-defined]
        assert success(name, setup, view)
        assert not success(name, setup, replace(view, grasped=frozenset({block}))), name


@pytest.mark.parametrize("name", ["open-gripper", "set-gripper", "go-home", "put-at", "put-turned", "push-by"])
def test_the_arm_begins_as_the_task_says_and_the_opening_says_where_all_is(adapter: TabletopAdapter, name: str) -> None:
    setup = ATOMIC[name].sample(np.random.default_rng(2))
    opening = adapter.reset(Task(name, "tabletop", "", seed=2))
    state = adapter.observe().state
    assert state["holding"] == setup.start.holding
    if setup.start.holding is None:
        assert math.dist(state["tool_position"], setup.start.tool_at) < 0.002
        assert state["gripper_width"] == pytest.approx(setup.start.width, abs=0.002)
    else:
        assert state["objects"][setup.start.holding][2] > 0.1
    for thing, place in state["objects"].items():
        if thing != setup.start.holding:
            assert f"{thing} at [{', '.join(f'{value:.3f}' for value in place)}]" in opening.text
    assert f"holds {f'the {setup.start.holding}' if setup.start.holding else 'nothing'}." in opening.text
    assert not adapter.judge().success


def test_home_is_where_other_tasks_begin(adapter: TabletopAdapter) -> None:
    adapter.reset(Task("push-by", "tabletop", "", seed=0))
    assert ATOMIC["push-by"].sample(np.random.default_rng(0)).start == AT_HOME
    assert math.dist(adapter.observe().state["tool_position"], HOME_TOOL) < 0.001


def test_a_stop_while_the_arm_takes_its_place_is_told() -> None:
    stopped = False
    made = TabletopAdapter(TabletopOptions(), WorldContext(stop_requested=lambda: stopped))
    try:
        made.reset(Task("put-at", "tabletop", "", seed=0))
        stopped = True
        with pytest.raises(EnvironmentFailure, match="reset again"):
            made.reset(Task("put-at", "tabletop", "", seed=0))
    finally:
        made.close()


def test_a_level_offers_the_tasks_that_one_call_of_it_does() -> None:
    offered = {
        level: {task.id for task in TabletopEnvironment().tasks(TabletopOptions(tasks="atomic", level=level))}
        for level in ("skills", "motion", "joints")
    }
    assert offered["skills"] == set(ATOMIC)
    assert offered["motion"] == {*WIDTHS, *PLACES, "turn-hand", "go-home"}
    assert offered["joints"] == {*WIDTHS, "go-home"}


def test_each_width_that_is_asked_for_is_another_than_before() -> None:
    for seed in range(20):
        setup = ATOMIC["set-gripper"].sample(np.random.default_rng(seed))
        wanted = setup.goal.wanted[0]
        assert isinstance(wanted, FingersApart)
        assert abs(wanted.width - setup.start.width) >= 0.0099
