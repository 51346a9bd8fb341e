"""Bad input ends with one line that says what to do, and exit code 2; what does not answer, with exit code 3."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from embodied_codeact.cli import common
from embodied_codeact.envs.household.homes import built_in_games
from tests.cli.support import error_line, invoke, write_trace


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["runn"], "Did you mean 'run'?"),
        (["run"], "environment"),
        (["run", "household", "--bogus"], "No such option: --bogus"),
        (["run", "household", "--max-turns", "0"], "--max-turns"),
        (["run", "household", "--script-timeout", "soon"], "--script-timeout"),
        (["run", "houshold"], "unknown environment 'houshold'. Did you mean 'household'?"),
        (["eval", "houshold"], "unknown suite or environment 'houshold'. Did you mean 'household'?"),
        (["serve", "houshold", "--endpoint", "ipc:///tmp/none"], "Did you mean 'household'?"),
        (["run", "household", "--model", "exprt"], "unknown model 'exprt'. Did you mean 'expert'?"),
        (["run", "household", "--model", "expert:best"], "takes nothing after it"),
        (["run", "household", "--model", "replay"], "Write replay:FILE"),
        (["run", "household", "-o", "engine"], "'engine' is not KEY=VALUE"),
        (["run", "household", "-o", "=textworld"], "is not KEY=VALUE"),
        (["run", "household", "-o", "engin=textworld"], "Did you mean 'engine'?"),
        (["run", "household", "-o", "engine=fast"], "'fast'"),
        (["run", "household", "--api", "mnt"], "'mnt'"),
        (["run", "household", "--engine", "textwrld"], "Did you mean 'textworld'?"),
        (["eval", "household", "--feedback", "explain"], "Did you mean 'explained'?"),
        (["run", "household", "--engine", "textworld", "--feedback", "explained"], "does not explain"),
        (["chat", "tabletop", "--engine", "native"], "environment 'tabletop' has no option 'engine'"),
        (["run", "household", "--sandbox", "strct"], "Did you mean 'strict'?"),
        (["serve", "household", "--endpoint", "ipc:///tmp/none", "--sandbox", "strct"], "Did you mean 'strict'?"),
        (["run", "household", "--connect", "localhost"], "neither ipc://FOLDER nor tcp://HOST:PORT"),
        (["run", "household", "--connect", "ipc:///tmp/none", "-o", "engine=textworld"], "belong to its server"),
        (["halt", "tcp://127.0.0.1"], "neither ipc://FOLDER nor tcp://HOST:PORT"),
        (["serve", "household", "--endpoint", "tcp://0.0.0.0:0"], "--insecure"),
        (["bench", "brige"], "Did you mean 'bridge'?"),
        (["run", "household", "--script-timeout", "604801"], "less than or equal to 604800"),
        (["eval", "household", "--max-calls", "0"], "--max-calls"),
        (["eval", "household", "--max-tokens", "0"], "--max-tokens"),
        (["run", "household", "--reply-tokens", "20000"], "(20000) leaves no room for a prompt in 'context_tokens'"),
        (["chat", "household", "--context-tokens", "2000"], "leaves no room for a prompt in 'context_tokens' (2000)"),
        (["chat", "houshold"], "Did you mean 'household'?"),
        (["chat", "household", "--action", "jsn"], "unknown form of action 'jsn'. Did you mean 'json'?"),
        (["chat", "household", "--approve", "frst"], "Did you mean 'first'?"),
        (["run", "household", "-m", "dtype"], "model option 'dtype' is not KEY=VALUE"),
        (["run", "household", "-m", "dtype=int8"], "unknown option of the expert for 'household' 'dtype'"),
        (["eval", "household", "--user", "feedbck:expert"], "is not feedback:MODEL"),
        (["eval", "household", "--user", "feedback:exprt"], "Did you mean 'expert'?"),
        (["eval", "tabletop", "--video"], "--video keeps its films in the run's folder: say --out DIR"),
        (["eval", "tabletop", "--video", "--out", "kept.jsonl"], "say --out DIR"),
        (["chat", "tabletop", "--record-to", "film"], "ends in .mp4"),
        (["chat", "tabletop", "--record-to", "/proc/film.mp4"], "cannot write the video /proc/film.mp4"),
        (["launch", "dmo"], "unknown launch file 'dmo'. Did you mean 'demo'?"),
    ],
)
def test_wrong_names_and_options(words: Sequence[str], says: str) -> None:
    assert says in error_line(invoke(*words))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", "no recorded episode"),
        ('{"turns": [\n', "line 2: "),
        ('{"some": "object"}\n', "line 2: neither a trajectory"),
        (None, "No such file"),
    ],
    ids=["empty", "truncated", "other", "missing"],
)
def test_unusable_traces(tmp_path: Path, content: str | None, line: str) -> None:
    trace = tmp_path / "trace.jsonl"
    if content is not None:
        trace.write_text(f"\n{content}")
    for words in (["replay", trace], ["run", "household", "--model", f"replay:{trace}"]):
        error = error_line(invoke(*words))
        assert line in error
        assert str(trace) in error


def test_a_replay_does_not_silently_pass_over_options_that_belong_to_the_server(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", ["<solution>done</solution>"])
    for words in (["--games", tmp_path], ["--api", "object"], ["-o", "engine=textworld"]):
        assert "belong to its server" in error_line(invoke("replay", trace, "--connect", "ipc:///tmp/none", *words))


def test_a_broken_line_after_a_good_one_is_named(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", ["<solution>done</solution>"])
    with trace.open("a") as file:
        file.write("{broken\n")
    assert "line 2: " in error_line(invoke("run", "household", "--model", f"replay:{trace}"))


def test_out_that_cannot_be_written_is_found_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot write" in error_line(invoke("run", "household", "--out", tmp_path / "file" / "out.jsonl"))
    assert "is a directory" in error_line(invoke("run", "household", "--out", tmp_path))


def test_unusable_games(tmp_path: Path) -> None:
    """The server finds these before it plays."""
    (tmp_path / "truncated.tw-pddl").write_text('{"pddl_domain": "(define')
    (tmp_path / "other.tw-pddl").write_text('{"some": "object"}')
    (tmp_path / "empty").mkdir()
    says = {
        "missing.tw-pddl": "no such file or folder",
        "truncated.tw-pddl": "is not valid JSON",
        "other.tw-pddl": "is no ALFWorld game",
        "empty": "no .tw-pddl file in it",
    }
    for name, what in says.items():
        error = error_line(invoke("run", "household", "--sandbox", "best", "--games", tmp_path / name))
        assert what in error
        assert str(tmp_path / name) in error


def test_a_game_with_broken_pddl(tmp_path: Path) -> None:
    data = json.loads(built_in_games()[0].read_text())
    data["pddl_problem"] = data["pddl_problem"].rstrip()[:-1]
    game = tmp_path / "broken.tw-pddl"
    game.write_text(json.dumps(data))
    result = invoke("run", "household", "--sandbox", "best", "--games", game, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert f"{game}: cannot be played: the problem ends before" in errors[0]
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("counter_installed")
def test_an_unknown_task(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", ["<solution>done</solution>"])
    words = ["run", "counter", "--sandbox", "best", "--model", f"replay:{trace}", "--task", "rech-3"]
    assert "unknown task 'rech-3'. Did you mean 'reach-3'?" in error_line(invoke(*words))


@pytest.mark.usefixtures("counter_installed")
def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = error_line(invoke("serve", "counter", "--endpoint", f"tcp://127.0.0.1:{port}"))
    assert f"127.0.0.1:{port} is in use" in error


def test_nothing_answers(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "CONNECT_S", 0.2)
    endpoint = f"ipc://{temporary}"
    error = error_line(invoke("run", "household", "--connect", endpoint), code=3)
    assert f"nothing answers at {endpoint}" in error
    assert "embodied-codeact serve" in error


def test_as_a_process_the_error_is_one_line_too() -> None:
    words = [
        "run",
        "household",
        "--model",
        "replay:a file that is missing, with a name long enough to be wrapped.jsonl",
    ]
    command = [sys.executable, "-m", "embodied_codeact", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: cannot read a file that is missing")
    assert done.stderr.count("\n") == 1
