"""Trajectories of the arm: joint positions, velocities and accelerations, one row for each tick of the physics.

All are jerk-limited (ruckig) and end at rest. Commands use only a share of the limits that the arm's maker publishes:
the arm follows its commands with small errors, and what is measured shall keep the limits too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import ruckig

from embodied_codeact.envs.rotations import (
    matrix_from_quaternion,
    rotation_between,
    rotations_about,
)
from embodied_codeact.envs.splines import JointPath, spline_through
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.planning.paths import (
    RATE_HZ,
    STEP_S,
    Section,
    rounded_polyline,
    travel,
)
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import ArmLimits, Array, Pose

VELOCITY_SHARE = 0.5
ACCELERATION_SHARE = 0.35
JERK_SHARE = 0.02
"""Shares of the published limits that motions use at speed 1.0. Bullet's contacts make the measured jerk many times
the commanded one, hence the small share."""
STOP_ACCELERATION_SHARE = 0.7
STOP_JERK_SHARE = 0.1
"""A stop may decelerate harder than a motion."""

_LINE_STEP = 0.01
_TURN_STEP = 0.05
"""A straight line of the tool is solved for every centimetre, or every 0.05 rad of its turn, and splined between: the
tool leaves the line by micrometres."""
_JUMP = 0.35
"""A joint that turns by more than this between two such places has jumped to another branch, rad."""
_SHORTEST = 1e-9


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Rows at 240 Hz, each (t, 7): ``positions`` rad, ``velocities`` rad/s, ``accelerations`` rad/s². The first row is
    one tick after the start; the last is at rest. No rows: nothing has to move."""

    positions: Array
    velocities: Array
    accelerations: Array

    @property
    def duration(self) -> float:
        """Seconds from the start to rest."""
        return len(self.positions) * STEP_S


class LeavesReach(Exception):
    """The tool cannot follow a straight line. ``share``: how much of it, 0 to 1, it can follow."""

    def __init__(self, share: float) -> None:
        super().__init__(f"the tool can follow {share:.0%} of the line")
        self.share = share


def through_joints(
    start: Array,
    waypoints: Sequence[Array],
    limits: ArmLimits,
    speed: float = 1.0,
    *,
    kinematics: PandaKinematics | None = None,
    rounding: float = 0.4,
) -> Trajectory:
    """Move from ``start`` (7,) through ``waypoints`` (each (7,), the last is the goal) on straight lines in joint
    space, passing by inner waypoints in rounded corners.

    ``speed``: share of what motions use of the limits, from 0.02 up to 1. With ``kinematics`` the limits of the tool's
    speed hold as well. ``rounding``: share of the shorter neighbouring line that a corner takes at most, below 0.5.
    """
    fastest = VELOCITY_SHARE * speed * limits.joint_velocity
    points, lengths = [np.array(start, dtype=float)], []
    for waypoint in waypoints:
        length = float(np.max(np.abs(waypoint - points[-1]) / fastest))
        if length > _SHORTEST:
            points.append(np.array(waypoint, dtype=float))
            lengths.append(length)
    if not lengths:
        return _nothing()
    ways = [(b - a) / length for a, b, length in zip(points, points[1:], lengths, strict=False)]
    bends = [np.abs(after - before) for before, after in itertools.pairwise(ways)]
    radii = [
        min(rounding * min(pair), _useful_radius(bend, limits, speed))
        for pair, bend in zip(itertools.pairwise(lengths), bends, strict=True)
    ]
    path = rounded_polyline(points, lengths, radii)
    edges = [0.0, *radii, 0.0]
    sections = []
    for index, (length, way) in enumerate(zip(lengths, ways, strict=True)):
        if index:
            sections.append(_corner(bends[index - 1], radii[index - 1], limits, speed))
        sections.append(_straight(length - edges[index] - edges[index + 1], np.abs(way), limits, speed))
    if kinematics is not None:
        sections = _with_tool_limits(path, sections, kinematics, speed)
    return _follow(path, sections, limits, speed)


def along_line(kinematics: PandaKinematics, joints: Array, limits: ArmLimits, speed: float = 1.0) -> Trajectory:
    """Move the tool on a straight line, turning evenly, through ``joints`` (k, 7) that :func:`line_joints` found.

    ``speed``: as for :func:`through_joints`.
    """
    if np.max(np.abs(joints - joints[0])) < _SHORTEST:
        return _nothing()
    path = spline_through(joints, 1.0)
    _, slopes, _ = path.at(np.linspace(0.0, 1.0, 4 * len(joints)))
    section = _straight(1.0, np.max(np.abs(slopes), axis=0), limits, speed)
    return _follow(path, _with_tool_limits(path, [section], kinematics, speed), limits, speed)


def line_joints(kinematics: PandaKinematics, start: Array, goal: Pose, goal_joints: Array) -> Array:
    """Return joint positions (k, 7) at even steps along the tool's straight line from where it is at ``start`` (7,) to
    ``goal``, on which it turns evenly. ``goal_joints`` (7,) put it at ``goal``; they choose how the elbow moves.

    Raises:
        LeavesReach: somewhere on the line the tool cannot be, or the arm would have to jump to another posture.
    """
    positions, rotations = kinematics.forward_many(np.stack([start, goal_joints]))
    axis, angle = rotation_between(rotations[0], matrix_from_quaternion(goal.orientation))
    way = goal.position - positions[0]
    count = 4 + int(max(float(np.linalg.norm(way)) / _LINE_STEP, angle / _TURN_STEP))
    shares = np.linspace(0.0, 1.0, count)
    guesses = start + shares[:, None] * (goal_joints - start)
    joints, found = kinematics.track(
        guesses, positions[0] + shares[:, None] * way, rotations_about(axis, shares * angle) @ rotations[0]
    )
    joints[0] = start
    low, high = np.minimum(kinematics.lower, start), np.maximum(kinematics.upper, start)
    good = found & np.all((joints >= low) & (joints <= high), axis=1)
    good[1:] &= np.max(np.abs(np.diff(joints, axis=0)), axis=1) < _JUMP
    if not good[1:].all():
        raise LeavesReach(float(shares[int(np.argmin(good[1:]))]))
    return joints


def to_rest(position: Array, velocity: Array, acceleration: Array, limits: ArmLimits) -> Trajectory:
    """Decelerate to rest from any state, each (7,), quickly; where the state allows it, on the straight line in joint
    space that the arm is moving on."""
    request = ruckig.InputParameter(len(position))
    request.control_interface = ruckig.ControlInterface.Velocity
    request.synchronization = ruckig.Synchronization.Phase
    return _by_velocity(
        request,
        (position, velocity, acceleration),
        np.zeros(len(position)),
        STOP_ACCELERATION_SHARE * limits.joint_acceleration,
        STOP_JERK_SHARE * limits.joint_jerk,
    )


def at_velocity(start: Array, velocities: Array, duration: float, limits: ArmLimits) -> Trajectory:
    """Bring the joints from rest at ``start`` (7,) to ``velocities`` (7,) rad/s, keep them for ``duration`` seconds,
    and come to rest.

    Raises:
        LimitExceeded: a velocity is beyond the limits, or a joint would leave its range on the way.
    """
    for index, (velocity, most) in enumerate(zip(velocities, limits.joint_velocity, strict=True)):
        if not abs(velocity) <= most:
            raise LimitExceeded(
                f"joint {index} can turn at {most:.3f} rad/s at most, not at {velocity:.3f}; ask for less"
            )
    if not 0.0 <= duration < float("inf"):
        raise LimitExceeded(f"a duration of {duration} s is not possible; give a number of seconds from 0 up")
    still = np.zeros_like(velocities)
    acceleration = ACCELERATION_SHARE * limits.joint_acceleration
    jerk = JERK_SHARE * limits.joint_jerk
    up = _by_velocity(_velocity_request(), (start, still, still), velocities, acceleration, jerk)
    begin = up.positions[-1] if len(up.positions) else start
    ticks = np.arange(1, round(duration * RATE_HZ) + 1)[:, None] * STEP_S
    hold = begin + ticks * velocities
    turn = hold[-1] if len(hold) else begin
    down = _by_velocity(_velocity_request(), (turn, velocities, still), still, acceleration, jerk)
    trajectory = Trajectory(
        np.vstack([up.positions, hold, down.positions]),
        np.vstack([up.velocities, np.broadcast_to(velocities, hold.shape), down.velocities]),
        np.vstack([up.accelerations, np.zeros_like(hold), down.accelerations]),
    )
    _refuse_beyond_range(trajectory, limits)
    return trajectory


def verify(start: Array, trajectory: Trajectory, limits: ArmLimits) -> list[str]:
    """Return what is wrong with a trajectory that begins at rest at ``start`` (7,): limits that do not hold, rows that
    do not fit together, an end that is not at rest. Empty where all is well."""
    if not len(trajectory.positions):
        return []
    positions = np.vstack([start, trajectory.positions])
    velocities = np.vstack([np.zeros(7), trajectory.velocities])
    accelerations = np.vstack([np.zeros(7), trajectory.accelerations])
    jerks = np.diff(accelerations, axis=0) * RATE_HZ
    # Trapezoids differ from the true integral by an eighth of what the jerk does in one tick.
    drift = np.diff(positions, axis=0) - (velocities[1:] + velocities[:-1]) * (STEP_S / 2)
    change = np.diff(velocities, axis=0) - (accelerations[1:] + accelerations[:-1]) * (STEP_S / 2)
    checks = {
        "joint positions leave their range": bool(
            np.all(positions >= limits.joint_lower) and np.all(positions <= limits.joint_upper)
        ),
        "joint velocities exceed their limits": bool(np.all(np.abs(velocities) <= limits.joint_velocity)),
        "joint accelerations exceed their limits": bool(np.all(np.abs(accelerations) <= limits.joint_acceleration)),
        "joint jerks exceed their limits": bool(np.all(np.abs(jerks) <= limits.joint_jerk)),
        "velocities are not those of the positions": bool(np.all(np.abs(drift) <= limits.joint_jerk * STEP_S**3)),
        "accelerations are not those of the velocities": bool(
            np.all(np.abs(change) <= limits.joint_jerk * STEP_S**2 / 4)
        ),
        "the end is not at rest": not (velocities[-1].any() or accelerations[-1].any()),
    }
    return [problem for problem, holds in checks.items() if not holds]


def _nothing() -> Trajectory:
    return Trajectory(np.zeros((0, 7)), np.zeros((0, 7)), np.zeros((0, 7)))


def _straight(length: float, way: Array, limits: ArmLimits, speed: float) -> Section:
    """A section on which the joints change by at most ``way`` (7,) per unit of s, hardly curved."""
    share = np.maximum(way, 1e-12)
    return Section(
        length,
        float(np.min(VELOCITY_SHARE * speed * limits.joint_velocity / share)),
        float(np.min(ACCELERATION_SHARE * speed * limits.joint_acceleration / share)),
        float(np.min(JERK_SHARE * speed * limits.joint_jerk / share)),
    )


def _corner(bend: Array, radius: float, limits: ArmLimits, speed: float) -> Section:
    """A corner in which the way changes by ``bend`` (7,) between ``radius`` before it and ``radius`` behind it."""
    sharp = np.maximum(bend, 1e-12) / radius
    by_acceleration = np.sqrt(np.min(ACCELERATION_SHARE * speed * limits.joint_acceleration / sharp))
    by_jerk = np.cbrt(np.min(JERK_SHARE * speed * limits.joint_jerk * radius / sharp))
    return Section(2 * radius, float(min(by_acceleration, by_jerk)), 1.0, 1.0, corner=True)


def _useful_radius(bend: Array, limits: ArmLimits, speed: float) -> float:
    """The radius of a corner that can be passed at the full speed of 1; more would only lead farther from the way."""
    by_acceleration = np.max(bend / (ACCELERATION_SHARE * speed * limits.joint_acceleration))
    by_jerk = np.sqrt(np.max(bend / (JERK_SHARE * speed * limits.joint_jerk)))
    return float(max(by_acceleration, by_jerk, 1e-6))


def _with_tool_limits(
    path: JointPath, sections: Sequence[Section], kinematics: PandaKinematics, speed: float
) -> list[Section]:
    """The sections with their speeds cut to what the tool may do."""
    limits = kinematics.limits
    limited, place = [], 0.0
    for section in sections:
        places = np.linspace(place, place + section.length, 12)
        positions, rotations = kinematics.forward_many(path.at(places)[0])
        moved = np.linalg.norm(np.diff(positions, axis=0), axis=1)
        cosine = (np.einsum("nij,nij->n", rotations[1:], rotations[:-1]) - 1.0) / 2
        turned = np.arccos(np.clip(cosine, -1.0, 1.0))
        need = max(float(moved.max()) / limits.tool_speed, float(turned.max()) / limits.tool_turn_speed) / speed
        most = (places[1] - places[0]) / need if need > 1e-12 else section.speed
        limited.append(
            Section(section.length, min(section.speed, most), section.acceleration, section.jerk, section.corner)
        )
        place += section.length
    return limited


def _follow(path: JointPath, sections: Sequence[Section], limits: ArmLimits, speed: float) -> Trajectory:
    """Travel a path, slowed down as a whole where the joints would exceed what motions may use of the limits."""
    for _ in range(8):
        places, rates, accelerations = travel(sections)
        positions, slopes, curvatures = path.at(places)
        positions[-1] = path.positions[-1]
        trajectory = Trajectory(
            positions,
            slopes * rates[:, None],
            curvatures * rates[:, None] ** 2 + slopes * accelerations[:, None],
        )
        excess = _excess(trajectory, limits, speed)
        if excess <= 1.0 + 1e-6:
            return trajectory
        sections = [section.slowed(1.005 * excess) for section in sections]
    raise ArithmeticError(f"no timing keeps the limits: they are exceeded {excess:.3f} times")


def _excess(trajectory: Trajectory, limits: ArmLimits, speed: float) -> float:
    """By which factor time must be stretched so that a trajectory uses no more than its share of the limits."""
    jerks = np.diff(trajectory.accelerations, axis=0, prepend=0.0) * RATE_HZ
    velocity = np.max(np.abs(trajectory.velocities) / (VELOCITY_SHARE * speed * limits.joint_velocity))
    acceleration = np.max(np.abs(trajectory.accelerations) / (ACCELERATION_SHARE * speed * limits.joint_acceleration))
    jerk = np.max(np.abs(jerks) / (JERK_SHARE * speed * limits.joint_jerk))
    return float(max(velocity, acceleration**0.5, jerk ** (1 / 3)))


def _velocity_request() -> ruckig.InputParameter:
    request = ruckig.InputParameter(7)
    request.control_interface = ruckig.ControlInterface.Velocity
    request.synchronization = ruckig.Synchronization.Time
    return request


def _by_velocity(
    request: ruckig.InputParameter,
    state: tuple[Array, Array, Array],
    target: Array,
    acceleration: Array,
    jerk: Array,
) -> Trajectory:
    """Bring the joints from a state (position, velocity, acceleration) to the velocities ``target`` (7,)."""
    request.current_position = state[0].tolist()
    request.current_velocity = state[1].tolist()
    request.current_acceleration = state[2].tolist()
    request.target_velocity = target.tolist()
    request.target_acceleration = [0.0] * len(target)
    request.max_acceleration = acceleration.tolist()
    request.max_jerk = jerk.tolist()
    law = ruckig.Trajectory(len(target))
    result = ruckig.Ruckig(len(target)).calculate(request, law)
    if result not in (ruckig.Result.Working, ruckig.Result.Finished):
        raise ArithmeticError(f"ruckig finds no way from {state} to velocities {target}: {result}")
    if law.duration <= _SHORTEST:
        return _nothing()
    count = int(np.ceil(law.duration * RATE_HZ - 1e-9))
    rows = np.array([law.at_time(tick * STEP_S) for tick in range(1, count + 1)])
    rows[-1, 1], rows[-1, 2] = target, 0.0
    return Trajectory(rows[:, 0], rows[:, 1], rows[:, 2])


def _refuse_beyond_range(trajectory: Trajectory, limits: ArmLimits) -> None:
    below = trajectory.positions < limits.joint_lower
    above = trajectory.positions > limits.joint_upper
    rows, columns = np.nonzero(below | above)
    if not len(rows):
        return
    tick, joint = int(rows[0]), int(columns[0])
    bound = limits.joint_lower[joint] if below[tick, joint] else limits.joint_upper[joint]
    raise LimitExceeded(
        f"joint {joint} would reach the end of its range, {bound:.3f} rad, {tick * STEP_S:.2f} s after the start; "
        "ask for a shorter duration or for a smaller velocity of that joint"
    )
