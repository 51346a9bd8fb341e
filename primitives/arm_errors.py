"""Model-facing errors of manipulation. Each message says what happened and what to try next."""

from __future__ import annotations

from embodied_codeact.errors import PrimitiveError


class OutOfReach(PrimitiveError):
    """The arm cannot get there. The message names the nearest point that it can reach."""


class Collision(PrimitiveError):
    """The arm, or what it holds, would hit something or has hit it; the message says what. A motion that was planned
    into a collision has not begun; one that met something on the way has come to rest there."""


class NothingGrasped(PrimitiveError):
    """The fingers closed and nothing is between them, or there is nothing to put down."""


class ObjectSlipped(PrimitiveError):
    """What was held is not held any more: it slipped out of the gripper on the way."""


class UnknownObject(PrimitiveError):
    """There is no object of that name in the scene. The message names the nearest ones."""


class LimitExceeded(PrimitiveError):
    """More was asked than the arm may do: a width, force, speed, joint position or place beyond its limits."""


ARM_ERRORS: tuple[type[PrimitiveError], ...] = (
    OutOfReach,
    Collision,
    NothingGrasped,
    ObjectSlipped,
    UnknownObject,
    LimitExceeded,
)
"""All of them, for the description of an environment with an arm."""
