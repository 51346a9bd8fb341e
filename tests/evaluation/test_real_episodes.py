"""Episodes that real models played on real games, through the whole path: interpreter, bridge, TextWorld, agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.bridge.local import local_session
from embodied_codeact.evaluation import ReplayReport, replay_recordings
from embodied_codeact.trajectories import read_recordings

MODELS = ("gpt-4-0613", "CodeActAgent-Mistral-7b-v0.1")


def replay(data_dir: Path, model: str, count: int | None) -> ReplayReport:
    recordings = read_recordings(data_dir / "mint" / f"alfworld.{model}.jsonl")[:count]
    options = {"games": str(data_dir / "alfworld" / "valid_unseen"), "api": "mint"}
    with local_session("household", options, sandbox="best") as session:
        return replay_recordings(session, recordings)


@pytest.mark.parametrize("model", MODELS)
def test_some_recorded_episodes_are_answered_word_for_word(data_dir: Path, model: str) -> None:
    report = replay(data_dir, model, 4)
    assert report.episodes == report.outcomes_equal == 4
    assert report.turns == report.observations_equal > 0
    assert not report.differences


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("model", MODELS)
def test_all_recorded_episodes_are_answered_word_for_word(data_dir: Path, model: str) -> None:
    report = replay(data_dir, model, None)
    assert report.outcomes_equal == report.episodes == 44
    assert report.observations_equal >= 0.98 * report.turns
