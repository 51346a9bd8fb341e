"""A small real environment of a "third party": a counter that has to reach a number. Found by its own entry point."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt

from embodied_codeact.contracts import Observation, SensorSpec, Status, Task, WorldContext
from embodied_codeact.errors import BridgeError, ConfigurationError, InvalidArgument, PrimitiveError, Stopped

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
    seeded: bool = False
    """Also offer a task whose goal the seed chooses."""
    needs: str = ""
    """A file without which no world starts."""


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
        self._readable = True

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
            self._context.tick()
            if self._context.stop_requested():
                raise Stopped("stopped while waiting")
            time.sleep(0.005)
        return "waited"


class _Faulty(Counter):
    """A counter whose adapter has faults."""

    def bug(self) -> None:
        """Raise what no primitive should raise."""
        raise ZeroDivisionError("a fault of the adapter")

    def gone(self) -> None:
        """Raise what a robot raises whose controller is gone."""
        raise BridgeError("the controller has not answered for 3 s")

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

    def unhinge(self) -> None:
        """Make every later reading of a sensor fail, and nothing else."""
        self._readable = False

    def spoil(self) -> None:
        """Make every later observation fail."""
        self._history = None  # type: ignore[assignment]


class _Forkable(Counter):
    """A counter with chance, of a world that can be saved."""

    ballast = b""

    def toss(self) -> list[float]:
        """Return a random number of each of Python's and numpy's global generators."""
        return [random.random(), float(np.random.random())]

    def grow(self, megabytes: int) -> None:
        """Take that much memory."""
        if not isinstance(megabytes, int):
            raise InvalidArgument("megabytes is a whole number, such as 100")
        self.ballast = os.urandom(1 << 20) * megabytes

    def thread(self) -> None:
        """Run a thread for ever."""
        threading.Thread(target=threading.Event().wait, daemon=True).start()

    def renewed(self) -> int:
        """Return how often the world was told that it is a restored one."""
        return ForkableAdapter.renewed

    def process(self) -> int:
        """Return the id of the world's process."""
        return os.getpid()


class CounterAdapter:
    """One counter."""

    def __init__(self, context: WorldContext, limit: int, kind: type[Counter]) -> None:
        self._context, self._limit, self._kind = context, limit, kind
        self._counter = kind(context, limit)
        self._goal = GOAL

    def primitives(self) -> Mapping[str, Any]:
        return {"counter": self._counter, "double": double, "echo": echo}

    def reset(self, task: Task) -> Observation:
        if not task.id.startswith("reach-"):
            raise ConfigurationError(f"the counter has no task {task.id!r}")
        self._counter = self._kind(self._context, self._limit)
        if task.id == f"reach-{GOAL}":
            self._goal = GOAL
            return msgspec.structs.replace(self.observe(), text=f"The counter shows 0. Make it show {GOAL}.")
        self._goal = seeded_goal(task.seed)
        return msgspec.structs.replace(
            self.observe(), text="The counter shows 0.", instruction=f"make the counter show {self._goal}"
        )

    def observe(self) -> Observation:
        value, history = self._counter._value, self._counter._history
        won = value == self._goal
        return Observation(
            state={"value": value, "history": list(history)},
            sensors={"dial": np.array([value, value / 2])},
            status=Status(success=won, score=float(won), done=won, reason="the goal is reached" if won else ""),
        )

    def sense(self, names: Collection[str]) -> Mapping[str, Any]:
        if not self._counter._readable:
            raise TypeError("unhinged")
        value = self._counter._value
        readings = {"dial": np.array([value, value / 2]), "picture": _picture(value), "depth": _depth(value)}
        return {name: readings[name] for name in names}

    def judge(self) -> Status:
        return self.observe().status

    def close(self) -> None:
        pass


class ForkableAdapter(CounterAdapter):
    """A counter that counts how often it was restored on the way to where it is now."""

    renewed = 0

    def after_fork(self) -> None:
        ForkableAdapter.renewed += 1


def _picture(value: int) -> npt.NDArray[np.uint8]:
    """A picture whose brightness says what the counter shows."""
    return np.full((48, 64, 3), 20 * value, dtype=np.uint8)


def _depth(value: int) -> npt.NDArray[np.float32]:
    """Distances that no 8 bits hold."""
    return np.linspace(value, value + 1.0, 48 * 64, dtype=np.float32).reshape(48, 64)


def seeded_goal(seed: int) -> int:
    return 2 + seed % 3


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
    sensors: Sequence[SensorSpec] = (
        SensorSpec(name="dial", kind="dial", dtype="<f8", shape=[2], rate_hz=10, stream_hz=100),
        SensorSpec(name="picture", kind="camera", dtype="|u1", shape=[48, 64, 3], stream_hz=50),
        SensorSpec(name="depth", kind="camera", dtype="<f4", shape=[48, 64], unit="m", stream_hz=50),
        SensorSpec(name="odometer", kind="dial", dtype="<f8", shape=[]),
    )
    guide = "A counter."

    def __init__(self, name: str, kind: type[Counter]) -> None:
        self.name = name
        self._kind = kind

    def tasks(self, options: CounterOptions) -> Sequence[Task]:
        if options.limit < GOAL:
            raise ConfigurationError(f"the limit {options.limit} is below the goal {GOAL}")
        tasks = [Task(id=f"reach-{GOAL}", environment=self.name, instruction=f"make the counter show {GOAL}")]
        if options.seeded:
            instruction = "make the counter show the number that the seed chooses"
            tasks.append(Task("reach-any", self.name, instruction, metadata={"type": "any"}))
        return tasks

    def adapter(self, options: CounterOptions, context: WorldContext) -> CounterAdapter:
        if options.needs and not Path(options.needs).exists():
            raise ConfigurationError(f"{options.needs} is not there")
        return CounterAdapter(context, options.limit, self._kind)


class ForkableCounterEnvironment(CounterEnvironment):
    """Its worlds can be saved."""

    forkable = True

    def adapter(self, options: CounterOptions, context: WorldContext) -> CounterAdapter:
        return ForkableAdapter(context, options.limit, self._kind)


class RealCounterEnvironment(CounterEnvironment):
    """It says that something outside of a computer moves."""

    real = True


environment = CounterEnvironment("counter", Counter)
real = RealCounterEnvironment("real-counter", Counter)
forkable = ForkableCounterEnvironment("forkable-counter", _Forkable)
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
        "forkable-counter = tests.support.counter:forkable\n"
        "real-counter = tests.support.counter:real\n"
    )
