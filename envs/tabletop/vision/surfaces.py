"""A picture as surfaces in the world: a point, a normal and a colour for each pixel, and patches that lie level."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.vision.colors import label_colors
from embodied_codeact.primitives.arm_types import Array, CameraImage

Mask = NDArray[np.bool_]
Window = tuple[slice, slice]
"""Rows and columns."""

LIFT = 0.0035
"""What is higher than this above the table stands on it, m; what is lower is painted on it."""
_AREA_X = (0.10, 0.95)
_AREA_Y = (-0.60, 0.60)
_LEVEL = 0.0006
"""Neighbouring pixels of a level patch differ by less than this in height, m."""
_SAME_HEIGHT = 0.0008


@dataclass(frozen=True, eq=False)
class Surfaces:
    """``points``: (height, width, 3) m, world frame. ``labels``: index of the colour. ``seen``: pixels over the table
    that do not show the robot. ``normals``: (height, width, 3), unit normals, 0 along z on a wall; they mean nothing at
    an edge. ``eye``: (3,), where the camera stands."""

    points: Array
    labels: NDArray[np.uint8]
    seen: Mask
    normals: Array
    eye: Array
    image: CameraImage

    def window(self, center: tuple[float, float], reach: float, top: float) -> Window:
        """The rows and columns in which everything lies that stands within ``reach`` around a place on the table, up to
        the height ``top``, m."""
        corners = [
            (center[0] + dx, center[1] + dy, z) for dx in (-reach, reach) for dy in (-reach, reach) for z in (0.0, top)
        ]
        seen = (np.array(corners) - self.eye) @ self.image.extrinsics[:3, :3] @ self.image.intrinsics.T
        columns, rows = (seen[:, :2] / seen[:, 2:]).T
        height, width = self.labels.shape
        return (
            slice(max(0, int(rows.min()) - 1), max(0, min(height, int(rows.max()) + 3))),
            slice(max(0, int(columns.min()) - 1), max(0, min(width, int(columns.max()) + 3))),
        )

    def pixel_area(self, row: int, column: int, height: float) -> float:
        """The area that a pixel covers on a level surface at that height, m²."""
        corners = [(column + dx, row + dy) for dx, dy in ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5))]
        a, b, c = (self._on_level(pixel, height) for pixel in corners)
        (bx, by), (cx, cy) = b - a, c - a
        return float(abs(bx * cy - by * cx))

    def _on_level(self, pixel: tuple[float, float], height: float) -> Array:
        k = self.image.intrinsics
        ray = self.image.extrinsics[:3, :3] @ np.array(
            [(pixel[0] - k[0, 2]) / k[0, 0], (pixel[1] - k[1, 2]) / k[1, 1], 1.0]
        )
        return np.asarray((self.eye + ray * (height - self.eye[2]) / ray[2])[:2])


@dataclass(frozen=True, eq=False)
class Patch:
    """A level surface of one colour. ``rows``, ``columns``: its pixels. ``points``: (n, 2) m. ``area``: m².
    ``hidden``: (2,) m, the mean place on its border where something nearer hides what lies beyond; ``hidden_share``:
    how much of the border that is."""

    label: int
    height: float
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    points: Array
    area: float
    hidden: Array
    hidden_share: float


def read_surfaces(image: CameraImage, arm: Mask) -> Surfaces:
    """Turn a picture into surfaces; ``arm``: pixels that show the robot."""
    rows, columns = np.indices(image.depth.shape)
    k = image.intrinsics
    depth = image.depth.astype(np.float64)
    rays = np.stack([(columns - k[0, 2]) / k[0, 0], (rows - k[1, 2]) / k[1, 1], np.ones_like(depth)], axis=-1)
    eye = image.extrinsics[:3, 3]
    points = (rays * depth[:, :, None]) @ image.extrinsics[:3, :3].T + eye
    x, y = points[:, :, 0], points[:, :, 1]
    seen = (depth > 0) & ~arm & (x > _AREA_X[0]) & (x < _AREA_X[1]) & (y > _AREA_Y[0]) & (y < _AREA_Y[1])
    return Surfaces(points, label_colors(image.rgb), seen, _normals(points), eye, image)


def _normals(points: Array) -> Array:
    """The unit normal at each pixel, turned towards the camera."""
    along = np.zeros_like(points)
    down = np.zeros_like(points)
    along[:, 1:-1] = points[:, 2:] - points[:, :-2]
    down[1:-1] = points[2:] - points[:-2]
    (ax, ay, az), (dx, dy, dz) = np.moveaxis(along, -1, 0), np.moveaxis(down, -1, 0)
    x, y, z = dy * az - dz * ay, dz * ax - dx * az, dx * ay - dy * ax
    length = np.maximum(np.sqrt(x * x + y * y + z * z), 1e-12)
    return np.stack([x / length, y / length, z / length], axis=-1)


def level_patches(surfaces: Surfaces, where: Mask, least_area: float) -> list[Patch]:
    """Find the level patches of one colour within ``where``, the highest first; none smaller than ``least_area``."""
    z, labels = surfaces.points[:, :, 2], surfaces.labels
    squares = [(slice(a, a - 1 or None), slice(b, b - 1 or None)) for a in (0, 1) for b in (0, 1)]
    four = [z[square] for square in squares]
    highest = functools.reduce(np.maximum, four)
    lowest = functools.reduce(np.minimum, four)
    level = highest - lowest < _LEVEL
    for square in squares:
        level &= where[square] & (labels[square] == labels[:-1, :-1])
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(level.astype(np.uint8), connectivity=4)
    found = []
    for index in range(1, count):
        left, top, width, height, size = (int(value) for value in boxes[index])
        if size < 4:
            continue
        # One pixel more on each side: the squares, and what they missed at corners.
        box = (slice(max(top - 2, 0), top + height + 3), slice(max(left - 2, 0), left + width + 3))
        seed = np.zeros(z[box].shape, np.uint8)
        within = parts[box] == index
        seed[: within.shape[0], : within.shape[1]] = within
        patch = _patch(surfaces, where, box, seed)
        if patch is not None and patch.area >= least_area:
            found.append(patch)
    return sorted(found, key=lambda patch: -patch.height)


def _patch(surfaces: Surfaces, where: Mask, box: Window, seed: NDArray[np.uint8]) -> Patch | None:
    z, labels = surfaces.points[box][:, :, 2], surfaces.labels[box]
    inner = np.argwhere(seed)
    height = float(np.median(z[inner[:, 0], inner[:, 1]]))
    label = int(labels[inner[0, 0], inner[0, 1]])
    grown = cv2.dilate(seed, np.ones((3, 3), np.uint8)).astype(np.bool_)
    mask = grown & where[box] & (labels == label) & (np.abs(z - height) < _SAME_HEIGHT)
    rows, columns = np.nonzero(mask)
    if len(rows) < 4:
        return None
    points = surfaces.points[box][rows, columns, :2]
    top, left = box[0].start, box[1].start
    middle = (top + int(rows.mean()), left + int(columns.mean()))
    border = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_) & ~mask
    # What is higher than the patch, or the robot, may hide more of it.
    cover = border & (~surfaces.seen[box] | (z > height + LIFT))
    share = float(cover.sum() / max(1, border.sum()))
    hidden = _nearest_mean(points, surfaces, box, mask, cover)
    return Patch(
        label=label,
        height=height,
        rows=rows + top,
        columns=columns + left,
        points=points,
        area=len(rows) * surfaces.pixel_area(*middle, height),
        hidden=hidden,
        hidden_share=share,
    )


def _nearest_mean(points: Array, surfaces: Surfaces, box: Window, mask: Mask, cover: Mask) -> Array:
    """The mean place of the patch's pixels that lie beside ``cover``; its own middle where there are none."""
    beside = cv2.dilate(cover.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_) & mask
    if not beside.any():
        return np.asarray(points.mean(axis=0))
    return np.asarray(surfaces.points[box][beside][:, :2].mean(axis=0))
