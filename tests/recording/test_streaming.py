"""The streams of sensors in a recording: with the time of sensing, and ended by nothing but themselves."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import BridgeError
from embodied_codeact.recording import McapRecorder
from embodied_codeact.recording.streaming import StreamRecording

reading = pytest.importorskip("mcap.reader")
SPECS = {"height": SensorSpec("height", "distance", "float64", [], "m", rate_hz=100.0)}


class Told(NamedTuple):
    name: str
    value: Any
    age_s: float


class Stream:
    """Gives these readings, then nothing or an error."""

    def __init__(self, told: list[Told], error: Exception | None = None) -> None:
        self._told, self._error = told, error
        self.given = threading.Event()
        self.closed = False

    def read(self, timeout_s: float | None = None) -> Told:
        if self._told:
            return self._told.pop(0)
        if self._error is not None:
            self.given.set()
            raise self._error
        self.given.set()
        time.sleep(0.001 if timeout_s is None else min(timeout_s, 0.001))
        raise TimeoutError

    def close(self) -> None:
        self.closed = True


def recorded(path: Path) -> list[tuple[str, int, dict[str, Any]]]:
    with path.open("rb") as file:
        return [
            (channel.topic, message.log_time, msgspec.json.decode(message.data))
            for _, channel, message in reading.make_reader(file).iter_messages()
        ]


def test_readings_are_recorded_at_the_time_at_which_they_were_sensed(tmp_path: Path) -> None:
    stream = Stream([Told("height", 0.25, 2.0), Told("height", 0.5, 1.0)])
    recorder = McapRecorder(tmp_path / "streams.mcap")
    before = time.time_ns()
    with StreamRecording(recorder, stream, SPECS):
        assert stream.given.wait(10)
    recorder.close()
    assert stream.closed
    topics, times, bodies = zip(*recorded(recorder.path), strict=True)
    assert topics == ("/sensors/height",) * 2
    assert [body["values"] for body in bodies] == [[0.25], [0.5]]
    assert times[0] < before - 1_000_000_000 < times[1] < before


def test_a_server_that_is_gone_ends_the_streams_and_is_noted(tmp_path: Path) -> None:
    stream = Stream([Told("height", 0.25, 0.0)], BridgeError("the server is gone"))
    recorder = McapRecorder(tmp_path / "streams.mcap")
    with StreamRecording(recorder, stream, SPECS):
        assert stream.given.wait(10)
    recorder.close()
    said = [body["message"] for topic, _, body in recorded(recorder.path) if topic == "/log"]
    assert said == ["the streams of sensors have ended: the server is gone"]
