"""The environment as a chat uses it: a script can be halted, and a latched stop hands the floor to the person instead
of ending the conversation.
"""

from __future__ import annotations

from collections.abc import Callable

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.cli.chat_keys import CtrlC, Phase
from embodied_codeact.contracts import (
    EnvironmentDescription,
    ExecutionEvent,
    ExecutionResult,
    Observation,
    Permissions,
    ScriptError,
    Task,
)
from embodied_codeact.errors import StopLatched

NORMAL = "normal"
"""What a server says of its stop state while none is latched."""


class ChatSession:
    """Satisfies :class:`~embodied_codeact.contracts.EnvironmentSession`. ``opening`` is what the latest reset showed;
    ``stopped``: a stop was latched when, or before, the latest script ended."""

    def __init__(self, client: EnvironmentClient, keys: CtrlC) -> None:
        self._client = client
        self._keys = keys
        self.opening = Observation()
        self.stopped = False

    def describe(self) -> EnvironmentDescription:
        """As the client."""
        return self._client.describe()

    def reset(self, task: Task) -> Observation:
        """As the client; the opening is kept."""
        self.opening = self._client.reset(task)
        return self.opening

    def observe(self, *, settle: bool = False) -> Observation:
        """As the client."""
        return self._client.observe(settle=settle)

    def execute(
        self,
        code: str,
        *,
        timeout_s: float,
        on_event: Callable[[ExecutionEvent], None] | None = None,
        permissions: Permissions | None = None,
    ) -> tuple[ExecutionResult, Observation]:
        """As the client, but where a stop is latched, or Ctrl-C came before, nothing is run and the result says so."""
        try:
            with self._keys.during(Phase.SCRIPT):
                # Looked at in here: a press from now on halts.
                if self._keys.pending:
                    return self._not_run("The user pressed Ctrl-C before the script began, so nothing of it was run.")
                outcome = self._client.execute(code, timeout_s=timeout_s, on_event=on_event, permissions=permissions)
        except StopLatched:
            self.stopped = True
            level, reason = self._client.stop_state()
            return self._not_run(f"Nothing of the script was run: {a_stop(level)} is latched ({reason}).")
        self.stopped = self._client.stop_state()[0] != NORMAL
        return outcome

    def _not_run(self, why: str) -> tuple[ExecutionResult, Observation]:
        result = ExecutionResult(error=ScriptError("Stopped", why), interrupted=True)
        return result, self._client.observe()


def a_stop(level: str) -> str:
    """A stop in words.

    >>> a_stop("emergency stop"), a_stop("protective stop")
    ('an emergency stop', 'a protective stop')
    """
    return f"{'an' if level[:1] in 'aeiou' else 'a'} {level}"
