"""How people say colours, lengths, angles and directions at the table, as rules for grammars."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """Return a number from 0 to 99 in words.

    >>> in_words(7), in_words(45)
    ('seven', 'forty-five')
    """
    if number < len(_UNITS):
        return _UNITS[number]
    tens, units = divmod(number, 10)
    return f"{_TENS[tens]}-{_UNITS[units]}" if units else _TENS[tens]


def length(centimetres: int) -> str:
    """A template for a length: the same value in several units."""
    metres = f"{centimetres / 100:g}"
    word = in_words(centimetres)
    return (
        f"{centimetres} cm|{centimetres} cm|{centimetres} cm|{centimetres}cm|{centimetres} centimeters|"
        f"{centimetres} centimetres|{word} centimeters|{word} centimetres|{word} cm|{10 * centimetres} mm|"
        f"{10 * centimetres} millimeters|{10 * centimetres} millimetres|{metres} m|{metres} meters|{metres} metres"
    )


def angle(degrees: int) -> str:
    """A template for an angle."""
    return f"{degrees} degrees|{degrees} degrees|{degrees} deg|{degrees}°|{in_words(degrees)} degrees"


def number(count: int) -> str:
    """A template for a number: digits or words."""
    return f"{count}|{in_words(count)}"


_NOUNS: Mapping[str, str] = {
    "block": "block|block|block|cube",
    "bowl": "bowl|bowl|bowl|dish",
    "zone": "zone|zone|area|square|patch|field|marked area",
}
"""What else each kind of thing is called."""

_HOUSEHOLD: Mapping[str, str] = {
    "duck": "duck|duck|rubber duck|toy duck",
    "mug": "mug|mug|coffee mug",
    "lego brick": "lego brick|lego brick|lego piece|Lego block",
    "teddy bear": "teddy bear|teddy bear|teddy",
    "soccer ball": "soccer ball|soccer ball|football|ball",
    "jenga piece": "jenga piece|jenga piece|jenga block|Jenga brick",
}


def named(name: str, noun: str) -> dict[str, str]:
    """Rules for a thing with a colour: alone, with an article, and its colour."""
    color = name.partition(" ")[0]
    bare = f"{color} {noun}"
    return {
        "": f"the {bare}|the {bare}|the {bare}|the {bare}|the {bare}|the {bare}|the {color}-colored {noun}",
        "_bare": bare,
        "_color": color,
    }


def household(kind: str, rng: random.Random) -> dict[str, str]:
    """Rules for an object of the household."""
    name = rng.choice(_HOUSEHOLD[kind].split("|"))
    return {"": f"the {name}", "_bare": name}


def plural(thing: tuple[str, str | None], rng: random.Random) -> dict[str, str]:
    """Rules for all things of a kind, and of a colour where there is one."""
    kind, color = thing
    names = {**_HOUSEHOLD, "block": "block|block|cube", "cylinder": "cylinder"}
    one = f"{color or ''} {rng.choice(names[kind].split('|'))}".strip()
    return {"": f"all the {one}s|all {one}s|all of the {one}s|every one of the {one}s", "_bare": f"{one}s", "_one": one}


def colors(names: Sequence[str], rng: random.Random) -> dict[str, str]:
    """Rules for blocks in an order: as a list, the other way round, and its ends."""

    def listed(words: Sequence[str]) -> str:
        head, last = ", ".join(words[:-1]), words[-1]
        return f"{head} and {last}|{head}, and {last}|{head} and {last}"

    def steps(words: Sequence[str]) -> str:
        return f"{', '.join(words)}|{', then '.join(words)}|first {', then '.join(words)}"

    noun = rng.choice(("block", "block", "cube"))
    back = list(reversed(names))
    first, *middle, last = names
    between = "".join(f", then the {color} one" for color in middle)
    return {
        "": listed(names),
        "_steps": steps(names),
        "_back": listed(back),
        "_backsteps": steps(back),
        "_first": first,
        "_last": last,
        "_between": between,
        "_count": number(len(names)),
        "_N": noun,
    }


ROTATION: Mapping[str, str] = {
    "clockwise": "clockwise|clockwise|in a clockwise direction|in the clockwise direction",
    "counterclockwise": "counterclockwise|counterclockwise|counter-clockwise|anticlockwise|anti-clockwise|"
    "in a counterclockwise direction|against the clock",
}
SIDE: Mapping[str, str] = {
    "left": "left|left|left-hand",
    "right": "right|right|right-hand",
    "near": "near|near|front|closest|nearest",
    "far": "far|far|back|farthest|rear",
}
"""In front is what is nearer to the arm."""
CORNER: Mapping[str, str] = {
    "near left": "near left|near-left|near left|front left|front left-hand|left front",
    "near right": "near right|near-right|near right|front right|front right-hand|right front",
    "far left": "far left|far-left|far left|back left|rear left|left back",
    "far right": "far right|far-right|far right|back right|rear right|right back",
}
BESIDE: Mapping[str, str] = {
    "to the left of": "to the left of|to the left of|left of|on the left of|on the left side of",
    "to the right of": "to the right of|to the right of|right of|on the right of|on the right side of",
    "in front of": "in front of|in front of|on the near side of|nearer to you than",
    "behind": "behind|behind|on the far side of|farther away from you than",
}
ROW: Mapping[str, str] = {
    "left to right": "left to right|the left to the right",
    "near to far": "near to far|the near side to the far side|front to back",
}
ROW_BACK: Mapping[str, str] = {
    "left to right": "right to left|the right to the left",
    "near to far": "far to near|the far side to the near side|back to front",
}
NEAREST: Mapping[str, str] = {
    "nearest to": "nearest to|closest to|nearest",
    "farthest from": "farthest from|furthest from|farthest away from|most distant from",
}
LARGEST: Mapping[str, str] = {"largest": "largest|largest|biggest", "smallest": "smallest|smallest|littlest|tiniest"}

_TABLES: Mapping[str, Mapping[str, str]] = {
    "corner": CORNER,
    "direction": {**ROTATION, **ROW},
    "side": {**SIDE, **BESIDE},
    "which": {**NEAREST, **LARGEST},
}
_NUMBERS: Mapping[str, Callable[[int], str]] = {
    "angle": angle,
    "distance": length,
    "height": length,
    "limit": number,
    "radius": length,
    "spacing": length,
}


def rules(parameters: Mapping[str, Any], rng: random.Random, *, long: bool = False) -> dict[str, str]:
    """Return the rules that parameters of a task give: each its own name and, with endings, other forms of it.

    A kind of thing has one name throughout a sentence. ``long``: the blocks are no cubes.
    """
    nouns = {kind: rng.choice(words.split("|")) for kind, words in _NOUNS.items()}
    nouns["block"] = rng.choice(("block", "block", "bar", "block")) if long else nouns["block"]
    found = {
        "B": nouns["block"],
        "Bs": f"{nouns['block']}s",
        "bowlN": nouns["bowl"],
        "bowl_noun": nouns["bowl"],
        "colorword": rng.choice(("color", "color", "colour")),
    }
    for name, value in parameters.items():
        if name in _TABLES:
            forms = {"": _TABLES[name][value]}
            forms |= {"_back": ROW_BACK[value]} if value in ROW_BACK else {}
        elif name in _NUMBERS:
            forms = {"": _NUMBERS[name](value)}
        elif name == "colors":
            forms = colors(value, rng)
        elif name == "things":
            forms = plural(value, rng)
        elif name == "color":
            forms = {"": value}
        elif value in _HOUSEHOLD:
            forms = household(value, rng)
        else:
            forms = named(value, nouns[value.rpartition(" ")[2]])
        found |= {f"{name}{ending}": template for ending, template in forms.items()}
    return found
