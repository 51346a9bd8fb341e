"""What an engineer writes down of a LeRobot robot: its joints in the controller protocol's units, and their limits.

LeRobot tells and takes positions as ``MOTOR.pos``, in degrees, in percent of the calibrated range (-100 to 100, or 0 to
100 for a gripper), or in a unit of the robot's own (``lerobot.motors.MotorNormMode``); which one, its configuration
says (``use_degrees`` of the SO arms). The protocol wants rad, and m for a sliding joint.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from embodied_codeact.controller.protocol import Description, GripperLimits
from embodied_codeact.errors import ConfigurationError


class Joint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One joint of the arm. ``name``: in the URDF; ``motor``: in LeRobot, ``name`` where it is left out.

    ``unit``: what LeRobot gives: ``degrees``, ``radians``, ``metres``, or ``range``, where -100 and 100 are the two
    positions ``at``, rad. The joint's position is ``sign`` times LeRobot's plus ``offset``, rad. ``lower`` to ``jerk``:
    its limits, rad, rad/s, rad/s², rad/s³.
    """

    name: str
    motor: str = ""
    unit: Literal["degrees", "radians", "metres", "range"] = "degrees"
    at: tuple[float, float] | None = None
    sign: Literal[1, -1] = 1
    offset: float = 0.0
    lower: float
    upper: float
    velocity: float
    acceleration: float
    jerk: float

    @property
    def key(self) -> str:
        """Its position in LeRobot's actions and observations."""
        return f"{self.motor or self.name}.pos"

    @property
    def scale(self) -> tuple[float, float]:
        """What LeRobot's value is multiplied by, and what is added, to make it rad."""
        if self.unit == "range":
            assert self.at is not None
            low, high = self.at
            return (high - low) / 200.0, (high + low) / 2.0
        return self.sign * (math.pi / 180.0 if self.unit == "degrees" else 1.0), self.offset


class Gripper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The gripper's motor. ``closed`` and ``open``: LeRobot's values there; ``width``: m between the fingers when open;
    ``speed``: m/s. ``force``: N, told for orientation: LeRobot neither commands nor measures it."""

    motor: str = "gripper"
    closed: float = 0.0
    open: float = 100.0
    width: float
    speed: float
    force: float

    @property
    def key(self) -> str:
        """Its position in LeRobot's actions and observations."""
        return f"{self.motor}.pos"

    def width_at(self, value: float) -> float:
        """Return the width, m, at LeRobot's value."""
        return (value - self.closed) / (self.open - self.closed) * self.width

    def value_at(self, width: float) -> float:
        """Return LeRobot's value at a width, m."""
        return self.closed + width / self.width * (self.open - self.closed)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it. ``robot``: LeRobot's own configuration, ``type`` and what that takes. ``modules``: Python modules that
    register the type. ``constant``: actions that are always sent so, such as a base's velocities. ``urdf``: a file,
    beside this one unless it is absolute; ``tool``: the link whose frame is the tool's, z out of the gripper.
    ``home``: rad. ``keeps_torque``: this robot's ``disconnect`` is known not to release torque, though its
    configuration has no field for that."""

    robot: dict[str, Any]
    modules: list[str] = []
    name: str = ""
    joints: list[Joint]
    gripper: Gripper | None = None
    constant: dict[str, float] = {}
    home: list[float]
    urdf: str = ""
    tool: str = ""
    rate_hz: float = 50.0
    lease_s: float = 2.0
    simulated: bool = False
    keeps_torque: bool = False

    def check(self) -> None:
        """See that it makes sense.

        Raises:
            ConfigurationError: it does not; says where.
        """
        names = [joint.name for joint in self.joints]
        if not names or len(set(names)) != len(names):
            raise ConfigurationError(f"joints need names of their own, not {names}")
        if len(self.home) != len(names):
            raise ConfigurationError(f"home has {len(self.home)} positions, and there are {len(names)} joints")
        if not 1.0 <= self.rate_hz <= 1000.0:
            raise ConfigurationError(f"rate_hz is {self.rate_hz}; give a number from 1 to 1000")
        for joint, home in zip(self.joints, self.home, strict=True):
            _check_joint(joint, home)
        gripper = self.gripper
        if gripper is not None and (
            min(gripper.width, gripper.speed, gripper.force) <= 0.0 or gripper.open == gripper.closed
        ):
            raise ConfigurationError("the gripper needs width, speed and force above 0, and two values open and closed")

    def description(self, folder: Path) -> Description:
        """Return what the controller says of this robot. ``folder``: where the settings lie.

        Raises:
            ConfigurationError: the URDF cannot be read.
        """
        urdf = ""
        if self.urdf:
            try:
                urdf = (folder / Path(self.urdf).expanduser()).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"cannot read the URDF: {error}") from error

        def all_of(field: str) -> np.ndarray[Any, np.dtype[np.float64]]:
            return np.array([getattr(joint, field) for joint in self.joints], dtype=float)

        gripper = self.gripper
        return Description(
            name=self.name or f"{self.robot.get('type', 'robot')} (LeRobot)",
            joints=[joint.name for joint in self.joints],
            lower=all_of("lower"),
            upper=all_of("upper"),
            velocity=all_of("velocity"),
            acceleration=all_of("acceleration"),
            jerk=all_of("jerk"),
            home=np.array(self.home, dtype=float),
            gripper=None if gripper is None else GripperLimits(gripper.width, gripper.force, gripper.speed),
            urdf=urdf,
            tool=self.tool,
            rate_hz=self.rate_hz,
            lease_s=self.lease_s,
            # Servos hold within a degree or so: a motion may begin that much beside.
            start_tolerance=0.02,
            simulated=self.simulated,
        )


def _check_joint(joint: Joint, home: float) -> None:
    numbers = (joint.lower, joint.upper, joint.velocity, joint.acceleration, joint.jerk, joint.offset, home)
    if not all(map(math.isfinite, numbers)):
        raise ConfigurationError(f"joint {joint.name!r} has a number that is not finite")
    if not joint.lower < joint.upper or not joint.lower <= home <= joint.upper:
        raise ConfigurationError(f"joint {joint.name!r}: lower, home and upper have to come in that order")
    if min(joint.velocity, joint.acceleration, joint.jerk) <= 0.0:
        raise ConfigurationError(f"joint {joint.name!r}: velocity, acceleration and jerk are above 0")
    if (joint.unit == "range") != (joint.at is not None):
        raise ConfigurationError(f"joint {joint.name!r}: the unit range, and only it, needs `at`: rad at -100 and 100")
    if joint.at is not None and (joint.at[0] == joint.at[1] or joint.sign != 1 or joint.offset != 0.0):
        raise ConfigurationError(f"joint {joint.name!r}: `at` is two positions, and says sign and offset by itself")


def read_settings(path: Path) -> Settings:
    """Return the settings in a YAML file.

    Raises:
        ConfigurationError: it cannot be read, or what it says makes no sense.
    """
    try:
        settings = msgspec.yaml.decode(path.read_bytes(), type=Settings)
        settings.check()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    except (msgspec.DecodeError, ConfigurationError) as error:
        raise ConfigurationError(f"{path}: {' '.join(str(error).split())}") from error
    return settings
