"""Each judged task of the workspace is solvable through the whole path by its oracle, and not by doing nothing. The
oracles are the expert's own scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Task
from embodied_codeact.envs.workspace.catalog import KINDS
from embodied_codeact.envs.workspace.expert_scripts import way_to
from embodied_codeact.models.script import ScriptModel

pytest.importorskip("sklearn", reason="needs the extra 'science'")
pytestmark = pytest.mark.keeps_processes

TASKS = ("table-statistics", "equation", "regression", "clusters", "shortest-way", "remainders")


@pytest.fixture(scope="module")
def session() -> Iterator[EnvironmentClient]:
    with local_session("workspace", sandbox="best") as client:
        yield client


def task_of(session: EnvironmentClient, name: str, seed: int) -> Task:
    return replace(next(task for task in session.describe().tasks if task.id == name), seed=seed)


def oracle_script(name: str, instruction: str) -> str:
    found = way_to(instruction)
    assert found is not None
    way, parameters = found
    assert way.kind == name
    return way.script(parameters)


def test_all_judged_tasks_have_an_oracle(session: EnvironmentClient) -> None:
    assert {task.id for task in session.describe().tasks} == {*TASKS, "free"}


@pytest.mark.parametrize("name", TASKS)
def test_the_oracle_is_right_and_doing_nothing_is_not(session: EnvironmentClient, name: str) -> None:
    instruction = session.reset(task_of(session, name, 0)).instruction
    session.execute("pass", timeout_s=60)
    assert not session.observe(settle=True).status.success
    result, _ = session.execute(oracle_script(name, instruction), timeout_s=60)
    assert result.error is None, result.error.text()
    assert "Submission(number=1" in result.stdout
    assert session.observe(settle=True).status.success


@pytest.mark.parametrize("name", ["equation", "shortest-way", "remainders"])
def test_what_is_right_for_one_seed_is_not_for_another(session: EnvironmentClient, name: str) -> None:
    """The answer is the world's own; of these tasks a part stands in the instruction."""
    problem = next(kind for kind in KINDS if kind.name == name)
    instruction = problem.problem(0).instruction
    session.reset(task_of(session, name, 8))
    session.execute(oracle_script(name, instruction), timeout_s=60)
    assert not session.observe(settle=True).status.success


def test_an_agent_that_submits_and_finishes_has_solved_the_task(session: EnvironmentClient) -> None:
    task = task_of(session, "remainders", 3)
    script = oracle_script(task.id, session.reset(task).instruction)
    episode = CodeActAgent(ScriptModel(script)).run(session, task)
    assert (episode.status.success, episode.end) == (True, "finish")
    assert episode.task.instruction.startswith("Find the smallest positive whole number")


def test_each_seed_is_a_problem_of_its_own() -> None:
    assert {kind.name for kind in KINDS} == set(TASKS)
    for kind in KINDS:
        assert len({kind.problem(seed).instruction + repr(kind.problem(seed).files) for seed in range(20)}) == 20
