"""``eval``: several episodes at a time, episodes that the system failed, and Ctrl-C."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from embodied_codeact.agent.events import EventSink
from embodied_codeact.cli.agents import AgentMaker
from embodied_codeact.contracts import Task
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import NEVER_ENDS, CommandProcess, error_line, invoke, write_trace
from tests.support.counter import seeded_goal

EVAL = ("eval", "counter", "-o", "seeded=true", "--sandbox", "best", "--task", "reach-any", "--seed", "5")


def write_traces(path: Path, seeds: Sequence[int], script: str = "counter.add({})") -> Path:
    for seed in seeds:
        goal = seeded_goal(seed)
        task = Task("reach-any", "counter", f"make the counter show {goal}", seed=seed)
        write_trace(path, [f"<execute>\n{script.format(goal)}\n</execute>"], task)
    return path


@pytest.mark.usefixtures("counter_installed")
def test_several_episodes_at_a_time(temporary: Path, tmp_path: Path) -> None:
    """Each in a world of its own, with the recordings shared among them."""
    trace, kept = write_traces(tmp_path / "trace.jsonl", range(5, 13)), tmp_path / "kept.jsonl"
    result = invoke(*EVAL, "--seeds", "8", "--parallel", "4", "--model", f"replay:{trace}", "--out", kept, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["episodes"], report["successes"], report["not_scored"]) == (8, 8, 0)
    episodes = list(read_episodes(kept))
    assert sorted(episode.task.seed for episode in episodes) == list(range(5, 13))
    assert all(len(episode.turns) == 1 for episode in episodes)
    assert not list(temporary.iterdir())


@pytest.mark.usefixtures("counter_installed")
def test_an_episode_that_the_system_failed_is_kept_and_not_scored(tmp_path: Path) -> None:
    trace, kept = write_traces(tmp_path / "trace.jsonl", [5, 7]), tmp_path / "kept.jsonl"
    result = invoke(*EVAL, "--seeds", "3", "--model", f"replay:{trace}", "--out", kept)
    assert result.exit_code == 3
    assert "2 of 2 solved, 1 not scored" in result.stdout
    assert "100.0%" in result.stdout
    why = "replay:trace.jsonl holds no recording of this task (2 others)"
    assert result.stderr == f"error: 1 of 3 episodes ended with an error and are not scored; the first: {why}\n"
    assert [(episode.end, episode.error) for episode in read_episodes(kept)] == [
        ("environment", None),
        ("error", why),
        ("environment", None),
    ]


@pytest.mark.usefixtures("counter_installed")
def test_errors_that_keep_happening_end_the_evaluation(tmp_path: Path) -> None:
    other = Task("reach-any", "counter", "make the counter show 9")
    trace, kept = write_trace(tmp_path / "trace.jsonl", ["<execute>1</execute>"], other), tmp_path / "kept.jsonl"
    result = invoke(*EVAL, "--seeds", "9", "--model", f"replay:{trace}", "--out", kept)
    assert result.exit_code == 3
    assert result.stderr == "error: replay:trace.jsonl holds no recording of this task (1 others)\n"
    assert "3 of 3 episodes ended with an error and are not scored" in result.stdout
    assert [episode.end for episode in read_episodes(kept)] == ["error"] * 3


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.usefixtures("counter_installed")
def test_ctrl_c_ends_all_episodes_and_tells_what_there_is(temporary: Path, tmp_path: Path, parallel: int) -> None:
    """Three solve their task, all others wait for ever."""
    trace, kept = write_traces(tmp_path / "trace.jsonl", range(5, 8)), tmp_path / "kept.jsonl"
    for _ in range(20):
        write_trace(trace, [NEVER_ENDS], Task("reach-any", "counter", "make the counter show", seed=0))
    wanted = ("--seeds", "30", "--parallel", str(parallel), "--script-timeout", "600")
    with CommandProcess(*EVAL, *wanted, "--model", f"replay:{trace}", "--out", kept) as command:
        watch = threading.Event()
        while not (kept.exists() and kept.read_bytes().count(b"\n") >= 3):
            assert not watch.wait(0.05)
        started = psutil.Process(command.process.pid).children(recursive=True)
        assert started
        command.process.send_signal(signal.SIGINT)
        code, shown = command.end()
    assert code == 130, command.stderr()
    assert command.stderr() == "interrupted\n"
    assert "stopped after 3 of 30 episodes" in shown
    ends = [episode.end for episode in read_episodes(kept)]
    assert ends[:3] == ["environment"] * 3
    assert set(ends[3:]) <= {"user"}
    assert len(ends) <= 3 + parallel
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert not list(temporary.iterdir())


def test_what_cannot_go_together() -> None:
    eight = ("eval", "household", "--parallel", "8")
    assert "--connect" in error_line(invoke(*eight, "--connect", "ipc:///tmp/none"))
    assert "--watch" in error_line(invoke(*eight, "--watch"))


def test_agents_that_work_at_the_same_time_have_a_model_each() -> None:
    maker = AgentMaker("household", "expert")
    nobody: EventSink | None = None
    assert maker.make(nobody).model is maker.model
    first, second = maker.make(nobody, apart=True), maker.make(nobody, apart=True)
    assert len({id(maker.model), id(first.model), id(second.model)}) == 3
