"""The catalogue of rooms: which furniture and which things a made-up home has, and how many of each.

Kinds are spelt as in ALFRED. What a receptacle *can* hold is ALFWorld's to say; how often it does is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Count = tuple[int, int]
"""Least and most, both included."""


@dataclass(frozen=True)
class Room:
    """``furniture`` and ``things`` map kinds to how many there are; ``lamp_stands`` are where a desk lamp stands."""

    name: str
    furniture: Mapping[str, Count]
    things: Mapping[str, Count]
    lamp_stands: tuple[str, ...] = field(default=())


KITCHEN = Room(
    name="Kitchen",
    furniture={
        "Cabinet": (3, 7),
        "CoffeeMachine": (1, 1),
        "CounterTop": (1, 3),
        "DiningTable": (0, 1),
        "Drawer": (2, 5),
        "Fridge": (1, 1),
        "GarbageCan": (1, 1),
        "Microwave": (1, 1),
        "Shelf": (0, 3),
        "SinkBasin": (1, 1),
        "StoveBurner": (2, 4),
        "Toaster": (1, 1),
    },
    things={
        "Apple": (0, 2),
        "Bowl": (0, 2),
        "Bread": (0, 1),
        "ButterKnife": (0, 2),
        "Cup": (0, 2),
        "DishSponge": (0, 2),
        "Egg": (0, 2),
        "Fork": (0, 2),
        "Glassbottle": (0, 2),
        "Kettle": (0, 1),
        "Knife": (0, 2),
        "Ladle": (0, 1),
        "Lettuce": (0, 1),
        "Mug": (0, 2),
        "Pan": (0, 2),
        "PepperShaker": (0, 2),
        "Plate": (0, 2),
        "Pot": (0, 1),
        "Potato": (0, 2),
        "SaltShaker": (0, 2),
        "SoapBottle": (0, 1),
        "Spatula": (0, 2),
        "Spoon": (0, 2),
        "Tomato": (0, 2),
        "Vase": (0, 1),
        "WineBottle": (0, 1),
    },
)

BATHROOM = Room(
    name="Bathroom",
    furniture={
        "BathtubBasin": (0, 1),
        "Cabinet": (2, 4),
        "CounterTop": (1, 1),
        "Drawer": (0, 4),
        "GarbageCan": (1, 1),
        "HandTowelHolder": (1, 2),
        "Shelf": (0, 2),
        "SinkBasin": (1, 2),
        "Toilet": (1, 1),
        "ToiletPaperHanger": (1, 1),
        "TowelHolder": (1, 1),
    },
    things={
        "Candle": (0, 2),
        "Cloth": (0, 2),
        "DishSponge": (0, 1),
        "HandTowel": (0, 2),
        "SoapBar": (0, 3),
        "SoapBottle": (0, 2),
        "SprayBottle": (0, 2),
        "TissueBox": (0, 1),
        "ToiletPaper": (0, 3),
        "Towel": (0, 1),
    },
)

BEDROOM = Room(
    name="Bedroom",
    furniture={
        "ArmChair": (0, 1),
        "Bed": (1, 1),
        "Desk": (1, 2),
        "Drawer": (2, 6),
        "Dresser": (0, 1),
        "GarbageCan": (1, 1),
        "LaundryHamper": (0, 1),
        "Safe": (0, 1),
        "Shelf": (0, 4),
        "SideTable": (1, 2),
    },
    things={
        "AlarmClock": (0, 2),
        "BaseballBat": (0, 1),
        "BasketBall": (0, 1),
        "Book": (0, 2),
        "Bowl": (0, 1),
        "CD": (0, 3),
        "CellPhone": (0, 3),
        "Cloth": (0, 2),
        "CreditCard": (0, 2),
        "KeyChain": (0, 2),
        "Laptop": (0, 2),
        "Mug": (0, 1),
        "Pen": (0, 2),
        "Pencil": (0, 2),
        "Pillow": (0, 2),
        "TennisRacket": (0, 1),
        "TissueBox": (0, 1),
        "Vase": (0, 1),
    },
    lamp_stands=("Desk", "SideTable", "Dresser"),
)

LIVING_ROOM = Room(
    name="LivingRoom",
    furniture={
        "ArmChair": (1, 2),
        "Cabinet": (0, 2),
        "CoffeeTable": (1, 1),
        "Desk": (0, 1),
        "DiningTable": (0, 1),
        "Drawer": (0, 4),
        "Dresser": (0, 1),
        "GarbageCan": (0, 1),
        "Ottoman": (0, 1),
        "Safe": (0, 1),
        "Shelf": (0, 4),
        "SideTable": (1, 2),
        "Sofa": (1, 1),
    },
    things={
        "Book": (0, 2),
        "Box": (0, 2),
        "Candle": (0, 1),
        "CellPhone": (0, 1),
        "CreditCard": (0, 3),
        "KeyChain": (0, 3),
        "Laptop": (0, 2),
        "Newspaper": (0, 2),
        "Pillow": (0, 2),
        "Plate": (0, 1),
        "RemoteControl": (0, 3),
        "Statue": (0, 2),
        "TissueBox": (0, 2),
        "Vase": (0, 2),
        "Watch": (0, 2),
        "WateringCan": (0, 1),
    },
    lamp_stands=("SideTable", "Desk", "Dresser"),
)

ROOMS: Mapping[str, Room] = {room.name: room for room in (KITCHEN, BATHROOM, BEDROOM, LIVING_ROOM)}

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


HEIGHT_M: Mapping[str, float] = {
    "Bed": 0.5,
    "Cabinet": 1.6,
    "CoffeeTable": 0.4,
    "CounterTop": 0.95,
    "Drawer": 0.6,
    "Fridge": 0.8,
    "GarbageCan": 0.1,
    "HandTowelHolder": 1.5,
    "Safe": 0.3,
    "Shelf": 1.3,
    "Sofa": 0.4,
    "StoveBurner": 0.92,
    "TowelHolder": 1.5,
}
"""Height of a receptacle's surface in metres; 0.75 where none is given. It only shows in the names of things."""
