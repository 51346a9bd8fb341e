"""Cameras above an empty table, so that examples and tests need no renderer."""

from __future__ import annotations

import numpy as np

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_types import CameraImage

_FOCAL = 700.0
_HEIGHTS = {"overhead": 1.25, "wrist": 0.5}


class FakeCameras:
    """Two cameras that look straight down on the middle of a grey table, from 1.25 and 0.5 m.

    Satisfies :class:`~embodied_codeact.primitives.arm_backend.CameraBackend`. Up in their pictures is +x, left +y.
    """

    def camera_names(self) -> list[str]:
        """Return the names of the cameras."""
        return list(_HEIGHTS)

    def capture(self, name: str) -> CameraImage:
        """Take a picture now."""
        if name not in _HEIGHTS:
            raise InvalidArgument(f"there is no camera {name!r}")
        height = _HEIGHTS[name]
        extrinsics = np.array(
            [[0.0, -1.0, 0.0, 0.5], [-1.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, height], [0.0, 0.0, 0.0, 1.0]]
        )
        return CameraImage(
            rgb=np.full((480, 640, 3), 180, dtype=np.uint8),
            depth=np.full((480, 640), height, dtype=np.float32),
            intrinsics=np.array([[_FOCAL, 0.0, 320.0], [0.0, _FOCAL, 239.0], [0.0, 0.0, 1.0]]),
            extrinsics=extrinsics,
            time=0.0,
        )
