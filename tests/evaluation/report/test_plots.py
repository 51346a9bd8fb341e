"""What the plots choose to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.evaluation.published import Published, all_published
from embodied_codeact.evaluation.report.plot_budget import budget_curve, references
from embodied_codeact.evaluation.report.plot_success import success_by
from embodied_codeact.evaluation.scored_run import Group, read_scored_runs
from tests.evaluation.made import episode, write_run


def group_of(folder: Path, lengths: list[int], budget: int) -> Group:
    episodes = [episode(str(number), ["run"] * turns) for number, turns in enumerate(lengths)]
    (run,) = read_scored_runs([write_run(folder / "run", episodes, turns=budget)])
    return run.groups[0]


@pytest.mark.parametrize(
    ("lengths", "budget", "axis"),
    [
        ([1, 2], 5, "budget of turns, k<"),
        ([1, 30], 60, "budget of turns, k (from 30 to 60 nothing changes)<"),
        ([1, 2], 60, "budget of turns, k (from 12 to 60 nothing changes)<"),
        ([1, 60], 60, "budget of turns, k<"),
    ],
)
def test_a_large_budget_is_shown_as_far_as_it_matters(
    tmp_path: Path, lengths: list[int], budget: int, axis: str
) -> None:
    assert axis in budget_curve([group_of(tmp_path, lengths, budget)], [])


def test_published_curves_are_the_models_own_the_best_the_worst_and_some_between() -> None:
    mint = all_published()["mint-alfworld"]
    last = {figure.model: figure.success for figure in mint.figures if figure.k == 5}
    chosen = references([mint], ["replay:CodeLlama-7b"], most=5)
    names = [reference.name for reference in chosen]
    several = {model: success for model, success in last.items() if sum(f.model == model for f in mint.figures) > 1}
    assert len(names) == len(set(names)) == 5
    assert "CodeLlama-7b" in names
    assert {max(several.values()), min(several.values())} <= {last[name] for name in names}
    assert [reference.points[-1][1] * 100 for reference in chosen] == pytest.approx(
        sorted((last[name] for name in names), reverse=True)
    )


def test_what_does_not_depend_on_the_budget_is_no_curve() -> None:
    forms: Published = all_published()["codeact-m3tooleval"]
    assert references([forms], []) == []


def test_a_type_that_a_group_never_met_has_no_mark(tmp_path: Path) -> None:
    met = write_run(tmp_path / "one", [episode("a", kind="met"), episode("b", kind="both")])
    other = write_run(tmp_path / "two", [episode("b", kind="both")])
    groups = [group for run in read_scored_runs([met, other]) for group in run.groups]
    drawn = success_by(groups, "type")
    # Both widths: "all" and "both" of two groups each, "met" of one.
    assert drawn.count('class="mark') == 2 * (2 + 2 + 1)
