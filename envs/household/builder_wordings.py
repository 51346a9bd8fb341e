"""The ways of asking for the tasks of :mod:`~embodied_codeact.envs.household.composed`.

Fields in braces are what a player reads: names ("drawer 2"), kinds ("mug") and, with an ``s`` at the end, kinds as
plurals. ``{at_X}`` is "in" or "on", as it suits the receptacle ``X``. No semicolons: to ALFWorld's grammar, what stands
on either side of one is a sentence to choose.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from embodied_codeact.envs.household.builder_plans import Split


@dataclass(frozen=True)
class Wordings:
    """``usual`` ones, and those ``kept`` back for the split ``generalisation``, which are used there alone."""

    usual: tuple[str, ...]
    kept: tuple[str, ...]


WORDINGS: Mapping[str, Wordings] = {
    "atomic-goto": Wordings(
        ("go to the {place}", "go to {place}", "walk over to the {place}"),
        ("approach the {place}", "move over to the {place}"),
    ),
    "atomic-open": Wordings(
        ("open the {place}", "open {place}", "open up the {place}"),
        ("pull the {place} open", "let the {place} be open"),
    ),
    "atomic-close": Wordings(
        ("close the {place}", "close {place}", "shut the {place}"),
        ("push the {place} shut", "let the {place} be closed"),
    ),
    "atomic-take": Wordings(
        ("take the {thing} from the {place}", "take {thing} from {place}", "pick up the {thing} from the {place}"),
        ("grab the {thing} that is {at_place} the {place}", "pick the {thing} up from the {place}"),
    ),
    "atomic-put": Wordings(
        (
            "put the {thing} {at_place} the {place}",
            "move the {thing} to the {place}",
            "place the {thing} {at_place} the {place}",
            "put what you hold {at_place} the {place}",
        ),
        ("set the {thing} down {at_place} the {place}", "leave what is in your hand {at_place} the {place}"),
    ),
    "atomic-clean": Wordings(
        ("clean the {thing} with the {place}", "clean {thing} with {place}", "wash the {thing} in the {place}"),
        ("use the {place} to clean the {thing}", "rinse what you hold in the {place}"),
    ),
    "atomic-heat": Wordings(
        ("heat the {thing} with the {place}", "heat {thing} with {place}", "warm the {thing} up in the {place}"),
        ("use the {place} to heat the {thing}", "make what you hold hot with the {place}"),
    ),
    "atomic-cool": Wordings(
        ("cool the {thing} with the {place}", "cool {thing} with {place}", "chill the {thing} in the {place}"),
        ("use the {place} to cool the {thing}", "make what you hold cold with the {place}"),
    ),
    "atomic-use": Wordings(
        ("switch the {thing} on", "turn on the {thing}", "switch on the lamp"),
        ("turn the lamp on", "let the {thing} be on"),
    ),
    "compositional-gather": Wordings(
        (
            "put every {a} {at_target} the {target}",
            "put all the {as} {at_target} the {target}",
            "find every {a} in this home and put it {at_target} the {target}",
        ),
        ("gather all {as} {at_target} the {target}", "bring each {a} to the {target}"),
    ),
    "compositional-sort": Wordings(
        (
            "put every {a} {at_target} the {target} and every {b} {at_other} the {other}",
            "sort things: all {as} belong {at_target} the {target}, all {bs} {at_other} the {other}",
        ),
        ("bring each {a} to the {target} and each {b} to the {other}",),
    ),
    "compositional-empty": Wordings(
        (
            "move everything that is {at_place} the {place} to the {target}",
            "take all things from the {place} and put them {at_target} the {target}",
            "empty the {place}: put everything from it {at_target} the {target}",
        ),
        ("clear the {place}: all that is {at_place} it goes {at_target} the {target}",),
    ),
    "compositional-close": Wordings(
        (
            "close everything that is open",
            "close every receptacle that stands open",
            "see to it that nothing in this home is left open",
        ),
        ("go round and shut whatever is open", "let everything in this home be closed"),
    ),
    "compositional-leave_closed": Wordings(
        (
            "put the {a} {at_target} the {target} and leave nothing open",
            "put the {a} {at_target} the {target}, and close whatever you open",
        ),
        ("get the {a} into the {target}, and let everything be closed in the end",),
    ),
    "compositional-several": Wordings(
        (
            "{do_a} the {a}, {do_b} the {b}, and put both {at_target} the {target}",
            "put a {done_a} {a} and a {done_b} {b} {at_target} the {target}",
        ),
        ("the {a} and the {b} belong {at_target} the {target}, the {a} {done_a} and the {b} {done_b}",),
    ),
    "compositional-swap": Wordings(
        (
            "swap the {a} and the {b}",
            "exchange the places of the {a} and the {b}",
            "put the {a} where the {b} is and the {b} where the {a} is",
        ),
        ("let the {a} and the {b} change places",),
    ),
    "compositional-beside": Wordings(
        (
            "put the {a} where the {b} is",
            "put the {a} into or onto the same receptacle as the {b}",
            "find the {b} and put the {a} in the same place",
        ),
        ("the {a} belongs with the {b}: bring it there",),
    ),
    "compositional-most": Wordings(
        (
            "put the {a} {at_kind} the {kind} that holds the most {bs}",
            "find the {kind} with the most {bs} and put the {a} {at_kind} it",
        ),
        ("take the {a} to the {kind} with the greatest number of {bs}",),
    ),
    "compositional-fewest": Wordings(
        (
            "put the {a} {at_kind} the {kind} that holds the fewest things",
            "find the emptiest {kind} and put the {a} {at_kind} it",
        ),
        ("take the {a} to the {kind} with the smallest number of things",),
    ),
    "compositional-count": Wordings(
        (
            "count the {bs} {at_place} the {place} and put the {a} {at_kind} the {kind} of that number",
            "put the {a} {at_kind} the {kind} whose number is the number of {bs} {at_place} the {place}",
        ),
        ("as many {bs} as there are {at_place} the {place}, that is the number of the {kind} for the {a}",),
    ),
    "compositional-condition": Wordings(
        (
            "if there is a {a} {at_place} the {place}, put it {at_target} the {target}, "
            "otherwise put the {b} {at_other} the {other}",
            "look {at_place} the {place}: if you see a {a} there, put it {at_target} the {target}, "
            "and if not, put the {b} {at_other} the {other}",
        ),
        (
            "put the {b} {at_other} the {other} unless there is a {a} {at_place} the {place}: "
            "in that case, put the {a} {at_target} the {target} instead",
        ),
    ),
    "compositional-compare": Wordings(
        (
            "if there are more {as} than {bs} in this home, put the {c} {at_target} the {target}, "
            "otherwise put the {d} {at_other} the {other}",
            "count the {as} and the {bs} in this home: if there are more {as}, put the {c} {at_target} the {target}, "
            "else put the {d} {at_other} the {other}",
        ),
        (
            "the {c} goes {at_target} the {target} if this home has more {as} than {bs}, "
            "and if it has not, the {d} goes {at_other} the {other}",
        ),
    ),
}

_INSIDE = frozenset(
    {
        "bathtubbasin",
        "box",
        "cabinet",
        "drawer",
        "fridge",
        "garbagecan",
        "laundryhamper",
        "microwave",
        "safe",
        "sinkbasin",
        "toaster",
        "toilet",
    }
)


def say(kind: str, fields: Mapping[str, str], split: Split, rng: random.Random) -> str:
    """Return a sentence that asks for a task, in one of the wordings of a split."""
    wordings = WORDINGS[kind]
    chosen = rng.choice(wordings.usual if split == "training" else wordings.kept)
    plurals = {f"{name}s": plural(word) for name, word in fields.items()}
    prepositions = {f"at_{name}": preposition(word) for name, word in fields.items()}
    return chosen.format(**plurals, **prepositions, **fields)


def preposition(receptacle: str) -> str:
    """Return "in" or "on" for a receptacle or a kind of it.

    >>> preposition("drawer 2"), preposition("desk")
    ('in', 'on')
    """
    return "in" if receptacle.partition(" ")[0] in _INSIDE else "on"


def plural(kind: str) -> str:
    """Return the plural of a kind of thing.

    >>> [plural(kind) for kind in ("mug", "box", "potato", "butterknife", "scrubbrush")]
    ['mugs', 'boxes', 'potatoes', 'butterknives', 'scrubbrushes']
    """
    if kind.endswith("knife"):
        return f"{kind[:-2]}ves"
    return f"{kind}es" if kind.endswith(("x", "o", "ch", "sh", "s")) else f"{kind}s"
