"""Plans collision-free motions: straight ones, and ways over what stands between.

A free way is looked for in this order: the straight line in joint space; up, across and down again, at several heights;
and RRT-Connect as the last resort. The first that is free is taken.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.planning.obstacles import ITSELF, Held, Hit, Obstacles, Pair
from embodied_codeact.envs.tabletop.planning.search import find_way
from embodied_codeact.envs.tabletop.planning.trajectories import (
    LeavesReach,
    Trajectory,
    along_line,
    line_joints,
    through_joints,
)
from embodied_codeact.envs.tabletop.simulation import TABLE
from embodied_codeact.errors import Stopped
from embodied_codeact.primitives.arm_arguments import check_speed
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, OutOfReach
from embodied_codeact.primitives.arm_types import ArmLimits, Array, Pose, SceneObject

__all__ = ["Held", "Planner"]

_TOOL_STEP = 0.01
_JOINT_STEP = 0.06
"""Ways are checked at least every centimetre of the tool's motion and every 0.06 rad of a joint's."""
_POSTURES = 6
"""How many postures of the arm at the goal are tried."""
_APART = 0.3
"""Postures that differ by less than this in every joint count as the same, rad."""
_FREE_GOALS = 3
_LIFTS = (0.0, 0.06, 0.12, 0.2, 0.3)
"""How far above the higher of start and goal the tool crosses over, m."""
_SHORT_LEG = 0.01
_CLEARANCE = 0.005
"""A free way keeps this far from everything, m, where there is such a way: the arm follows its plan with small errors.
"""
_NEAR_ENDS = 0.05
"""So near to its start and its goal it may come closer, m."""
_THINNING = 4
_ROUNDINGS = (0.4, 0.1)


class _Check:
    """Whether ways are free, for one plan: where it starts, the fingers' width, and what may be touched."""

    def __init__(
        self,
        obstacles: Obstacles,
        kinematics: PandaKinematics,
        refuse_stop: Callable[[], None],
        start: Array,
        width: float,
        touching: Collection[str],
    ) -> None:
        self._refuse_stop = refuse_stop
        self._obstacles = obstacles
        self._kinematics = kinematics
        self._start = start
        self._width = width
        self._touching = frozenset(touching)
        self._allowed: dict[Pair, float] = obstacles.touching_at(start, width, self._touching)
        self._clearance = 0.0
        self._ends = np.zeros((0, 3))

    def keep_clear(self, clearance: float, goal: Array) -> None:
        """From now on, keep a distance to everything but near the start and near ``goal``, (3,) m."""
        self._clearance = clearance
        self._ends = np.stack([self._kinematics.forward(self._start)[0], goal])

    def at(self, joints: Array) -> Hit | None:
        """What is hit at joint positions (7,)."""
        return self._obstacles.first_hit(joints[None], self._width, self._touching, self._allowed)

    def on(self, rows: Array) -> Hit | None:
        """What is hit first on the way through joint positions (n, 7).

        Raises:
            Stopped: a stop was requested; all that takes long in planning comes by here.
        """
        self._refuse_stop()
        clearances = None
        if self._clearance:
            tool = self._kinematics.forward_many(rows)[0]
            away = np.linalg.norm(tool[:, None] - self._ends, axis=2).min(axis=1)
            clearances = np.where(away > _NEAR_ENDS, self._clearance, 0.0)
        return self._obstacles.first_hit(rows, self._width, self._touching, self._allowed, clearances)

    def along(self, rows: Array) -> Hit | None:
        """The same for a dense way, of which only as much as needed is looked at."""
        return self.on(rows[self._sparse(rows)]) if len(rows) else None

    def between(self, start: Array, goal: Array) -> Hit | None:
        """What is hit on the straight line in joint space."""
        ends = self._kinematics.forward_many(np.stack([start, goal]))[0]
        # The tool moves on an arc that is longer than its chord, but hardly ever by half.
        count = 2 + int(
            max(
                1.5 * float(np.linalg.norm(ends[1] - ends[0])) / _TOOL_STEP,
                float(np.max(np.abs(goal - start))) / _JOINT_STEP,
            )
        )
        return self.on(start + np.linspace(0.0, 1.0, count)[1:, None] * (goal - start))

    def free(self, start: Array, goal: Array) -> bool:
        """Whether the straight line in joint space is free."""
        return self.between(start, goal) is None

    def all_free(self, waypoints: Sequence[Array]) -> bool:
        """Whether the straight lines from one waypoint to the next are free."""
        # The waypoints alone are quick to look at, and most ways that are blocked are blocked there.
        return self.on(np.array(waypoints)) is None and all(self.free(a, b) for a, b in itertools.pairwise(waypoints))

    def _sparse(self, rows: Array) -> Array:
        """Indices of rows that are close enough to each other to be looked at alone."""
        positions = self._kinematics.forward_many(rows)[0]
        moved = np.linalg.norm(np.diff(positions, axis=0), axis=1) / _TOOL_STEP
        turned = np.max(np.abs(np.diff(rows, axis=0)), axis=1) / _JOINT_STEP
        passed = np.concatenate([[0.0], np.cumsum(np.maximum(moved, turned))])
        wanted = np.searchsorted(passed, np.arange(0.0, passed[-1]))
        return np.unique(np.append(wanted, len(rows) - 1))


class Planner:
    """Plans for one arm among the objects that :meth:`update` told it of. The same arguments always give the same plan,
    whatever was planned before.

    While a plan is made ``stop_requested`` is asked again and again; once it says so, planning raises Stopped.
    """

    def __init__(
        self, limits: ArmLimits, kinematics: PandaKinematics, stop_requested: Callable[[], bool] = lambda: False
    ) -> None:
        self._limits = limits
        self._kinematics = kinematics
        self._stop_requested = stop_requested
        self._obstacles = Obstacles(kinematics)

    def close(self) -> None:
        """Release the physics client. May be called twice."""
        self._obstacles.close()

    def update(self, objects: Sequence[SceneObject], held: Held | None) -> None:
        """Set what lies on the table, without what is held, and what is held."""
        self._obstacles.update(objects, held)

    def blocked_by(self, joints: Array, finger_width: float, *, touching: Collection[str] = ()) -> str | None:
        """Return what arm or held object would hit at ``joints`` (7,): a name, "the table" or "itself"; None when they
        are free. ``finger_width``: m between the fingers."""
        found = self._obstacles.first_hit(joints[None], finger_width, touching)
        return found.other if found else None

    def check(self, plan: Trajectory, finger_width: float, *, touching: Collection[str] = ()) -> None:
        """Look for collisions along a trajectory.

        Raises:
            Collision: the way is blocked.
            Stopped: a stop was requested.
        """
        self._refuse_stop()
        if len(plan.positions):
            check = self._way_check(plan.positions[0], finger_width, touching)
            self._refuse(check.along(plan.positions), "on this way")

    def plan_joints(
        self, start: Array, goal: Array, finger_width: float, *, touching: Collection[str] = (), speed: float = 1.0
    ) -> Trajectory:
        """Plan the straight line in joint space from ``start`` (7,) to ``goal`` (7,).

        Raises:
            LimitExceeded: ``goal`` or ``speed`` is beyond the limits.
            Collision: the way is blocked.
            Stopped: a stop was requested.
        """
        self._refuse_stop()
        check_speed(speed)
        for index, angle in enumerate(goal):
            low, high = self._limits.joint_lower[index], self._limits.joint_upper[index]
            if not low <= angle <= high:
                raise LimitExceeded(
                    f"joints[{index}] can be from {low:.3f} to {high:.3f} rad, not {angle:.3f}; ask for a value within"
                )
        check = self._way_check(start, finger_width, touching)
        self._refuse(check.at(goal), "at these joint positions")
        self._refuse(check.between(start, goal), "on the way to these joint positions")
        return through_joints(start, [goal], self._limits, speed, kinematics=self._kinematics)

    def plan_tool(
        self,
        start: Array,
        pose: Pose,
        straight: bool,
        finger_width: float,
        *,
        touching: Collection[str] = (),
        speed: float = 1.0,
    ) -> Trajectory:
        """Plan a motion of the tool from ``start`` (7,) to ``pose``: in a straight line, or on any free way.

        Raises:
            OutOfReach: no joint positions put the tool there, or (``straight``) somewhere on the line.
            LimitExceeded: ``pose`` is outside of the workspace, or ``speed`` is not from 0.02 up to 1.
            Collision: the goal or every way to it is blocked.
            Stopped: a stop was requested.
        """
        self._refuse_stop()
        check_speed(speed)
        postures = self._postures(start, pose)
        check = self._way_check(start, finger_width, touching)
        free, blocked = [], None
        for posture in postures:
            self._refuse_stop()
            hit = check.at(posture)
            blocked = blocked or hit
            if hit is None:
                free.append(posture)
        if not free:
            self._refuse(blocked, f"at {_point(pose.position)}")
        if straight:
            return self._plan_straight(start, pose, free, check, speed)
        for clearance in (_CLEARANCE, 0.0):
            check.keep_clear(clearance, pose.position)
            plan = self._plan_over(start, pose, free[:_FREE_GOALS], check, speed)
            if plan is not None:
                return plan
        return self._plan_around(start, pose, free[0], check, speed)

    def reach_advice(self, pose: Pose, seed: Array) -> str:
        """Return a sentence that says that ``pose`` is out of reach and what is nearest to it."""
        nearest = self._kinematics.nearest_reachable(pose.position, pose.orientation, seed)
        if nearest is None:
            return (
                f"{_point(pose.position)} is out of reach, and with this orientation the tool can be nowhere; "
                "try the tool pointing down"
            )
        return (
            f"{_point(pose.position)} is out of reach for the tool in this orientation; the nearest point that it can "
            f"reach is {_point(nearest)}"
        )

    # Parts of a plan

    def _way_check(self, start: Array, finger_width: float, touching: Collection[str]) -> _Check:
        return _Check(self._obstacles, self._kinematics, self._refuse_stop, start, finger_width, touching)

    def _postures(self, start: Array, pose: Pose) -> list[Array]:
        """A few postures that differ, best first, each of which puts the tool at ``pose``."""
        solutions = self._kinematics.solutions(pose.position, pose.orientation, start)
        self._refuse_stop()
        if not len(solutions):
            raise OutOfReach(self.reach_advice(pose, start))
        limits = self._limits
        if not np.all((pose.position >= limits.workspace_lower) & (pose.position <= limits.workspace_upper)):
            inside = np.clip(pose.position, limits.workspace_lower, limits.workspace_upper)
            raise LimitExceeded(
                f"{_point(pose.position)} is outside of the workspace from {_point(limits.workspace_lower)} to "
                f"{_point(limits.workspace_upper)}; the nearest point in it is {_point(inside)}"
            )
        postures: list[Array] = []
        for solution in solutions:
            if all(np.max(np.abs(solution - other)) > _APART for other in postures):
                postures.append(solution)
                if len(postures) == _POSTURES:
                    break
        return postures

    def _plan_straight(
        self, start: Array, pose: Pose, postures: Sequence[Array], check: _Check, speed: float
    ) -> Trajectory:
        farthest, blocked = 0.0, None
        for posture in postures:
            try:
                rows = line_joints(self._kinematics, start, pose, posture)
            except LeavesReach as error:
                farthest = max(farthest, error.share)
                continue
            hit = check.along(rows)
            if hit is None:
                self._refuse_stop()
                return along_line(self._kinematics, rows, self._limits, speed)
            blocked = blocked or hit
        self._refuse(blocked, f"on the straight line to {_point(pose.position)}")
        begin = self._kinematics.forward(start)[0]
        if np.allclose(begin, pose.position, atol=1e-6):
            raise OutOfReach(
                f"the hand cannot turn so far that way: a joint comes to its end after about {farthest:.0%} of it; "
                "turn the other way round, or use move_to with the same position and the yaw that you want"
            )
        last = begin + farthest * (pose.position - begin)
        raise OutOfReach(
            f"the tool can reach {_point(pose.position)}, but not in a straight line from {_point(begin)}: the arm can "
            f"follow that line only to about {_point(last)}; move there on a free way (move_to) instead"
        )

    def _plan_over(
        self, start: Array, pose: Pose, postures: Sequence[Array], check: _Check, speed: float
    ) -> Trajectory | None:
        """The straight line in joint space where it is free, or a way over what stands there."""
        for posture in postures:
            if check.free(start, posture):
                self._refuse_stop()
                return through_joints(start, [posture], self._limits, speed, kinematics=self._kinematics)
        for posture in postures[:2]:
            for waypoints in self._ways_over(start, pose, posture):
                if check.all_free([start, *waypoints]):
                    return self._smooth(start, waypoints, check, speed)
        return None

    def _plan_around(self, start: Array, pose: Pose, posture: Array, check: _Check, speed: float) -> Trajectory:
        """Any way that a search finds."""
        way = find_way(start, posture, self._kinematics.lower, self._kinematics.upper, check.free)
        if way:
            return self._smooth(start, way, check, speed)
        self._refuse(
            check.between(start, posture),
            f"on the way to {_point(pose.position)}",
            "No way over it or around it was found: take it away first, or go to another place",
        )
        raise AssertionError("a way that is not free is blocked by something")

    def _ways_over(self, start: Array, pose: Pose, posture: Array) -> Iterator[list[Array]]:
        """Waypoints straight up from the start, across, and straight down to the goal, for one height after another."""
        begin, turn = self._kinematics.forward(start)
        top = max(begin[2], pose.position[2])
        for lift in _LIFTS:
            height = min(top + lift, float(self._limits.workspace_upper[2]))
            up = self._leg(start, Pose(begin, turn), height)
            down = self._leg(posture, pose, height)
            if up is not None and down is not None and (up or down):
                yield [*up, *down[::-1], posture]

    def _leg(self, joints: Array, pose: Pose, height: float) -> list[Array] | None:
        """Waypoints straight up from ``joints`` (7,), which put the tool at ``pose``, to a height; without the first.
        None where the arm cannot follow."""
        if height - pose.position[2] < _SHORT_LEG:
            return []
        above = Pose(np.array([pose.position[0], pose.position[1], height]), pose.orientation)
        self._refuse_stop()
        found = self._kinematics.inverse(above.position, above.orientation, joints)
        if not found.success:
            return None
        self._refuse_stop()
        try:
            rows = line_joints(self._kinematics, joints, above, found.joints)
        except LeavesReach:
            return None
        return [*rows[_THINNING : -_THINNING // 2 : _THINNING], rows[-1]]

    def _smooth(self, start: Array, waypoints: Sequence[Array], check: _Check, speed: float) -> Trajectory:
        """A free trajectory by waypoints with free lines between them: in wide corners, in narrow ones, or halting at
        each of them."""
        for rounding in _ROUNDINGS:
            self._refuse_stop()
            plan = through_joints(start, waypoints, self._limits, speed, kinematics=self._kinematics, rounding=rounding)
            if check.along(plan.positions) is None:
                return plan
        parts = [
            through_joints(a, [b], self._limits, speed, kinematics=self._kinematics)
            for a, b in itertools.pairwise([start, *waypoints])
        ]
        return Trajectory(
            np.vstack([part.positions for part in parts]),
            np.vstack([part.velocities for part in parts]),
            np.vstack([part.accelerations for part in parts]),
        )

    # Saying no

    def _refuse(self, hit: Hit | None, where: str, advice: str = "") -> None:
        """Raise Collision when something is hit."""
        if hit is None:
            return
        held = self._obstacles.held
        who = f"the {held} that is held" if hit.by_held else "the arm"
        raise Collision(f"{where} {who} would hit {_called(hit.other)}; nothing has moved. {advice or _advice(hit)}")

    def _refuse_stop(self) -> None:
        if self._stop_requested():
            raise Stopped("a stop was requested: nothing has moved")


def _advice(hit: Hit) -> str:
    if hit.from_above:
        return "It may be touched, but not pressed from above: open the fingers wider, turn them (yaw), or go elsewhere"
    if hit.other == TABLE:
        return "Stay higher above it"
    if hit.other == ITSELF:
        return "Choose another yaw or orientation of the tool, or a place that is farther from the foot of the arm"
    if hit.by_held:
        return "Lift it higher first, go across, and come down from straight above"
    return (
        "Move straight up first, go across, and come down from above, perhaps with another yaw; or name it, "
        f"touching=[{hit.other!r}], if it may be touched and pushed"
    )


def _called(name: str) -> str:
    return name if name in (TABLE, ITSELF) else f"the {name}"


def _point(position: Array) -> str:
    return "[" + ", ".join(f"{value + 0.0:.3f}" for value in np.round(position, 3)) + "]"
