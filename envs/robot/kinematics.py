"""Kinematics of any arm from its URDF: where the tool is, how it moves, and which joints put it somewhere.

The world frame is that of the URDF's base link. The inverse is found by damped least squares (Levenberg-Marquardt; the
damping of Sugihara, "Solvability-Unconcerned Inverse Kinematics by the Levenberg-Marquardt Method", 2011) from many
seeds at once, with joints that meet a limit held there. An iteration can miss a solution: "out of reach" says that none
was found from any seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied_codeact.envs.robot.urdf import FIXED, SLIDING, check_joints, read_chain
from embodied_codeact.envs.rotations import matrix_from_quaternion, quaternion_from_matrix, rotations_about
from embodied_codeact.primitives.arm_types import Array, Pose

POSITION_TOLERANCE = 1e-6
TURN_TOLERANCE = 1e-5
"""A pose counts as reached within these, m and rad."""

_SEEDS = 48
_STEPS = 120
_NEAR_STEPS = 60
_LONGEST_STEP = 0.4
"""By how much a joint may change in one iteration, rad or m."""
_LEAST_DAMPING = 1e-9
_NEARNESS_STEPS = 200
_EVENLY, _TURN_FIRST, _TURN_ALONE = (1.0, 1.0), (1.0, 30.0), (0.0, 1.0)
"""How much place and turn count: usually, where the nearest reachable point is looked for, and where any will do."""
_NEARLY_TURNED = 0.02
_HALVINGS = 12


@dataclass(frozen=True, eq=False)
class IKResult:
    """What the inverse found. ``joints``: (n,). ``position_error``: m and ``rotation_error``: rad that remain.
    ``success``: whether the pose is reached within the tolerances; where not, ``joints`` come nearest of all tried."""

    joints: Array
    position_error: float
    rotation_error: float
    success: bool


class UrdfKinematics:
    """The geometry of the arm between a URDF's base link and its tool, within joint limits.

    ``names``: the joints, in the order of all arrays; those that are not on the way to the tool do not move it.
    ``lower``, ``upper``: (n,) rad, or m for a sliding joint. Always the same answers for the same arguments.

    Raises:
        ConfigurationError: the URDF cannot be used, or does not fit the joints.
    """

    def __init__(self, urdf: str, tool: str, names: Sequence[str], lower: Array, upper: Array) -> None:
        self.chain = read_chain(urdf, tool)
        check_joints(self.chain, names)
        self.base = self.chain[0].parent
        self.lower, self.upper = np.array(lower, dtype=float), np.array(upper, dtype=float)
        self._steps: list[_Step] = []
        before = np.eye(4)
        for joint in self.chain:
            before = before @ joint.origin
            if joint.kind in FIXED:
                continue
            index = list(names).index(joint.mimics or joint.name)
            self._steps.append(_Step(before, joint.axis, index, joint.factor, joint.offset, joint.kind in SLIDING))
            before = np.eye(4)
        self._tool = before
        self._seeds = _seeds(self.lower, self.upper)

    @property
    def reach(self) -> float:
        """Metres from the base that the tool can never pass: all links and strokes stretched out in line."""
        lengths = sum(float(np.linalg.norm(step.before[:3, 3])) for step in self._steps)
        strokes = sum(
            float(np.max(np.abs([self.lower[s.index], self.upper[s.index]]))) for s in self._steps if s.slides
        )
        return lengths + strokes + float(np.linalg.norm(self._tool[:3, 3]))

    # Forward

    def forward(self, joints: Sequence[float] | Array) -> Pose:
        """Return the tool's pose for joint positions (n,)."""
        places, turns = self.forward_many(np.asarray(joints, dtype=float)[None])
        return Pose(places[0], quaternion_from_matrix(turns[0]))

    def forward_many(self, joints: Array) -> tuple[Array, Array]:
        """Return the tool's positions (k, 3) and rotation matrices (k, 3, 3) for joint positions (k, n)."""
        frames = self._frames(joints)
        return frames.places[-1], frames.turns

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian (6, n): rows are linear m/rad, then angular rad/rad, in the world frame. For a
        sliding joint the column is m/m over zeros."""
        jacobian: Array = self._jacobians(self._frames(np.asarray(joints, dtype=float)[None]))[0]
        return jacobian

    # Inverse

    def inverse(self, pose: Pose, near: Array) -> IKResult:
        """Return joint positions within the limits that put the tool at ``pose``, as near to ``near`` (n,) as found."""
        turn = matrix_from_quaternion(pose.orientation)
        start = np.clip(np.asarray(near, dtype=float), self.lower, self.upper)
        joints = self._descend(start[None], pose.position, turn, _NEAR_STEPS)
        errors = self._errors(joints, pose.position, turn)
        if not _reached(errors)[0]:
            seeds = np.vstack([joints, self._seeds])
            joints = self._descend(seeds, pose.position, turn, _STEPS)
            errors = self._errors(joints, pose.position, turn)
        reached = _reached(errors)
        away = np.abs(joints - start).max(axis=1)
        score = np.where(reached, away, 1e6 + np.linalg.norm(errors, axis=1))
        best = int(np.argmin(score))
        place, angle = (float(np.linalg.norm(part)) for part in (errors[best, :3], errors[best, 3:]))
        return IKResult(joints[best], place, angle, bool(reached[best]))

    def track(self, guesses: Array, places: Array, turns: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Move joint positions (k, n) by little so that they reach tool positions (k, 3) with rotations (k, 3, 3), each
        its own. Return joint positions (k, n), within the limits, and which of them (k,) reach their goal."""
        joints = self._descend(guesses, places, turns, _NEAR_STEPS)
        return joints, _reached(self._errors(joints, places, turns))

    def nearest_reachable(self, pose: Pose, near: Array) -> Array | None:
        """Return the point (3,) near ``pose.position`` where the tool can be, turned as ``pose`` says; None where no
        joints were found that turn it so."""
        turn = matrix_from_quaternion(pose.orientation)
        seeds = np.vstack([np.clip(near, self.lower, self.upper)[None], self._seeds])
        joints = self._descend(seeds, pose.position, turn, _NEARNESS_STEPS, _TURN_FIRST)
        errors = self._errors(joints, pose.position, turn)
        turned = np.linalg.norm(errors[:, 3:], axis=1) < _NEARLY_TURNED
        if not turned.any():
            return None
        best = int(np.argmin(np.where(turned, np.linalg.norm(errors[:, :3], axis=1), np.inf)))
        point = self.forward_many(joints[best][None])[0][0]
        if (found := self.inverse(Pose(point, pose.orientation), joints[best])).success:
            return self.forward(found.joints).position
        return self._drawn_in(point, pose.orientation, joints[best])

    def _drawn_in(self, point: Array, orientation: Array, near: Array) -> Array | None:
        """The farthest place in reach on the way from where the tool can be turned so to ``point``, which it just
        misses."""
        turn = matrix_from_quaternion(orientation)
        joints = self._descend(near[None], point, turn, _NEARNESS_STEPS, _TURN_ALONE)
        errors = self._errors(joints, point, turn)[0]
        if float(np.linalg.norm(errors[3:])) > TURN_TOLERANCE:
            return None
        inside, within = self.forward_many(joints)[0][0], joints[0]
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            tried = self._descend(within[None], inside + middle * (point - inside), turn, _STEPS)
            if _reached(self._errors(tried, inside + middle * (point - inside), turn))[0]:
                low, within = middle, tried[0]
            else:
                high = middle
        return self.forward(within).position

    def _descend(
        self, seeds: Array, places: Array, turns: Array, steps: int, weighting: tuple[float, float] = _EVENLY
    ) -> Array:
        """Lead joint positions (k, n) towards tool positions (3,) or (k, 3) and rotations (3, 3) or (k, 3, 3)."""
        joints: Array = np.clip(np.array(seeds, dtype=float), self.lower, self.upper)
        weights = np.repeat(weighting, 3)
        for _ in range(steps):
            frames = self._frames(joints)
            errors = _pose_errors(frames, places, turns)
            if _reached(errors).all():
                break
            errors = errors * weights
            jacobians = self._jacobians(frames) * weights[:, None]
            change = _least_squares(jacobians, errors)
            # What a limit holds back is left to the other joints.
            held = ((joints <= self.lower) & (change < 0)) | ((joints >= self.upper) & (change > 0))
            if held.any():
                change = _least_squares(np.where(held[:, None, :], 0.0, jacobians), errors)
            largest = np.abs(change).max(axis=1, keepdims=True)
            change *= np.minimum(1.0, _LONGEST_STEP / np.maximum(largest, 1e-12))
            np.clip(joints + change, self.lower, self.upper, out=joints)
        return joints

    def _errors(self, joints: Array, places: Array, turns: Array) -> Array:
        return _pose_errors(self._frames(joints), places, turns)

    def _frames(self, joints: Array) -> _Frames:
        """Go along the chain for joint positions (k, n)."""
        turn, place = np.broadcast_to(np.eye(3), (len(joints), 3, 3)), np.zeros((len(joints), 3))
        axes, places = [], []
        for step in self._steps:
            place = place + turn @ step.before[:3, 3]
            turn = turn @ step.before[:3, :3]
            value = step.factor * joints[:, step.index] + step.offset
            axes.append(turn @ step.axis)
            if step.slides:
                place = place + value[:, None] * axes[-1]
            else:
                turn = turn @ rotations_about(step.axis, value)
            places.append(place)
        places.append(place + turn @ self._tool[:3, 3])
        return _Frames(axes, places, turn @ self._tool[:3, :3])

    def _jacobians(self, frames: _Frames) -> Array:
        tool = frames.places[-1]
        jacobians = np.zeros((len(tool), 6, len(self.lower)))
        for step, axis, place in zip(self._steps, frames.axes, frames.places, strict=False):
            if step.slides:
                jacobians[:, :3, step.index] += step.factor * axis
            else:
                jacobians[:, :3, step.index] += step.factor * np.cross(axis, tool - place)
                jacobians[:, 3:, step.index] += step.factor * axis
        return jacobians


@dataclass(frozen=True, eq=False)
class _Step:
    """One moving joint: the frame (4, 4) before it in that of the joint before, and which position moves it."""

    before: Array
    axis: Array
    index: int
    factor: float
    offset: float
    slides: bool


@dataclass(frozen=True, eq=False)
class _Frames:
    """Axes and places (k, 3) of each moving joint, the tool's place as the last, and its rotation (k, 3, 3)."""

    axes: list[Array]
    places: list[Array]
    turns: Array


def _seeds(lower: Array, upper: Array) -> Array:
    """Joint positions (k, n) spread over the limits: the middle, and others drawn once and for all."""
    low, high = np.maximum(lower, -math.pi), np.minimum(upper, math.pi)
    low, high = np.minimum(low, high), np.maximum(low, high)
    drawn = np.random.default_rng(0).uniform(low, high, (_SEEDS - 1, len(lower)))
    return np.vstack([(low + high)[None] / 2, drawn])


def _reached(errors: Array) -> NDArray[np.bool_]:
    reached: NDArray[np.bool_] = (np.linalg.norm(errors[:, :3], axis=1) < POSITION_TOLERANCE) & (
        np.linalg.norm(errors[:, 3:], axis=1) < TURN_TOLERANCE
    )
    return reached


def _pose_errors(frames: _Frames, places: Array, turns: Array) -> Array:
    """What is missing to the goals: (k, 6), metres, then the turn along its axis in rad, world frame."""
    missing = turns @ frames.turns.transpose(0, 2, 1)
    # The sine times the axis, and the cosine, of the missing turn.
    sines = 0.5 * np.stack(
        [
            missing[:, 2, 1] - missing[:, 1, 2],
            missing[:, 0, 2] - missing[:, 2, 0],
            missing[:, 1, 0] - missing[:, 0, 1],
        ],
        axis=1,
    )
    cosines = (np.einsum("kii->k", missing) - 1.0) / 2
    sizes = np.linalg.norm(sines, axis=1)
    angles = np.arctan2(sizes, cosines)
    scale = np.where(sizes > 1e-9, angles / np.maximum(sizes, 1e-9), 1.0)
    turned = sines * scale[:, None]
    # At half a turn the sine vanishes, and any axis across would do: the matrix's largest column leads round it.
    opposite = (sizes <= 1e-9) & (cosines < 0)
    for row in np.flatnonzero(opposite):
        column = int(np.argmax(np.diagonal(missing[row])))
        axis = missing[row][:, column] + np.eye(3)[column]
        turned[row] = math.pi * axis / np.linalg.norm(axis)
    return np.hstack([places - frames.places[-1], turned])


def _least_squares(jacobians: Array, errors: Array) -> Array:
    """Return steps (k, n) that lessen errors (k, 6) by Jacobians (k, 6, n), damped in proportion to the error."""
    transposed = jacobians.transpose(0, 2, 1)
    normal = jacobians @ transposed
    # Beside the error's, a little in proportion to what is solved: an arm of few joints cannot move in every way.
    damping = np.minimum(np.einsum("ki,ki->k", errors, errors), 1e-2) * 0.5
    damping += _LEAST_DAMPING * (1.0 + np.einsum("kii->k", normal))
    normal += damping[:, None, None] * np.eye(6)
    solved = np.linalg.solve(normal, errors[:, :, None])
    steps: Array = (transposed @ solved)[:, :, 0]
    return steps
