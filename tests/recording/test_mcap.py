"""Recordings in MCAP, read back with the standard reader: of real runs, of ones that were killed, and of streams."""

from __future__ import annotations

import base64
import errno
import itertools
import json
import logging
import os
import random
import resource
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from mcap.reader import make_reader
from typer.testing import CliRunner

from embodied_codeact.cli import app
from embodied_codeact.contracts import FRAMES_PER_SECOND, SensorSpec, Task
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.recording import McapRecorder
from embodied_codeact.recording.mcap_file import McapFile
from embodied_codeact.recording.messages import FOXGLOVE, INFO, OURS, Command, Log, schema_name, schema_of, time_of
from embodied_codeact.trajectories import read_episodes, read_recordings
from embodied_codeact.trajectories.mcap import CUT_OFF, TURNS
from tests.cli.support import CommandProcess, error_line, invoke, write_trace
from tests.recording.filmed import SECONDS_A_COUNT, TASK
from tests.recording.filmed import TURNS as REPLIES
from tests.support.json_schema import check_schema, check_value

SCHEMAS = {
    "/task": "embodied_codeact.Task",
    "/commands": "embodied_codeact.Command",
    "/results": "embodied_codeact.Result",
    "/calls": "embodied_codeact.Call",
    "/actions": "embodied_codeact.Action",
    "/turns": "embodied_codeact.Turn",
    "/status": "embodied_codeact.Status",
    "/stop": "embodied_codeact.Stop",
    "/state": "embodied_codeact.State",
    "/episode": "embodied_codeact.Episode",
    "/log": "foxglove.Log",
    "/film": "foxglove.CompressedImage",
    "/sensors/dial": "embodied_codeact.Reading",
}
DRAWS = """<execute>
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.title("a line")
plt.show()
print("caf\\u00e9", "\\ud800")
</execute>"""


class Recorded:
    """All that is in a file, by topic, in the order of their times."""

    def __init__(self, path: Path) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.times: dict[str, list[int]] = defaultdict(list)
        self.schemas: dict[str, str] = {}
        self.texts: list[bytes] = []
        with path.open("rb") as file:
            reader = make_reader(file, validate_crcs=True)
            for schema, channel, message in reader.iter_messages():
                assert schema is not None
                assert (channel.message_encoding, schema.encoding) == ("json", "jsonschema")
                assert message.publish_time == message.log_time
                self.schemas[channel.topic] = schema.name
                self.times[channel.topic].append(message.log_time)
                value, description = json.loads(message.data), json.loads(schema.data)
                check_schema(description, channel.topic)
                check_value(description, value, channel.topic)
                self.messages[channel.topic].append(value)
                assert message.sequence == len(self.messages[channel.topic])
            summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert summary.statistics.message_count == sum(map(len, self.messages.values()))


def run_recorded(folder: Path, replies: list[str], *more: object) -> Path:
    """Record a run of these replies to MCAP, and to JSON Lines beside it."""
    trace = write_trace(folder / "trace.jsonl", replies, TASK)
    file = folder / "run.mcap"
    words = ("run", "filmed-counter", "--model", f"replay:{trace}", "--sandbox", "off", "--record-to", file)
    result = invoke(*words, "--out", folder / "run.jsonl", *more)
    assert f"recording: {file}" in result.output.replace("\n", "")
    return file


def test_a_run_is_recorded_whole(world: Path) -> None:
    before = time.time_ns()
    recorded = Recorded(run_recorded(world, [*REPLIES[:2], DRAWS, REPLIES[2]]))
    assert recorded.schemas == {**SCHEMAS, "/figures": "foxglove.CompressedImage"}
    for times in recorded.times.values():
        assert before <= times[0]
        assert times[-1] <= time.time_ns()
        assert all(later >= earlier for earlier, later in itertools.pairwise(times))

    at = recorded.messages
    assert [command["verb"] for command in at["/commands"]] == ["reset", *["execute"] * 4]
    assert at["/commands"][1]["code"] == "counter.add(1)\nprint('one')"
    assert at["/task"][0]["instruction"] == TASK.instruction
    assert [(call["name"], call["arguments"]) for call in at["/calls"]] == [
        ("counter.add", "1"),
        ("counter.add", "'x'"),
        ("counter.add", "2"),
    ]
    assert "a whole number" in at["/calls"][1]["error"]
    assert [action["turn"] for action in at["/actions"]] == [turn["turn"] for turn in at[TURNS]] == [0, 1, 2, 3]
    assert "InvalidArgument" in at["/results"][1]["error"]
    assert [state["value"] for state in at["/state"]] == [0, 1, 1, 1, 3]
    assert at["/state"][-1]["history"] == [0, 1, 3]
    assert [status["success"] for status in at["/status"]] == [False] * 4 + [True]
    assert [reading["values"] for reading in at["/sensors/dial"]][-1] == [3.0, 1.5]
    said = [(line["name"], line["message"]) for line in at["/log"]]
    assert ("environment", "The counter shows 0. Make it show 3.") in said
    assert ("script", "one\n") in said
    assert len(at["/film"]) == 1 + 3 * SECONDS_A_COUNT * FRAMES_PER_SECOND
    assert all(base64.b64decode(frame["data"]).startswith(b"\xff\xd8") for frame in at["/film"])
    (figure,) = at["/figures"]
    assert (figure["format"], base64.b64decode(figure["data"])[:4]) == ("png", b"\x89PNG")
    assert at["/stop"] == [{"level": "normal", "reason": ""}]
    assert (at["/episode"][0]["success"], at["/episode"][0]["turns"]) == (True, 4)
    # The pictures lie within the time of the command that they show.
    first, second = recorded.times["/commands"][1:3]
    assert sum(first < shown <= second for shown in recorded.times["/film"]) == SECONDS_A_COUNT * FRAMES_PER_SECOND


def test_replay_from_mcap_is_replay_from_the_trajectory(world: Path) -> None:
    file = run_recorded(world, REPLIES)
    assert list(read_episodes(file)) == list(read_episodes(world / "run.jsonl"))
    reports = [invoke("replay", source, "--sandbox", "off", "--json") for source in (file, world / "run.jsonl")]
    assert [report.exit_code for report in reports] == [0, 0], reports[0].output
    assert reports[0].stdout == reports[1].stdout
    assert json.loads(reports[0].stdout)["observations_equal"] == 3
    again = invoke("run", "filmed-counter", "--model", f"replay:{file}", "--sandbox", "off", "--json")
    assert json.loads(again.stdout)["success"] is True


@pytest.mark.usefixtures("counter_installed")
def test_an_evaluation_is_one_recording_of_all_its_episodes(tmp_path: Path) -> None:
    trace = write_trace(tmp_path / "trace.jsonl", ["<execute>\ncounter.add(3)\n</execute>"])
    words = ("eval", "counter", "--seeds", "3", "--sandbox", "off", "--model", f"replay:{trace}")
    kept = tmp_path / "kept.jsonl"
    result = invoke(*words, "--record-to", tmp_path / "all.mcap", "--out", kept)
    assert result.exit_code == 0, result.output
    recorded = Recorded(tmp_path / "all.mcap")
    assert [task["seed"] for task in recorded.messages["/task"]] == [0, 1, 2]
    assert "/film" not in recorded.messages
    recorded_ones, kept_ones = list(read_episodes(tmp_path / "all.mcap")), list(read_episodes(kept))
    assert [episode.metadata.pop("trial") for episode in kept_ones] == [f"counter/reach-3#{seed}" for seed in range(3)]
    assert recorded_ones == kept_ones


@pytest.mark.usefixtures("counter_installed")
def test_a_chat_is_recorded_with_its_person_and_its_stops(tmp_path: Path) -> None:
    one, two = (f"<execute>\ncounter.add({amount})\n</execute>" for amount in (1, 2))
    replies = ["Shall I?", one, two, "<solution>two</solution>"]
    trace = write_trace(tmp_path / "trace.jsonl", replies, Task("reach-3", "counter", "count"))
    words = ["chat", "counter", "--sandbox", "best", "--task", "reach-3", "--model", f"replay:{trace}", "--record-to"]
    lines = "count\n/halt\nyes\n/clear\nnow\n/quit\n"
    result = CliRunner().invoke(app, [*words, str(tmp_path / "chat.mcap")], input=lines)
    assert result.exit_code == 0, result.output
    assert "chat.mcap" in result.stdout
    recorded = Recorded(tmp_path / "chat.mcap")
    said = [(line["name"], line["message"]) for line in recorded.messages["/log"]]
    assert ("agent", "Shall I?") in said
    assert said[-1] == ("user", "now")
    assert ("user", "The user latched an emergency stop.") in said
    assert [stop["level"] for stop in recorded.messages["/stop"]] == ["normal", "emergency stop", "normal"]
    assert [state["value"] for state in recorded.messages["/state"]][-1] == 2
    assert "an emergency stop is latched" in recorded.messages["/results"][0]["error"]
    (episode,) = read_episodes(tmp_path / "chat.mcap")
    assert (episode.end, episode.metadata["instructed"]) == ("user", True)


def test_a_killed_run_loses_only_the_turn_in_flight(world: Path, caplog: pytest.LogCaptureFixture) -> None:
    waits = "<execute>\nprint('the', 'beginning')\ncounter.wait(600)\n</execute>"
    trace, file = write_trace(world / "trace.jsonl", [REPLIES[0], waits], TASK), world / "cut.mcap"
    words = ("run", "filmed-counter", "--model", f"replay:{trace}", "--sandbox", "off", "--record-to", file)
    with CommandProcess(*words) as command:
        command.wait_for("the beginning")
        command.process.kill()
        command.end()
    with caplog.at_level(logging.WARNING):
        (episode,) = read_episodes(file)
    assert "was cut off" in caplog.text
    assert (episode.end, episode.error, episode.model) == ("error", CUT_OFF, "replay:trace.jsonl")
    (turn,) = episode.turns
    assert turn.reply == REPLIES[0]
    assert turn.result is not None
    assert turn.result.stdout == "one\n"
    assert [message.role for message in episode.messages[-3:]] == ["user", "assistant", "user"]
    assert read_recordings(file)[0].replies == [REPLIES[0]]
    replayed = json.loads(invoke("replay", file, "--sandbox", "off", "--json").stdout)
    assert (replayed["observations_equal"], replayed["differences"]) == (1, [])


def test_a_recording_is_read_as_far_as_it_goes(world: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Cut off anywhere, it gives the turns that are whole, or says that it holds none."""
    caplog.set_level(logging.ERROR)
    whole = run_recorded(world, REPLIES).read_bytes()
    found = []
    for size in [*range(0, len(whole), max(1, len(whole) // 150)), len(whole)]:
        cut = world / "part.mcap"
        cut.write_bytes(whole[:size])
        try:
            found.append(sum(len(recording.replies) for recording in read_recordings(cut)))
        except ConfigurationError:
            found.append(-1)
    assert found == sorted(found)
    assert set(found) == {-1, 0, 1, 2, 3}


def test_a_damaged_recording_is_said_to_be_damaged(world: Path) -> None:
    whole = run_recorded(world, REPLIES).read_bytes()
    chance, problems = random.Random(1), set()
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 3, 30])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (world / "bad.mcap").write_bytes(damaged)
        try:
            read_recordings(world / "bad.mcap")
        except ConfigurationError as error:
            problems.add(str(error).partition(":")[0])
    assert f"{world / 'bad.mcap'} is damaged, or no recording" in problems


def test_a_file_that_exists_is_left_as_it_is(world: Path) -> None:
    file = world / "mine.mcap"
    file.write_bytes(b"mine")
    problem = error_line(invoke("run", "filmed-counter", "--sandbox", "off", "--record-to", file))
    assert problem == f"{file} exists, and a recording overwrites nothing; remove it or choose another name"
    assert file.read_bytes() == b"mine"


@pytest.mark.usefixtures("counter_installed")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--record-to", "film.mp4"), "an evaluation is recorded to a FILE.mcap"),
        (("--record-to", "film.mcap", "--parallel", "2"), "cannot go with --parallel"),
        (("--record-to", "/proc/none/film.mcap"), "cannot write the recording /proc/none/film.mcap"),
    ],
)
def test_what_cannot_be_recorded_is_said(words: tuple[str, ...], says: str) -> None:
    assert says in error_line(invoke("eval", "counter", "--sandbox", "off", "--model", "script:/dev/null", *words))


@pytest.mark.usefixtures("counter_installed")
def test_a_run_that_did_not_begin_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "run.mcap"
    error_line(invoke("run", "counter", "--task", "none", "--sandbox", "off", "--record-to", file))
    assert not file.exists()


def test_every_schema_is_one_that_viewers_read() -> None:
    kinds: list[type[msgspec.Struct]] = [*FOXGLOVE, *OURS]
    for kind in kinds:
        schema = json.loads(schema_of(kind))
        check_schema(schema, schema_name(kind))
        assert schema["title"] == schema_name(kind)
    with pytest.raises(AssertionError):
        check_schema(msgspec.json.schema(Log))


POSE = SensorSpec("tool", "pose", "float64", [7], "m", frame="base")
PICTURE = SensorSpec("eye", "camera", "uint8", [2, 3, 3], frame="wrist")


@pytest.mark.parametrize(
    ("spec", "value", "schema", "holds"),
    [
        (POSE, np.arange(7.0), "foxglove.PoseInFrame", {"frame_id": "base"}),
        (POSE, np.full(7, np.nan), "embodied_codeact.Reading", {"shape": [7]}),
        (SensorSpec("q", "joints", "float64", [2], "rad"), [0.5, 1], "foxglove.JointStates", {}),
        (SensorSpec("e", "joints", "float64", [2], "%"), [0.5, 1], "embodied_codeact.Reading", {"unit": "%"}),
        (
            SensorSpec("t", "thermometer", "float32", [], "K"),
            np.float32(280),
            "embodied_codeact.Reading",
            {"shape": []},
        ),
        (SensorSpec("on", "switch", "bool", []), True, "embodied_codeact.Reading", {"values": [1.0]}),
        (SensorSpec("c", "contacts", "str", []), "a|b", "embodied_codeact.TextReading", {"text": "a|b"}),
        (SensorSpec("x", "odd", "", []), {"a": [1]}, "embodied_codeact.TextReading", {"text": '{"a":[1]}'}),
        (SensorSpec("x", "odd", "", []), [[1], [1, 2]], "embodied_codeact.TextReading", {"text": "[[1],[1,2]]"}),
        (PICTURE, np.zeros((2, 3, 3), np.uint8), "foxglove.RawImage", {"encoding": "rgb8", "step": 9, "height": 2}),
        (PICTURE, np.ones((2, 3), ">u2"), "foxglove.RawImage", {"encoding": "mono16", "data": "AQABAAEAAQABAAEA"}),
        (PICTURE, np.ones((2, 3), np.float32), "foxglove.RawImage", {"encoding": "32FC1", "width": 3, "step": 12}),
        (PICTURE, np.ones((2, 3, 2)), "embodied_codeact.Reading", {"shape": [2, 3, 2]}),
        (PICTURE, b"\xff\xd8\xff\xe0", "foxglove.CompressedImage", {"format": "jpeg", "frame_id": "wrist"}),
        (PICTURE, b"\x89PNG\r\n\x1a\n", "foxglove.CompressedImage", {"format": "png"}),
        (PICTURE, b"raw", "embodied_codeact.TextReading", {"text": "cmF3"}),
    ],
)
def test_a_reading_is_written_by_its_kind(
    tmp_path: Path, spec: SensorSpec, value: Any, schema: str, holds: dict[str, Any]
) -> None:
    with McapRecorder(tmp_path / "one.mcap") as recorder:
        recorder.sample(spec, value, 1_700_000_000_000_000_005)
    with (tmp_path / "one.mcap").open("rb") as file:
        ((found, channel, message),) = make_reader(file).iter_messages()
    assert found is not None
    assert (channel.topic, found.name, message.log_time) == (f"/sensors/{spec.name}", schema, 1_700_000_000_000_000_005)
    content = json.loads(message.data)
    assert content["timestamp"] == {"sec": 1_700_000_000, "nsec": 5}
    assert content.items() >= holds.items()
    if None not in content.get("values", []):
        check_value(json.loads(found.data), content)


def test_streams_of_several_threads_and_the_run_share_a_file(tmp_path: Path) -> None:
    """Each topic has all that was given to it, in its order."""

    def stream(name: str) -> None:
        spec = SensorSpec(name, "dial", "float64", [1], rate_hz=500)
        for index in range(400):
            recorder.sample(spec, [float(index)], 1_000_000 * index)

    with McapRecorder(tmp_path / "streams.mcap") as recorder:
        threads = [threading.Thread(target=stream, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for _ in range(50):
            recorder.asked(Command("observe"))
            recorder.log("goes on", "script")
        for thread in threads:
            thread.join()
    recorder.close()
    recorder.sample(SensorSpec("late", "dial", "float64"), 1.0, 5)
    recorded = Recorded(tmp_path / "streams.mcap")
    for name in "abcd":
        assert [reading["values"] for reading in recorded.messages[f"/sensors/{name}"]] == [[i] for i in range(400)]
    assert len(recorded.messages["/commands"]) == 50
    assert "/sensors/late" not in recorded.messages


def test_a_disk_that_gets_full_leaves_what_was_flushed(tmp_path: Path) -> None:
    file = McapFile(tmp_path / "full.mcap")
    file.write("/log", Log(time_of(1), INFO, "first", "test"), 1)
    file.flush()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.path.stat().st_size + 10, limits[1]))
    try:
        file.write("/log", Log(time_of(2), INFO, "second", "test"), 2)
        with pytest.raises(OperatorError, match=r"cannot write the recording .*full\.mcap"):
            file.flush()
        file.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    from mcap.reader import NonSeekingReader

    with file.path.open("rb") as opened:
        read = NonSeekingReader(opened).iter_messages(log_time_order=False)
        assert json.loads(next(read)[2].data)["message"] == "first"


def test_a_disk_that_gets_full_for_the_streams_is_told_to_who_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = McapFile(tmp_path / "full.mcap")
    monkeypatch.setattr(file, "_append", no_space)

    def stream() -> None:
        with pytest.raises(OperatorError, match="No space left"):
            file.write("/log", Log(time_of(1), INFO, "first", "test"), 1)

    thread = threading.Thread(target=stream)
    thread.start()
    thread.join()
    file.write("/log", Log(time_of(2), INFO, "second", "test"), 2)
    with pytest.raises(OperatorError, match=r"cannot write the recording .*full\.mcap: No space left"):
        file.flush()
    file.close()


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_recording_of_others_has_no_episodes(tmp_path: Path) -> None:
    with McapRecorder(tmp_path / "other.mcap") as recorder:
        recorder.log("hello", "robot")
    assert "holds no recorded episode" in error_line(invoke("replay", tmp_path / "other.mcap"))
    with McapRecorder(tmp_path / "alike.mcap") as recorder:
        recorder._file.write("/task", Command("not a task"), 1)
    assert "missing required field `record`" in error_line(invoke("replay", tmp_path / "alike.mcap"))
