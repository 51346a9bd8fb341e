"""Tasks that need programs: both ways of a condition come up, the wrong one does not count, nor does too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.tasks import COMPOSITIONAL, TASKS, Setup
from embodied_codeact.envs.tabletop.tasks.amounts import NearAhead, SomeInside
from embodied_codeact.envs.tabletop.tasks.goals import start_view
from embodied_codeact.envs.tabletop.tasks.relations import Inside, OnTable
from embodied_codeact.envs.tabletop.view import WorldView
from tests.envs.tabletop.tasks.ideal import fulfil, fulfilled

SEEDS = range(20)


def sample(name: str, seed: int) -> tuple[Setup, dict[str, Any]]:
    setup = COMPOSITIONAL[name].sample(np.random.default_rng(seed))
    parameters = COMPOSITIONAL[name].phrasing.read(setup.instruction)
    assert parameters is not None
    return setup, parameters


def success(name: str, setup: Setup, view: WorldView) -> bool:
    return COMPOSITIONAL[name].judge(setup.goal, view).success


def names(setup: Setup, kind: str = "block", **features: Any) -> list[str]:
    found = [spec for spec in setup.scene.objects if spec.kind == kind]
    return [spec.name for spec in found if all(getattr(spec, key) == value for key, value in features.items())]


def in_tray(setup: Setup, chosen: list[str]) -> WorldView:
    view = start_view(setup.scene)
    for name in chosen:
        view = fulfil(Inside(name, "tray"), view)
    return view


def wanted_inside(setup: Setup) -> list[tuple[str, str]]:
    return [(each.name, each.container) for each in setup.goal.wanted if isinstance(each, Inside)]


def test_the_set_has_tasks_of_its_own_and_standard_ones_with_structure() -> None:
    assert len(set(COMPOSITIONAL) - set(TASKS)) == 17
    assert set(COMPOSITIONAL) & set(TASKS) == {
        *("restack-reversed", "unstack", "matching-pairs", "line-up", "circle", "swap"),
        *("nearest-block", "if-more-than", "sort-by-color"),
    }


@pytest.mark.parametrize("seed", range(5))
def test_exactly_as_many_go_into_the_tray_and_of_the_right_color(seed: int) -> None:
    setup, parameters = sample("as-many-as", seed)
    count = len(names(setup, color=parameters["counted"]))
    movable = names(setup, color=parameters["color"])
    assert len(movable) > count
    assert isinstance(setup.goal.wanted[0], SomeInside)
    # Which ones it is makes no difference.
    assert success("as-many-as", setup, in_tray(setup, movable[-count:]))
    assert not success("as-many-as", setup, in_tray(setup, movable[: count - 1]))
    assert not success("as-many-as", setup, in_tray(setup, movable[: count + 1]))
    others = names(setup, color=parameters["counted"])
    assert not success("as-many-as", setup, in_tray(setup, [*movable[:count], others[0]]))


def test_the_larger_group_is_the_one_that_goes() -> None:
    larger = set()
    for seed in SEEDS:
        setup, parameters = sample("majority", seed)
        first, second = (names(setup, color=parameters[key]) for key in ("first", "second"))
        assert len(first) != len(second)
        larger.add(len(first) > len(second))
        more, fewer = (first, second) if len(first) > len(second) else (second, first)
        assert success("majority", setup, in_tray(setup, more))
        assert not success("majority", setup, in_tray(setup, fewer))
        assert not success("majority", setup, in_tray(setup, [*more, *fewer]))
    assert larger == {True, False}


@pytest.mark.parametrize("seed", range(5))
def test_all_above_the_limit_go_and_no_other(seed: int) -> None:
    setup, parameters = sample("larger-than", seed)
    above = [
        spec.name for spec in setup.scene.objects if spec.kind == "block" and spec.size[0] > parameters["limit"] / 100
    ]
    below = [name for name in names(setup) if name not in above]
    assert success("larger-than", setup, in_tray(setup, above))
    assert not success("larger-than", setup, in_tray(setup, above[:-1]))
    assert not success("larger-than", setup, in_tray(setup, [*above, below[0]]))


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_go_until_so_many_are_left(seed: int) -> None:
    setup, parameters = sample("leave-some", seed)
    view = start_view(setup.scene)
    order = sorted(names(setup), key=lambda name: view.distance(name, "tray"))
    gone = len(order) - parameters["rest"]
    assert success("leave-some", setup, in_tray(setup, order[:gone]))
    assert not success("leave-some", setup, in_tray(setup, order[: gone + 1]))
    assert not success("leave-some", setup, in_tray(setup, [*order[: gone - 1], order[gone]]))


@pytest.mark.parametrize("name", ["if-tray-empty", "if-something-on"])
def test_both_ways_come_up_and_the_wrong_one_does_not_count(name: str) -> None:
    ways = set()
    for seed in SEEDS:
        setup, parameters = sample(name, seed)
        ((moved, container),) = wanted_inside(setup)
        view = start_view(setup.scene)
        if name == "if-tray-empty":
            tray = setup.scene.named("tray")
            near = [other for other in names(setup) if view.distance(other, "tray") < tray.size[1] / 2 + 0.01]
            assert container == (parameters["bowl"] if near else "tray")
            ways.add(bool(near))
            other = Inside(moved, "tray" if container != "tray" else parameters["bowl"])
        else:
            above = [upper for upper in names(setup) if view.touching(upper, parameters["lower"])]
            assert moved == (above[0] if above else parameters["lower"])
            ways.add(bool(above))
            free = [spec for spec in setup.scene.objects if spec.kind == "block" and spec.name != moved]
            other = Inside(free[-1].name, container)
        assert success(name, setup, fulfilled(setup))
        assert not success(name, setup, fulfil(other, view))
    assert ways == {True, False}


@pytest.mark.parametrize("seed", range(5))
def test_each_block_belongs_in_its_own_bowl(seed: int) -> None:
    setup, _ = sample("each-to-nearest", seed)
    view = fulfilled(setup)
    assert success("each-to-nearest", setup, view)
    first, second = names(setup, kind="bowl")
    moved, container = wanted_inside(setup)[0]
    assert not success("each-to-nearest", setup, fulfil(Inside(moved, second if container == first else first), view))


@pytest.mark.parametrize("name", ["tower-by-place", "tower-by-size", "line-up-by-size"])
def test_another_order_is_another_arrangement(name: str) -> None:
    for seed in range(5):
        setup, _ = sample(name, seed)
        view = fulfilled(setup)
        assert success(name, setup, view)
        a, b = names(setup)[:2]
        other = {a: b, b: a}
        positions = {each: view.positions[other.get(each, each)] for each in view.positions}
        contacts = {tuple(sorted(other.get(each, each) for each in pair)) for pair in view.contacts}
        exchanged = replace(view, positions=positions, contacts=frozenset((x, y) for x, y in contacts))
        assert not success(name, setup, exchanged), seed


@pytest.mark.parametrize("seed", range(5))
def test_a_tower_is_lowered_as_far_as_asked_and_no_further(seed: int) -> None:
    setup, parameters = sample("lower-tower", seed)
    removed = [condition.name for condition in setup.goal.wanted if isinstance(condition, OnTable)]
    heights = {spec.name: spec.position[2] + spec.size[2] / 2 for spec in setup.scene.objects if spec.kind == "block"}
    assert {name for name, top in heights.items() if top > parameters["height"] / 100} == set(removed)
    view = fulfilled(setup)
    assert success("lower-tower", setup, view)
    stayed = max((name for name in heights if name not in removed), key=heights.__getitem__)
    assert not success("lower-tower", setup, fulfil(OnTable(stayed), view))
    begun = start_view(setup.scene)
    for name in removed[1:]:
        begun = fulfil(OnTable(name), begun)
    assert not success("lower-tower", setup, begun)


@pytest.mark.parametrize("seed", range(5))
def test_a_push_in_steps_ends_in_time_and_straight_ahead(seed: int) -> None:
    setup, parameters = sample("push-until-near", seed)
    goal = setup.goal.wanted[0]
    assert isinstance(goal, NearAhead)
    view = fulfilled(setup)
    x, y, z = view.positions[goal.name]

    def at(ahead: float, aside: float = 0.0) -> WorldView:
        a, b = goal.way
        place = (x + ahead * a + aside * b, y + ahead * b + aside * a, z)
        return replace(view, positions={**view.positions, goal.name: place})

    assert success("push-until-near", setup, at(0.0))
    assert not success("push-until-near", setup, at(-0.03))
    assert not success("push-until-near", setup, at(parameters["step"] / 100 + 0.03))
    assert not success("push-until-near", setup, at(0.0, aside=0.032))
    assert not success("push-until-near", setup, replace(view, grasped=frozenset({goal.name})))


def test_four_places_that_make_no_square() -> None:
    setup, parameters = sample("square", 0)
    view = fulfilled(setup)
    assert success("square", setup, view)
    first, second, third, fourth = names(setup)
    # A rhombus has the sides of the square, and other diagonals.
    side = parameters["side"] / 100
    leaning = {first: (0.5, 0.0), second: (0.5 + side, 0.0), third: (0.5 + side / 2, 0.87 * side)}
    leaning[fourth] = (0.5 + 1.5 * side, 0.87 * side)
    positions = {**view.positions, **{name: (*place, 0.02) for name, place in leaning.items()}}
    assert not success("square", setup, replace(view, positions=positions))


def test_no_task_asks_for_a_place_off_the_table() -> None:
    for name in ("mirror", "centre-of-three", "continue-row", "evenly-between"):
        for seed in SEEDS:
            setup, _ = sample(name, seed)
            for condition in setup.goal.wanted:
                x, y = condition.spot  # type: ignore[attr-defined]
                assert 0.30 <= x <= 0.70, (name, seed)
                assert -0.30 <= y <= 0.30, (name, seed)
