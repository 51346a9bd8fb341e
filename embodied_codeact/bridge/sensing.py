"""The world's part of the sensor streams: reads what is wanted when it is due, and sends it without ever waiting.

While a primitive runs, its adapter calls :meth:`Sensing.tick` at every step; while nothing runs, the world's loop does.
A sensor is read at most ``streamed_hz`` times a second of the clock, and only where somebody is subscribed to it.
"""

from __future__ import annotations

import contextlib
import functools
import select
import selectors
import socket
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from embodied_codeact import wire
from embodied_codeact.bridge.stream_memory import (
    CAMERA,
    MAX_DATAGRAM,
    MAX_SENSORS,
    Pictured,
    Sampled,
    StreamMemory,
    send,
)
from embodied_codeact.contracts import EnvironmentAdapter, Senses, SensesImages, SensorSpec

_T = TypeVar("_T")
_PRECISE_S = 0.02
_SELECT_FDS = 1024
"""select(2) knows only descriptors below."""
_CHECK_NS = 20_000_000
"""How often it is looked whether something else is wanted, while a primitive runs."""
_POLL_NS = 4_000_000
"""How often it is looked whether a picture is ready, where any is wanted."""


class Sensing:
    """Streams the sensors of one adapter. A fork of the process goes on with it as it is."""

    def __init__(self, memory: StreamMemory, samples: socket.socket, pictures: socket.socket) -> None:
        self._memory = memory
        self._samples = samples
        self._pictures = pictures
        self._specs: Sequence[SensorSpec] = ()
        self._index: dict[str, int] = {}
        self._adapter: EnvironmentAdapter | None = None
        self._images: SensesImages | None = None
        self._here: Callable[[], bool] = lambda: True
        self._version = 0
        self._due: dict[int, int] = {}
        """When each wanted sensor is to be read next, ns."""
        self._next = 0
        self._cameras = False
        """Whether pictures may be under way."""
        self._busy = False

    def begin(self, adapter: EnvironmentAdapter, specs: Sequence[SensorSpec], here: Callable[[], bool]) -> None:
        """Stream these sensors of this adapter, as long as ``here()`` says that this process is the living world."""
        self._adapter, self._specs, self._here = adapter, specs[:MAX_SENSORS], here
        self._images = _images_of(adapter)
        self._memory.divide(self._specs)
        self._index = {spec.name: index for index, spec in enumerate(self._specs)}

    def fileno(self) -> int:
        """The descriptor that becomes readable when something else is wanted."""
        return self._samples.fileno()

    def wait_s(self) -> float | None:
        """How long the world's loop may sleep; None for as long as it likes."""
        if self._adapter is None:
            return None
        if self._version != self._memory.version:
            return 0.0
        return max(0.0, (self._next - time.monotonic_ns()) * 1e-9) if self._due else None

    def wake(self) -> None:
        """The descriptor was readable."""
        with contextlib.suppress(OSError):
            while self._samples.recv(64):
                pass
        self._next = 0

    def tick(self) -> None:
        """A step was made: read and send what is due."""
        if time.monotonic_ns() >= self._next:
            self._look(idle=False)

    def idle(self) -> None:
        """Nothing runs: read and send what is due."""
        if time.monotonic_ns() >= self._next or self._version != self._memory.version:
            self._look(idle=True)

    def _look(self, *, idle: bool) -> None:
        if self._busy or self._adapter is None:
            return  # reading a sensor made a step
        self._busy = True
        try:
            now = time.monotonic_ns()
            if self._version != self._memory.version:
                self._refresh(now)
            due = [index for index, at in self._due.items() if at <= now]
            if due and self._here():
                self._read(due, now, idle)
            if self._cameras and self._images is not None:
                self._send_ready(self._images)
            check = now + (_POLL_NS if self._cameras else _CHECK_NS)
            self._next = min(check, *self._due.values()) if self._due else check
        finally:
            self._busy = False

    def _refresh(self, now: int) -> None:
        self._version = self._memory.version
        wanted = self._memory.wanted(len(self._specs))
        self._due = {
            index: self._due.get(index, now)
            for index, how in enumerate(wanted)
            if how and self._specs[index].streamed_hz > 0
        }
        self._cameras = self._images is not None and any(map(self._is_camera, self._due))

    def _read(self, due: list[int], now: int, idle: bool) -> None:
        for index in due:
            period = max(1, int(1e9 / self._specs[index].streamed_hz))
            # What was missed is not caught up.
            self._due[index] += ((now - self._due[index]) // period + 1) * period
        images = [index for index in due if self._cameras and self._is_camera(index)]
        here = [index for index in due if index not in images]
        if here:
            self._send_values(here, self._values(here, idle))
        if images and self._images is not None:
            names = [self._specs[index].name for index in images]
            self._attempt(images, functools.partial(self._images.begin_images, names))

    def _values(self, sensors: list[int], idle: bool) -> Mapping[str, Any]:
        names = [self._specs[index].name for index in sensors]
        adapter = self._adapter
        assert adapter is not None
        if isinstance(adapter, Senses):
            return self._attempt(sensors, functools.partial(adapter.sense, names)) or {}
        return (self._attempt(sensors, lambda: adapter.observe().sensors) or {}) if idle else {}

    def _attempt(self, sensors: list[int], read: Callable[[], _T]) -> _T | None:
        """Read; sensors that cannot be read are streamed no more until something else is wanted, and whoever reads them
        is told: the script and the primitive that run are not concerned. Returns None then."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001 - any code of an adapter may fail here; who reads the stream is told
            traceback.print_exc()
            for index in sensors:
                self._fail(index, f"it cannot be read: {error!r}")
            return None

    def _fail(self, index: int, why: str) -> None:
        self._due.pop(index, None)
        send(self._samples, [Sampled(index, 0, time.monotonic_ns(), error=why)])

    def _send_values(self, sensors: list[int], values: Mapping[str, Any]) -> None:
        now = time.monotonic_ns()
        batch: list[Sampled] = []
        pictures: list[Pictured] = []
        for index in sensors:
            spec = self._specs[index]
            value = values.get(spec.name)
            if value is None:
                continue
            if spec.kind == CAMERA:
                pictures += self._pictured(index, value, now)
                continue
            try:
                document, buffers = wire.pack(value)
            except TypeError as error:
                self._fail(index, str(error))
                continue
            sample = Sampled(index, self._memory.count(index), now, document, [bytes(each) for each in buffers])
            if sum(map(len, sample.buffers), len(document)) > MAX_DATAGRAM:
                self._fail(index, "a sample of it is too large; what is no picture may have 128 KiB")
                continue
            batch.append(sample)
        self._send_notes(pictures)
        if batch and not send(self._samples, batch):
            # Too many for one message, or the server is behind.
            for sample in batch:
                send(self._samples, [sample])

    def _send_ready(self, images: SensesImages) -> None:
        pictures = self._attempt([index for index in self._due if self._is_camera(index)], images.ready_images)
        notes: list[Pictured] = []
        for picture in pictures or ():
            if self._index.get(picture.name) in self._due and self._here():
                notes += self._pictured(self._index[picture.name], picture.image, picture.time_ns)
        self._send_notes(notes)

    def _is_camera(self, index: int) -> bool:
        return self._specs[index].kind == CAMERA

    def _send_notes(self, notes: list[Pictured]) -> None:
        if notes and not send(self._pictures, notes):
            for note in notes:
                self._memory.free(note.place)

    def _pictured(self, index: int, image: Any, time_ns: int) -> list[Pictured]:
        """Put a picture where the server finds it; where there is no room it is counted, and lost."""
        array = np.ascontiguousarray(image)
        seq = self._memory.count(index)
        data = array.reshape(-1).view(np.uint8).data
        try:
            place = self._memory.put(data)
        except ValueError as error:
            self._fail(index, str(error))
            return []
        if place is None:
            return []
        return [Pictured(index, seq, time_ns, place, data.nbytes, array.dtype.str, list(array.shape))]


def _images_of(adapter: object) -> SensesImages | None:
    return adapter if isinstance(adapter, SensesImages) else None


def select_precisely(
    selector: selectors.BaseSelector, seconds: float | None
) -> list[tuple[selectors.SelectorKey, int]]:
    """Wait as a selector does, but a short time to the microsecond: poll(2) counts in whole milliseconds, which is too
    coarse for a sensor of 500 Hz."""
    keys = list(selector.get_map().values())
    if seconds is None or seconds > _PRECISE_S or any(key.fd >= _SELECT_FDS for key in keys):
        return selector.select(seconds)
    reading = [key.fd for key in keys if key.events & selectors.EVENT_READ]
    writing = [key.fd for key in keys if key.events & selectors.EVENT_WRITE]
    readable, writable, _ = (set(ready) for ready in select.select(reading, writing, [], seconds))
    found = [
        (key, selectors.EVENT_READ * (key.fd in readable) | selectors.EVENT_WRITE * (key.fd in writable))
        for key in keys
    ]
    return [(key, events) for key, events in found if events]
