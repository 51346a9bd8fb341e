"""Perception at the level ``state``: where everything is, straight from the simulation."""

from __future__ import annotations

import numpy as np

from embodied_codeact.envs.tabletop.scene import TABLE_MARGIN, TABLE_X, TABLE_Y
from embodied_codeact.envs.tabletop.table import Table
from embodied_codeact.primitives.arm_types import SceneObject, TableInfo
from embodied_codeact.primitives.rotations import heading


def table_info() -> TableInfo:
    """The part of the table for objects, with its sides and corners."""
    near, far = TABLE_X[0] + TABLE_MARGIN, TABLE_X[1] - TABLE_MARGIN
    right, left = TABLE_Y[0] + TABLE_MARGIN, TABLE_Y[1] - TABLE_MARGIN
    x, y = (TABLE_X[0] + TABLE_X[1]) / 2, (TABLE_Y[0] + TABLE_Y[1]) / 2
    return TableInfo(
        x_min=TABLE_X[0],
        x_max=TABLE_X[1],
        y_min=TABLE_Y[0],
        y_max=TABLE_Y[1],
        sides={"near": [near, y], "far": [far, y], "left": [x, left], "right": [x, right]},
        corners={
            "near left": [near, left],
            "near right": [near, right],
            "far left": [far, left],
            "far right": [far, right],
        },
    )


class StatePerception:
    """Satisfies :class:`~embodied_codeact.primitives.arm_backend.Perception`."""

    def __init__(self, simulation: Table) -> None:
        self._simulation = simulation

    def objects(self) -> list[SceneObject]:
        """Return all objects as they are now, in the scene's order."""
        found = []
        for spec in self._simulation.scene.objects:
            position, (x, y, z, w) = self._simulation.pose(spec.name)
            # The third row of the rotation matrix: how far each of the object's axes rises.
            rise = (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y))
            half_height = sum(abs(share) * extent for share, extent in zip(rise, spec.size, strict=True)) / 2
            found.append(
                SceneObject(
                    name=spec.name,
                    kind=spec.kind,
                    color=spec.color,
                    size=np.array(spec.size),
                    position=np.array(position),
                    orientation=np.array((x, y, z, w)),
                    yaw=heading((x, y, z, w)),
                    top=position[2] + half_height,
                )
            )
        return found

    def table(self) -> TableInfo:
        """Return the part of the table that is meant to be worked on."""
        return table_info()
