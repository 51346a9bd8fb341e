"""Replays the plans of games: each of its commands must be carried out, and the last one must win."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType

from embodied_codeact.envs.household.engine import Engine
from embodied_codeact.envs.household.engine_native import NativeEngine
from embodied_codeact.envs.household.games import read_game
from embodied_codeact.envs.household.state import NOTHING_HAPPENS
from embodied_codeact.errors import EnvironmentFailure


class PlanPlayer:
    """Plays the walkthroughs of one game file after another."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine or NativeEngine()

    def __enter__(self) -> PlanPlayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._engine.close()

    def check(self, path: Path) -> int:
        """Replay the plan of a game file and return how many commands it has.

        Raises:
            ConfigurationError: the game cannot be used.
            EnvironmentFailure: the plan does not win, or wins too early.
        """
        game = read_game(path)
        plan = json.loads(path.read_text("utf-8")).get("walkthrough") or []
        self._engine.start(game)
        for step, command in enumerate(plan):
            if self._engine.won:
                raise EnvironmentFailure(f"{path}: its plan has won before command {step + 1}, {command!r}")
            if self._engine.command(command) == NOTHING_HAPPENS:
                raise EnvironmentFailure(f"{path}: command {step + 1} of its plan, {command!r}, cannot be carried out")
        if not plan or not self._engine.won:
            raise EnvironmentFailure(f"{path}: its plan of {len(plan)} commands does not win")
        return len(plan)
