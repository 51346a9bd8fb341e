"""A LeRobot robot as the driver of a controller. It needs nothing but the interface of ``lerobot.robots.Robot``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from lerobot_settings import Settings

from embodied_codeact.controller.driver import Reading, Trouble
from embodied_codeact.controller.protocol import Array, Description, GripperReading
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure

_WINDOW_S = 0.1
"""Velocities are differences over so long: one step of a servo's encoder is much within one period."""
_FAILURES = 3
"""So many readings or commands in a row may fail, as they do on a serial bus now and then."""
_CLIPPED = 0.01
"""rad by which a robot may send another position to its motors than was asked."""
_HELD_UP_M = 0.002
"""Fingers that stay this far from where they are commanded to be press on something."""
_LATE_S = 0.1


class LeRobot(Protocol):
    """What is used of ``lerobot.robots.Robot``."""

    @property
    def action_features(self) -> Mapping[str, Any]: ...

    @property
    def observation_features(self) -> Mapping[str, Any]: ...

    def get_observation(self) -> Mapping[str, Any]: ...

    def send_action(self, action: dict[str, float]) -> Mapping[str, Any]: ...

    def disconnect(self) -> None: ...


def check_features(robot: LeRobot, settings: Settings) -> None:
    """See that settings and robot speak of the same motors.

    Raises:
        ConfigurationError: they do not; names what is missing.
    """
    ours = [joint.key for joint in settings.joints]
    ours += [settings.gripper.key] if settings.gripper is not None else []
    actions, observations = set(robot.action_features), set(robot.observation_features)
    for key in ours:
        if key not in actions or key not in observations:
            raise ConfigurationError(f"the robot has no {key!r}; its actions are {', '.join(sorted(actions))}")
    for key in sorted(actions - {*ours, *settings.constant}):
        raise ConfigurationError(
            f"the robot also takes {key!r}: name it as a joint or the gripper, or say under `constant` what it is to be"
        )


class LeRobotDriver:
    """Satisfies ``embodied_codeact.controller.driver.RobotDriver``. The robot is connected already.

    The arm is held where it is at the start. A stop, and the end of the server, leave its motors striving for the last
    position that was commanded: torque is never released from here.
    """

    def __init__(self, robot: LeRobot, settings: Settings, description: Description) -> None:
        check_features(robot, settings)
        self.description = description
        self.period_s = 1.0 / settings.rate_hz
        self._robot = robot
        self._settings = settings
        self._keys = [joint.key for joint in settings.joints]
        self._factors = np.array([joint.scale[0] for joint in settings.joints])
        self._offsets = np.array([joint.scale[1] for joint in settings.joints])
        self._recent: deque[tuple[float, Array]] = deque(maxlen=max(2, round(_WINDOW_S / self.period_s)))
        self._failures = 0
        self._clipped = ""
        self._force = 0.0
        self._open = True
        observed = robot.get_observation()
        self._fingers = settings.gripper.width_at(float(observed[settings.gripper.key])) if settings.gripper else 0.0
        self._last = self._taken(observed, time.monotonic())
        self._positions = self._last.positions
        self._fingers_goal, self._fingers_speed = self._fingers, 0.0
        self._due = time.monotonic()
        # A motor may remember a goal from before: from now on it is where the arm is.
        self._send()

    def held(self) -> Array:
        """Return the positions (joints,) that were commanded last, rad."""
        return self._positions

    def read(self) -> Reading:
        """Return what the robot observes now."""
        try:
            observed, now = self._robot.get_observation(), time.monotonic()
        except OSError as error:  # LeRobot's errors of a bus are ConnectionErrors
            self._failed("read", error)
            return self._last
        self._failures = 0
        self._last = self._taken(observed, now)
        return self._last

    def _taken(self, observed: Mapping[str, Any], now: float) -> Reading:
        values = np.array([float(observed[key]) for key in self._keys])
        positions = self._factors * values + self._offsets
        self._recent.append((now, positions))
        then, before = self._recent[0]
        velocities = (positions - before) / (now - then) if now > then else np.zeros_like(positions)
        gripper = self._settings.gripper
        reading = None
        if gripper is not None:
            width = gripper.width_at(float(observed[gripper.key]))
            held_up = width - self._fingers > _HELD_UP_M
            reading = GripperReading(max(0.0, width), self._force if held_up else 0.0)
        return Reading(positions, velocities, None, reading)

    def command(self, positions: Array, velocities: Array) -> None:
        """Strive for these positions (joints,), rad, with the next :meth:`tick`."""
        del velocities
        self._positions = positions

    def command_gripper(self, width: float, force: float, speed: float) -> None:
        """Move the fingers towards ``width`` m at ``speed`` m/s. The force is the robot's own."""
        self._fingers_goal, self._fingers_speed, self._force = width, speed, force

    def hold_gripper(self) -> None:
        """Let the fingers stay where they are commanded to be now: what they hold stays held."""
        self._fingers_goal = self._fingers

    def tick(self) -> None:
        """Send what is commanded, and wait for the end of the period."""
        step = self._fingers_speed * self.period_s
        self._fingers += min(step, max(-step, self._fingers_goal - self._fingers))
        self._send()
        self._due = max(self._due + self.period_s, time.monotonic() - _LATE_S)
        time.sleep(max(0.0, self._due - time.monotonic()))

    def _send(self) -> None:
        action = dict(self._settings.constant)
        values = (self._positions - self._offsets) / self._factors
        action.update(zip(self._keys, values.tolist(), strict=True))
        if self._settings.gripper is not None:
            action[self._settings.gripper.key] = self._settings.gripper.value_at(self._fingers)
        try:
            sent = self._robot.send_action(action)
        except OSError as error:
            self._failed("command", error)
            return
        given = np.array([float(sent.get(key, value)) for key, value in zip(self._keys, values, strict=True)])
        cut = np.abs(self._factors * (given - values))
        if float(cut.max()) > _CLIPPED:
            self._clipped = self._settings.joints[int(cut.argmax())].name

    def _failed(self, what: str, error: Exception) -> None:
        self._failures += 1
        if self._failures > _FAILURES:
            raise EnvironmentFailure(
                f"{_FAILURES + 1} times in a row the robot could not be {what}: {error}"
            ) from error

    # Watching motions

    def begin_motion(self, gripper: bool, extra: Mapping[str, Any]) -> None:
        """A motion begins."""
        del gripper, extra
        self._clipped = ""

    def trouble(self) -> Trouble | None:
        """Return that the robot's own limits hold it back, if they do."""
        if not self._clipped:
            return None
        return Trouble(
            "",
            f"the robot's own configuration (max_relative_target, joint_limits) holds joint {self._clipped!r} back: it "
            "moves more slowly or less far than its controller was told; the engineer has to lower the limits there",
        )

    def close(self) -> None:
        """Disconnect; the motors stay under torque. May be called twice."""
        if self._open:
            self._open = False
            self._robot.disconnect()
