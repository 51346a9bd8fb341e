"""What attempts the trials of a run: an engine, which takes trials and gives outcomes.

An engine knows nothing of folders and scores; the runner (:mod:`embodied_codeact.evaluation.runner`) hands out
trials, keeps what comes back, and decides what is attempted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from embodied_codeact.agent.limits import Limits
from embodied_codeact.evaluation.suites import Trial


class Place(msgspec.Struct, frozen=True):
    """Where the trials of one part of a suite are done: an environment with its options."""

    environment: str
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to attempt any trial of a run, on any machine that has the same files.

    ``places`` by the names of the suite's parts. ``lanes`` is how many episodes one worker attempts at a time, with one
    model; ``media`` the folder for videos, None for no videos.
    """

    places: dict[str, Place]
    model: str
    model_options: dict[str, str] = msgspec.field(default_factory=dict)
    action: Literal["code", "json", "text"] = "code"
    dialect: str = "native"
    limits: Limits = msgspec.field(default_factory=Limits)
    user: str | None = None
    sandbox: str = "strict"
    lanes: int = 1
    media: str | None = None


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """An episode came to its end. ``line`` is the episode as JSON, without the end of the line; the rest of the fields
    repeat what a live display shows."""

    trial: Trial
    line: bytes
    success: bool
    turns: int
    tokens: int
    seconds: float


FaultKind = Literal["endpoint", "model", "environment", "configuration"]


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """The system failed an episode, or before one could begin; ``line`` is the episode as far as it came, empty for
    none. ``endpoint``: the model's does not answer, and others will fail so, too, until it does; ``model``: it refused,
    or broke; ``environment``: bridge, world or simulator; ``configuration``: what no second attempt mends."""

    trial: Trial
    kind: FaultKind
    message: str
    line: bytes = b""


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """What worked at a trial is gone, and nothing is known of the episode."""

    trial: Trial
    why: str


Outcome = Ended | Fault | Lost


class Engine(Protocol):
    """Attempts trials, several at a time. A context manager; all calls come from one thread."""

    @property
    def capacity(self) -> int:
        """How many trials it can have under way at present; more may be submitted, and wait."""
        ...

    @property
    def backlog(self) -> int:
        """How many trials it is best to have submitted, under way or waiting, so that nothing ever stands idle."""
        ...

    def submit(self, trial: Trial) -> None:
        """Have a trial attempted. Its outcome comes once, or :class:`Lost` does."""
        ...

    def outcomes(self, timeout_s: float) -> Sequence[Outcome]:
        """Return what there is, as soon as there is something; nothing after ``timeout_s`` without anything.

        Raises:
            OperatorError: no trial can be attempted any more.
        """
        ...

    def close(self, *, grace_s: float = 10.0) -> None:
        """End the episodes that are under way, whose outcomes are not given any more, and everything that was started.
        May be called twice."""
        ...
