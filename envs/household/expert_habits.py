"""Where things are usually kept: common sense about kinds of objects, not about any one home.

Kinds are spelt as a player reads them (``"saltshaker"``, ``"countertop"``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_FOOD = "fridge countertop diningtable sinkbasin microwave garbagecan stoveburner"
_DRINKING = "countertop cabinet shelf coffeemachine sinkbasin diningtable desk microwave sidetable fridge dresser"
_DISHES = "countertop cabinet diningtable shelf sinkbasin fridge desk sidetable coffeetable dresser microwave"
_COOKWARE = "stoveburner countertop cabinet diningtable sinkbasin fridge shelf"
_CUTLERY = "countertop drawer diningtable sinkbasin sidetable"
_SEASONING = "countertop cabinet drawer diningtable shelf sidetable"
_BOTTLES = "countertop cabinet shelf garbagecan diningtable fridge toilet drawer sidetable sinkbasin dresser"
_WASHING = "countertop sinkbasin bathtubbasin toilet cabinet drawer garbagecan shelf cart handtowelholder towelholder"
_PAPER = "toilet toiletpaperhanger cabinet countertop drawer garbagecan shelf sidetable coffeetable dresser"
_POCKET = (
    "sidetable desk dresser coffeetable diningtable drawer sofa armchair shelf countertop bed ottoman safe tvstand"
)
_OFFICE = "desk shelf sidetable drawer dresser diningtable countertop coffeetable garbagecan safe"
_READING = "desk bed sidetable coffeetable diningtable shelf sofa armchair dresser drawer ottoman cabinet garbagecan"
_COMFORT = "bed sofa armchair ottoman"
_SPORT = "bed desk dresser sidetable coffeetable countertop diningtable armchair sofa ottoman"
_DECORATION = "shelf coffeetable diningtable sidetable dresser desk countertop cabinet safe tvstand cart drawer toilet"

_KEPT: dict[str, tuple[str, ...]] = {
    kind: tuple(places.split())
    for kinds, places in (
        ("apple bread egg lettuce potato tomato", _FOOD),
        ("cup mug", _DRINKING),
        ("bowl plate", _DISHES),
        ("kettle pan pot", _COOKWARE),
        ("butterknife fork knife ladle spatula spoon", _CUTLERY),
        ("peppershaker saltshaker", _SEASONING),
        ("glassbottle soapbottle spraybottle winebottle", _BOTTLES),
        ("cloth dishsponge handtowel scrubbrush soapbar towel", _WASHING),
        ("papertowel papertowelroll plunger tissuebox toiletpaper toiletpaperroll", _PAPER),
        ("cellphone creditcard keychain remotecontrol watch", _POCKET),
        ("alarmclock cd desklamp floorlamp pen pencil", _OFFICE),
        ("book laptop newspaper", _READING),
        ("pillow teddybear", _COMFORT),
        ("baseballbat basketball boots tennisracket", _SPORT),
        ("box candle houseplant statue vase wateringcan", _DECORATION),
    )
    for kind in kinds.split()
}

_IN_GENERAL = (
    "countertop desk diningtable coffeetable sidetable dresser shelf bed sofa armchair ottoman sinkbasin stoveburner "
    "fridge microwave coffeemachine toilet bathtubbasin handtowelholder towelholder toiletpaperhanger cabinet drawer "
    "safe garbagecan cart laundryhamper tvstand toaster"
)

KNOWN_KINDS = frozenset(_KEPT)
"""Kinds of objects that this common sense covers."""

CONTAINERS = frozenset({"bowl", "box", "cup", "mug", "pan", "plate", "pot"})
"""Kinds of objects that others can be put into and carried in."""

_WITH_DOORS = frozenset({"cabinet", "drawer", "fridge", "laundryhamper", "microwave", "safe"})
_FADING = 0.7
"""How much less likely each next kind of receptacle is; mild, since habits differ from home to home."""


def kind_of(name: str) -> str:
    """Return what a name is a name of.

    >>> kind_of("mug 10")
    'mug'
    """
    return name.rpartition(" ")[0] or name


def likely_receptacles(kind: str, present: Iterable[str]) -> list[str]:
    """Order the kinds of receptacles that are present: where a thing of that ``kind`` is usually kept comes first,
    then the rest, so that a search along this order always ends with everything searched.

    >>> likely_receptacles("egg", ["drawer", "fridge", "piano"])
    ['fridge', 'drawer', 'piano']
    """
    left = dict.fromkeys(present)
    preferred = [*_KEPT.get(kind, ()), *_IN_GENERAL.split()]
    ordered = [receptacle for receptacle in dict.fromkeys(preferred) if receptacle in left]
    return ordered + [receptacle for receptacle in left if receptacle not in preferred]


def commands_to_see(place: str) -> int:
    """How many commands it usually takes to see what is there: going, and opening what has a door."""
    return 2 if kind_of(place) in _WITH_DOORS else 1


def search_order(kinds: str | Sequence[str], places: Sequence[str]) -> list[str]:
    """Order places so that a search for things of some kinds takes few commands: by how likely one of them is there,
    for each command that it takes to see it. Places of one kind keep their order.

    A thing is as likely in all cabinets together as on the one countertop, so each single cabinet comes later.
    """
    wanted = [kinds] if isinstance(kinds, str) else list(kinds)
    present = [kind_of(place) for place in places]
    worth = dict.fromkeys(present, 0.0)
    for kind in wanted:
        for rank, receptacle in enumerate(likely_receptacles(kind, present)):
            worth[receptacle] += _FADING**rank / present.count(receptacle)
    kinds_in_order = sorted(worth, key=lambda kind: -worth[kind] / commands_to_see(kind))
    return sorted(places, key=lambda place: kinds_in_order.index(kind_of(place)))
