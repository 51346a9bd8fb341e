"""What an environment adapter implements.

An environment is found by entry point (group ``embodied_codeact.environments``), so a package of its own can add one:

    [project.entry-points."embodied_codeact.environments"]
    kitchen = "my_package.kitchen:environment"

``embodied_codeact.conformance`` puts any adapter through the contract written here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import msgspec
import numpy.typing as npt

from embodied_codeact.contracts.api import SensorSpec
from embodied_codeact.contracts.records import Observation, Status, Task


def _never() -> bool:
    return False


def _normal() -> str:
    return "normal"


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class WorldContext:
    """What the world process gives to an adapter.

    ``stop_requested()`` turns true while an interrupt or a stop is wanted; it is cheap (shared memory), and an adapter
    with motion reads it at every simulation step and comes to rest by planned deceleration.

    ``stop_level()`` says what is wanted, in words: ``normal``, ``interrupt``, ``protective stop`` or ``emergency
    stop``.

    ``tick()`` is called by an adapter at every step of a primitive that takes time, outside of anything that must not
    be read half-done: sensors that are due are read and streamed then. It costs a fraction of a microsecond where none
    is.
    """

    stop_requested: Callable[[], bool] = _never
    stop_level: Callable[[], str] = _normal
    tick: Callable[[], None] = _nothing


class EnvironmentAdapter(Protocol):
    """One living world. Lives in the world process; no script ever sees it.

    The order of calls is ``reset`` then any number of primitive calls and ``observe``, then ``judge``; ``reset``
    starts over at any time. All calls come from one thread.
    """

    def primitives(self) -> Mapping[str, Any]:
        """Return what scripts may call, by the name that they see: objects with documented public methods, or
        documented functions. The names, signatures and docstrings do not change over the adapter's life; the objects
        are used from the next ``reset`` on."""
        ...

    def reset(self, task: Task) -> Observation:
        """Bring the world to the start of ``task``; the same task and seed (from 0 up) give the same world. The
        observation's ``text`` is what the agent is told first; ``instruction`` is set where the seed chose it.

        Raises:
            ConfigurationError: the task does not exist or its data cannot be used.
            EnvironmentFailure: the simulator or robot failed.
        """
        ...

    def observe(self) -> Observation:
        """Return state, sensors and status as they are now. ``text`` is empty. Changes nothing."""
        ...

    def judge(self) -> Status:
        """Let the world settle and return its verdict: never from what a script printed or claimed."""
        ...

    def close(self) -> None:
        """Release everything: processes, files, windows. May be called twice."""
        ...


class Environment(Protocol):
    """What an entry point names: knows its options and tasks, and makes adapters."""

    name: str
    guide: str
    """Rules of this world for the model: what no signature can say. Plain text."""
    options_type: type[msgspec.Struct]
    """Typed options with defaults; what the command line's ``-o key=value`` fills in."""
    state_type: type[msgspec.Struct]
    """The high-level state: a frozen struct; every field has a default and is annotated
    ``Annotated[type, msgspec.Meta(description=...)]``."""
    error_types: Sequence[type[Exception]]
    """Model-facing errors, besides the common ones, that its primitives raise."""
    sensors: Sequence[SensorSpec]

    def tasks(self, options: Any) -> Sequence[Task]:
        """List the tasks, cheaply.

        Raises:
            ConfigurationError: the options name data that is missing or cannot be used (with the file's name).
        """
        ...

    def adapter(self, options: Any, context: WorldContext) -> EnvironmentAdapter:
        """Make one world."""
        ...


# What an environment and its adapter may have besides.


@runtime_checkable
class ForkableEnvironment(Protocol):
    """An environment whose worlds can be saved and restored exactly, by forking their process.

    Everything that makes up such a world lies in the memory of one thread: no other threads, and no file, socket or
    process whose content belongs to the world. What the world has beside that, such as a renderer in a process of its
    own, is renewed by the adapter's ``after_fork``.
    """

    forkable: bool


@runtime_checkable
class RealEnvironment(Protocol):
    """An environment where something outside of a computer moves. Scripts then wait for a person's consent, unless that
    is switched off."""

    real: bool


@runtime_checkable
class TakesArgument(Protocol):
    """An environment that is also written ``NAME:ARGUMENT``: the argument is the value of this option."""

    argument_option: str


@runtime_checkable
class MayRefuseSaves(Protocol):
    """An adapter of a forkable environment whose own world may be one that cannot be saved."""

    unsaveable: str
    """Why it cannot be saved, for whoever asks; empty where it can."""


@runtime_checkable
class GuidesItself(Protocol):
    """An adapter whose rules depend on its options: these take the place of its environment's."""

    guide: str
    error_types: Sequence[type[Exception]]


@runtime_checkable
class RenewsAfterFork(Protocol):
    """An adapter with handles that a restored world cannot share with the world that was saved."""

    def after_fork(self) -> None:
        """Renew them. Called in a restored world before anything else; the saved world sleeps on with the old ones,
        and this may be called again in another copy of it."""
        ...


@runtime_checkable
class Senses(Protocol):
    """An adapter whose sensors can be read one by one, for the streams. One without it is streamed from ``observe``,
    and only while no script runs."""

    def sense(self, names: Collection[str]) -> Mapping[str, Any]:
        """Return the values of these sensors as they are now, without those that have none now. Cheap, and changes
        nothing: it is called as often as the sensors' specs say, also from within ``tick``."""
        ...


@dataclass(frozen=True, eq=False)
class SensedImage:
    """A picture of a sensor of the kind ``camera``. ``time_ns``: the monotonic clock when what it shows was so."""

    name: str
    image: npt.NDArray[Any]
    time_ns: int


@runtime_checkable
class SensesImages(Protocol):
    """An adapter that takes pictures elsewhere, so that a stream of them does not hold up its steps. Of one without it,
    cameras are read by ``sense`` like other sensors."""

    def begin_images(self, names: Collection[str]) -> None:
        """Begin to take pictures for these sensors, of the world as it is now, and do not wait for them. Where the last
        ones are not ready yet, this may be left out."""
        ...

    def ready_images(self) -> Sequence[SensedImage]:
        """Return the pictures that have become ready, each once, without waiting."""
        ...


FRAMES_PER_SECOND = 24
"""Of the world's own time, in a film."""


@runtime_checkable
class Filmed(Protocol):
    """An adapter whose world can be filmed. Its environment has an option ``record: bool``, by which a world is told to
    keep what a film needs."""

    def film(self, at_most: int) -> list[bytes]:
        """Return the next frames of what has happened since the last reset, as JPEG, ``FRAMES_PER_SECOND`` of the
        world's time, the oldest first; each once, at most so many, none when none are left. The first shows the world
        as the reset left it. All have the same size, fitting into 640 by 480 pixels.

        Raises:
            ConfigurationError: the world was not told to keep what a film needs.
        """
        ...
