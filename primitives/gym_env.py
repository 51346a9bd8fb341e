"""The ``env`` object: any Gymnasium environment, one step at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class StepResult:
    """What one step led to."""

    observation: Any
    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]


class EnvBackend(Protocol):
    """What the ``env`` object needs of an environment in play."""

    def step(self, action: Any) -> StepResult:
        """Carry out one action.

        Raises:
            InvalidArgument: the action does not fit the action space; says what does.
            EpisodeOver: the episode has ended.
        """
        ...

    def observation(self) -> Any:
        """Return what was observed last, as plain data."""
        ...

    def describe_actions(self) -> str:
        """Describe the action space in words."""
        ...

    def describe_observations(self) -> str:
        """Describe the observation space in words."""
        ...


class Env:
    """The environment. Arrays of numbers are numpy arrays; an action may be given as lists of numbers as well."""

    def __init__(self, backend: EnvBackend) -> None:
        self._backend = backend

    def step(self, action: Any) -> StepResult:
        """Carry out one action and return StepResult(observation, reward, terminated, truncated, info): ``terminated``
        when the task has ended, ``truncated`` when the time has run out. After either, a step raises EpisodeOver. An
        action that does not fit the action space raises InvalidArgument and is not carried out.

        >>> result = env.step([1.0])
        >>> result.observation, result.reward, result.terminated
        (array([1.]), -2.0, False)
        """
        return self._backend.step(action)

    def observation(self) -> Any:
        """Return what was observed last: after the start, or after the latest step.

        >>> env.observation()
        array([0.])
        """
        return self._backend.observation()

    def action_space(self) -> str:
        """Return what an action is, in words.

        >>> env.action_space()
        'array of shape (1,), float64, each from -1 to 1'
        """
        return self._backend.describe_actions()

    def observation_space(self) -> str:
        """Return what an observation is, in words.

        >>> env.observation_space()
        'array of shape (1,), float64, each from -10 to 10'
        """
        return self._backend.describe_observations()
