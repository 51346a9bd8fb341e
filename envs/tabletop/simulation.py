"""The physics of the table: PyBullet at 240 Hz with the arm, the table and the objects of a scene.

A scene is always built anew, from nothing: so the same scene and the same commands give the same states to the last
bit, whatever was simulated before. No constraint ever ties an object to the gripper; the only one that exists is the
gripper's own mechanism, which moves both fingers alike.
"""

from __future__ import annotations

import math
import time as clock
from collections.abc import Callable

import numpy as np
import pybullet

from embodied_codeact.envs.tabletop.bodies import add_object
from embodied_codeact.envs.tabletop.catalog import yaw_quaternion
from embodied_codeact.envs.tabletop.panda import (
    ARM_JOINTS,
    FINGER_JOINTS,
    FINGER_TRAVEL,
    HAND_LINK,
    HOME,
    MOVING_JOINTS,
    TORQUES,
    load_panda,
)
from embodied_codeact.envs.tabletop.scene import FLOOR_Z, TABLE_CENTRE, TABLE_HALF, SceneSpec
from embodied_codeact.envs.tabletop.view import Point, Quaternion
from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.primitives.arm_types import Array

RATE_HZ = 240
STEP_S = 1.0 / RATE_HZ
TABLE = "the table"
ARM = "the arm"

_SOLVER_ITERATIONS = 30
_CONTACT_DISTANCE = 0.005
"""Contact points further apart than this cost no time, m: twice the way of the tool at full speed in one step."""
_TABLE_FRICTION = 0.8
_FINGERTIP_FRICTION = 1.0
_INSIDE = 0.3
"""Cosine between a contact's normal and the fingers' line from which on the inside of a finger presses."""
_SETTLED_SPEED = 2e-3
"""An object that moves slower than this, in m/s and (times 10) rad/s, is at rest."""
_SETTLED_STEPS = 12
_WHILE_S = 0.5
_TREMBLING_M = 0.002
"""What has moved by less than this within a while has only trembled."""
_LAG_S = 0.05

_POSITION_GAINS = (0.3,) * 7
"""How much of a position error a motor makes up for in one step. Higher tracks better, lower is softer in contact."""

StepHook = Callable[[], None]


class Simulation:
    """One table. ``realtime`` holds steps back to the clock's pace.

    ``hooks`` are called after each step; ``steps`` counts those since the scene was built; ``stepped_s`` are the
    seconds on the clock that PyBullet itself took for all steps so far.
    """

    def __init__(self, *, realtime: bool = False) -> None:
        self.client: int = pybullet.connect(pybullet.DIRECT)
        if self.client < 0:
            raise EnvironmentFailure("PyBullet gives no physics client")
        self.realtime = realtime
        self.hooks: list[StepHook] = []
        self.scene = SceneSpec()
        self.steps = 0
        self.stepped_s = 0.0
        self.arm = -1
        self.table = -1
        self.bodies: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self._clock_zero = 0.0

    @property
    def time(self) -> float:
        """Simulated seconds since the scene was built."""
        return self.steps * STEP_S

    def build(self, scene: SceneSpec) -> None:
        """Put everything where the scene says, the arm at home, and let it come to rest."""
        pybullet.resetSimulation(physicsClientId=self.client)
        pybullet.setGravity(0, 0, -9.81, physicsClientId=self.client)
        pybullet.setPhysicsEngineParameter(
            fixedTimeStep=STEP_S,
            numSolverIterations=_SOLVER_ITERATIONS,
            deterministicOverlappingPairs=1,
            contactBreakingThreshold=_CONTACT_DISTANCE,
            physicsClientId=self.client,
        )
        self._add_table()
        self._add_arm()
        self.scene, self.steps = scene, 0
        self.bodies = {}
        meshes: dict[str, int] = {}
        for spec in scene.objects:
            body = add_object(self.client, spec, meshes=meshes)
            if body is not None:
                self.bodies[spec.name] = body
        self.names = {body: name for name, body in self.bodies.items()}
        self.names[self.table] = TABLE
        self.names[self.arm] = ARM
        hooks, self.hooks = self.hooks, []
        try:
            self.settle(0.5)
        finally:
            self.hooks = hooks
        self.steps = 0
        self.restart_clock()

    def _add_table(self) -> None:
        shape = pybullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=TABLE_HALF, physicsClientId=self.client)
        self.table = pybullet.createMultiBody(0, shape, -1, TABLE_CENTRE, physicsClientId=self.client)
        pybullet.changeDynamics(self.table, -1, lateralFriction=_TABLE_FRICTION, physicsClientId=self.client)
        plane = pybullet.createCollisionShape(pybullet.GEOM_PLANE, physicsClientId=self.client)
        pybullet.createMultiBody(0, plane, -1, (0, 0, FLOOR_Z), physicsClientId=self.client)

    def _add_arm(self) -> None:
        self.arm = load_panda(self.client)
        # The arm is bolted to the table, so the two touch by design.
        pybullet.setCollisionFilterPair(self.arm, self.table, -1, -1, 0, physicsClientId=self.client)
        left, right = FINGER_JOINTS
        for joint in FINGER_JOINTS:
            pybullet.changeDynamics(self.arm, joint, lateralFriction=_FINGERTIP_FRICTION, physicsClientId=self.client)
        # One motor drives both fingers of the real gripper; without this they would be free to sway sideways together.
        mechanism = pybullet.createConstraint(
            self.arm,
            left,
            self.arm,
            right,
            pybullet.JOINT_GEAR,
            [1, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
            physicsClientId=self.client,
        )
        pybullet.changeConstraint(mechanism, gearRatio=-1, erp=0.1, maxForce=100, physicsClientId=self.client)
        self.command_arm(HOME, (0.0,) * 7)
        self.command_fingers(FINGER_TRAVEL, 20.0)

    # Moving

    def command_arm(self, positions: Array | tuple[float, ...], velocities: Array | tuple[float, ...]) -> None:
        """Set what the joint motors strive for: (7,) rad and (7,) rad/s."""
        pybullet.setJointMotorControlArray(
            self.arm,
            ARM_JOINTS,
            pybullet.POSITION_CONTROL,
            targetPositions=positions,
            targetVelocities=velocities,
            forces=TORQUES,
            positionGains=_POSITION_GAINS,
            physicsClientId=self.client,
        )

    def command_fingers(self, travel: float, force: float) -> None:
        """Set where each finger strives to, m from closed, and the force of its motor, N."""
        pybullet.setJointMotorControlArray(
            self.arm,
            FINGER_JOINTS,
            pybullet.POSITION_CONTROL,
            targetPositions=(travel, travel),
            forces=(force, force),
            physicsClientId=self.client,
        )

    def step(self) -> None:
        """Let one 240th of a second pass."""
        began = clock.perf_counter()
        pybullet.stepSimulation(physicsClientId=self.client)
        self.stepped_s += clock.perf_counter() - began
        self.steps += 1
        for hook in self.hooks:
            hook()
        if self.realtime:
            self._keep_pace()

    def settle(self, at_most_s: float) -> bool:
        """Step until all objects rest, or the time is over; return whether they rest."""
        still = 0
        for _ in range(round(at_most_s * RATE_HZ)):
            self.step()
            still = still + 1 if self.at_rest() else 0
            if still >= _SETTLED_STEPS:
                return True
        return False

    def comes_to_rest(self, at_most_s: float) -> bool:
        """Step until nothing gets anywhere any more, or the time is over; return whether it is so. What only trembles
        in its place counts as resting."""
        for _ in range(round(at_most_s / _WHILE_S)):
            before = self.poses()
            if self.settle(_WHILE_S):
                return True
            after = self.poses()
            if all(math.dist(before[name][0], after[name][0]) < _TREMBLING_M for name in before):
                return True
        return False

    def at_rest(self) -> bool:
        """Return whether no object moves now."""
        for body in self.bodies.values():
            linear, angular = pybullet.getBaseVelocity(body, physicsClientId=self.client)
            if max(map(abs, linear)) > _SETTLED_SPEED or max(map(abs, angular)) > 10 * _SETTLED_SPEED:
                return False
        return True

    def restart_clock(self) -> None:
        """Let simulated time go on from now on the clock; time that nobody simulated is not caught up."""
        self._clock_zero = clock.monotonic() - self.time

    def _keep_pace(self) -> None:
        ahead = self.time - (clock.monotonic() - self._clock_zero)
        if ahead > 0:
            clock.sleep(ahead)
        elif ahead < -_LAG_S:
            self.restart_clock()

    # Reading

    def joints(self) -> tuple[Array, Array, Array]:
        """Return positions, velocities and motor torques of arm (7) and fingers (2): three arrays of (9,)."""
        states = pybullet.getJointStates(self.arm, MOVING_JOINTS, physicsClientId=self.client)
        return (
            np.array([state[0] for state in states]),
            np.array([state[1] for state in states]),
            np.array([state[3] for state in states]),
        )

    def pose(self, name: str) -> tuple[Point, Quaternion]:
        """Return where an object is: its centre and its turn. Zones stay where the scene puts them."""
        body = self.bodies.get(name)
        if body is None:
            return _spec_pose(self.scene, name)
        pose: tuple[Point, Quaternion] = pybullet.getBasePositionAndOrientation(body, physicsClientId=self.client)
        return pose

    def poses(self) -> dict[str, tuple[Point, Quaternion]]:
        """Return the pose of each object, in the scene's order."""
        return {spec.name: self.pose(spec.name) for spec in self.scene.objects}

    def contacts(self) -> frozenset[tuple[str, str]]:
        """Return the pairs of names that touch, each in alphabetic order."""
        pairs = set()
        for point in pybullet.getContactPoints(physicsClientId=self.client):
            a, b = self.names.get(point[1]), self.names.get(point[2])
            if a is not None and b is not None and a != b and point[8] < 1e-3:
                pairs.add((min(a, b), max(a, b)))
        return frozenset(pairs)

    def finger_forces(self) -> dict[str, tuple[float, float]]:
        """Return what the insides of the fingers press on: by name the normal forces of left and right finger, N."""
        forces: dict[str, list[float]] = {}
        opens = self._opening_direction()
        for point in pybullet.getContactPoints(bodyA=self.arm, physicsClientId=self.client):
            if point[3] not in FINGER_JOINTS or point[2] == self.arm or point[2] not in self.names:
                continue
            side = point[3] - FINGER_JOINTS[0]
            # The normal points from the object to the finger: outwards where it is the finger's inside that presses.
            outward = sum(a * b for a, b in zip(point[7], opens, strict=True)) * (1 - 2 * side)
            if outward > _INSIDE:
                forces.setdefault(self.names[point[2]], [0.0, 0.0])[side] += point[9]
        return {name: (left, right) for name, (left, right) in forces.items()}

    def _opening_direction(self) -> Point:
        """The direction in which the left finger opens: the y axis of the hand, world frame."""
        x, y, z, w = pybullet.getLinkState(self.arm, HAND_LINK, physicsClientId=self.client)[5]
        return (2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x))

    def held(self) -> str | None:
        """Return the name of what both fingers press on."""
        pressed = {name: min(both) for name, both in self.finger_forces().items() if min(both) > 0.0 and name != TABLE}
        return max(pressed, key=lambda name: pressed[name]) if pressed else None

    def close(self) -> None:
        """End the physics client. May be called twice."""
        if self.client >= 0:
            pybullet.disconnect(self.client)
            self.client = -1


def _spec_pose(scene: SceneSpec, name: str) -> tuple[Point, Quaternion]:
    spec = scene.named(name)
    return spec.position, yaw_quaternion(spec.yaw)
