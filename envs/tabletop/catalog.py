"""Which kinds of objects there are: their sizes, shapes and colours, as plain data.

The frame of every object is the middle of its bounding box, upright, so that a pose means the same for all kinds.
Household objects come from pybullet_data; bowls and trays are made of boxes.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from embodied_codeact.envs.tabletop.scene import COLORS, ObjectSpec

Color = tuple[float, float, float, float]
Size = tuple[float, float, float]
Point = tuple[float, float, float]

WALL = 0.005
"""Thickness of the walls and floors of bowls and trays, m."""
BOWL_FLOOR_SHARE = 0.6
"""Radius of a bowl's flat floor as a share of the radius of its rim."""
_BOWL_SEGMENTS = 12
"""PyBullet takes at most 16 shapes a body."""
_LOOK_SEGMENTS = 48


class Part(NamedTuple):
    """A box that is part of a body. ``half``: half extents, ``position`` and ``orientation`` (xyzw) in its frame."""

    half: Size
    position: Point
    orientation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


class Asset(NamedTuple):
    """A household object of pybullet_data. ``turned``: roll, pitch and yaw that make the file's mesh stand as it rests;
    ``lower``, ``upper``: its bounds then, in the file's units; ``scale``: m per unit."""

    collision: str
    visual: str
    lower: Point
    upper: Point
    scale: float
    turned: Point
    color: Color
    box: bool = False
    ball: bool = False


_UP = (math.pi / 2, 0.0, 0.0)
_FLAT = (0.0, 0.0, 0.0)

ASSETS: dict[str, Asset] = {
    "duck": Asset(
        "duck_vhacd.obj", "duck.obj", (-0.967, -0.616, 0.094), (0.688, 0.545, 1.641), 0.04, _UP, (1.0, 0.85, 0.25, 1)
    ),
    "mug": Asset(
        "objects/mug_col.obj", "objects/mug.obj", (-0.041, -0.041, 0), (0.041, 0.0806, 0.1), 0.7, _FLAT, (1, 1, 1, 1)
    ),
    "lego brick": Asset(
        "", "lego/lego.obj", (0, 0, 0), (0.317, 0.3175, 0.23), 0.125, _UP, (0.8, 0.1, 0.1, 1), box=True
    ),
    "teddy bear": Asset(
        "teddy2_VHACD_CHs.obj",
        "teddy2_VHACD_CHs.obj",
        (0.278, 0.222, 0.006),
        (1.039, 1.163, 0.602),
        0.07,
        (-0.1894, -0.0955, 0.0),
        (0.55, 0.35, 0.2, 1),
    ),
    "soccer ball": Asset(
        "", "soccerball.obj", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5), 0.05, _FLAT, (0.95, 0.95, 0.95, 1), ball=True
    ),
    "jenga piece": Asset(
        "", "jenga/jenga.obj", (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5), 1.0, _FLAT, (0.85, 0.7, 0.5, 1), box=True
    ),
}

HOUSEHOLD_SIZES: dict[str, Size] = {
    "duck": (0.0662, 0.0464, 0.0619),
    "mug": (0.0574, 0.0851, 0.07),
    "lego brick": (0.0396, 0.0397, 0.0288),
    "teddy bear": (0.0533, 0.0659, 0.0417),
    "soccer ball": (0.05, 0.05, 0.05),
    "jenga piece": (0.09, 0.03, 0.018),
}
"""Full extents of the household objects as they stand, m."""

KINDS: frozenset[str] = frozenset({"block", "cylinder", "bowl", "tray", "zone", *HOUSEHOLD_SIZES})


def color_of(spec: ObjectSpec) -> Color:
    """The colour that an object is drawn in, RGBA from 0 to 1."""
    if spec.color:
        return (*COLORS[spec.color], 1.0)
    return ASSETS[spec.kind].color if spec.kind in ASSETS else (0.7, 0.7, 0.7, 1.0)


def yaw_quaternion(yaw: float) -> tuple[float, float, float, float]:
    """The quaternion (xyzw) of a turn about the vertical."""
    return (0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2))


def bowl_parts(size: Size) -> list[Part]:
    """The boxes of a round bowl: a floor, and a ring of leaning walls."""
    outer, height = size[0] / 2, size[2]
    inner = outer * BOWL_FLOOR_SHARE
    half_floor = inner / math.sqrt(2)
    floor_z = -height / 2 + WALL / 2
    # Two squares, one turned by 45 degrees, cover the round floor well.
    parts = [
        Part((half_floor * 1.15, half_floor * 1.15, WALL / 2), (0.0, 0.0, floor_z), yaw_quaternion(turn))
        for turn in (0.0, math.pi / 4)
    ]
    lean = math.atan2(outer - inner, height)
    slant = math.hypot(outer - inner, height)
    middle = (outer + inner) / 2 - WALL / 2 * math.cos(lean)
    half_width = outer * math.tan(math.pi / _BOWL_SEGMENTS)
    for index in range(_BOWL_SEGMENTS):
        turn = 2 * math.pi * index / _BOWL_SEGMENTS
        position = (middle * math.cos(turn), middle * math.sin(turn), WALL / 2 * math.sin(lean))
        parts.append(Part((WALL / 2, half_width, slant / 2), position, _lean_quaternion(turn, lean)))
    return parts


def bowl_surface(size: Size) -> tuple[list[Point], list[Point], list[int]]:
    """The surface of a round bowl, as it looks: vertices, a normal for each, and triangles of three indices."""
    outer, half = size[0] / 2, size[2] / 2
    inner = outer * BOWL_FLOOR_SHARE
    # Radius and height along the wall's section: under the foot, up the outside, over the rim, down the inside.
    section = [(0.0, -half), (inner, -half), (outer, half), (outer - WALL, half), (inner - WALL, WALL - half)]
    section.append((0.0, WALL - half))
    vertices: list[Point] = []
    normals: list[Point] = []
    indices: list[int] = []
    for (r1, z1), (r2, z2) in itertools.pairwise(section):
        length = math.hypot(r2 - r1, z2 - z1)
        across, up = (z2 - z1) / length, (r1 - r2) / length
        first = len(vertices)
        for index in range(_LOOK_SEGMENTS + 1):
            turn = 2 * math.pi * index / _LOOK_SEGMENTS
            cosine, sine = math.cos(turn), math.sin(turn)
            vertices += [(r1 * cosine, r1 * sine, z1), (r2 * cosine, r2 * sine, z2)]
            normals += [(across * cosine, across * sine, up)] * 2
        for corner in range(first, len(vertices) - 2, 2):
            indices += [corner, corner + 2, corner + 1, corner + 1, corner + 2, corner + 3]
    return vertices, normals, indices


def tray_parts(size: Size) -> list[Part]:
    """The boxes of a rectangular tray: a floor and four upright walls."""
    x, y, z = (extent / 2 for extent in size)
    half = WALL / 2
    return [
        Part((x, y, half), (0.0, 0.0, -z + half)),
        Part((half, y, z), (x - half, 0.0, 0.0)),
        Part((half, y, z), (half - x, 0.0, 0.0)),
        Part((x, half, z), (0.0, y - half, 0.0)),
        Part((x, half, z), (0.0, half - y, 0.0)),
    ]


def _lean_quaternion(turn: float, lean: float) -> tuple[float, float, float, float]:
    """A turn about the vertical after a lean about y."""
    a, b = math.sin(turn / 2), math.cos(turn / 2)
    c, d = math.sin(lean / 2), math.cos(lean / 2)
    return (-a * c, b * c, a * d, b * d)
