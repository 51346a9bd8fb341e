"""Two runs, episode by episode."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.contracts import Usage
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.pairs import LeftOut, PairMeans, compare_all
from embodied_codeact.evaluation.scored_run import read_scored_runs
from tests.evaluation.made import episode, write_episodes


def test_who_solved_what_and_what_has_no_pair(tmp_path: Path) -> None:
    cheap, dear = Usage(10, 0, 0.1), Usage(30, 0, 0.1)
    write_episodes(
        tmp_path / "one.jsonl",
        [
            episode("both", ["run"], usage=cheap),
            episode("also both", ["run"] * 3, kind="hard", usage=cheap),
            episode("first", ["run"]),
            episode("neither", success=False),
            episode("fault", end="error", error="gone"),
            episode("here only"),
        ],
    )
    write_episodes(
        tmp_path / "two.jsonl",
        [
            episode("neither", success=False),
            episode("also both", ["run"], kind="hard", usage=dear),
            episode("both", ["run"], usage=dear),
            episode("first", success=False),
            episode("fault"),
            episode("there only"),
            episode("both", seed=1),
        ],
    )
    (found,) = compare_all(read_scored_runs([tmp_path / "one.jsonl", tmp_path / "two.jsonl"]))
    counts = found.counts
    assert (found.first, found.second) == ("one", "two")
    assert (counts.pairs, counts.both, counts.only_first, counts.only_second, counts.neither) == (4, 2, 1, 0, 1)
    assert (counts.first_rate, counts.second_rate, counts.difference, counts.p) == (0.75, 0.5, -0.25, 1.0)
    assert counts.low < -0.25 < counts.high
    assert {kind: of.pairs for kind, of in found.by_type.items()} == {"hard": 1, "place": 3}
    assert found.by_type["hard"].both == 1
    assert found.turns == PairMeans(2.0, 1.0, -1.0)
    assert found.tokens == PairMeans(20.0, 30.0, 10.0)
    assert found.left_out == LeftOut(
        ["pantry/here only#0"], ["pantry/both#1", "pantry/there only#0"], ["pantry/fault#0"]
    )


def test_models_and_forms_of_one_file_are_compared_too(tmp_path: Path) -> None:
    file = write_episodes(
        tmp_path / "all.jsonl",
        [episode(action=action, success=action == "code") for action in ("code", "json", "text")],
    )
    found = compare_all(read_scored_runs([file]))
    assert [(one.first, one.second) for one in found] == [
        ("all: m, code", "all: m, json"),
        ("all: m, code", "all: m, text"),
    ]
    assert all(one.counts.only_first == 1 for one in found)


def test_each_run_is_compared_with_the_first_that_has_something_in_common(tmp_path: Path) -> None:
    names = {"a1": "a", "b1": "b", "a2": "a", "b2": "b"}
    files = [write_episodes(tmp_path / f"{name}.jsonl", [episode(task)]) for name, task in names.items()]
    found = compare_all(read_scored_runs(files))
    assert [(one.first, one.second) for one in found] == [("a1", "a2"), ("b1", "b2")]
    assert found[0].turns == PairMeans(1.0, 1.0, 0.0)


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    one, other = (write_episodes(tmp_path / f"{name}.jsonl", [episode(name)]) for name in "ab")
    with pytest.raises(ConfigurationError, match="name two runs"):
        compare_all(read_scored_runs([one]))
    with pytest.raises(ConfigurationError, match="in common"):
        compare_all(read_scored_runs([one, other]))
