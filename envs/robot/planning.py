"""Ways of the arm: to joint positions and to poses of the tool, within its reach and the workspace.

Nothing is known of what stands in the robot's surroundings. What is kept is the box in which the tool may be, on the
whole way, and the joints' limits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embodied_codeact.envs.robot.kinematics import UrdfKinematics
from embodied_codeact.envs.robot.motions import Limits, Motion, along, at_velocities, nothing, straight_path
from embodied_codeact.envs.rotations import matrix_from_quaternion, rotation_between, rotations_about
from embodied_codeact.envs.splines import JointPath, spline_through
from embodied_codeact.primitives.arm_arguments import shown
from embodied_codeact.primitives.arm_errors import LimitExceeded, OutOfReach
from embodied_codeact.primitives.arm_types import ArmLimits, Array, Pose

_LINE_STEP = 0.01
_TURN_STEP = 0.05
"""A straight line of the tool is solved for every centimetre, or every 0.05 rad of its turn, and splined between."""
_JUMP = 0.35
"""A joint that moves by more than this between two such places has jumped to another posture, rad or m."""
_OUTSIDE = 1e-3
"""So far beyond the workspace, m, the tool may be on the way."""
_ON_LIMIT = 1e-6
_PLACES = 200


class Planner:
    """Plans motions that begin at rest at the positions where the arm is held.

    ``limits``: what is told to scripts; at speed 1.0 motions use all of its velocity, acceleration and jerk.
    """

    def __init__(self, kinematics: UrdfKinematics, limits: ArmLimits) -> None:
        self.kinematics = kinematics
        self._limits = limits
        self._full = Limits(
            limits.joint_velocity,
            limits.joint_acceleration,
            limits.joint_jerk,
            limits.tool_speed,
            limits.tool_turn_speed,
        )

    def inverse(self, pose: Pose, start: Array) -> Array:
        """Return joint positions (n,) within the limits that put the tool at ``pose``, near ``start`` (n,).

        Raises:
            OutOfReach: none were found; names the nearest point.
        """
        found = self.kinematics.inverse(pose, start)
        if found.success:
            return found.joints
        nearest = self.kinematics.nearest_reachable(pose, start)
        if nearest is None:
            raise OutOfReach(
                f"no joint positions turn the tool to {shown(pose.orientation)} (xyzw), there or anywhere: ask for "
                "another yaw or orientation"
            )
        raise OutOfReach(
            f"no joint positions put the tool at {shown(pose.position)}, turned so; the nearest point in reach is "
            f"{shown(nearest)}"
        )

    def to_joints(self, start: Array, goal: Array, speed: float) -> Motion:
        """Plan a straight line in joint space.

        Raises:
            LimitExceeded: a joint would pass its end, or it would take too long.
            OutOfReach: the tool would leave the workspace on the way.
        """
        for index, (value, low, high) in enumerate(
            zip(goal, self._limits.joint_lower, self._limits.joint_upper, strict=True)
        ):
            if not low - _ON_LIMIT <= value <= high + _ON_LIMIT:
                raise LimitExceeded(f"joint {index} goes from {low:.3f} to {high:.3f}, and not to {value:.3f}")
        # A goal that rounding has put beyond a limit is meant to be on it.
        within = np.clip(goal, self._limits.joint_lower, self._limits.joint_upper)
        return self._along(straight_path(start, within), speed)

    def to_pose(self, start: Array, pose: Pose, speed: float) -> Motion:
        """Plan any way of the tool to a pose: straight in joint space or, where that leaves the workspace, straight in
        space.

        Raises:
            OutOfReach: the pose is out of reach, or both ways are.
        """
        goal = self.inverse(pose, start)
        try:
            return self.to_joints(start, goal, speed)
        except OutOfReach as left:
            try:
                return self.on_line(start, pose, speed)
            except OutOfReach:
                raise left from None

    def on_line(self, start: Array, pose: Pose, speed: float) -> Motion:
        """Plan a straight line of the tool to a pose, on which it turns evenly.

        Raises:
            OutOfReach: the pose is out of reach, or a place on the line; says how far it can go.
        """
        joints = self._line(start, pose, self.inverse(pose, start))
        if float(np.max(np.abs(joints - joints[0]))) < 1e-9:
            return self._along(None, speed)
        return self._along(spline_through(joints, 1.0), speed)

    def with_velocities(self, start: Array, velocities: Array, duration: float) -> Motion:
        """Plan a motion at joint velocities (n,), kept for ``duration`` seconds.

        Raises:
            LimitExceeded: a velocity is beyond its limit, or a joint would pass its end.
            OutOfReach: the tool would leave the workspace.
        """
        for index, (rate, most) in enumerate(zip(velocities, self._limits.joint_velocity, strict=True)):
            if abs(rate) > most + 1e-9:
                raise LimitExceeded(f"joint {index} moves at {most:.3f} rad/s at most, not at {rate:.3f}; ask for less")
        motion = at_velocities(start, velocities, duration, self._full)
        for index, (low, high) in enumerate(zip(self._limits.joint_lower, self._limits.joint_upper, strict=True)):
            outside = (motion.positions[:, index] < low - _ON_LIMIT) | (motion.positions[:, index] > high + _ON_LIMIT)
            if outside.any():
                raise LimitExceeded(
                    f"joint {index} would pass the end of its range ({low:.3f} to {high:.3f}) after "
                    f"{int(np.argmax(outside)) * motion.period_s:.2f} s: ask for a shorter duration or less velocity"
                )
        if motion.duration:
            self._refuse_outside(motion.positions)
            self._refuse_fast_tool(motion)
        return motion

    def _refuse_fast_tool(self, motion: Motion) -> None:
        points, turns = self.kinematics.forward_many(motion.positions)
        moved = float(np.max(np.linalg.norm(np.diff(points, axis=0), axis=1))) / motion.period_s
        cosines = (np.einsum("kij,kij->k", turns[1:], turns[:-1]) - 1.0) / 2
        turned = float(np.max(np.arccos(np.clip(cosines, -1.0, 1.0)))) / motion.period_s
        for what, rate, most, unit in (
            ("move", moved, self._full.tool_speed, "m/s"),
            ("turn", turned, self._full.tool_turn_speed, "rad/s"),
        ):
            if rate > 1.001 * most:
                raise LimitExceeded(f"the tool would {what} at {rate:.3f} {unit}; {most:g} is allowed: ask for less")

    def _along(self, path: JointPath | None, speed: float) -> Motion:
        if path is None:
            return nothing(len(self.kinematics.lower))
        positions = path.at(np.linspace(0.0, path.length, _PLACES))[0]
        # An arm that stands beyond a limit may come back, and go no farther.
        lower = np.minimum(self._limits.joint_lower, positions[0]) - _ON_LIMIT
        upper = np.maximum(self._limits.joint_upper, positions[0]) + _ON_LIMIT
        if (positions < lower).any() or (positions > upper).any():
            raise OutOfReach("a joint would pass its end on the way; take another way, in smaller steps")
        self._refuse_outside(positions)
        return along(path, self._full.scaled(speed), self.kinematics.forward_many)

    def _refuse_outside(self, joints: Array) -> None:
        """Raises:
        OutOfReach: on the way the tool is farther outside of the workspace than where it begins.
        """
        lower, upper = self._limits.workspace_lower, self._limits.workspace_upper
        points = self.kinematics.forward_many(joints)[0]
        beyond = np.maximum(lower - points, points - upper)
        allowed = np.maximum(beyond[0], 0.0) + _OUTSIDE
        outside = (beyond > allowed).any(axis=1)
        if outside.any():
            box = " to ".join(shown(corner) for corner in (lower, upper))
            raise OutOfReach(
                f"on the way the tool would be at {shown(points[int(np.argmax(outside))])}, outside of the workspace "
                f"{box}; go by a place in between"
            )

    # Straight lines

    def _line(self, start: Array, goal: Pose, goal_joints: Array) -> Array:
        """Return joint positions (k, n) at even steps along the tool's line from where it is at ``start``."""
        begin = self.kinematics.forward(start)
        turn = matrix_from_quaternion(begin.orientation)
        axis, angle = rotation_between(turn, matrix_from_quaternion(goal.orientation))
        way = goal.position - begin.position
        count = 4 + int(max(float(np.linalg.norm(way)) / _LINE_STEP, angle / _TURN_STEP))
        shares = np.linspace(0.0, 1.0, count)
        places, turns = begin.position + shares[:, None] * way, rotations_about(axis, shares * angle) @ turn
        joints, good = self.kinematics.track(start + shares[:, None] * (goal_joints - start), places, turns)
        joints[0] = start
        if not _continuous(joints, good).all():
            joints, good = self._step_by_step(start, places, turns)
        smooth = _continuous(joints, good)
        if not smooth.all():
            share = float(shares[int(np.argmin(smooth))])
            raise OutOfReach(
                f"the tool can follow {share:.0%} of the straight line to {shown(goal.position)}, as far as "
                f"{shown(begin.position + share * way)}; use move_to, or go by another place"
            )
        return joints

    def _step_by_step(self, start: Array, places: Array, turns: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Follow the line from its beginning, each place from the one before: where the posture at the end that was
        chosen cannot be kept to, this one comes about by itself."""
        joints, good = [start], [True]
        for place, turn in zip(places[1:], turns[1:], strict=True):
            found, reached = self.kinematics.track(joints[-1][None], place, turn)
            joints.append(found[0])
            good.append(bool(reached[0]))
            if not good[-1]:
                break
        missing = len(places) - len(joints)
        return np.array([*joints, *([joints[-1]] * missing)]), np.array([*good, *([False] * missing)])


def _continuous(joints: Array, reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which places (k,) of a line are reached from the one before without a jump; the first always is."""
    good = reached.copy()
    good[0] = True
    good[1:] &= np.max(np.abs(np.diff(joints, axis=0)), axis=1) < _JUMP
    return good
