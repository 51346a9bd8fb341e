"""Bowls: rings of slanted walls. Their size is read from their rims."""

from __future__ import annotations

import math

import cv2
import numpy as np

from embodied_codeact.envs.tabletop.catalog import WALL
from embodied_codeact.envs.tabletop.vision.colors import NAMES, PLAIN
from embodied_codeact.envs.tabletop.vision.fits import fit_circle
from embodied_codeact.envs.tabletop.vision.records import Detection
from embodied_codeact.envs.tabletop.vision.surfaces import LIFT, Mask, Surfaces
from embodied_codeact.primitives.arm_types import Array

_SLANT = (0.2, 0.95)
_RIM = 0.006
"""The rim's edge lies within so much of the highest point, m."""
_LEAST_DIAMETER = 0.09
_LEAST_PIXELS = 250
_SECTORS = 48
_LEAST_SECTORS = 20
_WORST_FIT = 0.006
_PIXEL = 0.0015
"""The outermost pixels lie half of this within the edge, m."""
_OUTSIDE = 1.06
_FLOOR = 0.010


def find_bowls(surfaces: Surfaces) -> list[tuple[Detection, Mask]]:
    """Find the bowls, each with the pixels that show it and nothing that lies in it."""
    raised = surfaces.seen & (surfaces.points[:, :, 2] > LIFT)
    slanted = raised & (surfaces.normals[:, :, 2] > _SLANT[0]) & (surfaces.normals[:, :, 2] < _SLANT[1])
    found = []
    for label in range(PLAIN):
        same = slanted & (surfaces.labels == label)
        if np.count_nonzero(same) < _LEAST_PIXELS:
            continue
        closed = cv2.morphologyEx(same.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
        count, parts = cv2.connectedComponents(closed)
        for index in range(1, count):
            part = same & (parts == index)
            # The rim is level, so it is not among what is slanted; it lies right beside it.
            around = cv2.dilate(part.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
            bowl = _bowl(surfaces, part, raised & around & (surfaces.labels == label), label)
            if bowl is not None:
                found.append((bowl, _shown(surfaces, bowl, label, raised)))
    return found


def _bowl(surfaces: Surfaces, walls: Mask, near: Mask, label: int) -> Detection | None:
    """Fit a bowl to the rim of ``walls``; ``near`` are the pixels among and beside them."""
    if np.count_nonzero(walls) < _LEAST_PIXELS:
        return None
    top = float(np.quantile(surfaces.points[walls][:, 2], 0.995))
    points = surfaces.points[near]
    rim = points[np.abs(points[:, 2] - top) < _RIM][:, :2]
    edge = _outermost(rim)
    if len(edge) < _LEAST_SECTORS:
        return None
    x, y, radius = fit_circle(edge)
    off = np.abs(np.linalg.norm(edge - (x, y), axis=1) - radius)
    if 2 * radius < _LEAST_DIAMETER or float(np.median(off)) > _WORST_FIT:
        return None
    diameter = 2 * radius + _PIXEL
    return Detection(
        kind="bowl",
        color=NAMES[label],
        size=(diameter, diameter, top),
        position=(x, y, top / 2),
        complete=len(edge) > 0.8 * _SECTORS,
    )


def _outermost(points: Array) -> Array:
    """The outermost point in each direction from the middle."""
    (x, y), _ = cv2.minEnclosingCircle(points.astype(np.float32))
    offsets = points - (x, y)
    sector = ((np.arctan2(offsets[:, 1], offsets[:, 0]) / (2 * math.pi) + 0.5) * _SECTORS).astype(int) % _SECTORS
    reach = np.linalg.norm(offsets, axis=1)
    order = np.lexsort((reach, sector))
    last = np.append(np.nonzero(np.diff(sector[order]))[0], len(order) - 1)
    outer = order[last]
    return np.asarray(points[outer][reach[outer] > 0.6 * reach.max()])


def _shown(surfaces: Surfaces, bowl: Detection, label: int, raised: Mask) -> Mask:
    """The pixels of a bowl: its walls, and its floor where it is seen."""
    window = surfaces.window(bowl.position[:2], bowl.size[0] / 2 * _OUTSIDE, bowl.top + WALL)
    points, upright = surfaces.points[window], surfaces.normals[window][..., 2]
    off = points[..., :2] - bowl.position[:2]
    z = points[..., 2]
    inside = (np.hypot(off[..., 0], off[..., 1]) < bowl.size[0] / 2 * _OUTSIDE) & (z < bowl.top + WALL)
    # Walls lean outwards: their insides look up, their outsides down, and neither as walls of blocks or tops do.
    own = (z < _FLOOR) | (np.abs(upright) > _SLANT[0]) & (upright < 0.985)
    shown = np.zeros_like(raised)
    shown[window] = raised[window] & inside & own & (surfaces.labels[window] == label)
    return shown
