"""What is seen in one picture, as plain data."""

from __future__ import annotations

from typing import Literal

import msgspec

Point = tuple[float, float, float]

Sight = Literal["through", "met", "hidden", "outside"]
"""What a ray from the camera to a point finds: it goes on past it, it meets a surface there, something nearer is in
the way, or the point is outside of the picture."""


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in one picture. ``kind``: "block", "cylinder", "bowl", "tray", "zone" or "object". ``size``: along its
    own axes; ``yaw``: its turn about the vertical, as far as its shape shows it. ``complete``: nothing hid any of its
    top, so that size and place are measured and not guessed.
    """

    kind: str
    color: str
    size: Point
    position: Point
    yaw: float = 0.0
    complete: bool = True

    @property
    def top(self) -> float:
        """The height of its highest point, m."""
        return self.position[2] + self.size[2] / 2

    @property
    def bottom(self) -> float:
        """The height of its lowest point, m."""
        return self.position[2] - self.size[2] / 2
