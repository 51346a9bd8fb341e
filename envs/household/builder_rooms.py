"""Where things are usually kept. What a receptacle *can* hold is ALFWorld's to say; how often it does is said here."""

from __future__ import annotations

from collections.abc import Mapping

LAMP_STANDS = ("Desk", "DiningTable", "Dresser", "SideTable", "Shelf")
"""What a desk lamp stands on, best first."""

_RARELY = {
    "CoffeeMachine": 0.3,
    "GarbageCan": 0.15,
    "LaundryHamper": 0.5,
    "Microwave": 0.2,
    "SinkBasin": 0.5,
    "Toilet": 0.3,
}
_FOOD = frozenset({"Apple", "Bread", "Egg", "Lettuce", "Potato", "Tomato"})
_COOKWARE = frozenset({"Kettle", "Pan", "Pot"})


def likelihood(thing: str, receptacle: str) -> float:
    """How often, relative to other receptacles that accept it, a ``thing`` is kept in a ``receptacle``.

    >>> likelihood("Egg", "Fridge") > likelihood("Egg", "GarbageCan") > 0
    True
    """
    if receptacle == "Fridge":
        return 3.0 if thing in _FOOD else 0.4
    if receptacle == "StoveBurner" and thing in _COOKWARE:
        return 2.0
    return _RARELY.get(receptacle, 1.0)


BESIDE: Mapping[str, tuple[str, ...]] = {
    "CoffeeMachine": ("CounterTop", "DiningTable"),
    "GarbageCan": ("CounterTop", "Desk", "SideTable", "Dresser"),
    "HandTowelHolder": ("SinkBasin",),
    "Safe": ("Dresser", "Desk", "SideTable"),
    "Shelf": ("Desk", "CounterTop", "Sofa"),
    "StoveBurner": ("CounterTop",),
    "Toaster": ("CounterTop", "DiningTable"),
    "Toilet": ("SinkBasin",),
    "ToiletPaperHanger": ("Toilet", "SinkBasin"),
    "TowelHolder": ("BathtubBasin", "SinkBasin"),
}
"""Beside what a piece of furniture stands whose place is not known, best first; elsewhere beside anything."""

HEIGHT_M: Mapping[str, float] = {
    "Bed": 0.5,
    "Cabinet": 1.6,
    "CoffeeTable": 0.4,
    "CounterTop": 0.95,
    "Drawer": 0.6,
    "GarbageCan": 0.1,
    "HandTowelHolder": 1.5,
    "Safe": 0.3,
    "Shelf": 1.3,
    "Sofa": 0.4,
    "StoveBurner": 0.92,
    "TowelHolder": 1.5,
}
"""Height in metres of furniture whose place is not known; 0.75 where none is given. It only shows in ids."""
