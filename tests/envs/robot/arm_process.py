"""A Panda that is always where it is commanded to be, behind a controller in a process of its own.

Run as ``python -m tests.envs.robot.arm_process ENDPOINT``; prints the endpoint and serves until it is terminated.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pybullet_data

from embodied_codeact.bridge.security import ServerSecurity, read_allowed, read_key_pair
from embodied_codeact.controller.protocol import Description, GripperLimits
from embodied_codeact.controller.server import ControllerServer
from embodied_codeact.primitives.arm import HOME
from tests.conftest import REPOSITORY
from tests.controller.kinematic import KinematicDriver

JOINTS = [f"panda_joint{index}" for index in range(1, 8)]
TOOL = "panda_grasptarget"
URDF = Path(pybullet_data.getDataPath()) / "franka_panda" / "panda.urdf"


def panda(**changes: Any) -> Description:
    fields: dict[str, Any] = {
        "name": "kinematic Panda",
        "joints": JOINTS,
        "lower": np.array([-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973]),
        "upper": np.array([2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973]),
        "velocity": np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61]),
        "acceleration": np.array([15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0]),
        "jerk": np.array([7500.0, 3750.0, 5000.0, 6250.0, 7500.0, 10000.0, 10000.0]) / 10,
        "home": np.array(HOME),
        "gripper": GripperLimits(width=0.08, force=70.0, speed=0.2),
        "urdf": URDF.read_text(),
        "tool": TOOL,
        "rate_hz": 100.0,
        "lease_s": 1.0,
        "simulated": True,
    }
    return Description(**{**fields, **changes})


@contextlib.contextmanager
def arm_process(*, real: bool = False, keys: Sequence[Path] = ()) -> Iterator[str]:
    """Run the controller; yields its endpoint. ``real``: it says that something real moves. ``keys``: its secret key
    file and the folder of its clients' keys."""
    words = [sys.executable, "-m", "tests.envs.robot.arm_process", "real" if real else "simulated", *map(str, keys)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY) as process:
        try:
            assert process.stdout is not None
            endpoint = process.stdout.readline().strip()
            assert endpoint, "the controller did not start"
            yield endpoint
        finally:
            process.terminate()
            process.wait(timeout=10)


def main(kind: str, *keys: str) -> None:
    """Serve until SIGTERM."""
    security = ServerSecurity(read_key_pair(Path(keys[0])), read_allowed(Path(keys[1]))) if keys else None
    driver = KinematicDriver(panda(simulated=kind != "real"), thing_m=0.04)
    with ControllerServer(driver, "tcp://127.0.0.1:0", security=security) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.end())
        print(server.endpoint, flush=True)
        server.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
