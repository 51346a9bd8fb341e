"""The cameras of the tabletop: where they stand, what their lens sees, and the geometry of a picture.

A camera's frame has x to the right of its picture, y down and z into the scene, as OpenCV has it. Pixels are (column,
row); the centre of the pixel in the upper left corner is (0, 0).
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from embodied_codeact.primitives.arm_types import Array

Point = tuple[float, float, float]


class CameraSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One camera.

    ``mount``: the frame in which ``eye``, ``target`` and ``up`` are given: the world, or the arm's hand link. The
    camera stands at ``eye``, looks at ``target``, and ``up`` points to the upper edge of its picture.
    ``field_of_view``: vertical, rad. ``near``, ``far``: the range of depth that it sees, m.
    """

    name: str
    mount: Literal["world", "hand"] = "world"
    eye: Point
    target: Point
    up: Point
    width: int = 640
    height: int = 480
    field_of_view: float
    near: float = 0.05
    far: float = 4.0
    shadows: bool = False


OVERHEAD = CameraSpec(
    name="overhead",
    # On a mast beyond the far side, so that the hand hides what is behind it, not what is below it.
    eye=(1.05, 0.0, 1.00),
    target=(0.46, 0.0, 0.0),
    up=(1.0, 0.0, 0.0),
    field_of_view=math.radians(38.0),
)
"""Sees the whole area for objects and 10 cm around it. Up in its picture is away from the arm, left the arm's left."""

WRIST = CameraSpec(
    name="wrist",
    mount="hand",
    eye=(0.075, 0.0, 0.02),
    target=(0.065, 0.0, 1.0),
    up=(1.0, 0.0, 0.0),
    field_of_view=math.radians(58.0),
    near=0.03,
    far=3.0,
)
"""Rides on the hand and looks along the tool; the fingers stay outside of its picture."""

SCENE = CameraSpec(
    name="scene",
    eye=(1.18, 0.68, 0.60),
    target=(0.35, 0.02, 0.18),
    up=(0.0, 0.0, 1.0),
    field_of_view=math.radians(44.0),
    shadows=True,
    far=6.0,
)
"""A view for people: arm and table from the arm's front left."""

CAMERAS: dict[str, CameraSpec] = {camera.name: camera for camera in (OVERHEAD, WRIST)}
"""The cameras that scripts can use."""


def intrinsics(camera: CameraSpec) -> Array:
    """The camera matrix (3, 3), pixels."""
    focal = camera.height / 2 / math.tan(camera.field_of_view / 2)
    # PyBullet's software renderer samples a pixel at its lower left corner, counted from the picture's lower edge.
    column, row = camera.width / 2, camera.height / 2 - 1
    return np.array([[focal, 0.0, column], [0.0, focal, row], [0.0, 0.0, 1.0]])


def extrinsics(camera: CameraSpec, mount: Array) -> Array:
    """Camera to world, (4, 4). ``mount``: (4, 4), its mount's frame to world."""
    eye = np.array(camera.eye)
    forward = np.array(camera.target) - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, camera.up)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([right, np.cross(forward, right), forward])
    pose[:3, 3] = eye
    return mount @ pose


def view_matrix(pose: Array) -> list[float]:
    """OpenGL's view matrix, as PyBullet takes it (16 numbers, column by column), of a camera-to-world pose (4, 4)."""
    # OpenGL's cameras look along -z with y up.
    flipped = pose @ np.diag([1.0, -1.0, -1.0, 1.0])
    values: list[float] = np.linalg.inv(flipped).T.reshape(-1).tolist()
    return values


def projection_matrix(camera: CameraSpec) -> list[float]:
    """OpenGL's perspective projection, as PyBullet takes it (16 numbers, column by column)."""
    near, far = camera.near, camera.far
    scale = 1.0 / math.tan(camera.field_of_view / 2)
    matrix = np.zeros((4, 4))
    matrix[0, 0] = scale * camera.height / camera.width
    matrix[1, 1] = scale
    matrix[2, 2], matrix[2, 3] = (far + near) / (near - far), 2 * far * near / (near - far)
    matrix[3, 2] = -1.0
    values: list[float] = matrix.T.reshape(-1).tolist()
    return values


def metres(buffer: NDArray[np.float32], camera: CameraSpec) -> NDArray[np.float32]:
    """Depth in m along the optical axis, 0 where nothing was hit, from OpenGL's depth buffer (0 near, 1 far)."""
    near, far = camera.near, camera.far
    depth = far * near / (far - (far - near) * buffer.astype(np.float64))
    depth[buffer >= 1.0] = 0.0
    return depth.astype(np.float32)
