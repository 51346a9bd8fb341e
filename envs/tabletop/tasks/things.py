"""The things that tasks are about, not placed yet: blocks, bowls, trays, zones, household objects."""

from __future__ import annotations

import numpy as np

from embodied_codeact.envs.tabletop.catalog import HOUSEHOLD_SIZES
from embodied_codeact.envs.tabletop.scene import BLOCK, COLORS, ObjectSpec

Size = tuple[float, float, float]

COLOR_NAMES: tuple[str, ...] = tuple(COLORS)
BAR: Size = (0.03, 0.09, 0.03)
"""A long block, whose turn can be seen."""
BOWL: Size = (0.14, 0.14, 0.05)
WIDE_BOWL: Size = (0.17, 0.17, 0.05)
"""Two small blocks have room in it side by side."""
TRAY: Size = (0.26, 0.18, 0.03)
ZONE: Size = (0.12, 0.12, 0.001)
HOUSEHOLD: tuple[str, ...] = tuple(HOUSEHOLD_SIZES)


def block(color: str, *, size: Size = (BLOCK, BLOCK, BLOCK), number: int = 1) -> ObjectSpec:
    """A block; ``number`` tells those of one colour apart (the first has none in its name)."""
    name = f"{color} block" if number == 1 else f"{color} block {number}"
    return _thing(name, "block", size, color=color, mass=0.1 * size[0] * size[1] * size[2] / BLOCK**3)


def cylinder(color: str, *, number: int = 1) -> ObjectSpec:
    """An upright cylinder as high as it is wide."""
    name = f"{color} cylinder" if number == 1 else f"{color} cylinder {number}"
    return _thing(name, "cylinder", (BLOCK, BLOCK, BLOCK), color=color)


def bowl(color: str, *, size: Size = BOWL) -> ObjectSpec:
    """An open bowl, wide enough for the fingers."""
    return _thing(f"{color} bowl", "bowl", size, color=color, mass=0.5)


def tray() -> ObjectSpec:
    """An open tray that takes six blocks."""
    return _thing("tray", "tray", TRAY, mass=0.8)


def zone(color: str, *, size: Size = ZONE) -> ObjectSpec:
    """A coloured square painted on the table."""
    return _thing(f"{color} zone", "zone", size, color=color, mass=0.0)


def household(kind: str, *, number: int = 1) -> ObjectSpec:
    """An object of the household, such as a duck."""
    return _thing(kind if number == 1 else f"{kind} {number}", kind, HOUSEHOLD_SIZES[kind])


def pick_colors(rng: np.random.Generator, count: int) -> list[str]:
    """Draw different colours."""
    return [COLOR_NAMES[index] for index in rng.permutation(len(COLOR_NAMES))[:count]]


def _thing(name: str, kind: str, size: Size, *, color: str = "", mass: float = 0.1) -> ObjectSpec:
    position = (0.0, 0.0, size[2] / 2)
    return ObjectSpec(name=name, kind=kind, color=color, size=size, position=position, mass=mass)
