"""Planned deceleration: from any position, velocity and acceleration to rest, with bounded acceleration and jerk.

Each joint comes to rest as soon as its limits allow. Its acceleration is a trapezoid: it changes with the greatest jerk
towards a peak, stays there, and goes back to 0 (the first three of the seven segments of a jerk-limited motion, as in
Biagiotti and Melchiorri, "Trajectory Planning for Automatic Machines and Robots", 3.4).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from embodied_codeact.controller.curves import Sample
from embodied_codeact.controller.protocol import Array


class _Segment(NamedTuple):
    """A part of the way of one joint in which the jerk is constant, with the state at its beginning."""

    duration: float
    position: float
    velocity: float
    acceleration: float
    jerk: float

    def at(self, time_s: float) -> tuple[float, float, float]:
        """Position, velocity and acceleration so long after its beginning."""
        t, a, j = time_s, self.acceleration, self.jerk
        return (
            self.position + t * (self.velocity + t * (a / 2 + t * j / 6)),
            self.velocity + t * (a + t * j / 2),
            a + t * j,
        )


def _joint(position: float, velocity: float, acceleration: float, most: float, jerk: float) -> list[_Segment]:
    """The segments that bring one joint to rest."""
    # The velocity that would be left if the acceleration went straight back to 0 says which way to accelerate.
    left = velocity + acceleration * abs(acceleration) / (2 * jerk)
    way = -1.0 if left > 0.0 else 1.0
    v, a = way * velocity, way * acceleration
    peak = math.sqrt(max(0.0, a * a / 2 - jerk * v))
    hold = 0.0
    if peak > most:
        peak = most
    # Where the acceleration is beyond its limit already, it first goes down to it.
    sign = 1.0 if peak >= a else -1.0
    if peak == most:
        gained = (sign * (peak * peak - a * a) + peak * peak) / (2 * jerk)
        hold = max(0.0, (-v - gained) / peak)
    segments: list[_Segment] = []
    state = (position, velocity, acceleration)
    for duration, change in ((abs(peak - a) / jerk, way * sign * jerk), (hold, 0.0), (peak / jerk, -way * jerk)):
        segment = _Segment(duration, *state, change)
        segments.append(segment)
        state = segment.at(duration)
    return segments


class Deceleration:
    """The way to rest from ``start``, within ``acceleration`` and ``jerk``, each (joints,). ``duration_s``: how long it
    takes."""

    def __init__(self, start: Sample, acceleration: Array, jerk: Array) -> None:
        self._joints = [
            _joint(*state)
            for state in zip(
                *(values.tolist() for values in (*start, acceleration, jerk)),
                strict=True,
            )
        ]
        self.duration_s = max(sum(segment.duration for segment in segments) for segments in self._joints)

    def at(self, time_s: float) -> Sample:
        """Return where the arm is at a time; at rest from ``duration_s`` on."""
        states = np.array([self._joint_at(segments, time_s) for segments in self._joints])
        return Sample(states[:, 0], states[:, 1], states[:, 2])

    @staticmethod
    def _joint_at(segments: list[_Segment], time_s: float) -> tuple[float, float, float]:
        for segment in segments:
            if time_s < segment.duration:
                return segment.at(time_s)
            time_s -= segment.duration
        last = segments[-1]
        return last.at(last.duration)[0], 0.0, 0.0
