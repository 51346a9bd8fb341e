"""Serves any robot of the ``lerobot`` package over the controller protocol.

    python lerobot_controller.py SETTINGS.yaml --endpoint tcp://127.0.0.1:5700

In an environment of its own (requirements.txt beside this file). so101.yaml shows what is to be written down.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lerobot_driver import LeRobotDriver, check_features
from lerobot_settings import Settings, read_settings

from embodied_codeact.bridge.security import server_security
from embodied_codeact.controller.server import ControllerServer
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.processes import on_request_to_end


def keep_torque(config: Any) -> int:
    """Set every field ``disable_torque_on_disconnect`` of a LeRobot configuration, also of its parts, to False; return
    how many there are."""
    found = 0
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name == "disable_torque_on_disconnect":
            setattr(config, field.name, False)
            found += 1
        elif dataclasses.is_dataclass(value):
            found += keep_torque(value)
    return found


def make_robot(settings: Settings) -> Any:
    """Return the LeRobot robot that the settings name, not connected yet.

    Raises:
        ConfigurationError: LeRobot does not know it or cannot make it, or it would let go of the arm when it ends.
    """
    import draccus
    from draccus.utils import DraccusException
    from lerobot.robots.config import RobotConfig
    from lerobot.robots.utils import make_robot_from_config

    try:
        for module in settings.modules:
            importlib.import_module(module)
        config = draccus.decode(RobotConfig, settings.robot)
    except (ImportError, DraccusException, TypeError, ValueError) as error:
        raise ConfigurationError(f"LeRobot cannot use this configuration of a robot: {_line(error)}") from error
    if not keep_torque(config) and not settings.keeps_torque:
        raise ConfigurationError(
            f"the configuration of {config.type} has no disable_torque_on_disconnect, so the arm may fall when this "
            "program ends; if you know that it does not, say keeps_torque: true"
        )
    try:
        return make_robot_from_config(config)
    except (ImportError, ValueError) as error:
        raise ConfigurationError(f"LeRobot cannot make the robot: {_line(error)}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def connect(robot: Any) -> None:
    """Connect a robot that has been calibrated.

    Raises:
        ConfigurationError: it cannot be reached, or is not calibrated.
    """
    try:
        robot.connect(calibrate=False)
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(f"cannot connect to {robot}: {error}") from error
    if not robot.is_calibrated:
        robot.disconnect()
        raise ConfigurationError(f"{robot} is not calibrated; do that first: lerobot-calibrate --robot.type=...")


def serve(arguments: argparse.Namespace, tell: Callable[[str], None]) -> None:
    """Serve the robot until Ctrl-C, SIGTERM, or the end of the terminal."""
    settings = read_settings(arguments.settings)
    description = settings.description(arguments.settings.parent)
    security = server_security(arguments.key, arguments.allow)
    robot = make_robot(settings)
    check_features(robot, settings)
    connect(robot)
    driver = LeRobotDriver(robot, settings, description)
    with ControllerServer(driver, arguments.endpoint, security=security) as server:
        on_request_to_end(server.end)
        tell(f"serving {description.name} at {server.endpoint}; end it with Ctrl-C, the arm stays under torque")
        server.serve()


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Serve a LeRobot robot over the controller protocol.")
    parser.add_argument("settings", type=Path, help="YAML file: the robot, its joints and their limits")
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5700", help="tcp://HOST:PORT or ipc://FOLDER")
    parser.add_argument("--key", help="this controller's .key_secret file")
    parser.add_argument("--allow", help="folder with the .key file of each client that may connect")
    try:
        serve(parser.parse_args(), lambda text: print(text, flush=True))
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
