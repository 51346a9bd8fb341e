"""A furnished home: the receptacles of one or more rooms, things in them, and what the game will call each.

Entities have ids in ALFRED's style, ``Kind_bar__plus_XX_dot_XX_bar_...`` (position x, y, z in metres), because
ALFWorld makes the names that a player reads ("cabinet 1") out of such ids.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from embodied_codeact.envs.household.builder_alfworld import AlfworldData
from embodied_codeact.envs.household.builder_levels import Hidden, Level
from embodied_codeact.envs.household.builder_plans import LAMP, FloorPlan, Piece
from embodied_codeact.envs.household.builder_rooms import BESIDE, HEIGHT_M, LAMP_STANDS, likelihood
from embodied_codeact.envs.household.naming import object_names

_ROOM_M = 20
"""Rooms of one home lie so far apart; ALFRED's largest is 12 m across."""
_GRID_PER_M = 4
_MANY = 3
"""As in ALFRED, a room seldom has more things of one kind."""
_DOORLESS = 0.15
"""Share of cabinets without doors: games from real floor plans have some, and a player must not rely on doors."""
_BASINS = {"SinkBasin": "Sink", "BathtubBasin": "Bathtub"}


@dataclass(frozen=True)
class Receptacle:
    """A piece of furniture. ``spot`` is the id of the location that it is reached from."""

    id: str
    kind: str
    spot: str
    openable: bool
    opened: bool
    position: tuple[float, float, float]

    @property
    def hides(self) -> bool:
        """Whether what is in it is not seen until it is opened."""
        return self.openable and not self.opened


@dataclass(frozen=True)
class Thing:
    """Something that lies in a receptacle. ``fixed`` things, such as lamps, cannot be picked up."""

    id: str
    kind: str
    receptacle: Receptacle
    fixed: bool = False


@dataclass(frozen=True)
class Wanted:
    """Things that the task is about: how many of a kind, how hidden, and which kinds of receptacle they may not start
    in."""

    kind: str
    count: int
    hidden: Hidden
    keep_out: Collection[str] = ()


@dataclass
class Home:
    """Everything in it; ``start`` is the location where the player begins, away from all furniture unless the task is
    to begin at some. ``held`` is the id of what is in the hand then."""

    start: str = ""
    held: str = ""
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
    plans: Sequence[FloorPlan],
    rng: random.Random,
    rules: AlfworldData,
    level: Level,
    *,
    wanted: Sequence[Wanted] = (),
) -> Home:
    """Furnish a home after one or more floor plans.

    Of every kind of furniture in a plan there is some. ``wanted`` things come as asked for, and no others of their
    kinds; ``level.distractors`` other things lie about. A desk lamp is there where a plan has one.
    """
    maker = _Maker(rng, rules, level)
    for index, plan in enumerate(plans):
        maker.place_room(plan, index * _ROOM_M)
    maker.choose_start()
    if any(plan.has_lamp for plan in plans):
        maker.place_lamp()
    for want in wanted:
        maker.place_wanted(want)
    kinds = sorted({kind for plan in plans for kind in plan.things} - {want.kind for want in wanted})
    maker.place_distractors(kinds)
    return maker.home


class _Maker:
    """Puts furniture and things into one home."""

    def __init__(self, rng: random.Random, rules: AlfworldData, level: Level) -> None:
        self.home = Home()
        self._rng, self._rules, self._level = rng, rules, level
        self._ids: set[str] = set()

    def place_room(self, plan: FloorPlan, offset_m: int) -> None:
        """Place the furniture of a plan, thinned out, and turned and mirrored at random."""
        turned = _Turned(self._rng, offset_m)
        standing: list[Piece] = []
        unknown: list[str] = []
        for kind, count in plan.kinds.items():
            pieces = [piece for piece in plan.pieces if piece.kind == kind]
            most = min(count, self._level.furniture)
            for piece in self._rng.sample(pieces, self._rng.randint(most - most // 3, most)):
                if piece.stand is None:
                    unknown.append(kind)
                else:
                    standing.append(turned.piece(piece))
        for kind in unknown:
            standing.append(self._beside(kind, standing))
        for piece in standing:
            self._add_receptacle(piece)

    def _beside(self, kind: str, standing: Sequence[Piece]) -> Piece:
        """Find a place for furniture that the floor plan has somewhere."""
        near = next(
            (found for best in BESIDE.get(kind, ()) if (found := [p for p in standing if p.kind == best])), None
        )
        # Burners of one stove stand together; so does whatever there is several of.
        same = [piece for piece in standing if piece.kind == kind]
        anchor = self._rng.choice(same or near or list(standing))
        x, _, z = anchor.position
        position = (x + self._rng.uniform(-0.6, 0.6), HEIGHT_M.get(kind, 0.75), z + self._rng.uniform(-0.6, 0.6))
        assert anchor.stand is not None
        if same and self._rng.random() < 0.5:
            return Piece(kind, position, anchor.stand)
        east, north, turn, _ = anchor.stand
        stand = (east + self._rng.randint(-2, 2), north + self._rng.randint(-2, 2), turn, self._rng.choice((0, 30, 45)))
        return Piece(kind, position, stand)

    def _add_receptacle(self, piece: Piece) -> None:
        assert piece.stand is not None
        entity, position = self._unique(piece.kind, piece.position, 0.1)
        openable = piece.kind in self._rules.openable and not (
            piece.kind == "Cabinet" and self._rng.random() < _DOORLESS
        )
        opened = openable and self._rng.random() >= self._level.closed
        spot = "loc" + "".join(f"_bar_{_signed(part)}" for part in piece.stand)
        self.home.receptacles.append(Receptacle(entity, piece.kind, spot, openable, opened, position))

    def choose_start(self) -> None:
        """Begin where no furniture is reached from."""
        taken = {receptacle.spot for receptacle in self.home.receptacles}
        self.home.start = next(
            spot for step in range(len(taken) + 1) if (spot := f"loc_bar_{step}_bar_0_bar_0_bar_30") not in taken
        )

    def place_lamp(self) -> None:
        stands = [found for kind in LAMP_STANDS for found in self.home.receptacles_of(kind)]
        if stands:
            best = [stand for stand in stands if stand.kind == stands[0].kind]
            self._put(LAMP, self._rng.choice(best), fixed=True)

    def place_wanted(self, want: Wanted) -> None:
        """Put wanted things where they may be; where no place is as hidden as asked for, in any that accepts them."""
        fits = [found for found in self._holders(want.kind) if found.kind not in want.keep_out]
        if want.hidden != "any":
            hides = want.hidden == "closed"
            fits = [found for found in fits if found.hides == hides] or fits
        self._put_some(want.kind, fits, want.count)

    def place_distractors(self, kinds: Sequence[str]) -> None:
        """Let other things lie about, about equally many of each kind that has a place."""
        holders = {kind: found for kind in kinds if (found := self._holders(kind))}
        most = max(_MANY, -(-self._level.distractors // max(1, len(holders))))
        pool = [kind for kind in holders for _ in range(most)]
        for kind in self._rng.sample(pool, min(self._level.distractors, len(pool))):
            self._put_some(kind, holders[kind], 1)

    def _holders(self, kind: str) -> list[Receptacle]:
        return [found for found in self.home.receptacles if kind in self._rules.accepts[found.kind]]

    def _put_some(self, kind: str, fits: Sequence[Receptacle], count: int) -> None:
        weights = [likelihood(kind, receptacle.kind) for receptacle in fits]
        for receptacle in self._rng.choices(fits, weights, k=count):
            self._put(kind, receptacle)

    def _put(self, kind: str, receptacle: Receptacle, *, fixed: bool = False) -> None:
        x, y, z = receptacle.position
        around = (x + self._rng.uniform(-0.3, 0.3), y + self._rng.uniform(0.0, 0.1), z + self._rng.uniform(-0.3, 0.3))
        entity, _ = self._unique(kind, around, 0.3)
        self.home.things.append(Thing(entity, kind, receptacle, fixed))

    def _unique(
        self, kind: str, position: tuple[float, float, float], nudge_m: float
    ) -> tuple[str, tuple[float, float, float]]:
        """Return an id that nothing else has, moving the position where it is taken."""
        x, y, z = position
        while (entity := _entity_id(kind, (x, y, z))) in self._ids:
            x, z = x + self._rng.uniform(-nudge_m, nudge_m), z + self._rng.uniform(-nudge_m, nudge_m)
        self._ids.add(entity)
        return entity, (x, y, z)


class _Turned:
    """Mirrors and turns a floor plan, so that homes of the same plan number their furniture differently."""

    def __init__(self, rng: random.Random, offset_m: int) -> None:
        self._mirror_x, self._mirror_z, self._swap = (rng.random() < 0.5 for _ in range(3))
        self._offset_m = offset_m

    def piece(self, piece: Piece) -> Piece:
        assert piece.stand is not None
        (x, y, z), (east, north, turn, horizon) = piece.position, piece.stand
        if self._mirror_x:
            x, east, turn = -x, -east, -turn % 4
        if self._mirror_z:
            z, north, turn = -z, -north, (2 - turn) % 4
        if self._swap:
            x, z, east, north, turn = z, x, north, east, (1 - turn) % 4
        stand = (east + self._offset_m * _GRID_PER_M, north, turn, horizon)
        return Piece(piece.kind, (x + self._offset_m, y, z), stand)


def _entity_id(kind: str, position: Iterable[float]) -> str:
    place = "".join(f"_bar__{_metres(part)}" for part in position)
    return f"{_BASINS[kind]}{place}_bar_{kind}" if kind in _BASINS else f"{kind}{place}"


def _metres(value: float) -> str:
    sign = "minus" if value < 0 else "plus"
    return f"{sign}_{abs(value):05.2f}".replace(".", "_dot_")


def _signed(value: int) -> str:
    return f"_minus_{-value}" if value < 0 else str(value)
