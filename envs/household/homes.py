"""The homes that come with the package: built on first use, kept in the user's cache."""

from __future__ import annotations

import functools
import os
import stat
import tempfile
from pathlib import Path

from embodied_codeact.envs.household.builder import (
    BUILDER_VERSION,
    Assignment,
    assign,
    build_game,
    write_game,
)
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.games import TASK_TYPES
from embodied_codeact.errors import ConfigurationError

_HOMES_PER_TASK_TYPE = 2


def cache_version() -> str:
    """Names the content of the homes: another builder or another alfworld gives another name, so that a game never
    changes once it is in the cache."""
    return f"{BUILDER_VERSION}-{alfworld_data().digest[:12]}"


def cache_root() -> Path:
    """The folder for built games: under ``XDG_CACHE_HOME``, by default ``~/.cache``."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification says to ignore a relative path.
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "embodied-codeact" / "household" / cache_version()


def built_in_games() -> list[Path]:
    """Return the game files of the built-in homes, two for each task type, building those that are missing.

    Several processes may do so at once: each file appears whole, and its content is always the same. Where the cache
    cannot be written, a temporary folder of this user takes its place.

    Raises:
        ConfigurationError: no folder can be written, or alfworld is not installed.
    """
    failures = []
    for find_root in (cache_root, _temporary_root):
        try:
            root = find_root()
            return [_ensure(root, assignment) for assignment in _built_in()]
        except (OSError, RuntimeError) as error:  # RuntimeError: this user has no home folder
            failures.append(str(error))
    raise ConfigurationError(
        f"the built-in homes cannot be written ({'; '.join(failures)}): set XDG_CACHE_HOME to a writable folder"
    )


@functools.cache
def _built_in() -> tuple[Assignment, ...]:
    return tuple(
        assign(task_type, _HOMES_PER_TASK_TYPE * index + number)
        for index, task_type in enumerate(TASK_TYPES)
        for number in range(1, _HOMES_PER_TASK_TYPE + 1)
    )


def _ensure(root: Path, assignment: Assignment) -> Path:
    path = root / assignment.folder / "game.tw-pddl"
    if not path.is_file():
        write_game(build_game(assignment.task_type, assignment.seed), path)
    return path


def _temporary_root() -> Path:
    """A folder of this user's own among the temporary ones.

    Raises:
        PermissionError: somebody else made a folder of that name, or may write to it.
    """
    folder = Path(tempfile.gettempdir()) / f"embodied-codeact-household-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not this user's alone")
    return folder / cache_version()
