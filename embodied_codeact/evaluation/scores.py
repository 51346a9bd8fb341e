"""The figures of an evaluation in short. :mod:`embodied_codeact.evaluation.summary` has all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from embodied_codeact.contracts import Episode
from embodied_codeact.evaluation.facts import EpisodeFacts, facts_of
from embodied_codeact.evaluation.statistics import Z_95, wilson_interval


class GroupScore(msgspec.Struct, frozen=True):
    """How the episodes of one task, or of the tasks of one type, went."""

    episodes: int
    successes: int
    success_rate: float


class EvaluationReport(msgspec.Struct, frozen=True):
    """How a set of episodes went.

    Episodes that ended with an operator-facing error are only counted in ``not_scored``; ``errors`` counts their
    messages, the first task's first. Those that a person ended, and those of tasks without a goal, are only counted in
    ``unjudged``. ``interval`` is the success rate's 95 % Wilson interval. ``by_type`` sorts by
    ``task.metadata["type"]`` (``"other"`` without one), ``by_task`` by the task's id, over all its seeds. ``ends``
    counts why episodes ended. ``with_errors`` counts the episodes in which a script raised, ``recovered`` those of them
    that succeeded all the same. Rates and means of no episode are 0.
    """

    episodes: int
    successes: int
    success_rate: float
    interval: tuple[float, float]
    mean_turns: float
    by_type: dict[str, GroupScore]
    ends: dict[str, int]
    script_errors: int
    with_errors: int
    recovered: int
    invalid_replies: int
    tokens: int
    seconds: float
    not_scored: int = 0
    unjudged: int = 0
    by_task: dict[str, GroupScore] = msgspec.field(default_factory=dict)
    errors: dict[str, int] = msgspec.field(default_factory=dict)


def score(episodes: Iterable[Episode]) -> EvaluationReport:
    """Sum up episodes, in one pass; none of them is held."""
    scored: list[EpisodeFacts] = []
    errors: Counter[str] = Counter()
    unjudged = 0
    for episode in episodes:
        if episode.end == "error":
            errors[episode.error or ""] += 1
            continue
        facts = facts_of(episode)
        if facts.scored:
            scored.append(facts)
        else:
            unjudged += 1
    successes = sum(facts.success for facts in scored)
    with_errors = [facts for facts in scored if facts.script_errors]
    return EvaluationReport(
        episodes=len(scored),
        successes=successes,
        success_rate=_ratio(successes, len(scored)),
        interval=wilson_interval(successes, len(scored), Z_95),
        mean_turns=_ratio(sum(facts.turns for facts in scored), len(scored)),
        by_type=_grouped(scored, lambda facts: facts.type),
        ends=dict(sorted(Counter(facts.end for facts in scored).items())),
        script_errors=sum(facts.script_errors for facts in scored),
        with_errors=len(with_errors),
        recovered=sum(facts.success for facts in with_errors),
        invalid_replies=sum(facts.invalid_replies for facts in scored),
        tokens=sum(facts.tokens for facts in scored),
        seconds=sum(facts.seconds for facts in scored),
        not_scored=errors.total(),
        unjudged=unjudged,
        by_task=_grouped(scored, lambda facts: facts.task),
        errors=dict(errors),
    )


def _grouped(scored: Sequence[EpisodeFacts], name: Callable[[EpisodeFacts], str]) -> dict[str, GroupScore]:
    solved: dict[str, list[bool]] = {}
    for facts in scored:
        solved.setdefault(name(facts), []).append(facts.success)
    return {key: GroupScore(len(of), sum(of), _ratio(sum(of), len(of))) for key, of in sorted(solved.items())}


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
