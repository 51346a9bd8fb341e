"""The folder of a run: what was asked for, and every episode as it ended.

============================  ==========================================================================================
``run.json``                  :class:`RunManifest`: suite, model, form of action, budgets
``trials.jsonl``              every episode that there is to be, one :class:`~.suites.Trial` a line
``episodes.jsonl``            every episode that has ended, one a line, in the order in which they ended; on the disk
                              before the run goes on. ``metadata["trial"]`` is its trial's key.
``faults.jsonl``              episodes that the system failed, to be read; they are not scored, and attempted again
``tasks/PART``                generated tasks
``media``                     videos, where they were asked for: ``metadata["video"]`` of an episode is the file's path
                              from the run's folder
============================  ==========================================================================================
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.contracts import Episode
from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.suites import Suite, Trial, trial_key
from embodied_codeact.tasks import is_free
from embodied_codeact.trajectories import read_episodes
from embodied_codeact.trajectories.reader import read_lines

RUN_SCHEMA = OLDEST_RUN_SCHEMA = 1
MANIFEST, TRIALS, EPISODES, FAULTS, TASKS, MEDIA = (
    "run.json",
    "trials.jsonl",
    "episodes.jsonl",
    "faults.jsonl",
    "tasks",
    "media",
)


class RunManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for. ``digest`` is of everything that decides what its episodes are; a run is resumed only
    with the same. ``model_digest`` is of the model's files, empty where it has none here. ``limits`` are the budgets of
    an episode by name. ``machine`` says on what it was begun."""

    suite: Suite
    model: str
    model_options: dict[str, str] = msgspec.field(default_factory=dict)
    model_digest: str = ""
    action: str = "code"
    dialect: str = "native"
    limits: dict[str, Any] = msgspec.field(default_factory=dict)
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    trials: int = 0
    digest: str = ""
    incomplete: str = ""
    """Why this is not the whole suite ("44 of 134 tasks are there"); empty where it is."""
    version: str = ""
    started_at: str = ""
    machine: dict[str, Any] = msgspec.field(default_factory=dict)
    schema: int = RUN_SCHEMA


@dataclass(frozen=True)
class Run:
    """A run as it lies in its folder, or a plain file of episodes, which has no manifest and no list of trials."""

    path: Path
    manifest: RunManifest | None
    trials: Sequence[Trial]

    @property
    def name(self) -> str:
        """For people: the folder's or file's name without its ending."""
        return self.path.stem if self.path.is_file() else self.path.resolve().name

    def episodes(self) -> Iterator[Episode]:
        """Yield every finished episode once, in the order in which they ended. None of them is held.

        Raises:
            ConfigurationError: a line is no episode, or of a newer schema (file and line named).
        """
        if self.path.is_file():
            yield from read_episodes(self.path)
            return
        seen: set[str] = set()
        for episode in read_episodes(self.path / EPISODES) if (self.path / EPISODES).exists() else ():
            if (key := key_of(episode)) not in seen:
                seen.add(key)
                yield episode


def read_run(path: Path | str) -> Run:
    """Open the folder of a run, or a file of episodes, to read.

    Raises:
        ConfigurationError: it is neither, or was written by a newer version.
    """
    place = Path(path)
    if place.is_file():
        return Run(place, None, [])
    if not (place / MANIFEST).is_file():
        raise ConfigurationError(f"{place} is neither the folder of a run (with a {MANIFEST}) nor a file of episodes")
    return Run(place, read_manifest(place), read_trials(place))


def read_manifest(folder: Path) -> RunManifest:
    """Read what a run was asked for.

    Raises:
        ConfigurationError: it cannot be read, is damaged, or is of a schema that this version does not read.
    """
    file = folder / MANIFEST
    try:
        data = file.read_bytes()
        schema = msgspec.json.decode(data, type=_Versioned).schema
        if schema < OLDEST_RUN_SCHEMA:
            raise ConfigurationError(
                f"{file} was written by an older version (schema {schema}, this version reads {OLDEST_RUN_SCHEMA} to "
                f"{RUN_SCHEMA}): read it with the embodied-codeact that wrote it"
            )
        if schema > RUN_SCHEMA:
            raise ConfigurationError(
                f"{file} was written by a newer version (schema {schema}, this version reads up to {RUN_SCHEMA}): "
                "upgrade embodied-codeact"
            )
        return msgspec.json.decode(data, type=RunManifest)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{file} is damaged: {error}") from error


def read_trials(folder: Path) -> list[Trial]:
    """Read which episodes a run is to hold.

    Raises:
        ConfigurationError: the list cannot be read, or is damaged.
    """
    try:
        return [msgspec.json.decode(line, type=Trial) for _, line in read_lines(folder / TRIALS)]
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{folder / TRIALS} is damaged: {error}") from error


def key_of(episode: Episode) -> str:
    """The key of an episode's trial: as its run wrote it, or made from its environment, task and seed; of a task that
    takes any instruction, from that too.

    >>> from embodied_codeact.contracts import Task
    >>> key_of(Episode(Task("lift", "tabletop", "lift it", seed=3), "expert"))
    'tabletop/lift#3'
    """
    if trial := episode.metadata.get("trial"):
        return str(trial)
    key = trial_key(episode.task.environment, episode.task)
    return f"{key}~{digest_of(episode.task.instruction)[:8]}" if is_free(episode.task) else key


def holds(folder: Path, what: str, manifest: str, ours: Set[str], *, resume: bool) -> bool:
    """Return whether a folder holds what is to be written there (``what``: ``"a run"``) already, so that it goes on.

    Args:
        manifest: the file that is there where it was begun.
        ours: names of all that may lie in such a folder.

    Raises:
        ConfigurationError: it is there and not to be resumed, something else is there, or the folder cannot be read.
    """
    try:
        names = {entry.name for entry in folder.iterdir()} if folder.exists() else set[str]()
    except OSError as error:
        raise ConfigurationError(f"cannot write {what} to {folder}: {error.strerror}") from error
    if manifest in names:
        if not resume:
            raise ConfigurationError(f"{folder} holds {what}: go on with it by --resume, or choose another folder")
        return True
    if strangers := sorted(name for name in names - ours if not name.startswith(".")):
        raise ConfigurationError(f"{folder} is no folder of {what}, and not empty ({strangers[0]}): choose another one")
    return False


def this_machine() -> dict[str, Any]:
    """On what something is begun, as manifests say it."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
    }


def digest_of(*parts: Any) -> str:
    """Return a digest of plain data, the same on every machine."""
    return hashlib.sha256(b"\n".join(msgspec.json.encode(part, order="deterministic") for part in parts)).hexdigest()


def write_whole(file: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a crash.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with half.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


class _Versioned(msgspec.Struct):
    schema: int = 1
