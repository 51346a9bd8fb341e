"""Episodes on disk: nothing lost, and a crash costs at most the episode in flight."""

from __future__ import annotations

import logging
import resource
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embodied_codeact.contracts import (
    SCHEMA_VERSION,
    CallRecord,
    CodeAction,
    Episode,
    ExecutionResult,
    Figure,
    Message,
    Status,
    Task,
    Turn,
)
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.trajectories import TrajectoryWriter, read_episodes, read_recordings
from embodied_codeact.trajectories.codec import encode_episode


def episode(name: str = "t", **state: object) -> Episode:
    result = ExecutionResult("héllo\n", figures=[Figure(bytes(range(256)), title="plot")], duration_s=0.5)
    turn = Turn(0, "<execute>go()</execute>", CodeAction("go()"), result=result, state=state)
    return Episode(Task(name, "pantry", "go"), "m", [Message("user", "x\ny")], [turn], Status(True, 1.0), "finish")


def test_episode_survives_the_file_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "run.jsonl"
    episodes = [episode("a", holding=None), episode("b", pose=[0.0, 1.5])]
    for one in episodes:
        with TrajectoryWriter(path) as writer:
            writer.write(one)
            assert writer.note is None
    assert list(read_episodes(path)) == episodes
    assert path.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), [[1.0, 2.0], [3.0, 4.0]]),
        (np.float64(0.5), 0.5),
        ({"grid": np.arange(3)}, {"grid": [0, 1, 2]}),
        (2**80, 2**80),
        ({1: "a"}, {"1": "a"}),
        ({(1, 2): np.int64(3)}, {"(1, 2)": 3}),
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_whatever_a_script_leaves_behind_can_be_written(tmp_path: Path, value: object, kept: object) -> None:
    path = tmp_path / "run.jsonl"
    written = episode("a", thing=value)
    turn = msgspec.structs.replace(written.turns[0], result=ExecutionResult(calls=[CallRecord("", "f", [value])]))
    with TrajectoryWriter(path) as writer:
        writer.write(msgspec.structs.replace(written, turns=[turn]))
    (read,) = read_episodes(path)
    assert read.turns[0].state["thing"] == kept
    assert read.turns[0].result is not None
    assert read.turns[0].result.calls[0].args == [kept]


@pytest.mark.parametrize("torn", [b'{"task"', b'{"task":{"id":"' + b"x" * 200_000])
def test_half_a_line_is_passed_over_and_repaired_with_a_note(
    tmp_path: Path, torn: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "run.jsonl"
    with TrajectoryWriter(path) as writer:
        writer.write(episode("a"))
    with path.open("ab") as file:
        file.write(torn)
    with caplog.at_level(logging.WARNING):
        assert [one.task.id for one in read_episodes(path)] == ["a"]
    assert "line 2: passed over" in caplog.text
    assert [one.task_id for one in read_recordings(path)] == ["a"]
    with TrajectoryWriter(path) as writer:
        assert writer.note is not None
        assert f"{len(torn)} bytes" in writer.note
        writer.write(episode("b"))
    assert [one.task.id for one in read_episodes(path)] == ["a", "b"]


def test_half_a_first_line_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"ta')
    with TrajectoryWriter(path) as writer:
        writer.write(episode("a"))
    assert [one.task.id for one in read_episodes(path)] == ["a"]


def test_a_whole_episode_without_the_end_of_its_line_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(encode_episode(episode("a")))
    with TrajectoryWriter(path) as writer:
        assert writer.note is None
        writer.write(episode("b"))
    assert [one.task.id for one in read_episodes(path)] == ["a", "b"]


@pytest.mark.parametrize("content", [b"my notes, without a last newline", b"a\nb"])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"notes\.txt: its last line is no episode"):
        TrajectoryWriter(path)
    assert path.read_bytes() == content


def test_a_disk_that_gets_full_leaves_what_was_there_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with TrajectoryWriter(path) as writer:
        writer.write(episode("a"))
        before = path.read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
        try:
            with pytest.raises(OperatorError, match="cannot write the episode"):
                writer.write(episode("b"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.read_bytes() == before


def test_a_device_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="/dev/null: it is no plain file"):
        TrajectoryWriter("/dev/null")


def test_two_writers_of_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with TrajectoryWriter(path), pytest.raises(ConfigurationError, match="another run is writing"):
        TrajectoryWriter(path)
    TrajectoryWriter(path).close()


def test_file_that_cannot_be_written_is_refused_before_any_episode(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "run.jsonl", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot write trajectories"):
            TrajectoryWriter(path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{\n", "line 2"),
        (b"{}\n", "line 2: Object missing required field"),
        (b'{"schema": %d, "new": 1}' % (SCHEMA_VERSION + 1), "line 2: written by a newer version.*upgrade"),
    ],
)
def test_line_that_is_wrong_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "run.jsonl"
    with TrajectoryWriter(path) as writer:
        writer.write(episode("a"))
    with path.open("ab") as file:
        file.write(line)
    episodes = read_episodes(path)
    assert next(episodes).task.id == "a"
    with pytest.raises(ConfigurationError, match=rf"run\.jsonl, {words}"):
        next(episodes)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot read .*gone\.jsonl"):
        next(read_episodes(tmp_path / "gone.jsonl"))
