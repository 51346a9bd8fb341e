"""The workspace's expert knows only the conversation: it computes, hands in, stops, and says what it cannot."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Episode, Message, Task
from embodied_codeact.envs.workspace.catalog import KINDS
from embodied_codeact.envs.workspace.expert import WorkspaceExpert
from embodied_codeact.envs.workspace.expert_scripts import WAYS, way_to
from embodied_codeact.models import resolve_model

pytest.importorskip("sklearn", reason="needs the extra 'science'")
pytestmark = pytest.mark.keeps_processes

SEEDS = range(20)
BY_CALLS = ("equation", "shortest-way", "remainders")
"""Problems of which everything that has to be read fits an observation."""


@pytest.fixture(scope="module")
def session() -> Iterator[EnvironmentClient]:
    with local_session("workspace", sandbox="best") as client:
        yield client


def play(session: EnvironmentClient, name: str, seed: int, form: str) -> Episode:
    dialect = ACTION_DIALECTS[form]
    task = Task(name, "workspace", "", seed=seed)
    agent = CodeActAgent(resolve_model("expert", "workspace"), dialect=dialect, limits=default_limits(dialect))
    return agent.run(session, task)


def opening(instruction: str, packages: str = "numpy, pandas, scikit-learn, sympy") -> list[Message]:
    guide = f"Installed packages besides the standard library: {packages}. Open matplotlib figures are shown."
    return [Message("system", guide), Message("user", f"Files: x.\n\nYour task is to: {instruction}")]


def reply(messages: list[Message]) -> str:
    return WorkspaceExpert().reply(messages).text


def test_it_understands_each_kind_as_this_kind_and_writes_python_for_it() -> None:
    assert {way.kind for way in WAYS} == {kind.name for kind in KINDS}
    for kind in KINDS:
        for seed in SEEDS:
            found = way_to(kind.problem(seed).instruction)
            assert found is not None
            assert found[0].kind == kind.name
            ast.parse(found[0].script(found[1]))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_it_solves_the_task_in_one_script(session: EnvironmentClient, kind: str) -> None:
    episode = play(session, kind, 1, "code")
    assert episode.status.success, episode.turns[0].observation
    assert len(episode.turns) == 2


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("kind", BY_CALLS)
def test_it_solves_by_single_calls_what_can_be_read_whole(session: EnvironmentClient, kind: str, form: str) -> None:
    assert play(session, kind, 2, form).status.success


def test_it_says_so_where_a_file_is_too_long_for_single_calls(session: EnvironmentClient) -> None:
    episode = play(session, "table-statistics", 0, "json")
    assert not episode.status.success
    assert episode.end == "finish"
    assert len(episode.turns) == 2
    assert "too long to read by single calls" in episode.turns[-1].reply


def test_it_tries_twice_and_then_says_what_went_wrong() -> None:
    messages = opening("Find all real solutions of x**2 - 4 = 0. Submit the list of them.")
    error = "Error:\nTraceback (most recent call last):\n  line 3, in <module>\nValueError: no roots"
    for _ in range(2):
        messages += [Message("assistant", reply(messages)), Message("user", error)]
        assert "<execute>" in messages[-2].content
    assert "ValueError: no roots" in messages[-2].content
    assert "<solution>not done: ValueError: no roots</solution>" in reply(messages)


def test_a_script_that_handed_nothing_in_is_not_taken_for_done() -> None:
    messages = opening("Find all real solutions of x**2 - 4 = 0. Submit the list of them.")
    messages += [Message("assistant", reply(messages)), Message("user", "3 turns left.")]
    assert "<execute>" in reply(messages)
    messages += [
        Message("assistant", reply(messages)),
        Message("user", "Submission(number=1, understood='2 solutions')"),
    ]
    assert "<solution>done</solution>" in reply(messages)


def test_it_says_so_where_a_package_is_missing_or_the_task_is_another() -> None:
    assert "it takes sympy" in reply(opening("Find all real solutions of x - 4 = 0.", packages="numpy"))
    assert "I do not understand the task" in reply(opening("do what the user asks"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_it_solves_twenty_seeds(session: EnvironmentClient, kind: str) -> None:
    assert all(play(session, kind, seed, "code").status.success for seed in SEEDS)
