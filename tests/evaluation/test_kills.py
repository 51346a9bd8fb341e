"""Runs that are killed in the middle and resumed: exactly the episodes that were asked for, once each, and the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.evaluation.kills import VICTIMS, kill_and_compare

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install 'embodied-codeact[ray]'"
)


@pytest.mark.parametrize(
    ("engine", "kills"),
    [
        ("local", 3),
        pytest.param("local", 10, marks=pytest.mark.slow),
        pytest.param("ray", 6, marks=[pytest.mark.slow, needs_ray, pytest.mark.timeout(400)]),
    ],
)
def test_a_run_that_is_killed_and_resumed_is_the_run_that_nobody_disturbed(
    tmp_path: Path, engine: str, kills: int
) -> None:
    report = kill_and_compare(tmp_path, engine=engine, homes=12, seeds=3, kills=kills, seed=kills)
    assert report.good, report
    assert report.kills.keys() == VICTIMS[engine].keys()
    assert report.resumed >= 1
