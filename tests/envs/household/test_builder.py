"""Built homes: games that stock ALFWorld loads and that their own walkthrough wins."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from embodied_codeact.envs.household import homes
from embodied_codeact.envs.household.builder import build_game, build_home, write_game
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_levels import LEVELS
from embodied_codeact.envs.household.builder_tasks import BUILDABLE, assign
from embodied_codeact.envs.household.games import MOVABLE_TASK, TASK_TYPES, list_tasks
from embodied_codeact.errors import ConfigurationError
from tests.conftest import REPOSITORY


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path / "cache"


# In a process of its own: alfworld looks for its data when it is imported, and the planner has global state.
@pytest.mark.parametrize(
    ("sample", "difficulties"),
    [
        pytest.param(6, ["easy"], marks=pytest.mark.timeout(300), id="few"),
        pytest.param(100, ["easy", "medium", "hard"], marks=[pytest.mark.slow, pytest.mark.timeout(1500)], id="many"),
    ],
)
def test_stock_alfworld_plays_them_and_the_plan_wins(sample: int, difficulties: list[str]) -> None:
    words = ["--sample", str(sample), "--difficulty", *difficulties]
    command = [sys.executable, "-m", "tests.envs.household.stock_alfworld", *words]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout
    summary = json.loads(done.stdout)
    assert summary["won_in_alfred_tw_env"] == sample
    assert summary["won_under_wrappers"] == sample + summary["besides"]
    assert summary["besides"] == -(-sample // 10) + 2 * -(-sample // 5)


def test_the_same_arguments_give_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    write_game(build_game("pick_two_obj_and_place", 3), tmp_path / "here.tw-pddl")
    code = (
        "from pathlib import Path; import sys; from embodied_codeact.envs.household.builder import *;"
        "write_game(build_game('pick_two_obj_and_place', 3), Path(sys.argv[1]))"
    )
    there = tmp_path / "there.tw-pddl"
    subprocess.run(
        [sys.executable, "-c", code, str(there)], check=True, env={**os.environ, "PYTHONHASHSEED": "1"}, timeout=60
    )
    assert (tmp_path / "here.tw-pddl").read_bytes() == there.read_bytes()
    assert build_game("pick_two_obj_and_place", 4) != build_game("pick_two_obj_and_place", 3)


@pytest.mark.parametrize("task_type", BUILDABLE)
def test_any_seed_gives_a_task_that_its_home_allows(task_type: str) -> None:
    accepts = alfworld_data().accepts
    for seed in range(60):
        rng = random.Random(seed)
        chosen = assign(task_type, rng)
        level = list(LEVELS.values())[seed % len(LEVELS)]
        problem = build_home(chosen, 1000 + seed, rng, level).game["pddl_problem"]
        facts = [line.strip("() ").split() for line in problem.splitlines() if line.startswith("    (")]
        kinds = {fact[1]: fact[2].removesuffix("Type") for fact in facts if fact[0] in ("objectType", "receptacleType")}
        placed = [(kinds[fact[1]], kinds[fact[2]]) for fact in facts if fact[0] == "inReceptacle" and len(fact) == 3]
        moved = chosen.container if task_type == MOVABLE_TASK else chosen.thing
        wanted = [holder for thing, holder in placed if thing == moved]
        assert len(wanted) >= (2 if task_type == "pick_two_obj_and_place" else 1)
        assert chosen.receptacle not in wanted
        assert any(thing == chosen.thing for thing, _ in placed)
        assert all(thing in accepts[holder] for thing, holder in placed if thing != "DeskLamp")
        assert chosen.receptacle in kinds.values()
        assert problem.count("(") == problem.count(")")


def test_what_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'pick_two_obj_and_place'"):
        build_game("pick_two_obj_and_plac", 1)
    with pytest.raises(ConfigurationError, match="thing=Pillow"):
        build_game("pick_heat_then_place_in_recep", 1, thing="Pillow")
    with pytest.raises(ConfigurationError, match="unknown room"):
        build_game("pick_and_place_simple", 1, room="Cellar")


def test_built_in_homes_cover_all_task_types_and_are_built_once(cache: Path) -> None:
    first = homes.built_in_games()
    stamps = [path.stat().st_mtime_ns for path in first]
    assert all(path.is_relative_to(cache / "embodied-codeact" / "household") for path in first)
    assert [task.metadata["type"] for task in list_tasks("household", "")] == sorted(
        task_type for task_type in TASK_TYPES for _ in range(2)
    )
    assert homes.built_in_games() == first
    assert [path.stat().st_mtime_ns for path in first] == stamps
    assert not list(cache.rglob(".game-*")), "temporary files are left"
    kind, thing, none, receptacle, home = first[0].parent.parent.name.split("-")
    assert (kind, none, thing.isalpha(), receptacle.isalpha(), home.isdigit()) == (kind, "None", True, True, True)


def test_without_a_writable_cache_a_temporary_folder_serves(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    paths = homes.built_in_games()
    assert len(paths) == 2 * len(TASK_TYPES)
    assert all(path.is_file() and not path.is_relative_to(cache) for path in paths)


def test_a_temporary_folder_open_to_others_is_refused(cache: Path, tmp_path: Path) -> None:
    cache.write_text("a file where the folder should be")
    (tmp_path / f"embodied-codeact-household-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"embodied-codeact-household-{os.getuid()}").chmod(0o777)
    with pytest.raises(ConfigurationError, match="XDG_CACHE_HOME"):
        homes.built_in_games()
