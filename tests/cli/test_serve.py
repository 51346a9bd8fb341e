"""``serve``, ``halt`` and ``clear`` against a real server."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from tests.cli.support import SOLVES, CommandProcess, error_line, invoke, write_trace


@pytest.mark.usefixtures("counter_installed")
def test_a_server_is_used_halted_cleared_and_ended(temporary: Path, tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [SOLVES])
    sockets = temporary / "sockets"
    endpoint = f"ipc://{sockets}"
    run = ("run", "counter", "--connect", endpoint, "--model", f"replay:{trace}", "--json")
    with CommandProcess("serve", "counter", "--sandbox", "best", "--endpoint", endpoint) as server:
        server.wait_for(f"serving counter at {endpoint}")
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert children

        assert invoke(*run).exit_code == 0
        assert "serves 'counter', not 'household'" in error_line(invoke("run", "household", "--connect", endpoint))
        assert "in use by another server" in error_line(invoke("serve", "counter", "--endpoint", endpoint))

        halted = invoke("halt", endpoint, "--reason", "a [/red] person in the cell")
        assert (halted.exit_code, halted.stdout) == (0, "emergency stop: a [/red] person in the cell\n")
        refused = invoke(*run)
        assert (refused.exit_code, refused.stdout) == (3, "")
        assert "error: emergency stop is latched (a [/red] person in the cell)" in refused.stderr
        assert f"embodied-codeact clear {endpoint}" in refused.stderr
        assert invoke("clear", endpoint).stdout == "cleared: emergency stop\n"
        assert invoke("clear", endpoint).stdout == "nothing was latched\n"
        assert invoke(*run).exit_code == 0

        server.process.send_signal(signal.SIGTERM)
        code, rest = server.end()
    assert (code, server.stderr()) == (0, "")
    assert rest.endswith("the server has ended\n")
    assert not list(sockets.glob("*"))
    assert not psutil.wait_procs(children, timeout=5)[1]
