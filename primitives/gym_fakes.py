"""A tiny real environment behind the ``env`` object: walk along a line to 3, by at most 1 a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_codeact.primitives.gym_env import StepResult

_GOAL = 3.0


class FakeEnv:
    """Satisfies :class:`~embodied_codeact.primitives.gym_env.EnvBackend`."""

    def __init__(self) -> None:
        self._place = np.zeros(1)

    def step(self, action: Any) -> StepResult:
        self._place = self._place + np.clip(np.asarray(action, dtype=float), -1, 1)
        missing = abs(_GOAL - float(self._place[0]))
        return StepResult(self._place.copy(), -missing, missing == 0, False, {})

    def observation(self) -> Any:
        return self._place.copy()

    def describe_actions(self) -> str:
        return "array of shape (1,), float64, each from -1 to 1"

    def describe_observations(self) -> str:
        return "array of shape (1,), float64, each from -10 to 10"
