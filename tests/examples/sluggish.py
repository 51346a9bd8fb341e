"""A small arm with the interface of LeRobot's robots and no hardware: five servos and a gripper that lag behind.

It imports nothing of LeRobot, so that it runs without; ``lerobot_robot_sluggish`` makes a robot of LeRobot's out of it.
What happens to the torque is written to a file, where one is named.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

MOTORS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
START = {"shoulder_pan": 0.0, "shoulder_lift": 28.6, "elbow_flex": -74.5, "wrist_flex": 53.7, "wrist_roll": 0.0}
STEP = 360.0 / 4096.0
"""An encoder of these servos has so many degrees a step."""
LAG_S = 0.03


class Servos:
    """``positions``: in LeRobot's units. ``thing``: the gripper's value at which it meets something. ``most``: by how
    much a command may differ from where a motor is, as LeRobot's max_relative_target. ``failing``: so many of the next
    calls fail, as on a serial bus."""

    def __init__(self, log: Path | None = None, *, thing: float = 0.0, most: float | None = None) -> None:
        self.positions = {**START, "gripper": 100.0}
        self.goals = dict.fromkeys(MOTORS, 77.0)  # what they remember from before
        self.thing = thing
        self.most = most
        self.failing = 0
        self.connected = False
        self.sent: list[dict[str, float]] = []
        self._log = log
        self._torque = False
        self._moved = time.monotonic()

    def note(self, what: str) -> None:
        if self._log is not None:
            with self._log.open("a") as log:
                log.write(f"{what}\n")

    @property
    def features(self) -> dict[str, Any]:
        return {f"{motor}.pos": float for motor in MOTORS}

    def connect(self) -> None:
        self.connected = True
        # A servo begins to strive for its goal with the first command that it is given.
        self.note("torque on")

    def _fail(self) -> None:
        if self.failing > 0:
            self.failing -= 1
            raise ConnectionError("no status packet")

    def _move(self) -> None:
        now = time.monotonic()
        share = 1.0 - math.exp(-(now - self._moved) / LAG_S)
        self._moved = now
        if not self._torque:
            return
        for motor, goal in self.goals.items():
            self.positions[motor] += share * (goal - self.positions[motor])
        self.positions["gripper"] = max(self.positions["gripper"], self.thing)

    def observe(self) -> dict[str, Any]:
        self._fail()
        self._move()
        return {f"{motor}.pos": round(value / STEP) * STEP for motor, value in self.positions.items()}

    def send(self, action: dict[str, Any]) -> dict[str, Any]:
        self._fail()
        self._move()
        self.sent.append(dict(action))
        for key, value in action.items():
            motor = key.removesuffix(".pos")
            if self.most is not None:
                value = self.positions[motor] + min(self.most, max(-self.most, value - self.positions[motor]))
            self.goals[motor] = value
        self._torque = True
        return {f"{motor}.pos": self.goals[motor] for motor in MOTORS}

    def disconnect(self, *, release_torque: bool) -> None:
        self.connected = False
        self.note("torque off" if release_torque else "disconnected under torque")


class Sluggish:
    """Looks like a robot of LeRobot's without being one."""

    def __init__(self, servos: Servos) -> None:
        self.servos = servos
        self.action_features = self.observation_features = servos.features

    def get_observation(self) -> dict[str, Any]:
        return self.servos.observe()

    def send_action(self, action: dict[str, float]) -> dict[str, float]:
        return self.servos.send(action)

    def disconnect(self) -> None:
        self.servos.disconnect(release_torque=False)
