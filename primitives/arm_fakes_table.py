"""A table that really holds things: they rest on each other, fall when let go, and are perceived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from embodied_codeact.primitives.arm_types import Array, SceneObject, TableInfo
from embodied_codeact.primitives.rotations import from_yaw
from embodied_codeact.primitives.shapes import (
    FLAT,
    HOLLOW,
    Footprint,
    bottom,
    footprint,
    in_the_way,
    is_within,
    support_height,
)

TABLE = TableInfo(
    x_min=0.30,
    x_max=0.70,
    y_min=-0.30,
    y_max=0.30,
    sides={"near": [0.35, 0.0], "far": [0.65, 0.0], "left": [0.5, 0.25], "right": [0.5, -0.25]},
    corners={
        "near left": [0.35, 0.25],
        "near right": [0.35, -0.25],
        "far left": [0.65, 0.25],
        "far right": [0.65, -0.25],
    },
)


@dataclass
class FakeThing:
    """One thing on the fake table, always upright. ``size``: m. ``position``: (3,) m, its centre. ``mass``: kg."""

    name: str
    kind: str
    color: str
    size: tuple[float, float, float]
    position: Array
    yaw: float = 0.0
    mass: float = 0.1

    def seen(self) -> SceneObject:
        """Return it as it is perceived."""
        return SceneObject(
            name=self.name,
            kind=self.kind,
            color=self.color,
            size=np.array(self.size),
            position=self.position.copy(),
            orientation=from_yaw(self.yaw),
            yaw=self.yaw,
            top=float(self.position[2]) + self.size[2] / 2,
        )


def block(
    name: str,
    x: float,
    y: float,
    z: float = 0.0,
    *,
    size: tuple[float, float, float] = (0.04, 0.04, 0.04),
    yaw: float = 0.0,
    mass: float = 0.1,
) -> FakeThing:
    """Return a block that stands at [x, y] on a surface of height ``z``; its name begins with its colour."""
    return FakeThing(name, "block", name.split()[0], size, np.array([x, y, z + size[2] / 2]), yaw, mass)


def bowl(name: str, x: float, y: float) -> FakeThing:
    """Return a bowl that stands at [x, y]."""
    return FakeThing(name, "bowl", name.split()[0], (0.16, 0.16, 0.05), np.array([x, y, 0.025]), mass=0.2)


def zone(name: str, x: float, y: float) -> FakeThing:
    """Return a zone at [x, y]."""
    return FakeThing(name, "zone", name.split()[0], (0.12, 0.12, 0.001), np.array([x, y, 0.0005]))


def usual_things() -> list[FakeThing]:
    """Return what the examples in docstrings find on the table."""
    return [
        block("red block", 0.40, 0.10),
        block("green block", 0.50, -0.10),
        block("blue block", 0.62, 0.05),
        bowl("white bowl", 0.55, 0.22),
        zone("yellow zone", 0.40, -0.15),
    ]


@dataclass
class FakeTable:
    """A table with things, which it perceives too. ``hidden``: names that are not seen just now."""

    things: list[FakeThing] = field(default_factory=usual_things)
    hidden: set[str] = field(default_factory=set)

    def objects(self) -> list[SceneObject]:
        """Return everything that is seen."""
        return [thing.seen() for thing in self.things if thing.name not in self.hidden]

    def table(self) -> TableInfo:
        """Return the part of the table to work on."""
        return replace(TABLE)

    def named(self, name: str) -> FakeThing:
        """Return the thing of a name. Raises KeyError."""
        for thing in self.things:
            if thing.name == name:
                return thing
        raise KeyError(name)

    def drop(self, thing: FakeThing) -> None:
        """Let a thing fall until it rests on what is under its centre, or on the table."""
        low = bottom(thing.seen())
        below = [
            other.seen()
            for other in self.things
            if other is not thing and is_within(thing.position, other.seen()) and bottom(other.seen()) < low
        ]
        heights = [support_height(other) for other in below if support_height(other) <= low + 0.005]
        thing.position[2] = max(heights, default=0.0) + thing.size[2] / 2

    def push(self, pusher: Footprint, low: float, high: float, step: Array, names: Iterable[str]) -> None:
        """Move those of the named things that a pusher between two heights has run into along with its step (2,)."""
        movable = [self.named(name).seen() for name in names]
        for met in in_the_way(pusher, low, high, movable):
            self.named(met.name).position[:2] += step

    def met(self, room: Footprint, low: float, high: float, excepting: Iterable[str]) -> str | None:
        """Return what stands in the upright prism over ``room`` between two heights, m, None where nothing does."""
        for thing in in_the_way(room, low, high, (each.seen() for each in self.things)):
            if thing.name not in excepting and not _in_hollow(room, low, thing):
                return thing.name
        return None


def _in_hollow(room: Footprint, low: float, thing: SceneObject) -> bool:
    """Whether a prism stands within a bowl or tray without touching its walls."""
    if thing.kind in FLAT or thing.kind not in HOLLOW or low < bottom(thing):
        return False
    inner = footprint(thing).grown(-0.01)
    corners = [
        room.center + a * room.half[0] * room.along + b * room.half[1] * room.across for a in (-1, 1) for b in (-1, 1)
    ]
    return all(is_within(corner, replace(thing, size=np.array([*(2 * inner.half), 1.0]))) for corner in corners)
