"""Whether a point of the world can be seen in a picture."""

from __future__ import annotations

import numpy as np

from embodied_codeact.envs.tabletop.vision.records import Point, Sight
from embodied_codeact.primitives.arm_types import CameraImage

_SAME_DEPTH = 0.008


def sight(image: CameraImage, point: Point) -> Sight:
    """What the camera's ray to a point (world frame, m) finds."""
    rotation, eye = image.extrinsics[:3, :3], image.extrinsics[:3, 3]
    x, y, z = rotation.T @ (np.array(point) - eye)
    if z <= 0.0:
        return "outside"
    column = round(float(image.intrinsics[0, 0] * x / z + image.intrinsics[0, 2]))
    row = round(float(image.intrinsics[1, 1] * y / z + image.intrinsics[1, 2]))
    height, width = image.depth.shape
    if not (0 <= row < height and 0 <= column < width):
        return "outside"
    beyond = float(image.depth[row, column]) - z
    if abs(beyond) <= _SAME_DEPTH:
        return "met"
    return "through" if beyond > 0.0 else "hidden"
