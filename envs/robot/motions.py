"""Motions as the controller protocol wants them: rows of joint positions and velocities at a fixed period.

A way in joint space is a path over one scalar s, and a motion along it a jerk-limited s(t) (ruckig): so the arm stays
on the way that was checked, however slowly it goes. The rows keep the limits that are given; between them the
controller's cubic does so too, since the jerk of each piece is a mean of the motion's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import ruckig

from embodied_codeact.envs.splines import JointPath
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import Array

PERIOD_S = 0.01
LONGEST_S = 120.0
"""A controller takes no longer motion."""
_MOST_NUMBERS = 120_000
"""Of positions in one motion, so that it is one message: seven joints, a hundred rows a second, for two minutes."""
_PLACES = 200
"""So many places along a path are looked at for its limits."""
_SHORTEST = 1e-9
_STILL = 1e-12


@dataclass(frozen=True, eq=False)
class Limits:
    """What a motion may use: ``velocity`` rad/s, ``acceleration`` rad/s², ``jerk`` rad/s³, each (n,); ``tool_speed``
    m/s, ``tool_turn_speed`` rad/s."""

    velocity: Array
    acceleration: Array
    jerk: Array
    tool_speed: float
    tool_turn_speed: float

    def scaled(self, share: float) -> Limits:
        """The same at a share of the speed: time is stretched for positions and accelerations alike."""
        return Limits(
            share * self.velocity,
            share * self.acceleration,
            share * self.jerk,
            share * self.tool_speed,
            share * self.tool_turn_speed,
        )


@dataclass(frozen=True, eq=False)
class Motion:
    """Rows from rest to rest: ``positions``, ``velocities`` (k, n), ``period_s`` apart. No rows: nothing is to move."""

    positions: Array
    velocities: Array
    period_s: float

    @property
    def duration(self) -> float:
        """Seconds from the first row to the last."""
        return max(0, len(self.positions) - 1) * self.period_s


def nothing(joints: int) -> Motion:
    """Return the motion of what is there already."""
    return Motion(np.zeros((0, joints)), np.zeros((0, joints)), PERIOD_S)


ToolAt = Callable[[Array], tuple[Array, Array]]
"""Positions (k, 3) and rotation matrices (k, 3, 3) of the tool for joint positions (k, n)."""


def straight_path(start: Array, goal: Array) -> JointPath | None:
    """Return the straight line in joint space from ``start`` (n,) to ``goal`` (n,), None where they are the same."""
    if float(np.max(np.abs(goal - start))) < _SHORTEST:
        return None
    return JointPath(np.array([0.0, 1.0]), np.stack([start, goal]), np.zeros((2, len(start))))


def along(path: JointPath, limits: Limits, tool_at: ToolAt) -> Motion:
    """Travel a path from rest to rest, as fast as the limits of joints and tool allow.

    Raises:
        LimitExceeded: it would take too long for one motion.
    """
    bounds = _bounds(path, limits, tool_at)
    for _ in range(12):
        law = _Law.over(path.length, *bounds)
        motion = _rows(partial(_on_path, path, law), law.duration, path.positions.shape[1])
        excess = _excess(motion, limits)
        if excess <= 1.0 + 1e-6:
            motion.positions[0], motion.positions[-1] = path.positions[0], path.positions[-1]
            return motion
        stretch = 1.005 * excess
        bounds = bounds[0] / stretch, bounds[1] / stretch**2, bounds[2] / stretch**3
    raise ArithmeticError(f"no timing keeps the limits: they are exceeded {excess:.3f} times")


def at_velocities(start: Array, velocities: Array, duration: float, limits: Limits) -> Motion:
    """Bring the joints from rest at ``start`` (n,) to ``velocities`` (n,), keep them for ``duration`` seconds, and come
    to rest; all joints speed up and slow down together.

    Raises:
        LimitExceeded: it would take too long for one motion.
    """
    rates = np.maximum(np.abs(velocities), _STILL)
    if float(rates.max()) <= _STILL:
        return nothing(len(start))
    up = _Law.speeding_up(float(np.min(limits.acceleration / rates)), float(np.min(limits.jerk / rates)))
    whole = 2 * up.duration + duration

    def at(times: Array) -> tuple[Array, Array]:
        # The way down is the way up, backwards.
        rising, falling = up.at(np.minimum(times, up.duration)), up.at(np.clip(whole - times, 0.0, up.duration))
        steady = np.clip(times - up.duration, 0.0, duration)
        half = up.at(np.array([up.duration]))[0][0]
        shares = np.where(times <= up.duration + duration, rising[0] + steady, 2 * half + duration - falling[0])
        rates = np.where(times <= up.duration + duration, rising[1], falling[1])
        return start + shares[:, None] * velocities, rates[:, None] * velocities

    return _rows(at, whole, len(start))


class _Law:
    """A jerk-limited scalar s(t)."""

    def __init__(self, request: ruckig.InputParameter) -> None:
        self._trajectory = ruckig.Trajectory(1)
        result = ruckig.Ruckig(1).calculate(request, self._trajectory)
        if result not in (ruckig.Result.Working, ruckig.Result.Finished):
            raise ArithmeticError(f"ruckig finds no motion: {result}")
        self.duration = float(self._trajectory.duration)

    @classmethod
    def over(cls, length: float, speed: float, acceleration: float, jerk: float) -> _Law:
        """From rest at 0 to rest at ``length``."""
        request = ruckig.InputParameter(1)
        request.target_position = [length]
        request.max_velocity, request.max_acceleration, request.max_jerk = [speed], [acceleration], [jerk]
        return cls(request)

    @classmethod
    def speeding_up(cls, acceleration: float, jerk: float) -> _Law:
        """From rest at 0 to the speed 1."""
        request = ruckig.InputParameter(1)
        request.control_interface = ruckig.ControlInterface.Velocity
        request.target_velocity = [1.0]
        request.max_acceleration, request.max_jerk = [acceleration], [jerk]
        return cls(request)

    def at(self, times: Array) -> tuple[Array, Array]:
        """Return s and its speed (k,) at times (k,)."""
        rows = [self._trajectory.at_time(float(time)) for time in times]
        return np.array([row[0][0] for row in rows]), np.array([row[1][0] for row in rows])


def _bounds(path: JointPath, limits: Limits, tool_at: ToolAt) -> tuple[float, float, float]:
    """How fast s may change, its acceleration and its jerk, were the path straight."""
    places = np.linspace(0.0, path.length, _PLACES)
    positions, slopes, _ = path.at(places)
    steepest = np.maximum(np.max(np.abs(slopes), axis=0), _STILL)
    points, turns = tool_at(positions)
    step = places[1] - places[0]
    moved = float(np.max(np.linalg.norm(np.diff(points, axis=0), axis=1))) / step
    cosines = (np.einsum("kij,kij->k", turns[1:], turns[:-1]) - 1.0) / 2
    turned = float(np.max(np.arccos(np.clip(cosines, -1.0, 1.0)))) / step
    speed = min(
        float(np.min(limits.velocity / steepest)),
        limits.tool_speed / max(moved, _STILL),
        limits.tool_turn_speed / max(turned, _STILL),
    )
    return speed, float(np.min(limits.acceleration / steepest)), float(np.min(limits.jerk / steepest))


def _on_path(path: JointPath, law: _Law, times: Array) -> tuple[Array, Array]:
    places, rates = law.at(times)
    positions, slopes, _ = path.at(np.clip(places, 0.0, path.length))
    return positions, slopes * rates[:, None]


def _rows(at: Callable[[Array], tuple[Array, Array]], duration: float, joints: int) -> Motion:
    """Sample a motion at even times, stretched by less than a period so that its end is one of them."""
    if duration > LONGEST_S:
        raise LimitExceeded(
            f"the motion would take {duration:.0f} s, and one takes at most {LONGEST_S:g}: go faster, or in parts"
        )
    period = max(PERIOD_S, duration * joints / _MOST_NUMBERS)
    count = max(1, math.ceil(duration / period - 1e-9))
    # The last motion that fits must not be stretched beyond what a controller takes.
    period = min(period, LONGEST_S / count)
    positions, velocities = at(np.linspace(0.0, duration, count + 1))
    velocities = velocities * (duration / (count * period))
    velocities[0] = velocities[-1] = 0.0
    return Motion(np.ascontiguousarray(positions), np.ascontiguousarray(velocities), period)


def _excess(motion: Motion, limits: Limits) -> float:
    """By which factor time must be stretched so that the rows keep the limits."""
    accelerations = np.diff(motion.velocities, axis=0) / motion.period_s
    jerks = np.diff(accelerations, axis=0) / motion.period_s
    velocity = float(np.max(np.abs(motion.velocities) / limits.velocity))
    acceleration = float(np.max(np.abs(accelerations) / limits.acceleration))
    jerk = float(np.max(np.abs(jerks) / limits.jerk)) if len(jerks) else 0.0
    return max(velocity, math.sqrt(acceleration), math.cbrt(jerk))
