"""One script that runs on behalf of one client."""

from __future__ import annotations

from embodied_codeact.bridge.verbs import ExecuteBody
from embodied_codeact.bridge.world_process import Answer
from embodied_codeact.contracts import CallRecord, ExecutionEvent, ExecutionResult
from embodied_codeact.interpreter.records import ScriptOutcome

RECORDED_CALLS = 10_000
"""Calls beyond these are counted, not kept, so that an endless loop cannot fill the memory."""


class Execution:
    """Collects what a script does until its result can be sent.

    ``outcome`` is set when the script has ended, ``failure`` when that is to be answered with an error instead.
    ``news`` is what those who watch have not been told yet.
    """

    def __init__(self, identity: bytes, request: int, body: ExecuteBody) -> None:
        self.identity = identity
        self.request = request
        self.body = body
        self.outcome: ScriptOutcome | None = None
        self.failure: Answer | None = None
        self.news: list[ExecutionEvent] = []
        self._calls: list[CallRecord] = []
        self._calls_total = 0

    def add_call(self, call: CallRecord) -> None:
        """Note a primitive call that ended."""
        self._calls_total += 1
        if len(self._calls) < RECORDED_CALLS:
            self._calls.append(call)

    def result(self) -> ExecutionResult:
        """Return the result of a script that has ended."""
        outcome = self.outcome or ScriptOutcome()
        return ExecutionResult(
            stdout=outcome.stdout,
            value=outcome.value,
            error=outcome.error,
            figures=outcome.figures,
            calls=self._calls,
            calls_total=self._calls_total,
            duration_s=outcome.duration_s,
            interrupted=outcome.interrupted,
            restarted=outcome.restarted,
        )
