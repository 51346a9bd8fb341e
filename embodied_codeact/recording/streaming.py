"""Records the streams of sensors beside what goes through the session, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from embodied_codeact.contracts import SensorSpec
from embodied_codeact.errors import OperatorError
from embodied_codeact.recording.mcap_recorder import McapRecorder

_LOOK_S = 0.2


class Reading(Protocol):
    """What a reader gives: see :class:`~embodied_codeact.bridge.streams.Sample`."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def age_s(self) -> float: ...


class Reader(Protocol):
    """Reads streams of sensors: see :class:`~embodied_codeact.bridge.streams.SensorReader`."""

    def read(self, timeout_s: float | None = None) -> Reading:
        """Return the next reading; raises TimeoutError where none came in time."""
        ...

    def close(self) -> None:
        """End the subscription."""
        ...


class StreamRecording:
    """Records what a reader gives until it is left. Use it as a context manager. The reader is closed in the end.

    A server or a disk that is gone ends the streams alone: whoever runs the episode is told by the session, or by the
    recording's file.
    """

    def __init__(self, recorder: McapRecorder, reader: Reader, specs: Mapping[str, SensorSpec]) -> None:
        self._recorder, self._reader, self._specs = recorder, reader, specs
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sensor streams", daemon=True)

    def __enter__(self) -> StreamRecording:
        self._recorder.streamed |= self._specs.keys()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._reader.close()
        self._recorder.streamed -= self._specs.keys()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                reading = self._reader.read(_LOOK_S)
                sensed_ns = self._recorder.now_ns() - int(reading.age_s * 1e9)
                self._recorder.sample(self._specs[reading.name], reading.value, sensed_ns)
            except TimeoutError:
                continue
            except OperatorError as error:
                self._recorder.log(f"the streams of sensors have ended: {error}", "recorder")
                return
