"""Replay of recorded episodes through the real agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from embodied_codeact.agent.dialects import parse_mint_reply
from embodied_codeact.contracts import (
    CodeAction,
    EnvironmentDescription,
    ExecutionEvent,
    ExecutionResult,
    Observation,
    Permissions,
    ScriptError,
    Status,
    Task,
)
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation import Difference, ReplayReport, replay_recordings
from embodied_codeact.evaluation.compare import recorded_output
from embodied_codeact.trajectories import Recording, read_recordings
from tests.agent.fakes import Pantry, pantry_task

LEFT = "You have 4 steps left and 2 chances to propose solution left."
TAKE, PUT = "<execute>print(take('jam'))</execute>", "<execute>print(box.put('jam'))</execute>"


class PantryWithTasks(Pantry):
    names: Sequence[str] = ("t1",)

    def describe(self) -> EnvironmentDescription:
        return replace(super().describe(), tasks=[pantry_task(name) for name in self.names])


def recording(replies: list[str], observations: list[str], *, success: bool = True, end: str = "") -> Recording:
    framed = [f"Observation:\n{text}\n{LEFT}\n" for text in observations]
    return Recording("t1", "m", "put the jam into the box", "", replies, framed, success, end)


def test_faithful_world_has_no_differences() -> None:
    report = replay_recordings(PantryWithTasks(), [recording([TAKE, PUT], ["You take the jam."])] * 2)
    assert report == ReplayReport(episodes=2, turns=2, unanswered=2, observations_equal=2, outcomes_equal=2)


def test_other_answer_is_reported_with_task_and_turn() -> None:
    report = replay_recordings(PantryWithTasks(), [recording([TAKE, PUT], ["You pick up the jam."])])
    assert (report.turns, report.observations_equal, report.outcomes_equal) == (1, 0, 1)
    assert report.differences == [Difference("t1", 0, "You pick up the jam.", "You take the jam.")]


def test_episode_that_ends_earlier_here() -> None:
    replies = [f"{TAKE}{PUT}", "<execute>print(1)</execute>", "<execute>print(2)</execute>"]
    both = "You take the jam.\nYou put the jam into the box."
    report = replay_recordings(PantryWithTasks(), [recording(replies, [both, "1"], success=False, end="turns")])
    assert (report.turns, report.observations_equal, report.unanswered, report.outcomes_equal) == (2, 1, 1, 0)
    assert [(difference.turn, difference.expected) for difference in report.differences] == [
        (1, "1"),
        (None, "no success, ended by turns"),
    ]


def test_episode_that_ends_later_here() -> None:
    report = replay_recordings(PantryWithTasks(), [recording([TAKE], [])])
    (difference,) = report.differences
    assert difference.turn is None
    assert (difference.expected, difference.got) == (
        "success",
        "no success, ended by max_propose after 3 turns instead of 1",
    )


def test_verdicts_and_complaints_are_left_out() -> None:
    replies = [TAKE, "<execute>unclosed", f"{PUT}<solution>done</solution>", "<solution>done</solution>"]
    observations = ["You take the jam.", "I don't understand your input.", "Your answer is wrong."]
    report = replay_recordings(PantryWithTasks(), [recording(replies, observations, success=False, end="max_propose")])
    assert report == ReplayReport(episodes=1, turns=1, left_out=3, observations_equal=1, outcomes_equal=1)


def test_recorded_task_that_is_not_at_hand_is_named() -> None:
    with pytest.raises(ConfigurationError, match="unknown task 't2'"):
        replay_recordings(PantryWithTasks(), [replace(recording([TAKE], []), task_id="t2")])


def test_games_listed_from_a_folder_higher_up_are_found_unless_that_is_ambiguous() -> None:
    session = PantryWithTasks()
    session.names = ("valid/xt1", "valid/t1")
    assert replay_recordings(session, [recording([TAKE, PUT], ["You take the jam."])]).outcomes_equal == 1
    session.names = ("valid/t1", "train/t1")
    with pytest.raises(ConfigurationError, match="unknown task 't1'"):
        replay_recordings(session, [recording([TAKE, PUT], ["You take the jam."])])


class Parrot:
    """A world that answers each script as one recording says, to check the accounting against real episodes."""

    def __init__(self, recordings: list[Recording]) -> None:
        self.recordings = {one.task_id: one for one in recordings}
        self.current = recordings[0]
        self.scripts: Iterator[int] = iter(())

    def describe(self) -> EnvironmentDescription:
        return EnvironmentDescription("parrot", "", tasks=[Task(name, "parrot", "") for name in self.recordings])

    def reset(self, task: Task) -> Observation:
        self.current = self.recordings[task.id]
        actions = [parse_mint_reply(reply) for reply in self.current.replies]
        self.scripts = iter([index for index, action in enumerate(actions) if isinstance(action, CodeAction)])
        return Observation(text="Hello.")

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        del timeout_s, on_event, permissions
        index = next(self.scripts)
        action = parse_mint_reply(self.current.replies[index])
        assert isinstance(action, CodeAction)
        assert action.code == code
        if index == len(self.current.replies) - 1:
            won = self.current.success
            return ExecutionResult(), Observation(status=Status(success=won, done=won))
        output = recorded_output(self.current.observations[index])
        error = ScriptError(output.error, "") if output.error else None
        shown = ExecutionResult("" if output.echoed else output.text, output.text if output.echoed else None, error)
        return shown, Observation()

    def observe(self, *, settle: bool = False) -> Observation:
        del settle
        return Observation()


@pytest.mark.parametrize("model", ["CodeActAgent-Mistral-7b-v0.1", "gpt-4-0613"])
def test_published_household_episodes_are_accounted_for(data_dir: Path, model: str) -> None:
    recordings = read_recordings(data_dir / "mint" / f"alfworld.{model}.jsonl")
    report = replay_recordings(Parrot(recordings), recordings)
    turns, left_out, unanswered = {"g": (74, 13, 36), "C": (71, 16, 36)}[model[0]]
    assert (report.episodes, report.turns, report.left_out, report.unanswered) == (44, turns, left_out, unanswered)
    assert (report.observations_equal, report.outcomes_equal, report.differences) == (turns, 44, [])
