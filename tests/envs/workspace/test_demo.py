"""The demonstration runs as shipped: its pictures, its one corrected error, its judged answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embodied_codeact.trajectories import read_episodes
from tests.conftest import REPOSITORY

pytest.importorskip("sklearn", reason="needs the extra 'science'")


def test_the_demonstration_runs(tmp_path: Path) -> None:
    program = REPOSITORY / "examples" / "workspace_demo" / "demo.py"
    done = subprocess.run([sys.executable, program, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    points, cars = read_episodes(tmp_path / "trajectory.jsonl")
    results = [[turn.result for turn in episode.turns if turn.result is not None] for episode in (points, cars)]
    assert [[len(result.figures) for result in of_one] for of_one in results] == [[1, 1], [0, 0, 1, 0]]
    errors = [result.error.kind if result.error else None for of_one in results for result in of_one]
    assert errors == [None, None, None, "ValueError", None, None]
    assert (points.end, cars.end) == ("finish", "finish")
    assert cars.status.success
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["cars-1.png", "points-1.png", "points-2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.glob("*.png"))
