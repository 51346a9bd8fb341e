"""Recipes: what a collection is made of. A YAML file, or what a package names by entry point:

    [project.entry-points."embodied_codeact.recipes"]
    my-data = "my_package.recipes:my_data"

where ``my_data`` is a :class:`Recipe`, or the path of a YAML file.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from embodied_codeact.agent import ACTION_DIALECTS
from embodied_codeact.agent.limits import default_limits
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.evaluation.engine import Job, Place
from embodied_codeact.evaluation.plan import make_plan
from embodied_codeact.evaluation.suites import Generated, Part, Suite, Trial
from embodied_codeact.models import HEAVY_KINDS, resolve_model
from embodied_codeact.registry import base_name, convert_options, load_generator, open_environment
from embodied_codeact.yaml_files import read_yaml

RECIPES = "embodied_codeact.recipes"
PERTURBED = "perturbed"
"""The kind of model that spoils some of its teacher's scripts on purpose."""
_TRAINING = "training"
_KEPT = "kept"
"""Phrasings of an environment that models are measured with."""
_MEASURED = "shipped"
"""Instructions that models are measured with."""
_ENDINGS = (".yaml", ".yml")

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of episodes of a collection.

    ``environment``, ``options``, ``generate``, ``tasks`` and ``types`` as in a part of a suite
    (:class:`~embodied_codeact.evaluation.suites.Part`); of generated tasks there are as many as ``episodes``, made with
    ``seed``, where ``generate`` says nothing else. ``episodes``: how many are attempted; the tasks are gone through
    again and again, each time with the next seed, from ``seed`` on. ``action``: the form of the replies; ``turns``: as
    many as usual for it where not given. ``teacher``: the model that replies, with its options. ``perturb``: the share
    of episodes in which scripts of the teacher are spoilt on purpose. ``rephrase``: how many conversations with other
    words for the task are made of each one, beside it; of 0.5, one for every second. ``rename``: these have other names
    for their things too, where the environment has such as mean nothing. ``keep``: the episodes that the environment
    judged successful; or, of tasks that cannot be done, those in which the teacher tried, and said so.
    """

    name: str
    environment: str
    episodes: Count
    options: dict[str, Any] = {}
    generate: Generated | None = None
    tasks: list[str] = []
    types: list[str] = []
    action: Literal["code", "json", "text"] = "code"
    turns: Count | None = None
    script_timeout_s: Annotated[float, msgspec.Meta(ge=0.1)] = 30.0
    seed: int = 0
    teacher: str = "expert"
    teacher_options: dict[str, str] = {}
    perturb: Share = 0.0
    rephrase: Annotated[float, msgspec.Meta(ge=0.0, le=20.0)] = 0.0
    rename: bool = False
    keep: Literal["solved", "declined"] = "solved"

    @property
    def model(self) -> tuple[str, dict[str, str]]:
        """The model that plays the episodes, and its options: the teacher, or what spoils its scripts."""
        if not self.perturb:
            return self.teacher, dict(self.teacher_options)
        own = {"perturb_share": str(self.perturb), "perturb_seed": str(self.seed)}
        return f"{PERTURBED}:{self.teacher}", {**self.teacher_options, **own}


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A collection to be made. The names of its sources are unique."""

    name: str
    sources: Annotated[list[Source], msgspec.Meta(min_length=1)]
    title: str = ""
    description: str = ""


def recipe_names() -> list[str]:
    """Names of all installed recipes."""
    return sorted({point.name for point in entry_points(group=RECIPES)})


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name, or of that YAML file.

    Raises:
        ConfigurationError: there is none, or the file cannot be used.
    """
    if name.endswith(_ENDINGS):
        return read_recipe(Path(name))
    found = {point.name: point for point in entry_points(group=RECIPES)}
    if name not in found:
        raise ConfigurationError(f"{unknown_name('recipe', name, found)} A file's name ends with .yaml.")
    loaded = found[name].load()
    return loaded if isinstance(loaded, Recipe) else read_recipe(Path(loaded))


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from a YAML file.

    Raises:
        ConfigurationError: it cannot be read, is no YAML, or no recipe (file and place named).
    """
    fields = read_yaml(path, "the recipe")
    try:
        if isinstance(fields, dict):
            fields.setdefault("name", path.stem)
            fields["sources"] = [_with_count(source) for source in fields.get("sources") or []]
        recipe = msgspec.convert(fields, Recipe)
    except (msgspec.ValidationError, TypeError) as error:
        raise ConfigurationError(f"the recipe {path}: {error}") from error
    names = [source.name for source in recipe.sources]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"the recipe {path} has two sources {name!r}: give each a name of its own")
    return recipe


def _with_count(source: Any) -> Any:
    """Of generated tasks there are as many as episodes, where nothing else is said."""
    if not isinstance(source, dict) or not isinstance(source.get("generate"), dict):
        return source
    usual = {"count": source.get("episodes"), "seed": source.get("seed", 0)}
    return {**source, "generate": {**usual, **source["generate"]}}


def planned(recipe: Recipe, *, limit: int | None = None, share: float | None = None) -> dict[str, int]:
    """How many episodes of each source are attempted: all, or so many in all, of every source its part.

    >>> a, b = (Source(name=name, environment="household", episodes=count) for name, count in (("a", 30), ("b", 10)))
    >>> planned(Recipe(name="both", sources=[a, b]), limit=8)
    {'a': 6, 'b': 2}
    """
    total = sum(source.episodes for source in recipe.sources)
    wanted = total if limit is None else min(limit, total)
    if share is not None:
        wanted = max(1, round(share * total))
    counts: dict[str, int] = {}
    before = 0
    for source in recipe.sources:
        after = before + source.episodes
        counts[source.name] = after * wanted // total - before * wanted // total
        before = after
    return counts


def check_recipe(recipe: Recipe) -> None:
    """See that all that a recipe names is there, before anything is started.

    Raises:
        ConfigurationError: it is not, or a split or phrasings that are kept for measuring would be trained on; the
            source is named.
    """
    for source in recipe.sources:
        try:
            _check(source)
        except ConfigurationError as error:
            raise ConfigurationError(f"source {source.name!r}: {error}") from error


def _check(source: Source) -> None:
    environment = base_name(source.environment)
    open_environment(source.environment, source.options)
    if source.options.get("phrasings") == _KEPT:
        raise ConfigurationError(f"the phrasings {_KEPT!r} are kept for measuring: collect with others")
    if source.generate is not None:
        generator = load_generator(environment)
        convert_options(generator.options_type, source.generate.options, f"generator for {environment!r}")
        split = source.generate.options.get("split", _TRAINING)
        if split != _TRAINING:
            raise ConfigurationError(f"the split {split!r} is kept for measuring: collect from split {_TRAINING!r}")
        if source.generate.options.get("instructions") == _MEASURED:
            raise ConfigurationError(f"the instructions {_MEASURED!r} are kept for measuring: collect with your own")
    if source.teacher.partition(":")[0] not in HEAVY_KINDS:
        resolve_model(source.model[0], environment, source.model[1])


def trials_of(source: Source, count: int, generated_to: Path) -> tuple[Place, list[Trial]]:
    """List the first ``count`` trials of a source, and say where they are done: every task once, then every task with
    the next seed, and so on. Generated tasks are made, no more than are needed, in a folder below ``generated_to``.

    Raises:
        ConfigurationError: the source has no tasks, or names one that is not there.
        EnvironmentFailure: tasks cannot be generated.
    """
    generate = source.generate
    if generate is not None:
        generate = msgspec.structs.replace(generate, count=min(generate.count, count))
    part = Part(
        source.environment,
        source.name,
        options=source.options,
        generate=generate,
        tasks=source.tasks,
        types=source.types,
    )
    plan = make_plan(Suite(source.name, [part], first_seed=source.seed), generated_to)
    tasks = [trial.task for trial in plan.trials]
    rounds = [divmod(index, len(tasks)) for index in range(count)]
    trials = [
        Trial(index, source.name, msgspec.structs.replace(tasks[which], seed=tasks[which].seed + round_))
        for index, (round_, which) in enumerate(rounds)
    ]
    return plan.places[source.name], trials


def job_of(source: Source, place: Place, *, sandbox: str) -> Job:
    """What a worker has to know to attempt the trials of a source."""
    model, options = source.model
    usual = default_limits(ACTION_DIALECTS[source.action])
    limits = msgspec.structs.replace(usual, turns=source.turns or usual.turns, script_timeout_s=source.script_timeout_s)
    return Job(
        places={source.name: place},
        model=model,
        model_options=options,
        action=source.action,
        limits=limits,
        sandbox=sandbox,
    )
