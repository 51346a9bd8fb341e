"""Kinematics of the Franka Panda: where the tool is, how it moves, and which joints put it somewhere.

The frames of the joints are those of Franka's published URDF (franka_ros, ``panda_arm.urdf.xacro`` and ``hand.xacro``),
which PyBullet ships. The inverse is solved in closed form: the arm has seven joints for six degrees of freedom, so the
last joint is tried at many angles, and for each of them the other six follow from geometry (the idea of He and Liu,
"Analytical Inverse Kinematics for Franka Emika Panda", 2021; derived here for the frames below). Unlike an iteration
from a few seeds it misses no branch, so "out of reach" is a fact and not a failure to converge.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np

from embodied_codeact.envs.rotations import (
    matrix_from_quaternion,
    quaternion_from_matrix,
    rotation_between,
    rotation_errors,
)
from embodied_codeact.envs.tabletop.panda import LIMITS
from embodied_codeact.primitives.arm_types import ArmLimits, Array

Value = TypeVar("Value", float, Array)
"""A number, or one number for each of many configurations: the same formulas serve both."""
Vector: TypeAlias = tuple[Value, Value, Value]


class _Joint(NamedTuple):
    """Where a joint's frame stands in its parent's, m, and by how many quarter turns about x it is tilted there. The
    joint then turns about its own z."""

    x: float
    y: float
    z: float
    tilt: int


_BASE_HEIGHT = 0.333
_UPPER_ARM = 0.316
_FOREARM = 0.384
_ELBOW = 0.0825
_WRIST = 0.088
_FLANGE = 0.107
_HAND_TO_TOOL = 0.105
_TOOL = _FLANGE + _HAND_TO_TOOL
"""From the last joint's frame to the point between the fingertips, along z."""
_HAND_TURN = -math.pi / 4
"""The gripper is mounted turned by this about z."""

_JOINTS = (
    _Joint(0.0, 0.0, _BASE_HEIGHT, 0),
    _Joint(0.0, 0.0, 0.0, -1),
    _Joint(0.0, -_UPPER_ARM, 0.0, 1),
    _Joint(_ELBOW, 0.0, 0.0, 1),
    _Joint(-_ELBOW, _FOREARM, 0.0, -1),
    _Joint(0.0, 0.0, 0.0, 1),
    _Joint(_WRIST, 0.0, 0.0, 1),
)

LIMIT_MARGIN = 0.02
"""Solutions and paths stay this far from the joint limits, rad."""
_LAST_JOINT_ANGLES = 70
"""How many angles of the last joint the inverse tries."""
_COARSE_ANGLES = 24
"""And how many where it is only asked whether anything is in reach: every third of those."""
_POSTURE_WEIGHT = 1.5
"""How much a straight elbow plane (third and fifth joint at zero) counts against staying near the seed. It keeps the
arm from drifting into twisted postures over many motions."""
_EDGE_WEIGHT = 4.0
_CONVERGED = 1e-10
_NEWTON_STEPS = 15


@dataclass(frozen=True, eq=False)
class IKResult:
    """What the inverse found. ``joints``: (7,) rad. ``position_error``: m and ``rotation_error``: rad that remain.
    ``success``: whether the pose is in reach; where not, ``joints`` come as near as an iteration from the seed does."""

    joints: Array
    position_error: float
    rotation_error: float
    success: bool


class PandaKinematics:
    """The arm's geometry within its limits. Stateless: the same arguments always give the same bits."""

    def __init__(self, limits: ArmLimits = LIMITS) -> None:
        self.limits = limits
        self.lower: Array = limits.joint_lower + LIMIT_MARGIN
        self.upper: Array = limits.joint_upper - LIMIT_MARGIN
        self._middle = (self.lower + self.upper) / 2
        self._half = (self.upper - self.lower) / 2

    # Forward

    def forward(self, joints: Sequence[float] | Array) -> tuple[Array, Array]:
        """Return the tool's position (3,), m, and quaternion (4,), xyzw, for joint positions (7,), rad."""
        angles = [float(angle) for angle in joints]
        frame = _chain([math.cos(a) for a in angles], [math.sin(a) for a in angles])
        return np.array(frame.tool), quaternion_from_matrix(np.array([frame.x, frame.y, frame.z]).T)

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian (6, 7): rows are linear m/rad, then angular rad/rad, in the world frame."""
        angles = [float(angle) for angle in joints]
        return np.array(_columns(_chain([math.cos(a) for a in angles], [math.sin(a) for a in angles]))).T

    def forward_many(self, joints: Array) -> tuple[Array, Array]:
        """Return the tool's positions (n, 3) and rotation matrices (n, 3, 3) for joint positions (n, 7)."""
        frame = _chain(list(np.cos(joints.T)), list(np.sin(joints.T)))
        return _stack(frame.tool), np.stack([_stack(axis) for axis in (frame.x, frame.y, frame.z)], axis=2)

    # Inverse

    def inverse(self, position: Array, quaternion: Array, seed: Sequence[float] | Array) -> IKResult:
        """Return joint positions near ``seed`` (7,) that put the tool at ``position`` (3,) with ``quaternion`` (4,)."""
        found = self.solutions(position, quaternion, seed)
        if len(found):
            return self._result(found[0], position, quaternion, success=True)
        rotation = matrix_from_quaternion(quaternion)
        near = np.clip(np.asarray(seed, dtype=float), self.lower, self.upper)
        joints, _ = self.track(near[None], np.asarray(position, dtype=float)[None], rotation[None])
        return self._result(np.clip(joints[0], self.lower, self.upper), position, quaternion, success=False)

    def solutions(self, position: Array, quaternion: Array, seed: Sequence[float] | Array) -> Array:
        """Return joint positions (m, 7) that put the tool there, best first; none where it is out of reach.

        The best is near ``seed`` (7,), far from the joint limits, and has its elbow in the plane of the arm.
        """
        near = np.asarray(seed, dtype=float)
        rotation = matrix_from_quaternion(quaternion)
        position = np.asarray(position, dtype=float)
        last = np.concatenate(
            [
                near[6:],
                _planar_last_joint(position, rotation),
                np.linspace(self.lower[6], self.upper[6], _LAST_JOINT_ANGLES),
            ]
        )
        joints = _closed_form(position[None], rotation, last).reshape(-1, 7)
        joints = joints[self.within(joints)]
        best_first: Array = joints[np.argsort(self._cost(joints, near), kind="stable")]
        return best_first

    def track(self, guesses: Array, positions: Array, rotations: Array) -> tuple[Array, Array]:
        """Move joint positions (n, 7) by as little as possible so that they reach tool positions (n, 3) and rotations
        (n, 3, 3): Newton's method with the pseudo-inverse, damped in proportion to the error (Levenberg-Marquardt).

        Return joint positions (n, 7) and which of them (n,) reach their goal. Limits are not looked at.
        """
        joints = np.array(guesses, dtype=float)
        for step in range(_NEWTON_STEPS + 1):
            frame = _chain(list(np.cos(joints.T)), list(np.sin(joints.T)))
            reached = np.stack([_stack(axis) for axis in (frame.x, frame.y, frame.z)], axis=2)
            error = np.hstack([positions - _stack(frame.tool), rotation_errors(reached, rotations)])
            square = np.einsum("ni,ni->n", error, error)
            if step == _NEWTON_STEPS or square.max() < _CONVERGED**2:
                break
            jacobian = np.stack([np.stack(column) for column in _columns(frame)]).transpose(2, 1, 0)
            normal = jacobian @ jacobian.transpose(0, 2, 1)
            normal += np.minimum(square, 1e-2)[:, None, None] * np.eye(6)
            joints += (jacobian.transpose(0, 2, 1) @ np.linalg.solve(normal, error[:, :, None]))[:, :, 0]
        facing = np.einsum("nij,nij->n", reached, rotations) > 0.0
        return joints, (square < 1e-16) & facing

    def within(self, joints: Array) -> Array:
        """Return which of the joint positions (n, 7) keep the margin to the joint limits: (n,) bool."""
        inside: Array = np.all((joints >= self.lower) & (joints <= self.upper), axis=1)
        return inside

    def nearest_reachable(self, position: Array, quaternion: Array, seed: Sequence[float] | Array) -> Array | None:
        """Return the point (3,) of the workspace nearest to ``position`` where the tool can be with ``quaternion``, in
        whole millimetres; None where it can be so nowhere. Found by a pattern search."""
        rotation = matrix_from_quaternion(quaternion)
        lower, upper = self.limits.workspace_lower, self.limits.workspace_upper
        target = np.asarray(position, dtype=float)
        anchors = [self.forward(seed)[0], (lower + upper) / 2, np.array([0.0, 0.0, _BASE_HEIGHT])]
        shares = np.linspace(0.0, 1.0, 60)[:, None]
        tried = np.vstack([target + shares * (anchor - target) for anchor in anchors])
        best = self._nearest(np.clip(tried, lower, upper), rotation, target)
        if best is None:
            axes = [np.linspace(low, high, 9) for low, high in zip(lower, upper, strict=True)]
            best = self._nearest(np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 3), rotation, target)
        step = 0.1
        while best is not None and step > 5e-4:
            better = self._nearest(np.clip(best + step * _DIRECTIONS, lower, upper), rotation, target)
            if better is None or not _distance(better, target) < _distance(best, target) - 1e-6:
                step /= 2
            else:
                best = better
        if best is None:
            return None
        grid = np.clip(np.round(best, 3) + 1e-3 * _NEIGHBOURS, lower, upper)
        near = self._nearest(grid, rotation, target)
        return best if near is None else near

    def _nearest(self, positions: Array, rotation: Array, target: Array) -> Array | None:
        """The one nearest to ``target`` among the positions (n, 3) in reach."""
        last = np.linspace(self.lower[6], self.upper[6], _COARSE_ANGLES)
        joints = _closed_form(positions, rotation, last)
        inside = np.any(np.all((joints >= self.lower) & (joints <= self.upper), axis=-1), axis=(0, 2))
        reachable: Array = positions[inside]
        if not len(reachable):
            return None
        nearest: Array = reachable[np.argmin(np.linalg.norm(reachable - target, axis=1))]
        return nearest

    def _cost(self, joints: Array, seed: Array) -> Array:
        away = joints - seed
        edge = ((joints - self._middle) / self._half) ** 2
        cost: Array = (
            np.einsum("ni,ni->n", away, away)
            + _POSTURE_WEIGHT * (joints[:, 2] ** 2 + joints[:, 4] ** 2)
            # A high power: the middle of the range costs nothing, its last tenth much.
            + _EDGE_WEIGHT * (edge**8).sum(axis=1)
        )
        return cost

    def _result(self, joints: Array, position: Array, quaternion: Array, *, success: bool) -> IKResult:
        place, turn = self.forward(joints)
        error = rotation_between(matrix_from_quaternion(turn), matrix_from_quaternion(quaternion))[1]
        return IKResult(joints, _distance(place, position), error, success)


class _Frame(NamedTuple, Generic[Value]):
    """The tool's axes and position, and each joint's axis and place, in the world frame."""

    x: Vector[Value]
    y: Vector[Value]
    z: Vector[Value]
    tool: Vector[Value]
    axes: list[Vector[Value]]
    places: list[Vector[Value]]


def _chain(cosines: Sequence[Value], sines: Sequence[Value]) -> _Frame[Value]:
    """Go through the joints, foot to tool, given the cosine and sine of each of the seven angles."""
    zero, one = 0.0 * cosines[0], 0.0 * cosines[0] + 1.0
    x, y, z, place = (one, zero, zero), (zero, one, zero), (zero, zero, one), (zero, zero, zero)
    axes, places = [], []
    for joint, c, s in zip(_JOINTS, cosines, sines, strict=True):
        for offset, axis in ((joint.x, x), (joint.y, y), (joint.z, z)):
            if offset:
                place = _along(place, offset, axis)
        if joint.tilt > 0:
            y, z = z, (-y[0], -y[1], -y[2])
        elif joint.tilt < 0:
            y, z = (-z[0], -z[1], -z[2]), y
        x, y = _turned(x, y, c, s)
        axes.append(z)
        places.append(place)
    x, y = _turned(x, y, math.cos(_HAND_TURN), math.sin(_HAND_TURN))
    return _Frame(x, y, z, _along(place, _TOOL, z), axes, places)


def _along(place: Vector[Value], offset: float, axis: Vector[Value]) -> Vector[Value]:
    return place[0] + offset * axis[0], place[1] + offset * axis[1], place[2] + offset * axis[2]


def _turned(
    x: Vector[Value], y: Vector[Value], c: Value | float, s: Value | float
) -> tuple[Vector[Value], Vector[Value]]:
    """The axes x and y after a turn about z."""
    return (
        (c * x[0] + s * y[0], c * x[1] + s * y[1], c * x[2] + s * y[2]),
        (c * y[0] - s * x[0], c * y[1] - s * x[1], c * y[2] - s * x[2]),
    )


def _columns(frame: _Frame[Value]) -> list[list[Value]]:
    """The columns of the Jacobian: the motion of the tool, and its turn, for each joint."""
    columns = []
    tx, ty, tz = frame.tool
    for (ax, ay, az), (px, py, pz) in zip(frame.axes, frame.places, strict=True):
        dx, dy, dz = tx - px, ty - py, tz - pz
        columns.append([ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx, ax, ay, az])
    return columns


def _stack(vector: Vector[Array]) -> Array:
    return np.stack(vector, axis=1)


# The closed form of the inverse

_REACH_CONSTANT = 2 * _ELBOW**2 + _UPPER_ARM**2 + _FOREARM**2
_REACH_SWING = math.hypot(_UPPER_ARM * _FOREARM - _ELBOW**2, _ELBOW * (_UPPER_ARM + _FOREARM))
_REACH_PHASE = math.atan2(_ELBOW * (_UPPER_ARM + _FOREARM), _UPPER_ARM * _FOREARM - _ELBOW**2)


def _planar_last_joint(position: Array, rotation: Array) -> Array:
    """The angles of the last joint (2,) with which the wrist bends in the vertical plane through foot and wrist."""
    x, y, z = (rotation @ _turn(-_HAND_TURN)).T
    outwards = np.array([position[0] - _TOOL * z[0], position[1] - _TOOL * z[1], 0.0])
    sideways = np.cross(z, outwards)
    if sideways @ sideways < 1e-12:
        sideways = np.cross(z, [0.0, 0.0, 1.0])
    angle = math.atan2(sideways @ x, sideways @ y)
    return np.array([angle, angle - math.copysign(math.pi, angle)])


def _turn(angle: float) -> Array:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _closed_form(positions: Array, rotation: Array, last: Array) -> Array:
    """All joint positions that put the tool at ``positions`` (n, 3) with one ``rotation`` (3, 3) for given angles of
    the last joint (m,): (4, n, m, 7), four branches each, NaN where there are none. Limits are not looked at.

    Left out is the elbow bent backwards: it lies almost wholly beyond the fourth joint's limit.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        x7, y7, z7 = (rotation @ _turn(-_HAND_TURN)).T
        c7, s7 = np.cos(last)[:, None], np.sin(last)[:, None]
        x6, z6 = c7 * x7 - s7 * y7, s7 * x7 + c7 * y7
        wrist = (positions - _TOOL * z7 - [0.0, 0.0, _BASE_HEIGHT])[:, None, :] - _WRIST * x6
        forearms, cos4, sin4, angle4 = _forearms(wrist, z6)
        angle6 = np.arctan2(_dot(forearms, x6), -_dot(forearms, z7))
        # The elbow's frame: y along the forearm, x so that its plane holds the shoulder.
        out = _ELBOW * (cos4 - 1.0) + _UPPER_ARM * sin4
        length = _FOREARM + _UPPER_ARM * cos4 - _ELBOW * sin4
        x4 = (wrist - length[..., None] * forearms) / out[..., None]
        z4 = np.cross(x4, forearms)
        x5 = np.cos(angle6)[..., None] * x6 + np.sin(angle6)[..., None] * z7
        angle5 = np.arctan2(-_dot(z4, x5), _dot(z4, z6))
        x3 = cos4[..., None] * x4 - sin4[..., None] * forearms
        z3 = sin4[..., None] * x4 + cos4[..., None] * forearms
        joints = np.empty((2, *forearms.shape[:-1], 7))
        for index, sign in enumerate((1.0, -1.0)):
            angle1 = np.arctan2(sign * z3[..., 1], sign * z3[..., 0])
            side = np.stack([-np.sin(angle1), np.cos(angle1), np.zeros_like(angle1)], axis=-1)
            joints[index, ..., 0] = angle1
            joints[index, ..., 1] = sign * np.arccos(np.clip(z3[..., 2], -1.0, 1.0))
            joints[index, ..., 2] = np.arctan2(_dot(x3, side), -_dot(z4, side))
        joints[..., 3] = angle4
        joints[..., 4] = angle5
        # The sixth joint's range begins at about zero and goes beyond half a turn.
        joints[..., 5] = np.where(angle6 < -math.pi / 4, angle6 + 2 * math.pi, angle6)
        joints[..., 6] = last
    return joints.reshape(4, *forearms.shape[1:-1], 7)


def _forearms(wrist: Array, z6: Array) -> tuple[Array, Array, Array, Array]:
    """The two directions (2, n, m, 3) in which the forearm may lead to the wrist, (n, m, 3) from the shoulder; and the
    elbow's cosine, sine and angle (n, m). The triangle of shoulder, elbow and wrist gives the elbow's angle, and with
    it a cone about the line to the shoulder; the wrist's axis ``z6`` (m, 3) stands across the forearm."""
    square = _dot(wrist, wrist)
    angle = -_REACH_PHASE - np.arccos((square - _REACH_CONSTANT) / (2 * _REACH_SWING))
    cosine, sine = np.cos(angle), np.sin(angle)
    along = _FOREARM + _UPPER_ARM * cosine - _ELBOW * sine
    flat = wrist - _dot(wrist, z6)[..., None] * z6
    reach = np.sqrt(_dot(flat, flat))
    first = flat / reach[..., None]
    second = np.cross(np.broadcast_to(z6, first.shape), first)
    share = (along / reach)[..., None]
    height = np.sqrt(1.0 - share**2)
    return np.stack([share * first + height * second, share * first - height * second]), cosine, sine, angle


def _dot(a: Array, b: Array) -> Array:
    product: Array = np.einsum("...i,...i->...", a, b)
    return product


def _distance(a: Array, b: Array) -> float:
    return float(np.linalg.norm(np.asarray(a) - b))


_NEIGHBOURS: Array = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=3)))
"""A place and those around it: (27, 3)."""
_DIRECTIONS: Array = np.array([way / np.linalg.norm(way) for way in _NEIGHBOURS if way.any()])
"""Along the axes and the diagonals: (26, 3)."""
