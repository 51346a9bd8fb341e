"""Nothing is left behind: no process, no folder, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.errors import ConfigurationError, SandboxUnavailable
from embodied_codeact.interpreter import forkserver
from embodied_codeact.interpreter.host import Interpreter


def test_close_leaves_no_process_and_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    interpreter = Interpreter(sandbox="off")
    interpreter.start(ApiDescription())
    interpreter.run("import os; os.mkdir('a'); open('a/b', 'w').close(); os.chmod('a', 0)")
    pids = [interpreter.template_pid, interpreter.worker_pid]
    assert len(list(tmp_path.iterdir())) == 1
    interpreter.close()
    interpreter.close()
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


def test_unconfined_children_of_a_script_end_with_it() -> None:
    with Interpreter(sandbox="off") as interpreter:
        interpreter.start(ApiDescription())
        outcome = interpreter.run("import subprocess\nsubprocess.Popen(['/bin/sleep', '600']).pid")
        assert outcome.value is not None
        child = psutil.Process(int(outcome.value))
    child.wait(timeout=5)


HOST = """
import sys
from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter
interpreter = Interpreter(sandbox="best")
interpreter.start(ApiDescription())
interpreter.begin("while True: pass", 600)
print(interpreter.template_pid, interpreter.worker_pid, flush=True)
sys.stdin.read()
"""


def test_template_and_workers_die_with_the_server(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as host:
        assert host.stdout is not None
        family = [psutil.Process(int(pid)) for pid in host.stdout.readline().split()]
        assert len(family) == 2
        host.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert list(tmp_path.iterdir()) == []


def test_workers_come_and_go_without_leaks() -> None:
    with Interpreter(sandbox="best") as interpreter:
        interpreter.start(ApiDescription())
        interpreter.run("1")
        descriptors = psutil.Process().num_fds()
        template = psutil.Process(interpreter.template_pid)
        inherited = template.num_fds()
        for _ in range(20):
            interpreter.run("import os; os._exit(0)")
        assert psutil.Process().num_fds() == descriptors
        assert template.num_fds() == inherited
        assert len(template.children()) == 1


def test_strict_refuses_when_a_layer_is_missing_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(_self: forkserver.ForkServer) -> dict[str, str]:
        return {"landlock": "this kernel has none", "seccomp": ""}

    monkeypatch.setattr(forkserver.ForkServer, "probe", lacking)
    with pytest.raises(SandboxUnavailable, match=r"landlock \(this kernel has none; use a Linux.*--sandbox best"):
        Interpreter(sandbox="strict")
    with Interpreter(sandbox="best") as interpreter:
        assert "landlock" not in interpreter.layers
        assert "seccomp" in interpreter.layers


def test_best_refuses_where_nothing_would_confine_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(_self: forkserver.ForkServer) -> dict[str, str]:
        return {"rlimits": "", "privileges": "", "landlock": "this kernel has none", "seccomp": "no libseccomp"}

    monkeypatch.setattr(forkserver.ForkServer, "probe", lacking)
    with pytest.raises(SandboxUnavailable, match="say --sandbox off"):
        Interpreter(sandbox="best")
    with Interpreter(sandbox="off") as interpreter:
        assert interpreter.layers == []


def test_a_slip_in_the_kind_of_sandbox_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'strict'"):
        Interpreter(sandbox="strictt")  # type: ignore[arg-type]
