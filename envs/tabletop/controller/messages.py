"""What the simulated controller says beyond the controller protocol, so that tasks can be set up and judged."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from embodied_codeact.controller.protocol import State

BUILD = "build"
"""A further verb: its body is a ``SceneSpec``. Everything is put where the scene says, the arm at home."""
TOUCHING = "touching"
"""A further field of ``move``: names of the objects that arm and gripper may touch."""


class TableState(State, frozen=True, kw_only=True):
    """The state with what a simulation knows. ``fingers``: (2, 3), for each finger position m, velocity m/s, force N.
    ``objects``: (n, 7), centre m and quaternion xyzw in the scene's order. ``contacts``: pairs of names that touch.
    ``forces``: N of left and right finger by name. ``still``: no object moves. ``steps``: of the physics."""

    fingers: NDArray[np.float64]
    objects: NDArray[np.float64]
    contacts: list[tuple[str, str]]
    forces: dict[str, tuple[float, float]]
    held: str | None
    still: bool
    steps: int


class BuiltBody(msgspec.Struct, frozen=True):
    """What ``build`` is answered with. ``time_ns``: when the scene stood, on the controller's clock."""

    time_ns: int
