"""Two runs compared episode by episode: the same task with the same seed, attempted by both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.facts import EpisodeFacts
from embodied_codeact.evaluation.scored_run import Group, ScoredRun
from embodied_codeact.evaluation.statistics import mcnemar_p, paired_interval

Pair = tuple[EpisodeFacts, EpisodeFacts]


class PairCounts(msgspec.Struct, frozen=True):
    """Pairs by which of the two solved them, with what follows.

    ``difference`` is the second's rate of success less the first's, with the paired 95 % interval ``low`` to ``high``
    (Newcombe 1998); ``p`` is of McNemar's exact test, two-sided.
    """

    pairs: int
    both: int
    only_first: int
    only_second: int
    neither: int
    first_rate: float
    second_rate: float
    difference: float
    low: float
    high: float
    p: float


class PairMeans(msgspec.Struct, frozen=True):
    """The means of one number over the pairs that both solved, and the second's less the first's; None of no pair."""

    first: float | None
    second: float | None
    difference: float | None


class LeftOut(msgspec.Struct, frozen=True):
    """Keys of the episodes that one side has and the other lacks: ``only_first`` and ``only_second`` those that the
    other never ended, ``not_scored`` those that both ended and one, or both, was not scored."""

    only_first: list[str]
    only_second: list[str]
    not_scored: list[str]


class Comparison(msgspec.Struct, frozen=True):
    """How the second of two runs differs from the first, over the episodes that both have."""

    first: str
    second: str
    counts: PairCounts
    by_type: dict[str, PairCounts]
    turns: PairMeans
    calls: PairMeans
    tokens: PairMeans
    seconds: PairMeans
    left_out: LeftOut


def compare(first: Group, second: Group) -> Comparison:
    """Compare two groups of episodes by their keys."""
    ours = {episode.key: episode for episode in first.facts}
    theirs = {episode.key: episode for episode in second.facts}
    shared = [(episode, theirs[key]) for key, episode in ours.items() if key in theirs]
    pairs = [pair for pair in shared if pair[0].scored and pair[1].scored]
    solved = [pair for pair in pairs if pair[0].success and pair[1].success]
    types: dict[str, list[Pair]] = {}
    for pair in pairs:
        types.setdefault(pair[0].type, []).append(pair)
    return Comparison(
        first=first.name,
        second=second.name,
        counts=_counts(pairs),
        by_type={kind: _counts(of) for kind, of in sorted(types.items())},
        turns=_means(solved, lambda episode: episode.turns),
        calls=_means(solved, lambda episode: episode.calls),
        tokens=_means(solved, lambda episode: episode.tokens),
        seconds=_means(solved, lambda episode: episode.seconds),
        left_out=LeftOut(
            only_first=sorted(ours.keys() - theirs.keys()),
            only_second=sorted(theirs.keys() - ours.keys()),
            not_scored=sorted(pair[0].key for pair in shared if not (pair[0].scored and pair[1].scored)),
        ),
    )


def compare_all(runs: Sequence[ScoredRun]) -> list[Comparison]:
    """Compare each run with the first of those before it that has episodes in common with it; a run of several models
    or forms of action counts as so many runs.

    Raises:
        ConfigurationError: there are no two to compare, or no two have an episode in common.
    """
    groups = [group for run in runs for group in run.groups]
    if len(groups) < 2:
        raise ConfigurationError("there is nothing to compare: name two runs, or more")
    keys = [{episode.key for episode in group.facts} for group in groups]
    comparisons = []
    for place, group in enumerate(groups):
        first = next((index for index in range(place) if keys[index] & keys[place]), None)
        if first is not None:
            comparisons.append(compare(groups[first], group))
    if not comparisons:
        raise ConfigurationError("these runs cannot be compared: no two have an episode (task and seed) in common")
    return comparisons


def _counts(pairs: Sequence[Pair]) -> PairCounts:
    both = sum(first.success and second.success for first, second in pairs)
    only_first = sum(first.success and not second.success for first, second in pairs)
    only_second = sum(second.success and not first.success for first, second in pairs)
    neither = len(pairs) - both - only_first - only_second
    low, high = paired_interval(both, only_first, only_second, neither)
    whole = max(len(pairs), 1)
    return PairCounts(
        pairs=len(pairs),
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        first_rate=(both + only_first) / whole,
        second_rate=(both + only_second) / whole,
        difference=(only_second - only_first) / whole,
        low=low,
        high=high,
        p=mcnemar_p(only_first, only_second),
    )


def _means(pairs: Sequence[Pair], number: Callable[[EpisodeFacts], float]) -> PairMeans:
    if not pairs:
        return PairMeans(None, None, None)
    first = sum(number(pair[0]) for pair in pairs) / len(pairs)
    second = sum(number(pair[1]) for pair in pairs) / len(pairs)
    return PairMeans(first, second, second - first)
