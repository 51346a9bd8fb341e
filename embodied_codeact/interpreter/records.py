"""What the host is told and tells: limits of a script, its outcome, and the messages between host and worker."""

from __future__ import annotations

from typing import Literal

import msgspec

from embodied_codeact.contracts import ApiDescription, Figure, ScriptError

SandboxMode = Literal["strict", "best", "off"]
MiB = 1024 * 1024
LOST = (
    "A fresh interpreter has taken its place: variables, imports and functions of earlier scripts are lost. "
    "Define again what is needed."
)


class ScriptLimits(msgspec.Struct, frozen=True):
    """What one worker may use, and what is kept of what it says."""

    grace_s: float = 0.5
    """Time between the interrupt at the deadline and the kill."""
    max_output_bytes: int = 8 * MiB
    """Output kept of one script; the rest is counted and dropped."""
    max_value_chars: int = 20_000
    """Length of the echoed value; longer ones are cut in the middle."""
    max_error_chars: int = 20_000
    """Length of a traceback, and of an error's message."""
    max_figures: int = 8
    max_figure_bytes: int = 4 * MiB
    memory_bytes: int = 4096 * MiB
    """Address space beyond what the warm template already maps."""
    scratch_bytes: int = 256 * MiB
    """Size of the scratch folder's tmpfs (layer ``namespaces``) and of any single file."""
    max_open_files: int = 256
    max_threads: int = 256


class ScriptOutcome(msgspec.Struct, frozen=True):
    """What running one script did; the fields mean what they mean in ``ExecutionResult``."""

    stdout: str = ""
    value: str | None = None
    error: ScriptError | None = None
    figures: list[Figure] = msgspec.field(default_factory=list)
    duration_s: float = 0.0
    interrupted: bool = False
    restarted: bool = False


class ScriptFinished(msgspec.Struct, frozen=True):
    """The script ended, by itself or not; exactly one follows each ``begin``."""

    outcome: ScriptOutcome


class Setup(msgspec.Struct, frozen=True, tag="setup"):
    """Host to worker, first: what to put in the namespace."""

    api: ApiDescription
    limits: ScriptLimits


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Host to worker: run this script."""

    number: int
    code: str


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Worker to host, once: confined, and waiting for scripts."""

    layers: list[str]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Worker to host: a layer of confinement could not be applied, so this worker runs nothing."""

    reason: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """Worker to host: script ``number`` ended. ``spoiled``: the worker cannot be used any more and is to be ended."""

    number: int
    value: str | None = None
    error: ScriptError | None = None
    figures: list[Figure] = msgspec.field(default_factory=list)
    interrupted: bool = False
    spoiled: bool = False


def portable(finished: Finished) -> Finished:
    """Return the message with texts that can travel: a script's may be of classes of its own, or hold halves of
    characters."""
    error = finished.error
    if error is not None:
        error = msgspec.structs.replace(
            error,
            kind=_plain(error.kind),
            message=_plain(error.message),
            traceback=_plain(error.traceback),
            hint=_plain(error.hint),
        )
    figures = [msgspec.structs.replace(figure, title=_plain(figure.title)) for figure in finished.figures]
    value = None if finished.value is None else _plain(finished.value)
    return msgspec.structs.replace(finished, value=value, error=error, figures=figures)


def _plain(text: str) -> str:
    return str.encode(text, "utf-8", "backslashreplace").decode()


FromHost = Setup | Run
FromWorker = Ready | Failed | Finished


def cut_middle(text: str, limit: int) -> str:
    """Return ``text``, or where it is longer than ``limit`` its beginning and end with the number of characters cut.

    >>> cut_middle("abcdefghij", 4)
    'ab\\n... 6 characters left out ...\\nij'
    """
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"
