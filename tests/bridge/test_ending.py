"""However a server is ended, and whenever, no process and no file of it stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import LocalServer
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import EnvironmentFailure

pytestmark = pytest.mark.usefixtures("counter_installed")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An own folder for temporary files, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="eca-test-", dir="/tmp"))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder)


def config(place: Path) -> ServerConfig:
    return ServerConfig(environment="counter", endpoint=f"ipc://{place}/made", sandbox="best")


def assert_nothing_is_left(family: list[psutil.Process], place: Path) -> None:
    assert not psutil.wait_procs(family, timeout=15)[1]
    assert not list(place.iterdir())


def test_a_person_out_of_patience_does_not_wait_for_a_server_that_hangs(place: Path) -> None:
    server = LocalServer(config(place))
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.send_signal(signal.SIGSTOP)
    press = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    # Workers of a parallel test run ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        press.start()
        with pytest.raises(KeyboardInterrupt):
            server.close()
    finally:
        press.join()
        signal.signal(signal.SIGINT, before)
    assert server.process.returncode == -signal.SIGKILL
    assert not psutil.wait_procs(family, timeout=15)[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_script(place: Path, number: signal.Signals) -> None:
    with LocalServer(config(place)) as server, EnvironmentClient(server.endpoint) as client:
        client.reset(client.describe().tasks[0])
        family = psutil.Process(server.process.pid).children(recursive=True)

        def end(event: ExecutionEvent) -> None:
            if isinstance(event, OutputChunk):
                server.process.send_signal(number)

        with pytest.raises(EnvironmentFailure, match="told to end"):
            client.execute("print('go')\ncounter.wait(100)", timeout_s=100, on_event=end)
        assert server.process.wait(15) == 0
    assert_nothing_is_left(family, place)


def starting(place: Path, child: str) -> subprocess.Popen[bytes]:
    """A server that is caught while it starts: once it has this many children."""
    process = subprocess.Popen(
        [sys.executable, "-m", "embodied_codeact.bridge.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(config(place)) + b"\n")
    process.stdin.flush()
    while not any(child in " ".join(each.cmdline()) for each in psutil.Process(process.pid).children()):
        assert process.poll() is None
    return process


@pytest.mark.parametrize("how", ["a signal", "the parent's end"])
@pytest.mark.parametrize("phase", ["bridge.world", "interpreter.template"])
def test_the_end_while_it_starts(place: Path, how: str, phase: str) -> None:
    process = starting(place, phase)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    assert process.stdin is not None
    assert process.stdout is not None
    if how == "a signal":
        process.terminate()
    else:
        process.stdin.close()
        process.stdout.close()
    process.wait(15)
    process.stdin.close()
    process.stdout.close()
    assert_nothing_is_left(family, place)


AGENT = """
from embodied_codeact.bridge.local import local_session
with local_session("counter", sandbox="best") as client:
    client.reset(client.describe().tasks[0])
    client.execute("print('go'); counter.wait(100)", timeout_s=100, on_event=lambda event: print(event, flush=True))
"""


def test_an_agent_that_is_killed_in_the_middle_of_a_script(place: Path) -> None:
    agent = subprocess.Popen([sys.executable, "-c", AGENT], stdout=subprocess.PIPE)
    assert agent.stdout is not None
    while b"go" not in agent.stdout.readline():
        assert agent.poll() is None
    family = psutil.Process(agent.pid).children(recursive=True)
    assert len(family) >= 3
    os.kill(agent.pid, signal.SIGKILL)
    agent.wait()
    agent.stdout.close()
    assert_nothing_is_left(family, place)
