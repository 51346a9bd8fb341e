"""The judge tells a success from a near miss: a little off is accepted, more is not, and nothing else may be spoilt."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, Setup, Verdict
from embodied_codeact.envs.tabletop.tasks.amounts import SomeInside
from embodied_codeact.envs.tabletop.tasks.goals import Released, Undisturbed
from embodied_codeact.envs.tabletop.view import WorldView
from tests.envs.tabletop.tasks.ideal import fulfilled

PLACED = {
    name
    for name, task in ALL_TASKS.items()
    if any(isinstance(condition, Released) for condition in task.sample(np.random.default_rng(0)).goal.kept)
}
"""Tasks that end with everything put down."""

EXACT = {
    "place-on-zone": 0.09,
    "place-beside": 0.021,
    "place-between": 0.021,
    "place-in-corner": 0.031,
    "place-at-side": 0.031,
    "place-in-bowl": 0.075,
    "stack-two": 0.016,
    "stack-tower": 0.016,
    "restack-reversed": 0.016,
    "pyramid": 0.016,
    "matching-pairs": 0.016,
    "line-up-in-order": 0.045,
    "circle": 0.045,
    "swap": 0.021,
    "turn": 0.031,
    "push-to-zone": 0.105,
    "largest-block": 0.095,
    "household-in-tray": 0.14,
    "put-in-bowl": 0.075,
    "put-on-zone": 0.09,
    "put-on-block": 0.016,
    "put-at": 0.021,
    "put-turned": 0.021,
    "stack-on": 0.016,
    "twist": 0.031,
    "push-to": 0.021,
    "push-by": 0.021,
    "push-into-zone": 0.105,
    "mirror": 0.021,
    "centre-of-three": 0.021,
    "continue-row": 0.021,
    "evenly-between": 0.021,
    "square": 0.045,
    "tower-by-place": 0.016,
    "tower-by-size": 0.016,
    "line-up-by-size": 0.045,
}
"""How far off, m, the thing that is moved last is too far off."""


def at_seed(name: str, seed: int = 0) -> tuple[Setup, WorldView]:
    setup = ALL_TASKS[name].sample(np.random.default_rng(seed))
    return setup, fulfilled(setup)


def judged(name: str, setup: Setup, view: WorldView) -> Verdict:
    return ALL_TASKS[name].judge(setup.goal, view)


def shifted(view: WorldView, name: str, dx: float, dy: float = 0.0, dz: float = 0.0) -> WorldView:
    x, y, z = view.positions[name]
    return replace(view, positions={**view.positions, name: (x + dx, y + dy, z + dz)})


def pair(a: str, b: str) -> tuple[str, str]:
    return (min(a, b), max(a, b))


def last_moved(setup: Setup) -> str:
    condition = setup.goal.wanted[-1]
    if isinstance(condition, SomeInside):
        return condition.names[condition.count - 1]
    for field in ("name", "upper", "second", "names"):
        if hasattr(condition, field):
            value = getattr(condition, field)
            return str(value if isinstance(value, str) else value[-1])
    raise AssertionError(condition)


@pytest.mark.parametrize("name", EXACT)
def test_a_thing_may_be_a_little_off_and_no_more(name: str) -> None:
    for seed in range(5):
        setup, view = at_seed(name, seed)
        moved = last_moved(setup)
        assert judged(name, setup, shifted(view, moved, 0.003)).success
        for turn in (0.0, 2.1, 4.2):
            far = shifted(view, moved, EXACT[name] * math.cos(turn), EXACT[name] * math.sin(turn))
            if (
                name not in ("line-up-in-order", "line-up-by-size", "circle", "square", "household-in-tray")
                or turn == 0.0
            ):
                assert not judged(name, setup, far).success, (seed, turn)


@pytest.mark.parametrize("name", sorted(PLACED))
def test_a_thing_must_be_let_go(name: str) -> None:
    setup, view = at_seed(name)
    assert not judged(name, setup, replace(view, held=last_moved(setup))).success


@pytest.mark.parametrize("name", sorted(PLACED))
def test_a_thing_must_rest_on_what_it_should_rest_on(name: str) -> None:
    setup, view = at_seed(name)
    moved = last_moved(setup)
    in_the_air = replace(view, contacts=frozenset(pair for pair in view.contacts if moved not in pair))
    assert not judged(name, setup, in_the_air).success
    touched = replace(view, contacts=view.contacts | {pair(moved, "the arm")})
    assert not judged(name, setup, touched).success


@pytest.mark.parametrize("name", ALL_TASKS)
def test_what_the_task_is_not_about_must_be_left_alone(name: str) -> None:
    setup, view = at_seed(name)
    others = [other for condition in setup.goal.kept if isinstance(condition, Undisturbed) for other in condition.names]
    for other in others:
        knocked = shifted(view, other, 0.04)
        verdict = judged(name, setup, knocked)
        assert not verdict.success
        assert verdict.score <= 0.5
        toppled = replace(view, orientations={**view.orientations, other: (math.sin(0.7), 0.0, 0.0, math.cos(0.7))})
        assert not judged(name, setup, toppled).success


def test_the_score_is_the_share_that_is_done() -> None:
    setup, view = at_seed("unstack", 1)
    count = len(setup.goal.wanted)
    moved = last_moved(setup)
    held = replace(view, contacts=frozenset(pair for pair in view.contacts if moved not in pair))
    assert judged("unstack", setup, held).score == pytest.approx(1 - 1 / count)


def test_a_zone_holds_all_four_corners() -> None:
    setup, view = at_seed("place-on-zone")
    name, zone = last_moved(setup), setup.scene.named(setup.goal.wanted[0].zone)  # type: ignore[attr-defined]
    view = replace(view, orientations={**view.orientations, name: yaw_quaternion(zone.yaw)})
    # A block of 4 cm on a zone of 12 cm: at 4 cm from the middle its face is at the zone's edge.
    for off, right in ((0.044, True), (0.046, False)):
        moved = shifted(view, name, off * math.cos(zone.yaw), off * math.sin(zone.yaw))
        assert judged("place-on-zone", setup, moved).success is right


def test_reaching_means_the_right_height() -> None:
    setup, view = at_seed("reach")
    x, y, z = view.tool
    assert judged("reach", setup, replace(view, tool=(x, y, z + 0.015))).success
    assert not judged("reach", setup, replace(view, tool=(x, y, z + 0.021))).success


def test_lifting_means_holding_and_high_enough() -> None:
    setup, view = at_seed("lift")
    name = last_moved(setup)
    assert not judged("lift", setup, replace(view, held=None)).success
    assert not judged("lift", setup, shifted(view, name, 0.0, dz=-0.012)).success
    assert judged("lift", setup, shifted(view, name, 0.0, dz=0.05)).success


def test_pushing_means_never_grasping() -> None:
    setup, view = at_seed("push-to-zone")
    assert not judged("push-to-zone", setup, replace(view, grasped=frozenset({last_moved(setup)}))).success


@pytest.mark.parametrize("name", ["turn", "align-with-edge"])
def test_a_turn_is_accepted_within_ten_degrees_and_after_half_a_turn(name: str) -> None:
    setup, view = at_seed(name)
    block = last_moved(setup)

    def turned(degrees: float) -> bool:
        yaw = view.yaw(block) + math.radians(degrees)
        return judged(
            name, setup, replace(view, orientations={**view.orientations, block: yaw_quaternion(yaw)})
        ).success

    assert turned(8)
    assert turned(-8)
    assert turned(180)
    assert not turned(12)
    assert not turned(-12)
    assert not turned(90)


def test_a_row_in_another_order_is_another_row() -> None:
    setup, view = at_seed("line-up-in-order")
    first, second = setup.goal.wanted[0].names[:2]  # type: ignore[attr-defined]
    exchanged = {**view.positions, first: view.positions[second], second: view.positions[first]}
    assert not judged("line-up-in-order", setup, replace(view, positions=exchanged)).success
    setup, view = at_seed("line-up")
    first, second = setup.goal.wanted[0].names[:2]  # type: ignore[attr-defined]
    exchanged = {**view.positions, first: view.positions[second], second: view.positions[first]}
    assert judged("line-up", setup, replace(view, positions=exchanged)).success


def test_a_tower_in_another_order_is_another_tower() -> None:
    setup, view = at_seed("stack-tower")
    upper, lower = setup.goal.wanted[0].upper, setup.goal.wanted[0].lower  # type: ignore[attr-defined]
    other = {upper: lower, lower: upper}
    positions = {name: view.positions[other.get(name, name)] for name in view.positions}
    contacts = {tuple(sorted(other.get(name, name) for name in pair)) for pair in view.contacts}
    exchanged = replace(view, positions=positions, contacts=frozenset((a, b) for a, b in contacts))
    assert not judged("stack-tower", setup, exchanged).success


def test_a_pile_in_a_bowl_counts_and_one_that_leans_on_the_table_does_not() -> None:
    setup, view = at_seed("sort-by-color", 0)
    inside = [condition for condition in setup.goal.wanted if hasattr(condition, "container")]
    name, bowl = inside[0].name, inside[0].container  # type: ignore[attr-defined]
    leaning = replace(view, contacts=view.contacts | {pair(name, "the table")})
    assert judged("sort-by-color", setup, view).success
    assert not judged("sort-by-color", setup, leaning).success
    other = next(condition.name for condition in inside if condition.container == bowl and condition.name != name)  # type: ignore[attr-defined]
    without = {pair for pair in view.contacts if name not in pair}
    piled = replace(shifted(view, name, 0.0, dz=0.03), contacts=frozenset(without | {pair(name, other)}))
    assert judged("sort-by-color", setup, piled).success
