"""The ``gripper`` object: what a script calls to open and close the fingers."""

from __future__ import annotations

from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.arm_arguments import check_force, check_width
from embodied_codeact.primitives.arm_backend import ArmBackend
from embodied_codeact.primitives.arm_types import GripperState

DEFAULT_FORCE = 20.0
"""Newtons: holds what is light, and does not crush."""


class Gripper:
    """The two fingers at the end of the arm. Widths are metres between the fingers, forces newtons for each finger.

    Each method waits until the fingers rest and returns GripperState(width, force, holding): ``force`` is 0.0 when
    nothing is touched; ``holding`` is the name of what is between the fingers, "unknown object" where it has no name,
    or None. More width or force than the gripper has raises LimitExceeded.
    """

    def __init__(self, backend: ArmBackend) -> None:
        self._backend = backend

    def state(self) -> GripperState:
        """Return the state now, without moving.

        >>> gripper.state()
        GripperState(width=0.08, force=0.0, holding=None)
        """
        return self._backend.gripper()

    def open(self, width: float | None = None) -> GripperState:
        """Open the fingers to ``width``, or fully. What was held falls; a ``width`` that is less than its own raises
        InvalidArgument.

        >>> gripper.open(0.06).width
        0.06
        """
        limits = self._backend.limits
        due = limits.gripper_width if width is None else check_width(width, limits)
        now = self._backend.gripper()
        if now.holding is not None and due < now.width:
            raise InvalidArgument(
                f"the gripper holds {now.holding}, {now.width:.3f} m wide, and does not open to {due:.3f}: open it "
                "wider than that, or close it with another force"
            )
        return self._backend.move_gripper(due, force=min(DEFAULT_FORCE, limits.gripper_force))

    def close(self, *, force: float = DEFAULT_FORCE) -> GripperState:
        """Close the fingers until they meet something or each other. Raises nothing when nothing is grasped: look at
        ``holding``.

        >>> gripper.close().holding is None
        True
        """
        return self._backend.move_gripper(0.0, force=self._force(force))

    def move(self, width: float, *, force: float = DEFAULT_FORCE) -> GripperState:
        """Bring the fingers to ``width``; something between them stops them, pressed with at most ``force``.

        >>> gripper.move(0.03, force=10).width
        0.03
        """
        limits = self._backend.limits
        return self._backend.move_gripper(check_width(width, limits), force=self._force(force))

    def _force(self, force: float) -> float:
        limits = self._backend.limits
        # Where nothing was said, a gripper that is weaker than the default presses as it can.
        if isinstance(force, float) and force == DEFAULT_FORCE:
            return min(force, limits.gripper_force)
        return check_force(force, limits)
