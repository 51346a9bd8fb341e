"""Finds and reads ALFWorld's game files (``.tw-pddl``): JSON with a PDDL domain, a PDDL problem and a grammar."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embodied_codeact.contracts import Task
from embodied_codeact.envs.household.composed import COMPOSED_KINDS
from embodied_codeact.errors import ConfigurationError

LOGGER = logging.getLogger(__name__)

SUFFIX = ".tw-pddl"
GAME_NAME = f"game{SUFFIX}"
TASK_TYPES = (
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_clean_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_two_obj_and_place",
)
"""ALFWorld's six kinds of task, in its order."""
MOVABLE_TASK = "pick_and_place_with_movable_recep"
"""ALFRED's seventh kind. ALFWorld's own domain cannot do it; a game may bring one that can."""

_INSTRUCTION = re.compile(r'"rhs"\s*:\s*"Your task is to: ((?:[^"\\]|\\.)*)"')
_PUT = re.compile(r'\baction\s+PutObject\s*\{\s*template\s*::\s*"([^"]+)"')
_GOAL = re.compile(r"\(\s*:goal\b.*", re.DOTALL)
_GOAL_MARKS = (
    ("(istoggled ", "look_at_obj_in_light"),
    ("(isclean ", "pick_clean_then_place_in_recep"),
    ("(ishot ", "pick_heat_then_place_in_recep"),
    ("(iscool ", "pick_cool_then_place_in_recep"),
    ("(not (= ", "pick_two_obj_and_place"),
    ("(inreceptacleobject ", MOVABLE_TASK),
)
_PUTS_INTO_MOVABLES = re.compile(r"^[^;\n]*\(\s*:action\s+PutObjectInReceptacleObject\b", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Game:
    """One game file's content. ``solvable`` is false only where the file says so."""

    path: Path
    domain: str
    problem: str
    grammar: str
    solvable: bool = True

    @property
    def instruction(self) -> str:
        """What is to be done, as the game says it after "Your task is to: ".

        Raises:
            ConfigurationError: the grammar has no such sentence.
        """
        found = _INSTRUCTION.search(self.grammar)
        if not found:
            raise ConfigurationError(
                f"{self.path}: its grammar has no 'Your task is to: ...': make the game anew with alfworld"
            )
        text: str = json.loads(f'"{found[1]}"')
        return text

    @property
    def put_template(self) -> str:
        """How this game's grammar spells putting, with fields ``{object}`` and ``{receptacle}``.

        Raises:
            ConfigurationError: the grammar has no action PutObject over an object and a receptacle.
        """
        found = _PUT.search(self.grammar)
        template = found[1].replace("{o}", "{object}").replace("{r}", "{receptacle}") if found else ""
        if sorted(re.findall(r"\{[^}]*\}?", template)) != ["{object}", "{receptacle}"]:
            raise ConfigurationError(
                f"{self.path}: its grammar has no action PutObject with a template over {{o}} and {{r}}: "
                "make the game anew with alfworld"
            )
        return template

    @property
    def task_type(self) -> str:
        """One of :data:`TASK_TYPES`, or :data:`MOVABLE_TASK`: by the name of a folder above it, else by the goal; or by
        that name, one of the kinds of the other sets."""
        for part in reversed(self.path.parts[:-1]):
            for kind in (*TASK_TYPES, MOVABLE_TASK, *COMPOSED_KINDS):
                if part.startswith(f"{kind}-"):
                    return kind
        found = _GOAL.search(self.problem)
        goal = " ".join(found[0].lower().split()) if found else ""
        return next((kind for mark, kind in _GOAL_MARKS if mark in goal), "pick_and_place_simple")


def read_game(path: Path) -> Game:
    """Read one game file without parsing its PDDL or grammar.

    Raises:
        ConfigurationError: the file is missing, unreadable, no JSON, or no game.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}): check the option 'games'") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: is not valid JSON ({error}): fetch or make the game file anew") from error
    parts = ("pddl_domain", "pddl_problem", "grammar")
    missing = [part for part in parts if not isinstance(data, dict) or not isinstance(data.get(part), str)]
    if missing:
        raise ConfigurationError(
            f"{path}: is no ALFWorld game (it lacks {', '.join(missing)}): point the option 'games' at .tw-pddl files"
        )
    domain, problem, grammar = (data[part] for part in parts)
    return Game(path, domain, problem, grammar, solvable=data.get("solvable") is not False)


def find_games(games: str) -> dict[str, Path]:
    """Return the absolute path of every game file by task id, sorted by id, without reading any.

    ``games`` is a game file, a folder that is searched through, or empty for the built-in homes. In a folder the id is
    the game's folder relative to it; a single file's id is ``TASK/TRIAL`` from the two folders above it. Where a file
    is not called ``game.tw-pddl``, its own name without the ending takes part instead.

    Raises:
        ConfigurationError: nothing is there, or two games would have the same id.
    """
    if not games:
        from embodied_codeact.envs.household.homes import built_in_games

        return _by_id([(_own_id(path), path.absolute()) for path in built_in_games()])
    place = Path(games).expanduser().absolute()
    if place.is_file():
        return {_own_id(place): place}
    if not place.is_dir():
        raise ConfigurationError(
            f"{place}: no such file or folder: point the option 'games' at a {SUFFIX} file or at a folder of them"
        )
    found = [(_id_within(place, path), path) for path in place.rglob(f"*{SUFFIX}") if path.is_file()]
    if not found:
        raise ConfigurationError(
            f"{place}: no {SUFFIX} file in it or below: fetch games with `alfworld-download`, or leave the option "
            "'games' empty for the built-in homes"
        )
    return _by_id(found)


def _by_id(found: Sequence[tuple[str, Path]]) -> dict[str, Path]:
    games: dict[str, Path] = {}
    for task_id, path in sorted(found):
        if task_id in games:
            raise ConfigurationError(
                f"{path}: has the same task id as {games[task_id]} ({task_id}): rename one of the two"
            )
        games[task_id] = path
    return games


def _own_id(path: Path) -> str:
    if path.name == GAME_NAME:
        return "/".join(path.parent.parts[1:][-2:]) or "game"
    return path.name.removesuffix(SUFFIX)


def _id_within(folder: Path, path: Path) -> str:
    relative = path.relative_to(folder)
    if path.name == GAME_NAME:
        return relative.parent.as_posix() if relative.parent.parts else _own_id(path)
    return relative.as_posix().removesuffix(SUFFIX)


def list_tasks(environment: str, games: str) -> list[Task]:
    """Return one task for each game of the option ``games``, sorted by id.

    As in ALFWorld, a game is left out whose folder says that its goal needs a sliced object, or a movable receptacle;
    but the latter is played where its own domain can put things into those. A warning is logged that names what is
    left out.

    Raises:
        ConfigurationError: nothing is there, or a file cannot be used.
    """
    tasks: list[Task] = []
    left_out: list[str] = []
    paths = find_games(games)
    for task_id, path in paths.items():
        game = read_game(path)
        if not game.solvable:
            left_out.append(f"{task_id} (unsolvable)")
        elif "Sliced" in task_id or ("movable" in task_id and not _PUTS_INTO_MOVABLES.search(game.domain)):
            left_out.append(f"{task_id} (not among ALFWorld's six kinds of task)")
        else:
            metadata = {"type": game.task_type, "game": str(path)}
            tasks.append(Task(id=task_id, environment=environment, instruction=game.instruction, metadata=metadata))
    if not tasks:
        raise ConfigurationError(
            f"{games}: holds no game that can be played: {left_out[0]}"
            + (f" and {len(left_out) - 1} more" if len(left_out) > 1 else "")
        )
    if left_out:
        LOGGER.warning("%s: left out %d of %d games: %s", games, len(left_out), len(paths), ", ".join(left_out))
    return tasks
