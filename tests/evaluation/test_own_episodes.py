"""This project's own episodes, in each form of action and with pictures: written, read back, and replayed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

import embodied_codeact
from embodied_codeact.agent import CodeActAgent, Limits
from embodied_codeact.agent.consent import Consent
from embodied_codeact.agent.dialects import ACTION_DIALECTS
from embodied_codeact.agent.people import Verdict
from embodied_codeact.contracts import CodeAction, EnvironmentDescription, Episode, ToolCall
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation import ReplayReport, replay_recordings
from embodied_codeact.trajectories import TrajectoryWriter, read_episodes, read_recordings
from tests.agent.fakes import Pantry, ScriptedModel, ScriptedPerson, pantry_task

ATOMIC = Limits(turns=1, calls=1)
DONE = "<solution>done</solution>"
REPLIES = {
    "code": [
        "<execute>box.put('jam')</execute>",
        "<execute>take('jam'",
        "<execute>box.put(take('jam')[-4:-1])</execute>",
    ],
    "json": [
        '{"thought": "Now.", "tool": "box.put", "arguments": {"thing": "jam"}}',
        '{"tool": "tkae", "arguments": {"thing": "jam"}}',
        '{"tool": "take", "arguments": {"thing": "jam"}}',
        '{"tool": "put", "arguments": {"thing": "jam"}}',
    ],
    "text": [
        "Thought: Now.\nAction: box.put(jam)",
        "Action: tkae(jam)",
        "Thought: I hold nothing.\nAction: take(jam)",
        "Action: put(jam)",
    ],
}


class PantryWithTask(Pantry):
    def describe(self) -> EnvironmentDescription:
        return replace(super().describe(), tasks=[pantry_task()])


def written(path: Path, episode: Episode) -> Path:
    with TrajectoryWriter(path) as writer:
        writer.write(episode)
    assert list(read_episodes(path)) == [episode]
    return path


@pytest.mark.parametrize("form", sorted(REPLIES))
def test_an_episode_is_replayed_by_the_rules_of_its_form(form: str, tmp_path: Path) -> None:
    """A call that fails, one that cannot be made, and those that solve the task."""
    replies = REPLIES[form]
    agent = CodeActAgent(ScriptedModel(replies), dialect=ACTION_DIALECTS[form])
    episode = agent.run(PantryWithTask(), pantry_task())
    assert (episode.status.success, episode.action_format, len(episode.turns)) == (True, form, len(replies))
    assert episode.turns[0].result is not None
    assert episode.turns[0].result.error is not None

    scripts = sum(turn.result is not None for turn in episode.turns)
    report = replay_recordings(PantryWithTask(), read_recordings(written(tmp_path / "kept.jsonl", episode)))
    assert report == ReplayReport(
        episodes=1, turns=scripts, left_out=len(replies) - scripts, observations_equal=scripts, outcomes_equal=1
    )
    other = replace(episode, turns=[replace(episode.turns[0], result=episode.turns[-1].result), *episode.turns[1:]])
    (difference,) = replay_recordings(
        PantryWithTask(), read_recordings(written(tmp_path / "other.jsonl", other))
    ).differences
    assert difference.turn == 0


class Refusing:
    """A person who lets the first action be, and comments on it."""

    def review(self, action: CodeAction | ToolCall, code: str, calls: Sequence[str]) -> Verdict:
        del action, calls
        return Verdict("take" not in code, "Not that one.")


@pytest.mark.parametrize("form", sorted(REPLIES))
def test_what_a_person_refused_is_not_done_in_a_replay_either(form: str, tmp_path: Path) -> None:
    agent = CodeActAgent(
        ScriptedModel(REPLIES[form]),
        dialect=ACTION_DIALECTS[form],
        limits=Limits(turns=len(REPLIES[form])),
        consent=Consent("script", Refusing()),
    )
    episode = agent.run(PantryWithTask(), pantry_task())
    refused = [turn for turn in episode.turns if "Not that one." in turn.observation]
    assert (len(refused) > 0, episode.status.success, episode.end) == (True, False, "turns")
    report = replay_recordings(PantryWithTask(), read_recordings(written(tmp_path / "kept.jsonl", episode)))
    assert (report.differences, report.outcomes_equal) == ([], 1)


def test_an_episode_that_was_cut_short_ends_alike_in_a_replay(tmp_path: Path) -> None:
    model = ScriptedModel(["<execute>take('jam')</execute>", "What now?"])
    episode = CodeActAgent(model, user=lambda _: None).run(PantryWithTask(), pantry_task())
    assert episode.end == "user"
    report = replay_recordings(PantryWithTask(), read_recordings(written(tmp_path / "kept.jsonl", episode)))
    assert (report.turns, report.differences, report.outcomes_equal) == (1, [], 1)


def test_a_conversation_with_a_person_who_stays_is_not_replayed(tmp_path: Path) -> None:
    agent = CodeActAgent(ScriptedModel([DONE]), person=ScriptedPerson("look"))
    episode = agent.run(PantryWithTask(), pantry_task())
    with pytest.raises(ConfigurationError, match="a person stayed"):
        replay_recordings(PantryWithTask(), read_recordings(written(tmp_path / "kept.jsonl", episode)))


@pytest.mark.usefixtures("counter_installed")
def test_a_limit_on_calls_holds_in_a_replay_too(tmp_path: Path) -> None:
    with embodied_codeact.make("counter", sandbox="best") as env:
        agent = CodeActAgent(ScriptedModel(["<execute>counter.add(1)\ncounter.add(2)</execute>"]), limits=ATOMIC)
        episode = agent.run(env)
        assert episode.turns[0].result is not None
        assert episode.turns[0].result.error is not None
        report = replay_recordings(env, read_recordings(written(tmp_path / "kept.jsonl", episode)))
        assert (report.turns, report.differences) == (1, [])


class Sees(ScriptedModel):
    """A model to which pictures are shown."""

    takes_images = True


@pytest.mark.usefixtures("counter_installed")
def test_pictures_reach_models_that_take_them_and_last_in_trajectories(tmp_path: Path) -> None:
    """Of the script that raised too."""
    replies = [
        "<execute>\nshow([[0, 1], [2, 3]], 'squares')\nraise ValueError('no')\n</execute>",
        "<execute>counter.add(3)</execute>",
    ]
    with embodied_codeact.make("counter", sandbox="best") as env:
        for model in (Sees(replies), ScriptedModel(replies)):
            episode = CodeActAgent(model).run(env)
            assert "1 figure was drawn." in episode.turns[0].observation
            assert episode.turns[0].result is not None
            (figure,) = episode.turns[0].result.figures
            assert (figure.data[:4], figure.title) == (b"\x89PNG", "squares")
            shown = [message.images for message in model.prompts[1]]
            assert shown == [[], [], [], [figure] if isinstance(model, Sees) else []]
            assert [message.images for message in episode.messages[:4]] == shown
            kept = written(tmp_path / f"{isinstance(model, Sees)}.jsonl", episode)
            report = replay_recordings(env, read_recordings(kept))
            assert (report.turns, report.observations_equal, report.outcomes_equal) == (2, 2, 1)
