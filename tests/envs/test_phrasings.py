"""Instructions in people's own words: each gets a home or a scene in which exactly that is to be done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embodied_codeact.contracts import Task
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_plans import KEPT_BACK
from embodied_codeact.envs.household.games import list_tasks
from embodied_codeact.envs.household.generator import GeneratorOptions, generator
from embodied_codeact.envs.household.generator_told import TASK_NAMES
from embodied_codeact.envs.phrasings import SHIPPED, Told, read_told
from embodied_codeact.envs.tabletop.environment import TabletopEnvironment, TabletopOptions
from embodied_codeact.envs.tabletop.expert_reading import understand
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS
from embodied_codeact.envs.tabletop.tasks.told import exchanged_colors, known_parameters, told_setup, told_task
from embodied_codeact.errors import ConfigurationError

KEPT = GeneratorOptions(split="generalisation", instructions=SHIPPED)


def written(folder: Path, **fields: Any) -> str:
    line = {"environment": "household", "task": "place", "parameters": {"thing": "mug", "target": "cabinet"}}
    file = folder / "mine.jsonl"
    file.write_text(json.dumps({**line, "instruction": "Mug. Cabinet. Now!", **fields}) + "\n")
    return str(file)


def generate(out: Path, options: GeneratorOptions) -> int:
    return generator.generate(options, out, count=500, seed=8, on_made=lambda: None).verified


def setup(task: str, seed: int = 0, **parameters: Any) -> Any:
    asked = told_task(Told("tabletop", task, parameters, "do it"), seed)
    return told_setup(ALL_TASKS[task], asked, np.random.default_rng(seed))


def test_the_shipped_file_is_of_sentences_that_no_template_yields() -> None:
    household, tabletop = read_told(SHIPPED, "household"), read_told(SHIPPED, "tabletop")
    assert len({each.instruction for each in household + tabletop}) == 72
    assert not any(understand(each.instruction) for each in tabletop)
    for each in household:
        words = {key: each.parameters[name] for key, name in (("obj", "thing"), ("recep", "target"))}
        words |= {"toggle": each.parameters["target"], "mrecep": ""}
        templates = alfworld_data().sentences[TASK_NAMES[each.task]]
        assert each.instruction.lower() not in {template.format(**words) for template in templates}


def test_each_instruction_has_a_kept_home_that_can_be_won(tmp_path: Path) -> None:
    told = read_told(SHIPPED, "household")
    assert generate(tmp_path, GeneratorOptions(split="generalisation", instructions=SHIPPED, verify=True)) == len(told)
    tasks = list_tasks("household", str(tmp_path))
    asked = {each.instruction: (TASK_NAMES[each.task], *each.parameters.values()) for each in told}
    for task in tasks:
        kind, thing, _, target, _ = Path(task.id).parts[0].split("-")
        assert asked[task.instruction] == (kind, thing.lower(), target.lower())
    plans = [json.loads(path.read_text())["generated"]["floor_plans"] for path in tmp_path.rglob("traj_data.json")]
    assert {number for found in plans for number in found} <= KEPT_BACK
    assert len(tasks) == len(told)


def test_a_folder_of_homes_notices_other_instructions(tmp_path: Path) -> None:
    mine = written(tmp_path)
    options = GeneratorOptions(instructions=mine)
    generate(tmp_path / "out", options)
    generate(tmp_path / "out", options)
    written(tmp_path, instruction="Into the cabinet with a mug.")
    with pytest.raises(ConfigurationError, match="instructions"):
        generate(tmp_path / "out", options)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"task": "plase"}, "line 1: .*plase.*place"),
        ({"parameters": {"thing": "mug"}}, "thing"),
        ({"parameters": {"thing": "mugg", "target": "cabinet"}}, "line 1: .*mugg.*mug"),
        ({"parameters": {"thing": "mug", "target": "bathtubbasin"}}, "line 1"),
        ({"instruction": "a mug; in a cabinet"}, "';'"),
        ({"instruction": " "}, "one line"),
        ({"words": "no"}, "line 1: .*words"),
        ({"environment": "tabletop"}, "no instruction"),
    ],
)
def test_what_no_home_can_be_made_for_is_told(tmp_path: Path, fields: dict[str, Any], error: str) -> None:
    options = GeneratorOptions(instructions=written(tmp_path, **fields), split="generalisation")
    with pytest.raises(ConfigurationError, match=error):
        generate(tmp_path / "out", options)


def test_the_tabletop_offers_a_task_for_each_line() -> None:
    tasks = TabletopEnvironment().tasks(TabletopOptions(instructions=SHIPPED))
    told = read_told(SHIPPED, "tabletop")
    assert [task.instruction for task in tasks] == [each.instruction for each in told]
    assert len({task.id for task in tasks}) == len(told)
    for task in tasks:
        drawn = told_setup(ALL_TASKS[task.metadata["type"]], task, np.random.default_rng(task.seed))
        again = told_setup(ALL_TASKS[task.metadata["type"]], task, np.random.default_rng(task.seed))
        assert drawn == again
        assert drawn.instruction == task.instruction
        names = {spec.name for spec in drawn.scene.objects}
        for value in task.metadata["parameters"].values():
            assert not isinstance(value, str) or not value.endswith(("block", "bowl", "zone")) or value in names


def test_a_scene_in_other_colors_is_the_same_scene() -> None:
    one = setup("stack-tower", colors=["red", "green", "blue"])
    other = setup("stack-tower", colors=["blue", "red", "pink"])
    assert [spec.position for spec in one.scene.objects] == [spec.position for spec in other.scene.objects]
    assert [condition.upper for condition in other.goal.wanted] == ["red block", "pink block"]
    for spec in other.scene.objects:
        assert spec.name == f"{spec.color} block"


def test_numbers_and_words_are_as_asked_for() -> None:
    assert setup("lift", block="red block", height=15).goal.wanted[0].height == 0.15
    things = setup("collect-in-tray", things="ducks")
    assert [condition.name for condition in things.goal.wanted][:2] == ["duck", "duck 2"]
    assert setup("collect-in-tray", things=["duck", None]).scene == things.scene


def test_colors_are_exchanged_one_for_one() -> None:
    drawn = {"first": "red block", "second": "blue block"}
    colors = exchanged_colors(drawn, {"first": "blue block", "second": "red block"})
    assert colors is not None
    assert colors["red"] == "blue"
    assert len(set(colors.values())) == len(colors)
    assert exchanged_colors(drawn, {"first": "blue block", "second": "blue block"}) is None
    assert exchanged_colors({"height": 5}, {"height": 6}) is None


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"block": "red block"}, "has the parameters block, height"),
        ({"block": "white block", "height": 10}, "no block 'white block'"),
        ({"block": "red block", "height": [1]}, "no height"),
    ],
)
def test_parameters_that_a_task_has_not(parameters: dict[str, Any], error: str) -> None:
    with pytest.raises(ConfigurationError, match=error):
        known_parameters(ALL_TASKS["lift"], parameters)


def test_values_that_a_task_never_draws() -> None:
    metadata = {"type": "lift", "parameters": {"block": "red block", "height": 99}}
    with pytest.raises(ConfigurationError, match="no scene for .*99"):
        told_setup(ALL_TASKS["lift"], Task("lift", "tabletop", "lift it", metadata=metadata), np.random.default_rng(0))
