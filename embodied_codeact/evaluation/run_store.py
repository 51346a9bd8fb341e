"""Writes the folder of a run (:mod:`embodied_codeact.evaluation.run_folder`): what is kept is on the disk at once, and
what a crash cut short is taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from embodied_codeact.contracts import SCHEMA_VERSION, Status, Usage
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.engine import Ended, Fault
from embodied_codeact.evaluation.plan import fingerprint
from embodied_codeact.evaluation.run_folder import (
    EPISODES,
    FAULTS,
    MANIFEST,
    MEDIA,
    TASKS,
    TRIALS,
    Run,
    RunManifest,
    digest_of,
    holds,
    read_manifest,
    read_trials,
    write_whole,
)
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.trajectories import TrajectoryWriter
from embodied_codeact.trajectories.codec import OLDEST_SCHEMA
from embodied_codeact.trajectories.reader import read_lines

_OURS = frozenset({MANIFEST, TRIALS, EPISODES, FAULTS, TASKS, MEDIA})
_DECIDING = ("suite", "model", "model_options", "model_digest", "action", "dialect", "limits", "parameters")


class Seen(msgspec.Struct, frozen=True):
    """Of an episode that was kept before, what a live display shows."""

    success: bool
    turns: int
    tokens: int


class RunStore:
    """The folder of one run, open to write by one process at a time. A context manager.

    ``done`` holds the episodes that were kept before this run was taken up again, by the keys of their trials. ``note``
    says where half an episode of a run that was killed was removed.

    Raises:
        ConfigurationError: the folder cannot be written or another run writes to it; it holds something else, or a run
            that is not to be resumed, or one that asked for something else; it holds what this version cannot read.
            Nothing in it has been changed then.
    """

    def __init__(self, folder: Path, manifest: RunManifest, trials: Sequence[Trial], *, resume: bool = False) -> None:
        self.folder = folder
        self.done: dict[str, Seen] = {}
        self._faults: TrajectoryWriter | None = None
        fingerprints = {trial.key: fingerprint(trial) for trial in trials}
        digest = digest_of([getattr(manifest, name) for name in _DECIDING], fingerprints)
        self.manifest = msgspec.structs.replace(manifest, trials=len(trials), digest=digest)
        there = holds(folder, "a run", MANIFEST, _OURS, resume=resume)
        if there:
            _check_same(folder, read_manifest(folder), self.manifest, trials)
        elif (folder / EPISODES).exists() and (folder / EPISODES).stat().st_size:
            raise ConfigurationError(
                f"{folder} holds episodes of a run without its {MANIFEST}, and they would be taken for this one's: "
                "choose another folder"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"cannot write a run to {folder}: {error.strerror}") from error
        self._writer = TrajectoryWriter(folder / EPISODES)
        try:
            self.note = self._writer.note
            if there:
                self.done = _seen(folder / EPISODES, set(fingerprints))
                self.manifest = read_manifest(folder)
            else:
                self._begin(trials)
        except BaseException:
            self._writer.close()
            raise

    @property
    def run(self) -> Run:
        """The run, to read."""
        return Run(self.folder, self.manifest, read_trials(self.folder))

    def keep(self, ended: Ended) -> None:
        """Keep an episode; it is on the disk when this returns.

        Raises:
            OperatorError: the disk is full or gone. What was kept before is whole.
        """
        self._writer.write_line(ended.line)

    def keep_fault(self, fault: Fault) -> None:
        """Keep what there is of an episode that the system failed, to be read."""
        if not fault.line:
            return
        if self._faults is None:
            self._faults = TrajectoryWriter(self.folder / FAULTS)
        self._faults.write_line(fault.line)

    def close(self) -> None:
        """Close the files. May be called twice."""
        self._writer.close()
        if self._faults is not None:
            self._faults.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, trials: Sequence[Trial]) -> None:
        """The manifest comes last: a folder with one holds a run."""
        try:
            write_whole(self.folder / TRIALS, b"".join(msgspec.json.encode(trial) + b"\n" for trial in trials))
            manifest = msgspec.json.format(msgspec.json.encode(self.manifest), indent=1)
            write_whole(self.folder / MANIFEST, manifest + b"\n")
        except OSError as error:
            raise OperatorError(f"cannot write the run to {self.folder}: {error.strerror}") from error


def check_folder(folder: Path, *, resume: bool) -> None:
    """See whether a run can be written to a folder, before anything is prepared for it.

    Raises:
        ConfigurationError: as :class:`RunStore`.
    """
    holds(folder, "a run", MANIFEST, _OURS, resume=resume)


def _check_same(folder: Path, before: RunManifest, now: RunManifest, trials: Sequence[Trial]) -> None:
    """See that a run goes on with what it was begun with."""
    if before.digest == now.digest:
        return
    fields = [msgspec.to_builtins({name: getattr(each, name) for name in _DECIDING}) for each in (before, now)]
    what = _changes(*fields) or _changed_trials(read_trials(folder), trials)
    raise ConfigurationError(
        f"cannot resume {folder}: {what}. Resume with what the run was begun with, or choose another folder."
    )


def _changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Say which fields of two manifests differ.

    >>> _changes({"model": "expert", "action": "code"}, {"model": "hf:x", "action": "code"})
    "model was 'expert' and is 'hf:x'"
    """
    changed = [name for name in now if before.get(name) != now[name]]
    return "; ".join(
        f"{name} was {before.get(name)!r} and is {now[name]!r}"
        if len(repr(before.get(name))) + len(repr(now[name])) < 120
        else f"{name} has changed"
        for name in changed
    )


def _changed_trials(before: Sequence[Trial], now: Sequence[Trial]) -> str:
    old, new = {trial.key: trial for trial in before}, {trial.key: trial for trial in now}
    counts = {"new": len(new.keys() - old.keys()), "gone": len(old.keys() - new.keys())}
    different = [f"{count} {word}" for word, count in counts.items() if count]
    return f"the tasks have changed ({', '.join(different) or 'in their files'})"


class _Line(msgspec.Struct):
    """As much of an episode as is looked at when its run is taken up again."""

    turns: list[_TurnLine]
    status: Status = Status()
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    schema: int = 1


class _TurnLine(msgspec.Struct):
    usage: Usage = Usage()


def _seen(file: Path, keys: set[str]) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for number, data in read_lines(file):
        try:
            line = msgspec.json.decode(data, type=_Line)
        except msgspec.DecodeError as error:
            raise ConfigurationError(f"{file}, line {number} is damaged: {error}") from error
        if line.schema < OLDEST_SCHEMA or line.schema > SCHEMA_VERSION:
            raise ConfigurationError(
                f"{file}, line {number} was written by another version (schema {line.schema}): "
                "resume with the embodied-codeact that wrote it"
            )
        key = str(line.metadata.get("trial", ""))
        if key not in keys:
            raise ConfigurationError(f"{file}, line {number} holds an episode of another run ({key or 'without key'})")
        tokens = sum(turn.usage.prompt_tokens + turn.usage.completion_tokens for turn in line.turns)
        found.setdefault(key, Seen(line.status.success, len(line.turns), tokens))
    return found
