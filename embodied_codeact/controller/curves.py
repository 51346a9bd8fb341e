"""The cubic (Hermite) curve through rows of positions and velocities at even times: what a controller follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embodied_codeact.controller.protocol import Array


class Sample(NamedTuple):
    """One moment of a motion: three arrays (joints,) of rad, rad/s, rad/s²."""

    positions: Array
    velocities: Array
    accelerations: Array


class Curve:
    """A motion through ``positions`` (n, joints) with ``velocities`` (n, joints) at times 0, ``period_s``, ...

    ``offset`` (joints,): how far beside its first row the motion begins. It fades away, smoothly, within half a second
    or by the end, so that the arm sets off from where it is.
    """

    def __init__(self, positions: Array, velocities: Array, period_s: float, offset: Array | None = None) -> None:
        self._positions, self._velocities, self._period_s = positions, velocities, period_s
        self._offset = np.zeros(positions.shape[1]) if offset is None else offset
        self.duration_s = (len(positions) - 1) * period_s
        self._fade_s = fading_s(self.duration_s)

    def at(self, time_s: float) -> Sample:
        """Return where the motion is at a time; at rest at its end from then on."""
        if time_s >= self.duration_s:
            still = np.zeros(self._positions.shape[1])
            return Sample(self._positions[-1].copy(), still, still.copy())
        row = min(int(time_s / self._period_s), len(self._positions) - 2)
        h, u = self._period_s, time_s / self._period_s - row
        p0, p1 = self._positions[row], self._positions[row + 1]
        v0, v1 = self._velocities[row] * h, self._velocities[row + 1] * h
        square, cube = bends(p1 - p0, v0, v1)
        share, slope, bend = _fade(time_s / self._fade_s)
        return Sample(
            p0 + u * (v0 + u * (square + u * cube)) + share * self._offset,
            (v0 + u * (2 * square + 3 * u * cube)) / h + slope / self._fade_s * self._offset,
            (2 * square + 6 * u * cube) / h**2 + bend / self._fade_s**2 * self._offset,
        )


def bends(step: Array, v0: Array, v1: Array) -> tuple[Array, Array]:
    """The last two coefficients of the cubic p0 + u (v0 + u (square + u cube)), u from 0 to 1, that goes ``step`` on,
    and begins and ends with the velocities ``v0`` and ``v1``, in units of u."""
    return 3 * step - 2 * v0 - v1, v0 + v1 - 2 * step


_FADE_S = 0.5


def fading_s(duration_s: float) -> float:
    """How long a difference at the start of a motion takes to fade away, in s."""
    return min(_FADE_S, duration_s)


def _fade(u: float) -> tuple[float, float, float]:
    """A quintic from 1 at 0 to 0 at 1, at rest at both ends: value, first and second derivative."""
    if u >= 1.0:
        return 0.0, 0.0, 0.0
    return (
        1.0 - u**3 * (10.0 - 15.0 * u + 6.0 * u**2),
        -(30.0 * u**2 - 60.0 * u**3 + 30.0 * u**4),
        -(60.0 * u - 180.0 * u**2 + 120.0 * u**3),
    )
