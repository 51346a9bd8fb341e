"""A session through which somebody else sees what is asked and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from embodied_codeact.contracts import (
    EnvironmentDescription,
    EnvironmentSession,
    ExecutionEvent,
    ExecutionResult,
    Observation,
    Permissions,
    Task,
)
from embodied_codeact.errors import OperatorError
from embodied_codeact.recording.messages import Command
from embodied_codeact.trajectories.codec import encode_plain


class Watcher(Protocol):
    """Who sees it."""

    def described(self, description: EnvironmentDescription) -> None:
        """The environment said what it is."""
        ...

    def asked(self, command: Command) -> None:
        """Something is asked of the environment now."""
        ...

    def answered(self, observation: Observation, result: ExecutionResult | None = None) -> None:
        """The environment answered."""
        ...

    def refused(self, command: Command, error: OperatorError) -> None:
        """The environment did not do it."""
        ...


class WatchedSession:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentSession` by another session."""

    def __init__(self, session: EnvironmentSession, watcher: Watcher) -> None:
        self._session = session
        self._watcher = watcher

    def describe(self) -> EnvironmentDescription:
        """As the session."""
        description = self._session.describe()
        self._watcher.described(description)
        return description

    def reset(self, task: Task) -> Observation:
        """As the session."""
        with self._asking(Command("reset", task=task.id)):
            observation = self._session.reset(task)
        self._watcher.answered(observation)
        return observation

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """As the session."""
        allowed = "" if permissions is None else encode_plain(permissions).decode()
        with self._asking(Command("execute", code=code, timeout_s=timeout_s, permissions=allowed)):
            result, seen = self._session.execute(code, timeout_s=timeout_s, on_event=on_event, permissions=permissions)
        self._watcher.answered(seen, result)
        return result, seen

    def observe(self, *, settle: bool = False) -> Observation:
        """As the session."""
        with self._asking(Command("observe", settle=settle)):
            observation = self._session.observe(settle=settle)
        self._watcher.answered(observation)
        return observation

    @contextmanager
    def _asking(self, command: Command) -> Iterator[None]:
        self._watcher.asked(command)
        try:
            yield
        except OperatorError as error:
            self._watcher.refused(command, error)
            raise
