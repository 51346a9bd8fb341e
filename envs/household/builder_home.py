"""A furnished home: receptacles along the walls of one room, things in them, and what the game will call each.

Entities have ids in ALFRED's style, ``Kind_bar__plus_XX_dot_XX_bar_...`` (position x, y, z in metres), because
ALFWorld makes the names that a player reads ("cabinet 1") out of such ids.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from embodied_codeact.envs.household.builder_alfworld import AlfworldData
from embodied_codeact.envs.household.builder_rooms import HEIGHT_M, Count, Room, likelihood
from embodied_codeact.envs.household.naming import object_names

_SLOT_M = 0.75
_GRID_M = 0.25
_OPEN_FRONTED = 0.15
"""Share of cabinets without doors: games from real floor plans have some, and a player must not rely on doors."""
_SHARED_SPOT = {"StoveBurner": 0.5, "Shelf": 0.3, "Cabinet": 0.2}
"""How often a receptacle is reached from where one stands for the previous one of its kind."""
_BASINS = {"SinkBasin": "Sink", "BathtubBasin": "Bathtub"}


@dataclass(frozen=True)
class Receptacle:
    """A piece of furniture. ``spot`` is the id of the location that it is reached from."""

    id: str
    kind: str
    spot: str
    openable: bool
    position: tuple[float, float, float]


@dataclass(frozen=True)
class Thing:
    """Something that lies in a receptacle. ``fixed`` things, such as lamps, cannot be picked up."""

    id: str
    kind: str
    receptacle: Receptacle
    fixed: bool = False


@dataclass
class Home:
    """One room with everything in it; ``start`` is the location, away from all furniture, where the player begins."""

    room: Room
    start: str = "loc_bar_0_bar_0_bar_0_bar_0"
    receptacles: list[Receptacle] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)

    def receptacles_of(self, kind: str) -> list[Receptacle]:
        return [receptacle for receptacle in self.receptacles if receptacle.kind == kind]

    def things_of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]

    def names(self) -> dict[str, str]:
        """Return what a player reads, by id. The planner lowers the case of all ids before they are named."""
        entities: list[Receptacle | Thing] = [*self.receptacles, *self.things]
        spoken = object_names(entity.id.lower() for entity in entities)
        return {entity.id: spoken[entity.id.lower()] for entity in entities}


def furnish(
    room: Room,
    rng: random.Random,
    rules: AlfworldData,
    *,
    furniture: Mapping[str, Count] | None = None,
    things: Mapping[str, Count] | None = None,
    keep_out: Mapping[str, Collection[str]] | None = None,
) -> Home:
    """Furnish a room at random.

    ``furniture`` and ``things`` replace the room's own counts, kind by kind; ``keep_out`` maps a kind of thing to the
    kinds of receptacle that it may not start in. A kind that no receptacle here can hold is left out.
    """
    home = Home(room)
    _place_furniture(home, rng, rules, {**room.furniture, **(furniture or {})})
    if room.lamp_stands:
        stands = [stand for kind in room.lamp_stands for stand in home.receptacles_of(kind)]
        _put(home, rng, "DeskLamp", rng.choice(stands), fixed=True)
    for kind, count in {**room.things, **(things or {})}.items():
        barred = (keep_out or {}).get(kind, ())
        _place_things(home, rng, rules, kind, rng.randint(*count), barred)
    return home


def _place_furniture(home: Home, rng: random.Random, rules: AlfworldData, counts: Mapping[str, Count]) -> None:
    kinds = [kind for kind, count in counts.items() for _ in range(rng.randint(*count))]
    slots = iter(_wall_slots(len(kinds)))
    previous: Receptacle | None = None
    for kind in kinds:
        shares = previous is not None and previous.kind == kind and rng.random() < _SHARED_SPOT.get(kind, 0.0)
        x, z, turn = next(slots)
        horizon = rng.choice((0, 15, 30, 45, 60))
        stand = (round(x * 0.8 / _GRID_M), round(z * 0.8 / _GRID_M), turn, horizon)
        spot = previous.spot if shares and previous else "loc" + "".join(f"_bar_{_signed(part)}" for part in stand)
        position = (x, HEIGHT_M.get(kind, 0.75) + rng.uniform(-0.1, 0.3), z)
        openable = kind in rules.openable and not (kind == "Cabinet" and rng.random() < _OPEN_FRONTED)
        previous = Receptacle(_entity_id(kind, position), kind, spot, openable, position)
        home.receptacles.append(previous)


def _place_things(
    home: Home, rng: random.Random, rules: AlfworldData, kind: str, count: int, barred: Collection[str]
) -> None:
    fits = [
        receptacle
        for receptacle in home.receptacles
        if kind in rules.accepts.get(receptacle.kind, ()) and receptacle.kind not in barred
    ]
    if not fits:
        return
    weights = [likelihood(kind, receptacle.kind) for receptacle in fits]
    for receptacle in rng.choices(fits, weights, k=count):
        _put(home, rng, kind, receptacle)


def _put(home: Home, rng: random.Random, kind: str, receptacle: Receptacle, *, fixed: bool = False) -> None:
    """Add a thing at a random position on a receptacle; no two things have the same position."""
    taken = {thing.id for thing in home.things}
    while True:
        x, y, z = receptacle.position
        position = (x + rng.uniform(-0.3, 0.3), y + rng.uniform(0.0, 0.1), z + rng.uniform(-0.3, 0.3))
        thing = Thing(_entity_id(kind, position), kind, receptacle, fixed)
        if thing.id not in taken:
            home.things.append(thing)
            return


def _wall_slots(count: int) -> list[tuple[float, float, int]]:
    """Return ``count`` places (x and z in metres, wall 0 to 3) along the walls of a room that is just large enough."""
    per_wall = -(-count // 4)
    half = max(1.5, (per_wall + 1) * _SLOT_M / 2)
    slots: list[tuple[float, float, int]] = []
    for turn in range(4):
        for step in range(per_wall):
            along = (step + 1) * _SLOT_M - half
            slots.append([(along, half), (half, -along), (-along, -half), (-half, along)][turn] + (turn,))
    return slots[:count]


def _entity_id(kind: str, position: Iterable[float]) -> str:
    place = "".join(f"_bar__{_metres(part)}" for part in position)
    return f"{_BASINS[kind]}{place}_bar_{kind}" if kind in _BASINS else f"{kind}{place}"


def _metres(value: float) -> str:
    sign = "minus" if value < 0 else "plus"
    return f"{sign}_{abs(value):05.2f}".replace(".", "_dot_")


def _signed(value: int) -> str:
    return f"_minus_{-value}" if value < 0 else str(value)
