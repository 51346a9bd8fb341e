"""The check of limits: motions that are beyond one limit of the robot, and within all others where that can be."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_codeact.controller.conformance_probe import Failed, Probe, Sweep, fail
from embodied_codeact.controller.conformance_seen import moved_within
from embodied_codeact.controller.protocol import Array, Description

_ROWS = 60
_BEYOND = 1.2
"""A peak of so many times its limit has to be refused: the tolerance is 5 %."""
_WELL_WITHIN = 0.8


def limits_are_kept(probe: Probe) -> str:
    """Send a motion beyond each limit, which has to be refused, naming the joint."""
    sweep = probe.sweep()
    probe.acquire(probe.robot.max_ttl_s)
    probe.newest()
    cases = {**_beyond_each(sweep, probe.robot), "jerk between two rows": _shifted(probe)}
    for what, body in cases.items():
        try:
            words = probe.refused("LimitExceeded", "move", body, lease=probe.lease, ttl_s=1.0)
        except Failed as failed:
            fail(f"{what}: {failed}")
        if what != "duration" and not any(name in words for name in probe.robot.joints):
            fail(f"{what}: the message names no joint: {words}")
    nothing_moved(probe)
    return f"{', '.join(cases)}: refused"


def nothing_moved(probe: Probe) -> None:
    """See that the robot has not moved since the record was cleared, and does not now."""
    probe.wait(0.1)
    if (moved := moved_within(probe.told)) > 0.0:
        fail(f"something moved all the same, by {moved:.4f} rad")
    if probe.status().outcome == "running":
        fail("a motion runs all the same")


def _beyond_each(sweep: Sweep, robot: Description) -> dict[str, dict[str, Any]]:
    joint, start = sweep.joint, sweep.positions[0]
    v, a, j = (float(most[joint]) for most in (robot.velocity, robot.acceleration, robot.jerk))
    way = float(np.sign(sweep.goal[joint] - start[joint]))
    end = float(robot.upper[joint] if way > 0 else robot.lower[joint])
    # Peaks of the quintic from rest to rest: 1.875 d / T, 5.774 d / T^2, 60 d / T^3.
    out = abs(end - start[joint]) + 0.02
    slow = max(1.875 * out / v, (5.774 * out / a) ** 0.5, (60.0 * out / j) ** (1 / 3)) / _WELL_WITHIN
    fast, hard = _BEYOND * v, _BEYOND * a
    soon = max(5.774 / 1.875 * fast / a, (60.0 / 1.875 * fast / j) ** 0.5) / _WELL_WITHIN**0.5
    sudden = 60.0 / 5.774 * hard / j / _WELL_WITHIN
    jump = sweep.positions.copy()
    jump[len(jump) // 2 :, joint] += 0.05 * way
    still = np.array([start, start])
    return {
        "position": _quintic(start, joint, way * out, slow),
        "velocity": _quintic(start, joint, way * fast * soon / 1.875, soon),
        "acceleration": _quintic(start, joint, way * hard * sudden**2 / 5.774, sudden),
        "jerk": _corner(start, joint, way, v, a, j),
        "jump between rows": sweep.body(positions=jump),
        **_between(start, joint, way, abs(end - start[joint]), v, a, j),
        "start": sweep.body(positions=sweep.positions + 2 * robot.start_tolerance + 1e-3),
        "duration": {"positions": still, "velocities": 0 * still, "period_s": 121.0},
    }


def _quintic(start: Array, joint: int, distance: float, seconds: float) -> dict[str, Any]:
    u = np.linspace(0.0, 1.0, _ROWS + 1)[:, None]
    unit = np.zeros(len(start))
    unit[joint] = distance
    return {
        "positions": start + u**3 * (10 - 15 * u + 6 * u**2) * unit,
        "velocities": 30 * u**2 * (1 - u) ** 2 * unit / seconds,
        "period_s": seconds / _ROWS,
    }


def _corner(start: Array, joint: int, way: float, v: float, a: float, j: float) -> dict[str, Any]:
    """Even acceleration, then as much deceleration: between its rows there is no jerk, only at the corners."""
    half_a = 0.5 * a
    # The corner's jerk is a / h, which is to be well beyond 1.5 times the limit.
    h = a / (3.0 * j)
    rise = max(2, int(min(_WELL_WITHIN * v / half_a, 0.3) / h))
    ramp = np.arange(rise + 1) * h * half_a
    speeds = np.concatenate([ramp, ramp[-2::-1]])
    places = np.concatenate([[0.0], np.cumsum((speeds[1:] + speeds[:-1]) * h / 2)])
    positions, velocities = np.tile(start, (len(speeds), 1)), np.zeros((len(speeds), len(start)))
    positions[:, joint] += way * places
    velocities[:, joint] = way * speeds
    return {"positions": positions, "velocities": velocities, "period_s": h}


def _shifted(probe: Probe) -> dict[str, Any]:
    """A motion with a step amid it that its velocities do not know of: too small for anything but its jerk, between two
    rows close together."""
    a, j = (float(most[-1]) for most in (probe.robot.acceleration, probe.robot.jerk))
    sweep = probe.sweep(rows_s=min(0.02, max(1e-3, 0.5 * a / j)))
    positions = sweep.positions.copy()
    positions[len(positions) // 2 :, sweep.joint] += 2.5 * j * sweep.period_s**3 / 12.0
    return sweep.body(positions=positions)


def _between(start: Array, joint: int, way: float, room: float, v: float, a: float, j: float) -> dict[str, Any]:
    """Two rows at rest, with the whole way between them: nothing is beyond a limit at a row. A robot without the room
    that it takes has no such motion."""
    # Peaks of the cubic from rest to rest: 1.5 d / T, 6 d / T^2, 12 d / T^3.
    seconds = max(3.6 * v / a, (14.4 * v / j) ** 0.5)
    cases = {
        "velocity between two rows": (0.96 * v * seconds, seconds),
        "acceleration between two rows": (17.0 * a**3 / j**2, 6.34 * a / j),
    }
    still = np.zeros((2, len(start)))
    bodies: dict[str, Any] = {}
    for what, (distance, period_s) in cases.items():
        if distance <= room:
            positions = np.array([start, start])
            positions[1, joint] += way * distance
            bodies[what] = {"positions": positions, "velocities": still, "period_s": period_s}
    return bodies
