"""The robot's high-level state: what a script reads as ``state.tool_position``."""

from __future__ import annotations

from typing import Annotated

import msgspec

Numbers = list[float]


class RobotState(msgspec.Struct, frozen=True, kw_only=True):
    """What the robot senses of itself, and whether its controller lets it move."""

    tool_position: Annotated[Numbers, msgspec.Meta(description="[x, y, z] of the tool, m")] = msgspec.field(
        default_factory=list
    )
    tool_orientation: Annotated[Numbers, msgspec.Meta(description="unit quaternion [x, y, z, w] of the tool")] = (
        msgspec.field(default_factory=list)
    )
    joint_positions: Annotated[Numbers, msgspec.Meta(description="the joints from base to wrist, rad")] = msgspec.field(
        default_factory=list
    )
    gripper_width: Annotated[
        float | None, msgspec.Meta(description="between the fingers, m; None where there is no gripper")
    ] = None
    holding: Annotated[
        str | None, msgspec.Meta(description="'unknown object' while the fingers press on something; None when nothing")
    ] = None
    stop: Annotated[str, msgspec.Meta(description="'normal', or the stop that the controller has latched")] = "normal"
