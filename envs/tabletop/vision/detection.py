"""Everything that one picture of the overhead camera shows."""

from __future__ import annotations

import math

import cv2
import numpy as np

from embodied_codeact.envs.tabletop.vision.bowls import find_bowls
from embodied_codeact.envs.tabletop.vision.colors import NAMES, PLAIN
from embodied_codeact.envs.tabletop.vision.fits import fit_rectangle, offsets_along
from embodied_codeact.envs.tabletop.vision.records import Detection
from embodied_codeact.envs.tabletop.vision.solids import block_from_walls, covered_block, solids, tray, zone
from embodied_codeact.envs.tabletop.vision.surfaces import LIFT, Mask, Patch, Surfaces, level_patches, read_surfaces
from embodied_codeact.envs.tabletop.vision.walls import UPRIGHT
from embodied_codeact.primitives.arm_types import CameraImage

_LEAST_ZONE = 0.0012
_LEAST_TOP = 0.00009
_LEAST_SOLID = 0.00015
"""Areas, m²: of a zone, of a level patch that may be a tray's rim or carry something, of a solid's top."""
_LEAST_REST = 60
_LEAST_OBJECT = 0.012
"""Pixels, and extent in m, from which on what is left over is a thing."""
_MOSTLY = 0.5
_WIDEST_BLOCK = 0.075
"""What is left over is a block if so much of it is upright walls and it is no wider, m."""
_MARGIN = 0.005
_PIXEL = 0.0015
_FLOOR = 0.008
"""What is lower within a tray is its floor, m."""
_OFF_TABLE = 0.015
"""What has its bottom higher than this stands on something, m."""


def detect(image: CameraImage, arm: Mask) -> list[Detection]:
    """Say what a picture shows; ``arm``: (height, width), the pixels that show the robot."""
    surfaces = read_surfaces(image, arm)
    z = surfaces.points[:, :, 2]
    painted = surfaces.seen & (z <= LIFT) & (z > -LIFT) & (surfaces.labels != PLAIN)
    found = [seen for patch in level_patches(surfaces, painted, _LEAST_ZONE) if (seen := zone(patch)) is not None]
    free = surfaces.seen & (z > LIFT)
    for bowl, pixels in find_bowls(surfaces):
        found.append(bowl)
        free &= ~pixels
    found += _solids(surfaces, free)
    found += _covered(surfaces, free, found)
    return found + _others(surfaces, free)


def _solids(surfaces: Surfaces, free: Mask) -> list[Detection]:
    """Trays, blocks and cylinders by their tops; their pixels are taken from ``free``."""
    patches = level_patches(surfaces, free, _LEAST_TOP)
    found: list[Detection] = []
    rest = []
    for patch in patches:
        seen = tray(patch)
        if seen is None:
            rest.append(patch)
        else:
            found.append(seen)
            _take(surfaces, free, seen, NAMES.index(seen.color))
    for patch in rest:
        if patch.label == PLAIN or patch.area < _LEAST_SOLID or not free[patch.rows, patch.columns].any():
            continue
        supports = [0.0, *(other.height for other in patches if _touch(other, patch))]
        for seen in solids(surfaces, patch, free, supports):
            found.append(seen)
            _take(surfaces, free, seen, patch.label)
    return found


def _touch(lower: Patch, upper: Patch) -> bool:
    """Whether a patch reaches below another, or beside it."""
    middle = upper.points.mean(axis=0)
    reach = np.linalg.norm(upper.points - middle, axis=1).max() + _MARGIN
    return lower.height < upper.height and bool((np.linalg.norm(lower.points - middle, axis=1) < reach).any())


def _covered(surfaces: Surfaces, free: Mask, found: list[Detection]) -> list[Detection]:
    """Blocks that stand below others, from the walls that are left; from each tower's top down."""
    below: list[Detection] = []
    pending = [seen for seen in found if seen.kind in ("block", "cylinder") and seen.bottom > _OFF_TABLE]
    while pending:
        upper = pending.pop()
        if any(abs(other.top - upper.bottom) < 0.008 and _beneath(other, upper) for other in (*found, *below)):
            continue
        label, near = _next_below(surfaces, free, upper)
        seen = covered_block(surfaces, label, near, upper)
        if seen is not None:
            below.append(seen)
            _take(surfaces, free, seen, label)
            if seen.bottom > _OFF_TABLE:
                pending.append(seen)
    return below


def _next_below(surfaces: Surfaces, free: Mask, upper: Detection) -> tuple[int, Mask]:
    """The commonest colour right below a thing, and all free pixels below it."""
    reach = max(upper.size[:2]) * 0.9
    window = surfaces.window(upper.position[:2], reach, upper.bottom)
    points = surfaces.points[window]
    off = points[..., :2] - upper.position[:2]
    near = np.zeros_like(free)
    near[window] = free[window] & (np.hypot(off[..., 0], off[..., 1]) < reach) & (points[..., 2] < upper.bottom + 0.002)
    close = near[window] & (points[..., 2] > upper.bottom - 0.012)
    counts = np.bincount(surfaces.labels[window][close], minlength=PLAIN)
    return int(np.argmax(counts)), near


def _beneath(lower: Detection, upper: Detection) -> bool:
    reach = (max(lower.size[:2]) + max(upper.size[:2])) / 2
    return math.dist(lower.position[:2], upper.position[:2]) < reach


def _others(surfaces: Surfaces, free: Mask) -> list[Detection]:
    """What is left: blocks of which something hides the top, and things of other shapes."""
    found = []
    mask = cv2.morphologyEx(free.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for index in range(1, count):
        if boxes[index][4] < _LEAST_REST:
            continue
        part = parts == index
        labels, counts = np.unique(surfaces.labels[part], return_counts=True)
        label = int(labels[np.argmax(counts)])
        points = surfaces.points[part]
        low, top = float(points[:, 2].min()), float(points[:, 2].max())
        bottom = 0.0 if low < _FLOOR else low
        rectangle = fit_rectangle(points[:, :2], pixel=_PIXEL, moments=False)
        if max(rectangle.size) < _LEAST_OBJECT or top - bottom < _LEAST_OBJECT:
            continue
        walls = np.abs(surfaces.normals[part][:, 2]) < UPRIGHT
        if label != PLAIN and walls.mean() > _MOSTLY and max(rectangle.size) < _WIDEST_BLOCK:
            found.append(block_from_walls(surfaces, label, part, (bottom, top)))
            continue
        found.append(
            Detection(
                kind="object",
                color=NAMES[label],
                size=(*rectangle.size, top - bottom),
                position=(*rectangle.center, (bottom + top) / 2),
                yaw=rectangle.yaw,
                complete=False,
            )
        )
    return found


def _take(surfaces: Surfaces, free: Mask, seen: Detection, label: int) -> None:
    """Take the pixels that a thing explains from ``free``: those of its colour within its box; in a tray only what is
    its rim, walls and floor."""
    center = seen.position[:2]
    window = surfaces.window(center, math.hypot(*seen.size[:2]) / 2 + _MARGIN, seen.top)
    points = surfaces.points[window]
    along, across = offsets_along(points, center, seen.yaw)
    z = points[..., 2]
    edge = np.maximum(along - seen.size[0] / 2, across - seen.size[1] / 2)
    inside = (edge < _MARGIN) & (z < seen.top + 0.002) & (z > seen.bottom - 0.003)
    if seen.kind == "tray":
        inside &= (z < _FLOOR) | (edge > -2 * _MARGIN)
    free[window] &= ~(inside & (surfaces.labels[window] == label))
