"""The simulated Panda behind the primitives: plans in a client of its own, has it carried out in the living one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from embodied_codeact.envs.tabletop.naming import Naming
from embodied_codeact.envs.tabletop.panda import FINGER_TRAVEL, HOME, LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.planning.planner import Held, Planner
from embodied_codeact.envs.tabletop.planning.trajectories import Trajectory, at_velocity
from embodied_codeact.envs.tabletop.table import Mover, Table
from embodied_codeact.errors import unknown_name
from embodied_codeact.primitives.arm_errors import LimitExceeded, OutOfReach, UnknownObject
from embodied_codeact.primitives.arm_types import (
    ArmLimits,
    Array,
    GripperState,
    JointState,
    MotionResult,
    Pose,
    SceneObject,
)
from embodied_codeact.primitives.rotations import angle_between


class PandaArm:
    """Satisfies :class:`~embodied_codeact.primitives.arm_backend.ArmBackend`.

    ``executor`` carries out what is planned. ``obstacles`` tells what is known to lie on the table, for planning;
    ``naming``, what scripts call it.
    """

    def __init__(
        self,
        simulation: Table,
        executor: Mover,
        stop_requested: Callable[[], bool],
        obstacles: Callable[[], Sequence[SceneObject]],
        naming: Naming,
    ) -> None:
        self._simulation = simulation
        self._obstacles = obstacles
        self._naming = naming
        self._kinematics = PandaKinematics()
        self._planner = Planner(LIMITS, self._kinematics, stop_requested)
        self._executor = executor
        self._planned_s = 0.0

    @property
    def grasped(self) -> frozenset[str]:
        """Names of everything that was held since the scene was built."""
        return frozenset(self._executor.grasped)

    @property
    def motion(self) -> tuple[int, float, float, float]:
        """Since the arm was made: physics steps of all motions, seconds on the clock that they took, those of them that
        PyBullet itself took, and seconds that planning took."""
        executor = self._executor
        return executor.moved_steps, executor.moved_s, executor.stepped_s, self._planned_s

    def begin(self) -> None:
        """A new scene was built."""
        self._executor.begin(np.array(HOME))

    def close(self) -> None:
        """Release the planner. May be called twice."""
        self._planner.close()

    # Reading

    @property
    def limits(self) -> ArmLimits:
        """What the arm may do."""
        return LIMITS

    def joints(self) -> JointState:
        """Return the measured joint state."""
        positions, velocities, efforts = self._simulation.joints()
        return JointState(positions[:7], velocities[:7], efforts[:7])

    def tool(self) -> Pose:
        """Return the measured pose of the tool."""
        return self.forward(self._simulation.joints()[0][:7])

    def gripper(self) -> GripperState:
        """Return the measured state of the gripper."""
        width = float(self._simulation.joints()[0][7:].sum())
        held = self._simulation.held()
        if held is None:
            return GripperState(width=width, force=0.0, holding=None)
        force = min(self._simulation.finger_forces()[held])
        return GripperState(width=width, force=force, holding=self._naming.called(held))

    def forward(self, joints: Sequence[float] | Array) -> Pose:
        """Return the tool's pose for joint positions (7,)."""
        position, orientation = self._kinematics.forward(np.asarray(joints, dtype=float))
        return Pose(position, orientation)

    def jacobian(self, joints: Sequence[float] | Array) -> Array:
        """Return the tool's Jacobian (6, 7)."""
        return self._kinematics.jacobian(np.asarray(joints, dtype=float))

    def inverse(self, pose: Pose) -> Array:
        """Return joint positions (7,) that put the tool at ``pose``, near the present ones."""
        found = self._kinematics.inverse(pose.position, pose.orientation, self._executor.commanded)
        if not found.success:
            raise OutOfReach(self._planner.reach_advice(pose, self._executor.commanded))
        return found.joints

    def blocked_by(self, joints: Sequence[float] | Array, *, touching: Collection[str] = ()) -> str | None:
        """Return what arm or held object would collide with at these joint positions (7,)."""
        with self._planning(touching):
            return self._planner.blocked_by(np.asarray(joints, dtype=float), self._finger_width(), touching=touching)

    # Moving

    def move_joints(
        self, joints: Sequence[float] | Array, *, speed: float = 1.0, touching: Collection[str] = ()
    ) -> MotionResult:
        """Move to joint positions (7,), in a straight line in joint space."""
        goal = np.asarray(joints, dtype=float)
        with self._planning(touching):
            plan = self._planner.plan_joints(
                self._executor.commanded, goal, self._finger_width(), touching=touching, speed=speed
            )
        return self._execute(plan, self.forward(goal), touching)

    def move_tool(
        self, pose: Pose, *, straight: bool = False, speed: float = 1.0, touching: Collection[str] = ()
    ) -> MotionResult:
        """Move the tool to ``pose``, in a straight line or on any free way."""
        with self._planning(touching):
            plan = self._planner.plan_tool(
                self._executor.commanded, pose, straight, self._finger_width(), touching=touching, speed=speed
            )
        return self._execute(plan, pose, touching)

    def move_velocities(self, velocities: Sequence[float] | Array, duration: float) -> MotionResult:
        """Bring the joints to velocities (7,) rad/s, keep them for ``duration`` seconds, and come to rest."""
        with self._planning():
            plan = at_velocity(self._executor.commanded, np.asarray(velocities, dtype=float), duration, LIMITS)
            self._planner.check(plan, self._finger_width())
        last = plan.positions[-1] if len(plan.positions) else self._executor.commanded
        return self._execute(plan, self.forward(last), ())

    def move_gripper(self, width: float, *, force: float, speed: float = 1.0) -> GripperState:
        """Open or close the fingers towards ``width`` m, pressing with at most ``force`` N."""
        if not 0.0 <= width <= 2 * FINGER_TRAVEL or not 0.0 < force <= LIMITS.gripper_force:
            raise LimitExceeded(
                f"the gripper opens from 0 to {2 * FINGER_TRAVEL} m and presses with up to {LIMITS.gripper_force} N; "
                f"asked were {width} m and {force} N"
            )
        self._executor.move_fingers(width, force=force, speed=speed)
        return self.gripper()

    def wait(self, duration: float) -> None:
        """Let ``duration`` seconds of simulated time pass, holding still."""
        self._executor.wait(duration)

    @contextlib.contextmanager
    def _planning(self, touching: Collection[str] = ()) -> Iterator[None]:
        """Tell the planner how things are now, and count the time until the plan stands.

        Raises:
            UnknownObject: nothing of a name in ``touching`` is known.
        """
        began = time.perf_counter()
        try:
            self._refresh(touching)
            yield
        finally:
            self._planned_s += time.perf_counter() - began

    def _finger_width(self) -> float:
        return float(self._simulation.joints()[0][7:].sum())

    def _refresh(self, touching: Collection[str]) -> None:
        """Tell the planner what lies where, and what is held."""
        objects = list(self._obstacles())
        known = {thing.name for thing in objects}
        for name in touching:
            if name not in known:
                raise UnknownObject(f"touching: {unknown_name('object', name, known)}")
        held_body = self._simulation.held()
        held_name = self._naming.called(held_body) if held_body is not None else None
        held = next((Held(thing, self.tool()) for thing in objects if thing.name == held_name), None)
        self._planner.update([thing for thing in objects if held is None or thing is not held.object], held)

    def _execute(self, plan: Trajectory, goal: Pose, touching: Collection[str]) -> MotionResult:
        began = self._simulation.time
        self._executor.follow(plan, touching=touching)
        joints = self._simulation.joints()[0][:7]
        reached = self.forward(joints)
        return MotionResult(
            reached=reached,
            joints=joints,
            position_error=float(np.linalg.norm(reached.position - goal.position)),
            rotation_error=angle_between(reached.orientation, goal.orientation),
            duration=self._simulation.time - began,
        )
