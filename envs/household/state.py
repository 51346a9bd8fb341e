"""The household's high-level state: what an agent can know, derived from commands and answers alone."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

NOTHING_HAPPENS = "Nothing happens."


class HouseholdState(msgspec.Struct, frozen=True, kw_only=True):
    """What has been learnt so far. Nothing that no answer has shown is in it."""

    location: Annotated[
        str | None, msgspec.Meta(description="the receptacle you are at; None in the middle of the room")
    ] = None
    holding: Annotated[str | None, msgspec.Meta(description="the object in your hand; None when it is empty")] = None
    places: Annotated[
        list[str], msgspec.Meta(description="the receptacles of this home, in the order they were named")
    ] = msgspec.field(default_factory=list)
    seen: Annotated[
        dict[str, list[str]],
        msgspec.Meta(description="what is in or on each receptacle, as last seen; those not yet seen into are absent"),
    ] = msgspec.field(default_factory=dict)
    moves: Annotated[int, msgspec.Meta(description="how many commands have been carried out")] = 0


_PLACES = re.compile(r"Looking quickly around you, you see (?P<things>[^.]*)\.")
_SIGHT = re.compile(r"(?:On the (?P<on>[^.,]+)|The (?P<inside>[^.,]+) is open\. In it), you see (?P<things>[^.]*)\.")
_TAKEN = re.compile(r"You pick up the (?P<thing>[^.]+?)(?: from the (?P<place>[^.]+))?\.")
_PUT = re.compile(r"You (?:put|move) the (?P<thing>[^.]+?) (?:in/on|in|to) the (?P<place>[^.]+)\.")
_CARRYING = re.compile(r"You are carrying: an? (?P<thing>[^.,]+)")
_STANDING = re.compile(r"^You are at the (?P<place>[^.]+)\. ", re.MULTILINE)
_ARTICLE = re.compile(r"^(?:and )?an? ")


def _named(listed: str) -> list[str]:
    return [] if listed == "nothing" else [_ARTICLE.sub("", thing) for thing in listed.split(", ")]


def opening_state(text: str) -> HouseholdState:
    """Return the state that a game's first words give.

    >>> opening_state("Looking quickly around you, you see a bed 1, and a desk 1.").places
    ['bed 1', 'desk 1']
    """
    found, standing = _PLACES.search(text), _STANDING.search(text)
    places = _named(found["things"]) if found else []
    if not standing:
        return HouseholdState(places=places)
    # A game that begins somewhere else than in the middle of the room says what is seen and held there.
    seen, held = _SIGHT.search(text), _CARRYING.search(text)
    return HouseholdState(
        places=places,
        location=standing["place"],
        holding=held["thing"] if held else None,
        seen={seen["on"] or seen["inside"]: _named(seen["things"])} if seen else {},
    )


def state_after(state: HouseholdState, command: str, answer: str) -> HouseholdState:
    """Return the state after ``command`` was answered with ``answer``.

    >>> start = HouseholdState(places=["desk 1"])
    >>> state_after(start, "go to desk 1", "On the desk 1, you see a pen 1, and a mug 2.").seen
    {'desk 1': ['pen 1', 'mug 2']}
    """
    if answer == NOTHING_HAPPENS:
        return state
    location, holding, seen = state.location, state.holding, dict(state.seen)
    if command.startswith("go to "):
        location = command.removeprefix("go to ")
    if found := _SIGHT.search(answer):
        seen[found["on"] or found["inside"]] = _named(found["things"])
    if found := _TAKEN.search(answer):
        holding = found["thing"]
        if found["place"] in seen:
            seen[found["place"]] = [thing for thing in seen[found["place"]] if thing != holding]
    elif found := _PUT.search(answer):
        holding = None
        if found["place"] in seen:
            seen[found["place"]] = [*seen[found["place"]], found["thing"]]
    elif command == "inventory":
        found = _CARRYING.search(answer)
        holding = found["thing"] if found else None
    return msgspec.structs.replace(state, location=location, holding=holding, seen=seen, moves=state.moves + 1)
