"""The household as a plain Gymnasium environment: a text command in, a text out, word for word as ALFWorld's.

No scripts, no server, no process: for reinforcement learning, and for those who come from ``AlfredTWEnv``. It is
``embodied_codeact/HouseholdCommands-v0`` once ``embodied_codeact.gymnasium_api`` is imported.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium

from embodied_codeact.contracts import Task
from embodied_codeact.envs.household.commands_space import CommandSpace
from embodied_codeact.envs.household.engine import ENGINES, Engine, ExplainingEngine
from embodied_codeact.envs.household.engine_native import NativeEngine, SavedState
from embodied_codeact.envs.household.games import Game, list_tasks, read_game
from embodied_codeact.envs.household.state import NOTHING_HAPPENS, HouseholdState, opening_state, state_after
from embodied_codeact.errors import ConfigurationError, unknown_name

MAX_TEXT = 10_000
"""Characters of an observation; the longest is the opening of a large home, some 2,000."""
MAX_COMMAND = 1_000
_GAMES_KEPT = 64
_FEEDBACK = ("alfworld", "explained")
_NO_TASK = Task("", "household", "")


class SavedEpisode(NamedTuple):
    """An episode at some point; what is in it is the environment's own affair."""

    state: SavedState
    task: Task
    known: HouseholdState
    steps: int
    over: bool
    text: str


class HouseholdCommandsEnv(gymnasium.Env[str, str]):
    """One game after another, each of them once before any comes again, in an order that the seed chooses.

    *Action*: a command, such as ``"go to drawer 1"``; one that cannot be carried out is answered with
    ``"Nothing happens."``. *Observation*: the game's words, as ALFWorld gives them.
    *Reward*: 1 when the game is won, else 0. *Terminated* when it is won; *truncated* after ``max_steps`` commands.
    *Info*: ``admissible_commands`` (those that can be carried out now, in ALFWorld's order), ``won``, ``instruction``,
    ``task`` (the game's id) and ``extra.gamefile`` (its path, under ALFWorld's name).

    Args:
        games: a game file (``.tw-pddl``) or a folder of them; the built-in homes without.
        task: plays only the game of this id.
        engine: ``"native"`` or ``"textworld"``, the reference.
        feedback: ``"alfworld"``, or ``"explained"``: in the place of ``"Nothing happens."`` what is in the way.
        max_steps: commands in an episode, 50 as in ALFWorld; 0 for any number.

    Raises:
        ConfigurationError: there is no such game or engine, or a game file cannot be used.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(
        self,
        games: str = "",
        *,
        task: str | None = None,
        engine: str = "native",
        feedback: str = "alfworld",
        max_steps: int = 50,
        render_mode: str | None = None,
    ) -> None:
        if engine not in ENGINES:
            raise ConfigurationError(unknown_name("engine", engine, ENGINES))
        if feedback not in _FEEDBACK:
            raise ConfigurationError(unknown_name("feedback", feedback, _FEEDBACK))
        self._explains = feedback == "explained"
        if self._explains and engine != "native":
            raise ConfigurationError(f"the engine {engine!r} does not explain: choose 'native', or feedback='alfworld'")
        self.render_mode = render_mode
        self.tasks: Mapping[str, Task] = _tasks_of(str(Path(games).expanduser().absolute()) if games else "")
        """The games that there are, by id."""
        self._only = task
        if task is not None:
            self._task_of(task)
        self._max_steps = max_steps
        self.observation_space = CommandSpace(MAX_TEXT)
        self.action_space = CommandSpace(MAX_COMMAND)
        self._engine_name = engine
        self._engine: Engine | None = None
        self._read = functools.lru_cache(maxsize=_GAMES_KEPT)(_game_at)
        self._to_come: list[str] = []
        self._task = _NO_TASK
        self._state = HouseholdState()
        self._steps = 0
        self._over = True
        self._text = ""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin the next game; with a seed, the first of the order that it chooses. ``options["task"]`` names a game.

        Raises:
            ConfigurationError: there is no such game, or its file cannot be used.
        """
        super().reset(seed=seed)
        if seed is not None:
            self._to_come = []
        wanted = (options or {}).get("task") or self._only
        self._over = True
        task = self._task_of(self._next() if wanted is None else str(wanted))
        if self._engine is None:
            self._engine = ENGINES[self._engine_name]()
        self._task = _NO_TASK  # where the game cannot be begun, a restore has to begin its own
        self._text = self._engine.start(self._read(str(task.metadata["game"])))
        self._task = task
        self._state = opening_state(self._text)
        self._steps, self._over = 0, False
        return self._text, self._info(self._engine)

    def _task_of(self, task: str) -> Task:
        if task not in self.tasks:
            raise ConfigurationError(unknown_name("household task", task, self.tasks))
        return self.tasks[task]

    def _next(self) -> str:
        if not self._to_come:
            self._to_come = [str(task) for task in self.np_random.permutation(list(self.tasks))]
        return self._to_come.pop()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Give the game one command.

        Raises:
            gymnasium.error.ResetNeeded: the episode is over, or none was started.
            gymnasium.error.InvalidAction: the action is no text.
            EnvironmentFailure: the game's grammar has no words for what happened.
        """
        if self._over or self._engine is None:
            raise gymnasium.error.ResetNeeded("the episode is over, or none was started: call reset first")
        if not isinstance(action, str):
            raise gymnasium.error.InvalidAction(f"an action is a command in words, not {type(action).__name__}")
        self._text = self._engine.command(action)
        if self._explains:
            self._explain(action, self._engine)
        self._steps += 1
        won = self._engine.won
        truncated = not won and 0 < self._max_steps <= self._steps
        self._over = won or truncated
        return self._text, float(won), won, truncated, self._info(self._engine)

    def _explain(self, action: str, engine: Engine) -> None:
        if self._text == NOTHING_HAPPENS and isinstance(engine, ExplainingEngine):
            self._text = str(engine.explain(action, self._state))
        else:
            self._state = state_after(self._state, action.strip(), self._text)

    def save(self) -> SavedEpisode:
        """Return the episode as it is now, for a search that comes back to it. Takes microseconds.

        Raises:
            gymnasium.error.ResetNeeded: none was started.
            ConfigurationError: TextWorld plays, which cannot save.
        """
        if self._engine is None:
            raise gymnasium.error.ResetNeeded("no episode was started: call reset first")
        if not isinstance(self._engine, NativeEngine):
            raise ConfigurationError(f"the engine {self._engine_name!r} cannot save: choose 'native'")
        return SavedEpisode(self._engine.save(), self._task, self._state, self._steps, self._over, self._text)

    def restore(self, saved: SavedEpisode) -> tuple[str, dict[str, Any]]:
        """Go on from a saved episode of these games; return its last words and its info, as a reset does.

        Raises:
            gymnasium.error.ResetNeeded: no episode was started.
            ConfigurationError: TextWorld plays, or the game is not among these.
        """
        if self._engine is None:
            raise gymnasium.error.ResetNeeded("no episode was started: call reset first")
        if not isinstance(self._engine, NativeEngine):
            raise ConfigurationError(f"the engine {self._engine_name!r} cannot restore: choose 'native'")
        if saved.task.id != self._task.id:
            self._engine.start(self._read(str(self._task_of(saved.task.id).metadata["game"])))
        self._engine.restore(saved.state)
        self._task, self._state = saved.task, saved.known
        self._steps, self._over, self._text = saved.steps, saved.over, saved.text
        return self._text, self._info(self._engine)

    def render(self) -> str | None:
        """Return the game's last words, in the mode ``ansi``."""
        return self._text if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Release the engine. May be called twice."""
        self._over = True
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _info(self, engine: Engine) -> dict[str, Any]:
        return {
            "admissible_commands": engine.admissible(),
            "won": engine.won,
            "instruction": self._task.instruction,
            "task": self._task.id,
            "extra.gamefile": str(self._task.metadata["game"]),
        }


@functools.lru_cache(maxsize=8)
def _tasks_of(games: str) -> Mapping[str, Task]:
    # Read once in a process: a folder of thousands of games takes seconds, and every environment of a batch needs it.
    return {found.id: found for found in list_tasks("household", games)}


def _game_at(path: str) -> Game:
    return read_game(Path(path))
