"""What stops the arm of a controller: its world process dies, its environment server is halted or dies."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from embodied_codeact.bridge.client import DEADMAN_S, EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.controller.conformance_probe import Probe
from embodied_codeact.controller.conformance_seen import excess
from embodied_codeact.controller.protocol import AcquireBody, Status
from embodied_codeact.errors import OperatorError
from tests.cli.support import CommandProcess

TTL_S = 0.3
SLACK_S = 1.0
"""What a busy machine may add; ``bench stop`` measures."""
SWING = """
posture = arm.joints().positions.tolist()
while True:
    for base in (1.3, -1.3):
        arm.move_joints([base, *posture[1:]])
"""


def moving(probe: Probe) -> None:
    """Return while the arm moves fast, with the states of its motion in the probe's record."""
    until = time.monotonic() + 40.0
    speed = 0.0
    while speed < 0.8:
        assert time.monotonic() < until, "the arm does not move"
        probe.wait(0.05)
        rows = [one.state.commanded for one in probe.told[-2:]]
        speed = float(np.max(np.abs(rows[-1] - rows[0]))) * probe.robot.rate_hz if rows else 0.0


class Swinging:
    """A script that swings the arm to and fro, on a tabletop whose arm is a controller's."""

    def __init__(self, client: EnvironmentClient, controller: str) -> None:
        self.client, self.probe = client, Probe(controller)
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.client.execute(SWING, timeout_s=60.0)
        except OperatorError as error:
            self.error = error

    def begin(self) -> None:
        """Return while the arm moves fast, with the states of its motion in the probe's record."""
        self._thread.start()
        moving(self.probe)

    def comes_to_rest(self, level: str, within_s: float) -> Status:
        """See that the arm comes to rest in time by planned deceleration, and that the stop is latched."""
        probe = self.probe
        began = probe.now_ns()
        probe.wait(within_s + 0.5)
        status = probe.status()
        assert (status.stop, status.outcome, status.lease) == (level, "stopped", 0), status
        rows = np.array([one.state.commanded for one in probe.told])
        last = int(np.flatnonzero(np.any(np.diff(rows, axis=0) != 0.0, axis=1))[-1]) + 1
        assert (probe.told[last].header.time_ns - began) / 1e9 < within_s
        assert not excess(probe.told, probe.robot)
        assert "StopLatched" in probe.exchange("acquire", AcquireBody("next")).body(dict)["error"]["kind"]
        return status

    def end(self) -> None:
        self._thread.join(20.0)
        assert not self._thread.is_alive()
        self.probe.close()


@contextlib.contextmanager
def swinging(controller: str) -> Iterator[Swinging]:
    options = {"controller": controller, "controller_ttl": str(TTL_S), "level": "joints"}
    with local_session("tabletop", options, sandbox="best") as client:
        task = next(task for task in client.describe().tasks if task.id == "reach")
        client.reset(task)
        script = Swinging(client, controller)
        script.begin()
        try:
            yield script
        finally:
            with contextlib.suppress(OperatorError):
                client.halt("the test is over")
            script.end()


def family() -> tuple[psutil.Process, psutil.Process]:
    """The environment server of this process, and the process in which its world lives: the child of a guardian."""
    for server in psutil.Process().children():
        for guardian in server.children():
            for world in guardian.children():
                if any("bridge.world" in word for word in world.cmdline()):
                    return server, world
    raise AssertionError("no world process")


def test_a_world_process_that_is_killed_stops_the_arm(controller: str) -> None:
    with swinging(controller) as script:
        _, world = family()
        world.kill()
        status = script.comes_to_rest("protective stop", TTL_S + SLACK_S)
        assert "was not heard" in status.reason


def test_a_halt_of_the_environment_server_stops_the_arm_and_a_clear_lets_it_move_again(controller: str) -> None:
    with swinging(controller) as script:
        script.client.halt("a hand in the way")
        script.comes_to_rest("emergency stop", SLACK_S)
        script.end()
        with pytest.raises(OperatorError, match="stop"):
            script.client.execute("arm.home()", timeout_s=30.0)
        script.client.clear()
        result, _ = script.client.execute("print(arm.home().position_error < 0.01)", timeout_s=30.0)
        assert result.stdout == "True\n", result.error


@pytest.mark.slow
def test_an_environment_server_that_is_killed_stops_the_arm(controller: str) -> None:
    with swinging(controller) as script:
        server, _ = family()
        server.kill()
        script.comes_to_rest("protective stop", TTL_S + SLACK_S)


@pytest.mark.slow
def test_an_interrupt_brings_the_arm_to_rest_and_latches_nothing(controller: str) -> None:
    with swinging(controller) as script:
        script.client.interrupt("the user wants something else")
        script.probe.wait(1.0)
        status = script.probe.status()
        assert (status.stop, status.outcome) == ("normal", "stopped")
        assert not excess(script.probe.told, script.probe.robot)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_an_agent_that_is_stopped_or_killed_stops_the_arm(controller: str, tmp_path: Path, number: int) -> None:
    script = tmp_path / "swing.py"
    script.write_text(SWING)
    endpoint = f"ipc://{tmp_path}/e"
    options = ("-o", f"controller={controller}", "-o", "level=joints", "--sandbox", "best")
    with CommandProcess("serve", "tabletop", *options, "--endpoint", endpoint) as server:
        server.wait_for("serving tabletop")
        agent = CommandProcess(
            "run", "tabletop", "--connect", endpoint, "--task", "reach", "--model", f"script:{script}"
        )
        probe = Probe(controller)
        try:
            with agent:
                moving(probe)
                agent.process.send_signal(number)
                status = probe.wait_until(lambda status: status.stop != "normal", DEADMAN_S + 2.0)
                assert status.stop == "protective stop"
                assert probe.resting(1.0).outcome == "stopped"
                probe.wait(0.2)
                assert not excess(probe.told, probe.robot)
                agent.process.kill()
        finally:
            probe.close()
