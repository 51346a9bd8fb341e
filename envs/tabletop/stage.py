"""The world as it looks: table, arm and objects with all that is seen of them, posed as told, and pictures of it.

Pictures come from PyBullet's software renderer, which needs no graphics card. It takes 60 to 150 ms for 640 by 480
pixels, so a stage belongs in the renderer's process.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pybullet
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.bodies import add_object
from embodied_codeact.envs.tabletop.cameras import (
    CameraSpec,
    extrinsics,
    intrinsics,
    metres,
    projection_matrix,
    view_matrix,
)
from embodied_codeact.envs.tabletop.messages import ObjectPose
from embodied_codeact.envs.tabletop.panda import HAND_LINK, MOVING_JOINTS, load_panda
from embodied_codeact.envs.tabletop.scene import FLOOR_Z, TABLE_CENTRE, TABLE_HALF, SceneSpec
from embodied_codeact.primitives.arm_types import Array, CameraImage

_LEG = 0.03
_WOOD = (176, 184, 188)
"""Colour of the table (blue, green, red): pale, so that nothing on it is mistaken for it."""
_BACKGROUND = ((196, 204, 212), (244, 247, 250))
"""What is behind everything: from the lower edge of a picture to the upper."""
_LIGHT = (0.7, 0.5, 2.0)
_AMBIENT, _DIFFUSE, _SPECULAR = 0.62, 0.40, 0.05


class Stage:
    """One physics client that is never stepped: bodies go where they are told.

    ``bare`` holds nothing but the arm: what a robot knows of its own looks without seeing.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self._client: int = pybullet.connect(pybullet.DIRECT)
        self._arm = load_panda(self._client, visual=True)
        self._scene = SceneSpec()
        self._bodies: list[int] = []
        if not bare:
            self._furnish()

    def close(self) -> None:
        """End the physics client."""
        pybullet.disconnect(self._client)

    def set_scene(self, scene: SceneSpec) -> None:
        """Put these objects on the table in place of those that are there."""
        if scene == self._scene:
            return
        for body in self._bodies:
            pybullet.removeBody(body, physicsClientId=self._client)
        bodies = [add_object(self._client, spec, visual=True) for spec in scene.objects]
        self._bodies = [body for body in bodies if body is not None]
        self._scene = scene

    def pose(self, poses: Sequence[ObjectPose], joints: Sequence[float]) -> None:
        """Pose the objects, in the scene's order, and the arm: (7,) joints and (2,) fingers."""
        for body, pose in zip(self._bodies, poses, strict=True):
            pybullet.resetBasePositionAndOrientation(body, pose[:3], pose[3:], physicsClientId=self._client)
        for joint, position in zip(MOVING_JOINTS, joints, strict=True):
            pybullet.resetJointState(self._arm, joint, position, physicsClientId=self._client)

    def picture(self, camera: CameraSpec, *, supersampling: int = 1, time: float = 0.0) -> CameraImage:
        """Take a picture. ``supersampling``: how many pixels are drawn for each one along an edge, for people."""
        pose = extrinsics(camera, self._mount(camera))
        width, height = camera.width * supersampling, camera.height * supersampling
        _, _, rgba, buffer, _ = pybullet.getCameraImage(
            width,
            height,
            view_matrix(pose),
            projection_matrix(camera),
            lightDirection=_LIGHT,
            lightColor=(1.0, 1.0, 1.0),
            lightDistance=3.0,
            shadow=int(camera.shadows),
            lightAmbientCoeff=_AMBIENT,
            lightDiffuseCoeff=_DIFFUSE,
            lightSpecularCoeff=_SPECULAR,
            renderer=pybullet.ER_TINY_RENDERER,
            flags=pybullet.ER_NO_SEGMENTATION_MASK,
            physicsClientId=self._client,
        )
        rgb = np.ascontiguousarray(np.asarray(rgba, dtype=np.uint8).reshape(height, width, 4)[:, :, :3])
        depth = metres(np.asarray(buffer, dtype=np.float32).reshape(height, width), camera)
        _paint_background(rgb, depth)
        if supersampling > 1:
            rgb = np.asarray(cv2.resize(rgb, (camera.width, camera.height), interpolation=cv2.INTER_AREA), np.uint8)
            depth = np.ascontiguousarray(depth[::supersampling, ::supersampling])
        return CameraImage(rgb=rgb, depth=depth, intrinsics=intrinsics(camera), extrinsics=pose, time=time)

    def _mount(self, camera: CameraSpec) -> Array:
        mount = np.eye(4)
        if camera.mount == "hand":
            state = pybullet.getLinkState(
                self._arm, HAND_LINK, computeForwardKinematics=True, physicsClientId=self._client
            )
            mount[:3, :3] = np.reshape(pybullet.getMatrixFromQuaternion(state[5]), (3, 3))
            mount[:3, 3] = state[4]
        return mount

    def _furnish(self) -> None:
        """The table on its legs."""
        x, y, z = TABLE_HALF
        middle = TABLE_CENTRE
        self._box(TABLE_HALF, middle, (1.0, 1.0, 1.0, 1.0), texture=True)
        leg = (-FLOOR_Z + middle[2] - z) / 2
        for side_x in (-1, 1):
            for side_y in (-1, 1):
                foot = (middle[0] + side_x * (x - 0.06), middle[1] + side_y * (y - 0.06), middle[2] - z - leg)
                self._box((_LEG, _LEG, leg), foot, (0.30, 0.31, 0.33, 1.0))

    def _box(
        self,
        half: tuple[float, float, float],
        centre: tuple[float, float, float],
        color: tuple[float, float, float, float],
        *,
        texture: bool = False,
    ) -> None:
        look = pybullet.createVisualShape(
            pybullet.GEOM_BOX, halfExtents=half, rgbaColor=color, physicsClientId=self._client
        )
        body = pybullet.createMultiBody(0, -1, look, centre, physicsClientId=self._client)
        if texture:
            # PyBullet reads textures from files only.
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "wood.png"
                cv2.imwrite(str(path), _wood())
                image = pybullet.loadTexture(str(path), physicsClientId=self._client)
            pybullet.changeVisualShape(body, -1, textureUniqueId=image, physicsClientId=self._client)


def _wood() -> NDArray[np.uint8]:
    """A pale table top: planks with a fine grain, BGR."""
    random = np.random.default_rng(7)
    size, planks = 1024, 8
    noise = np.asarray(cv2.GaussianBlur(random.normal(size=(size, size)), (0, 0), sigmaX=60.0, sigmaY=1.2), np.float64)
    tone = np.repeat(random.normal(0.0, 2.5, planks), size // planks)[:, None]
    joint = np.where(np.arange(size) % (size // planks) == 0, 16.0, 0.0)[:, None]
    grain = noise * (2.2 / noise.std()) + tone - joint
    return np.asarray(np.clip(np.array(_WOOD) + grain[:, :, None], 0, 255), dtype=np.uint8)


def _paint_background(rgb: NDArray[np.uint8], depth: NDArray[np.float32]) -> None:
    """Paint what no ray hit, in place."""
    empty = depth == 0.0
    if empty.any():
        share = np.linspace(1.0, 0.0, len(rgb))[:, None, None]
        low, high = (np.array(color) for color in _BACKGROUND)
        shade = np.broadcast_to((low + share * (high - low)).astype(np.uint8), rgb.shape)
        rgb[empty] = shade[empty]
