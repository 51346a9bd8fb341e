"""Any task as a Gymnasium environment: the action is a script, the observation is what a model would be told."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import msgspec
import numpy as np
from gymnasium import spaces

from embodied_codeact.agent import Limits
from embodied_codeact.agent.observation import ScriptOutcome, describe_outcome
from embodied_codeact.agent.prompt import task_text
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import Observation, SensorSpec, Task
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.gymnasium_api.spaces import ScriptSpace
from embodied_codeact.registry import load_environment

MAX_TEXT = 100_000
"""Characters of an observation; what scripts print is cut long before."""
_WIDE = 1e9
"""Bounds of sensors that have none: no reading in SI units comes near, and Gymnasium wants finite ones."""

Seen = dict[str, Any]


class ScriptEnv(gymnasium.Env[Seen, str]):
    """One task, in a server, a world and a confined interpreter of its own, which start with the first ``reset``.

    *Action*: a Python script, as a model would write it, without tags. A blank one says that the work is finished.
    *Observation*: ``text``, what a model would be told (after a reset the task, after a step what the script printed,
    its error, what changed), and ``sensors``, the environment's sensors that have a rate, as they are now.
    *Reward*: how much the score has grown; the rewards of an episode sum up to its score.
    *Terminated* when the environment is done, or the work was said to be finished; *truncated* after ``max_turns``
    scripts. Both times the settled world is judged.
    *Info*: ``instruction``, ``success``, ``state``, ``reason``, and after a step ``error``, the kind of error that the
    script ended with, or empty.

    Args:
        environment: its name, such as ``"tabletop"``.
        task: the task's id; the first one without.
        draw_tasks: without a task, each reset draws one by its seed.
        options: options of the environment, as the command line takes them.
        max_turns: scripts in an episode.
        script_timeout_s: seconds that one script may run.
        max_length: characters that a script may have.
        sandbox: ``"strict"``, ``"best"`` or ``"off"``.

    Raises:
        ConfigurationError: the environment or its options do not exist.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self,
        environment: str,
        task: str | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        draw_tasks: bool = False,
        max_turns: int = 5,
        script_timeout_s: float = 60.0,
        max_length: int = 20_000,
        sandbox: str = "strict",
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = render_mode
        self._environment, self._wanted, self._options = environment, task, dict(options or {})
        self._draws = draw_tasks
        self._limits = Limits(turns=max_turns, script_timeout_s=script_timeout_s)
        self._sandbox = sandbox
        self._sensors = [spec for spec in load_environment(environment).sensors if spec.rate_hz > 0]
        parts: dict[str, spaces.Space[Any]] = {"text": ScriptSpace(MAX_TEXT)}
        if self._sensors:
            parts["sensors"] = spaces.Dict({spec.name: _space_of(spec) for spec in self._sensors})
        self.observation_space = spaces.Dict(parts)
        self.action_space = ScriptSpace(max_length)
        self._resources = contextlib.ExitStack()
        self._session: EnvironmentClient | None = None
        self._seen = Observation()
        self._task = Task("", environment, "")
        self._turns = 0
        self._score = 0.0
        self._over = True

    @property
    def session(self) -> EnvironmentClient:
        """The running session, which is started where there is none: its description has the API for a prompt."""
        if self._session is None:
            self._session = self._resources.enter_context(
                local_session(self._environment, self._options, sandbox=self._sandbox, deadman_s=None)
            )
        return self._session

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Start the task, with this seed, or with one drawn from that of an earlier reset. ``options["task"]`` names
        another task.

        Raises:
            ConfigurationError: there is no such task.
            OperatorError: the world cannot be started, or broke.
        """
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(2**31)) if seed is None else seed
        wanted = (options or {}).get("task", self._wanted)
        tasks = self.session.describe().tasks
        if wanted is None and self._draws:
            wanted = tasks[int(self.np_random.integers(len(tasks)))].id
        task = msgspec.structs.replace(_choose(tasks, wanted), seed=drawn)
        self._seen = self.session.reset(task)
        self._task = msgspec.structs.replace(task, instruction=self._seen.instruction or task.instruction)
        self._turns, self._over, self._score = 0, False, self._seen.status.score
        return self._observation(task_text(self._task, self._seen.text)), self._info()

    def step(self, action: str) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Run a script, or finish.

        Raises:
            gymnasium.error.ResetNeeded: the episode is over, or none was started.
            gymnasium.error.InvalidAction: the action is no text, or too long.
            OperatorError: the world broke.
        """
        if self._over:
            raise gymnasium.error.ResetNeeded("the episode is over, or none was started: call reset first")
        if action not in self.action_space:
            raise gymnasium.error.InvalidAction(f"an action is a text in {self.action_space}, and this one is not")
        text, error = "", ""
        terminated = not action.strip()
        if not terminated:
            before = self._seen.state
            result, self._seen = self.session.execute(action, timeout_s=self._limits.script_timeout_s)
            self._turns += 1
            terminated = self._seen.status.done
            outcome = ScriptOutcome(result, before, self._seen.state, self._turns)
            text = describe_outcome(outcome, self._limits.observation_chars)
            error = result.error.kind if result.error is not None else ""
        truncated = not terminated and self._turns >= self._limits.turns
        self._over = terminated or truncated
        if self._over and not self._seen.status.done:
            self._seen = self.session.observe(settle=True)
        score, self._score = self._score, self._seen.status.score
        return self._observation(text), self._score - score, terminated, truncated, {**self._info(), "error": error}

    def close(self) -> None:
        """End all processes. May be called twice."""
        self._session, self._over = None, True
        self._resources.close()

    def _info(self) -> dict[str, Any]:
        status = self._seen.status
        return {
            "instruction": self._task.instruction,
            "success": status.success,
            "reason": status.reason,
            "state": self._seen.state,
        }

    def _observation(self, text: str) -> Seen:
        seen: Seen = {"text": text[:MAX_TEXT]}
        if self._sensors:
            seen["sensors"] = {spec.name: _reading(spec, self._seen.sensors.get(spec.name)) for spec in self._sensors}
        return seen


def _choose(tasks: Sequence[Task], wanted: str | None) -> Task:
    for task in tasks:
        if wanted in (None, task.id):
            return task
    raise ConfigurationError(unknown_name("task", str(wanted), (task.id for task in tasks)))


def _space_of(spec: SensorSpec) -> spaces.Space[Any]:
    if spec.dtype == "str":
        return ScriptSpace(MAX_TEXT)
    dtype: np.dtype[Any] = np.dtype(spec.dtype)
    shape = tuple(spec.shape)
    if dtype.kind == "b":
        return spaces.Box(0, 1, shape, np.int8)
    if dtype.kind in "iu":
        return spaces.Box(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype.type)
    return spaces.Box(-_WIDE, _WIDE, shape, dtype.type)


def _reading(spec: SensorSpec, value: Any) -> Any:
    """A sensor's value as an element of its space; zero, or no text, where the environment gave none."""
    if spec.dtype == "str":
        return str(value or "")[:MAX_TEXT]
    dtype = np.dtype(np.int8 if np.dtype(spec.dtype).kind == "b" else spec.dtype)
    if value is None:
        return np.zeros(spec.shape, dtype)
    reading = np.array(value, dtype).reshape(spec.shape)
    return np.clip(np.nan_to_num(reading), -_WIDE, _WIDE).astype(dtype) if dtype.kind == "f" else reading
