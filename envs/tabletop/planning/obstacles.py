"""Collision checks in a physics client of their own, in which nothing ever moves by physics.

The arm and the objects are set to where a plan would have them, and PyBullet says how far they are apart. Every answer
depends on the arguments alone: closest points are computed anew for each pair, without the contact caches of a running
simulation.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pybullet

from embodied_codeact.envs.rotations import matrix_from_quaternion, quaternion_from_matrix
from embodied_codeact.envs.tabletop.bodies import add_object
from embodied_codeact.envs.tabletop.catalog import KINDS
from embodied_codeact.envs.tabletop.panda import ARM_JOINTS, FINGER_JOINTS, FINGER_TRAVEL, HAND_LINK, load_panda
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.scene import ObjectSpec
from embodied_codeact.envs.tabletop.simulation import TABLE
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.primitives.arm_types import Array, Pose, SceneObject

ITSELF = "itself"
"""What the arm is said to hit when its own links would touch."""
ARM_DEPTH = 0.001
"""The arm hits something when it is this deep in it, m."""
HELD_DEPTH = 0.004
"""What is held hits something when it is this deep in it, m: it stands on its support when it is lifted and put down,
and where exactly it is in the gripper is known less well."""
PRESS_DEPTH = 0.002
"""What may be touched is pressed from above when the arm is this deep in it, m."""
WORSENING = 0.002
"""What already touches at the start may get this much deeper, so that the arm can leave."""

_BASE_LINKS = (-1, 0)
_GRIPPER_LINKS = frozenset({HAND_LINK, *FINGER_JOINTS})
_SELF_PAIRS = (
    *((near, far) for near in (-1, 0, 1, 2) for far in (5, 6, HAND_LINK, *FINGER_JOINTS)),
    *((near, 4) for near in (-1, 0, 1)),
    *((near, HAND_LINK) for near in (3, 4)),
    (3, 6),
)
"""Links that can touch though they are not neighbours."""
_MOVING = (*ARM_JOINTS, *FINGER_JOINTS)
_MOST_SPARES = 64
_ABOVE = 0.012
"""From this far above something it is told whether the arm comes down on it, m: a little more than between two rows."""
_UPWARD = 0.8
"""Least vertical part of the normal on something for what is over it."""
_TABLE_HALF = (1.0, 1.0, 0.05)

Pair = tuple[int, int, int]
"""Body and link, and the body, that overlap; the body is the arm's own where the arm meets itself."""
_NOTHING_ALLOWED: Mapping[Pair, float] = {}


@dataclass(frozen=True, eq=False)
class Held:
    """What is in the gripper. ``tool``: where the tool is while the object is where it says; both move together."""

    object: SceneObject
    tool: Pose


class Hit(NamedTuple):
    """A collision: ``other`` is hit by what is held (``by_held``) or by the arm. ``from_above``: it may be touched, but
    the arm comes down on top of it."""

    other: str
    by_held: bool
    from_above: bool = False


class _Overlap(NamedTuple):
    pair: Pair
    depth: float
    tolerated: float
    hit: Hit


class _Kind(NamedTuple):
    """What decides a body's shape."""

    kind: str
    size: tuple[float, float, float]


class Obstacles:
    """The arm among the objects on the table."""

    def __init__(self, kinematics: PandaKinematics) -> None:
        self._kinematics = kinematics
        self._client: int = pybullet.connect(pybullet.DIRECT)
        if self._client < 0:
            raise EnvironmentFailure("PyBullet gives no physics client for planning")
        self._arm = load_panda(self._client)
        shape = pybullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=_TABLE_HALF, physicsClientId=self._client)
        self._table: int = pybullet.createMultiBody(
            0, shape, -1, (0.0, 0.0, -_TABLE_HALF[2]), physicsClientId=self._client
        )
        self._bodies: list[tuple[str, _Kind, int]] = []
        self._held: tuple[str, _Kind, int] | None = None
        self._in_tool = (np.zeros(3), np.eye(3))
        self._spare: list[tuple[_Kind, int]] = []

    def close(self) -> None:
        """End the physics client. May be called twice."""
        if self._client >= 0:
            pybullet.disconnect(self._client)
            self._client = -1

    @property
    def held(self) -> str | None:
        """The name of what is in the gripper."""
        return self._held[0] if self._held else None

    def update(self, objects: Sequence[SceneObject], held: Held | None) -> None:
        """Set what lies where. ``objects``: without what is held. Zones are painted on the table, nothing hits them."""
        used = [*self._bodies, *([self._held] if self._held else [])]
        # Meshes take long to load, so bodies are used again for the next objects of the same shape.
        self._spare += [(kind, body) for _, kind, body in used]
        self._bodies = [self._place(thing) for thing in objects if thing.kind != "zone"]
        self._held = self._place(held.object) if held else None
        if held:
            tool = matrix_from_quaternion(held.tool.orientation)
            self._in_tool = (
                tool.T @ (held.object.position - held.tool.position),
                tool.T @ matrix_from_quaternion(held.object.orientation),
            )
        while len(self._spare) > _MOST_SPARES:
            pybullet.removeBody(self._spare.pop(0)[1], physicsClientId=self._client)

    def _place(self, thing: SceneObject) -> tuple[str, _Kind, int]:
        # What perception cannot name is its bounding box.
        name = thing.kind if thing.kind in KINDS else "block"
        kind = _Kind(name, (float(thing.size[0]), float(thing.size[1]), float(thing.size[2])))
        index = next((index for index, (spare, _) in enumerate(self._spare) if spare == kind), None)
        if index is None:
            spec = ObjectSpec(name=thing.name, kind=kind.kind, size=kind.size, position=(0.0, 0.0, 0.0), mass=0.0)
            body = add_object(self._client, spec)
            if body is None:
                raise EnvironmentFailure(f"the {thing.name} has no shape to plan around")
        else:
            body = self._spare.pop(index)[1]
        pybullet.resetBasePositionAndOrientation(
            body, thing.position.tolist(), thing.orientation.tolist(), physicsClientId=self._client
        )
        return thing.name, kind, body

    def first_hit(
        self,
        rows: Array,
        finger_width: float,
        touching: Collection[str] = (),
        allowed: Mapping[Pair, float] = _NOTHING_ALLOWED,
        clearances: Array | None = None,
    ) -> Hit | None:
        """Return what is hit first at the joint positions ``rows`` (n, 7), one after the other; None when all are free.

        ``finger_width``: m between the fingers. ``touching``: names that may be touched, but not be pressed down by
        an arm that comes from above: rows are near enough to each other to see that. ``allowed``: how deep each
        pair may be, from :meth:`touching_at`. ``clearances``: (n,) m, how far everything has to stay apart at each of
        the rows; where it is zero, slight overlaps are no collision, and ``allowed`` ones neither.
        """
        distances = [0.0] * len(rows) if clearances is None else clearances.tolist()
        touched = [(name, body) for name, _, body in self._bodies if name in touching]
        above: set[Pair] = set()
        for row, distance in zip(rows, distances, strict=True):
            self._set_arm(row, finger_width)
            for name, body in touched:
                if self._comes_down(body, above):
                    return Hit(name, by_held=False, from_above=True)
            for overlap in self._overlaps(row, finger_width, touching, distance):
                if distance > 0.0 or overlap.depth > max(overlap.tolerated, allowed.get(overlap.pair, 0.0)):
                    return overlap.hit
        return None

    def _comes_down(self, body: int, above: set[Pair]) -> bool:
        """Whether a link that was over a body at one of the last rows is in it now. ``above``: those links; kept up."""
        nearest: dict[Pair, tuple[float, float]] = {}
        for point in pybullet.getClosestPoints(self._arm, body, _ABOVE, physicsClientId=self._client):
            pair = (self._arm, point[3], body)
            nearest[pair] = min(nearest.get(pair, (math.inf, 0.0)), (point[8], point[7][2]))
        for pair, (distance, upward) in nearest.items():
            if distance > 0.0:
                (above.add if upward > _UPWARD else above.discard)(pair)
            elif -distance > PRESS_DEPTH and pair in above:
                return True
        return False

    def touching_at(self, joints: Array, finger_width: float, touching: Collection[str] = ()) -> dict[Pair, float]:
        """Return how deep each pair may get on the way from ``joints`` (7,), for those that are too deep there."""
        return {
            overlap.pair: overlap.depth + WORSENING
            for overlap in self._overlaps(joints, finger_width, touching, 0.0)
            if overlap.depth > overlap.tolerated
        }

    def _set_arm(self, joints: Array, finger_width: float) -> None:
        travel = min(max(finger_width / 2, 0.0), FINGER_TRAVEL)
        values = [[float(angle)] for angle in joints] + [[travel], [travel]]
        pybullet.resetJointStatesMultiDof(self._arm, _MOVING, values, physicsClientId=self._client)

    def _overlaps(
        self, joints: Array, finger_width: float, touching: Collection[str], distance: float
    ) -> Iterator[_Overlap]:
        """All that is within ``distance`` at some joint positions (7,): of objects, of the table, of the arm itself."""
        client, arm = self._client, self._arm
        self._set_arm(joints, finger_width)
        others = [(name, body) for name, _, body in self._bodies if name not in touching]
        others.append((TABLE, self._table))
        for name, body in others:
            for point in pybullet.getClosestPoints(arm, body, distance, physicsClientId=client):
                if body != self._table or point[3] not in _BASE_LINKS:
                    yield _Overlap((arm, point[3], body), -point[8], ARM_DEPTH, Hit(name, by_held=False))
        if self._held:
            yield from self._overlaps_of_held(self._held[2], joints, others, distance)
        for near, far in _SELF_PAIRS:
            for point in pybullet.getClosestPoints(arm, arm, distance, near, far, physicsClientId=client):
                yield _Overlap((near, far, arm), -point[8], ARM_DEPTH, Hit(ITSELF, by_held=False))

    def _overlaps_of_held(
        self, held: int, joints: Array, others: Sequence[tuple[str, int]], distance: float
    ) -> Iterator[_Overlap]:
        client, arm = self._client, self._arm
        position, quaternion = self._kinematics.forward(joints)
        tool = matrix_from_quaternion(quaternion)
        pybullet.resetBasePositionAndOrientation(
            held,
            (position + tool @ self._in_tool[0]).tolist(),
            quaternion_from_matrix(tool @ self._in_tool[1]).tolist(),
            physicsClientId=client,
        )
        for name, body in others:
            for point in pybullet.getClosestPoints(held, body, distance, physicsClientId=client):
                yield _Overlap((held, -1, body), -point[8], HELD_DEPTH, Hit(name, by_held=True))
        for point in pybullet.getClosestPoints(held, arm, distance, physicsClientId=client):
            if point[4] not in _GRIPPER_LINKS:
                yield _Overlap((held, point[4], arm), -point[8], HELD_DEPTH, Hit(ITSELF, by_held=True))
