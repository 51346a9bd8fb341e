"""The suite of people's own words is fair: told in known words, the expert wins each of its homes and scenes."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.tasks import one_per_type
from tests.oracles.phrasings import phrasings_plan, play, yielded

pytestmark = pytest.mark.keeps_processes
FEW = ("look_at_obj_in_light", "pick_two_obj_and_place", "turn", "place-beside")


def test_a_few_are_won(tmp_path: Path) -> None:
    plan = phrasings_plan(tmp_path)
    chosen = [
        task.id for task in one_per_type([trial.task for trial in plan.trials], 1) if task.metadata["type"] in FEW
    ]
    played = list(play(plan, [trial for trial in plan.trials if trial.task.id in chosen]))
    assert len(played) == len(FEW)
    for trial, episode in played:
        assert episode.status.success, (trial.key, episode.status.reason)
        assert episode.task.instruction == trial.task.instruction


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_all_are_won(tmp_path: Path) -> None:
    plan = phrasings_plan(tmp_path)
    lost = [trial.key for trial, episode in play(plan, plan.trials) if not episode.status.success]
    assert lost == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_other_words_of_training_data_are_not_these(tmp_path: Path) -> None:
    assert yielded(phrasings_plan(tmp_path).trials, 1000) == []
