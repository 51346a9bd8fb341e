"""What the state stream shows of a motion: velocities, accelerations and jerks as they were commanded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embodied_codeact.controller.conformance_probe import Told
from embodied_codeact.controller.protocol import Array, Description

TOLERANCE = 1.15
"""The peaks seen may be that much of the limits."""


def _differences(times: Array, rows: Array, order: int) -> Array:
    """The derivative of this order at uneven times: divided differences, times the factorial."""
    values = rows
    for step in range(1, order + 1):
        values = step * np.diff(values, axis=0) / (times[step:] - times[:-step])[:, None]
    return values


def _runs(told: Sequence[Told]) -> list[Sequence[Told]]:
    """The parts of a record without a gap."""
    cuts = [n + 1 for n in range(len(told) - 1) if told[n + 1].header.seq != told[n].header.seq + 1]
    return [told[a:b] for a, b in zip([0, *cuts], [*cuts, len(told)], strict=True)]


def peak(told: Sequence[Told], robot: Description, order: int, most: Array) -> float:
    """Return the greatest velocity (order 1), acceleration (2) or jerk (3) that was commanded, as a share of ``most``.

    The messages are evenly spaced in the motion's time. Where a controller takes the clock's time instead, the times
    at which it sensed fit better: what counts is the lesser of both.
    """
    peaks = [0.0]
    for run in _runs(told):
        if len(run) <= order:
            continue
        rows = np.array([one.state.commanded for one in run])
        even = np.arange(len(run)) / robot.rate_hz
        clock = np.array([(one.header.time_ns - run[0].header.time_ns) / 1e9 for one in run])
        clock = np.maximum.accumulate(clock + np.arange(len(run)) * 1e-9)
        peaks.append(min(float(np.max(np.abs(_differences(times, rows, order)) / most)) for times in (even, clock)))
    return max(peaks)


def excess(told: Sequence[Told], robot: Description) -> str:
    """Return what of the commanded motion is beyond the limits; empty where all is within them."""
    for what, order, most in (("acceleration", 2, robot.acceleration), ("jerk", 3, robot.jerk)):
        if (seen := peak(told, robot, order, most)) > TOLERANCE:
            return f"{what} of {seen:.2f} times its limit in what was commanded"
    return ""


def moved_within(told: Sequence[Told]) -> float:
    """By how much the commanded position changed in a record, rad."""
    rows = np.array([one.state.commanded for one in told])
    return float(np.max(np.ptp(rows, axis=0))) if len(rows) else 0.0
