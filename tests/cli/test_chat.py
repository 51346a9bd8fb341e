"""``chat`` as a person has it: at a terminal, and from a pipe."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_session
from embodied_codeact.cli import app
from embodied_codeact.contracts import Episode, Observation, Task
from embodied_codeact.trajectories import read_episodes
from tests.cli.support import write_trace
from tests.cli.terminal import CTRL_C, CTRL_D, PATIENCE_S, TAB, Terminal
from tests.models.openai_endpoint.server import Exchange, ScriptedServer, piece, says

FIRST = "Move the gripper above the block."
QUESTION = "Which block do you mean, the yellow or the cyan one?"
GO = """<execute>
thing = scene.find("{}")
arm.move_to([*thing.position[:2], thing.top + 0.11])
print("above", thing.name)
</execute>"""
WANDER = """<thought>I look around first.</thought>
<execute>
while True:
    for y in (-0.3, 0.3):
        arm.move_to([0.5, y, 0.3])
</execute>"""
COUNTER = ("--sandbox", "best", "--task", "reach-3")


def add(amount: int) -> str:
    return f"<execute>\nprint('shows', counter.add({amount}).value)\n</execute>"


def done(answer: str) -> str:
    return f"<solution>{answer}</solution>"


@pytest.fixture
def world() -> Iterator[EnvironmentClient]:
    """A table of our own, to look at past the chat."""
    with local_session("tabletop", {"speed": "realtime"}, sandbox="best") as client:
        yield client


def speed(seen: Observation) -> float:
    """The fastest joint, rad/s."""
    return float(np.abs(seen.sensors["joint_velocities"]).max())


def test_a_conversation_at_a_terminal(world: EnvironmentClient, tmp_path: Path) -> None:
    """Instruction, question, correction, Ctrl-C during a motion, and a second instruction that is solved."""
    replies = [
        QUESTION,
        GO.format("cyan block"),
        done("I am above the cyan block."),
        WANDER,
        GO.format("yellow block"),
        done("I am above the yellow block."),
    ]
    trace = write_trace(tmp_path / "trace.jsonl", replies, Task("reach", "tabletop", FIRST))
    kept = tmp_path / "kept.jsonl"
    words = ("chat", "tabletop", "--connect", world.endpoint, "--model", f"replay:{trace}", "--out", kept)
    with Terminal(*words, env={"XDG_STATE_HOME": str(tmp_path)}) as person:
        opening = person.wait_for("you> ")
        assert "yellow block, cyan block" in opening
        assert "11 cm" not in opening
        person.enter(FIRST)
        person.wait_for(QUESTION)
        person.wait_for("your answer> ")
        person.enter("The cyan one.")
        person.wait_for("above cyan block")
        person.wait_for("I am above the cyan block.")
        assert not world.observe(settle=True).status.success
        person.wait_for("you> ")
        person.enter("No, that was wrong: the other one.")

        # The first motion is shown at its end, when the second begins.
        person.wait_for("arm.move_to([0.5, -0.3, 0.3])")
        person.type(CTRL_C)
        person.wait_for("halting")
        person.wait_for("An emergency stop is latched")
        person.wait_for("[emergency stop] you> ")
        assert world.stop_state() == ("emergency stop", "the user pressed Ctrl-C")
        halted = world.observe()
        assert speed(halted) < 0.01

        person.type(f"Go 11 cm above the yel{TAB}")
        person.wait_for("yellow block")
        person.enter(", slowly")
        person.wait_for("[y/n] ")
        assert world.stop_state()[0] == "emergency stop"
        assert np.allclose(world.observe().sensors["joint_positions"], halted.sensors["joint_positions"], atol=1e-3)
        person.enter("y")
        person.wait_for("cleared")
        person.wait_for("I am above the yellow block.")
        assert world.stop_state()[0] == "normal"
        assert world.observe(settle=True).status.success
        person.wait_for("you> ")
        person.enter("/quit")
        assert person.end()[0] == 0
    (episode,) = read_episodes(kept)
    assert (episode.end, episode.task.instruction, episode.status.success) == ("user", FIRST, True)
    assert "The user answers: The cyan one." in episode.turns[0].observation
    assert episode.turns[2].said == "The user says: No, that was wrong: the other one."
    result = episode.turns[3].result
    assert result is not None
    assert result.interrupted
    *before, last = result.calls
    assert not any(call.error for call in before)
    # The halt may also meet the script between two motions.
    assert last.error is None or "Stopped" in last.error
    assert episode.turns[3].said == (
        "[The user halted your script with an emergency stop.]\n"
        "[The user cleared the emergency stop: scripts can act again.]\n"
        "The user says: Go 11 cm above the yellow block, slowly"
    )
    assert "+Go 11 cm above the yellow block, slowly" in (tmp_path / "embodied-codeact" / "history").read_text()


@pytest.mark.usefixtures("counter_installed")
def test_a_reply_is_seen_while_it_grows_and_broken_into(tmp_path: Path) -> None:
    pytest.importorskip("openai")

    def goes_on_and_on(exchange: Exchange) -> None:
        exchange.stream(piece("<thought>Let me "), piece("count all sheep"))
        exchange.wait(PATIENCE_S)

    with ScriptedServer(goes_on_and_on, says(done("No sheep then."))) as server:
        words = ("chat", "counter", *COUNTER, "--model", f"openai:tiny@{server.url}")
        with Terminal(*words, env={"XDG_STATE_HOME": str(tmp_path)}) as person:
            person.wait_for("you> ")
            person.enter("count")
            person.wait_for("Let me count all sheep")
            person.type(CTRL_C)
            person.wait_for("The agent waits for you.")
            person.wait_for("you> ")
            person.enter("no sheep, please")
            person.wait_for("No sheep then.")
            person.wait_for("you> ")
            person.enter("/state")
            assert "emergency stop" not in person.wait_for("make the counter show 3 - not done")
            person.wait_for("you> ")
            person.type(CTRL_D)
            assert person.end()[0] == 0
        told = server.requests[1].body["messages"][-1]["content"]
        assert told.endswith("[The user broke into your reply.]\nThe user says: no sheep, please")
        assert [message["role"] for message in server.requests[1].body["messages"]] == ["system", "user"]


# From a pipe: the same, line by line


def chat(tmp_path: Path, replies: list[str], *lines: str, environment: str = "counter") -> tuple[str, Episode]:
    """Chat with lines from a pipe, the first instruction ``count``; return what was shown, in one line."""
    trace = write_trace(tmp_path / "trace.jsonl", replies, Task("reach-3", environment, "count"))
    kept = tmp_path / "kept.jsonl"
    kept.unlink(missing_ok=True)
    words = ["chat", environment, *COUNTER, "--model", f"replay:{trace}", "--out", str(kept)]
    result = CliRunner().invoke(app, words, input="".join(f"{line}\n" for line in lines))
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    (episode,) = read_episodes(kept)
    return " ".join(result.stdout.split()), episode


@pytest.mark.usefixtures("counter_installed")
def test_the_end_of_input_leaves_and_a_verdict_is_shown_only_if_asked(tmp_path: Path) -> None:
    shown, episode = chat(tmp_path, [add(1), done("one")], "count")
    assert "solved" not in shown
    assert (episode.end, len(episode.turns)) == ("user", 2)
    asked, _ = chat(tmp_path, [add(1), done("one")], "count", "/state", "/sensors", "/quit")
    assert "make the counter show 3 - not done" in asked
    assert "dial" in asked


def test_where_a_task_is_for_any_instruction_it_is_the_scene(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", [done("four")], Task("free", "workspace", "two and two"))
    words = ("chat", "workspace", "--sandbox", "best", "--model", f"replay:{trace}")
    assert "scene free" in CliRunner().invoke(app, words).stdout
    assert "scene regression" in CliRunner().invoke(app, [*words, "--task", "regression"]).stdout


@pytest.mark.usefixtures("counter_installed")
def test_a_world_that_is_done_goes_on(tmp_path: Path) -> None:
    replies = [add(3), add(1), done("four")]
    shown, episode = chat(tmp_path, replies, "count", "one more", "/state", "/quit")
    assert "the scene's own task is over: the goal is reached" in shown
    assert "shows 3" in episode.turns[0].observation
    assert episode.turns[2].state["value"] == 4


@pytest.mark.usefixtures("counter_installed")
def test_what_was_done_is_taken_back_and_the_agent_is_told(tmp_path: Path) -> None:
    replies = [add(1), done("one"), add(1), done("two"), add(5), done("six"), done("nothing")]
    lines = ("count", "again", "/save here", "/undo", "/undo", "/undo", "five", "/undo here", "what now?", "/state")
    shown, episode = chat(tmp_path, replies, *lines, environment="forkable-counter")
    assert "there is no instruction to take back" in shown
    assert [turn.state["value"] for turn in episode.turns] == [1, 1, 2, 2, 5, 5, 2]
    assert episode.turns[3].said == (
        "[The user put the world back as it was before the instruction 'again'. Variables of your scripts stay as they"
        " are.]\n[The user put the world back as it was before the instruction 'count'. Variables of your scripts stay"
        " as they are.]\nThe user says: five"
    )
    assert "saved under the name 'here'" in episode.turns[5].said
    refused, _ = chat(tmp_path, [done("no")], "count", "/undo", "/save")
    assert refused.count("worlds of counter cannot be saved") == 2


@pytest.mark.usefixtures("counter_installed")
def test_a_stop_that_is_latched_while_the_agent_waits_hands_the_floor_over(tmp_path: Path) -> None:
    replies = ["Shall I?", add(1), add(2), done("two")]
    lines = ("count", "/undo", "/halt", "yes", "now", "n", "/clear", "now", "/quit")
    shown, episode = chat(tmp_path, replies, *lines)
    assert "/undo is for when the agent waits for an instruction" in shown
    assert "Nothing of the script was run: an emergency stop is latched (halted by the user)." in shown
    assert "the agent was not told anything" in shown
    assert episode.turns[1].said == (
        "[The user latched an emergency stop.]\n[The user cleared the emergency stop: scripts can act again.]\n"
        "The user says: now"
    )
    assert [turn.state["value"] for turn in episode.turns] == [0, 0, 2, 2]


@pytest.mark.usefixtures("counter_installed")
def test_another_model_takes_over_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    other = write_trace(tmp_path / "other.jsonl", [add(2), done("two")], Task("reach-3", "counter", "count"))
    lines = ("count", "/model nonsense", "/model replay:/nowhere", f"/model replay:{other}", "/model", "go on", "/quit")
    shown, episode = chat(tmp_path, [add(1), done("one")], *lines)
    assert "unknown model 'nonsense'" in shown
    assert "/nowhere" in shown
    assert "model: replay:other.jsonl" in shown
    assert episode.model == "replay:other.jsonl"
    assert [turn.state["value"] for turn in episode.turns] == [1, 1, 3]


@pytest.mark.usefixtures("counter_installed")
def test_a_model_that_does_not_answer_ends_the_chat_only_when_the_person_leaves(tmp_path: Path) -> None:
    """Nobody listens at that port, and nothing is tried twice."""
    trace = write_trace(tmp_path / "other.jsonl", [add(1), done("one")], Task("reach-3", "counter", "count"))
    words = ["chat", "counter", *COUNTER, "--model", "openai:none@http://127.0.0.1:9/v1", "-m", "retries=0"]
    for more, code in (([], 3), ([f"/model replay:{trace}", "count"], 0)):
        kept = tmp_path / f"{code}.jsonl"
        lines = "".join(f"{line}\n" for line in ["count", *more])
        result = CliRunner().invoke(app, [*words, "--out", str(kept)], input=lines)
        assert result.exit_code == code, result.output
        assert "The model did not answer: openai:none@" in result.stdout
        assert result.stderr.startswith("error: openai:none@") == bool(code)
        (episode,) = read_episodes(kept)
        assert [turn.state["value"] for turn in episode.turns] == ([] if code else [1, 1])


@pytest.mark.usefixtures("counter_installed")
def test_the_person_can_ask_to_be_asked(tmp_path: Path) -> None:
    replies = [add(1), add(2), done("two")]
    lines = ("/approve sometimes", "/approve script", "count", "rather two", "y", "/approve", "/quit")
    shown, episode = chat(tmp_path, replies, *lines)
    assert "unknown way to approve 'sometimes'" in shown
    assert "rather two" in episode.turns[0].observation
    assert [turn.state["value"] for turn in episode.turns] == [0, 2, 2]
    assert "before scripts run: script" in shown


@pytest.mark.usefixtures("counter_installed")
def test_a_chat_that_is_told_to_end_keeps_its_episode(tmp_path: Path) -> None:
    never_ends = "<execute>\nprint('the', 'beginning')\ncounter.wait(600)\n</execute>"
    trace = write_trace(tmp_path / "trace.jsonl", [never_ends], Task("reach-3", "counter", "count"))
    kept = tmp_path / "kept.jsonl"
    words = ("chat", "counter", *COUNTER, "--model", f"replay:{trace}", "--out", kept)
    with Terminal(*words, env={"XDG_STATE_HOME": str(tmp_path)}) as person:
        person.wait_for("you> ")
        person.enter("count")
        person.wait_for("the beginning")
        started = psutil.Process(person.process.pid).children(recursive=True)
        person.process.send_signal(signal.SIGTERM)
        assert person.end()[0] == 130
    assert not psutil.wait_procs(started, timeout=30)[1]
    (episode,) = read_episodes(kept)
    assert (episode.end, len(episode.turns)) == ("user", 1)


def test_the_film_so_far_can_be_had_at_any_moment(tmp_path: Path) -> None:
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    up = "<execute>\narm.move_to(arm.pose().position + [0, 0, 0.02])\n</execute>"
    replies = [up, done("there"), up, done("there")]
    trace = write_trace(tmp_path / "trace.jsonl", replies, Task("reach", "tabletop", "go"))
    whole, part = tmp_path / "whole.mp4", tmp_path / "part.mp4"
    words = ["chat", "tabletop", "--sandbox", "best", "--model", f"replay:{trace}", "--record-to", str(whole)]
    lines = f"/video {part}\ngo\n/video {part}\nfurther\n"
    result = CliRunner().invoke(app, words, input=lines)
    assert result.exit_code == 0, result.output
    assert "nothing was filmed yet" in result.stdout
    frames = [imageio_ffmpeg.count_frames_and_secs(path)[0] for path in (part, whole)]
    assert 20 < frames[0] < frames[1]
