"""The ``arm`` object at the level of joints: targets and velocities of each joint, and the arm's kinematics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embodied_codeact.primitives.arm import LONGEST_WAIT, Arm, Predicate, Vector, told
from embodied_codeact.primitives.arm_arguments import (
    check_duration,
    check_speed,
    check_touching,
    check_vector,
    shown,
)
from embodied_codeact.primitives.arm_errors import LimitExceeded
from embodied_codeact.primitives.arm_types import Array, MotionResult, Pose


class JointArm(Arm):
    __doc__ = Arm.__doc__

    def move_joints(
        self,
        positions: Vector,
        *,
        speed: float = 1.0,
        touching: Sequence[str] = (),
        until: str | Predicate | None = None,
    ) -> MotionResult:
        """Move to joint positions (n,), rad, base to wrist, all arriving together on a straight line in joint space.

        Raises LimitExceeded (a joint would pass its end), Collision (says with what; go round it in several moves).

        >>> near = arm.joints().positions + [0.2, 0, 0, 0, 0, 0, -0.3]
        >>> arm.move_joints(near, speed=0.5).position_error < 0.002
        True
        """
        target, guard = self._positions(positions), self._guard(until)
        share, names = check_speed(speed), check_touching(touching)
        return told(self._backend.move_joints(target, speed=share, touching=names, until=guard), guard)

    def move_velocities(
        self, velocities: Vector, duration: float, *, until: str | Predicate | None = None
    ) -> MotionResult:
        """Bring the joints to ``velocities`` (n,), rad/s, keep them for ``duration`` seconds, and come to rest.

        >>> before = arm.joints().positions
        >>> after = arm.move_velocities([0.1, 0, 0, 0, 0, 0, 0], 1.0).joints
        >>> bool(after[0] > before[0] + 0.09)
        True
        """
        limits = self._backend.limits
        rates = self._vector("velocities", velocities, "rad/s")
        if (np.abs(rates) > limits.joint_velocity + 1e-9).any():
            raise LimitExceeded(f"velocities {shown(rates)} rad/s go beyond the limits ±{shown(limits.joint_velocity)}")
        guard, seconds = self._guard(until), check_duration("duration", duration, LONGEST_WAIT)
        return told(self._backend.move_velocities(rates, seconds, until=guard), guard)

    def forward(self, positions: Vector) -> Pose:
        """Return the pose that the tool has at joint positions (n,), without moving.

        >>> bool(abs(arm.forward(arm.joints().positions).position - arm.pose().position).max() < 0.002)
        True
        """
        return self._backend.forward(self._vector("positions", positions, "rad"))

    def jacobian(self, positions: Vector) -> Array:
        """Return the tool's Jacobian (6, n) at joint positions (n,), world frame: rows are vx, vy, vz in m/rad, then
        the turning rates about x, y, z. With it a script solves for the joints of a pose in a few Newton steps.

        >>> import numpy as np
        >>> def solve(position):
        ...     q = arm.joints().positions
        ...     for _ in range(20):
        ...         error = [*(position - arm.forward(q).position), 0, 0, 0]
        ...         q = q + np.linalg.pinv(arm.jacobian(q)) @ error
        ...     return q
        >>> arm.move_joints(solve([0.5, 0.1, 0.3])).reached.position.round(2).tolist()
        [0.5, 0.1, 0.3]
        """
        return self._backend.jacobian(self._vector("positions", positions, "rad"))

    def _vector(self, parameter: str, values: Any, unit: str) -> Array:
        count = len(self._backend.limits.joint_lower)
        return check_vector(parameter, values, count, f"{count} numbers in {unit}, base to wrist")

    def _positions(self, positions: Any) -> Array:
        """Return joint positions within the limits.

        Raises:
            LimitExceeded: a joint would pass its end; says which.
        """
        limits = self._backend.limits
        target = self._vector("positions", positions, "rad")
        outside = (target < limits.joint_lower - 1e-6) | (target > limits.joint_upper + 1e-6)
        if outside.any():
            worst = int(np.argmax(outside))
            raise LimitExceeded(
                f"positions[{worst}] is {target[worst]:.3f} rad: that joint goes from "
                f"{limits.joint_lower[worst]:.3f} to {limits.joint_upper[worst]:.3f} rad"
            )
        return np.clip(target, limits.joint_lower, limits.joint_upper)
