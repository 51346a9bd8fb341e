"""The tabletop's high-level state: what a script reads as ``state.holding``."""

from __future__ import annotations

from typing import Annotated

import msgspec

Numbers = list[float]


class TabletopState(msgspec.Struct, frozen=True, kw_only=True):
    """What arm and gripper feel and, at the level ``state`` of perception, where everything is."""

    tool_position: Annotated[Numbers, msgspec.Meta(description="[x, y, z] of the point between the fingertips, m")] = (
        msgspec.field(default_factory=list)
    )
    tool_yaw: Annotated[float, msgspec.Meta(description="turn of the gripper about the vertical, rad")] = 0.0
    joint_positions: Annotated[Numbers, msgspec.Meta(description="the seven joints from base to wrist, rad")] = (
        msgspec.field(default_factory=list)
    )
    gripper_width: Annotated[float, msgspec.Meta(description="between the fingers, m; 0.08 is wide open")] = 0.0
    holding: Annotated[str | None, msgspec.Meta(description="what both fingers press on; None when nothing")] = None
    objects: Annotated[
        dict[str, Numbers],
        msgspec.Meta(description="[x, y, z] of the centre of each object, m; empty where only cameras see: use scene"),
    ] = msgspec.field(default_factory=dict)
    time: Annotated[float, msgspec.Meta(description="seconds of the robot's time since the start")] = 0.0
