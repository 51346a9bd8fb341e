"""Which episodes a run is to hold: a suite's tasks as the environments list them, with their seeds."""

from __future__ import annotations

import fnmatch
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from embodied_codeact.contracts import RealEnvironment, Task
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.engine import Place
from embodied_codeact.evaluation.suite_files import part_name
from embodied_codeact.evaluation.suites import Generated, Part, Suite, Trial
from embodied_codeact.registry import base_name, convert_options, load_generator, open_environment
from embodied_codeact.tasks import choose_task, is_free, one_per_type, with_seeds

ListTasks = Callable[[Place], Sequence[Task]]
OnMade = Callable[[str, int, int], None]
"""Told of generated tasks: the part, how many are there, and how many there are to be."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line takes of a suite: tasks by id (or a part of it that only one has), the first so many of
    each type, the first so many; and the seeds, where not the suite's."""

    tasks: list[str] = msgspec.field(default_factory=list)
    per_type: int | None = None
    limit: int | None = None
    seed: int | None = None
    seeds: int | None = None


@dataclass(frozen=True)
class Plan:
    """The trials of a run, and where each part of the suite is done. ``incomplete`` says what the suite lacks here;
    ``real``: something outside of a computer moves."""

    suite: Suite
    trials: list[Trial]
    places: dict[str, Place] = field(default_factory=dict)
    incomplete: str = ""
    real: bool = False


def list_tasks(place: Place) -> Sequence[Task]:
    """The tasks of an environment, without starting it.

    Raises:
        ConfigurationError: there is no such environment or option, or its tasks cannot be listed.
    """
    environment, options = open_environment(place.environment, place.options)
    return environment.tasks(options)


def make_plan(
    suite: Suite,
    generated_to: Path,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    *,
    tasks_of: ListTasks = list_tasks,
    on_made: OnMade = lambda _part, _made, _count: None,
) -> Plan:
    """List the trials of a suite whose parameters are filled in.

    Args:
        generated_to: a folder for generated tasks, one below it for each part.
        tasks_of: lists the tasks of an environment.

    Raises:
        ConfigurationError: an environment, an option, or a task does not exist, or nothing is left to do.
        EnvironmentFailure: tasks cannot be generated.
    """
    places: dict[str, Place] = {}
    chosen: list[tuple[str, Task]] = []
    lacking: list[str] = []
    for part in suite.parts:
        name = part_name(part)
        options = dict(part.options)
        if part.generate is not None and part.generate.option not in options:
            options[part.generate.option] = str(_generate(part, part.generate, generated_to / name, on_made))
        places[name] = Place(part.environment, options)
        tasks = _of_part(part, tasks_of(places[name]))
        if part.expect is not None and len(tasks) != part.expect:
            lacking.append(f"{len(tasks)} of {part.expect} tasks of part {name!r} are there")
        chosen += [(name, task) for task in tasks]
    trials = _with_seeds(suite, _selected(chosen, selection), selection)
    if not trials:
        raise ConfigurationError(f"suite {suite.name!r} has no tasks here")
    real = any(_is_real(place) for place in places.values())
    return Plan(suite, trials, places, "; ".join(lacking), real)


def fingerprint(trial: Trial) -> str:
    """A digest of what a trial's episode depends on: key, instruction, and the files that its task names."""
    seen = hashlib.sha256(f"{trial.key}\n{trial.task.instruction}".encode("utf-8", "backslashreplace"))
    for name, value in sorted(trial.task.metadata.items()):
        file = Path(value) if isinstance(value, str) and "/" in value else None
        if file is not None and file.is_file():
            seen.update(file.read_bytes())
        elif file is None:
            seen.update(f"{name}={value!r}".encode("utf-8", "backslashreplace"))
    return seen.hexdigest()


def _generate(part: Part, wanted: Generated, folder: Path, on_made: OnMade) -> Path:
    generator = load_generator(base_name(part.environment))
    options = convert_options(generator.options_type, wanted.options, f"generator for {part.environment!r}")
    made = 0

    def advance() -> None:
        nonlocal made
        made += 1
        on_made(part_name(part), made, wanted.count)

    generator.generate(options, folder, count=wanted.count, seed=wanted.seed, on_made=advance)
    return folder


def _of_part(part: Part, tasks: Sequence[Task]) -> list[Task]:
    found = [task for task in tasks if not is_free(task)]
    if part.tasks:
        found = _matching(part, tasks)
    if part.types:
        known = {_type(task) for task in found}
        for kind in part.types:
            if kind not in known:
                raise ConfigurationError(f"part {part_name(part)!r}: {unknown_name('task type', kind, known)}")
        found = [task for task in found if _type(task) in part.types]
    if part.per_type is not None:
        found = one_per_type(found, part.per_type)
    return found[: part.limit]


def _matching(part: Part, tasks: Sequence[Task]) -> list[Task]:
    found: dict[str, Task] = {}
    for pattern in part.tasks:
        fitting = [task for task in tasks if fnmatch.fnmatchcase(task.id, pattern)]
        if not fitting:
            known = unknown_name("task", pattern, [task.id for task in tasks])
            raise ConfigurationError(f"part {part_name(part)!r}: {known}")
        found |= {task.id: task for task in fitting}
    return list(found.values())


def _selected(chosen: list[tuple[str, Task]], selection: Selection) -> list[tuple[str, Task]]:
    if selection.tasks:
        wanted = [choose_task([task for _, task in chosen], name) for name in selection.tasks]
        chosen = [(name, task) for task in wanted for name, own in chosen if own is task]
    if selection.per_type is not None:
        kept = {id(task) for task in one_per_type([task for _, task in chosen], selection.per_type)}
        chosen = [(name, task) for name, task in chosen if id(task) in kept]
    return chosen[: selection.limit]


def _with_seeds(suite: Suite, chosen: Iterable[tuple[str, Task]], selection: Selection) -> list[Trial]:
    first = suite.first_seed if selection.seed is None else selection.seed
    counts = {part_name(part): suite.seeds if part.seeds is None else part.seeds for part in suite.parts}
    seeded = [
        (name, each)
        for name, task in chosen
        for each in with_seeds([task], first, counts[name] if selection.seeds is None else selection.seeds)
    ]
    trials = [Trial(index, name, task) for index, (name, task) in enumerate(seeded)]
    keys = {trial.key for trial in trials}
    if len(keys) < len(trials):
        twice = Counter(trial.key for trial in trials).most_common(1)[0][0]
        raise ConfigurationError(f"suite {suite.name!r} lists the task {twice} twice")
    return trials


def _is_real(place: Place) -> bool:
    environment, _ = open_environment(place.environment, place.options)
    return isinstance(environment, RealEnvironment) and environment.real


def _type(task: Task) -> str:
    return str(task.metadata.get("type", "other"))
