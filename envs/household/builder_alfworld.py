"""What the installed ALFWorld package says of its world: domain, grammar, goals, and what goes where.

The files are read from the package's folder without importing ``alfworld``: that import makes a cache folder in the
user's home and sets environment variables, and the agents' modules pull in far more than these few files.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied_codeact.errors import ConfigurationError

_DOMAIN = "data/alfred.pddl"
_GRAMMAR = "data/alfred.twl2"
_CONSTANTS = "gen/constants.py"
_GOALS = "gen/goal_library.py"


@dataclass(frozen=True)
class AlfworldData:
    """The world's rules. Kinds are spelt as in ALFRED (``"CounterTop"``, ``"SaltShaker"``).

    ``accepts`` maps a kind of receptacle to the kinds of object that it takes; ``abilities`` maps a predicate of the
    domain (``"heatable"``, ...) to the kinds that have it; ``rooms`` maps a task type to the rooms where it makes
    sense; ``goals`` maps a task type to the goal in PDDL, and ``sentences`` to the ways of saying it, both with
    ``{obj}``, ``{recep}``, ``{mrecep}`` and ``{toggle}`` to be filled in; ``furniture`` is every kind of receptacle
    that stays where it is; ``scenes`` maps a kind of room to the numbers of ALFRED's floor plans. ``digest`` changes
    with any of the files, and with alfworld's version.
    """

    root: Path
    domain: str
    grammar: str
    accepts: dict[str, frozenset[str]]
    abilities: dict[str, frozenset[str]]
    openable: frozenset[str]
    containers: frozenset[str]
    rooms: dict[str, frozenset[str]]
    goals: dict[str, str]
    sentences: dict[str, tuple[str, ...]]
    furniture: frozenset[str]
    scenes: dict[str, tuple[int, ...]]
    digest: str


@functools.cache
def alfworld_data() -> AlfworldData:
    """Read the installed package's files, once.

    Raises:
        ConfigurationError: alfworld is not installed, or is a version that lacks these files.
    """
    spec = importlib.util.find_spec("alfworld")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "building household games needs the package 'alfworld': pip install 'embodied-codeact[household]'"
        )
    root = Path(next(iter(spec.submodule_search_locations)))
    try:
        sources = {name: (root / name).read_text("utf-8") for name in (_DOMAIN, _GRAMMAR, _CONSTANTS, _GOALS)}
        return _digest_files(root, sources)
    except (OSError, KeyError) as error:
        raise missing_files(root, error) from error


def missing_files(root: Path, error: Exception) -> ConfigurationError:
    """Return the error that says what the installed alfworld lacks."""
    return ConfigurationError(
        f"the installed alfworld ({root}) lacks what household games are built from ({error!r}): "
        "pip install 'alfworld>=0.4.2'"
    )


def _digest_files(root: Path, sources: dict[str, str]) -> AlfworldData:
    constants: dict[str, Any] = runpy.run_path(str(root / _CONSTANTS))
    templates: dict[str, dict[str, Any]] = runpy.run_path(str(root / _GOALS))["gdict"]
    abilities = {name.lower(): frozenset(kinds) for name, kinds in constants["VAL_ACTION_OBJECTS"].items()}
    accepts = {kind: frozenset(held) for kind, held in constants["VAL_RECEPTACLE_OBJECTS"].items()}
    containers = frozenset(constants["MOVABLE_RECEPTACLES"])
    told = [importlib.metadata.version("alfworld"), *sources.values()]
    return AlfworldData(
        root=root,
        domain=sources[_DOMAIN],
        grammar=sources[_GRAMMAR],
        accepts=accepts,
        abilities=abilities,
        openable=frozenset(constants["OPENABLE_CLASS_LIST"]),
        containers=containers,
        rooms={task_type: frozenset(rooms) for task_type, rooms in constants["GOALS_VALID"].items()},
        # The library writes "#" for the dash of PDDL's typed variables.
        goals={task_type: entry["pddl"].replace("#", "-") for task_type, entry in templates.items()},
        sentences={task_type: tuple(entry["templates"]) for task_type, entry in templates.items()},
        furniture=frozenset(accepts) - containers,
        scenes={room: tuple(numbers) for room, numbers in constants["SCENE_TYPE"].items()},
        digest=hashlib.sha256("\0".join(told).encode()).hexdigest(),
    )
