"""A script under way, as its host sees it, and what is said of one that did not end by itself."""

from __future__ import annotations

import time

from embodied_codeact.contracts import ScriptError
from embodied_codeact.interpreter.link import Output
from embodied_codeact.interpreter.records import LOST, ScriptLimits

_KEPT = "Variables are kept."


class Script:
    """A script under way. ``stopped_for``: why it was asked to stop, if it was; from ``kill_at`` on (time.monotonic) it
    has had its chance to. ``broken``: what its process did wrong, so that it was ended."""

    def __init__(self, number: int, timeout_s: float, limits: ScriptLimits) -> None:
        self.number = number
        self.timeout_s = timeout_s
        self.started = time.monotonic()
        self.deadline = self.started + timeout_s
        self.output = Output(limits.max_output_bytes)
        self.stopped_for: str | None = None
        self.kill_at = float("inf")
        self.broken = ""
        self.restarted = False

    def stopped(self, error: ScriptError | None) -> ScriptError:
        """The error of one that yielded to an interrupt; ``error`` is what it raised then, if anything."""
        if self.stopped_for == "deadline":
            kind = "TimeLimitExceeded"
            message = f"the script ran longer than {self.timeout_s:g} s and was interrupted"
            hint = f"{_KEPT} Do less in one script, or split the work over several turns."
        else:
            kind, message, hint = "Interrupted", f"the script was stopped from outside ({self.stopped_for})", _KEPT
        trace = ""
        if error is not None and error.kind == "KeyboardInterrupt":
            frames = error.traceback.rstrip().removesuffix("KeyboardInterrupt")
            trace = f"{frames}{kind}: {message}\n"
        return ScriptError(kind, message, trace, hint, error.line if error else None)

    def died(self, how: str) -> ScriptError:
        """The error of one whose process is gone."""
        if self.broken:
            return ScriptError("InterpreterDied", f"the interpreter was ended: {self.broken}", hint=LOST)
        if self.stopped_for == "deadline":
            message = (
                f"the script ran longer than {self.timeout_s:g} s and did not yield to the interrupt, "
                "so its interpreter was ended"
            )
            return ScriptError("TimeLimitExceeded", message, hint=f"{LOST} Do less in one script.")
        if self.stopped_for is not None:
            message = f"the script was stopped from outside ({self.stopped_for}) and its interpreter was ended"
            return ScriptError("Interrupted", message, hint=LOST)
        return ScriptError("InterpreterDied", f"the interpreter died while the script ran ({how})", hint=LOST)
