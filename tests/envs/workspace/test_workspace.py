"""The workspace: the contract, what it hands out, how strictly it reads answers, and what its verdicts need."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from embodied_codeact import tasks as core_tasks
from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.workspace import environment
from embodied_codeact.envs.workspace.adapter import WorkspaceAdapter
from embodied_codeact.envs.workspace.catalog import FREE
from embodied_codeact.envs.workspace.environment import WorkspaceOptions, installed_packages
from embodied_codeact.envs.workspace.state import NothingAsked
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.workspace import Workspace
from tests.cli.support import error_line, invoke


def playing(name: str, seed: int = 0) -> tuple[WorkspaceAdapter, Workspace]:
    adapter = environment.adapter(WorkspaceOptions(), WorldContext())
    adapter.reset(Task(name, "workspace", "", seed=seed))
    return adapter, adapter.primitives()["workspace"]


def best_region(scripts: Mapping[str, Any]) -> None:
    """By hand, without pandas: the world judges the same whatever package it was found with."""
    revenues: dict[str, list[float]] = {}
    for line in scripts["workspace"].read("sales.csv").splitlines()[1:]:
        _, region, units, price = line.split(",")
        if units:
            revenues.setdefault(region, []).append(int(units) * float(price))
    means = {region: sum(values) / len(values) for region, values in revenues.items()}
    best = max(means, key=means.__getitem__)
    scripts["workspace"].submit({"region": best, "mean_revenue": round(means[best], 2)})


def test_the_workspace_keeps_the_contract() -> None:
    check_environment(environment, oracle=best_region)


def test_the_guide_names_what_can_be_imported() -> None:
    assert "numpy" in installed_packages()
    assert all(name in environment.guide for name in installed_packages())


def test_the_free_task_is_what_the_core_takes_for_one() -> None:
    tasks = environment.tasks(WorkspaceOptions())
    assert [task.id for task in tasks if core_tasks.is_free(task)] == [tasks[-1].id] == [FREE]


def test_the_free_task_asks_for_nothing_and_is_never_a_success() -> None:
    adapter, workspace = playing(FREE)
    assert workspace.files() == []
    with pytest.raises(NothingAsked, match="tell the user"):
        workspace.submit(1)
    assert not adapter.judge().success


def test_the_answer_submitted_last_counts_and_its_verdict_reaches_no_script() -> None:
    adapter, workspace = playing("table-statistics")
    best_region({"workspace": workspace})
    assert adapter.judge().success
    said = workspace.submit({"region": "nowhere", "mean_revenue": 1})
    assert (said.number, said.understood) == (2, "region nowhere, mean revenue 1")
    assert not adapter.judge().success
    with pytest.raises(InvalidArgument):
        workspace.submit("I give up")
    seen = adapter.observe()
    assert seen.state == {"files": ["sales.csv"], "submissions": 2}
    assert (seen.text, seen.status.done) == ("", False)


def test_files_that_are_not_of_the_task_are_not_read() -> None:
    _, workspace = playing("clusters")
    with pytest.raises(InvalidArgument, match=r"Did you mean 'points.csv'"):
        workspace.read("point.csv")
    with pytest.raises(InvalidArgument, match="use open"):
        workspace.read(os.devnull)
    with pytest.raises(InvalidArgument, match=r"state\.files"):
        workspace.read(0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "answer", "says"),
    [
        ("remainders", 3.0, "whole number, such as 12, of plain numbers and texts; got 3.0"),
        ("remainders", True, "got True"),
        ("remainders", "x" * 999, "got 'xxxxx"),
        ("equation", 1.0, "a list of numbers"),
        ("equation", [1.0, float("nan")], "a list of numbers, of plain numbers and texts; got nan"),
        ("equation", [10**400], "a list of numbers"),
        ("equation", [1j], "got 1j"),
        ("table-statistics", ["north", 1], "a dict with the keys 'region', 'mean_revenue'"),
        ("table-statistics", {"region": "north"}, "yours has 'region'"),
        ("table-statistics", {"region": "north", "mean_revenue": None}, "got None"),
        ("regression", np.zeros(49), "a list of 50 numbers; yours has 49"),
        ("regression", np.zeros((50, 1)), "a list of 50 numbers"),
        ("clusters", [[0, 0]], "points .x, y.; yours has lengths .2."),
        ("clusters", [[0, "0"]] * 4, "points"),
        ("shortest-way", "Holt", "a list of names, such as"),
        ("shortest-way", ["Holt", "Paris"], "there is no Paris; the names are: Aldbrook"),
    ],
)
def test_an_answer_of_another_form_is_told_the_form(task: str, answer: Any, says: str) -> None:
    adapter, workspace = playing(task)
    with pytest.raises(InvalidArgument, match=says):
        workspace.submit(answer)
    assert adapter.observe().state["submissions"] == 0
    assert not adapter.judge().success


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("remainders", 0),
        ("equation", []),
        ("regression", [10.0] * 50),
        ("regression", [1e300] * 50),
        ("shortest-way", []),
        ("shortest-way", ["Holt"]),
    ],
)
def test_a_plain_wrong_answer_is_wrong(task: str, answer: Any) -> None:
    adapter, workspace = playing(task)
    workspace.submit(answer)
    assert not adapter.judge().success


def test_one_centre_does_not_stand_for_all_groups() -> None:
    adapter, workspace = playing("clusters")
    rows = [line.split(",") for line in workspace.read("points.csv").splitlines()[1:]]
    centre = np.array(rows, dtype=float).mean(axis=0).tolist()
    for count in range(4, 7):
        try:
            workspace.submit([centre] * count)
        except InvalidArgument:
            continue
    assert adapter.observe().state["submissions"] == 1
    assert not adapter.judge().success


def test_the_command_line_knows_it() -> None:
    assert "no option 'games'" in error_line(invoke("run", "workspace", "--games", "x"))
