"""The figures of episodes made by hand: turn budgets, costs, errors, and what is not scored."""

from __future__ import annotations

import pytest

from embodied_codeact.contracts import Episode, Usage
from embodied_codeact.evaluation.facts import EpisodeFacts, facts_of
from embodied_codeact.evaluation.statistics import Spread
from embodied_codeact.evaluation.summary import ErrorKind, Summary, summarize
from embodied_codeact.tasks import FREE
from tests.evaluation.made import episode


def figures(*episodes: Episode, budget: int | None = None) -> Summary:
    return summarize([facts_of(one) for one in episodes], budget=budget)


def curve(*episodes: Episode, budget: int | None = None) -> list[int]:
    return [rate.solved for rate in figures(*episodes, budget=budget).curve]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["run"], [1]),
        (["run", "finish"], [1, 1]),
        (["run", "message", "finish"], [1, 1, 1]),
        (["invalid", "run", "refused"], [0, 1, 1]),
        (["run", "KeyError"], [0, 1]),
        (["finish"], [1]),
    ],
)
def test_an_episode_is_solved_at_its_last_turn_that_acted(turns: list[str], expected: list[int]) -> None:
    """A finish, a message, a useless reply or a call that is not carried out changes nothing in the world; also a
    script that fails may have."""
    assert curve(episode(turns=turns, end="finish")) == expected
    assert curve(episode(turns=turns, success=False, end="turns")) == [0] * len(turns)


def test_a_curve_goes_to_the_budget() -> None:
    made = [episode(turns=["run"]), episode(turns=["run"] * 3), episode(turns=["run"] * 4, success=False)]
    assert curve(*made) == [1, 1, 2, 2]
    assert curve(*made, budget=6) == [1, 1, 2, 2, 2, 2]
    assert all(rate.episodes == 3 for rate in figures(*made).curve)
    assert curve() == []


def test_costs_of_all_and_of_those_that_were_solved() -> None:
    summary = figures(
        episode(turns=["run", "finish"], seconds=2.0),
        episode(turns=["run"], seconds=5.0, usage=Usage(40, 2, 1.0, estimated=True)),
        episode(turns=["run", "invalid", "run"], success=False, seconds=1.0, usage=Usage(1, 1, 0.0)),
    )
    costs = summary.costs
    assert (costs.turns.all, costs.turns.solved) == (Spread(2.0, 2.0), Spread(1.5, 1.5))
    assert costs.calls.all == Spread(8 / 3, 2.0)
    assert (costs.prompt_tokens.all, costs.completion_tokens.all) == (Spread(243 / 3, 40.0), Spread(25 / 3, 3.0))
    assert (costs.tokens.all.mean, costs.tokens.solved.mean) == (268 / 3, 262 / 2)
    assert (costs.model_s.solved, costs.execution_s.all) == (Spread(1.0, 1.0), Spread(1 / 3, 0.25))
    assert costs.rest_s.all.mean == pytest.approx(5 / 3)
    assert costs.rest_s.all.median == 0.75
    assert (summary.estimated, summary.invalid_replies, summary.not_run) == (1, 1, 0)


def test_what_is_left_of_an_episode_is_never_less_than_nothing() -> None:
    """A model's own count of its seconds need not fit into the clock's."""
    assert facts_of(episode(usage=Usage(1, 1, 9.0), seconds=2.0)).rest_s == 0.0


def test_errors_by_kind_and_recovery_from_them() -> None:
    errors = figures(
        episode(turns=["KeyError", "KeyError", "run"]),
        episode(turns=["KeyError", "TypeError"], success=False),
        episode(turns=["run"]),
        episode(turns=["finish"], success=False),
    ).errors
    assert (errors.scripts, errors.with_errors, errors.script_rate) == (6, 4, 4 / 6)
    assert (errors.episode_rate, errors.recovery.episodes, errors.recovery.solved) == (0.5, 2, 1)
    assert list(errors.by_kind.items()) == [("KeyError", ErrorKind(3, 2, 1)), ("TypeError", ErrorKind(1, 1, 0))]


def test_what_is_not_scored_is_counted_apart() -> None:
    """The system's faults, what a person ended, and tasks that nobody judges count in no rate and no mean."""
    summary = figures(
        episode(turns=["run"] * 2),
        episode(turns=["run"] * 40, success=False, end="error", error="gone"),
        episode(turns=["KeyError"], success=False, end="error", error="gone"),
        episode(turns=["run"] * 9, success=False, end="user"),
        episode(turns=["run"] * 8, success=False, kind=FREE),
    )
    assert (summary.success.episodes, summary.success.rate, len(summary.curve)) == (1, 1.0, 2)
    assert (summary.faults, summary.faulted, summary.stopped, summary.unjudged) == ({"gone": 2}, 2, 1, 1)
    assert (summary.costs.turns.all.mean, summary.errors.with_errors, summary.ends) == (2.0, 0, {"environment": 1})


def test_no_episode_that_is_scored() -> None:
    summary = figures(episode(end="error", error="gone"))
    assert (summary.success.episodes, summary.success.rate, summary.success.low, summary.success.high) == (0, 0, 0, 1)
    assert summary.costs.turns.all == Spread(None, None)
    assert (summary.errors.script_rate, summary.errors.episode_rate) == (0.0, 0.0)


def test_rates_by_type_and_part() -> None:
    summary = figures(
        episode("a", kind="place"),
        episode("b", kind="place", success=False),
        episode("c", kind=None, trial="cellar/c#0"),
    )
    assert {name: (rate.episodes, rate.solved) for name, rate in summary.by_type.items()} == {
        "other": (1, 1),
        "place": (2, 1),
    }
    assert {name: rate.episodes for name, rate in summary.by_part.items()} == {"cellar": 1, "pantry": 2}


def test_facts_hold_nothing_that_grows_with_an_episode() -> None:
    """They are what is kept of every episode of a long run."""
    fields = {type(getattr(facts_of(episode()), name)) for name in EpisodeFacts.__struct_fields__}
    assert fields <= {str, int, float, bool, dict, type(None)}
