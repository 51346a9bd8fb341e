"""The arm's low-level control as a plain Gymnasium environment: joint velocities in, joints and object poses out.

For those who want to learn or compare controllers. No planning, no scripts, no server: the physics and the tasks are
the tabletop's own. It is ``embodied_codeact/TabletopControl-v0`` once ``embodied_codeact.gymnasium_api`` is imported.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from embodied_codeact.envs.tabletop.panda import FINGER_TRAVEL, HOME, LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from embodied_codeact.envs.tabletop.scene import COLORS
from embodied_codeact.envs.tabletop.simulation import RATE_HZ, STEP_S, Simulation
from embodied_codeact.envs.tabletop.tasks import TASKS, Setup
from embodied_codeact.envs.tabletop.tasks.goals import Verdict
from embodied_codeact.envs.tabletop.view import WorldView
from embodied_codeact.errors import ConfigurationError, unknown_name

MAX_OBJECTS = 12
"""Rows of the observation's ``objects``; no task has more things."""
_FEATURES = 14
_FORCE = 20.0
_SUCCESS_S = 0.5
"""A success counts when it has held for so long: nothing is settled before it is judged here."""
_MARGIN = 0.02
"""A joint stops so far before the end of its range, rad."""
_BRAKING = 0.7
"""Share of the acceleration limit that braking before the end of the range counts on."""
_LEAD = 0.03
"""The commanded position runs at most this far ahead of the measured one, rad: a blocked arm presses, but does not leap
when it comes free."""

Seen = dict[str, NDArray[np.float32]]
Action = NDArray[np.float32]


class TabletopControlEnv(gymnasium.Env[Seen, Action]):
    """One task of the tabletop, controlled at ``control_hz``.

    *Action*: (8,) from -1 to 1, clipped to that: seven joint velocities as shares of the arm's velocity limits
    (reached at no more than its acceleration limits), and the gripper, from -1 closed to 1 open.
    *Observation*: ``joint_positions`` (7,) rad, ``joint_velocities`` (7,) rad/s, ``gripper`` (1,) m between the
    fingers, ``tool`` (7,) position in m and quaternion xyzw in the world frame, and ``objects`` (12, 14), a row for
    each object: 1, position (3), quaternion (4), size (3), colour as RGB (3); zeros for those that are not there.
    *Reward*: how much the task's score has grown. *Terminated* when it has been solved for half a second. *Info*:
    ``instruction``, ``success``, ``score``, ``reason``, ``objects`` (names, in the order of the rows).

    Args:
        task: one of the tabletop's tasks.
        control_hz: actions a second; a divisor of 240.

    Raises:
        ConfigurationError: there is no such task, or the rate does not divide the simulation's.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(self, task: str = "reach", *, control_hz: int = 20, render_mode: str | None = None) -> None:
        if task not in TASKS:
            raise ConfigurationError(unknown_name("tabletop task", task, TASKS))
        if control_hz < 1 or RATE_HZ % control_hz:
            raise ConfigurationError(f"control_hz={control_hz} does not divide the simulation's {RATE_HZ} Hz")
        self.render_mode = render_mode
        self._task = TASKS[task]
        self._steps = RATE_HZ // control_hz
        self._hold = round(_SUCCESS_S * control_hz)
        self.action_space = spaces.Box(-1.0, 1.0, (8,), np.float32)
        self._boxes: dict[str, spaces.Box[np.float32]] = {
            "joint_positions": spaces.Box(-4.0, 4.0, (7,), np.float32),
            "joint_velocities": spaces.Box(-20.0, 20.0, (7,), np.float32),
            "gripper": spaces.Box(-0.01, 0.1, (1,), np.float32),
            "tool": spaces.Box(-2.0, 2.0, (7,), np.float32),
            "objects": spaces.Box(-10.0, 10.0, (MAX_OBJECTS, _FEATURES), np.float32),
        }
        self.observation_space: spaces.Space[Any] = spaces.Dict({**self._boxes})
        self._simulation = Simulation()
        self._kinematics = PandaKinematics()
        self._setup: Setup | None = None
        self._grasped: set[str] = set()
        self._target = np.array(HOME)
        self._velocity = np.zeros(7)
        self._score = 0.0
        self._solved = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Build a scene of the task. The same seed gives the same scene. There are no ``options``."""
        super().reset(seed=seed, options=options)
        # The tabletop's own scene of that seed; without one, whatever comes next.
        scenes = self.np_random if seed is None else np.random.default_rng(seed)
        self._setup = self._task.sample(scenes)
        self._simulation.build(self._setup.scene)
        self._target, self._velocity = np.array(HOME), np.zeros(7)
        self._grasped, self._solved = set(), 0
        verdict = self._judge(self._setup)
        self._score = verdict.score
        return self._observe(), self._info(verdict)

    def step(self, action: Action) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Carry out an action for one period of control.

        Raises:
            gymnasium.error.ResetNeeded: no episode was started.
            gymnasium.error.InvalidAction: the action is not of shape (8,), or not of finite numbers. Nothing has moved.
        """
        if self._setup is None:
            raise gymnasium.error.ResetNeeded("call reset first")
        command = _checked(action)
        self._simulation.command_fingers((command[7] + 1) / 2 * FINGER_TRAVEL, _FORCE)
        for _ in range(self._steps):
            self._drive(command[:7] * LIMITS.joint_velocity)
            self._simulation.step()
        held = self._simulation.held()
        if held is not None:
            self._grasped.add(held)
        verdict = self._judge(self._setup)
        score, self._score = self._score, verdict.score
        self._solved = self._solved + 1 if verdict.success else 0
        return self._observe(), verdict.score - score, self._solved >= self._hold, False, self._info(verdict)

    def _drive(self, wanted: NDArray[np.float64]) -> None:
        """Command the next physics step, within the limits of acceleration and position: near the end of its range a
        joint goes no faster than it can brake."""
        braking = 2 * _BRAKING * LIMITS.joint_acceleration
        upward = np.sqrt(braking * np.maximum(LIMITS.joint_upper - _MARGIN - self._target, 0.0))
        downward = np.sqrt(braking * np.maximum(self._target - LIMITS.joint_lower - _MARGIN, 0.0))
        wanted = np.clip(wanted, -downward, upward)
        change = LIMITS.joint_acceleration * STEP_S
        self._velocity = self._velocity + np.clip(wanted - self._velocity, -change, change)
        measured = self._simulation.joints()[0][:7]
        self._target = np.clip(self._target + self._velocity * STEP_S, measured - _LEAD, measured + _LEAD)
        self._simulation.command_arm(self._target, self._velocity)

    def _judge(self, setup: Setup) -> Verdict:
        poses = self._simulation.poses()
        x, y, z = self._tool()[:3]
        view = WorldView(
            scene=setup.scene,
            positions={name: pose[0] for name, pose in poses.items()},
            orientations={name: pose[1] for name, pose in poses.items()},
            contacts=self._simulation.contacts(),
            held=self._simulation.held(),
            grasped=frozenset(self._grasped),
            tool=(float(x), float(y), float(z)),
        )
        return self._task.judge(setup.goal, view)

    def _tool(self) -> NDArray[np.float64]:
        position, orientation = self._kinematics.forward(self._simulation.joints()[0][:7])
        return np.concatenate([position, orientation])

    def _observe(self) -> Seen:
        positions, velocities, _ = self._simulation.joints()
        seen = {
            "joint_positions": positions[:7],
            "joint_velocities": velocities[:7],
            "gripper": positions[7:].sum(keepdims=True),
            "tool": self._tool(),
            "objects": self._objects(),
        }
        return {name: np.clip(seen[name].astype(np.float32), box.low, box.high) for name, box in self._boxes.items()}

    def _objects(self) -> NDArray[np.float64]:
        rows = np.zeros((MAX_OBJECTS, _FEATURES))
        for row, spec in zip(rows, self._simulation.scene.objects, strict=False):
            position, orientation = self._simulation.pose(spec.name)
            row[:] = [1.0, *position, *orientation, *spec.size, *COLORS.get(spec.color, (0.5, 0.5, 0.5))]
        return rows

    def _info(self, verdict: Verdict) -> dict[str, Any]:
        assert self._setup is not None
        return {
            "instruction": self._setup.instruction,
            "success": verdict.success,
            "score": verdict.score,
            "reason": verdict.reason,
            "objects": [spec.name for spec in self._setup.scene.objects],
        }

    def close(self) -> None:
        """End the physics client. May be called twice."""
        self._simulation.close()


def _checked(action: Action) -> NDArray[np.float64]:
    """Return an action within its bounds. Raises InvalidAction: the physics would take a NaN, and never lose it."""
    try:
        command = np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise gymnasium.error.InvalidAction(f"an action is 8 numbers from -1 to 1: {error}") from None
    if command.shape != (8,):
        raise gymnasium.error.InvalidAction(f"an action has the shape (8,), not {command.shape}")
    if not np.isfinite(command).all():
        raise gymnasium.error.InvalidAction(f"an action's numbers must be finite: {command.tolist()}")
    return np.clip(command, -1.0, 1.0)
