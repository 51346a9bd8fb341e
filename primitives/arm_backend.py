"""What an arm must offer so that primitives can drive it: a simulator, a real controller over the bridge, or a fake.

Three small protocols: an arm that moves, a perception that knows what lies on the table, and cameras.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from embodied_codeact.primitives.arm_types import (
    ArmLimits,
    Array,
    CameraImage,
    GripperState,
    JointState,
    MotionResult,
    Pose,
    SceneObject,
    TableInfo,
)

Until = Callable[[], bool]
"""Says whether a motion is to end. Cheap, and changes nothing."""


class ArmBackend(Protocol):
    """One arm with a two-finger gripper.

    Every motion is jerk-limited, checked against collisions before it starts, watched while it runs, and can be
    interrupted at any moment; it returns when the arm is at rest. ``speed`` is a share of the limits, from 0.02
    (:data:`~embodied_codeact.primitives.arm_arguments.SLOWEST`) up to 1.
    ``touching`` names objects that arm and gripper may touch, and push, during the motion. ``until`` is asked at every
    step: once it says so, the motion ends where it is, at rest by planned deceleration, and returns what it reached.

    All motions raise:
        OutOfReach: no joint position within the limits puts the tool there.
        Collision: the way is blocked, or something was met on the way.
        ObjectSlipped: what was held at the start was lost on the way.
        LimitExceeded: the request is beyond ``limits``.
        Stopped: a stop was requested; the arm has come to rest by planned deceleration.
    """

    @property
    def limits(self) -> ArmLimits:
        """What the arm may do."""
        ...

    def joints(self) -> JointState:
        """Return the measured joint state."""
        ...

    def tool(self) -> Pose:
        """Return the measured pose of the tool."""
        ...

    def gripper(self) -> GripperState:
        """Return the measured state of the gripper."""
        ...

    def forward(self, joints: Sequence[float] | Array) -> Pose:
        """Return the tool's pose for joint positions (n,), without moving."""
        ...

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian (6, n) for joint positions (n,): rows are linear m/rad, then angular rad/rad, in
        the world frame."""
        ...

    def inverse(self, pose: Pose) -> Array:
        """Return joint positions (n,) within the limits that put the tool at ``pose``, near the present ones.

        Raises:
            OutOfReach: there are none.
        """
        ...

    def blocked_by(self, joints: Sequence[float] | Array, *, touching: Collection[str] = ()) -> str | None:
        """Return what the arm, or what it holds, would collide with at these joint positions; None when it is free."""
        ...

    def move_joints(
        self,
        joints: Sequence[float] | Array,
        *,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move to joint positions (n,), all joints arriving together; the way is a straight line in joint space."""
        ...

    def move_tool(
        self,
        pose: Pose,
        *,
        straight: bool = False,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move the tool to ``pose``: in a straight line, or (``straight`` false) on any free way, over obstacles where
        needed."""
        ...

    def move_velocities(
        self, velocities: Sequence[float] | Array, duration: float, *, until: Until | None = None
    ) -> MotionResult:
        """Bring the joints to velocities (n,) rad/s, keep them for ``duration`` seconds, and come to rest."""
        ...

    def move_gripper(self, width: float, *, force: float, speed: float = 1.0) -> GripperState:
        """Open or close the fingers towards ``width`` m, pressing with at most ``force`` N where something is in the
        way, and return when they are at rest."""
        ...

    def wait(self, duration: float, *, until: Until | None = None) -> None:
        """Let ``duration`` seconds of the robot's time pass, holding still; end early once ``until`` says so."""
        ...


class Perception(Protocol):
    """Knows what lies on the table, from the simulator's state or from cameras alone."""

    def objects(self) -> list[SceneObject]:
        """Return everything that is perceived now, in a stable order. What is in the gripper is included."""
        ...

    def table(self) -> TableInfo:
        """Return the part of the table that is meant to be worked on."""
        ...


class CameraBackend(Protocol):
    """Cameras by name."""

    def camera_names(self) -> list[str]:
        """Return the names of the cameras."""
        ...

    def capture(self, name: str) -> CameraImage:
        """Take a picture now."""
        ...
