"""The adapter on TextWorld: ALFWorld's words, its verdict, and nothing left behind."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.conformance import check_environment
from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household.adapter import HouseholdAdapter
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, Stopped
from tests.envs.household.small_game import PROBLEM, small_game, write_game


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small game in the newer words and in the older ones."""
    folder = tmp_path_factory.mktemp("games")
    write_game(folder / "new" / "game.tw-pddl", small_game())
    write_game(folder / "old" / "game.tw-pddl", small_game(older=True))
    return folder


@pytest.fixture(scope="module")
def adapter(folder: Path) -> Iterator[HouseholdAdapter]:
    adapter = environment.adapter(HouseholdOptions(games=str(folder)), WorldContext())
    yield adapter
    adapter.close()


def task(name: str) -> Task:
    return Task(id=name, environment="household", instruction="put a mug in drawer.")


def solve(scripts: Any) -> None:
    house = scripts["house"]
    house.goto("countertop 1")
    house.take("mug 1", "countertop 1")
    house.goto("drawer 1")
    house.open("drawer 1")
    house.put("mug 1", "drawer 1")


def test_it_meets_the_contract(folder: Path) -> None:
    check_environment(environment, {"games": str(folder / "new")}, oracle=solve)


@pytest.mark.parametrize(
    ("name", "arrival", "put"),
    [
        ("new", "You arrive at drawer 1. ", "You move the mug 1 to the drawer 1."),
        ("old", "", "You put the mug 1 in/on the drawer 1."),
    ],
)
def test_a_game_is_won_in_its_own_words(adapter: HouseholdAdapter, name: str, arrival: str, put: str) -> None:
    house = adapter.primitives()["house"]
    opening = adapter.reset(task(name))
    assert opening.text == (
        "You are in the middle of a room. Looking quickly around you, you see a countertop 1, a drawer 1, and a "
        "microwave 1.\nYour task is to: put a mug in drawer."
    )
    assert house.goto("countertop 1").endswith("On the countertop 1, you see a mug 2, and a mug 1.")
    assert house.take("mug 1", "countertop 1") == "You pick up the mug 1 from the countertop 1."
    assert house.take("mug 2", "countertop 1") == "Nothing happens."
    assert house.goto("drawer 1") == f"{arrival}The drawer 1 is closed."
    assert house.put("mug 1", "drawer 1") == "Nothing happens."
    assert house.open("drawer 1") == "You open the drawer 1. The drawer 1 is open. In it, you see nothing."
    assert not adapter.observe().status.done
    assert house.put("mug 1", "drawer 1") == put
    won = adapter.observe()
    assert (won.status.success, won.status.score, won.status.done, won.status.reason) == (
        True,
        1.0,
        True,
        "the game is won",
    )
    assert won.state == {
        "location": "drawer 1",
        "holding": None,
        "places": ["countertop 1", "drawer 1", "microwave 1"],
        "seen": {"countertop 1": ["mug 2"], "drawer 1": ["mug 1"]},
        "moves": 5,
    }


def test_undoing_what_won_the_game_keeps_it_won_until_the_reset(adapter: HouseholdAdapter) -> None:
    adapter.reset(task("new"))
    solve(adapter.primitives())
    house = adapter.primitives()["house"]
    assert house.take("mug 1", "drawer 1") == "You pick up the mug 1 from the drawer 1."
    assert adapter.judge().success
    assert adapter.observe().state["holding"] == "mug 1"
    assert not adapter.reset(task("new")).status.success


def test_the_flat_functions_play_the_same_game(folder: Path) -> None:
    adapter = environment.adapter(HouseholdOptions(games=str(folder), api="mint"), WorldContext())
    scripts = adapter.primitives()
    try:
        adapter.reset(task("old"))
        scripts["goto"]("countertop 1")
        scripts["take_from"]("mug 2", "countertop 1")
        assert scripts["goto"]("drawer 1") == "The drawer 1 is closed."
        scripts["open_receptacle"]("drawer 1")
        assert scripts["put"]("mug 2", "drawer 1") == "You put the mug 2 in/on the drawer 1."
        assert adapter.judge().success
    finally:
        adapter.close()


def test_blanks_around_a_name_do_not_get_into_the_state(folder: Path) -> None:
    adapter = environment.adapter(HouseholdOptions(games=str(folder), api="mint"), WorldContext())
    try:
        adapter.reset(task("new"))
        assert "countertop 1" in adapter.primitives()["goto"]("countertop 1 ")
        assert adapter.observe().state["location"] == "countertop 1"
    finally:
        adapter.close()


def test_a_game_that_cannot_be_started_has_no_verdict_of_the_one_before(tmp_path: Path) -> None:
    for name in ("good", "bad"):
        write_game(
            tmp_path / name / "game.tw-pddl", small_game() if name == "good" else small_game() | {"pddl_problem": "("}
        )
    adapter = environment.adapter(HouseholdOptions(games=str(tmp_path)), WorldContext())
    try:
        adapter.reset(task("good"))
        solve(adapter.primitives())
        assert adapter.judge().success
        with pytest.raises(ConfigurationError, match="cannot be played"):
            adapter.reset(task("bad"))
        assert not adapter.judge().success
    finally:
        adapter.close()


def test_nothing_is_left_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["caller", "--its-own"])
    arguments = sys.argv
    adapter = environment.adapter(HouseholdOptions(games=str(folder)), WorldContext())
    house = adapter.primitives()["house"]
    adapter.reset(task("new"))
    adapter.close()
    adapter.close()
    assert list(tmp_path.iterdir()) == []
    assert sys.argv is arguments
    assert sys.argv == ["caller", "--its-own"]
    with pytest.raises(EnvironmentFailure, match="reset"):
        house.look()
    # The planner that was given back serves the next game as a fresh one would.
    assert adapter.reset(task("old")).state["places"] == ["countertop 1", "drawer 1", "microwave 1"]
    assert house.goto("drawer 1") == "The drawer 1 is closed."
    adapter.close()


def test_two_adapters_play_side_by_side(folder: Path, adapter: HouseholdAdapter) -> None:
    other = environment.adapter(HouseholdOptions(games=str(folder)), WorldContext())
    try:
        adapter.reset(task("new"))
        other.reset(task("new"))
        solve(adapter.primitives())
        assert other.primitives()["house"].goto("countertop 1").endswith("you see a mug 2, and a mug 1.")
        assert adapter.judge().success
        assert not other.judge().success
    finally:
        other.close()


def test_a_requested_stop_is_obeyed(folder: Path) -> None:
    stop = False
    context = WorldContext(stop_requested=lambda: stop)
    adapter = environment.adapter(HouseholdOptions(games=str(folder)), context)
    try:
        adapter.reset(task("new"))
        stop = True
        with pytest.raises(Stopped):
            adapter.primitives()["house"].goto("drawer 1")
        assert adapter.observe().state["location"] is None
    finally:
        adapter.close()


def test_an_unknown_task_is_named_with_its_neighbour(adapter: HouseholdAdapter) -> None:
    with pytest.raises(ConfigurationError, match="unknown household task 'newt'. Did you mean 'new'"):
        adapter.reset(task("newt"))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"pddl_problem": PROBLEM[: len(PROBLEM) // 2]},
        {"pddl_problem": ""},
        {"pddl_problem": "(define (problem small) (:domain alfred))"},
        # The planner's translator ends the process over this one: SystemExit.
        {"pddl_problem": PROBLEM.replace("(:init", "(:init (= (nothing) nothing)")},
        {"pddl_domain": "(define (domain alfred)"},
        {"grammar": 'grammar :: """\n"rhs": "Your task is to: x" action PutObject { template :: "put {o} in {r}"'},
    ],
    ids=["cut problem", "empty problem", "no goal", "bad fact", "cut domain", "cut grammar"],
)
def test_a_game_that_does_not_parse_is_refused_by_name(spoilt: dict[str, str], tmp_path: Path) -> None:
    path = write_game(tmp_path / "spoilt.tw-pddl", {**small_game(), **spoilt})
    whole = write_game(tmp_path / "whole.tw-pddl", small_game())
    adapter = environment.adapter(HouseholdOptions(games=str(tmp_path)), WorldContext())
    try:
        with pytest.raises(ConfigurationError) as caught:
            adapter.reset(task("spoilt"))
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        with pytest.raises(EnvironmentFailure, match="reset"):
            adapter.primitives()["house"].look()
        # The next game is none the worse for it.
        assert whole.is_file()
        assert adapter.reset(task("whole")).state["location"] is None
    finally:
        adapter.close()


def test_a_gap_in_the_grammar_is_a_failure_of_the_environment(tmp_path: Path) -> None:
    game = small_game()
    game["grammar"] = game["grammar"].replace('"CloseObject.feedback"', '"Unheard.of"')
    write_game(tmp_path / "gap.tw-pddl", game)
    adapter = environment.adapter(HouseholdOptions(games=str(tmp_path)), WorldContext())
    house = adapter.primitives()["house"]
    try:
        adapter.reset(task("gap"))
        house.goto("drawer 1")
        house.open("drawer 1")
        with pytest.raises(EnvironmentFailure, match=r"gap\.tw-pddl.*close drawer 1"):
            house.close("drawer 1")
    finally:
        adapter.close()


@pytest.mark.parametrize("model", ["gpt-4-0613", "CodeActAgent-Mistral-7b-v0.1"])
def test_a_recorded_opening_and_first_answers_are_met_word_for_word(data_dir: Path, model: str) -> None:
    with (data_dir / "mint" / f"alfworld.{model}.jsonl").open() as lines:
        episode = json.loads(next(lines))
    games = str(data_dir / "alfworld" / "valid_unseen")
    adapter = environment.adapter(HouseholdOptions(games=games, api="mint"), WorldContext())
    tasks = {task.id: task for task in environment.tasks(HouseholdOptions(games=games))}
    try:
        opening = adapter.reset(tasks[episode["task_id"]]).text
        recorded = episode["messages"][0]["content"].split("Interact with a household to solve a task. \n")[1]
        assert opening == recorded.strip()
        scripts = adapter.primitives()
        described = episode["messages"][0]["content"]
        for name, function in scripts.items():
            assert f"] {name}(" in described
            assert function.__doc__ is not None
            assert "\n".join(line.strip() for line in function.__doc__.splitlines()) in described
        answers = episode["messages"][2]["content"]
        seen = [line for line in answers.splitlines() if line.startswith("On the ")]
        assert seen
        for line in seen:
            assert scripts["goto"](line.removeprefix("On the ").split(",")[0]) == line
    finally:
        adapter.close()
