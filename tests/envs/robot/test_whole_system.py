"""A script moves a robot through all parts: agent, server, world, controller. A halt stops it; consent comes first."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from embodied_codeact.contracts import Episode
from embodied_codeact.controller.client import ControllerClient
from embodied_codeact.errors import StopLatched
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import CommandProcess, error_line, invoke
from tests.cli.terminal import Terminal
from tests.envs.robot.arm_process import arm_process

PATIENT = ("-o", "ttl=1")
MOVES = """
reached = arm.move_to([0.5, 0.1, 0.3], yaw=0.4)
print(f"error {reached.position_error:.6f}", gripper.close().holding, state.stop)
"""
SLOW = """
print("begins", flush=True)
arm.move_to([0.4, 0.4, 0.4], speed=0.05)
print("not reached")
"""


def model(tmp_path: Path, code: str) -> tuple[str, str]:
    script = tmp_path / "script.py"
    script.write_text(code)
    return "--model", f"script:{script}"


def only(kept: Path) -> Episode:
    (episode,) = read_episodes(kept)
    return episode


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_script_moves_the_robot(tmp_path: Path) -> None:
    with arm_process() as endpoint, ControllerClient(endpoint) as watcher:
        before = watcher.state(fresh=True).positions
        kept = tmp_path / "kept.jsonl"
        words = ("run", f"robot:{endpoint}", *PATIENT, "--sandbox", "best", *model(tmp_path, MOVES), "--out", kept)
        done = invoke(*words)
        # Nobody judges a free task, so nothing was solved.
        assert done.exit_code == 1, done.output
        result = only(kept).turns[0].result
        assert result is not None
        assert result.error is None
        assert result.stdout.split() == ["error", "0.000000", "unknown", "object", "normal"]
        assert [call.method for call in result.calls] == ["move_to", "close"]
        assert abs(watcher.state(fresh=True).positions - before).max() > 0.1
        # Whoever comes next can command at once.
        watcher.acquire()


def test_a_halt_stops_the_robot_until_both_are_cleared(tmp_path: Path) -> None:
    with (
        arm_process() as endpoint,
        ControllerClient(endpoint) as watcher,
        CommandProcess(
            "serve", f"robot:{endpoint}", *PATIENT, "--endpoint", f"ipc://{tmp_path}/bridge", "--sandbox", "best"
        ) as server,
    ):
        server.wait_for("stop it with Ctrl-C")
        bridge = f"ipc://{tmp_path}/bridge"
        kept = tmp_path / "kept.jsonl"
        slow = model(tmp_path, SLOW)
        with CommandProcess("run", f"robot:{endpoint}", "--connect", bridge, *slow, "--out", kept) as run:
            until(lambda: watcher.ping().outcome == "running")
            assert invoke("halt", bridge, "--reason", "enough").exit_code == 0
            until(lambda: watcher.ping().outcome == "stopped")
            run.end()
        state = watcher.state(fresh=True)
        assert not state.velocities.any()
        assert state.status.stop == "protective stop"
        assert state.status.reason.startswith("robot-")
        refused = invoke("run", f"robot:{endpoint}", "--connect", bridge, *model(tmp_path, MOVES))
        assert "emergency stop" in refused.output
        stood = watcher.state(fresh=True).positions
        # Who cleared the server has cleared what it had latched in the controller; nothing moves by that.
        assert "cleared: emergency stop" in invoke("clear", bridge).output
        assert (watcher.state(fresh=True).positions == stood).all()
        again = tmp_path / "again.jsonl"
        invoke("run", f"robot:{endpoint}", "--connect", bridge, *model(tmp_path, MOVES), "--out", again)
        result = only(again).turns[0].result
        assert result is not None
        assert result.error is None
        assert watcher.ping().stop == "normal"


def test_where_the_robot_is_real_a_person_is_asked_first(tmp_path: Path) -> None:
    with arm_process(real=True) as endpoint, ControllerClient(endpoint) as watcher:
        words = ("run", f"robot:{endpoint}", *PATIENT, "--sandbox", "best", *model(tmp_path, MOVES))
        assert "nobody is there to give it" in error_line(invoke(*words))
        with Terminal(*words) as terminal:
            terminal.wait_for("Run this? It calls for the first time arm.move_to and gripper.close.")
            assert watcher.ping().motion == 0
            terminal.type("y\n")
            until(lambda: watcher.ping().motion > 1)
            terminal.end()


def test_the_operator_sees_stops_and_clears_the_controller() -> None:
    with arm_process() as endpoint:
        shown = invoke("controller", "status", endpoint)
        assert "kinematic Panda (simulated), 7 joints" in shown.stdout
        assert "panda_joint7" in shown.stdout
        assert "normal" in shown.stdout
        assert "emergency stop: a [hand]" in invoke("controller", "stop", endpoint, "--reason", "a [hand]").stdout
        assert "emergency stop: a [hand]" in invoke("controller", "status", endpoint).stdout
        assert invoke("controller", "clear", endpoint).stdout == "cleared: emergency stop\n"
        assert invoke("controller", "clear", endpoint).stdout == "nothing was latched\n"
        assert "name both" in error_line(invoke("controller", "clear", endpoint, "--key", "mine"))


def test_keys_that_are_no_files_are_told_in_one_line() -> None:
    words = ("--key", "/no/such/key", "--server-key", "/no/such/key")
    assert "there is no key at" in error_line(invoke("controller", "status", "tcp://127.0.0.1:9", *words))


@pytest.mark.parametrize("endpoint", ["", "nonsense"])
def test_what_is_no_endpoint_is_told_in_one_line(endpoint: str) -> None:
    assert error_line(invoke("run", f"robot:{endpoint}", "--model", "expert"))


@pytest.mark.parametrize("victim", ["the server", pytest.param("the world", marks=pytest.mark.slow)])
def test_where_a_process_in_between_is_killed_the_controller_stops_the_robot(tmp_path: Path, victim: str) -> None:
    bridge = f"ipc://{tmp_path}/bridge"
    with (
        arm_process() as endpoint,
        ControllerClient(endpoint) as watcher,
        CommandProcess("serve", f"robot:{endpoint}", "--endpoint", bridge, "--sandbox", "best", *PATIENT) as server,
    ):
        server.wait_for("stop it with Ctrl-C")
        with CommandProcess("run", f"robot:{endpoint}", "--connect", bridge, *model(tmp_path, SLOW)) as run:
            until(lambda: watcher.ping().outcome == "running")
            if victim == "the server":
                server.process.kill()
            else:
                for world in worlds(server.process.pid):
                    world.kill()
            until(lambda: watcher.ping().outcome == "stopped")
            status = watcher.ping()
            assert status.stop == "protective stop"
            assert not watcher.state(fresh=True).velocities.any()
            with pytest.raises(StopLatched):
                watcher.acquire()
            run.end()
        assert "cleared: protective stop" in invoke("controller", "clear", endpoint).output


def worlds(server: int) -> list[psutil.Process]:
    """The world processes of a server."""
    found = psutil.Process(server).children(recursive=True)
    return [child for child in found if "embodied_codeact.bridge.world" in " ".join(child.cmdline())]
