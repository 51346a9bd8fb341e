"""``eval``: several episodes at a time, episodes that the system failed, and Ctrl-C."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from embodied_codeact.contracts import Task
from embodied_codeact.evaluation import trials
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import NEVER_ENDS, SOLVES, CommandProcess, error_line, invoke, write_trace
from tests.models.openai_endpoint.server import ScriptedServer, closes_at_once, fails, says
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


@pytest.mark.usefixtures("counter_installed")
def test_an_endpoint_that_stays_away_for_a_while_pauses_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every episode is scored in the end, and none as the model's failure."""
    pytest.importorskip("openai", reason="the openai client is not installed")
    monkeypatch.setattr(trials, "FIRST_PAUSE_S", 0.2)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    kept = tmp_path / "run"
    words = ("eval", "counter", "--sandbox", "best", "--task", "reach-3", "--seeds", "3", "-m", "retries=0")
    with ScriptedServer(says(SOLVES), fails(503), fails(503), closes_at_once, says(SOLVES), says(SOLVES)) as server:
        result = invoke(*words, "--model", f"openai:tiny@{server.url}", "--out", kept)
        assert not server.script, "faults that were not met"
    assert result.exit_code == 0, result.output
    assert result.stdout.count("paused, trying again in") >= 2
    assert "3 of 3 solved" in result.stdout
    assert {file.name for file in kept.iterdir()} == {"run.json", "trials.jsonl", "episodes.jsonl"}
    with ScriptedServer(says(SOLVES), *[fails(503)] * 9) as server:
        impatient = ("--patience", "0", "--out", tmp_path / "other", "--json")
        ended = invoke(*words, "--model", f"openai:tiny@{server.url}", *impatient)
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert "did not answer in 1 attempt: status 503" in ended.stderr
    assert "stopped after 1 of 3 episodes" in ended.stderr
    assert "the same command with --resume goes on" in ended.stderr


@pytest.mark.usefixtures("counter_installed")
def test_a_run_in_a_folder_goes_on_where_it_was_interrupted(temporary: Path, tmp_path: Path) -> None:
    """Each worker has the recordings for itself: it solves its first task, at most one of each goal, and then waits."""
    trace, kept = write_traces(tmp_path / "trace.jsonl", range(5, 8)), tmp_path / "run"
    never = write_trace(tmp_path / "never.jsonl", [NEVER_ENDS], Task("reach-any", "counter", "make the counter show"))
    wanted = (*EVAL, "--seeds", "12", "--workers", "2", "--script-timeout", "600", "--out", kept)
    trace.write_bytes(trace.read_bytes() + never.read_bytes() * 12)
    with CommandProcess(*wanted, "--model", f"replay:{trace}") as command:
        watch = threading.Event()
        while not (kept / "episodes.jsonl").exists() or (kept / "episodes.jsonl").read_bytes().count(b"\n") < 2:
            assert not watch.wait(0.05)
        command.process.send_signal(signal.SIGINT)
        code, shown = command.end()
    assert code == 130, command.stderr()
    count = len(list(read_episodes(kept / "episodes.jsonl")))
    assert 2 <= count <= 6
    assert f"stopped after {count} of 12 episodes" in shown
    trace.unlink()
    write_traces(trace, range(5, 17))
    again = invoke(*wanted, "--model", f"replay:{trace}", "--resume", "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["successes"] == 12
    assert sorted(episode.task.seed for episode in read_episodes(kept / "episodes.jsonl")) == list(range(5, 17))
    assert not list(temporary.iterdir())
    done = invoke(*wanted, "--model", f"replay:{trace}", "--resume")
    assert done.exit_code == 0
    assert "12 of 12 solved" in done.stdout


@pytest.mark.usefixtures("counter_installed")
def test_a_run_goes_on_with_the_same_model_only(tmp_path: Path) -> None:
    script = tmp_path / "it.py"
    script.write_text("1\n")
    wanted = (*EVAL, "--model", f"script:{script}", "--out", tmp_path / "run", "--resume")
    begun = invoke(*wanted, "--seeds", 1)
    assert begun.exit_code == 0, begun.output
    before = (tmp_path / "run" / "run.json").read_bytes()
    script.write_text("2\n")
    assert "model_digest was" in error_line(invoke(*wanted, "--seeds", 1))
    assert (tmp_path / "run" / "run.json").read_bytes() == before
    script.write_text("1\n")
    assert invoke(*wanted, "--seeds", 1).exit_code == 0


def test_what_a_folder_takes(tmp_path: Path) -> None:
    assert "--out DIR" in error_line(invoke("eval", "household", "--resume"))
    (tmp_path / "letter.txt").write_text("dear Ann")
    assert "not empty" in error_line(invoke("eval", "household", "--limit", "1", "--out", tmp_path))
    assert "--ray-address" in error_line(invoke("eval", "household", "--ray-address", "auto"))


def test_what_cannot_go_together() -> None:
    eight = ("eval", "household", "--parallel", "8")
    assert "--connect" in error_line(invoke(*eight, "--connect", "ipc:///tmp/none"))
    assert "--watch" in error_line(invoke(*eight, "--watch"))
