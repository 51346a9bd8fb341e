"""Conditions on the hand itself: where the tool is and how it is turned, how far the fingers are apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

from embodied_codeact.envs.tabletop.view import Point, WorldView
from embodied_codeact.primitives.arm import HOME
from embodied_codeact.primitives.rotations import heading, wrap

TOOL_TOLERANCE = 0.01
"""How far from its place the tool may be, m."""
TOOL_TURN_TOLERANCE = math.radians(5)
WIDTH_TOLERANCE = 0.003
"""How far from the width asked for the fingers may be apart, m."""
HOME_TOLERANCE = 0.02
"""How far from home any joint may be, rad."""
STAYED = 0.02
"""How far the tool may have strayed where only fingers or wrist were to move, m."""


@dataclass(frozen=True)
class ToolAt:
    """The tool is at a point, m, world frame."""

    point: Point
    tolerance: float = TOOL_TOLERANCE

    def missing(self, view: WorldView) -> str:
        off = math.dist(view.tool, self.point)
        return f"the tool is {off:.3f} m from its place" if off > self.tolerance else ""


@dataclass(frozen=True)
class ToolTurned:
    """The tool points down and is turned by ``yaw`` rad about the vertical."""

    yaw: float

    def missing(self, view: WorldView) -> str:
        x, y, _, _ = view.tool_orientation
        # The third component of the turned z axis: -1 where the tool points straight down.
        if 1 - 2 * (x * x + y * y) > -math.cos(TOOL_TURN_TOLERANCE):
            return "the tool does not point down"
        off = abs(wrap(heading(view.tool_orientation) - self.yaw))
        return f"the tool is {math.degrees(off):.0f} degrees off" if off > TOOL_TURN_TOLERANCE else ""


@dataclass(frozen=True)
class FingersApart:
    """The fingers are ``width`` m apart, with nothing between them."""

    width: float

    def missing(self, view: WorldView) -> str:
        if view.held is not None:
            return f"the {view.held} is between the fingers"
        off = abs(view.width - self.width)
        return f"the fingers are {view.width:.3f} m apart" if off > WIDTH_TOLERANCE else ""


@dataclass(frozen=True)
class ArmAtHome:
    """The arm has the posture in which episodes usually begin."""

    def missing(self, view: WorldView) -> str:
        off = max((abs(now - home) for now, home in zip(view.joints, HOME, strict=False)), default=math.inf)
        return "the arm is not at home" if off > HOME_TOLERANCE else ""
