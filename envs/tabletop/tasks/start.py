"""How arm and gripper stand when a task begins."""

from __future__ import annotations

from typing import NamedTuple

from embodied_codeact.envs.tabletop.view import Point

HOME_TOOL: Point = (0.4315, 0.0, 0.2346)
"""Where the tool is when the arm is at home, m; it points down with yaw 0."""
OPEN_WIDTH = 0.08
"""Between the fingers when they are wide open, m."""


class Start(NamedTuple):
    """``holding``: the name of what the arm has picked up. ``tool``: where the tool is, pointing down with yaw 0; None
    where it is at home, or after a pick. ``width``: m between the fingers of an empty gripper.

    None of this is put there by hand: before the task begins, the arm moves as a script would move it.
    """

    holding: str | None = None
    tool: Point | None = None
    width: float = OPEN_WIDTH

    @property
    def tool_at(self) -> Point:
        """Where the tool is; of an arm that picked something up, where it was before."""
        return self.tool or HOME_TOOL


AT_HOME = Start()
