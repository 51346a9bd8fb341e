"""Every task draws scenes with room for the gripper, in words that mean one thing, with something left to do."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.catalog import KINDS
from embodied_codeact.envs.tabletop.placement import footprint, separation
from embodied_codeact.envs.tabletop.scene import TABLE_X, TABLE_Y, ObjectSpec
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, TASK_SETS, TASKS, Phrasings, Setup
from embodied_codeact.envs.tabletop.tasks.goals import start_view
from tests.envs.tabletop.tasks.ideal import fulfilled

SEEDS = range(20)


def sample(name: str, seed: int, phrasings: Phrasings = "usual") -> Setup:
    return ALL_TASKS[name].sample(np.random.default_rng(seed), phrasings)


def stands_on_table(spec: ObjectSpec) -> bool:
    return spec.position[2] - spec.size[2] / 2 < 0.001


def test_there_are_three_sets_of_tasks() -> None:
    assert len(TASKS) >= 24
    assert len(TASK_SETS["atomic"]) >= 20
    assert len(set(TASK_SETS["compositional"]) - set(TASKS)) >= 8
    for tasks in TASK_SETS.values():
        assert all(name == task.name and ALL_TASKS[name] is task for name, task in tasks.items())
    assert all(task.one_call is (name in TASK_SETS["atomic"]) for name, task in ALL_TASKS.items())


@pytest.mark.parametrize("name", ALL_TASKS)
def test_a_seed_gives_the_same_instance_and_others_give_others(name: str) -> None:
    assert sample(name, 1) == sample(name, 1)
    assert len({sample(name, seed).scene for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("name", ALL_TASKS)
def test_objects_are_on_the_table_with_room_for_a_finger_between_them(name: str) -> None:
    for seed in SEEDS:
        objects = sample(name, seed).scene.objects
        assert len({spec.name for spec in objects}) == len(objects)
        for spec in objects:
            assert spec.kind in KINDS
            assert TABLE_X[0] <= spec.position[0] <= TABLE_X[1]
            assert TABLE_Y[0] <= spec.position[1] <= TABLE_Y[1]
        for a, b in itertools.combinations(filter(stands_on_table, objects), 2):
            outlines = [footprint(spec, spec.position[:2], spec.yaw) for spec in (a, b)]
            assert separation(*outlines) >= 0.025, (seed, a.name, b.name)


@pytest.mark.parametrize("name", ALL_TASKS)
def test_the_start_is_no_success_and_a_perfect_attempt_is(name: str) -> None:
    for seed in SEEDS:
        setup = sample(name, seed)
        at_start = ALL_TASKS[name].judge(setup.goal, start_view(setup.scene, setup.start))
        assert not at_start.success
        assert at_start.score == 0.0
        assert at_start.reason
        at_end = ALL_TASKS[name].judge(setup.goal, fulfilled(setup))
        assert at_end.success, (seed, setup.instruction, at_end.reason)
        assert at_end.score == 1.0


@pytest.mark.parametrize("name", ALL_TASKS)
def test_phrasings_that_are_kept_back_tell_the_same_instance_in_other_words(name: str) -> None:
    phrasing = ALL_TASKS[name].phrasing
    assert len(phrasing.kept) >= 2
    assert not set(phrasing.kept) & set(phrasing.templates)
    for seed in SEEDS:
        usual, kept = sample(name, seed), sample(name, seed, "kept")
        assert (kept.scene, kept.goal, kept.start) == (usual.scene, usual.goal, usual.start)
        assert kept.instruction != usual.instruction
        assert phrasing.read(kept.instruction) == phrasing.read(usual.instruction)


@pytest.mark.parametrize("phrasings", get_args(Phrasings))
@pytest.mark.parametrize("name", ALL_TASKS)
def test_an_instruction_is_understood_as_this_task_alone_and_names_what_is_there(
    name: str, phrasings: Phrasings
) -> None:
    for seed in SEEDS:
        setup = sample(name, seed, phrasings)
        read = {other: task.phrasing.read(setup.instruction) for other, task in ALL_TASKS.items()}
        parameters = read.pop(name)
        assert parameters is not None, setup.instruction
        assert not any(found is not None for found in read.values()), setup.instruction
        named = [value for value in parameters.values() if isinstance(value, str) and value.endswith(("block", "bowl"))]
        assert {spec.name for spec in setup.scene.objects} >= set(named)
        # A block with a twin could not be named without its number.
        assert not any(f"{value} 2" in {spec.name for spec in setup.scene.objects} for value in named)


@pytest.mark.parametrize("name", ALL_TASKS)
def test_each_phrasing_comes_up_and_says_the_same(name: str) -> None:
    phrasing = ALL_TASKS[name].phrasing
    assert len(phrasing.templates) >= 3
    parameters = phrasing.read(sample(name, 0).instruction)
    assert parameters is not None
    texts = {phrasing.write(parameters, np.random.default_rng(seed)) for seed in SEEDS}
    assert len(texts) == len(phrasing.templates)
    assert all(phrasing.read(text) == parameters for text in texts)


def test_both_branches_of_the_condition_come_up() -> None:
    bowls = set()
    for seed in SEEDS:
        setup = sample("if-more-than", seed)
        parameters = ALL_TASKS["if-more-than"].phrasing.read(setup.instruction)
        assert parameters is not None
        count = sum(spec.color == parameters["color"] and spec.kind == "block" for spec in setup.scene.objects)
        right = "bowl" if count > parameters["limit"] else "other"
        assert setup.goal.wanted[0].container == parameters[right]  # type: ignore[attr-defined]
        bowls.add(right)
    assert bowls == {"bowl", "other"}
