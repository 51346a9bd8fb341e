"""Small worlds that really run, so that examples and tests of primitives need no engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

NOTHING_HAPPENS = "Nothing happens."

_ROOM: Mapping[str, Sequence[str]] = {
    "countertop 1": ("egg 1", "mug 1"),
    "desk 1": ("desklamp 1",),
    "drawer 1": ("spoon 1",),
    "fridge 1": (),
    "microwave 1": (),
    "sinkbasin 1": (),
}
_CLOSABLE = {"drawer", "fridge", "microwave"}
_TREATMENTS = {
    ("clean", "sinkbasin"): "clean",
    ("heat", "microwave"): "hot",
    ("cool", "fridge"): "cold",
}


def _kind(name: str) -> str:
    return name.partition(" ")[0]


def _listed(things: Sequence[str]) -> str:
    named = [f"a {thing}" for thing in things]
    return f"{', '.join(named[:-1])}, and {named[-1]}" if len(named) > 1 else "".join(named) or "nothing"


class FakeHouse:
    """One room with a handful of things, which answers ALFWorld's commands in ALFWorld's words.

    It satisfies :class:`~embodied_codeact.primitives.household.HouseBackend`; ``commands`` records what it was told.
    """

    def __init__(self, put_template: str = "move {object} to {receptacle}") -> None:
        self.put_template = put_template
        self.commands: list[str] = []
        self._inside = {place: list(things) for place, things in _ROOM.items()}
        self._open: set[str] = set()
        self._at: str | None = None
        self._held: str | None = None
        self._condition: dict[str, str] = {}
        self._on: set[str] = set()
        put = re.escape(put_template).replace(r"\{object\}", "(.+)").replace(r"\{receptacle\}", "(.+)")
        self._rules = [
            (re.compile(pattern), action)
            for pattern, action in (
                (r"go to (.+)", self._go),
                (r"take (.+) from (.+)", self._take),
                (put, self._put),
                (r"(open|close) (.+)", self._move_door),
                (r"use (.+)", self._use),
                (r"(clean|heat|cool) (.+) with (.+)", self._treat),
                (r"examine (.+)", self._examine),
                (r"look", self._look),
                (r"inventory", self._inventory),
            )
        ]

    def command(self, text: str) -> str:
        """Carry out one command and return the answer."""
        self.commands.append(text)
        for pattern, action in self._rules:
            if found := pattern.fullmatch(text):
                return action(*found.groups()) or NOTHING_HAPPENS
        return NOTHING_HAPPENS

    def _closed(self, place: str) -> bool:
        return _kind(place) in _CLOSABLE and place not in self._open

    def _view(self, place: str) -> str:
        if self._closed(place):
            return f"The {place} is closed."
        things = _listed(self._inside[place])
        if _kind(place) in _CLOSABLE:
            return f"The {place} is open. In it, you see {things}."
        return f"On the {place}, you see {things}."

    def _go(self, place: str) -> str | None:
        if place not in self._inside or place == self._at:
            return None
        self._at = place
        # The newer games, which put by "move", also say where one arrives.
        arrival = f"You arrive at {place}. " if self.put_template.startswith("move") else ""
        return f"{arrival}{self._view(place)}"

    def _take(self, thing: str, place: str) -> str | None:
        here = place == self._at and not self._closed(place) and thing in self._inside[place]
        if not here or self._held or _kind(thing) == "desklamp":
            return None
        self._inside[place].remove(thing)
        self._held = thing
        return f"You pick up the {thing} from the {place}."

    def _put(self, thing: str, place: str) -> str | None:
        if place != self._at or self._closed(place) or thing != self._held:
            return None
        self._inside[place].append(thing)
        self._held = None
        moved = self.put_template.startswith("move")
        return f"You {'move' if moved else 'put'} the {thing} {'to' if moved else 'in/on'} the {place}."

    def _move_door(self, verb: str, place: str) -> str | None:
        if place != self._at or _kind(place) not in _CLOSABLE or self._closed(place) is (verb == "close"):
            return None
        if verb == "close":
            self._open.remove(place)
            return f"You close the {place}."
        self._open.add(place)
        return f"You open the {place}. {self._view(place)}"

    def _use(self, thing: str) -> str | None:
        if self._at is None or thing not in self._inside[self._at] or _kind(thing) != "desklamp":
            return None
        self._on ^= {thing}
        return f"You turn {'on' if thing in self._on else 'off'} the {thing}."

    def _treat(self, verb: str, thing: str, place: str) -> str | None:
        condition = _TREATMENTS.get((verb, _kind(place)))
        if place != self._at or thing != self._held or condition is None:
            return None
        self._condition[thing] = condition
        return f"You {verb} the {thing} using the {place}."

    def _examine(self, name: str) -> str | None:
        if name == self._at:
            return self._view(name)
        if name != self._held and (self._at is None or name not in self._inside[self._at]):
            return None
        if condition := self._condition.get(name):
            return f"This is a {condition} {name}."
        return f"There's nothing special about {name}."

    def _look(self) -> str:
        if self._at:
            return f"You are facing the {self._at}. Next to it, you see nothing."
        return "You are in the middle of a room. Looking quickly around you, you see nothing."

    def _inventory(self) -> str:
        return f"You are carrying: a {self._held}." if self._held else "You are not carrying anything."
