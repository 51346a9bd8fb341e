"""A small arm that really runs, without physics: it moves, grips, carries, pushes, collides and stops."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence

import numpy as np

from embodied_codeact.errors import Stopped
from embodied_codeact.primitives import arm_fakes_kinematics as panda
from embodied_codeact.primitives.arm import HOME
from embodied_codeact.primitives.arm_arguments import shown
from embodied_codeact.primitives.arm_backend import Until
from embodied_codeact.primitives.arm_errors import Collision, LimitExceeded, ObjectSlipped, OutOfReach
from embodied_codeact.primitives.arm_fakes_table import FakeTable, FakeThing
from embodied_codeact.primitives.arm_types import ArmLimits, Array, GripperState, JointState, MotionResult, Pose
from embodied_codeact.primitives.grasps import FINGER_BREADTH, FINGER_DEPTH, FINGER_THICKNESS, FINGERTIP
from embodied_codeact.primitives.handling import UNKNOWN, Held
from embodied_codeact.primitives.rotations import angle_between, from_yaw, heading, matrix, multiply
from embodied_codeact.primitives.shapes import HOLLOW, Footprint, bottom

_STEP = 0.004
"""Distance between the moments of a motion that are looked at, m."""
_PALM = np.array([0.20, 0.06]) / 2
_PALM_HEIGHT = 0.10
_FRICTION = 0.5
_GRAVITY = 9.81
_SUNK = 0.001


class FakeArm:
    """An arm over a :class:`~embodied_codeact.primitives.arm_fakes_table.FakeTable`; it satisfies
    :class:`~embodied_codeact.primitives.arm_backend.ArmBackend`.

    ``time`` counts the robot's seconds. ``stopped`` stands for a stop that was requested. ``names_held`` is false for a
    gripper that feels that it holds something and does not know what.
    """

    def __init__(self, table: FakeTable | None = None, *, names_held: bool = True) -> None:
        self.table = FakeTable() if table is None else table
        self.time = 0.0
        self.stopped = False
        self.names_held = names_held
        self._joints = np.array(HOME)
        self._width = panda.LIMITS.gripper_width
        self._force = 0.0
        self._held: tuple[FakeThing, Held] | None = None

    @property
    def limits(self) -> ArmLimits:
        """What the arm may do."""
        return panda.LIMITS

    def joints(self) -> JointState:
        """Return the joint state, at rest."""
        return JointState(self._joints.copy(), np.zeros(7), np.zeros(7))

    def tool(self) -> Pose:
        """Return the pose of the tool."""
        return panda.forward(self._joints)

    def gripper(self) -> GripperState:
        """Return the state of the gripper."""
        if self._held is None:
            return GripperState(self._width, 0.0, None)
        return GripperState(self._width, self._force, self._held[0].name if self.names_held else UNKNOWN)

    def forward(self, joints: Sequence[float] | Array) -> Pose:
        """Return the tool's pose for joint positions."""
        return panda.forward(joints)

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian for joint positions."""
        return panda.jacobian(joints)

    def inverse(self, pose: Pose) -> Array:
        """Return joint positions that put the tool at a pose, near the present ones."""
        found = panda.inverse(pose, self._joints)
        if found is None:
            raise OutOfReach(f"no joint positions put the tool at {shown(pose.position)}: {self._nearest(pose)}")
        return found

    def blocked_by(self, joints: Sequence[float] | Array, *, touching: Collection[str] = ()) -> str | None:
        """Return what hand or held object would collide with at joint positions."""
        return self._blocked(panda.forward(joints), touching)

    def move_joints(
        self,
        joints: Sequence[float] | Array,
        *,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move to joint positions on a straight line in joint space."""
        goal = np.asarray(joints, dtype=float)
        if (goal < panda.LIMITS.joint_lower - 1e-6).any() or (goal > panda.LIMITS.joint_upper + 1e-6).any():
            raise LimitExceeded(f"joint positions {shown(goal)} are beyond the limits")
        steps = max(2, math.ceil(float(np.abs(goal - self._joints).max()) / 0.02))
        poses = [panda.forward(self._joints + s * (goal - self._joints)) for s in np.linspace(0, 1, steps)]
        duration = float(np.max(np.abs(goal - self._joints) / panda.LIMITS.joint_velocity)) / speed
        return self._run(poses, goal, duration, touching, until)

    def move_tool(
        self,
        pose: Pose,
        *,
        straight: bool = False,
        speed: float = 1.0,
        touching: Collection[str] = (),
        until: Until | None = None,
    ) -> MotionResult:
        """Move the tool to a pose: straight, or up, across and down."""
        goal = self.inverse(pose)
        start = self.tool()
        height = max(0.35, start.position[2], pose.position[2])
        over = [Pose(np.array([*each.position[:2], height]), each.orientation) for each in (start, pose)]
        corners = [start, pose] if straight else [start, *over, pose]
        poses = [start]
        for first, second in itertools.pairwise(corners):
            poses += _between(first, second)
        length = sum(float(np.linalg.norm(b.position - a.position)) for a, b in itertools.pairwise(poses))
        duration = max(length / panda.LIMITS.tool_speed, angle_between(start.orientation, pose.orientation) / 2) / speed
        return self._run(poses, goal, duration, touching, until)

    def move_velocities(
        self, velocities: Sequence[float] | Array, duration: float, *, until: Until | None = None
    ) -> MotionResult:
        """Move the joints at velocities for a time."""
        return self.move_joints(self._joints + np.asarray(velocities, dtype=float) * duration, until=until)

    def move_gripper(self, width: float, *, force: float, speed: float = 1.0) -> GripperState:
        """Open or close the fingers; they take hold of what they meet."""
        self._check_stop()
        self.time += abs(width - self._width) / 0.1 / speed
        if self._held is not None and width > self._width:
            self._let_go()
        met = self._between_fingers() if self._held is None and width < self._width else None
        if met is not None and met[1] > width:
            thing, self._width, shift = met
            if thing.kind not in HOLLOW:
                thing.position += shift
            self._held = (thing, Held.seen(thing.seen(), self.tool()))
            self._force = force
        elif self._held is None:
            self._width = width
        return self.gripper()

    def wait(self, duration: float, *, until: Until | None = None) -> None:
        """Let time pass: nothing changes meanwhile, so a condition that does not hold now will not hold then."""
        self._check_stop()
        if until is None or not until():
            self.time += duration

    def _check_stop(self) -> None:
        if self.stopped:
            raise Stopped("a stop was requested; nothing moves until a person clears it")

    def _nearest(self, pose: Pose) -> str:
        """Say which is the nearest point within reach, on the way there from where the tool is."""
        start = self.tool().position
        low, high = 0.0, 1.0
        for _ in range(6):
            middle = (low + high) / 2
            at = Pose(start + middle * (pose.position - start), pose.orientation)
            low, high = (middle, high) if panda.inverse(at, self._joints) is not None else (low, middle)
        return f"the nearest point within reach is {shown(start + low * (pose.position - start))}"

    def _run(
        self, poses: list[Pose], goal: Array, duration: float, touching: Collection[str], until: Until | None
    ) -> MotionResult:
        """Carry out a motion that has been planned; check it first."""
        self._check_stop()
        for pose in poses:
            blocked = self._blocked(pose, touching)
            if blocked is not None:
                raise Collision(f"the way is blocked by {blocked!r} at {shown(pose.position)}; nothing has moved")
        done = 0 if until is not None and until() else len(poses)
        for count, (before, pose) in enumerate(itertools.pairwise(poses[:done])):
            self._carry(pose)
            step = (pose.position - before.position)[:2]
            for room, low, high in self._hand(pose):
                self.table.push(room, low, high, step, touching if self._held is None else ())
            if until is not None:
                at = panda.inverse(pose, self._joints)
                self._joints = self._joints if at is None else at
                if until():
                    done = count + 2
                    break
        self._joints = goal if done == len(poses) else self._joints
        duration *= done / len(poses)
        self.time += duration
        reached = self.tool()
        error = float(np.linalg.norm(reached.position - poses[-1].position))
        turn = angle_between(reached.orientation, poses[-1].orientation)
        return MotionResult(reached, self._joints.copy(), error, turn, duration)

    def _carry(self, pose: Pose) -> None:
        """Take what is held along to a pose of the tool; what is too heavy for the grip slips out."""
        if self._held is None:
            return
        thing, held = self._held
        if thing.mass * _GRAVITY > 2 * _FRICTION * self._force:
            self._let_go()
            raise ObjectSlipped(f"{thing.name!r} slipped out of the gripper")
        seen = held.at(pose)
        thing.position, thing.yaw = seen.position.copy(), seen.yaw

    def _let_go(self) -> None:
        if self._held is not None:
            thing, self._held = self._held[0], None
            self.table.drop(thing)

    def _hand(self, tool: Pose) -> list[tuple[Footprint, float, float]]:
        """The fingers and the palm as upright prisms: footprint, low and high. They stand upright only while the tool
        points down, which is how this arm is used near things."""
        yaw = heading(tool.orientation)
        line = np.array([math.sin(yaw), -math.cos(yaw)])
        x, y, z = tool.position
        half = np.array([FINGER_THICKNESS, FINGER_BREADTH]) / 2
        # Closed fingers are thinner than two, for they taper towards their tips.
        apart = max(self._width + FINGER_THICKNESS, 0.016) / 2
        prisms = [
            (Footprint(np.array([x, y]) + side * apart * line, line, half), z - FINGERTIP, z + FINGER_DEPTH)
            for side in (-1, 1)
        ]
        palm = Footprint(np.array([x, y]), line, _PALM)
        return [*prisms, (palm, z + FINGER_DEPTH, z + FINGER_DEPTH + _PALM_HEIGHT)]

    def _blocked(self, tool: Pose, touching: Collection[str]) -> str | None:
        """What hand and held object would collide with when the tool is at a pose."""
        names = set(touching)
        prisms = self._hand(tool)
        if self._held is not None:
            thing, held = self._held
            names.add(thing.name)
            seen = held.at(tool)
            half = seen.size[:2] / 2 - _SUNK
            outline = held.outline(heading(tool.orientation))
            prisms.append((Footprint(seen.position[:2], outline.along, half), bottom(seen) + _SUNK, seen.top))
        for room, low, high in prisms:
            if low < -_SUNK:
                return "the table"
            met = self.table.met(room, low, high, names)
            if met is not None:
                return met
        return None

    def _between_fingers(self) -> tuple[FakeThing, float, Array] | None:
        """What is between the fingers, how wide it is there, and how it moves (3,) when they close on it."""
        tool = self.tool()
        line = matrix(tool.orientation)[:, 1]
        for thing in self.table.things:
            seen = thing.seen()
            low, high = bottom(seen), seen.top
            if thing.kind == "zone" or not low - FINGERTIP < tool.position[2] < high + FINGERTIP:
                continue
            for near, far in _crossings(thing, tool.position, line):
                if -self._width / 2 - 1e-6 <= near <= far <= self._width / 2 + 1e-6:
                    return thing, far - near, -(near + far) / 2 * line
        return None


def _between(first: Pose, second: Pose) -> list[Pose]:
    """Poses on the straight way from one to the other, without the first."""
    turn = heading(multiply(second.orientation, [*-first.orientation[:3], first.orientation[3]]))
    length = float(np.linalg.norm(second.position - first.position))
    steps = max(2, math.ceil(length / _STEP), math.ceil(abs(turn) / 0.1))
    poses = []
    for share in np.linspace(0.0, 1.0, steps)[1:-1]:
        position = first.position + share * (second.position - first.position)
        poses.append(Pose(position, multiply(from_yaw(share * turn), first.orientation)))
    return [*poses, second]


def _crossings(thing: FakeThing, point: Array, line: Array) -> list[tuple[float, float]]:
    """Where a line over the ground is within the solid part of a thing: distances from the point, m."""
    whole = _crossing(thing, point, line, 0.0)
    if whole is None or thing.kind not in HOLLOW:
        return [] if whole is None else [whole]
    inner = _crossing(thing, point, line, 0.008)
    return [whole] if inner is None else [(whole[0], inner[0]), (inner[1], whole[1])]


def _crossing(thing: FakeThing, point: Array, line: Array, wall: float) -> tuple[float, float] | None:
    axes = matrix(from_yaw(thing.yaw))[:2, :2].T
    start, slope = axes @ (point - thing.position)[:2], axes @ line[:2]
    near, far = -math.inf, math.inf
    for at, rate, size in zip(start, slope, thing.size[:2], strict=True):
        half = size / 2 - wall
        if abs(rate) < 1e-9:
            if abs(at) > half:
                return None
            continue
        ends = sorted([(-half - at) / rate, (half - at) / rate])
        near, far = max(near, ends[0]), min(far, ends[1])
    return (near, far) if near < far else None
