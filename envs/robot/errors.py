"""The model-facing errors of a robot behind a controller."""

from __future__ import annotations

from embodied_codeact.errors import InvalidArgument, PrimitiveError, Stopped
from embodied_codeact.primitives.arm_errors import ARM_ERRORS


class MotionFailed(PrimitiveError):
    """The robot's controller ended a motion itself, and the arm is at rest; the message says why. Read where it is
    before you go on."""


ERRORS: tuple[type[PrimitiveError], ...] = (*ARM_ERRORS, MotionFailed)

_BY_NAME: dict[str, type[PrimitiveError]] = {kind.__name__: kind for kind in (*ERRORS, InvalidArgument, Stopped)}


def kind_named(name: str) -> type[PrimitiveError]:
    """Return the error of that name, as a controller gives it; one that is not known is a failed motion."""
    return _BY_NAME.get(name, MotionFailed)
