"""The figures of many episodes: success, turn budgets, costs, errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from embodied_codeact.evaluation.facts import EpisodeFacts
from embodied_codeact.evaluation.statistics import Rate, Spread, rate_of, spread_of


class Cost(msgspec.Struct, frozen=True):
    """One number of each episode, over all that are scored and over those of them that were solved."""

    all: Spread
    solved: Spread


class Costs(msgspec.Struct, frozen=True):
    """What episodes cost. ``calls`` are calls of primitives, ``tokens`` the sum of ``prompt_tokens`` and
    ``completion_tokens``. ``seconds`` is the sum of ``model_s`` (waiting for replies), ``execution_s`` (scripts and
    calls) and ``rest_s`` (resets, the bridge, a user's answers)."""

    turns: Cost
    calls: Cost
    tokens: Cost
    prompt_tokens: Cost
    completion_tokens: Cost
    seconds: Cost
    model_s: Cost
    execution_s: Cost
    rest_s: Cost


class ErrorKind(msgspec.Struct, frozen=True):
    """One kind of error in which scripts ended: in how many scripts and episodes, and how many of those episodes were
    solved all the same."""

    scripts: int
    episodes: int
    recovered: int


class Errors(msgspec.Struct, frozen=True):
    """How scripts (and single calls) failed, and whether the agent recovered.

    ``script_rate`` of ``scripts`` ended in an error; ``episode_rate`` of the scored episodes had at least one such
    script; ``recovery`` is how many of those were solved all the same.
    """

    scripts: int
    with_errors: int
    script_rate: float
    episode_rate: float
    recovery: Rate
    by_kind: dict[str, ErrorKind]


class Summary(msgspec.Struct, frozen=True):
    """How a set of episodes went. All figures are of the scored episodes, but for those that count the others.

    ``success``, ``by_part`` and ``by_type`` are rates with 95 % Wilson intervals. ``curve[k - 1]`` is the success
    within a budget of k turns: see :func:`budget_curve`. ``estimated`` counts the episodes whose tokens are estimated
    in part or whole. ``ends`` counts why episodes ended, ``invalid_replies`` the replies that held no usable action,
    ``not_run`` the actions that were not carried out. Not scored are ``faults`` (episodes that the system failed, by
    message), ``stopped`` (a person ended them) and ``unjudged`` (tasks without a goal of their own).
    """

    success: Rate
    by_part: dict[str, Rate]
    by_type: dict[str, Rate]
    curve: list[Rate]
    costs: Costs
    estimated: int
    errors: Errors
    invalid_replies: int
    not_run: int
    ends: dict[str, int]
    faults: dict[str, int]
    stopped: int
    unjudged: int

    @property
    def faulted(self) -> int:
        """How many episodes the system failed."""
        return sum(self.faults.values())


def summarize(facts: Iterable[EpisodeFacts], *, budget: int | None = None) -> Summary:
    """Sum up episodes. ``budget``: up to how many turns the curve goes, the longest episode's where None is given."""
    every = list(facts)
    scored = [episode for episode in every if episode.scored]
    counted = Counter(episode.counted for episode in every)
    return Summary(
        success=_rate(scored),
        by_part=_rates(scored, lambda episode: episode.part),
        by_type=_rates(scored, lambda episode: episode.type),
        curve=budget_curve(scored, budget),
        costs=costs_of(scored),
        estimated=sum(episode.estimated for episode in scored),
        errors=errors_of(scored),
        invalid_replies=sum(episode.invalid_replies for episode in scored),
        not_run=sum(episode.not_run for episode in scored),
        ends=dict(sorted(Counter(episode.end for episode in scored).items())),
        faults=dict(Counter(episode.error for episode in every if episode.counted == "fault").most_common()),
        stopped=counted["stopped"],
        unjudged=counted["unjudged"],
    )


def budget_curve(scored: Sequence[EpisodeFacts], budget: int | None = None) -> list[Rate]:
    """Return the success within k turns, for k = 1, 2, ... ``budget``, all from the same episodes.

    An episode counts as solved within k turns if it ended in success and its last turn that acted, that is, ran a
    script or made a call, is at most the k-th: with a budget of k turns it would have been judged there, and a finish
    or a message after it changes nothing in the world. A model that is told another budget may act differently (it may
    hurry), so this is not quite what a run with that budget would give.
    """
    most = max((episode.turns for episode in scored), default=0) if budget is None else budget
    at = Counter(max(episode.solved_at, 1) for episode in scored if episode.solved_at is not None)
    solved, curve = 0, []
    for k in range(1, most + 1):
        solved += at[k]
        curve.append(rate_of(solved, len(scored)))
    return curve


def costs_of(scored: Sequence[EpisodeFacts]) -> Costs:
    """Return what episodes cost."""
    solved = [episode for episode in scored if episode.success]
    return Costs(
        **{
            name: Cost(
                spread_of([getattr(episode, name) for episode in scored]),
                spread_of([getattr(episode, name) for episode in solved]),
            )
            for name in Costs.__struct_fields__
        }
    )


def errors_of(scored: Sequence[EpisodeFacts]) -> Errors:
    """Return how scripts failed. The kinds are sorted by how many scripts they ended."""
    scripts, failed = sum(e.scripts for e in scored), sum(e.script_errors for e in scored)
    with_errors = [episode for episode in scored if episode.script_errors]
    kinds: Counter[str] = Counter()
    for episode in with_errors:
        kinds.update(episode.error_kinds)
    return Errors(
        scripts=scripts,
        with_errors=failed,
        script_rate=failed / scripts if scripts else 0.0,
        episode_rate=len(with_errors) / len(scored) if scored else 0.0,
        recovery=_rate(with_errors),
        by_kind={kind: _kind(kind, count, with_errors) for kind, count in _by_count(kinds)},
    )


def _kind(kind: str, scripts: int, episodes: Sequence[EpisodeFacts]) -> ErrorKind:
    having = [episode.success for episode in episodes if kind in episode.error_kinds]
    return ErrorKind(scripts, len(having), sum(having))


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _rates(episodes: Sequence[EpisodeFacts], name: Callable[[EpisodeFacts], str]) -> dict[str, Rate]:
    groups: dict[str, list[EpisodeFacts]] = {}
    for episode in episodes:
        groups.setdefault(name(episode), []).append(episode)
    return {key: _rate(group) for key, group in sorted(groups.items())}


def _rate(episodes: Sequence[EpisodeFacts]) -> Rate:
    return rate_of(sum(episode.success for episode in episodes), len(episodes))
