"""The words of an observation: what a script did, told to the model that wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from msgspec.structs import replace

from embodied_codeact.contracts import ExecutionResult

NO_OUTPUT = "The script ran without error and printed nothing."
DONE = "Done."
_MAX_VALUE_CHARS = 160
_MAX_CHANGES = 16


@dataclass(frozen=True)
class ScriptOutcome:
    """What one script did: its result, the high-level state before and after, and which script of the episode it was
    (from 1)."""

    result: ExecutionResult
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    number: int = 1


def describe_outcome(outcome: ScriptOutcome, limit: int) -> str:
    """Tell what a script did, in about ``limit`` characters: notices and state changes in full (both are short by
    themselves), output, value and error cut in the middle where they are longer."""
    result = outcome.result
    parts: list[str] = []
    if result.stdout.strip():
        parts.append(cut_middle(result.stdout.rstrip(), limit))
    if result.value is not None:
        parts.append(f"Value of the last expression: {cut_middle(result.value, limit // 2)}")
    if result.error is not None:
        parts.append(f"Error:\n{cut_middle(result.error.text(), limit)}")
    return _described(outcome, parts, "script", NO_OUTPUT)


def describe_call(outcome: ScriptOutcome, limit: int) -> str:
    """Tell what one tool call did. Of an error only its kind, its message and what to do are told: the script around
    the call is not the model's."""
    result = outcome.result
    parts: list[str] = []
    if result.stdout.strip():
        parts.append(cut_middle(result.stdout.rstrip(), limit))
    if result.error is not None:
        bare = replace(result.error, traceback="")
        parts.append(f"Error:\n{cut_middle(bare.text(), limit)}")
    return _described(outcome, parts, "call", DONE)


def _described(outcome: ScriptOutcome, parts: list[str], what: str, nothing: str) -> str:
    """What is told of scripts and of calls in the same words, after what each of them prints and raises."""
    result = outcome.result
    if result.interrupted:
        parts.append(f"The {what} was interrupted before it ended. What it did until then stays done.")
    if result.figures:
        count = len(result.figures)
        parts.append(f"{count} figure{'s were' if count > 1 else ' was'} drawn.")
    if not parts:
        parts.append(nothing)
    changes = state_changes(outcome.before, outcome.after)
    if changes:
        parts.append("Changes of state:\n" + "\n".join(changes))
    return "\n".join(parts)


def cut_middle(text: str, limit: int) -> str:
    """Keep the beginning and the end of a long text, and say how much is missing.

    >>> cut_middle("abcdefghij" * 3, 10)
    'abcde\\n[... 20 characters cut ...]\\nfghij'
    """
    if len(text) <= limit:
        return text
    head = (limit + 1) // 2
    tail = limit - head
    return f"{text[:head]}\n[... {len(text) - limit} characters cut ...]\n{text[len(text) - tail :]}"


def state_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """One line for each field of the state that changed: ``state.holding: None -> 'mug 1'``. Of a mapping only the
    entries that changed are told."""
    lines: list[str] = []
    for name, new in after.items():
        old = before.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            lines += [f"state.{name}[{key!r}]: now {_short(new[key])}" for key in new if key not in old]
            changed = [key for key in new if key in old and not _same(old[key], new[key])]
            lines += [f"state.{name}[{key!r}]: {_short(old[key])} -> {_short(new[key])}" for key in changed]
            lines += [f"state.{name}[{key!r}]: gone" for key in old if key not in new]
        elif name not in before or not _same(old, new):
            lines.append(f"state.{name}: {_short(old)} -> {_short(new)}")
    if len(lines) > _MAX_CHANGES:
        left = len(lines) - _MAX_CHANGES
        lines = [*lines[:_MAX_CHANGES], f"... and {left} more"]
    return lines


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        old, new = np.asarray(old), np.asarray(new)
        return old.shape == new.shape and bool(np.array_equal(old, new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _short(value: Any) -> str:
    text = repr(_rounded(value))
    return text if len(text) <= _MAX_VALUE_CHARS else text[: _MAX_VALUE_CHARS - 4] + " ..."


def _rounded(value: Any) -> Any:
    """Six significant digits say all that a model can use of a measured number."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return value
