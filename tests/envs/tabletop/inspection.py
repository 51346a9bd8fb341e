"""Watches a simulation step by step: whether the physics of an episode was honest."""

from __future__ import annotations

import numpy as np
import pybullet

from embodied_codeact.envs.tabletop.panda import FINGER_JOINTS, HAND_LINK, LIMITS
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, Simulation
from embodied_codeact.primitives.arm_types import Array

MOST_PENETRATION = 0.003
"""m that the gripper may pass into anything."""
_GRIPPER_LINKS = {HAND_LINK, *FINGER_JOINTS}


class Inspection:
    """Records joint states and contacts of each step, from when it is made until :meth:`end`."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._positions: list[Array] = []
        self._velocities: list[Array] = []
        self.deepest = 0.0
        """m that the gripper was in something at most."""
        self.deepest_in = ""
        self.constraints = 0
        simulation.hooks.append(self._look)

    def _look(self) -> None:
        simulation = self._simulation
        positions, velocities, _ = simulation.joints()
        self._positions.append(positions)
        self._velocities.append(velocities)
        self.constraints = max(self.constraints, pybullet.getNumConstraints(physicsClientId=simulation.client))
        for point in pybullet.getContactPoints(bodyA=simulation.arm, physicsClientId=simulation.client):
            if point[3] in _GRIPPER_LINKS and -point[8] > self.deepest:
                self.deepest, self.deepest_in = -point[8], simulation.names.get(point[2], str(point[2]))

    def end(self) -> None:
        """Stop looking."""
        if self._look in self._simulation.hooks:
            self._simulation.hooks.remove(self._look)

    @property
    def joint_states(self) -> bytes:
        """All recorded positions and velocities, to compare runs by the bit."""
        return np.array([self._positions, self._velocities]).tobytes()

    def problems(self) -> list[str]:
        """What was not honest; empty where all was well."""
        if len(self._positions) < 4:
            return []
        positions = np.array(self._positions)[:, :7]
        velocities = np.array(self._velocities)[:, :7]
        jerks = np.diff(velocities, n=2, axis=0) * RATE_HZ**2
        checks = {
            f"the gripper was {self.deepest * 1e3:.1f} mm in {self.deepest_in}": self.deepest <= MOST_PENETRATION,
            f"{self.constraints} constraints": self.constraints == 1,
            "joint positions left their range": bool(
                (positions >= LIMITS.joint_lower - 1e-3).all() and (positions <= LIMITS.joint_upper + 1e-3).all()
            ),
            "joint velocities exceeded their limits": bool((np.abs(velocities) <= LIMITS.joint_velocity).all()),
            "joint jerks exceeded their limits": bool((np.abs(jerks) <= LIMITS.joint_jerk).all()),
        }
        return [problem for problem, fine in checks.items() if not fine]
