"""Errors of a script as a model reads them: its own frames, source lines, and what to try next."""

from __future__ import annotations

import os
import re
import traceback
from types import TracebackType
from typing import Any

from embodied_codeact.contracts import ScriptError
from embodied_codeact.interpreter.records import ScriptLimits, cut_middle
from embodied_codeact.interpreter.suggestions import suggest

_SCRIPT = re.compile(r"<script \d+>")
_MAX_FRAMES = 24
_MAX_CHAIN = 8
_GAP = re.compile(r'^  File "(\.\.\. \d+ frames left out \.\.\.)", line 0, in *$', re.MULTILINE)
"""How the traceback module prints the stand-in for the frames that are left out."""


def script_name(number: int) -> str:
    """The file name under which script ``number`` is compiled."""
    return f"<script {number}>"


class Reporter:
    """Describes exceptions. Never raises, whatever a script's own exception classes do."""

    def __init__(self, limits: ScriptLimits, namespace: dict[str, Any]) -> None:
        self._limit = limits.max_error_chars
        self._namespace = namespace
        self._scratch = os.getcwd()

    def describe(self, error: BaseException, number: int) -> ScriptError:
        """Return what ``error``, raised by script ``number``, comes to."""
        kind = type(error).__name__
        try:
            report = traceback.TracebackException(type(error), error, error.__traceback__, compact=True, limit=-1000)
            self._trim(report, 0)
            text = _GAP.sub(r"  \1", "".join(report.format()))
            message = self._message(error)
        except BaseException as failure:  # noqa: BLE001 - an exception's own methods may raise anything, exits too
            message = f"(its description failed with {type(failure).__name__})"
            text = f"{kind}: {message}\n"
        return ScriptError(
            kind=kind[:200],
            message=cut_middle(message, self._limit),
            traceback=cut_middle(text, self._limit),
            hint=suggest(error, message, self._namespace),
            line=_line(error, script_name(number)),
        )

    def _message(self, error: BaseException) -> str:
        if isinstance(error, SyntaxError):
            return error.msg or ""
        try:
            return str(error)
        except BaseException:  # noqa: BLE001 - as above
            return "<exception str() failed>"

    def _trim(self, report: traceback.TracebackException, depth: int) -> None:
        """Drop all frames that are not the script's, here and in the exceptions that led to this one."""
        own = [frame for frame in report.stack if self._is_own(frame.filename)]
        if len(own) > _MAX_FRAMES and len({(frame.filename, frame.lineno) for frame in own}) > 1:
            left_out = len(own) - _MAX_FRAMES
            gap = traceback.FrameSummary(f"... {left_out} frames left out ...", 0, "", lookup_line=False, line="")
            own = [*own[: _MAX_FRAMES // 2], gap, *own[-_MAX_FRAMES // 2 :]]
        report.stack[:] = own
        for name in ("__cause__", "__context__"):
            earlier = getattr(report, name)
            if earlier is not None:
                if depth >= _MAX_CHAIN:
                    setattr(report, name, None)
                else:
                    self._trim(earlier, depth + 1)
        for part in report.exceptions or ():
            self._trim(part, depth + 1)

    def _is_own(self, filename: str) -> bool:
        return _SCRIPT.fullmatch(filename) is not None or filename.startswith(self._scratch + os.sep)


def _line(error: BaseException, filename: str) -> int | None:
    """The line of the script at which the error left it."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    line = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == filename:
            line = step.tb_lineno
        step = step.tb_next
    return line
