"""What a scene is made of: plain data that says which objects stand where, before any physics.

The world frame stands at the foot of the arm on the top of the table: x forward, y to the arm's left, z up; metres.
"""

from __future__ import annotations

import msgspec

COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.12, 0.12),
    "orange": (1.00, 0.50, 0.05),
    "yellow": (0.95, 0.85, 0.10),
    "green": (0.15, 0.65, 0.20),
    "cyan": (0.10, 0.75, 0.80),
    "blue": (0.12, 0.30, 0.85),
    "purple": (0.55, 0.20, 0.70),
    "pink": (0.95, 0.45, 0.70),
}
"""The colours that objects have, linear RGB from 0 to 1, far enough apart in hue to be told apart by a camera."""

TABLE_X = (0.30, 0.70)
"""The part of the table for objects: from near to far."""
TABLE_Y = (-0.30, 0.30)
"""The part of the table for objects: from right to left."""
TABLE_MARGIN = 0.05
"""Corners and sides, as instructions mean them, lie this far inside of that part."""

TABLE_HALF = (0.55, 0.75, 0.02)
"""Half extents of the table's top, m."""
TABLE_CENTRE = (0.35, 0.0, -0.02)
"""The middle of the table's top, m: its upper face is at height 0."""
FLOOR_Z = -0.7
"""Height of the floor that the table and the arm's foot stand above, m."""

BLOCK = 0.04
"""Edge of the usual block, m."""


class ObjectSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One object as it is placed at the start.

    ``name``: unique, as instructions and scripts call it. ``kind``: a key of ``catalog.KINDS``. ``color``: a key of
    ``COLORS``, or "" for an object with colours of its own. ``size``: full extents along its own axes when it stands
    upright, m. ``position``: its centre, m. ``yaw``: its turn about the vertical, rad. ``mass``: kg; 0 stands fast.
    ``friction``: lateral friction of its surface.
    """

    name: str
    kind: str
    color: str = ""
    size: tuple[float, float, float]
    position: tuple[float, float, float]
    yaw: float = 0.0
    mass: float = 0.1
    friction: float = 0.8


class SceneSpec(msgspec.Struct, frozen=True):
    """All objects of a scene, besides table and arm."""

    objects: tuple[ObjectSpec, ...] = ()

    def named(self, name: str) -> ObjectSpec:
        """Return the object of that name. Raises KeyError."""
        for spec in self.objects:
            if spec.name == name:
                return spec
        raise KeyError(name)
