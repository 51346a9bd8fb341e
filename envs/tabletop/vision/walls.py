"""Upright walls: how they are turned, and where the thing stands whose walls they are."""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

import numpy as np

from embodied_codeact.envs.tabletop.vision.fits import Rectangle, offsets_along, wrap
from embodied_codeact.envs.tabletop.vision.surfaces import Mask, Surfaces, Window
from embodied_codeact.primitives.arm_types import Array

LEAST_PIXELS = 12
STEP = 0.006
"""A wall that ends on something is seen down to at most so much above it, m."""
UPRIGHT = 0.15
"""The vertical part of a wall's unit normal is less than this."""
EVERYWHERE: Window = (slice(None), slice(None))
_SLACK = 0.004
_CUBE = 0.15
_FACE = 0.9


class Walls(NamedTuple):
    """``points``: (n, 3) m, and the ``turn`` of the walls that they are of, rad within 45 degrees around 0."""

    points: Array
    turn: float


def read_walls(surfaces: Surfaces, label: int, window: Window, where: Mask) -> Walls:
    """The upright walls of one colour within a part of the picture."""
    mask = where & (surfaces.labels[window] == label)
    normals = surfaces.normals[window][mask]
    upright = np.abs(normals[:, 2]) < UPRIGHT
    # A wall looks like itself after each quarter turn.
    turns = np.exp(4j * np.arctan2(normals[upright, 1], normals[upright, 0]))
    turn = cmath.phase(complex(turns.mean())) / 4 if len(turns) else 0.0
    return Walls(surfaces.points[window][mask], turn)


def walls_below(surfaces: Surfaces, label: int, rectangle: Rectangle, top: float, free: Mask) -> Walls:
    """The walls below a top."""
    window = surfaces.window(rectangle.center, math.hypot(*rectangle.size) / 2 + _SLACK, top)
    points = surfaces.points[window]
    along, across = offsets_along(points, rectangle.center, rectangle.yaw)
    inside = (along < rectangle.size[0] / 2 + _SLACK) & (across < rectangle.size[1] / 2 + _SLACK)
    return read_walls(surfaces, label, window, free[window] & inside & (points[..., 2] < top - 0.001))


def behind_walls(points: Array, turn: float, side: float, eye: Array) -> Rectangle:
    """The rectangle with that turn around points of its walls that face the camera; at least a square of about
    ``side``, which goes on behind them."""
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    places = points @ axes.T
    lows, highs = places.min(axis=0), places.max(axis=0)
    side = min(side, float((highs - lows).max()))
    towards = axes @ eye[:2]
    for axis in range(2):
        if highs[axis] - lows[axis] < _FACE * side:
            if towards[axis] > highs[axis]:
                lows[axis] = highs[axis] - side
            else:
                highs[axis] = lows[axis] + side
    center = (lows + highs) / 2 @ axes
    width, depth = (float(extent) for extent in highs - lows)
    if width > depth:
        width, depth, turn = depth, width, turn + math.pi / 2
    return Rectangle((float(center[0]), float(center[1])), (width, depth), wrap(turn, math.pi))


def bottom_of(top: float, side: float, walls: Walls, supports: list[float]) -> float:
    """Where a thing stands: on the support down to which its walls are seen. Where they are hidden: a cube's height
    below its top, or on what is highest of the things that could carry it."""
    lowest = float(np.quantile(walls.points[:, 2], 0.01)) if len(walls.points) >= LEAST_PIXELS else top
    possible = [support for support in supports if support < min(lowest + 0.002, top - 0.25 * side)]
    nearest = max(possible, default=0.0)
    if lowest - nearest < STEP:
        return nearest
    cube = top - side
    like_cube = min(possible, key=lambda support: abs(support - cube), default=0.0)
    if abs(like_cube - cube) < _CUBE * side:
        return like_cube
    return max(0.0, cube) if cube < lowest + 0.002 else max(0.0, lowest)
