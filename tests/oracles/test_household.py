"""Every built-in home is solvable through the whole path, by its oracle and by the expert, and not by doing nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Task
from embodied_codeact.models import resolve_model
from tests.oracles.household import oracle_script

pytestmark = pytest.mark.keeps_processes

TASK_TYPES = {
    "look_at_obj_in_light",
    "pick_and_place_simple",
    "pick_clean_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_two_obj_and_place",
}


@pytest.fixture(scope="module")
def session() -> Iterator[EnvironmentClient]:
    with local_session("household", sandbox="best") as client:
        yield client


def tasks_of(session: EnvironmentClient) -> dict[str, list[Task]]:
    by_type: dict[str, list[Task]] = {}
    for task in session.describe().tasks:
        by_type.setdefault(task.metadata["type"], []).append(task)
    return by_type


def test_there_is_a_home_for_each_type(session: EnvironmentClient) -> None:
    assert set(tasks_of(session)) == TASK_TYPES


@pytest.mark.parametrize("kind", sorted(TASK_TYPES))
def test_the_oracle_wins_and_doing_nothing_does_not(session: EnvironmentClient, kind: str) -> None:
    for task in tasks_of(session)[kind]:
        game = json.loads(Path(task.metadata["game"]).read_text())
        session.reset(task)
        assert not session.observe(settle=True).status.success
        result, seen = session.execute(oracle_script(game), timeout_s=60)
        assert result.error is None, result.error
        assert seen.status.success
        assert seen.status.done


@pytest.mark.parametrize("kind", sorted(TASK_TYPES))
def test_the_expert_wins(session: EnvironmentClient, kind: str) -> None:
    task = tasks_of(session)[kind][0]
    episode = CodeActAgent(resolve_model("expert", "household"), limits=Limits(turns=5)).run(session, task)
    assert episode.status.success
    assert episode.end == "environment"
    assert episode.turns[-1].result is not None
    assert episode.turns[-1].result.calls_total > 0
