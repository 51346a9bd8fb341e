"""The bar of reading one's task tells apart who reads it and who does not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from embodied_codeact.bridge.local import local_session
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.games import GAME_NAME, list_tasks, read_game
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.run_folder import read_run
from tests.oracles.household import oracle_script
from tests.oracles.reads_task import (
    first_script,
    generated_part,
    measure,
    read_homes,
    wins,
    write_pairs,
)

pytestmark = pytest.mark.keeps_processes
COUNT = 6
SUITE = f"""
title: a few homes
parts:
  - environment: household
    generate: {{count: {COUNT}, seed: 8, options: {{split: generalisation}}}}
"""


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reads")
    (folder / "few.yaml").write_text(SUITE)
    command = ["eval", str(folder / "few.yaml"), "--sandbox", "best", "--json", "--out", str(folder / "run")]
    subprocess.run([sys.executable, "-m", "embodied_codeact", *command], check=True, capture_output=True)
    return folder / "run"


def test_the_expert_reads_its_task(run_folder: Path) -> None:
    figures = measure(run_folder, pairs=COUNT)
    assert (figures.episodes, figures.scripts, figures.distinct) == (COUNT, COUNT, COUNT)
    assert (figures.pairs, figures.won, figures.passed) == (COUNT, 0, True)
    assert figures.won_own > 0
    assert measure(run_folder, pairs=2).pairs == 2


def test_the_second_task_is_in_the_same_home_and_can_be_won(run_folder: Path, tmp_path: Path) -> None:
    run = read_run(run_folder)
    scripts = {episode.task.id: first_script(episode) for episode in run.episodes()}
    homes = read_homes(generated_part(run), [episode.task for episode in run.episodes()], scripts)
    chosen = write_pairs(homes, tmp_path, random.Random(0), COUNT)
    assert len(chosen) == COUNT
    engine = NativeEngine()
    for other, home in chosen.items():
        games = [read_game(tmp_path / name / GAME_NAME) for name in (home.task.id, other)]
        assert games[0].instruction != games[1].instruction
        own, second = [engine.start(game).partition("Your task is to")[0] for game in games]
        assert own == second
        goals = [game.problem.partition("(:goal") for game in games]
        assert goals[0][0].rstrip() == goals[1][0].rstrip()
        assert goals[0][2] != goals[1][2]
    engine.close()
    tasks = {task.id: task for task in list_tasks("household", str(tmp_path))}
    with local_session("household", {"games": str(tmp_path)}, sandbox="best") as session:
        other = next(iter(chosen))
        assert wins(session, tasks[other], oracle_script(json.loads((tmp_path / other / GAME_NAME).read_text())))
        assert not wins(session, tasks[other], "")


def test_a_run_of_other_tasks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="neither"):
        measure(tmp_path)


def test_homes_of_another_version_are_refused(run_folder: Path) -> None:
    run = read_run(run_folder)
    task = next(run.episodes()).task
    game = Path(task.metadata["game"])
    kept = game.read_text()
    game.write_text(kept.replace("home_", "house_", 1))
    try:
        with pytest.raises(ConfigurationError, match="another version"):
            measure(run_folder)
    finally:
        game.write_text(kept)
