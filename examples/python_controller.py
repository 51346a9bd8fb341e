"""A controller in Python, complete: a six-joint arm that is simulated by doing at once what it is told.

    python examples/python_controller.py --endpoint tcp://127.0.0.1:5700

What follows is what you write for your robot: its description, and a driver with eight methods. Leases, stops, limits
and motions are the server's. docs/real-robots.md goes on from here.
"""

import argparse
import time

import numpy as np

from embodied_codeact.bridge.security import server_security
from embodied_codeact.controller.driver import Reading
from embodied_codeact.controller.protocol import Array, Description
from embodied_codeact.controller.server import ControllerServer
from embodied_codeact.processes import on_request_to_end

# Base to tool: (name, the way from the joint before, axis). A URDF file of your robot's maker says the same and more.
CHAIN = (
    ("waist", "0 0 0.15", "0 0 1"),
    ("shoulder", "0 0 0.10", "0 1 0"),
    ("elbow", "0 0 0.30", "0 1 0"),
    ("forearm", "0 0 0.12", "0 0 1"),
    ("wrist", "0 0 0.13", "0 1 0"),
    ("flange", "0 0 0.06", "0 0 1"),
)


def urdf() -> str:
    """The robot's description. The tool's z axis points out of the hand."""
    lines = ['<robot name="six joints"><link name="base"/>']
    parent = "base"
    for name, way, axis in CHAIN:
        lines.append(
            f'<link name="{name}_link"/><joint name="{name}" type="revolute"><parent link="{parent}"/>'
            f'<child link="{name}_link"/><origin xyz="{way}"/><axis xyz="{axis}"/></joint>'
        )
        parent = f"{name}_link"
    lines.append(
        f'<link name="tool"/><joint name="tool" type="fixed"><parent link="{parent}"/><child link="tool"/>'
        '<origin xyz="0 0 0.10"/></joint></robot>'
    )
    return "".join(lines)


ROBOT = Description(
    name="six joints",
    joints=[name for name, _, _ in CHAIN],
    # What your robot may do: its maker's limits, or less. A motion beyond them is refused before it begins.
    lower=np.array([-2.8, -1.8, -2.5, -2.8, -2.2, -3.0]),
    upper=np.array([2.8, 1.8, 2.5, 2.8, 2.2, 3.0]),
    velocity=np.full(6, 1.0),
    acceleration=np.full(6, 4.0),
    jerk=np.full(6, 40.0),
    home=np.array([0.0, 0.2, 1.6, 0.0, np.pi - 1.8, 0.0]),
    urdf=urdf(),
    tool="tool",
    rate_hz=100.0,
    simulated=True,  # False for your robot: then a person approves each script
)


class MyRobot:
    """What the server needs of a robot (``embodied_codeact.controller.driver.RobotDriver``)."""

    description = ROBOT
    period_s = 0.005  # the rhythm of your robot's own interface

    def __init__(self) -> None:
        # Connect to your robot here. Nothing may move by that.
        self.positions: Array = ROBOT.home.copy()
        self.velocities: Array = np.zeros(6)
        self.due = time.monotonic()

    def held(self) -> Array:
        """Where the arm is held now: the first motion begins there."""
        return self.positions

    def read(self) -> Reading:
        """What your robot senses: rad and rad/s, and N·m where it has them."""
        return Reading(self.positions, self.velocities)

    def command(self, positions: Array, velocities: Array) -> None:
        """Hand the position of this period to your robot's servos. Called once a period while a motion runs."""
        self.positions, self.velocities = positions, velocities

    def command_gripper(self, width: float, force: float, speed: float) -> None:
        """Not called, since the description has no gripper."""

    def hold_gripper(self) -> None:
        """Not called either."""

    def tick(self) -> None:
        """Wait for the end of the period: for the clock, or for your robot's own beat."""
        self.due = max(self.due + self.period_s, time.monotonic() - 0.1)
        time.sleep(max(0.0, self.due - time.monotonic()))

    def close(self) -> None:
        """Disconnect. The brakes close, or the servos hold: the arm must not fall."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a robot of six joints over the controller protocol.")
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5700", help="tcp://HOST:PORT or ipc://FOLDER")
    parser.add_argument("--key", help="this controller's .key_secret file")
    parser.add_argument("--allow", help="folder with the .key file of each client that may connect")
    arguments = parser.parse_args()
    with ControllerServer(
        MyRobot(), arguments.endpoint, security=server_security(arguments.key, arguments.allow)
    ) as server:
        on_request_to_end(server.end)
        print("serving at", server.endpoint, flush=True)
        server.serve()


if __name__ == "__main__":
    main()
