"""A run with its figures: every episode once, all of them together, and by model and form of action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.facts import EpisodeFacts, facts_of
from embodied_codeact.evaluation.run_folder import FAULTS, Run, read_run
from embodied_codeact.evaluation.suites import Part, Suite
from embodied_codeact.evaluation.summary import Summary, summarize
from embodied_codeact.trajectories import read_episodes


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The episodes of one run by one model with one form of action. ``name`` tells them from the others of the same
    report; ``suite`` is what was attempted."""

    name: str
    run: str
    suite: str
    model: str
    action: str
    facts: Sequence[EpisodeFacts]
    summary: Summary


class ScoredRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run with its figures.

    ``name`` tells it from the other runs of a report. ``suite`` is what was attempted: the suite's name, or the
    environments' where there is no suite, with the options that one had. ``facts`` are of every episode once, in the
    order in which they ended. ``budget`` is how many turns an episode might take, or took at most where nothing says.
    ``planned`` is how many episodes there are to be, None where nothing says; ``missing`` how many of those have not
    ended yet. ``duplicates`` are keys that a file holds more than once, with how often; each is counted once.
    ``failed`` counts the attempts that the system failed and that the run keeps apart, by message.
    """

    name: str
    suite: str
    run: Run
    facts: Sequence[EpisodeFacts]
    groups: Sequence[Group]
    summary: Summary
    budget: int
    planned: int | None
    missing: int
    duplicates: dict[str, int]
    failed: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def incomplete(self) -> str:
        """Why this is less than the whole suite; empty where it is all of it."""
        whys = [self.run.manifest.incomplete] if self.run.manifest is not None and self.run.manifest.incomplete else []
        if self.missing:
            whys.append(f"{self.missing} of {self.planned} episodes have not ended")
        return "; ".join(whys)


def read_scored_runs(paths: Iterable[Path | str]) -> list[ScoredRun]:
    """Read and score folders of runs, or files of episodes. Each has a name of its own.

    Raises:
        ConfigurationError: one is neither, is damaged, was written by a newer version, holds no episode, or is named
            twice.
    """
    runs = [read_run(path) for path in paths]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise ConfigurationError("the same run is named twice")
    return [score_run(run, name) for run, name in zip(runs, _names(runs), strict=True)]


def score_run(run: Run, name: str | None = None) -> ScoredRun:
    """Score a run, in one pass over its episodes, none of which is held.

    Raises:
        ConfigurationError: an episode cannot be read, or there is none.
    """
    facts, duplicates = _once(facts_of(episode) for episode in run.episodes())
    if not facts:
        raise ConfigurationError(f"{run.path} holds no episode yet")
    name = name or run.name
    suite = _attempted(run.manifest.suite) if run.manifest is not None else _environments(facts)
    budget = _budget(run, facts)
    ended = {episode.key for episode in facts}
    return ScoredRun(
        name=name,
        suite=suite,
        run=run,
        facts=facts,
        groups=_groups(name, suite, facts, budget),
        summary=summarize(facts, budget=budget),
        budget=budget,
        planned=len(run.trials) if run.manifest is not None else None,
        missing=sum(trial.key not in ended for trial in run.trials),
        duplicates=duplicates,
        failed=_failed(run),
    )


def _failed(run: Run) -> dict[str, int]:
    file = run.path / FAULTS
    return dict(Counter(episode.error or "" for episode in read_episodes(file))) if file.is_file() else {}


def _once(facts: Iterable[EpisodeFacts]) -> tuple[list[EpisodeFacts], dict[str, int]]:
    """Keep one episode of each key, model and form of action: the first that is scored, or else the first."""
    kept: dict[tuple[str, str, str], EpisodeFacts] = {}
    duplicates: dict[str, int] = {}
    for episode in facts:
        place = (episode.key, episode.model, episode.action)
        before = kept.setdefault(place, episode)
        if before is not episode:
            duplicates[episode.key] = duplicates.get(episode.key, 1) + 1
            if episode.scored and not before.scored:
                kept[place] = episode
    return list(kept.values()), duplicates


def _groups(run: str, suite: str, facts: Sequence[EpisodeFacts], budget: int) -> list[Group]:
    kinds: dict[tuple[str, str], list[EpisodeFacts]] = {}
    for episode in facts:
        kinds.setdefault((episode.model, episode.action), []).append(episode)
    return [
        Group(
            name=run if len(kinds) == 1 else f"{run}: {model}, {action}",
            run=run,
            suite=suite,
            model=model,
            action=action,
            facts=group,
            summary=summarize(group, budget=budget),
        )
        for (model, action), group in kinds.items()
    ]


def _attempted(suite: Suite) -> str:
    """What a suite is called; with the options of its environment where it is nothing but that, since other options may
    be other tasks."""
    match suite.parts:
        case [Part(environment=suite.name, options=options)] if options:
            return f"{suite.name} ({', '.join(f'{name}={value}' for name, value in options.items())})"
    return suite.name


def _environments(facts: Sequence[EpisodeFacts]) -> str:
    return " + ".join(sorted({episode.environment for episode in facts}))


def _budget(run: Run, facts: Sequence[EpisodeFacts]) -> int:
    asked = run.manifest.limits.get("turns") if run.manifest is not None else None
    longest = max((episode.turns for episode in facts if episode.scored), default=0)
    return max(asked, longest) if isinstance(asked, int) else longest


def _names(runs: Sequence[Run]) -> list[str]:
    """Names that tell runs apart: their own, or as much of their paths as it takes."""
    names = [run.name for run in runs]
    if len(set(names)) == len(names):
        return names
    paths = [run.path.resolve() for run in runs]
    for depth in range(2, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.with_suffix("").parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]
