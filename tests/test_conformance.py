"""The conformance check passes good environments and names each broken rule of bad ones."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
import pytest

from embodied_codeact.conformance import ConformanceError, check_environment
from embodied_codeact.contracts import Observation, Status, Task, WorldContext
from tests.support.counter import Counter, CounterAdapter, CounterEnvironment, CounterOptions, ForkableAdapter


def solve(scripts: Mapping[str, Any]) -> None:
    for _ in range(3):
        scripts["counter"].add()


def test_a_good_environment_passes() -> None:
    check_environment(CounterEnvironment("counter", Counter), oracle=solve)


def rules_broken(environment: CounterEnvironment, **kwargs: Any) -> set[str]:
    with pytest.raises(ConformanceError) as caught:
        check_environment(environment, oracle=solve, **kwargs)
    assert all(finding.detail in str(caught.value) for finding in caught.value.findings)
    return {finding.rule for finding in caught.value.findings}


class Undocumented(Counter):
    """A counter."""

    def mystery(self) -> None: ...


class Printing(Counter):
    """A counter that prints."""

    def speak(self) -> str:
        """Say hello."""
        print("hello")
        return "hello"


class Raising(Counter):
    """A counter with a fault."""

    def half(self, number: float) -> float:
        """Return half of it."""
        return number / 2


class Unserialisable(Counter):
    """A counter that returns what cannot travel."""

    def handle(self) -> object:
        """Return an open handle."""
        return object()


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Undocumented, "primitives and state are documented"),
        (Printing, "primitives do not print"),
        (Raising, "unusable arguments are a model-facing error"),
        (Unserialisable, "results are plain data"),
    ],
)
def test_faulty_primitives_are_named(kind: type[Counter], rule: str) -> None:
    assert rule in rules_broken(CounterEnvironment("bad", kind))


class Wrapped(CounterEnvironment):
    """A counter whose adapter is of another class."""

    adapter_type: type[CounterAdapter]

    def __init__(self, adapter_type: type[CounterAdapter]) -> None:
        super().__init__("bad", Counter)
        self.adapter_type = adapter_type

    def adapter(self, options: CounterOptions, context: WorldContext) -> CounterAdapter:
        return self.adapter_type(context, options.limit, Counter)


class Drifting(CounterAdapter):
    count = 0

    def reset(self, task: Task) -> Observation:
        Drifting.count += 1
        return msgspec.structs.replace(super().reset(task), text=f"Reset {Drifting.count}.")


class Incomplete(CounterAdapter):
    def observe(self) -> Observation:
        return msgspec.structs.replace(super().observe(), state={"value": 0, "extra": 1})


class Generous(CounterAdapter):
    def judge(self) -> Status:
        return Status(success=True, score=1.0, done=True)


class Stingy(CounterAdapter):
    def judge(self) -> Status:
        return Status()


class Littering(CounterAdapter):
    def reset(self, task: Task) -> Observation:
        tempfile.mkstemp()
        return super().reset(task)


class Threaded(CounterAdapter):
    def reset(self, task: Task) -> Observation:
        threading.Thread(target=threading.Event().wait, args=(5,), daemon=True).start()
        return super().reset(task)


class Onceclosed(CounterAdapter):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("already closed")
        self.closed = True


class Careless(CounterAdapter):
    def reset(self, task: Task) -> Observation:
        return super().reset(msgspec.structs.replace(task, id="reach-3"))


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Drifting, "reset is deterministic by seed"),
        (Incomplete, "state is always complete"),
        (Generous, "doing nothing does not succeed"),
        (Stingy, "success is judged by the environment"),
        (Littering, "close leaves no files"),
        (Threaded, "close leaves no threads"),
        (Onceclosed, "close may be called twice"),
        (Careless, "an unknown task is a configuration error"),
    ],
)
def test_faulty_adapters_are_named(kind: type[CounterAdapter], rule: str) -> None:
    assert rule in rules_broken(Wrapped(kind))


class Forgetful(ForkableAdapter):
    """Keeps a part of the world outside of its process."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._file = os.memfd_create("world")

    def reset(self, task: Task) -> Observation:
        os.ftruncate(self._file, 0)
        return super().reset(task)

    def observe(self) -> Observation:
        seen = super().observe()
        os.write(self._file, bytes(seen.state["value"]))
        size = os.fstat(self._file).st_size
        return msgspec.structs.replace(seen, sensors={"dial": np.array([size, 0.0])})


class Threading(ForkableAdapter):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._end.wait)
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._thread.join()


class WrappedForkable(Wrapped):
    forkable = True


def test_a_forkable_environment_is_saved_and_restored() -> None:
    check_environment(WrappedForkable(ForkableAdapter), oracle=solve)
    assert "a forkable world has one thread" in rules_broken(WrappedForkable(Threading))
    assert "a restored world is the saved one" in rules_broken(WrappedForkable(Forgetful))


def test_an_undocumented_state_is_named() -> None:
    class Bare(msgspec.Struct, frozen=True):
        value: int = 0
        history: Annotated[list[int], msgspec.Meta(description="values")] = []

    environment = CounterEnvironment("bad", Counter)
    environment.state_type = Bare
    assert "primitives and state are documented" in rules_broken(environment)
