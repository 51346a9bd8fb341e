"""The ``camera`` object: pictures with depth, and the way between their pixels and the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied_codeact.errors import InvalidArgument, unknown_name
from embodied_codeact.primitives.arm_backend import CameraBackend
from embodied_codeact.primitives.arm_types import Array, CameraImage

_PIXELS = "numbers [column, row], or a list of them: shape (2,) or (n, 2)"
_POINTS = "numbers [x, y, z] in metres, or a list of them: shape (3,) or (n, 3)"


class Camera:
    """Cameras that see colour and depth. A picture is CameraImage(rgb: (height, width, 3) uint8, depth: (height, width)
    float32 in metres along the optical axis and 0 where nothing is, intrinsics: (3, 3), extrinsics: (4, 4) camera to
    world, time). Index as ``rgb[row, column]``; pixels are [column, row], counted from the upper left. The camera's
    frame has x right, y down, z into the scene. Up in the picture of "overhead" is away from the arm, left is the arm's
    left; "wrist" rides on the hand and looks along the tool.
    """

    def __init__(self, backend: CameraBackend) -> None:
        self._backend = backend
        self._latest: dict[str, CameraImage] = {}

    def names(self) -> list[str]:
        """Return the names of the cameras.

        >>> camera.names()
        ['overhead', 'wrist']
        """
        return self._backend.camera_names()

    def capture(self, name: str = "overhead") -> CameraImage:
        """Take a picture now.

        >>> image = camera.capture("overhead")
        >>> image.rgb.shape, image.depth.shape
        ((480, 640, 3), (480, 640))
        """
        self._check(name)
        self._latest[name] = self._backend.capture(name)
        return self._latest[name]

    def deproject(self, pixels: Sequence[Any] | Array, name: str = "overhead") -> Array:
        """Return the points (n, 3) in the world, metres, that pixels (n, 2) of the latest picture of a camera show; one
        pixel [column, row] gives one point (3,). Between whole numbers the depth is that of the nearest pixel. A pixel
        outside of the picture, or one without depth, raises InvalidArgument.

        >>> _ = camera.capture("overhead")
        >>> camera.deproject([320, 239]).round(3).tolist()
        [0.5, 0.0, 0.0]
        """
        image = self._picture(name)
        places = _numbers("pixels", pixels, 2, _PIXELS)
        columns, rows = np.rint(places.reshape(-1, 2)).astype(int).T
        height, width = image.depth.shape
        outside = (columns < 0) | (columns >= width) | (rows < 0) | (rows >= height)
        if outside.any():
            pixel = [int(columns[outside][0]), int(rows[outside][0])]
            raise InvalidArgument(f"pixel {pixel} is outside of the picture of {width} columns and {height} rows")
        depth = image.depth[rows, columns].astype(np.float64)
        if (depth <= 0.0).any():
            at = int(np.argmax(depth <= 0.0))
            raise InvalidArgument(
                f"nothing was seen at pixel [{columns[at]}, {rows[at]}]: choose pixels where image.depth is above 0"
            )
        rays = np.column_stack([places.reshape(-1, 2), np.ones(len(depth))]) @ np.linalg.inv(image.intrinsics).T
        points = (rays * depth[:, None]) @ image.extrinsics[:3, :3].T + image.extrinsics[:3, 3]
        return np.asarray(points.reshape(*places.shape[:-1], 3))

    def project(self, points: Sequence[Any] | Array, name: str = "overhead") -> Array:
        """Return the pixels (n, 2), [column, row] as floats, at which the latest picture of a camera shows points
        (n, 3) of the world, metres; one point gives one pixel (2,). They may lie outside of the picture, and something
        nearer may hide them. A point behind the camera raises InvalidArgument.

        >>> _ = camera.capture("overhead")
        >>> camera.project([0.5, 0.0, 0.0]).round(1).tolist()
        [320.0, 239.0]
        """
        image = self._picture(name)
        places = _numbers("points", points, 3, _POINTS)
        seen = (places.reshape(-1, 3) - image.extrinsics[:3, 3]) @ image.extrinsics[:3, :3]
        if (seen[:, 2] <= 0.0).any():
            behind = places.reshape(-1, 3)[np.argmax(seen[:, 2] <= 0.0)].tolist()
            raise InvalidArgument(f"point {behind} is behind the camera {name!r}")
        pixels = (seen / seen[:, 2:]) @ image.intrinsics.T
        return np.asarray(pixels[:, :2].reshape(*places.shape[:-1], 2))

    def _picture(self, name: str) -> CameraImage:
        self._check(name)
        if name not in self._latest:
            raise InvalidArgument(f"no picture was taken with {name!r} yet: call camera.capture({name!r}) first")
        return self._latest[name]

    def _check(self, name: Any) -> None:
        known = self._backend.camera_names()
        if not isinstance(name, str):
            raise InvalidArgument(f"name must be the name of a camera, one of {known}, not {type(name).__name__}")
        if name not in known:
            raise InvalidArgument(unknown_name("camera", name, known))


def _numbers(parameter: str, value: Any, size: int, meaning: str) -> NDArray[np.float64]:
    """Return ``value`` as (size,) or (n, size) finite numbers."""
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = np.empty(0)
    if numbers.ndim not in (1, 2) or numbers.shape[-1] != size or not len(numbers) or not np.isfinite(numbers).all():
        raise InvalidArgument(f"{parameter} must be {meaning}, not {value!r:.60}")
    return numbers
