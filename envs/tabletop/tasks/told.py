"""Tasks for given parameters in given words: a scene is drawn as ever, until it asks for these, but for its colours.

Where things stand does not depend on their colours, so a drawn scene is as good in others: they are exchanged one for
one until its parameters are the wanted ones.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import numpy as np

from embodied_codeact.contracts import Task
from embodied_codeact.envs.phrasings import Told
from embodied_codeact.envs.tabletop.placement import Rejected
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, Setup, TabletopTask
from embodied_codeact.envs.tabletop.tasks.goals import start_view
from embodied_codeact.envs.tabletop.tasks.phrasing import Field, Parameters
from embodied_codeact.envs.tabletop.tasks.things import COLOR_NAMES
from embodied_codeact.errors import ConfigurationError, unknown_name

_DRAWS = 3000
"""Some parameters come up in one scene of fifty; a draw takes a few milliseconds."""
_COLOR = re.compile(rf"\b(?:{'|'.join(COLOR_NAMES)})\b")

T = TypeVar("T")


def told_task(told: Told, seed: int) -> Task:
    """Return the task of one line of a file of instructions.

    Raises:
        ConfigurationError: there is no such task, or it has no such parameters.
    """
    if told.task not in ALL_TASKS:
        raise ConfigurationError(f"{told.place}: {unknown_name('tabletop task', told.task, ALL_TASKS)}")
    try:
        known_parameters(ALL_TASKS[told.task], told.parameters)
    except ConfigurationError as error:
        raise ConfigurationError(f"{told.place}: {error}") from error
    metadata = {"type": told.task, "parameters": told.parameters}
    return Task(f"{told.task}-{seed + 1:02d}", "tabletop", told.instruction, seed=seed, metadata=metadata)


def told_setup(task: TabletopTask, asked: Task, rng: np.random.Generator) -> Setup:
    """Draw an instance whose parameters are those of the task's metadata, told in its instruction.

    Raises:
        ConfigurationError: the parameters are not the task's, or no scene has them.
    """
    wanted = known_parameters(task, asked.metadata["parameters"])
    for _ in range(_DRAWS):
        try:
            drawn = task.arrange(rng)
        except Rejected:
            continue
        colors = exchanged_colors(drawn.parameters, wanted)
        if colors is None:
            continue
        scene, goal = recolored(drawn.scene, colors), recolored(drawn.goal, colors)
        start = recolored(drawn.start, colors)
        if goal.judge(start_view(scene, start)).score == 0.0:
            return Setup(scene, asked.instruction, goal, start)
    raise ConfigurationError(
        f"the task {task.name!r} has no scene for {dict(wanted)} among {_DRAWS:,}: its values have to be such as it "
        f"draws itself, and not its rarest ({task.placement})"
    )


def known_parameters(task: TabletopTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as the task has them; text stands for what the task's own words would mean by it.

    Raises:
        ConfigurationError: one is missing, or is not the task's, or has a value that it cannot take.
    """
    fields = task.phrasing.fields
    if set(given) != set(fields):
        raise ConfigurationError(
            f"the task {task.name!r} has the parameters {', '.join(sorted(fields)) or 'none'}, "
            f"not {', '.join(sorted(given)) or 'none'}"
        )
    return {name: _value(task, name, field, given[name]) for name, field in fields.items()}


def _value(task: TabletopTask, name: str, field: Field, value: Any) -> Any:
    try:
        text = value if isinstance(value, str) else field.write(value)
    except (TypeError, ValueError, LookupError):
        text = ""
    if not re.fullmatch(field.pattern, text, re.IGNORECASE):
        raise ConfigurationError(f"the task {task.name!r} has no {name} {value!r}")
    return field.read(text)


def exchanged_colors(drawn: Parameters, wanted: Mapping[str, Any]) -> dict[str, str] | None:
    """Return, for every colour, the one to put in its place for the drawn parameters to be the wanted ones; None where
    they differ in more than colours.

    >>> exchanged_colors({"upper": "red block"}, {"upper": "blue block"})["red"]
    'blue'
    """
    pairs: list[tuple[str, str]] = []
    for name, value in wanted.items():
        if not _differ_in_colors(drawn[name], value, pairs):
            return None
    colors = dict(pairs)
    if any(colors[old] != new for old, new in pairs) or len(set(colors.values())) < len(colors):
        return None
    old = [color for color in COLOR_NAMES if color not in colors]
    new = [color for color in COLOR_NAMES if color not in colors.values()]
    return colors | dict(zip(old, new, strict=True))


def _differ_in_colors(drawn: Any, wanted: Any, pairs: list[tuple[str, str]]) -> bool:
    """Note the pairs of colours in two values; return whether the rest of them is the same."""
    if isinstance(drawn, str) and isinstance(wanted, str):
        old, new = _COLOR.findall(drawn), _COLOR.findall(wanted)
        pairs += zip(old, new, strict=False)
        return len(old) == len(new) and _COLOR.sub("", drawn) == _COLOR.sub("", wanted)
    if isinstance(drawn, list | tuple) and isinstance(wanted, list | tuple):
        return len(drawn) == len(wanted) and all(
            _differ_in_colors(one, other, pairs) for one, other in zip(drawn, wanted, strict=True)
        )
    return bool(drawn == wanted)


def recolored(value: T, colors: Mapping[str, str]) -> T:
    """Return plain data, records and conditions with every name of a colour exchanged."""
    return _recolored(value, colors)  # type: ignore[no-any-return]


def _recolored(value: Any, colors: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _COLOR.sub(lambda found: colors[found[0]], value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_recolored(item, colors) for item in value))
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_recolored(item, colors) for item in value)
    if isinstance(value, dict):
        return {_recolored(key, colors): _recolored(item, colors) for key, item in value.items()}
    if isinstance(value, msgspec.Struct):
        new = {name: _recolored(getattr(value, name), colors) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **new)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        new = {field.name: _recolored(getattr(value, field.name), colors) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **new)
    return value
