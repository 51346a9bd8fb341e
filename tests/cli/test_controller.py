"""``controller`` and ``conformance``: a robot is served, proved, stopped and cleared from the command line."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from embodied_codeact.bridge.security import create_keys
from embodied_codeact.controller.authority import Authority
from tests.cli.support import CommandProcess, error_line, invoke
from tests.controller.kinematic import KinematicDriver, description, served

QUICK = ("--only", "ping", "--only", "latched", "--only", "levels")


def test_a_controller_is_proved() -> None:
    with served() as endpoint:
        proved = invoke("conformance", endpoint, *QUICK)
        assert proved.exit_code == 0
        assert "3 of 3 checks passed" in proved.stdout
        assert "three joints" in proved.stdout
        found = json.loads(invoke("conformance", endpoint, "--json", *QUICK).stdout)
        assert (found["robot"], found["passed"], found["failed"]) == ("three joints", 3, 0)
        assert [check["check"] for check in found["checks"]] == ["ping", "levels", "latched"]
        # Nothing is left latched for others.
        assert invoke("controller", "clear", endpoint).stdout == "nothing was latched\n"


def test_a_fault_gives_the_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Authority, "refuse_while_latched", lambda _: None)
    with served() as endpoint:
        proved = invoke("conformance", endpoint, *QUICK)
    assert proved.exit_code == 1
    assert "FAILED" in proved.stdout
    assert "2 of 3 checks passed" in proved.stdout


def test_a_real_robot_is_not_moved_unasked() -> None:
    with served(KinematicDriver(description(simulated=False))) as endpoint:
        assert "say --real" in error_line(invoke("conformance", endpoint, *QUICK))
        assert invoke("conformance", endpoint, "--real", *QUICK).exit_code == 0


def test_what_cannot_be_proved() -> None:
    assert "Did you mean 'garbage'?" in error_line(invoke("conformance", "tcp://127.0.0.1:9", "--only", "garbag"))
    assert "no controller answers" in error_line(invoke("conformance", "tcp://127.0.0.1:9", "--only", "ping"), 3)
    assert "neither" in error_line(invoke("conformance", "tcp:/127.0.0.1"))


def test_a_controller_is_stopped_looked_at_and_cleared() -> None:
    with served() as endpoint:
        assert invoke("controller", "status", endpoint).stdout.endswith("\nnormal\n")
        stopped = invoke("controller", "stop", endpoint, "--reason", "a [/red] hand")
        assert (stopped.exit_code, stopped.stdout) == (0, "emergency stop: a [/red] hand\n")
        status = json.loads(invoke("controller", "status", endpoint, "--json").stdout)
        assert (status["stop"], status["reason"]) == ("emergency stop", "a [/red] hand")
        assert invoke("controller", "clear", endpoint).stdout == "cleared: emergency stop\n"


def test_the_simulated_panda_is_served_with_keys(tmp_path: Path) -> None:
    robot, friend, stranger = (create_keys(tmp_path, name) for name in ("robot", "friend", "stranger"))
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    shutil.copy(friend.public, allowed)
    words = ("controller", "tabletop", "--endpoint", "tcp://127.0.0.1:0", "--key", robot.secret, "--allow", allowed)
    with CommandProcess(*words) as controller:
        line = controller.wait_for("serving simulated Franka Panda")
        assert line.rstrip().endswith("with keys")
        endpoint = line.split(" at ")[1].split()[0]
        server = ("--server-key", robot.public)
        assert invoke("controller", "status", endpoint, "--key", friend.secret, *server).stdout.endswith("\nnormal\n")
        assert invoke("conformance", endpoint, "--key", friend.secret, *server, "--only", "ping").exit_code == 0
        refused = invoke("controller", "status", endpoint, "--key", stranger.secret, *server)
        assert "no controller answers" in error_line(refused, 3)
        assert "name both" in error_line(invoke("controller", "status", endpoint, *server))
        controller.process.send_signal(signal.SIGINT)
        code, rest = controller.end()
        assert code == 0
        assert "the controller has ended" in rest


def test_a_closed_terminal_ends_a_controller_in_order() -> None:
    with CommandProcess("controller", "tabletop", "--endpoint", "tcp://127.0.0.1:0") as controller:
        controller.wait_for("stop it with Ctrl-C")
        controller.process.send_signal(signal.SIGHUP)
        code, rest = controller.end()
    assert code == 0
    assert "the controller has ended" in rest


def test_robots_that_are_not_there() -> None:
    assert "Did you mean 'tabletop'?" in error_line(invoke("controller", "tablet", "--endpoint", "tcp://127.0.0.1:0"))
    beyond = invoke("controller", "tabletop", "--endpoint", "tcp://0.0.0.0:0")
    assert "give the controller keys" in error_line(beyond)
