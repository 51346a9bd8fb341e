"""Rectangles and circles through points of a level surface."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import cv2
import numpy as np

from embodied_codeact.primitives.arm_types import Array

_ELONGATED = 0.12
"""From this ratio of second moments on, a rectangle's longer side tells its turn; below, its fourfold symmetry does."""
_WORSE = 1.06


@dataclass(frozen=True)
class Rectangle:
    """``center``: (x, y) m. ``size``: (width, depth) m along its own axes, the first not the longer one. ``yaw``: the
    turn of its first axis, rad."""

    center: tuple[float, float]
    size: tuple[float, float]
    yaw: float

    @property
    def area(self) -> float:
        """Its area, m²."""
        return self.size[0] * self.size[1]


def offsets_along(points: Array, center: tuple[float, float], yaw: float) -> tuple[Array, Array]:
    """How far points (..., 2 or 3) lie from a center along and across a direction on the table, m, without sign."""
    dx, dy = points[..., 0] - center[0], points[..., 1] - center[1]
    cos, sin = math.cos(yaw), math.sin(yaw)
    return np.abs(dx * cos + dy * sin), np.abs(dy * cos - dx * sin)


def rectangle_along(points: Array, turn: float, *, pixel: float) -> Rectangle:
    """The rectangle with that turn around points (n, 2); ``pixel`` as for :func:`fit_rectangle`."""
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    places = points @ axes.T
    low, high = places.min(axis=0), places.max(axis=0)
    center = (low + high) / 2 @ axes
    width, depth = (float(extent) for extent in high - low + pixel)
    if width > depth:
        width, depth, turn = depth, width, turn + math.pi / 2
    return Rectangle((float(center[0]), float(center[1])), (width, depth), wrap(turn, math.pi))


def fit_rectangle(points: Array, *, pixel: float, moments: bool = True) -> Rectangle:
    """Return the rectangle that points (n, 2) fill, or whose corners they reach.

    ``pixel``: distance between neighbouring points, m; the outermost ones are half of it inside the edge. The smallest
    rectangle around the points gives the turn; where they fill it evenly (``moments``) their moments give it better,
    because all of them have a say: the second moment of a bar, or the fourth one of a square, turns with it.
    """
    _, _, degrees = cv2.minAreaRect(points.astype(np.float32))
    best = rectangle_along(points, math.radians(degrees), pixel=pixel)
    if moments:
        offsets = points - points.mean(axis=0)
        z = offsets[:, 0] + 1j * offsets[:, 1]
        second, fourth = complex(np.mean(z**2)), complex(np.mean(z**4))
        if abs(second) > _ELONGATED * float(np.mean(np.abs(z) ** 2)):
            turn = cmath.phase(second) / 2
        else:
            turn = (cmath.phase(fourth) - math.pi) / 4
        finer = rectangle_along(points, turn, pixel=pixel)
        if finer.area < best.area * _WORSE:
            best = finer
    return best


def wrap(angle: float, period: float) -> float:
    """The same turn of something that looks alike after each ``period``, within half of it around 0.

    >>> round(wrap(3.0, math.pi), 4)
    -0.1416
    """
    return (angle + period / 2) % period - period / 2


def roundness(points: Array, area: float) -> float:
    """The share of the circle around a patch that it fills: 1 for a disc, 0.64 for a square."""
    reach = np.linalg.norm(points - points.mean(axis=0), axis=1).max() + math.sqrt(area / len(points)) / 2
    return float(area / (math.pi * reach**2))


def fit_circle(points: Array) -> tuple[float, float, float]:
    """Return center x, y and radius of the circle through points (n, 2): least squares of the algebraic distance (Kåsa
    1976), repeated once without the tenth that fits worst."""
    for _ in range(2):
        system = np.column_stack([2 * points, np.ones(len(points))])
        x, y, rest = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
        radius = math.sqrt(max(0.0, rest + x * x + y * y))
        off = np.abs(np.linalg.norm(points - (x, y), axis=1) - radius)
        points = points[off <= np.quantile(off, 0.9)]
    return float(x), float(y), radius
