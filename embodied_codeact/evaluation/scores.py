"""The figures of an evaluation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from embodied_codeact.contracts import Episode, InvalidReply, Task


class GroupScore(msgspec.Struct, frozen=True):
    """How the episodes of one task, or of the tasks of one type, went."""

    episodes: int
    successes: int
    success_rate: float


class EvaluationReport(msgspec.Struct, frozen=True):
    """How a set of episodes went.

    Episodes that ended with an operator-facing error are only counted in ``not_scored``; ``errors`` counts their
    messages, the first task's first. ``interval`` is the success rate's 95 % Wilson interval. ``by_type`` sorts by
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
    by_task: dict[str, GroupScore] = msgspec.field(default_factory=dict)
    errors: dict[str, int] = msgspec.field(default_factory=dict)


def score(episodes: Iterable[Episode]) -> EvaluationReport:
    """Sum up episodes."""
    episodes = list(episodes)
    scored = [episode for episode in episodes if episode.end != "error"]
    successes = sum(episode.status.success for episode in scored)
    turns = [turn for episode in scored for turn in episode.turns]
    errors = [sum(_raised(episode)) for episode in scored]
    return EvaluationReport(
        episodes=len(scored),
        successes=successes,
        success_rate=_ratio(successes, len(scored)),
        interval=wilson_interval(successes, len(scored)),
        mean_turns=_ratio(len(turns), len(scored)),
        by_type=_grouped(scored, lambda task: str(task.metadata.get("type", "other"))),
        ends=dict(sorted(Counter(episode.end for episode in scored).items())),
        script_errors=sum(errors),
        with_errors=sum(count > 0 for count in errors),
        recovered=sum(e.status.success for e, count in zip(scored, errors, strict=True) if count),
        invalid_replies=sum(isinstance(turn.action, InvalidReply) for turn in turns),
        tokens=sum(turn.usage.prompt_tokens + turn.usage.completion_tokens for turn in turns),
        seconds=sum(episode.duration_s for episode in scored),
        not_scored=len(episodes) - len(scored),
        by_task=_grouped(scored, lambda task: task.id),
        errors=dict(Counter(episode.error or "" for episode in episodes if episode.end == "error")),
    )


def wilson_interval(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212); ``z`` = 1.96 for 95 %.

    Unlike the normal approximation it stays within 0 and 1 and is usable for few trials. No trials: (0, 1).

    >>> [round(bound, 3) for bound in wilson_interval(36, 44)]
    [0.68, 0.905]
    """
    if trials == 0:
        return (0.0, 1.0)
    rate = successes / trials
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / scale
    # Exact at the ends, where rounding would leave the bound a hair inside.
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return (low, high)


def _raised(episode: Episode) -> list[bool]:
    return [turn.result is not None and turn.result.error is not None for turn in episode.turns]


def _grouped(episodes: Sequence[Episode], name: Callable[[Task], str]) -> dict[str, GroupScore]:
    solved: dict[str, list[bool]] = {}
    for episode in episodes:
        solved.setdefault(name(episode.task), []).append(episode.status.success)
    return {key: GroupScore(len(of), sum(of), _ratio(sum(of), len(of))) for key, of in sorted(solved.items())}


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
