"""Which pixels show the robot itself, told from its own model and its joints."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.cameras import CameraSpec
from embodied_codeact.envs.tabletop.stage import Stage

_SHRINK = 2
"""The robot is drawn with so many fewer pixels: that is fast, and its edge is widened anyway."""
_SAME_DEPTH = 0.012


class SelfView:
    """A stage with nothing on it but the arm."""

    def __init__(self) -> None:
        self._stage = Stage(bare=True)

    def close(self) -> None:
        """End the stage."""
        self._stage.close()

    def mask(self, camera: CameraSpec, joints: Sequence[float], depth: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which pixels of a camera's depth picture (height, width) show the arm at ``joints`` (9,)."""
        self._stage.pose([], joints)
        small = replace(camera, width=camera.width // _SHRINK, height=camera.height // _SHRINK, shadows=False)
        expected = self._stage.picture(small).depth
        expected[expected == 0.0] = np.inf
        # The nearest depth around, so that the edge is not missed.
        nearest = cv2.erode(expected, np.ones((3, 3), np.uint8))
        farthest = -cv2.erode(np.where(np.isinf(expected), np.float32(0.0), -expected), np.ones((3, 3), np.uint8))
        size = (camera.width, camera.height)
        low = cv2.resize(nearest, size, interpolation=cv2.INTER_NEAREST)
        high = cv2.resize(farthest, size, interpolation=cv2.INTER_NEAREST)
        return np.asarray((depth > low - _SAME_DEPTH) & (depth < high + _SAME_DEPTH), dtype=np.bool_)
