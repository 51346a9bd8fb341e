"""What an arm senses, by name: what a script's conditions look at while the arm moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.primitives.arm_backend import ArmBackend
from embodied_codeact.primitives.conditions import Condition

ExtraSensors = Mapping[str, tuple[SensorSpec, Callable[[], Any]]]
"""Sensors beside those that every arm has: by name, what each is, and what reads it."""


class ArmSensors:
    """``joint_positions``, ``joint_velocities``, ``joint_efforts``: (n,); ``tool_pose``: (7,) position and orientation;
    ``gripper``: (2,) width in m and force in N; and what an environment has besides."""

    def __init__(self, backend: ArmBackend, extra: ExtraSensors | None = None) -> None:
        self._read: dict[str, Callable[[], Any]] = {
            "joint_positions": lambda: backend.joints().positions,
            "joint_velocities": lambda: backend.joints().velocities,
            "joint_efforts": lambda: backend.joints().efforts,
            "tool_pose": lambda: _pose(backend),
            "gripper": lambda: _gripper(backend),
        }
        self._backend = backend
        self._extra = dict(extra or {})
        self._read |= {name: read for name, (_, read) in self._extra.items()}

    def specs(self) -> list[SensorSpec]:
        """What there is."""
        count = len(self._backend.limits.joint_lower)
        return [
            SensorSpec("joint_positions", "joints", "float64", [count], "rad"),
            SensorSpec("joint_velocities", "joints", "float64", [count], "rad/s"),
            SensorSpec("joint_efforts", "joints", "float64", [count], "N*m"),
            SensorSpec("tool_pose", "pose", "float64", [7], "m, quaternion xyzw", frame="world"),
            SensorSpec("gripper", "gripper", "float64", [2], "m, N"),
            *(spec for spec, _ in self._extra.values()),
        ]

    def read(self, name: str) -> Any:
        """What the sensor of that name says now."""
        return self._read[name]()

    def guard(self, condition: Any) -> Guard:
        """Read a condition on these sensors: a text, or a function of them.

        Raises:
            InvalidArgument: it is none.
        """
        if callable(condition):
            return Guard(lambda: bool(condition(Readings(self._read))), lambda: _function_told(condition))
        read = Condition(condition, self.specs())
        return Guard(lambda: read.holds(self.read), lambda: read.text)


class Readings(Mapping[str, Any]):
    """What sensors say in one step, by name; each is read when it is looked at first."""

    def __init__(self, read: Mapping[str, Callable[[], Any]]) -> None:
        self._read = read
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self._read[name]()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


class Guard:
    """A condition that is asked at every step of a motion, and remembers whether it has held. ``told`` names it."""

    def __init__(self, holds: Callable[[], bool], told: Callable[[], str]) -> None:
        self.held = False
        self._holds = holds
        self._told = told

    def __call__(self) -> bool:
        """Whether it holds now."""
        if self._holds():
            self.held = True
        return self.held

    @property
    def told(self) -> str:
        """The condition, as a result names it."""
        return self._told()


def _function_told(function: Callable[..., Any]) -> str:
    return str(getattr(function, "told", getattr(function, "__name__", function)))


def _pose(backend: ArmBackend) -> Any:
    pose = backend.tool()
    return np.concatenate([pose.position, pose.orientation])


def _gripper(backend: ArmBackend) -> Any:
    state = backend.gripper()
    return np.array([state.width, state.force])
