"""Folders of the atomic and the compositional set: laid out, continued and refused like those of ALFWorld's kinds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from embodied_codeact.envs.household.composed import ATOMIC_KINDS, COMPOSITIONAL_KINDS, TaskSet, kinds_of
from embodied_codeact.envs.household.games import TASK_TYPES, list_tasks
from embodied_codeact.envs.household.generator import GeneratorOptions, generator
from embodied_codeact.errors import ConfigurationError
from tests.envs.household.composed_games import make
from tests.envs.household.test_generator import tree


@pytest.mark.parametrize("name", ["atomic", "compositional"])
def test_every_kind_by_turns_and_told_by_the_folder(tmp_path: Path, name: TaskSet) -> None:
    kinds = kinds_of(name)
    summary = make(tmp_path, name, 2 * len(kinds), verify=True)
    assert summary.task_types == dict.fromkeys(kinds, 2)
    assert summary.verified == 2 * len(kinds)
    tasks = list_tasks("household", str(tmp_path))
    assert Counter(task.metadata["type"] for task in tasks) == dict.fromkeys(kinds, 2)
    assert all(task.id.startswith(f"{task.metadata['type']}-") for task in tasks)
    # One file alone is the same task.
    (single,) = list_tasks("household", tasks[0].metadata["game"])
    assert (single.id, single.metadata["type"]) == (tasks[0].id, tasks[0].metadata["type"])


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
@pytest.mark.parametrize("split", ["training", "generalisation"])
def test_every_plan_wins(tmp_path: Path, difficulty: str, split: str) -> None:
    for name in ("atomic", "compositional"):
        options = GeneratorOptions(set=name, difficulty=difficulty, split=split, verify=True)  # type: ignore[arg-type]
        made = generator.generate(options, tmp_path / name, count=13, seed=11, on_made=lambda: None)
        assert made.verified == 13


def test_the_same_arguments_give_the_same_folder_in_any_process(tmp_path: Path) -> None:
    make(tmp_path / "here", "compositional", 13, seed=3)
    code = (
        "import sys; from pathlib import Path; from embodied_codeact.envs.household.generator import *;"
        "options = GeneratorOptions(set='compositional');"
        "generator.generate(options, Path(sys.argv[1]), count=13, seed=3, on_made=lambda: None)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")], check=True, env={**os.environ, "PYTHONHASHSEED": "1"}
    )
    assert tree(tmp_path / "here") == tree(tmp_path / "there")
    make(tmp_path / "here", "compositional", 15, seed=3)
    make(tmp_path / "whole", "compositional", 15, seed=3)
    assert tree(tmp_path / "here") == tree(tmp_path / "whole")


def test_a_folder_is_for_one_set(tmp_path: Path) -> None:
    make(tmp_path, "atomic", 1)
    assert json.loads((tmp_path / "generated.json").read_text())["set"] == "atomic"
    with pytest.raises(ConfigurationError, match="made with set atomic, not compositional"):
        make(tmp_path, "compositional", 1)
    make(tmp_path / "alfworld", "alfworld", 1)
    assert "set" not in json.loads((tmp_path / "alfworld" / "generated.json").read_text()), "as folders ever were"


def test_kinds_and_rooms_that_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'atomic-goto'"):
        make(tmp_path / "homes", "atomic", 1, task_type=["atomic-got"])
    with pytest.raises(ConfigurationError, match="task type of the set 'atomic'"):
        make(tmp_path / "homes", "atomic", 1, task_type=["compositional-swap"])
    with pytest.raises(ConfigurationError, match="task type"):
        make(tmp_path / "homes", "alfworld", 1, task_type=["atomic-goto"])
    with pytest.raises(ConfigurationError, match="atomic-heat cannot be done in Bedroom"):
        make(tmp_path / "homes", "atomic", 1, task_type=["atomic-heat"], room_type=["Bedroom"])
    assert not (tmp_path / "homes").exists()
    kinds = make(tmp_path / "bedroom", "atomic", 9, room_type=["Bedroom"]).task_types
    assert not {"atomic-heat", "atomic-cool"} & set(kinds)
    with pytest.raises(ConfigurationError, match="no home for compositional-empty was found"):
        make(tmp_path / "bare", "compositional", 1, task_type=["compositional-empty"], distractors=0)


def test_no_kind_is_the_beginning_of_another() -> None:
    kinds = (*TASK_TYPES, *ATOMIC_KINDS, *COMPOSITIONAL_KINDS)
    assert not [(one, other) for one in kinds for other in kinds if other.startswith(f"{one}-")]
