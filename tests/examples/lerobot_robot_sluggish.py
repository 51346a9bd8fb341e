"""The small arm as a robot of LeRobot's own interface, named as LeRobot wants the modules of third parties named.

Run only by the Python of an environment that has LeRobot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lerobot.robots.config import RobotConfig
from lerobot.robots.robot import Robot

from tests.examples.sluggish import Servos


@RobotConfig.register_subclass("sluggish")
@dataclass
class SluggishConfig(RobotConfig):
    log: str = ""
    disable_torque_on_disconnect: bool = True


@RobotConfig.register_subclass("lets_go")
@dataclass
class LetsGoConfig(RobotConfig):
    """Of a robot that says nothing of torque."""


class Sluggish(Robot):
    config_class = SluggishConfig
    name = "sluggish"

    def __init__(self, config: SluggishConfig) -> None:
        super().__init__(config)
        self.config = config
        self.servos = Servos(Path(config.log) if config.log else None)

    @cached_property
    def observation_features(self) -> dict[str, Any]:
        return self.servos.features

    @cached_property
    def action_features(self) -> dict[str, Any]:
        return self.servos.features

    @property
    def is_connected(self) -> bool:
        return self.servos.connected

    @property
    def is_calibrated(self) -> bool:
        return True

    def connect(self, calibrate: bool = True) -> None:
        assert not calibrate
        self.servos.connect()

    def calibrate(self) -> None:
        raise AssertionError("a controller does not calibrate")

    def configure(self) -> None:
        pass

    def get_observation(self) -> dict[str, Any]:
        return self.servos.observe()

    def send_action(self, action: dict[str, Any]) -> dict[str, Any]:
        return self.servos.send(action)

    def disconnect(self) -> None:
        self.servos.disconnect(release_torque=self.config.disable_torque_on_disconnect)
