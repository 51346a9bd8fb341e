"""The homes that come with the package: built on first use, kept in the user's cache."""

from __future__ import annotations

import os
import random
import stat
import tempfile
from pathlib import Path

from embodied_codeact.envs.household.builder import (
    BUILDER_VERSION,
    FIRST_NUMBER,
    build_home,
    write_game,
)
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_levels import DEFAULT, LEVELS
from embodied_codeact.envs.household.builder_tasks import assign
from embodied_codeact.envs.household.games import GAME_NAME
from embodied_codeact.errors import ConfigurationError

_HOMES = (
    ("pick_and_place_simple", "Bathroom", "SoapBar", "SinkBasin"),
    ("pick_and_place_simple", "LivingRoom", "TissueBox", "CoffeeTable"),
    ("look_at_obj_in_light", "Bedroom", "Laptop", "DeskLamp"),
    ("look_at_obj_in_light", "LivingRoom", "Watch", "DeskLamp"),
    ("pick_clean_then_place_in_recep", "Kitchen", "Lettuce", "Fridge"),
    ("pick_clean_then_place_in_recep", "Kitchen", "Spatula", "CounterTop"),
    ("pick_heat_then_place_in_recep", "Kitchen", "Tomato", "Fridge"),
    ("pick_heat_then_place_in_recep", "Kitchen", "Egg", "CounterTop"),
    ("pick_cool_then_place_in_recep", "Kitchen", "Bowl", "Cabinet"),
    ("pick_cool_then_place_in_recep", "Kitchen", "Plate", "Shelf"),
    ("pick_two_obj_and_place", "Bedroom", "CellPhone", "Safe"),
    ("pick_two_obj_and_place", "Bedroom", "TennisRacket", "Desk"),
)
"""Task type, room, thing and receptacle of each: two for each of ALFWorld's task types, in its order."""


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
            return [_ensure(root, index) for index in range(len(_HOMES))]
        except (OSError, RuntimeError) as error:  # RuntimeError: this user has no home folder
            failures.append(str(error))
    raise ConfigurationError(
        f"the built-in homes cannot be written ({'; '.join(failures)}): set XDG_CACHE_HOME to a writable folder"
    )


def _ensure(root: Path, index: int) -> Path:
    task_type, room, thing, receptacle = _HOMES[index]
    number = FIRST_NUMBER + 1 + index
    path = root / f"{task_type}-{thing}-None-{receptacle}-{number}" / f"trial_{index + 1:06d}" / GAME_NAME
    if not path.is_file():
        rng = random.Random(f"built-in/{number}")
        assignment = assign(task_type, rng, room=room, thing=thing, receptacle=receptacle)
        write_game(build_home(assignment, number, rng, LEVELS[DEFAULT]).game, path)
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
