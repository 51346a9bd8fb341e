"""The messages of the controller protocol, as docs/controller.md has them. Arrays are in the order of ``joints``."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from embodied_codeact import wire
from embodied_codeact.bridge.endpoints import Endpoint
from embodied_codeact.bridge.framing import MAGIC, Header

Array = NDArray[np.float64]

PROTOCOL = 1
CONTROL, STATE = "control", "state"
SOCKETS = (CONTROL, STATE)
MAX_FRAME_BYTES = 1024 * 1024
"""A larger frame is no message; the socket itself ends the connection that it came on."""
MAX_MOTION_S = 120.0
DEFAULT_TTL_S = 0.1
REASON_CHARACTERS = 500

Level = Literal["normal", "protective stop", "emergency stop"]
StopLevel = Literal["protective stop", "emergency stop"]
NORMAL: Level = "normal"
PROTECTIVE_STOP: StopLevel = "protective stop"
EMERGENCY_STOP: StopLevel = "emergency stop"
LEVELS: tuple[Level, ...] = (NORMAL, PROTECTIVE_STOP, EMERGENCY_STOP)
"""From the lowest to the highest."""
Outcome = Literal["", "running", "done", "stopped", "failed"]


def address(endpoint: Endpoint, name: str) -> str:
    """Return the ZeroMQ address of ``control`` or ``state``.

    >>> from embodied_codeact.bridge.endpoints import parse_endpoint
    >>> address(parse_endpoint("tcp://127.0.0.1:5700"), "state")
    'tcp://127.0.0.1:5701'
    """
    if endpoint.transport == "ipc":
        return f"ipc://{endpoint.place}/{name}"
    host = f"[{endpoint.place}]" if ":" in endpoint.place else endpoint.place
    return f"tcp://{host}:{endpoint.port + SOCKETS.index(name)}"


class GripperLimits(msgspec.Struct, frozen=True):
    """The most that a gripper may do: m between its fingers, N, m/s."""

    width: float
    force: float
    speed: float


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a controller says of its robot. ``lower`` to ``home``: (joints,) rad, rad/s, rad/s², rad/s³, rad."""

    protocol: int = PROTOCOL
    name: str
    joints: list[str]
    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    jerk: Array
    home: Array
    gripper: GripperLimits | None = None
    urdf: str = ""
    tool: str = ""
    rate_hz: float = 100.0
    lease_s: float = 2.0
    max_ttl_s: float = 1.0
    start_tolerance: float = 0.001
    simulated: bool = False
    extras: list[str] = msgspec.field(default_factory=list)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a controller stands. ``motion``: number of the latest one, 0 for none; ``kind`` and ``message``: why it
    failed."""

    stop: Level = "normal"
    reason: str = ""
    lease: int = 0
    commander: str = ""
    motion: int = 0
    outcome: Outcome = ""
    kind: str = ""
    message: str = ""
    time_ns: int = 0
    dropped: int = 0


class GripperReading(msgspec.Struct, frozen=True):
    """``width``: m between the fingers; ``force``: N with which they press, 0 where they touch nothing."""

    width: float
    force: float


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What was sensed at one moment, and what was commanded then: (joints,) rad, rad/s, N·m, rad."""

    positions: Array
    velocities: Array
    efforts: Array | None = None
    commanded: Array
    gripper: GripperReading | None = None
    status: Status


class AcquireBody(msgspec.Struct, frozen=True):
    """Asks for the lease. ``ttl_s``: after how much silence a motion is to be stopped."""

    commander: str
    ttl_s: float | None = None


class Lease(msgspec.Struct, frozen=True):
    """What ``acquire`` is answered with."""

    lease: int
    lease_s: float
    ttl_s: float


class StopBody(msgspec.Struct, frozen=True):
    """Asks for a stop."""

    reason: str = ""
    level: StopLevel = "emergency stop"


class GripperBody(msgspec.Struct, frozen=True):
    """Where the fingers are to go: m between them, at most N and m/s."""

    width: float
    force: float
    speed: float


class MoveBody(msgspec.Struct, frozen=True):
    """A motion of the joints (``positions``, ``velocities``: (n, joints), ``period_s``) or of the gripper."""

    positions: Array | None = None
    velocities: Array | None = None
    period_s: float | None = None
    gripper: GripperBody | None = None


class Moving(msgspec.Struct, frozen=True):
    """What ``move`` is answered with."""

    motion: int
    duration_s: float


class Cleared(msgspec.Struct, frozen=True):
    """What ``clear`` is answered with: the level that was latched."""

    cleared: Level


class ErrorBody(msgspec.Struct, frozen=True):
    """Why a verb was not carried out."""

    kind: str
    message: str


class Answer(msgspec.Struct, frozen=True):
    """What every verb is answered with: a value, or an error."""

    ok: Any = None
    error: ErrorBody | None = None


NonNegative = Annotated[int, msgspec.Meta(ge=0)]


class Writer:
    """Writes the messages of one sender on one socket, numbering them."""

    def __init__(self, session: str = "") -> None:
        self.session = session
        self._sequence = itertools.count(1)

    def frames(
        self,
        type: str,  # noqa: A002
        body: Any = None,
        *,
        id: int = 0,  # noqa: A002
        lease: int = 0,
        ttl_s: float | None = None,
        time_ns: int | None = None,
    ) -> list[wire.Buffer]:
        """Return the frames after identity or topic. ``time_ns``: on the controller's clock; now, where none is given.

        Raises:
            TypeError: the body holds what cannot travel.
        """
        document, buffers = wire.pack(body)
        header = Header(
            type=type,
            id=id,
            session=self.session,
            seq=next(self._sequence),
            lease=lease,
            ttl_s=ttl_s,
            time_ns=time.monotonic_ns() if time_ns is None else time_ns,
            sizes=[memoryview(buffer).nbytes for buffer in buffers],
            body=msgspec.Raw(document),
        )
        return [MAGIC, msgspec.msgpack.encode(header), *buffers]


def with_extra(body: Any, extra: Mapping[str, Any] | None) -> Any:
    """Return a body as a map, with fields beyond this protocol beside its own."""
    return {**msgspec.structs.asdict(body), **extra} if extra else body


def floats(array: Any, shape: tuple[int, ...] | None = None) -> bool:
    """Whether this is an array of finite ``<f8``, of this shape where one is given."""
    if not isinstance(array, np.ndarray) or array.dtype != np.dtype("<f8"):
        return False
    return (shape is None or array.shape == shape) and bool(np.isfinite(array).all())
