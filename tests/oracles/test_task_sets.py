"""The expert does the tabletop's atomic and compositional tasks through the whole path, in each form of action."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent
from embodied_codeact.agent.limits import Limits, default_limits
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Episode, Task
from embodied_codeact.envs.tabletop.tasks import ATOMIC, COMPOSITIONAL, TASKS, TaskSet
from embodied_codeact.models import resolve_model

pytestmark = pytest.mark.keeps_processes

FORMS = ("code", "json", "text")
SEEDS = {"code": range(20), "json": range(3), "text": range(3)}
NEW = tuple(name for name in COMPOSITIONAL if name not in TASKS)
COMPOSITIONAL_SHARE = 0.98
ONE_TURN = Limits(turns=1)
FEW_ATOMIC = ("set-gripper", "lower-hand", "turn-hand", "put-turned", "push-by")
FEW_COMPOSITIONAL = ("as-many-as", "continue-row")


@pytest.fixture(scope="module")
def sessions() -> Iterator[dict[TaskSet, EnvironmentClient]]:
    with (
        local_session("tabletop", {"tasks": "atomic"}, sandbox="best") as atomic,
        local_session("tabletop", {"tasks": "compositional"}, sandbox="best") as compositional,
    ):
        yield {"atomic": atomic, "compositional": compositional}


def play(session: EnvironmentClient, name: str, seed: int, form: str, limits: Limits | None = None) -> Episode:
    dialect = ACTION_DIALECTS[form]
    model = resolve_model("expert", "tabletop")
    task = Task(name, "tabletop", "", seed=seed)
    return CodeActAgent(model, dialect=dialect, limits=limits or default_limits(dialect)).run(session, task)


def check_one_call(session: EnvironmentClient, name: str, seed: int, form: str) -> None:
    """One turn, one call; and with more turns nothing but the finish follows."""
    episode = play(session, name, seed, form, ONE_TURN)
    assert episode.status.success, (name, seed, form, episode.turns[0].reply, episode.status.reason)
    assert len(episode.turns) == 1
    result = episode.turns[0].result
    assert result is not None
    assert result.calls_total == 1


def test_the_option_chooses_the_tasks(sessions: dict[TaskSet, EnvironmentClient]) -> None:
    for chosen, tasks in (("atomic", ATOMIC), ("compositional", COMPOSITIONAL)):
        offered = sessions[chosen].describe().tasks  # type: ignore[index]
        assert [task.id for task in offered] == list(tasks)
        assert all(task.metadata["type"] == task.id for task in offered)


@pytest.mark.parametrize("form", FORMS)
def test_a_few_atomic_tasks_take_one_turn_of_one_call(sessions: dict[TaskSet, EnvironmentClient], form: str) -> None:
    for name in FEW_ATOMIC:
        check_one_call(sessions["atomic"], name, 1, form)


def test_after_the_call_it_finishes(sessions: dict[TaskSet, EnvironmentClient]) -> None:
    for form in FORMS:
        episode = play(sessions["atomic"], "shift-hand", 1, form)
        assert (episode.status.success, episode.end, len(episode.turns)) == (True, "finish", 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_few_compositional_tasks(sessions: dict[TaskSet, EnvironmentClient], form: str) -> None:
    for name in FEW_COMPOSITIONAL:
        episode = play(sessions["compositional"], name, 1, form)
        assert episode.status.success, (name, episode.turns[-1].reply, episode.status.reason)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("form", FORMS)
def test_every_atomic_task_takes_one_turn_of_one_call(sessions: dict[TaskSet, EnvironmentClient], form: str) -> None:
    for name in ATOMIC:
        for seed in SEEDS[form]:
            check_one_call(sessions["atomic"], name, seed, form)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("form", FORMS)
def test_every_compositional_task_is_solved(sessions: dict[TaskSet, EnvironmentClient], form: str) -> None:
    for name in NEW:
        solved = [play(sessions["compositional"], name, seed, form).status.success for seed in SEEDS[form]]
        assert sum(solved) >= COMPOSITIONAL_SHARE * len(solved), (name, solved)
