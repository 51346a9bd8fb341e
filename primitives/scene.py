"""The ``scene`` object: what a script asks about the things on the table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import check_known, check_name, check_number, check_vector
from embodied_codeact.primitives.arm_backend import Perception
from embodied_codeact.primitives.arm_errors import Collision
from embodied_codeact.primitives.arm_types import Array, SceneObject, TableInfo
from embodied_codeact.primitives.shapes import (
    FLAT,
    HOLLOW,
    Footprint,
    bottom,
    footprint,
    rests_on,
)

_GRID = 0.01
"""Distance between the places that are tried when a free one is sought, m."""
_OVERHEAD = 0.15
"""What hangs higher than this over the table takes no place on it, m."""


class Scene:
    """What is on the table, perceived anew at every call. Metres and radians, world frame.

    An object is SceneObject(name, kind, color, size: (3,) along its own axes, position: (3,) of its centre,
    orientation: (4,) xyzw, yaw, top: height of its highest point). Kinds: "block", "bowl", "tray", "zone" (a flat
    square on the table) or a household object such as "duck". x grows away from the arm, y to the arm's left. A name
    that is not there raises UnknownObject with the nearest one.
    """

    def __init__(self, perception: Perception) -> None:
        self._perception = perception

    def objects(self, kind: str | None = None, color: str | None = None) -> list[SceneObject]:
        """Return all objects, or those of a kind and color.

        >>> [thing.name for thing in scene.objects(kind="block")]
        ['red block', 'green block', 'blue block']
        """
        for parameter, value in (("kind", kind), ("color", color)):
            if value is not None and not isinstance(value, str):
                raise InvalidArgument(f"{parameter} must be a word in quotes or None, not {value!r:.60}")
        return [
            thing
            for thing in self._perception.objects()
            if (kind is None or thing.kind == kind.strip().lower())
            and (color is None or thing.color == color.strip().lower())
        ]

    def names(self) -> list[str]:
        """Return the names of all objects.

        >>> scene.names()
        ['red block', 'green block', 'blue block', 'white bowl', 'yellow zone']
        """
        return [thing.name for thing in self._perception.objects()]

    def find(self, name: str) -> SceneObject:
        """Return the object of that name.

        >>> scene.find("red block").position.round(2).tolist()
        [0.4, 0.1, 0.02]
        """
        return self._named("name", name)[0]

    def table(self) -> TableInfo:
        """Return the part of the table to work on: TableInfo(x_min, x_max, y_min, y_max, sides, corners).

        ``sides`` has "near", "far", "left", "right"; ``corners`` "near left", "near right", "far left", "far right";
        each [x, y], drawn in a little.

        >>> scene.table().corners["far left"]
        [0.65, 0.25]
        """
        return self._perception.table()

    def is_on(self, upper: str, lower: str) -> bool:
        """Return whether ``upper`` stands directly on ``lower``, over it where that is a zone, or in it where that is
        a bowl or tray. What the gripper still holds, less than 12 mm above it, counts too.

        >>> scene.is_on("red block", "green block")
        False
        """
        first, things = self._named("upper", upper)
        second = _among(things, "lower", lower)
        return rests_on(first, second)

    def is_inside(self, inner: str, outer: str) -> bool:
        """Return whether ``inner`` lies in the bowl or tray ``outer``, or within the zone with all of its footprint.

        >>> scene.is_inside("red block", "white bowl")
        False
        """
        first, things = self._named("inner", inner)
        second = _among(things, "outer", outer)
        if second.kind in HOLLOW:
            return rests_on(first, second)
        return second.kind in FLAT and rests_on(first, second) and _covers(second, first)

    def below(self, name: str) -> str | None:
        """Return the name of what an object stands on or in; None where that is the table itself, or nothing.

        >>> scene.below("red block") is None
        True
        """
        thing, things = self._named("name", name)
        holding = [other for other in things if rests_on(thing, other)]
        return max(holding, key=lambda other: (other.kind not in FLAT, other.top)).name if holding else None

    def distance(self, a: str | Sequence[float] | Array, b: str | Sequence[float] | Array) -> float:
        """Return the horizontal distance between the centres of two objects, or points [x, y].

        >>> round(scene.distance("red block", [0.4, 0.0]), 3)
        0.1
        """
        things = self._perception.objects()
        return math.dist(_point(things, "a", a), _point(things, "b", b))

    def free_spot(
        self,
        size: float | Sequence[float] | Array,
        *,
        near: str | Sequence[float] | Array | None = None,
        clearance: float = 0.03,
    ) -> list[float]:
        """Return [x, y], a place on the bare table for something with footprint ``size`` [sx, sy], at least
        ``clearance`` from everything, as near as can be to an object, a point [x, y], or the middle of the table.
        Raises Collision where there is none: ask for less, or clear the table first.

        >>> scene.free_spot([0.04, 0.04], near=[0.3, -0.3])
        [0.32, -0.28]
        """
        sides = _size(size)
        gap = check_number("clearance", clearance, "a distance in metres, 0 or more")
        if gap < 0.0:
            raise InvalidArgument(f"clearance must be a distance in metres, 0 or more, not {gap:g}")
        things, table = self._perception.objects(), self._perception.table()
        middle = [(table.x_min + table.x_max) / 2, (table.y_min + table.y_max) / 2]
        goal = np.array(middle if near is None else _point(things, "near", near))
        taken = [footprint(thing) for thing in things if bottom(thing) < _OVERHEAD]
        room = Footprint(np.zeros(2), np.array([1.0, 0.0]), sides / 2 + gap)
        for spot in _places(table, sides / 2, goal):
            if not any(room.moved_to(spot).overlaps(other) for other in taken):
                return [round(float(value), 4) for value in spot]
        raise Collision(
            f"the table has no free place of {sides[0]:.3f} x {sides[1]:.3f} m with {gap:g} m around it: "
            f"ask for less clearance, or move something away first"
        )

    def _named(self, parameter: str, name: Any) -> tuple[SceneObject, list[SceneObject]]:
        """Return an object, and all that were perceived with it."""
        things = self._perception.objects()
        return _among(things, parameter, name), things


def _among(things: list[SceneObject], parameter: str, name: Any) -> SceneObject:
    wanted = check_known(check_name(parameter, name), (thing.name for thing in things))
    return next(thing for thing in things if thing.name == wanted)


def _point(things: list[SceneObject], parameter: str, value: Any) -> list[float]:
    """Return [x, y] of a name, an object or a point."""
    if isinstance(value, str) or hasattr(value, "name"):
        return [float(each) for each in _among(things, parameter, value).position[:2]]
    meaning = "the name of an object or 2 numbers [x, y] in metres"
    return [float(each) for each in check_vector(parameter, value, (2, 3), meaning)[:2]]


def _size(size: Any) -> Array:
    """Return the sides (2,) of a footprint; one number is a square."""
    meaning = "2 numbers [sx, sy] in metres, above 0"
    alone = isinstance(size, int | float) or getattr(size, "ndim", None) == 0
    sides = check_vector("size", [size, size] if alone else size, (2, 3), meaning)[:2]
    if (sides <= 0.0).any():
        raise InvalidArgument(f"size must be {meaning}, not {sides.tolist()}")
    return sides


def _covers(zone: SceneObject, thing: SceneObject) -> bool:
    """Whether the whole footprint of a thing lies on a zone."""
    over, slack = footprint(thing), footprint(zone).grown(0.002)
    offset = over.center - slack.center
    return all(
        abs(offset @ axis) + over.reach(axis) <= half
        for axis, half in zip((slack.along, slack.across), slack.half, strict=True)
    )


def _places(table: TableInfo, half: Array, goal: Array) -> list[Array]:
    """Places on a grid at which something of ``half`` extents is on the table, nearest to the goal first. The goal
    itself is one of them, drawn onto the table where it is off it."""
    low = np.array([table.x_min, table.y_min]) + half
    high = np.array([table.x_max, table.y_max]) - half
    if (low > high).any():
        return []
    start = np.clip(goal, low, high)
    axes = [np.unique(np.clip(start[i] + _GRID * np.arange(-100, 101), low[i], high[i]).round(6)) for i in range(2)]
    places = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    return list(places[np.argsort(np.linalg.norm(places - start, axis=1), kind="stable")])
