"""``launch``: bad files, and files whose processes all end with the main one."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from embodied_codeact.cli.launch_file import launch_names, read_launch_file
from tests.cli.support import DOES_NOTHING, NEVER_ENDS, SOLVES, CommandProcess, error_line, invoke, write_trace


def write_launch_file(folder: Path, reply: str) -> Path:
    """Write a launch file of a server and an agent that gives this reply to it."""
    trace = write_trace(folder / "trace.jsonl", [reply])
    file = folder / "counter.yaml"
    file.write_text(
        "description: A counter and its agent.\n"
        "processes:\n"
        "  server:\n"
        "    command: serve\n"
        "    arguments: [counter]\n"
        '    options: {endpoint: "ipc://{scratch}/sockets", sandbox: best}\n'
        "  agent:\n"
        "    command: run\n"
        "    arguments: [counter]\n"
        f'    options: {{connect: "ipc://{{scratch}}/sockets", model: "replay:{trace}", script_timeout: 600}}\n'
        "    main: true\n"
    )
    return file


def test_without_a_file_it_lists_those_of_the_package() -> None:
    result = invoke("launch")
    assert result.exit_code == 0
    assert "demo" in launch_names()
    assert result.stdout.splitlines() == [f"{name}: {read_launch_file(name).description}" for name in launch_names()]


ONE = "description: d\nprocesses:\n  p: {command: doctor, arguments: [%s]}\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"description: [1", "is not YAML"),
        (b"\xff\xfe\x00", "cannot read launch file"),
        (b"description: d\n", "missing required field `processes`"),
        (b"description: d\nprocesses: {}\n", "names no process"),
        (b"description: d\nprocesses: {}\nnodes: 1\n", "unknown field `nodes`"),
        (b"description: d\nprocesses:\n  p: {comand: doctor}\n", "`comand`"),
        (
            b"description: d\nprocesses:\n  p: {command: doctor, main: true}\n  q: {command: doctor, main: true}\n",
            "p, q",
        ),
        (None, "No such file"),
    ],
    ids=["yaml", "binary", "lacking", "empty", "field", "nested", "mains", "missing"],
)
def test_unusable_files(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "file.yaml"
    if content is not None:
        file.write_bytes(content)
    error = error_line(invoke("launch", file))
    assert says in error
    assert str(file) in error


@pytest.mark.parametrize("word", ["{scrtch}", "{}", "{scratch.name}", "{scratch[x]}", "{"])
def test_unusable_variables(tmp_path: Path, temporary: Path, word: str) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(ONE % f'"{word}"')
    result = invoke("launch", file)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("error: 'doctor': ")
    assert "known: {scratch}" in result.stderr
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(("reply", "expected"), [(SOLVES, 0), (DOES_NOTHING, 1)], ids=["solved", "not-solved"])
@pytest.mark.usefixtures("counter_installed")
def test_all_ends_with_the_main_process_and_its_exit_code(
    temporary: Path, tmp_path: Path, reply: str, expected: int
) -> None:
    with CommandProcess("launch", write_launch_file(tmp_path, reply)) as command:
        command.wait_for("turn 1")
        started = psutil.Process(command.process.pid).children(recursive=True)
        code, rest = command.end()
    assert code == expected, command.stderr()
    assert rest.index("[agent] ended") < rest.index("[server] ended")
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("counter_installed")
def test_an_interrupted_launch_leaves_nothing(temporary: Path, tmp_path: Path, number: signal.Signals) -> None:
    with CommandProcess("launch", write_launch_file(tmp_path, NEVER_ENDS)) as command:
        command.wait_for("the beginning")
        started = psutil.Process(command.process.pid).children(recursive=True)
        assert len(started) >= 4
        command.process.send_signal(number)
        code, rest = command.end()
    assert code == 130, command.stderr()
    assert "ended by user" in rest
    assert rest.index("[agent] ended") < rest.index("[server] ended")
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert not list(temporary.iterdir())


@pytest.mark.usefixtures("counter_installed", "temporary")
def test_a_killed_launcher_leaves_no_process(tmp_path: Path) -> None:
    with CommandProcess("launch", write_launch_file(tmp_path, NEVER_ENDS)) as command:
        command.wait_for("the beginning")
        started = psutil.Process(command.process.pid).children(recursive=True)
        command.process.kill()
        command.end()
    assert not psutil.wait_procs(started, timeout=20)[1]


def test_a_process_that_fails_ends_the_launch_with_its_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("description: d\nprocesses:\n  p: {command: doctr}\n")
    with CommandProcess("launch", file) as command:
        code, shown = command.end()
    assert code == 2
    assert "[p] ended with exit status 2" in shown
    assert "Did you mean 'doctor'?" in command.stderr()
