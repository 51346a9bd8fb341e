"""A small real robot for tests: three joints that are where they are commanded to be, and a gripper."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from embodied_codeact.bridge.security import ServerSecurity
from embodied_codeact.controller.driver import Reading
from embodied_codeact.controller.protocol import Array, Description, GripperLimits, GripperReading
from embodied_codeact.controller.server import ControllerServer

JOINTS = 3
START = np.array([0.0, 0.5, -0.5])


def description(**changes: Any) -> Description:
    fields: dict[str, Any] = {
        "name": "three joints",
        "joints": ["base", "elbow", "wrist"],
        "lower": np.full(JOINTS, -2.0),
        "upper": np.full(JOINTS, 2.0),
        "velocity": np.full(JOINTS, 1.5),
        "acceleration": np.full(JOINTS, 5.0),
        "jerk": np.full(JOINTS, 100.0),
        "home": START,
        "gripper": GripperLimits(width=0.08, force=50.0, speed=0.2),
        "rate_hz": 100.0,
        "lease_s": 0.5,
        "simulated": True,
    }
    return Description(**{**fields, **changes})


class KinematicDriver:
    """Satisfies ``RobotDriver``: 200 Hz of real time. Its fingers meet ``thing_m``, where there is one."""

    period_s = 0.005

    def __init__(self, robot: Description | None = None, *, thing_m: float = 0.0) -> None:
        self.description = description() if robot is None else robot
        self.thing_m = thing_m
        self.positions: Array = np.array(self.description.home)
        self.velocities: Array = np.zeros(len(self.positions))
        self.width = self.target = 0.08
        self.force = self.speed = 0.0
        self.closed = False
        self._due = time.monotonic()

    def held(self) -> Array:
        return self.positions

    def read(self) -> Reading:
        force = self.force if self.target < self.width else 0.0
        return Reading(self.positions, self.velocities, None, GripperReading(self.width, force))

    def command(self, positions: Array, velocities: Array) -> None:
        self.positions, self.velocities = positions, velocities

    def command_gripper(self, width: float, force: float, speed: float) -> None:
        self.target, self.force, self.speed = width, force, speed

    def hold_gripper(self) -> None:
        self.target = self.width

    def tick(self) -> None:
        self._due = max(self._due + self.period_s, time.monotonic() - 0.05)
        time.sleep(max(0.0, self._due - time.monotonic()))
        step = self.speed * self.period_s
        wanted = self.width + min(step, max(-step, self.target - self.width))
        self.width = max(wanted, min(self.width, self.thing_m))

    def close(self) -> None:
        self.closed = True


@contextlib.contextmanager
def served(
    driver: Any = None, endpoint: str = "tcp://127.0.0.1:0", *, security: ServerSecurity | None = None
) -> Iterator[str]:
    """Serve a driver from a thread; yields the endpoint."""
    server = ControllerServer(driver or KinematicDriver(), endpoint, security=security)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield str(server.endpoint)
    finally:
        server.end()
        thread.join()
        server.close()


def way(start: Array, goal: Array, duration_s: float, period_s: float = 0.01) -> tuple[Array, Array, float]:
    """A smooth motion (quintic, at rest at both ends): positions and velocities (n, joints), and its period."""
    u = np.linspace(0.0, 1.0, round(duration_s / period_s) + 1)[:, None]
    share, rate = u**3 * (10 - 15 * u + 6 * u**2), 30 * u**2 * (1 - u) ** 2
    return start + share * (goal - start), rate * (goal - start) / duration_s, period_s
