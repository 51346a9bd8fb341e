"""Floor plans: which furniture stands where and which things belong there, from the installed ALFWorld package.

ALFWorld ships, for each of ALFRED's 120 rooms, the receptacles with their places and where to stand for them
(``FloorPlan7-openable.json``) and the kinds of object that are there (``FloorPlan7-objects.json``).
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from embodied_codeact.envs.household.builder_alfworld import AlfworldData, alfworld_data, missing_files
from embodied_codeact.errors import ConfigurationError, unknown_name

NEVER_USED = frozenset({10, 219, 308, 424})
"""The rooms of ALFWorld's unseen test games. Their files are not even opened."""
KEPT_BACK = frozenset({11, 220, 309, 425})
"""Rooms for tests of generalisation: homes are made of them only on request, and nothing may be trained on those."""

Split = Literal["training", "generalisation"]

LAMP = "DeskLamp"
_FOLDER = "gen/layouts"
_GRID_M = 0.25
_USUAL_COUNT = {"StoveBurner": 4}
"""How many there are of what the objects' file names and the places' file leaves out; one of any other kind."""
_INNER = {"Sink": "SinkBasin", "Bathtub": "BathtubBasin"}


@dataclass(frozen=True)
class Piece:
    """A piece of furniture: its position (x, y up, z in metres) and where to stand for it (x and z in steps of 25 cm,
    quarter turns clockwise from +z, and degrees that the view is lowered), which is None where it is not known."""

    kind: str
    position: tuple[float, float, float]
    stand: tuple[int, int, int, int] | None


@dataclass(frozen=True)
class FloorPlan:
    """One room of ALFRED. ``pieces`` is its furniture, ``things`` the kinds of object that are at home in it."""

    number: int
    room: str
    pieces: tuple[Piece, ...]
    things: tuple[str, ...]
    has_lamp: bool

    @functools.cached_property
    def kinds(self) -> dict[str, int]:
        """How many receptacles it has, by kind."""
        return dict(Counter(piece.kind for piece in self.pieces))


def rooms() -> tuple[str, ...]:
    """The kinds of room, as ALFRED spells them: ``Bathroom``, ``Bedroom``, ``Kitchen``, ``LivingRoom``."""
    return tuple(sorted(alfworld_data().scenes))


@functools.cache
def floor_plans(split: Split = "training") -> tuple[FloorPlan, ...]:
    """Return the floor plans of a split in the order of their numbers, none of :data:`NEVER_USED` among them.

    Raises:
        ConfigurationError: there is no such split, or the installed alfworld lacks the files.
    """
    if split not in get_args(Split):
        raise ConfigurationError(unknown_name("split", split, get_args(Split)))
    rules = alfworld_data()
    allowed = [
        (number, room)
        for room, numbers in rules.scenes.items()
        for number in numbers
        if number not in NEVER_USED and (number in KEPT_BACK) == (split == "generalisation")
    ]
    try:
        return tuple(_read(rules, number, room) for number, room in sorted(allowed))
    except (OSError, ValueError, LookupError) as error:
        raise missing_files(rules.root, error) from error


def _read(rules: AlfworldData, number: int, room: str) -> FloorPlan:
    folder = rules.root / _FOLDER
    places: dict[str, Any] = _load(folder / f"FloorPlan{number}-openable.json")
    present = set(_load(folder / f"FloorPlan{number}-objects.json"))
    pieces = [piece for name, stand in sorted(places.items()) if (piece := _piece(name, stand)).kind in rules.furniture]
    placed = {piece.kind for piece in pieces}
    pieces += [
        Piece(kind, (0.0, 0.0, 0.0), None)
        for kind in sorted(present & rules.furniture - placed)
        for _ in range(_USUAL_COUNT.get(kind, 1))
    ]
    kinds = {piece.kind for piece in pieces}
    # A thing that no receptacle of the room accepts has no place in it.
    things = sorted(kind for kind in present if any(kind in rules.accepts[holder] for holder in kinds))
    return FloorPlan(number, room, tuple(pieces), tuple(things), LAMP in present)


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _piece(name: str, stand: list[float]) -> Piece:
    """Read one entry, such as ``"Sink|-01.90|+00.97|-01.50|SinkBasin": [-1.25, -1.5, 270, 30]``."""
    kind, x, y, z, *inner = name.split("|")
    east, north, turn, horizon = stand
    return Piece(
        inner[0] if inner else _INNER.get(kind, kind),
        (float(x), float(y), float(z)),
        (round(east / _GRID_M), round(north / _GRID_M), round(turn / 90) % 4, round(horizon)),
    )
