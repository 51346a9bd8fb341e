"""The simulated Panda as a controller process, as a person starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embodied_codeact.controller.client import ControllerClient

CONTROLLER_S = 30.0


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[str]:
    """The endpoint of a controller that runs."""
    endpoint = f"ipc://{tmp_path}/c"
    command = [sys.executable, "-m", "embodied_codeact", "controller", "tabletop", "--endpoint", endpoint]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        with ControllerClient(endpoint, connect_s=CONTROLLER_S):
            yield endpoint
    finally:
        process.send_signal(signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    assert process.returncode == 0, said
    assert "has ended" in said


def wait_until(holds: object, seconds: float = 20.0) -> None:
    assert callable(holds)
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.01)
