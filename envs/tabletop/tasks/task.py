"""What a task of the tabletop is: an arrangement drawn by a seed, an instruction, a goal judged from physics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from embodied_codeact.envs.tabletop.placement import Rejected
from embodied_codeact.envs.tabletop.scene import SceneSpec
from embodied_codeact.envs.tabletop.tasks.goals import Goal, Verdict, start_view
from embodied_codeact.envs.tabletop.tasks.phrasing import Parameters, Phrasing, Phrasings
from embodied_codeact.envs.tabletop.tasks.scripts import Level, write_script
from embodied_codeact.envs.tabletop.tasks.start import AT_HOME, Start
from embodied_codeact.envs.tabletop.view import WorldView

_TRIES = 200


class Arrangement(NamedTuple):
    """One instance of a task before it is put into words."""

    scene: SceneSpec
    parameters: Parameters
    goal: Goal
    start: Start = AT_HOME


class Setup(NamedTuple):
    """One instance of a task: where everything stands, what is asked, what counts as done, and how the arm begins."""

    scene: SceneSpec
    instruction: str
    goal: Goal
    start: Start = AT_HOME


@dataclass(frozen=True)
class TabletopTask:
    """One kind of task.

    ``summary``, ``placement`` and ``success`` are its published documentation; ``plan`` says how a good agent goes
    about it, with the fields of the phrasing for what the instruction names. ``arrange`` draws an instance, or raises
    ``Rejected`` to have another drawn. ``oracles``: for each level of the API that the task can be solved at, the body
    of a script that solves any instance, to be completed by ``write_script``. ``expected``: success rate of the oracle
    by level. ``one_call``: the instruction asks for one call of a primitive, and the opening says what that call needs
    to know.
    """

    name: str
    summary: str
    plan: str
    placement: str
    success: str
    phrasing: Phrasing
    arrange: Callable[[np.random.Generator], Arrangement]
    oracles: Mapping[Level, str]
    expected: Mapping[Level, float]
    only_blocks_bowls_zones: bool = field(default=True)
    """Whether cameras that know only blocks, bowls and zones see all that the task needs."""
    one_call: bool = False

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The usual templates of its instruction."""
        return self.phrasing.templates

    def sample(self, rng: np.random.Generator, phrasings: Phrasings = "usual") -> Setup:
        """Draw one instance, told in one of the usual phrasings or of those kept back. The same generator state gives
        the same instance, but for its words; none is solved from the start."""
        for _ in range(_TRIES):
            try:
                scene, parameters, goal, start = self.arrange(rng)
            except Rejected:
                continue
            if goal.judge(start_view(scene, start)).score == 0.0:
                return Setup(scene, self.phrasing.write(parameters, rng, phrasings), goal, start)
        raise RuntimeError(f"the task {self.name!r} found no arrangement in {_TRIES} tries")

    def judge(self, goal: Goal, view: WorldView) -> Verdict:
        """Judge settled physics."""
        return goal.judge(view)

    def script(self, level: Level, parameters: Parameters) -> str:
        """The oracle's script for one instance at a level of the API.

        Raises:
            KeyError: there is no oracle at that level.
        """
        return write_script(level, parameters, self.oracles[level])

    def thought(self, parameters: Parameters) -> str:
        """How a good agent goes about one instance: the plan, with what the instruction names in its place."""
        return self.plan.format(**self.phrasing.words(parameters))

    def attempt(self, level: Level, parameters: Parameters, *, again: bool = False) -> str:
        """A script for any level: where the task has none of its own there, the one for skills defines what it needs.
        ``again``: it was tried before and did not get to its end. One call is then made once more, as it is.

        Raises:
            KeyError: there is no oracle at that level, nor for skills.
        """
        body = self.oracles.get(level) or self.oracles["skills"]
        return write_script(level, parameters, body, again=again and not self.one_call)
