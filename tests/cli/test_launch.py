"""``launch``: bad files, and files whose processes all end with the main one."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import typer

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.cli import app
from embodied_codeact.cli.launch import END_GRACE_S
from embodied_codeact.cli.launch_file import chosen_variables, launch_names, read_launch_file
from tests.cli.support import DOES_NOTHING, NEVER_ENDS, SOLVES, CommandProcess, error_line, invoke, write_trace
from tests.cli.terminal import CTRL_C, Terminal

AGENT_ENDS = "ended by (user|finish)"
"""The halt has stopped its script; it may see that, and find no further reply, before the launcher ends it."""


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
        "    after: server\n"
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
        (b"description: [1", "is no YAML"),
        (b"\xff\xfe\x00", "cannot read the launch file"),
        (b"description: d\n", "missing required field `processes`"),
        (b"description: d\nprocesses: {}\n", "names no process"),
        (b"description: d\nprocesses: {}\nnodes: 1\n", "unknown field `nodes`"),
        (b"description: d\nprocesses:\n  p: {comand: doctor}\n", "`comand`"),
        (
            b"description: d\nprocesses:\n  p: {command: doctor, main: true}\n  q: {command: doctor, main: true}\n",
            "p, q",
        ),
        (None, "No such file"),
        (b"description: d\nprocesses: {p: {main: true}}\n", "neither a command of ours nor a program"),
        (b"description: d\nprocesses: {p: {command: doctor, program: [ls]}}\n", "or both"),
        (b"description: d\nprocesses: {p: {command: doctor, after: q}}\n", "unknown process 'q'"),
        (b"description: d\nprocesses: {p: {command: doctor, after: q}, q: {command: doctor, after: [p]}}\n", "p, q, p"),
        (b"description: d\nprocesses: {p: {command: doctor, ready: {within_s: 3}}}\n", "not where"),
        (b"description: d\nprocesses: {p: {command: doctor, ready: {port: 'a:1', key: k}}}\n", "key and server_key"),
        (b"description: d\nprocesses: {p: {command: doctor}}\nvariables: {a-b: {about: x}}\n", "'a-b'"),
    ],
    ids=[
        *["yaml", "binary", "lacking", "empty", "field", "nested", "mains", "missing"],
        *["neither", "both", "unknown", "cycle", "nowhere", "half-key", "variable"],
    ],
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
        before = command.wait_for("[agent] embodied-codeact run")
        assert "[server] ready after" in before
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
    assert re.search(AGENT_ENDS, rest)
    assert rest.index("[server] halted: an emergency stop is latched") < rest.index("[agent] ended")
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


# Variables


WITH_VARIABLES = """
description: d
variables:
  host: {about: the robot's computer}
  port: {about: its port, default: "5600"}
processes:
  p: {command: run, arguments: [counter], options: {connect: "tcp://{host}:{port}"}}
"""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "this launch needs to know: --set host=... (the robot's computer)"),
        (["--set", "hst=a"], "unknown variable 'hst'. Did you mean 'host'?"),
        (["--set", "host"], "--set 'host' is not NAME=VALUE"),
    ],
)
def test_variables_are_asked_for(tmp_path: Path, given: list[str], says: str) -> None:
    (tmp_path / "file.yaml").write_text(WITH_VARIABLES)
    assert says in error_line(invoke("launch", tmp_path / "file.yaml", *given))


def test_variables_are_filled_in(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text(WITH_VARIABLES)
    launch_file = read_launch_file(str(tmp_path / "file.yaml"))
    values = chosen_variables(launch_file, ["host=robot=1"])
    assert launch_file.processes["p"].words(values)[-1] == "tcp://robot=1:5600"
    assert "has no variables" in error_line(invoke("launch", "demo", "--set", "a=b"))


@pytest.mark.parametrize("name", launch_names())
def test_the_files_of_the_package_name_commands_and_options_that_exist(name: str, tmp_path: Path) -> None:
    launch_file = read_launch_file(name)
    given = {variable: spec.default or "value" for variable, spec in launch_file.variables.items()}
    for process in launch_file.processes.values():
        words = process.words({"scratch": str(tmp_path), **given})
        process.readiness({"scratch": str(tmp_path), **given})
        if process.command is None:
            continue
        group = typer.main.get_command(app)
        _, command, rest = group.resolve_command(group.make_context("embodied-codeact", words[1:]), words[1:])  # type: ignore[attr-defined]
        command.make_context(process.command, rest)


# Programs of others, order and readiness


def others(folder: Path, **processes: object) -> Path:
    """Write a launch file of these processes."""
    file = folder / "others.yaml"
    file.write_text(json.dumps({"description": "d", "processes": processes}))
    return file


def python(source: str) -> list[str]:
    """A program of somebody else's."""
    return [sys.executable, "-c", source.replace("{", "{{").replace("}", "}}")]


SERVES_LATER = """
import os, socket, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(1.0)
server = socket.create_server(("127.0.0.1", PORT))
print("it serves", flush=True)
time.sleep(600)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_program_of_others_is_awaited_and_leaves_nothing(temporary: Path, tmp_path: Path) -> None:
    port = free_port()
    connects = f"import socket; socket.create_connection(('127.0.0.1', {port})); print('connected', flush=True)"
    file = others(
        tmp_path,
        client={"program": python(connects), "after": ["server"], "main": True},
        server={"program": python(SERVES_LATER.replace("PORT", str(port))), "ready": {"port": f"127.0.0.1:{port}"}},
    )
    with CommandProcess("launch", file) as command:
        shown = command.wait_for("[server] ready after")
        started = psutil.Process(command.process.pid).children(recursive=True)
        code, rest = command.end()
    assert code == 0, command.stderr()
    assert "it serves" in shown
    assert "[client]" not in shown
    assert "connected" in rest
    assert len(started) == 2
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("server", "code", "says"),
    [
        (
            {"program": python("import time; time.sleep(600)"), "ready": {"port": "localhost:9", "within_s": 0.5}},
            3,
            "server was not ready within 0.5 s: nothing answers at localhost:9",
        ),
        (
            {"program": python("pass"), "ready": {"controller": "ipc://{scratch}/none"}},
            3,
            "server ended before it was ready, and client cannot start",
        ),
        ({"program": ["no-such-program"]}, 2, "server: cannot start 'no-such-program': No such file"),
        ({"program": python("pass"), "ready": {"port": "nowhere"}}, 2, "port 'nowhere' is not HOST:PORT"),
        ({"program": python("pass"), "ready": {"server": "nowhere"}}, 2, "neither ipc://FOLDER nor tcp://HOST:PORT"),
    ],
    ids=["late", "gone", "missing", "port", "endpoint"],
)
def test_what_is_never_ready_is_said(
    temporary: Path, tmp_path: Path, server: dict[str, object], code: int, says: str
) -> None:
    file = others(tmp_path, server=server, client={"program": python("print('never')"), "after": "server"})
    result = invoke("launch", file)
    assert (result.exit_code, result.stderr.count("\n")) == (code, 1), result.output
    assert says in result.stderr
    assert "[client]" not in result.stdout
    assert not list(temporary.iterdir())


def test_what_a_shell_waits_for_is_told_to_end_and_has_time_for_it(tmp_path: Path) -> None:
    """As a controller has that a script starts: it brings its arm to rest."""
    told = tmp_path / "at rest"
    controller = (
        "import pathlib, signal, sys, time\n"
        f"def rest(*_): time.sleep(1); pathlib.Path({str(told)!r}).touch(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, rest); print('it', 'moves', flush=True); time.sleep(600)"
    )
    (tmp_path / "controller.py").write_text(controller)
    (tmp_path / "start.sh").write_text(f"{sys.executable} {tmp_path / 'controller.py'}\ntrue\n")
    with CommandProcess("launch", others(tmp_path, p={"program": ["sh", str(tmp_path / "start.sh")]})) as command:
        command.wait_for("it moves")
        started = psutil.Process(command.process.pid).children(recursive=True)
        command.process.send_signal(signal.SIGINT)
        code, _ = command.end()
    assert code == 130
    assert len(started) == 2
    assert told.exists()
    assert not psutil.wait_procs(started, timeout=10)[1]


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('is', 'stubborn', flush=True); time.sleep(600)"
    )
    with CommandProcess("launch", others(tmp_path, p={"program": python(stubborn)})) as command:
        command.wait_for("is stubborn")
        started = psutil.Process(command.process.pid).children(recursive=True)
        begun = time.monotonic()
        command.process.send_signal(signal.SIGINT)
        time.sleep(1.0)
        assert command.process.poll() is None
        command.process.send_signal(signal.SIGINT)
        code, rest = command.end()
    assert (code, "[p] ended" in rest) == (130, True)
    assert time.monotonic() - begun < END_GRACE_S
    assert not psutil.wait_procs(started, timeout=10)[1]


# Halting, and what a person sees


def test_ctrl_c_halts_the_arm_before_anything_ends(tmp_path: Path) -> None:
    script = tmp_path / "wander.py"
    script.write_text(
        "print('the', 'beginning')\nwhile True:\n    for y in (-0.3, 0.3):\n        arm.move_to([0.5, y, 0.3])\n"
    )
    with tempfile.TemporaryDirectory(prefix="eca-", dir="/tmp") as folder:
        endpoint = f"ipc://{folder}"
        served = {"endpoint": endpoint, "sandbox": "best", "option": ["speed=realtime"]}
        file = others(
            tmp_path,
            server={"command": "serve", "arguments": ["tabletop"], "options": served},
            agent={
                "command": "run",
                "arguments": ["tabletop"],
                "options": {"connect": endpoint, "model": f"script:{script}", "task": "lift"},
                "after": "server",
                "main": True,
            },
        )
        with CommandProcess("launch", file) as command:
            command.wait_for("the beginning")
            with EnvironmentClient(endpoint, deadman_s=None) as watcher:
                command.process.send_signal(signal.SIGINT)
                while (stop := watcher.stop_state())[0] == "normal":
                    pass
                speeds = np.abs(watcher.observe().sensors["joint_velocities"])
            code, rest = command.end()
    assert stop == ("emergency stop", "Ctrl-C in the launcher")
    assert speeds.max() < 0.01
    assert code == 130
    order = ["[server] halted", "[agent] ended", "[server] at rest", "[server] ended"]
    assert sorted(order, key=rest.index) == order


@pytest.mark.usefixtures("counter_installed")
def test_at_a_terminal_a_table_shows_how_they_do(temporary: Path, tmp_path: Path) -> None:
    with Terminal("launch", write_launch_file(tmp_path, NEVER_ENDS)) as person:
        person.wait_for("for server")
        person.wait_for("[server] ready after")
        person.wait_for("the beginning")
        person.wait_for("server   running")
        person.wait_for("agent    running")
        started = psutil.Process(person.process.pid).children(recursive=True)
        person.type(CTRL_C)
        assert re.search(rf"\[agent\]  not solved  {AGENT_ENDS}", person.wait_for("[agent] ended"))
        assert person.end()[0] == 130
    assert "agent    ended" in person.screen
    # An agent that has ended by itself may be told to once more while its interpreter shuts down.
    assert re.search(r"exit status (1|130)|killed by SIGTERM", person.screen)
    assert not psutil.wait_procs(started, timeout=5)[1]
    assert not list(temporary.iterdir())
