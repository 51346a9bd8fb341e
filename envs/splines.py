"""Smooth paths in joint space: cubic splines over one scalar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embodied_codeact.primitives.arm_types import Array


@dataclass(frozen=True, eq=False)
class JointPath:
    """A cubic spline, twice continuously differentiable.

    ``knots``: (k,) ascending; ``positions``: (k, n) rad at the knots; ``curvatures``: (k, n) second derivatives there.
    """

    knots: Array
    positions: Array
    curvatures: Array

    @property
    def length(self) -> float:
        """Where the path ends; it begins at 0."""
        return float(self.knots[-1])

    def at(self, places: Array) -> tuple[Array, Array, Array]:
        """Return positions, first and second derivatives by s, each (m, n), at places (m,)."""
        index = np.clip(np.searchsorted(self.knots, places, side="right") - 1, 0, len(self.knots) - 2)
        low, high = self.knots[index], self.knots[index + 1]
        step = (high - low)[:, None]
        b = (places - low)[:, None] / step
        a = 1.0 - b
        start, end = self.positions[index], self.positions[index + 1]
        first, last = self.curvatures[index], self.curvatures[index + 1]
        position = a * start + b * end + ((a**3 - a) * first + (b**3 - b) * last) * (step**2 / 6)
        slope = (end - start) / step + ((3 * b**2 - 1) * last - (3 * a**2 - 1) * first) * (step / 6)
        return position, slope, a * first + b * last


def spline_through(positions: Array, length: float) -> JointPath:
    """Return the spline through positions (k, n) at even distances, k >= 4, whose third derivative is continuous at the
    second and at the last knot but one as well ("not a knot")."""
    count = len(positions)
    knots = np.linspace(0.0, length, count)
    step = length / (count - 1)
    system = 4.0 * np.eye(count - 2) + np.eye(count - 2, k=1) + np.eye(count - 2, k=-1)
    system[[0, -1], [0, -1]] = 6.0
    system[[0, -1], [1, -2]] = 0.0
    bends = (positions[2:] - 2.0 * positions[1:-1] + positions[:-2]) * (6.0 / step**2)
    inner = np.linalg.solve(system, bends)
    curvatures = np.vstack([2 * inner[0] - inner[1], inner, 2 * inner[-1] - inner[-2]])
    return JointPath(knots, positions, curvatures)
