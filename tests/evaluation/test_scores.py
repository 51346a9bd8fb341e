"""The figures of a run, and the runner."""

from __future__ import annotations

import pytest

from embodied_codeact.agent import CodeActAgent
from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ModelError
from embodied_codeact.evaluation import GroupScore, evaluate, score, wilson_interval
from tests.agent.fakes import Pantry, ScriptedModel, pantry_task
from tests.evaluation.made import episode

WIN = "<execute>take('jam')\nbox.put('jam')</execute>"
REPLIES: dict[str, list[str | BaseException]] = {
    "straight": [WIN],
    "recovers": ["<execute>box.put('jam')</execute>", WIN],
    "gives up": ["<execute>oops</execute>", "<thought>hm</thought>", "<solution>no</solution>"],
    "breaks": ["<execute>1</execute>", ModelError("gone")],
}


def agent_for(name: str) -> CodeActAgent:
    return CodeActAgent(ScriptedModel(REPLIES[name]))


def test_report_sums_up_what_happened() -> None:
    tasks = [pantry_task("straight"), pantry_task("recovers", kind="hard"), pantry_task("gives up", kind="hard")]
    seen: list[Episode] = []
    report = evaluate(Pantry(), tasks, lambda task: agent_for(task.id), seen.append)
    assert [episode.task.id for episode in seen] == ["straight", "recovers", "gives up"]
    assert (report.episodes, report.successes, report.mean_turns) == (3, 2, 2.0)
    assert report.success_rate == pytest.approx(2 / 3)
    assert report.by_type == {"hard": GroupScore(2, 1, 0.5), "place": GroupScore(1, 1, 1.0)}
    assert report.by_task["recovers"] == GroupScore(1, 1, 1.0)
    assert report.ends == {"environment": 2, "finish": 1}
    assert (report.script_errors, report.with_errors, report.recovered, report.invalid_replies) == (2, 2, 1, 1)
    assert report.tokens > 0


def test_what_the_system_failed_is_told_and_not_scored() -> None:
    seen: list[Episode] = []
    names = ["straight", "breaks", "gives up", "breaks"]
    evaluate(Pantry(), [pantry_task(name) for name in names], lambda task: agent_for(task.id), seen.append)
    assert [(episode.end, len(episode.turns)) for episode in seen[:2]] == [("environment", 1), ("error", 1)]
    report = score(seen)
    assert (report.episodes, report.not_scored, report.success_rate) == (2, 2, 0.5)
    assert report.errors == {"gone": 2}
    assert "breaks" not in report.by_task
    nothing = score(seen[1:2])
    assert (nothing.episodes, nothing.not_scored, nothing.success_rate, nothing.interval) == (0, 1, 0.0, (0.0, 1.0))


def test_what_a_person_ended_or_has_no_goal_is_counted_apart() -> None:
    free = episode("talk", kind="free", success=False)
    report = score([episode("a"), episode("b", success=False, end="user"), free])
    assert (report.episodes, report.unjudged, report.success_rate) == (1, 2, 1.0)
    assert list(report.by_task) == ["a"]


def test_wilson_interval_agrees_with_published_values() -> None:
    """Newcombe 1998, Stat. Med. 17, 857-872, table I, method 3."""
    for (successes, trials), bounds in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert wilson_interval(successes, trials, 1.959964) == pytest.approx(bounds, abs=5e-5)
    assert wilson_interval(20, 20)[1] == 1.0
