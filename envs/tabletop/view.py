"""What a task may know of the world when it judges: settled physics, and what happened on the way. Nothing that a
script printed or claimed is in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.primitives.rotations import heading

Point = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True)
class WorldView:
    """The world as it is now. World frame, m, quaternions xyzw.

    ``scene``: how everything stood at the start. ``positions``, ``orientations``: each object's centre and turn now, by
    name. ``contacts``: pairs of names (in alphabetic order; "the table" and "the arm" included) that touch. ``held``:
    what both fingers press on. ``grasped``: everything that was held at any time of the episode. ``tool``: where the
    tool is, ``tool_orientation`` how it is turned. ``width``: m between the fingers. ``joints``: (7,) rad.
    """

    scene: SceneSpec
    positions: Mapping[str, Point]
    orientations: Mapping[str, Quaternion]
    contacts: frozenset[tuple[str, str]] = frozenset()
    held: str | None = None
    grasped: frozenset[str] = field(default_factory=frozenset)
    tool: Point = (0.0, 0.0, 0.0)
    tool_orientation: Quaternion = (1.0, 0.0, 0.0, 0.0)
    width: float = 0.08
    joints: tuple[float, ...] = ()

    def touching(self, a: str, b: str) -> bool:
        """Whether two things touch."""
        return (min(a, b), max(a, b)) in self.contacts

    def yaw(self, name: str) -> float:
        """The turn of an object about the vertical, rad from -pi to pi."""
        return heading(self.orientations[name])

    def tilt(self, name: str) -> float:
        """The angle between an object's own z axis and the vertical, rad: 0 as it stood at the start, pi upside
        down."""
        x, y, _, _ = self.orientations[name]
        return math.acos(max(-1.0, min(1.0, 1 - 2 * (x * x + y * y))))

    def distance(self, a: str, b: str) -> float:
        """The horizontal distance between the centres of two objects, m."""
        return math.dist(self.positions[a][:2], self.positions[b][:2])
