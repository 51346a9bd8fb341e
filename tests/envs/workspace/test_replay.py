"""Episodes of a real model that solves problems in Python: what our interpreter answers to each of its scripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from embodied_codeact.bridge.local import local_session
from embodied_codeact.evaluation import ReplayReport, replay_recordings
from embodied_codeact.trajectories import Recording, read_recordings
from tests.cli.support import error_line, invoke, write_trace

pytest.importorskip("sympy", reason="needs the extra 'science'")

MODEL = "CodeActAgent-Mistral-7b-v0.1"
KINDS = ("gsm8k", "theoremqa")


def recordings(data_dir: Path, kind: str) -> list[Recording]:
    return read_recordings(data_dir / "mint" / f"{kind}.{MODEL}.jsonl")


def replay(chosen: Sequence[Recording]) -> ReplayReport:
    with local_session("workspace", sandbox="best") as session:
        return replay_recordings(session, chosen)


@pytest.mark.parametrize("kind", KINDS)
def test_some_recorded_scripts_are_answered_word_for_word(data_dir: Path, kind: str) -> None:
    report = replay([one for one in recordings(data_dir, kind) if "wikipedia_search(" not in "".join(one.replies)][:6])
    assert report.turns == report.observations_equal > 0
    assert (report.unjudged, report.outcomes_equal, report.differences) == (6, 0, [])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_nearly_all_recorded_scripts_are_answered_word_for_word(data_dir: Path, kind: str) -> None:
    report = replay(recordings(data_dir, kind))
    assert report.episodes == report.unjudged
    assert report.observations_equal >= 0.98 * report.turns


def test_another_answer_is_reported(data_dir: Path) -> None:
    """What MINT's tool says of an encyclopedia needs the network, and is not among a workspace's primitives."""
    (one,) = [one for one in recordings(data_dir, "theoremqa") if "wikipedia_search(" in "".join(one.replies)]
    report = replay([one])
    assert [(difference.turn, difference.got) for difference in report.differences] == [(0, "[NameError]")]


def test_recordings_say_which_environment_they_need(data_dir: Path, tmp_path: Path) -> None:
    homes = read_recordings(data_dir / "mint" / f"alfworld.{MODEL}.jsonl")
    assert {one.environment for one in homes} == {"household"}
    assert {one.environment for kind in KINDS for one in recordings(data_dir, kind)} == {"workspace"}
    mixed = tmp_path / "mixed.jsonl"
    lines = [
        (data_dir / "mint" / f"{kind}.{MODEL}.jsonl").read_text().splitlines()[0] for kind in ("alfworld", "gsm8k")
    ]
    mixed.write_text("\n".join(lines) + "\n")
    assert "--environment NAME" in error_line(invoke("replay", mixed))


def test_a_trajectory_says_which_environment_it_was_played_in(tmp_path: Path) -> None:
    (recording,) = read_recordings(write_trace(tmp_path / "trace.jsonl", ["<execute>1</execute>"]))
    assert recording.environment == "counter"
