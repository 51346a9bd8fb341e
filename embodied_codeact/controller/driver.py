"""What a robot must offer so that :class:`~embodied_codeact.controller.server.ControllerServer` can serve it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from embodied_codeact.controller.protocol import Array, Description, GripperReading


@dataclass(frozen=True, eq=False)
class Reading:
    """What was sensed at one moment. ``positions``, ``velocities``, ``efforts``: (joints,) rad, rad/s, N·m; ``efforts``
    None where they are not sensed."""

    positions: Array
    velocities: Array
    efforts: Array | None = None
    gripper: GripperReading | None = None


class RobotDriver(Protocol):
    """One robot. All calls come from one thread, which owns the motion.

    Whatever a method raises ends the server; a driver that can get over a failure of its own does so itself.
    """

    description: Description
    period_s: float
    """What one :meth:`tick` takes, s: the rhythm in which positions are commanded."""

    def held(self) -> Array:
        """Return the positions (joints,) at which the robot is held now, from which the next motion begins. Asked for
        when the server starts and after each further verb."""
        ...

    def read(self) -> Reading:
        """Return what is sensed now."""
        ...

    def command(self, positions: Array, velocities: Array) -> None:
        """Strive for these positions and velocities, each (joints,) in rad and rad/s, until the next command."""
        ...

    def command_gripper(self, width: float, force: float, speed: float) -> None:
        """Move the fingers towards ``width`` m at ``speed`` m/s, pressing with at most ``force`` N."""
        ...

    def hold_gripper(self) -> None:
        """Let the fingers stay where they are, with the force that they have. It never lets go."""
        ...

    def tick(self) -> None:
        """Let one period pass, and return at its end."""
        ...

    def close(self) -> None:
        """Release the robot's interfaces, leaving the robot at rest. May be called twice."""
        ...


class Trouble(NamedTuple):
    """Why a motion has to end: ``kind`` names the model-facing error that fits, ``message`` says what happened and what
    to do."""

    kind: str
    message: str


@runtime_checkable
class WatchesMotions(Protocol):
    """A driver that looks after its motions itself, beside what the server does."""

    def begin_motion(self, gripper: bool, extra: Mapping[str, Any]) -> None:
        """A motion begins, of the ``gripper`` or of the arm. ``extra``: what its body held beyond the protocol.

        Raises:
            InvalidArgument: that is not of the right form. The motion does not begin.
        """
        ...

    def trouble(self) -> Trouble | None:
        """Called after each tick of a motion: return why it has to end, if so."""
        ...


@runtime_checkable
class TellsMore(Protocol):
    """A driver whose state has fields beyond the protocol."""

    def more(self) -> Mapping[str, Any]:
        """Return them as they are now. Asked for with each message of the state stream."""
        ...


@runtime_checkable
class StopsGently(Protocol):
    """A driver whose robot is to decelerate with less than :data:`~embodied_codeact.controller.robot.STOP_SHARE` of its
    limits in a stop."""

    stop_acceleration_share: float
    stop_jerk_share: float


@runtime_checkable
class HasVerbs(Protocol):
    """A driver with verbs beyond the protocol, which its description names in ``extras``. Only the commander may use
    them, and only while nothing moves. A PrimitiveError or OperatorError that one raises is its answer."""

    verbs: Mapping[str, Callable[[Any], Any]]
