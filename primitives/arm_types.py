"""What arm, gripper, scene and camera give back: plain named results, in SI units.

The world frame stands at the foot of the arm, on the top of the table: x points forward, away from the arm, y to the
arm's left, z up. Quaternions are in the order x, y, z, w. The tool is the point between the fingertips; its z axis
points out of the gripper, and its y axis is the line along which the fingers open and close.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pose:
    """A place and a direction. ``position``: (3,) metres; ``orientation``: (4,) unit quaternion, xyzw; world frame."""

    position: Array
    orientation: Array


@dataclass(frozen=True, eq=False)
class ArmLimits:
    """What the arm may do; a request beyond any of it is refused, never cut down silently.

    ``joint_lower``, ``joint_upper``: (n,) rad. ``joint_velocity``: (n,) rad/s, ``joint_acceleration``: (n,) rad/s²,
    ``joint_jerk``: (n,) rad/s³, all as magnitudes. ``workspace_lower``, ``workspace_upper``: (3,) m, the box in which
    the tool may be, world frame. ``tool_speed``: m/s and ``tool_turn_speed``: rad/s at speed 1.0. ``gripper_width``: m
    between the fingers when they are wide open. ``gripper_force``: N that one finger may press with. ``payload``: kg.
    """

    joint_lower: Array
    joint_upper: Array
    joint_velocity: Array
    joint_acceleration: Array
    joint_jerk: Array
    workspace_lower: Array
    workspace_upper: Array
    tool_speed: float
    tool_turn_speed: float
    gripper_width: float
    gripper_force: float
    payload: float


@dataclass(frozen=True, eq=False)
class JointState:
    """``positions``: (n,) rad, ``velocities``: (n,) rad/s, ``efforts``: (n,) N·m, base to wrist."""

    positions: Array
    velocities: Array
    efforts: Array


@dataclass(frozen=True)
class GripperState:
    """``width``: m between the fingers. ``force``: N with which the weaker finger presses on something, 0 when it
    touches nothing. ``holding``: the name of what both fingers press on, "unknown object" where it has no name, None
    where there is nothing."""

    width: float
    force: float
    holding: str | None


@dataclass(frozen=True, eq=False)
class MotionResult:
    """What a motion reached, measured after it came to rest.

    ``reached``: pose of the tool. ``joints``: (n,) rad. ``position_error``: m and ``rotation_error``: rad between what
    was asked and what was reached. ``duration``: s of the robot's time. ``stopped_by``: the condition (``until``) that
    ended the motion before it was there; "" for none.
    """

    reached: Pose
    joints: Array
    position_error: float
    rotation_error: float
    duration: float
    stopped_by: str = ""


@dataclass(frozen=True, eq=False)
class SceneObject:
    """One thing on the table, as it is perceived now.

    ``name`` is unique in the scene ("red block", "red block 2"). ``kind``: "block", "bowl", "tray", "zone", or a
    household object such as "duck". ``color``: a colour's name, or "" where it has none worth a name. ``size``: (3,) m
    along the object's own axes. ``position``: (3,) m, its centre. ``orientation``: (4,) xyzw. ``yaw``: rad, its turn
    about the vertical, from -pi to pi. ``top``: m, the height of its highest point above the table.
    """

    name: str
    kind: str
    color: str
    size: Array
    position: Array
    orientation: Array
    yaw: float
    top: float


@dataclass(frozen=True, eq=False)
class CameraImage:
    """A picture with everything needed to measure in it.

    ``rgb``: (height, width, 3) uint8. ``depth``: (height, width) float32, m along the optical axis, 0 where nothing was
    seen. ``intrinsics``: (3, 3), pixels. ``extrinsics``: (4, 4), takes points of the camera's frame (x right, y down,
    z into the scene) to the world frame. ``time``: s of the robot's time when it was taken.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    intrinsics: Array
    extrinsics: Array
    time: float


@dataclass(frozen=True)
class TableInfo:
    """The part of the table that is meant to be worked on, in the world frame.

    ``x_min`` is the side near the arm, ``x_max`` the far side, ``y_max`` the arm's left and ``y_min`` its right, all m.
    ``sides``: the middle of each side ("near", "far", "left", "right"), and ``corners``: each corner ("near left",
    "near right", "far left", "far right"), as [x, y] in m, drawn in by a margin so that things put there stand well on
    the area.
    """

    x_min: float
    x_max: float
    y_min: float
    y_max: float
    sides: dict[str, list[float]] = field(default_factory=dict)
    corners: dict[str, list[float]] = field(default_factory=dict)
