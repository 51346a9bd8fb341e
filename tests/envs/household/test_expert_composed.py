"""The expert's programs for tasks of one call, of loops and conditions: they win, and those for other tasks do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.agent import ACTION_DIALECTS, CodeActAgent
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Message
from embodied_codeact.describe import describe_environment
from embodied_codeact.envs.household import environment
from embodied_codeact.envs.household.builder_plans import Split
from embodied_codeact.envs.household.composed import (
    ATOMIC_KINDS,
    COMPOSED_KINDS,
    COMPOSITIONAL_KINDS,
    TaskSet,
    kinds_of,
)
from embodied_codeact.envs.household.expert import HouseholdExpert
from embodied_codeact.envs.household.expert_composed_scripts import COMPOSED
from embodied_codeact.models import resolve_model
from embodied_codeact.primitives.household_errors import NotPossible
from tests.envs.household.composed_games import Home, homes, make
from tests.envs.household.test_expert import LiveState
from tests.envs.household.test_expert_styles import household, run

EACH = 3


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("games")
    make(folder / "atomic", "atomic", EACH * len(ATOMIC_KINDS))
    make(folder / "compositional", "compositional", EACH * len(COMPOSITIONAL_KINDS))
    return folder


def attempt(
    adapter: Any, task: Any, *, flat: bool = False, instead: str = "", turns: int = 1
) -> tuple[bool, list[str], str]:
    """Let the expert play by the conversation alone, perhaps told to do something else ``instead``; return whether the
    game was won, the scripts, and what they printed last."""
    opening = adapter.reset(task)
    api = "take_from(object: str, receptacle: str) -> str" if flat else "house.take(object, receptacle)"
    guide = describe_environment(environment, adapter, []).guide
    text = opening.text.replace(task.instruction, f"{instead}.") if instead else opening.text
    assert instead in text
    messages = [Message("system", "Act."), Message("user", f"{guide}\n{api}\n{text}\n\nYou have 5 turns.")]
    names = {**adapter.primitives(), "NotPossible": NotPossible, "state": LiveState(adapter)}
    written, answer = list[str](), ""
    while len(written) < turns and not adapter.judge().success:
        reply = HouseholdExpert().reply(messages).text
        if "<execute>" not in reply:
            break
        written.append(reply.partition("<execute>")[2].partition("</execute>")[0])
        answer = run(written[-1], names)
        messages += [Message("assistant", reply), Message("user", f"Observation:\n{answer}")]
    return bool(adapter.judge().success), written, answer


@pytest.mark.parametrize("feedback", ["alfworld", "explained"])
@pytest.mark.parametrize("api", ["object", "mint"])
def test_wins_in_one_turn(games: Path, api: str, feedback: str) -> None:
    with household(games, api=api, feedback=feedback) as (adapter, tasks):
        assert {task.metadata["type"] for task in tasks} == set(COMPOSED_KINDS)
        for task in tasks:
            won, written, answer = attempt(adapter, task, flat=api == "mint")
            assert won, (task.id, task.instruction, written, answer)
            if task.metadata["type"] in ATOMIC_KINDS:
                assert adapter.observe().state["moves"] == 1


@pytest.mark.parametrize("way", range(max(map(len, COMPOSED.values()))))
def test_every_way_of_writing_a_program_wins(games: Path, way: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, ways in COMPOSED.items():
        monkeypatch.setitem(COMPOSED, kind, (ways[way % len(ways)],))
    with household(games / "compositional") as (adapter, tasks):
        for task in tasks:
            won, written, answer = attempt(adapter, task)
            assert won, (task.id, task.instruction, written, answer)


def other_task(home: Home) -> str:
    """Something else that could be asked for in the same home, and does not bring about what the task is."""
    if home.kind in ATOMIC_KINDS:
        here = home.fields["place"]
        return f"go to the {next(place for place in home.receptacles if place != here)}"
    if home.kind != "compositional-close":
        return "close everything that is open"
    return f"go to the {home.receptacles[0]}"


def other_branch(home: Home) -> str:
    """The same task for which the condition comes out the other way; empty where there is none."""
    said: Mapping[str, str] = home.fields
    if home.kind == "compositional-condition":
        there = home.where[home.only(said["a"])]
        place = there if said["place"] != there else next(p for p in home.receptacles if p not in said.values())
        return (
            f"if there is a {said['a']} in the {place}, put it in the {said['target']}, "
            f"otherwise put the {said['b']} in the {said['other']}"
        )
    if home.kind == "compositional-compare" and home.count(said["a"]) != home.count(said["b"]):
        return (
            f"if there are more {said['b']}s than {said['a']}s in this home, put the {said['c']} in the "
            f"{said['target']}, otherwise put the {said['d']} in the {said['other']}"
        )
    return ""


def test_an_empty_script_and_one_for_another_task_or_branch_do_not_win(games: Path) -> None:
    by_path = {str(home.path): home for home in homes(games)}
    branches = 0
    with household(games) as (adapter, tasks):
        for task in tasks:
            home = by_path[task.metadata["game"]]
            adapter.reset(task)
            run("", {})
            assert not adapter.judge().success
            for instead in (other_task(home), other_branch(home)):
                if instead:
                    won, written, answer = attempt(adapter, task, instead=instead)
                    assert written
                    assert "Error" not in answer
                    assert not won, (task.instruction, instead)
            branches += bool(other_branch(home))
    assert branches >= EACH + 1


def test_goes_there_and_fetches_it_first_where_the_call_alone_is_refused(games: Path) -> None:
    home = next(home for home in homes(games) if home.kind == "compositional-swap")
    name = home.only(home.fields["a"])
    somewhere = [place for place in home.receptacles if place != home.where[name]]
    target = home.where[home.only(home.fields["b"])]
    with household(games) as (adapter, tasks):
        (task,) = [task for task in tasks if task.metadata["game"] == str(home.path)]
        for feedback_turns in (1, 2):
            _, written, answer = attempt(adapter, task, instead=f"put the {name} in the {target}", turns=feedback_turns)
            assert len(written) == feedback_turns
        assert written[0].strip() == f'print(house.put("{name}", "{target}"))'
        assert f"You move the {name} to the {target}." in answer
        # Standing in the middle of the room, it takes one call to go, and none more is made.
        _, written, answer = attempt(adapter, task, instead=f"go to the {somewhere[0]}", turns=3)
        assert len(written) == 1
        assert f"You arrive at {somewhere[0]}." in answer


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("easy")
    sets: tuple[TaskSet, ...] = ("atomic", "compositional")
    for name in sets:
        make(folder / name, name, len(kinds_of(name)), difficulty="easy")
    with local_session("household", {"games": str(folder)}, sandbox="best") as client:
        yield client


@pytest.mark.keeps_processes
@pytest.mark.parametrize("form", ["json", "text"])
def test_wins_call_by_call(session: Any, form: str) -> None:
    dialect = ACTION_DIALECTS[form]
    tasks = session.describe().tasks
    assert {task.metadata["type"] for task in tasks} == set(COMPOSED_KINDS)
    for task in tasks:
        agent = CodeActAgent(resolve_model("expert", "household"), dialect=dialect, limits=default_limits(dialect))
        episode = agent.run(session, task)
        assert episode.status.success, task.instruction
        assert (len(episode.turns) == 1) == (task.metadata["type"] in ATOMIC_KINDS)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("split", ["training", "generalisation"])
@pytest.mark.parametrize("name", ["atomic", "compositional"])
def test_wins_in_many_homes(tmp_path: Path, name: TaskSet, split: Split) -> None:
    make(tmp_path, name, 234, seed=5, split=split)
    with household(tmp_path) as (adapter, tasks):
        lost = [task.id for task in tasks if not attempt(adapter, task)[0]]
    assert lost == []
