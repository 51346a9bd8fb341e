"""What the agent needs of an environment, wherever that runs. ``bridge.client.EnvironmentClient`` implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from embodied_codeact.contracts.api import EnvironmentDescription
from embodied_codeact.contracts.records import CallRecord, ExecutionResult, Observation, Task


class ScriptStarted(msgspec.Struct, frozen=True, tag="started"):
    """The script began to run."""


class OutputChunk(msgspec.Struct, frozen=True, tag="output"):
    """Some text that the script printed."""

    text: str
    stream: Literal["stdout", "stderr"] = "stdout"


class CallFinished(msgspec.Struct, frozen=True, tag="call"):
    """A primitive call that ended."""

    call: CallRecord


ExecutionEvent = ScriptStarted | OutputChunk | CallFinished


class EnvironmentSession(Protocol):
    """One agent's use of one environment.

    All methods raise :class:`~embodied_codeact.errors.OperatorError` kinds: ``BridgeError`` when the other side is
    gone, ``EnvironmentFailure`` when the world broke, ``StopLatched`` while a stop is latched.
    """

    def describe(self) -> EnvironmentDescription:
        """Return what the environment says of itself, its tasks included."""
        ...

    def reset(self, task: Task) -> Observation:
        """Start ``task`` with a fresh world and a fresh interpreter."""
        ...

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """Run one script in the episode's interpreter. Events are handed to ``on_event`` as they come."""
        ...

    def observe(self, *, settle: bool = False) -> Observation:
        """Return state, sensors and status; with ``settle`` the environment's final verdict is in the status."""
        ...
