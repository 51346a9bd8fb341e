"""How large and how hard a made-up home is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from embodied_codeact.errors import ConfigurationError, unknown_name

Difficulty = Literal["easy", "medium", "hard"]
Hidden = Literal["open", "any", "closed"]


@dataclass(frozen=True)
class Level:
    """``rooms``: how many rooms' worth of furniture stand in the home. ``furniture``: the most receptacles of one kind
    from one room. ``distractors``: how many things lie about beside the wanted ones. ``closed``: the share of what can
    be opened that is closed at the start. ``hidden``: where the wanted things are, in the ``open``, in ``closed``
    places, or in ``any``. ``spares``: up to so many more of the wanted kind than the task takes."""

    rooms: int
    furniture: int
    distractors: int
    closed: float
    hidden: Hidden
    spares: int


LEVELS: Mapping[Difficulty, Level] = {
    "easy": Level(rooms=1, furniture=3, distractors=8, closed=0.5, hidden="open", spares=2),
    "medium": Level(rooms=1, furniture=6, distractors=20, closed=1.0, hidden="any", spares=2),
    "hard": Level(rooms=2, furniture=30, distractors=60, closed=1.0, hidden="closed", spares=0),
}

DEFAULT: Difficulty = "medium"


def level(difficulty: str) -> Level:
    """Return the level of that name.

    Raises:
        ConfigurationError: there is none.
    """
    for name, found in LEVELS.items():
        if name == difficulty:
            return found
    raise ConfigurationError(unknown_name("difficulty", difficulty, get_args(Difficulty)))
