"""One Gymnasium environment in play."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

import gymnasium
import msgspec

from embodied_codeact.contracts import Observation, Status, Task
from embodied_codeact.envs.gym_env.environment import EpisodeOver, GymOptions, GymState
from embodied_codeact.envs.gym_env.spaces import action_for, describe, plain, usable_for_actions
from embodied_codeact.envs.quiet import quiet
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.primitives.gym_env import Env, StepResult

_SUCCESS_KEYS = ("is_success", "success")
"""Under which of these an environment's ``info`` says that the task is done; there is no standard."""


class GymAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`, and the ``env`` primitive's backend.

    Success is what the environment's own ``info`` says after the last step; where it says nothing, that the sum of the
    rewards of a whole episode reaches the threshold with which the environment is registered, if it is with one. The
    score is 1 or 0 in the first case, and the sum of the rewards in the second.
    """

    def __init__(self, options: GymOptions) -> None:
        self._id = options.id
        self._env = _make(options)
        if not usable_for_actions(self._env.action_space):
            raise ConfigurationError(f"{options.id}: a script cannot give actions of {self._env.action_space}")
        self._primitives = {"env": Env(self)}
        self._closed = False
        self._clear(None, {})

    def _clear(self, seen: Any, info: Mapping[str, Any]) -> None:
        self._seen, self._info = plain(seen), plain(info)
        self._steps = 0
        self._reward = self._total = 0.0
        self._terminated = self._truncated = False

    # The adapter

    def primitives(self) -> Mapping[str, Any]:
        """Return ``env``."""
        return self._primitives

    def reset(self, task: Task) -> Observation:
        """Reset the environment with the task's seed.

        Raises:
            ConfigurationError: there is no such task.
        """
        if task.id != self._id:
            raise ConfigurationError(unknown_name("task", task.id, [self._id]))
        self._clear(*self._env.reset(seed=task.seed))
        text = (
            f"An action is: {self.describe_actions()}\nAn observation is: {self.describe_observations()}\n"
            f"The first observation: {self._seen}"
        )
        return msgspec.structs.replace(self.observe(), text=text)

    def observe(self) -> Observation:
        """Return what the steps so far led to."""
        state = GymState(
            steps=self._steps,
            reward=self._reward,
            total_reward=self._total,
            terminated=self._terminated,
            truncated=self._truncated,
        )
        return Observation(state=msgspec.to_builtins(state), status=self._status())

    def judge(self) -> Status:
        """Return the environment's own verdict after the last step."""
        return self._status()

    def _status(self) -> Status:
        over = self._terminated or self._truncated
        how = "terminated" if self._terminated else "truncated" if self._truncated else "under way"
        verdict = next((bool(self._info[key]) for key in _SUCCESS_KEYS if key in self._info), None)
        threshold = self._env.spec.reward_threshold if self._env.spec is not None else None
        if verdict is None:
            success = over and threshold is not None and self._total >= threshold
        else:
            success = verdict and self._steps > 0  # what holds by chance at the start is nobody's work
        return Status(
            success=success,
            score=self._score() if verdict is None else float(success),
            done=over,
            reason=f"{how} after {self._steps} steps, sum of rewards {self._total:g}",
        )

    def _score(self) -> float:
        """The sum of rewards; 0.0 where an environment has paid what is no finite number, which the reason tells."""
        return self._total if math.isfinite(self._total) else 0.0

    def close(self) -> None:
        """Close the environment."""
        if not self._closed:
            self._closed = True
            self._env.close()

    # The primitive's backend

    def step(self, action: Any) -> StepResult:
        """Carry out one action.

        Raises:
            InvalidArgument: the action does not fit the action space.
            EpisodeOver: the episode has ended.
        """
        if self._terminated or self._truncated:
            why = "the task has ended" if self._terminated else "the time has run out"
            raise EpisodeOver(f"{why} after {self._steps} steps; no further step can be made: finish")
        fit = action_for(self._env.action_space, action)
        seen, reward, terminated, truncated, info = self._env.step(fit)
        self._seen, self._info = plain(seen), plain(info)
        self._steps += 1
        self._reward = float(reward)
        self._total += self._reward
        self._terminated, self._truncated = bool(terminated), bool(truncated)
        return StepResult(self._seen, self._reward, self._terminated, self._truncated, self._info)

    def observation(self) -> Any:
        """Return what was observed last."""
        return self._seen

    def describe_actions(self) -> str:
        """Describe the action space in words."""
        return describe(self._env.action_space)

    def describe_observations(self) -> str:
        """Describe the observation space in words."""
        return describe(self._env.observation_space)


def _make(options: GymOptions) -> gymnasium.Env[Any, Any]:
    for module in filter(None, (name.strip() for name in options.import_.split(","))):
        try:
            with quiet():
                importlib.import_module(module)
        except ImportError as error:
            raise ConfigurationError(f"option import={options.import_}: {error}; install it first") from error
        except Exception as error:  # it is somebody else's code
            raise ConfigurationError(f"option import={options.import_}: {error!r}") from error
    arguments = options.make_arguments()
    try:
        with quiet():
            # The checker's warnings are for authors of environments.
            return gymnasium.make(options.id, disable_env_checker=True, **arguments)
    except Exception as error:  # it is somebody else's code
        hint = "" if options.import_ else " (-o import=MODULE imports a module that registers environments)"
        in_words = isinstance(error, gymnasium.error.Error | ImportError | TypeError | ValueError)
        why = str(error) if in_words else repr(error)
        raise ConfigurationError(f"cannot make the Gymnasium environment {options.id!r}: {why}{hint}") from error
