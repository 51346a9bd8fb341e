"""A small real environment of a "third party": a counter that has to reach a number. Found by its own entry point."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt

from embodied_codeact.contracts import Observation, SensorSpec, Status, Task, WorldContext
from embodied_codeact.errors import ConfigurationError, InvalidArgument, PrimitiveError, Stopped

GOAL = 3


class Overflow(PrimitiveError):
    """The counter would pass its limit; count down first."""


class CounterState(msgspec.Struct, frozen=True):
    """High-level state of the counter."""

    value: Annotated[int, msgspec.Meta(description="what the counter shows")] = 0
    history: Annotated[list[int], msgspec.Meta(description="all values so far, in order")] = []


class CounterOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the counter."""

    limit: int = 10


@dataclass(frozen=True)
class Counted:
    """What an addition led to."""

    value: int
    squares: npt.NDArray[np.float64]


class Counter:
    """A counter that scripts add to."""

    def __init__(self, context: WorldContext, limit: int) -> None:
        self._context = context
        self._limit = limit
        self._value = 0
        self._history = [0]

    def add(self, amount: int = 1) -> Counted:
        """Add ``amount`` and return the new value with the squares of all values so far."""
        if not isinstance(amount, int):
            raise InvalidArgument("amount is a whole number, such as 1")
        if self._value + amount > self._limit:
            raise Overflow(f"{self._value} + {amount} is over the limit {self._limit}; count down first")
        self._value += amount
        self._history.append(self._value)
        return Counted(self._value, np.square(np.array(self._history, dtype=np.float64)))

    def wait(self, seconds: float) -> str:
        """Wait; a stop ends it early."""
        if not isinstance(seconds, float | int):
            raise InvalidArgument("seconds is a number, such as 0.5")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._context.stop_requested():
                raise Stopped("stopped while waiting")
            time.sleep(0.005)
        return "waited"


class _Faulty(Counter):
    """A counter whose adapter has faults."""

    def bug(self) -> None:
        """Raise what no primitive should raise."""
        raise ZeroDivisionError("a fault of the adapter")

    def die(self) -> None:
        """End the world process."""
        os._exit(7)

    def lock(self) -> object:
        """Return what cannot travel."""
        return sys.stdout

    def huge(self) -> int:
        """Return a number that no message holds."""
        return 2**64

    def unreadable(self) -> None:
        """Raise an error whose text is no UTF-8, as one about a file of an odd name is."""
        raise PrimitiveError("no file '\udcff'")

    def spoil(self) -> None:
        """Make every later observation fail."""
        self._history = None  # type: ignore[assignment]


class CounterAdapter:
    """One counter."""

    def __init__(self, context: WorldContext, limit: int, kind: type[Counter]) -> None:
        self._context, self._limit, self._kind = context, limit, kind
        self._counter = kind(context, limit)

    def primitives(self) -> Mapping[str, Any]:
        return {"counter": self._counter, "double": double, "echo": echo}

    def reset(self, task: Task) -> Observation:
        if not task.id.startswith("reach-"):
            raise ConfigurationError(f"the counter has no task {task.id!r}")
        self._counter = self._kind(self._context, self._limit)
        return msgspec.structs.replace(self.observe(), text=f"The counter shows 0. Make it show {GOAL}.")

    def observe(self) -> Observation:
        value, history = self._counter._value, self._counter._history
        won = value == GOAL
        return Observation(
            state={"value": value, "history": list(history)},
            sensors={"dial": np.array([value, value / 2])},
            status=Status(success=won, score=float(won), done=won, reason="the goal is reached" if won else ""),
        )

    def judge(self) -> Status:
        return self.observe().status

    def close(self) -> None:
        pass


def double(number: float) -> float:
    """Return twice the number."""
    if not isinstance(number, float | int):
        raise InvalidArgument("number is a number, such as 2")
    return 2 * number


def echo(value: Any) -> Any:
    """Return what was given."""
    if type(value) is object:
        raise InvalidArgument("value is a number, a text, an array, or a list of such")
    return value


class CounterEnvironment:
    """The counter as an entry point names it."""

    options_type: type[msgspec.Struct] = CounterOptions
    state_type: type[msgspec.Struct] = CounterState
    error_types: Sequence[type[Exception]] = (Overflow,)
    sensors: Sequence[SensorSpec] = (SensorSpec(name="dial", kind="dial", dtype="<f8", shape=[2]),)
    guide = "A counter."

    def __init__(self, name: str, kind: type[Counter]) -> None:
        self.name = name
        self._kind = kind

    def tasks(self, options: CounterOptions) -> Sequence[Task]:
        if options.limit < GOAL:
            raise ConfigurationError(f"the limit {options.limit} is below the goal {GOAL}")
        return [Task(id=f"reach-{GOAL}", environment=self.name, instruction=f"make the counter show {GOAL}")]

    def adapter(self, options: CounterOptions, context: WorldContext) -> CounterAdapter:
        return CounterAdapter(context, options.limit, self._kind)


environment = CounterEnvironment("counter", Counter)
faulty = CounterEnvironment("faulty-counter", _Faulty)


def install(folder: Path) -> None:
    """Write the metadata of an installed distribution that provides these environments into ``folder``."""
    info = folder / "counter_environment-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counter-environment\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[embodied_codeact.environments]\n"
        "counter = tests.support.counter:environment\n"
        "faulty-counter = tests.support.counter:faulty\n"
    )
