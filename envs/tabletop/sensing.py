"""Reads the sensors of the tabletop, one by one: for observations, and for streams while the arm moves."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from embodied_codeact.contracts import SensedImage
from embodied_codeact.envs.tabletop.backend import PandaArm
from embodied_codeact.envs.tabletop.cameras import CAMERAS
from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.renderer import Begun, Renderer, posture
from embodied_codeact.envs.tabletop.table import Table

_RGB, _DEPTH = "_rgb", "_depth"


class TabletopSenses:
    """The sensors of a table whose scene is built."""

    def __init__(self, simulation: Table, arm: PandaArm, naming: Naming, renderer: Renderer) -> None:
        self._simulation = simulation
        self._arm = arm
        self._naming = naming
        self._renderer = renderer
        self._turn = 0

    def sense(self, names: Collection[str]) -> dict[str, Any]:
        """Return the values of those of these sensors that are no cameras."""
        found: dict[str, Any] = {}
        if any(name.startswith("joint_") for name in names):
            joints = self._arm.joints()
            found["joint_positions"] = joints.positions
            found["joint_velocities"] = joints.velocities
            found["joint_efforts"] = joints.efforts
        if "tool_pose" in names:
            tool = self._arm.tool()
            found["tool_pose"] = np.concatenate([tool.position, tool.orientation])
        if "gripper" in names:
            gripper = self._arm.gripper()
            found["gripper"] = np.array([gripper.width, gripper.force])
        if "contacts" in names:
            found["contacts"] = self.contacts()
        return {name: value for name, value in found.items() if name in names}

    def contacts(self) -> str:
        """What touches what, by the names that scripts know."""
        pairs = [sorted(map(self._naming.called, pair)) for pair in self._simulation.contacts()]
        return ",".join(sorted("|".join(pair) for pair in pairs))

    def begin_images(self, names: Collection[str]) -> None:
        """Begin a picture of one camera, each camera in its turn, while no other is under way."""
        cameras = sorted({name.removesuffix(_RGB).removesuffix(_DEPTH) for name in names})
        camera = cameras[self._turn % len(cameras)]
        sensors = tuple(name for name in (camera + _RGB, camera + _DEPTH) if name in names)
        begun = Begun(CAMERAS[camera], sensors, time.monotonic_ns())
        if self._renderer.begin(self._simulation.scene, posture(self._simulation), begun):
            self._turn += 1

    def ready_images(self) -> Sequence[SensedImage]:
        """Return the pictures that have become ready."""
        found: list[SensedImage] = []
        for begun, image in self._renderer.ready():
            for name in begun.sensors:
                found.append(SensedImage(name, image.rgb if name.endswith(_RGB) else image.depth, begun.time_ns))
        return found
