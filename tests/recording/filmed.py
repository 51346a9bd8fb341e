"""A counter whose world can be filmed: each number is a colour."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import simplejpeg

from embodied_codeact.contracts import FRAMES_PER_SECOND, Observation, Task, WorldContext
from embodied_codeact.errors import ConfigurationError
from tests.support.counter import Counter, CounterAdapter, CounterEnvironment

SECONDS_A_COUNT = 0.5
TASK = Task(id="reach-3", environment="filmed-counter", instruction="make the counter show 3")
TURNS = [
    "<execute>\ncounter.add(1)\nprint('one')\n</execute>",
    "<execute>\ncounter.add('x')\n</execute>",
    "<execute>\ncounter.add(2)\n</execute>",
]


class FilmedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the filmed counter."""

    limit: int = 10
    seeded: bool = False
    record: bool = False


class FilmedAdapter(CounterAdapter):
    """Takes half a second of its own time for each count."""

    def __init__(self, context: WorldContext, limit: int, kind: type[Counter], record: bool) -> None:
        super().__init__(context, limit, kind)
        self._record = record
        self._shown = 0

    def reset(self, task: Task) -> Observation:
        self._shown = -1
        return super().reset(task)

    def film(self, at_most: int) -> list[bytes]:
        if not self._record:
            raise ConfigurationError("no film is kept: start with the option record=true")
        total = round((self._counter._history[-1]) * SECONDS_A_COUNT * FRAMES_PER_SECOND)
        due = range(self._shown + 1, min(total, self._shown + at_most) + 1)
        self._shown = max([self._shown, *due])
        return [_picture(index) for index in due]


def _picture(index: int) -> bytes:
    picture = np.full((480, 640, 3), 40 + 2 * index, dtype=np.uint8)
    return bytes(simplejpeg.encode_jpeg(picture, quality=95))


class FilmedEnvironment(CounterEnvironment):
    """The filmed counter as an entry point names it."""

    options_type: type[msgspec.Struct] = FilmedOptions

    def adapter(self, options: FilmedOptions, context: WorldContext) -> FilmedAdapter:  # type: ignore[override]
        return FilmedAdapter(context, options.limit, self._kind, options.record)


environment = FilmedEnvironment("filmed-counter", Counter)


def install(folder: Path) -> None:
    """Write the metadata of an installed distribution that provides this environment into ``folder``."""
    info = folder / "filmed_counter-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: filmed-counter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[embodied_codeact.environments]\nfilmed-counter = tests.recording.filmed:environment\n"
    )
