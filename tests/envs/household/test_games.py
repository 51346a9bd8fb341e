"""Finding, listing and refusing game files: without TextWorld."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household.games import TASK_TYPES, find_games, read_game
from embodied_codeact.errors import ConfigurationError
from tests.envs.household.small_game import PROBLEM, small_game, write_game


def ids(games: Path) -> list[str]:
    return [task.id for task in environment.tasks(HouseholdOptions(games=str(games)))]


def test_a_folder_lists_its_games_by_their_folders(tmp_path: Path) -> None:
    kind = "pick_heat_then_place_in_recep-Mug-None-Drawer-7"
    path = write_game(tmp_path / kind / "trial_2" / "game.tw-pddl", small_game())
    write_game(tmp_path / "any" / "trial_1" / "game.tw-pddl", small_game())
    write_game(tmp_path / "any" / "other.tw-pddl", small_game())
    tasks = environment.tasks(HouseholdOptions(games=str(tmp_path)))
    assert [task.id for task in tasks] == ["any/other", "any/trial_1", f"{kind}/trial_2"]
    assert tasks[2].metadata == {"type": "pick_heat_then_place_in_recep", "game": str(path)}
    assert tasks[0].metadata["type"] == "pick_and_place_simple"
    assert {task.instruction for task in tasks} == {"put a mug in drawer."}


def test_a_single_game_is_named_by_the_two_folders_above_it(tmp_path: Path) -> None:
    assert ids(write_game(tmp_path / "task" / "trial" / "game.tw-pddl", small_game())) == ["task/trial"]
    assert ids(write_game(tmp_path / "mine.tw-pddl", small_game())) == ["mine"]


@pytest.mark.parametrize(
    ("goal", "kind"),
    [
        ("(and (isToggled ?ot) (exists (?o - object) (holds ?a ?o)))", "look_at_obj_in_light"),
        ("(and (cleanable ?o) (isClean ?o) (inReceptacle ?o ?r))", "pick_clean_then_place_in_recep"),
        ("(and (heatable ?o) (isHot ?o) (inReceptacle ?o ?r))", "pick_heat_then_place_in_recep"),
        ("(and (coolable ?o) (isCool ?o) (inReceptacle ?o ?r))", "pick_cool_then_place_in_recep"),
        ("(and (inReceptacle ?o1 ?r) (not (= ?o1 ?o2)) (inReceptacle ?o2 ?r))", "pick_two_obj_and_place"),
        ("(and (inReceptacle ?o ?r))", "pick_and_place_simple"),
    ],
)
def test_the_kind_of_task_is_read_from_the_goal(goal: str, kind: str, tmp_path: Path) -> None:
    problem = PROBLEM[: PROBLEM.index("(:goal")] + f"(:goal {goal}))"
    assert kind in TASK_TYPES
    path = write_game(tmp_path / "a.tw-pddl", {**small_game(), "pddl_problem": problem})
    assert read_game(path).task_type == kind


def test_games_that_cannot_be_played_are_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_game(tmp_path / "good" / "game.tw-pddl", small_game())
    write_game(tmp_path / "bad" / "game.tw-pddl", {**small_game(), "solvable": False})
    write_game(tmp_path / "pick_and_place_with_movable_recep-Mug" / "game.tw-pddl", small_game())
    with caplog.at_level(logging.WARNING):
        assert ids(tmp_path) == ["good"]
    assert "left out 2 of 3 games" in caplog.text
    assert "bad (unsolvable)" in caplog.text
    with pytest.raises(ConfigurationError, match="no game that can be played: .*unsolvable"):
        ids(tmp_path / "bad")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", "no ALFWorld game .it lacks pddl_domain, pddl_problem, grammar"),
        ('{"pddl_domain": "", "pddl_problem": 3}', "it lacks pddl_problem, grammar"),
        ('{"pddl_domain": "", "pddl_problem": "", "grammar": ""}', "no 'Your task is to"),
    ],
)
def test_a_file_that_is_no_game_is_refused_by_name(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "task" / "trial" / "game.tw-pddl"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    for place in (path, tmp_path):
        with pytest.raises(ConfigurationError, match=words) as caught:
            ids(place)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_place_without_games_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere: no such file or folder"):
        ids(tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match=r"no \.tw-pddl file"):
        ids(tmp_path)


def test_two_games_of_one_id_are_refused(tmp_path: Path) -> None:
    write_game(tmp_path / "a" / "game.tw-pddl", small_game())
    write_game(tmp_path / "a.tw-pddl", small_game())
    with pytest.raises(ConfigurationError, match="same task id"):
        find_games(str(tmp_path))


def spelt(template: str) -> dict[str, Any]:
    game = small_game()
    game["grammar"] = game["grammar"].replace('"move {o} to {r}"', f'"{template}"')
    return game


def test_putting_is_spelt_as_the_grammar_says(tmp_path: Path) -> None:
    new, old = (write_game(tmp_path / f"{older}.tw-pddl", small_game(older=older)) for older in (False, True))
    assert read_game(new).put_template == "move {object} to {receptacle}"
    assert read_game(old).put_template == "put {object} in/on {receptacle}"
    for template in ("put {o}", "put {o} in {x}", "put {o.name} in {r}"):
        with pytest.raises(ConfigurationError, match="PutObject"):
            _ = read_game(write_game(tmp_path / "odd.tw-pddl", spelt(template))).put_template


def test_real_games_are_listed_with_their_kind_and_instruction(data_dir: Path) -> None:
    tasks = environment.tasks(HouseholdOptions(games=str(data_dir / "alfworld" / "valid_unseen")))
    assert {task.metadata["type"] for task in tasks} == set(TASK_TYPES)
    for task in tasks:
        game = read_game(Path(task.metadata["game"]))
        assert task.id == "/".join(game.path.parts[-3:-1])
        assert task.id.startswith(game.task_type)
        # The goal alone, without the folder's name, tells the same.
        elsewhere = type(game)(Path("game.tw-pddl"), game.domain, game.problem, game.grammar)
        assert elsewhere.task_type == game.task_type
        assert task.instruction.endswith(".")
