"""The controller that an engineer begins with works as it stands, and the first motion with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.controller.conformance import connect, prove
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import invoke
from tests.conftest import REPOSITORY


@pytest.fixture
def controller() -> Iterator[str]:
    program = REPOSITORY / "examples" / "python_controller.py"
    words = [sys.executable, str(program), "--endpoint", "tcp://127.0.0.1:0"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removeprefix("serving at ")
        finally:
            process.terminate()
            process.wait(timeout=10)


def test_the_first_motion_is_slow_and_ends_where_it_began(controller: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    script = REPOSITORY / "examples" / "robot_first_motion.py"
    slow = ("-o", "full_speed=0.1", "-o", "ttl=1")
    with ControllerClient(controller) as watcher:
        before = watcher.state(fresh=True).positions
        invoke("run", f"robot:{controller}", *slow, "--sandbox", "best", "--model", f"script:{script}", "--out", kept)
        assert abs(watcher.state(fresh=True).positions - before).max() < 1e-3
        assert watcher.ping().motion == 2
    (episode,) = read_episodes(kept)
    result = episode.turns[0].result
    assert result is not None
    assert result.error is None, result.error
    assert "5 cm up: 0.00 mm beside" in result.stdout


@pytest.mark.slow
def test_it_passes_the_conformance_of_controllers(controller: str) -> None:
    probe, _ = connect(controller, None)
    try:
        assert [verdict for verdict in prove(probe) if not verdict.passed] == []
    finally:
        probe.close()
