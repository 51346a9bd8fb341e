"""What the agent needs of an environment, wherever that runs. ``bridge.client.EnvironmentClient`` implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

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


class Permissions(msgspec.Struct, frozen=True):
    """What one script may do; the world holds it to that, whatever the script tries.

    ``max_calls``: primitive calls, None for any number; one more raises ``CallLimitReached`` in the script.
    ``allowed``: kinds of calls, as ``"arm.pick"`` or, for a plain function, ``"goto"``; None for all; another raises
    ``NotApproved``. Reading the state is no call.
    """

    max_calls: int | None = None
    allowed: list[str] | None = None


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
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """Run one script in the episode's interpreter. Events are handed to ``on_event`` as they come. Without
        ``permissions`` it may do all that the environment offers."""
        ...

    def observe(self, *, settle: bool = False) -> Observation:
        """Return state, sensors and status; with ``settle`` the environment's final verdict is in the status."""
        ...


class SavingSession(EnvironmentSession, Protocol):
    """A session that can save and restore its world."""

    def save(self) -> str:
        """Save the world and return the save's name."""
        ...

    def restore(self, save: str) -> Observation:
        """Put the saved world into the place of the present one."""
        ...

    def forget(self, save: str) -> None:
        """End a save."""
        ...


@runtime_checkable
class HasTask(Protocol):
    """A session for one task."""

    task: Task
