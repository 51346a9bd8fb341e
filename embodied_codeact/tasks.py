"""Choosing among the tasks that an environment lists."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from embodied_codeact.contracts import Task
from embodied_codeact.errors import ConfigurationError, unknown_name

FREE = "free"
"""Type of a task without a goal of its own: any instruction may stand in the place of its own, and it is not judged."""


def is_free(task: Task) -> bool:
    """Return whether any instruction may stand in the place of the task's own, and nobody judges it."""
    return task.metadata.get("type") == FREE


def choose_task(tasks: Sequence[Task], wanted: str | None) -> Task:
    """Return the task of that id, or the only one whose id holds that text, or without a wish the first.

    Raises:
        ConfigurationError: there is none, or several fit.
    """
    if not tasks:
        raise ConfigurationError("the environment has no tasks")
    if wanted is None:
        return tasks[0]
    fitting = [task for task in tasks if task.id == wanted] or [task for task in tasks if wanted in task.id]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(task.id for task in fitting[:3])
        raise ConfigurationError(f"{len(fitting)} tasks fit {wanted!r}: {shown}{', ...' if len(fitting) > 3 else ''}")
    raise ConfigurationError(unknown_name("task", wanted, (task.id for task in tasks)))


def with_seed(task: Task, seed: int | None) -> Task:
    """Return the task with that seed, or without a wish as the environment listed it."""
    return task if seed is None else replace(task, seed=seed)


def with_seeds(tasks: Sequence[Task], first: int | None, count: int) -> list[Task]:
    """Return each task ``count`` times, with consecutive seeds from ``first`` on, or from its own.

    >>> [task.seed for task in with_seeds([Task("stack", "tabletop", "stack the cubes")], 5, 3)]
    [5, 6, 7]
    """
    started = [with_seed(task, first) for task in tasks]
    return [with_seed(task, task.seed + offset) for task in started for offset in range(count)]


def one_per_type(tasks: Sequence[Task], count: int) -> list[Task]:
    """Return the first ``count`` tasks of each type, in order."""
    chosen: list[Task] = []
    seen: dict[str, int] = {}
    for task in tasks:
        kind = str(task.metadata.get("type", ""))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= count:
            chosen.append(task)
    return chosen
