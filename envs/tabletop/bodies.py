"""Builds the bodies of a scene in a physics client: each kind of object with the shapes that it collides by and, where
wanted, looks by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pybullet
import pybullet_data

from embodied_codeact.envs.tabletop.catalog import (
    ASSETS,
    Part,
    bowl_parts,
    bowl_surface,
    color_of,
    tray_parts,
    yaw_quaternion,
)
from embodied_codeact.envs.tabletop.scene import ObjectSpec

_BALL_ROLL_FRICTION = 0.002
"""Only a ball needs it; elsewhere it would add rows to the solver for each contact, a third of a step's time."""


def add_object(
    client: int, spec: ObjectSpec, *, visual: bool = False, meshes: dict[str, int] | None = None
) -> int | None:
    """Put an object into a physics client; return the body's id, None for what has no body (a zone, where nothing is
    to be seen). ``meshes`` keeps the collision shapes that were read from files, so that a second object of a kind can
    share them; it belongs to one scene of one client.

    Raises:
        KeyError: there is no such kind or colour.
    """
    if spec.kind == "zone":
        return _add_zone(client, spec) if visual else None
    build = _BUILDERS.get(spec.kind)
    if build is None and spec.kind not in ASSETS:
        raise KeyError(f"no kind of object is called {spec.kind!r}")
    body = build(client, spec, visual) if build else _add_asset(client, spec, visual, {} if meshes is None else meshes)
    rolls = spec.kind in ASSETS and ASSETS[spec.kind].ball
    pybullet.changeDynamics(
        body,
        -1,
        lateralFriction=spec.friction,
        rollingFriction=_BALL_ROLL_FRICTION if rolls else 0.0,
        linearDamping=0.0,
        angularDamping=0.0,
        physicsClientId=client,
    )
    return body


def _place(client: int, spec: ObjectSpec, collision: int, visual: int) -> int:
    body: int = pybullet.createMultiBody(
        spec.mass,
        collision,
        visual,
        spec.position,
        yaw_quaternion(spec.yaw),
        physicsClientId=client,
    )
    return body


def _add_block(client: int, spec: ObjectSpec, visual: bool) -> int:
    half = [extent / 2 for extent in spec.size]
    collision = pybullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half, physicsClientId=client)
    look = -1
    if visual:
        look = pybullet.createVisualShape(
            pybullet.GEOM_BOX, halfExtents=half, rgbaColor=color_of(spec), physicsClientId=client
        )
    return _place(client, spec, collision, look)


def _add_cylinder(client: int, spec: ObjectSpec, visual: bool) -> int:
    radius, height = spec.size[0] / 2, spec.size[2]
    collision = pybullet.createCollisionShape(
        pybullet.GEOM_CYLINDER, radius=radius, height=height, physicsClientId=client
    )
    look = -1
    if visual:
        look = pybullet.createVisualShape(
            pybullet.GEOM_CYLINDER, radius=radius, length=height, rgbaColor=color_of(spec), physicsClientId=client
        )
    return _place(client, spec, collision, look)


def _collide_by(client: int, parts: list[Part]) -> int:
    shape: int = pybullet.createCollisionShapeArray(
        shapeTypes=[pybullet.GEOM_BOX] * len(parts),
        halfExtents=[part.half for part in parts],
        collisionFramePositions=[part.position for part in parts],
        collisionFrameOrientations=[part.orientation for part in parts],
        physicsClientId=client,
    )
    return shape


def _add_bowl(client: int, spec: ObjectSpec, visual: bool) -> int:
    look = -1
    if visual:
        vertices, normals, indices = bowl_surface(spec.size)
        look = pybullet.createVisualShape(
            pybullet.GEOM_MESH,
            vertices=vertices,
            normals=normals,
            indices=indices,
            rgbaColor=color_of(spec),
            physicsClientId=client,
        )
    return _place(client, spec, _collide_by(client, bowl_parts(spec.size)), look)


def _add_tray(client: int, spec: ObjectSpec, visual: bool) -> int:
    parts = tray_parts(spec.size)
    look = -1
    if visual:
        look = pybullet.createVisualShapeArray(
            shapeTypes=[pybullet.GEOM_BOX] * len(parts),
            halfExtents=[part.half for part in parts],
            rgbaColors=[color_of(spec)] * len(parts),
            visualFramePositions=[part.position for part in parts],
            visualFrameOrientations=[part.orientation for part in parts],
            physicsClientId=client,
        )
    return _place(client, spec, _collide_by(client, parts), look)


def _add_zone(client: int, spec: ObjectSpec) -> int:
    look = pybullet.createVisualShape(
        pybullet.GEOM_BOX,
        halfExtents=[extent / 2 for extent in spec.size],
        rgbaColor=color_of(spec),
        physicsClientId=client,
    )
    body: int = pybullet.createMultiBody(0, -1, look, spec.position, yaw_quaternion(spec.yaw), physicsClientId=client)
    return body


def _add_asset(client: int, spec: ObjectSpec, visual: bool, meshes: dict[str, int]) -> int:
    folder = Path(pybullet_data.getDataPath())
    asset = ASSETS[spec.kind]
    turned = pybullet.getQuaternionFromEuler(asset.turned)
    shift = [-(low + high) / 2 * asset.scale for low, high in zip(asset.lower, asset.upper, strict=True)]
    look = -1
    if visual:
        look = pybullet.createVisualShape(
            pybullet.GEOM_MESH,
            fileName=str(folder / asset.visual),
            meshScale=list(spec.size) if asset.box and asset.scale == 1.0 else [asset.scale] * 3,
            rgbaColor=color_of(spec),
            visualFramePosition=shift,
            visualFrameOrientation=turned,
            physicsClientId=client,
        )
    if asset.box:
        half = [extent / 2 for extent in spec.size]
        collision = pybullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half, physicsClientId=client)
    elif asset.ball:
        collision = pybullet.createCollisionShape(pybullet.GEOM_SPHERE, radius=spec.size[0] / 2, physicsClientId=client)
    else:
        if spec.kind not in meshes:
            meshes[spec.kind] = pybullet.createCollisionShape(
                pybullet.GEOM_MESH,
                fileName=str(folder / asset.collision),
                meshScale=[asset.scale] * 3,
                collisionFramePosition=shift,
                collisionFrameOrientation=turned,
                physicsClientId=client,
            )
        collision = meshes[spec.kind]
    return _place(client, spec, collision, look)


_BUILDERS: dict[str, Callable[[int, ObjectSpec, bool], int]] = {
    "block": _add_block,
    "cylinder": _add_cylinder,
    "bowl": _add_bowl,
    "tray": _add_tray,
}
