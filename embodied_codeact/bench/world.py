"""A world for benchmarks: a primitive that does nothing, and RGB-D cameras that give pictures at many rates.

It is an environment like any other, but nobody's package provides it: :func:`installed` lets the processes that are
started meanwhile find it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from embodied_codeact.contracts import EnvironmentAdapter, Observation, SensorSpec, Status, Task, WorldContext

NAME = "bench"
HEIGHT, WIDTH = 480, 640
RATES_HZ = tuple(range(50, 4001, 50))
"""Of the cameras, whose pictures are all the same."""


class BenchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """There are none."""


class BenchState(msgspec.Struct, frozen=True):
    """There is none."""


def names_at(hz: int) -> tuple[str, str]:
    """The sensors of the camera of this rate: colour and depth."""
    return f"rgb_{hz}", f"depth_{hz}"


def _camera(hz: int) -> tuple[SensorSpec, SensorSpec]:
    rgb, depth = names_at(hz)
    return (
        SensorSpec(rgb, "camera", "uint8", [HEIGHT, WIDTH, 3], "rgb", stream_hz=hz),
        SensorSpec(depth, "camera", "float32", [HEIGHT, WIDTH], "m", stream_hz=hz),
    )


def noop() -> None:
    """Do nothing."""


class BenchAdapter:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentAdapter`, and ``Senses`` there."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        rgb = random.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        depth = random.random((HEIGHT, WIDTH), dtype=np.float32)
        self._readings: dict[str, Any] = {}
        for hz in RATES_HZ:
            self._readings |= dict(zip(names_at(hz), (rgb, depth), strict=True))

    def primitives(self) -> Mapping[str, Any]:
        """Return ``noop``."""
        return {"noop": noop}

    def reset(self, task: Task) -> Observation:
        """Begin again, which changes nothing."""
        del task
        return self.observe()

    def observe(self) -> Observation:
        """Return nothing."""
        return Observation()

    def sense(self, names: Collection[str]) -> Mapping[str, Any]:
        """Return the same picture as always."""
        return {name: self._readings[name] for name in names}

    def judge(self) -> Status:
        """Nothing can be achieved."""
        return Status()

    def close(self) -> None:
        """Nothing is open."""


class BenchEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`."""

    name: str = NAME
    guide: str = "Nothing to do."
    options_type: type[msgspec.Struct] = BenchOptions
    state_type: type[msgspec.Struct] = BenchState
    error_types: Sequence[type[Exception]] = ()
    sensors: Sequence[SensorSpec] = tuple(spec for hz in RATES_HZ for spec in _camera(hz))

    def tasks(self, options: BenchOptions) -> Sequence[Task]:
        """There is one."""
        del options
        return [Task("nothing", NAME, "do nothing")]

    def adapter(self, options: BenchOptions, context: WorldContext) -> EnvironmentAdapter:
        """Make one."""
        del options, context
        return BenchAdapter()


environment = BenchEnvironment()

_METADATA = "Metadata-Version: 2.1\nName: embodied-codeact-bench\nVersion: 1.0\n"
_ENTRY_POINTS = f"[embodied_codeact.environments]\n{NAME} = {__name__}:environment\n"


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Let processes that are started meanwhile find this environment, as if a package of it were installed."""
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="eca-") as folder:
        info = Path(folder) / "embodied_codeact_bench-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(_METADATA)
        (info / "entry_points.txt").write_text(_ENTRY_POINTS)
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *([before] if before else [])])
        try:
            yield
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before
