"""Blocks, cylinders, trays and zones from their level tops; and blocks whose tops others hide, from their walls."""

from __future__ import annotations

import math

import numpy as np

from embodied_codeact.envs.tabletop.vision.colors import NAMES
from embodied_codeact.envs.tabletop.vision.fits import Rectangle, fit_rectangle, roundness, wrap
from embodied_codeact.envs.tabletop.vision.records import Detection
from embodied_codeact.envs.tabletop.vision.surfaces import Mask, Patch, Surfaces
from embodied_codeact.envs.tabletop.vision.walls import (
    EVERYWHERE,
    LEAST_PIXELS,
    STEP,
    Walls,
    behind_walls,
    bottom_of,
    read_walls,
    walls_below,
)
from embodied_codeact.primitives.arm_types import Array

_SOLID = 0.82
"""A patch that fills this share of its rectangle is the top of a solid."""
_ROUND = 0.82
"""One that fills this share of the circle around it is the top of a cylinder."""
_HOLLOW = 0.5
"""One that fills less than this share of a rectangle is a tray's rim, if that is at least so wide, m:"""
_LEAST_TRAY = 0.09
_HIDDEN = 0.06
"""A patch with this share of its border beside something higher may go on below it."""
_SQUARE = 0.15
"""Sides that differ by less than this share are those of a square."""
_STORY = 0.12
_CUT_SHORT = 0.4
"""What is seen to be narrower than this share of its length is a bar, and not a square of which a part is hidden."""
_LEAST_HEIGHT = 0.01
_WIDEST_BLOCK = 0.08


def zone(patch: Patch) -> Detection | None:
    """A flat square painted on the table."""
    rectangle, complete = _completed(patch)
    if not complete and patch.area < 0.3 * rectangle.area:
        return None
    return _solid("zone", patch.label, rectangle, (0.0, max(patch.height, 0.0)), complete=complete)


def tray(patch: Patch) -> Detection | None:
    """A tray, if the patch is its rim: a frame, with much lower things inside."""
    rectangle = fit_rectangle(patch.points, pixel=_pixel(patch), moments=False)
    if min(rectangle.size) < _LEAST_TRAY or patch.area > _HOLLOW * rectangle.area:
        return None
    return _solid("tray", patch.label, rectangle, (0.0, patch.height), complete=patch.hidden_share < _HIDDEN / 4)


def solids(surfaces: Surfaces, patch: Patch, free: Mask, supports: list[float]) -> list[Detection]:
    """What a level top belongs to: a block or cylinder, or several of one colour that stand on one another.

    ``free``: pixels that belong to nothing yet. ``supports``: heights on which things may stand, the table's included.
    """
    whole = patch.hidden_share < _HIDDEN
    if whole and roundness(patch.points, patch.area) > _ROUND:
        kind, diameter = "cylinder", 2 * math.sqrt(patch.area / math.pi)
        center = patch.points.mean(axis=0)
        rectangle = Rectangle((float(center[0]), float(center[1])), (diameter, diameter), 0.0)
        walls = walls_below(surfaces, patch.label, rectangle, patch.height, free)
    else:
        kind, (rectangle, whole) = "block", _completed(patch)
        if whole and patch.area < _SOLID * rectangle.area:
            return []
        around = rectangle if whole else Rectangle(rectangle.center, (2 * max(rectangle.size),) * 2, rectangle.yaw)
        walls = walls_below(surfaces, patch.label, around, patch.height, free)
        if not whole:
            rectangle = _with_walls(surfaces.eye, rectangle, patch, walls)
    bottom = bottom_of(patch.height, min(rectangle.size), walls, supports)
    stories = _stories(patch.height - bottom, rectangle)
    height = (patch.height - bottom) / stories
    return [
        _solid(
            kind,
            patch.label,
            rectangle,
            (patch.height - (story + 1) * height, patch.height - story * height),
            complete=whole and story == 0,
        )
        for story in range(stories)
    ]


def covered_block(surfaces: Surfaces, label: int, where: Mask, upper: Detection) -> Detection | None:
    """A block below ``upper`` of which only walls of one colour are seen, within ``where``."""
    mask = where & (surfaces.labels == label)
    if np.count_nonzero(mask) < LEAST_PIXELS:
        return None
    low = float(np.quantile(surfaces.points[mask][:, 2], 0.01))
    if upper.bottom - low < _LEAST_HEIGHT:
        return None
    return block_from_walls(surfaces, label, mask, (0.0 if low < STEP else low, upper.bottom))


def block_from_walls(surfaces: Surfaces, label: int, where: Mask, span: tuple[float, float]) -> Detection:
    """A block whose walls are the pixels ``where``; ``span``: its bottom and top, m."""
    walls = read_walls(surfaces, label, EVERYWHERE, where)
    side = min(span[1] - span[0], _WIDEST_BLOCK)
    return _solid(
        "block", label, behind_walls(walls.points[:, :2], walls.turn, side, surfaces.eye), span, complete=False
    )


def _pixel(patch: Patch) -> float:
    return math.sqrt(patch.area / len(patch.points))


def _completed(patch: Patch) -> tuple[Rectangle, bool]:
    """The rectangle of a patch, and whether all of it was seen. Where something hides a part, a rectangle that was cut
    short is made a square again: towards what hides it."""
    whole = patch.hidden_share < _HIDDEN
    rectangle = fit_rectangle(patch.points, pixel=_pixel(patch), moments=whole)
    if whole:
        fill = patch.area / rectangle.area
        if fill > _SOLID:
            # The area is measured better than the outermost pixels.
            width, depth = (extent * math.sqrt(fill) for extent in rectangle.size)
            rectangle = Rectangle(rectangle.center, (width, depth), rectangle.yaw)
        return rectangle, True
    short, long = rectangle.size
    if short > 0.9 * long or short < _CUT_SHORT * long:
        return rectangle, False
    axis = np.array([math.cos(rectangle.yaw), math.sin(rectangle.yaw)])
    towards = float(np.sign(axis @ (patch.hidden - np.array(rectangle.center)))) or 1.0
    center = np.array(rectangle.center) + axis * towards * (long - short) / 2
    return Rectangle((float(center[0]), float(center[1])), (long, long), rectangle.yaw), False


def _with_walls(eye: Array, rectangle: Rectangle, patch: Patch, walls: Walls) -> Rectangle:
    """Walls reach as far as the top that something hides, and tell how it is turned."""
    if len(walls.points) < LEAST_PIXELS:
        return rectangle
    both = np.vstack([patch.points, walls.points[:, :2]])
    short, long = rectangle.size
    if short < _CUT_SHORT * long:
        # A bar that is no wider than high, or a strip of something else: at least as wide as it is high.
        long = min(long, max(short, patch.height - float(walls.points[:, 2].min())))
    return behind_walls(both, walls.turn, long, eye)


def _stories(height: float, rectangle: Rectangle) -> int:
    """How many cubes of one colour stand on one another; 1 for anything else."""
    short, long = rectangle.size
    count = round(height / short)
    if long > short * (1 + _SQUARE) or count < 2 or abs(height / short - count) > _STORY * count:
        return 1
    return count


def _solid(kind: str, label: int, rectangle: Rectangle, span: tuple[float, float], *, complete: bool) -> Detection:
    """``span``: bottom and top, m."""
    width, depth = rectangle.size
    square = depth < width * (1 + _SQUARE)
    if square and kind != "tray":
        width = depth = math.sqrt(width * depth)
    return Detection(
        kind=kind,
        color=NAMES[label],
        size=(width, depth, span[1] - span[0]),
        position=(*rectangle.center, (span[0] + span[1]) / 2),
        yaw=wrap(rectangle.yaw, math.pi / 2 if square else math.pi),
        complete=complete,
    )
