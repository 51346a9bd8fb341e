"""Smooth paths in joint space, and the jerk-limited timing with which they are travelled.

A path is a cubic spline over one scalar s; a motion along it is a scalar s(t), which ruckig makes jerk-limited. So the
way and the speed on it are separate: however slowly it is travelled, the arm stays on the way that was checked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import ruckig

from embodied_codeact.envs.splines import JointPath
from embodied_codeact.primitives.arm_types import Array

RATE_HZ = 240
STEP_S = 1.0 / RATE_HZ


@dataclass(frozen=True)
class Section:
    """A stretch of a path and how fast s may change on it. A ``corner`` is travelled at constant speed."""

    length: float
    speed: float
    acceleration: float
    jerk: float
    corner: bool = False

    def slowed(self, factor: float) -> Section:
        """The same travelled ``factor`` times as slowly: time scaled, so that every derivative scales with it."""
        return Section(
            self.length, self.speed / factor, self.acceleration / factor**2, self.jerk / factor**3, self.corner
        )


def rounded_polyline(points: Sequence[Array], lengths: Sequence[float], radii: Sequence[float]) -> JointPath:
    """Return the path along straight lines between ``points`` (each (n,)), with rounded corners.

    ``lengths``: of the lines, in units of s. ``radii``: for each inner point how far from it, along s, its corner
    begins and ends; less than half of the lines beside it. In a corner the second derivative rises and falls linearly,
    which makes the third one finite.
    """
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    ways = [(b - a) / length for a, b, length in zip(points, points[1:], lengths, strict=False)]
    straight = np.zeros_like(points[0])
    knots, positions, curvatures = [0.0], [points[0]], [straight]
    for index, radius in enumerate(radii, start=1):
        before, after = ways[index - 1], ways[index]
        bend = after - before
        knots += [ends[index] - radius, ends[index], ends[index] + radius]
        positions += [
            points[index] - radius * before,
            points[index] + bend * (radius / 6),
            points[index] + radius * after,
        ]
        curvatures += [straight, bend / radius, straight]
    return JointPath(
        np.array([*knots, ends[-1]]), np.array([*positions, points[-1]]), np.array([*curvatures, straight])
    )


def travel(sections: Sequence[Section]) -> tuple[Array, Array, Array]:
    """Travel the sections as fast as their limits allow, from rest to rest.

    Return s, its speed and its acceleration at every tick, each (t,): the first one tick after the start, the last at
    rest at the end. Straight sections and corners take turns, with a straight one at both ends.
    """
    passing = _passing_speeds(sections)
    places: list[float] = []
    speeds: list[float] = []
    accelerations: list[float] = []
    began, place, tick = 0.0, 0.0, 1
    for index, section in enumerate(sections):
        if section.corner:
            speed = passing[index // 2]
            duration = section.length / speed
        else:
            law = _scalar_motion(section, passing[(index - 1) // 2] if index else 0.0, _next(passing, index // 2))
            duration = law.duration
        while tick * STEP_S <= began + duration:
            time = tick * STEP_S - began
            now = (time * speed, speed, 0.0) if section.corner else _first(law.at_time(time))
            places.append(place + now[0])
            speeds.append(now[1])
            accelerations.append(now[2])
            tick += 1
        began += duration
        place += section.length
    places.append(place)
    speeds.append(0.0)
    accelerations.append(0.0)
    return np.array(places), np.array(speeds), np.array(accelerations)


def _first(state: tuple[list[float], list[float], list[float]]) -> tuple[float, float, float]:
    return state[0][0], state[1][0], state[2][0]


def _next(passing: Sequence[float], index: int) -> float:
    return passing[index] if index < len(passing) else 0.0


def _scalar_motion(section: Section, start_speed: float, end_speed: float) -> ruckig.Trajectory:
    """The fastest motion over a straight section."""
    request = ruckig.InputParameter(1)
    request.current_position, request.current_velocity = [0.0], [start_speed]
    request.target_position, request.target_velocity = [section.length], [end_speed]
    request.max_velocity = [section.speed]
    request.max_acceleration = [section.acceleration]
    request.max_jerk = [section.jerk]
    law = ruckig.Trajectory(1)
    result = ruckig.Ruckig(1).calculate(request, law)
    if result not in (ruckig.Result.Working, ruckig.Result.Finished):
        raise ArithmeticError(f"ruckig finds no motion over {section} from {start_speed} to {end_speed}: {result}")
    return law


def _passing_speeds(sections: Sequence[Section]) -> list[float]:
    """The speed in each corner: its own limit, or less where the straights beside it are too short to reach it."""
    straights, corners = sections[::2], sections[1::2]
    speeds = [
        min(corner.speed, before.speed, after.speed)
        for corner, before, after in zip(corners, straights, straights[1:], strict=False)
    ]
    previous = 0.0
    for index in range(len(speeds)):
        previous = speeds[index] = min(speeds[index], _fastest_after(straights[index], previous))
    previous = 0.0
    for index in reversed(range(len(speeds))):
        previous = speeds[index] = min(speeds[index], _fastest_after(straights[index + 1], previous))
    return speeds


def _fastest_after(section: Section, start_speed: float) -> float:
    """The highest speed that a straight section is long enough to reach, from a lower one."""
    low, high = start_speed, max(start_speed, section.speed)
    for _ in range(40):
        middle = (low + high) / 2
        gain = middle - start_speed
        if gain >= section.acceleration**2 / section.jerk:
            duration = gain / section.acceleration + section.acceleration / section.jerk
        else:
            duration = 2.0 * math.sqrt(gain / section.jerk)
        # A little less than the whole length, so that rounding errors cannot ask for the impossible.
        if (start_speed + middle) / 2 * duration <= 0.999 * section.length:
            low = middle
        else:
            high = middle
    return low
