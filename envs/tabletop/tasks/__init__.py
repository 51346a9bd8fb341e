"""The tasks of the tabletop, by name: the standard ones, those that one call does, and those that need programs."""

from typing import Literal

from embodied_codeact.envs.tabletop.tasks import (
    arranging,
    atomic_hand,
    atomic_pushing,
    atomic_putting,
    choosing,
    collecting,
    computing,
    counting,
    measuring,
    moving,
    placing,
    selecting,
    stacking,
)
from embodied_codeact.envs.tabletop.tasks.goals import Goal, Verdict
from embodied_codeact.envs.tabletop.tasks.phrasing import Phrasings
from embodied_codeact.envs.tabletop.tasks.scripts import LEVELS, Level, write_script
from embodied_codeact.envs.tabletop.tasks.task import Setup, TabletopTask

TASKS: dict[str, TabletopTask] = {
    task.name: task for module in (moving, placing, stacking, arranging, selecting, collecting) for task in module.TASKS
}
"""The standard tasks by name, simple ones first."""

ATOMIC: dict[str, TabletopTask] = {
    task.name: task for module in (atomic_hand, atomic_putting, atomic_pushing) for task in module.TASKS
}
"""Each is done by one call of a primitive."""

_WITH_STRUCTURE = (
    "restack-reversed",
    "unstack",
    "matching-pairs",
    "line-up",
    "circle",
    "swap",
    "nearest-block",
    "if-more-than",
    "sort-by-color",
)
"""Standard tasks that need loops, conditions or computed places."""

COMPOSITIONAL: dict[str, TabletopTask] = {
    **{task.name: task for module in (counting, choosing, computing, measuring) for task in module.TASKS},
    **{name: TASKS[name] for name in _WITH_STRUCTURE},
}
"""Each needs several calls, with loops, conditions or intermediate results."""

TaskSet = Literal["standard", "atomic", "compositional"]
TASK_SETS: dict[TaskSet, dict[str, TabletopTask]] = {
    "standard": TASKS,
    "atomic": ATOMIC,
    "compositional": COMPOSITIONAL,
}
"""What the environment's option ``tasks`` chooses from."""

ALL_TASKS: dict[str, TabletopTask] = {name: task for tasks in TASK_SETS.values() for name, task in tasks.items()}
"""The tasks of all sets; a name means the same task in each."""

__all__ = [
    "ALL_TASKS",
    "ATOMIC",
    "COMPOSITIONAL",
    "LEVELS",
    "TASKS",
    "TASK_SETS",
    "Goal",
    "Level",
    "Phrasings",
    "Setup",
    "TabletopTask",
    "TaskSet",
    "Verdict",
    "write_script",
]
