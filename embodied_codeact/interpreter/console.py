"""Runs scripts one after another in one namespace, as an interactive interpreter does."""

from __future__ import annotations
import __future__

import ast
import contextlib
import linecache
import mmap
import sys
import types
import warnings
from types import CodeType
from typing import Any

from embodied_codeact.contracts import Figure, ScriptError
from embodied_codeact.interpreter import figures, leftovers, tracebacks
from embodied_codeact.interpreter.interrupts import Interrupts
from embodied_codeact.interpreter.pictures import Gallery
from embodied_codeact.interpreter.records import Finished, ScriptLimits, cut_middle, portable
from embodied_codeact.interpreter.streams import Streams

_KEPT_SOURCES = 1000
"""Scripts back to which tracebacks show source lines, of functions defined in them."""
_FUTURE_FLAGS = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]


def _show_warnings_once() -> None:
    """Python's own filters, but for once per text instead of once per line: each script has the same line numbers."""
    warnings.simplefilter("once")
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("once", category=DeprecationWarning, module="__main__")
    # plt.show() in a process without a display; the figure is collected at the end of the script.
    warnings.filterwarnings("ignore", message=".*is non-interactive", category=UserWarning)
    # joblib looks, when it is imported, whether it can start processes; the confinement lets it start threads only.
    warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode", category=UserWarning)


class Reserve:
    """Memory that a script cannot fill: what it takes to tell of its end, and to run one that frees what it holds."""

    _BYTES = 16 * 1024 * 1024

    def __init__(self) -> None:
        self._kept: mmap.mmap | None = None

    def keep(self) -> None:
        """Set it aside, where there is room: only addresses, since nothing is written to it."""
        if self._kept is None:
            with contextlib.suppress(OSError):
                self._kept = mmap.mmap(-1, self._BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

    def release(self) -> None:
        """Give it to whoever needs it now."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


class Console:
    """The persistent ``__main__`` module and what it takes to run a script in it."""

    def __init__(self, limits: ScriptLimits, streams: Streams, interrupts: Interrupts, names: dict[str, Any]) -> None:
        self._limits = limits
        self._streams = streams
        self._interrupts = interrupts
        self._flags = 0
        self._gallery = Gallery(limits)
        self._reserve = Reserve()
        self._module = types.ModuleType("__main__")
        self._module.__dict__.update({"show": self._gallery.show} | names)
        sys.modules["__main__"] = self._module
        _show_warnings_once()
        self._reports = tracebacks.Reporter(limits, self._module.__dict__)

    def run(self, number: int, code: str) -> Finished:
        """Run one script to its end, however it ends."""
        self._streams.install()
        self._interrupts.install()
        self._reserve.keep()
        try:
            self._interrupts.begin()
            value, error = self._run(number, code)
            self._interrupts.end()
        except KeyboardInterrupt as late:
            # It came after the script's last instruction and before the flag was down.
            self._interrupts.end()
            value, error = None, self._reports.describe(late, number)
        self._reserve.release()
        left = leftovers.end_threads(self._interrupts.in_message)
        pictures = self._pictures()
        self._streams.tell(left.note)
        return portable(Finished(number, value, error, pictures, self._interrupts.happened, left.stubborn))

    def _pictures(self) -> list[Figure]:
        """What the script showed and drew. Drawing takes time, which a script that was stopped does not have: its
        figures stay open for the next one. A stop while they are drawn ends the drawing."""
        pictures, note = self._gallery.take()
        self._streams.tell(note)
        if self._interrupts.happened:
            return pictures
        try:
            self._interrupts.resume()
            for drawn, note in figures.collect(self._limits, self._limits.max_figures - len(pictures)):
                pictures += [] if drawn is None else [drawn]
                self._streams.tell(note)
            self._interrupts.end()
        except BaseException as error:  # noqa: BLE001 - artists run the script's own code, which may raise anything
            self._interrupts.end()
            self._streams.tell(f"(The figures were not all drawn: {type(error).__name__}.)\n")
        return pictures

    def _run(self, number: int, code: str) -> tuple[str | None, ScriptError | None]:
        filename = tracebacks.script_name(number)
        linecache.cache.pop(tracebacks.script_name(number - _KEPT_SOURCES), None)
        linecache.cache[filename] = (len(code), None, f"{code}\n".splitlines(keepends=True), filename)
        try:
            body, last = self._compile(code, filename)
            exec(body, self._module.__dict__)
            result = None if last is None else eval(last, self._module.__dict__)
            value = None if result is None else cut_middle(repr(result), self._limits.max_value_chars)
        except SystemExit as end:
            return None, self._exit(end, number)
        except BaseException as error:  # noqa: BLE001 - whatever a script raises is its result
            self._interrupts.end()
            self._reserve.release()
            return None, self._reports.describe(error, number)
        return value, None

    def _compile(self, code: str, filename: str) -> tuple[CodeType, CodeType | None]:
        """Return the script's statements, and apart from them the last expression where its value is to be shown."""
        tree = compile(code, filename, "exec", ast.PyCF_ONLY_AST | self._flags, dont_inherit=True)
        expression = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";"):
            expression = ast.Expression(tree.body.pop().value)
        body = compile(tree, filename, "exec", self._flags, dont_inherit=True)
        for flag in _FUTURE_FLAGS:
            self._flags |= body.co_flags & flag
        if expression is None:
            return body, None
        return body, compile(expression, filename, "eval", self._flags, dont_inherit=True)

    def _exit(self, end: SystemExit, number: int) -> ScriptError | None:
        if end.code is None or (type(end.code) is int and not end.code):
            self._streams.tell("(sys.exit() ended the script; variables are kept)\n")
            return None
        return self._reports.describe(end, number)
