"""Runs as they lie on the disk, with their figures."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from msgspec.structs import replace

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.report import make_report
from embodied_codeact.evaluation.scored_run import read_scored_runs
from embodied_codeact.evaluation.suite_files import environment_suite
from tests.evaluation.made import episode, trials, write_episodes, write_run


def test_a_run_knows_what_it_is_of_and_what_is_missing(tmp_path: Path) -> None:
    write_run(
        tmp_path / "night", [episode("a"), episode("b")], trials("a", "b", "c"), incomplete="3 of 134 tasks are there"
    )
    (run,) = read_scored_runs([tmp_path / "night"])
    assert (run.name, run.suite, run.budget, run.planned, run.missing) == ("night", "kitchen", 5, 3, 1)
    assert run.incomplete == "3 of 134 tasks are there; 1 of 3 episodes have not ended"
    assert len(run.summary.curve) == 5
    assert [group.name for group in run.groups] == ["night"]


def test_a_plain_file_is_of_its_environments(tmp_path: Path) -> None:
    (run,) = read_scored_runs([write_episodes(tmp_path / "kept.jsonl", [episode(turns=["run", "run"])])])
    assert (run.name, run.suite, run.budget, run.planned, run.incomplete) == ("kept", "pantry", 2, None, "")


def test_runs_of_one_environment_with_other_options_are_of_other_tasks(tmp_path: Path) -> None:
    """What a report takes together has to be the same tasks."""
    kinds: list[dict[str, str]] = [{}, {"tasks": "atomic"}, {"tasks": "compositional", "physics": "exact"}]
    places = [
        write_run(tmp_path / f"run-{index}", [episode()], suite=environment_suite("tabletop", options))
        for index, options in enumerate(kinds)
    ]
    runs = read_scored_runs(places)
    names = ["tabletop", "tabletop (tasks=atomic)", "tabletop (tasks=compositional, physics=exact)"]
    assert [run.suite for run in runs] == names
    assert [row.suite for row in make_report(runs).formats] == names


def test_an_episode_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    """The first that is scored; of other models and forms of action there is one more each."""
    file = write_episodes(
        tmp_path / "kept.jsonl",
        [
            episode("a", success=True),
            episode("a", success=False),
            episode("b", success=False, end="error", error="gone"),
            episode("b", success=True),
            episode("b", success=False),
            episode("a", success=False, model="other"),
        ],
    )
    (run,) = read_scored_runs([file])
    assert [(facts.task, facts.model, facts.success) for facts in run.facts] == [
        ("a", "m", True),
        ("b", "m", True),
        ("a", "other", False),
    ]
    assert run.duplicates == {"pantry/a#0": 2, "pantry/b#0": 3}
    assert [(group.name, group.summary.success.solved) for group in run.groups] == [
        ("kept: m, code", 2),
        ("kept: other, code", 0),
    ]
    assert run.summary.faulted == 0


def test_runs_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    places = [write_run(tmp_path / day / "code", [episode()]) for day in ("monday", "friday")]
    assert [run.name for run in read_scored_runs(places)] == ["monday/code", "friday/code"]


def test_what_cannot_be_scored_is_told_in_a_line_and_left_as_it_is(tmp_path: Path) -> None:
    empty = write_run(tmp_path / "empty", [])
    damaged = write_episodes(tmp_path / "damaged.jsonl", [episode()])
    damaged.write_bytes(damaged.read_bytes() + b'{"task": 7}\n')
    newer = write_episodes(tmp_path / "newer.jsonl", [replace(episode(), schema=99)])
    cases = {
        empty: "holds no episode yet",
        damaged: "line 2",
        newer: "newer version",
        tmp_path: "neither the folder of a run",
        tmp_path / "none": "neither the folder of a run",
    }
    before = {file: file.read_bytes() for file in (damaged, newer)}
    for place, message in cases.items():
        with pytest.raises(ConfigurationError, match=message):
            read_scored_runs([place])
    assert {file: file.read_bytes() for file in before} == before
    with pytest.raises(ConfigurationError, match="named twice"):
        read_scored_runs([damaged, tmp_path / "." / "damaged.jsonl"])


def test_half_a_line_that_a_crash_left_is_passed_over(tmp_path: Path) -> None:
    file = write_episodes(tmp_path / "cut.jsonl", [episode("a"), episode("b")])
    file.write_bytes(file.read_bytes()[:-40])
    (run,) = read_scored_runs([file])
    assert [facts.task for facts in run.facts] == ["a"]


def test_episodes_are_not_held(tmp_path: Path) -> None:
    """Forty megabytes of conversation, of which the figures need some kilobytes."""
    long = episode("a")
    long = replace(long, turns=[replace(long.turns[0], reply="x" * 200_000)])
    file = tmp_path / "long.jsonl"
    for seed in range(200):
        write_episodes(file, [replace(long, task=replace(long.task, seed=seed))])
    tracemalloc.start()
    try:
        (run,) = read_scored_runs([file])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert run.summary.success.episodes == 200
    assert peak < 5_000_000
