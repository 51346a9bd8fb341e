"""Reads what is asked for besides ALFWorld's tasks: one call, or loops, conditions and values to find out.

It knows the same turns of phrase as any reader: verbs and prepositions that mean the same are interchangeable, names
carry their numbers, kinds may be plurals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from embodied_codeact.envs.household.expert_habits import KNOWN_KINDS, kind_of
from embodied_codeact.envs.household.expert_reading import singular

ErrandKind = Literal[
    "goto",
    "open",
    "close",
    "take",
    "put",
    "clean",
    "heat",
    "cool",
    "use",
    "gather",
    "sort",
    "empty",
    "close_all",
    "leave_closed",
    "several",
    "swap",
    "beside",
    "most",
    "fewest",
    "count",
    "condition",
    "compare",
]
SINGLE = frozenset({"goto", "open", "close", "take", "put", "clean", "heat", "cool", "use"})
"""Errands of one call."""
HELD = "what you hold"
"""Stands for the thing in the hand, where a sentence does not name it."""


@dataclass(frozen=True)
class Errand:
    """What is asked for. ``words``: ``thing`` and ``place`` are names ("mug 1", "drawer 2"), as are ``target`` and
    ``other``; ``a`` to ``d`` are kinds of things and ``kind`` is a kind of receptacle; ``do_a`` and ``do_b``
    are "clean", "heat" or "cool"."""

    kind: ErrandKind
    words: Mapping[str, str]

    @property
    def single(self) -> bool:
        """Whether one call does it."""
        return self.kind in SINGLE


_PIECES = {
    "NAME": r"[a-z]+ \d+",
    "KIND": r"[a-z]+",
    "THE": r"(?:(?:the|an?|some) )?",
    "EVERY": r"(?:every|each|all(?: of)?(?: the)?)",
    "PUT": r"(?:put|place|move|bring|take|set|leave|carry|lay|get)",
    "IN": r"(?:in/on|inside|into or onto|in or on|into|onto|in|on|to|at)",
    "THING": rf"(?P<thing>[a-z]+ \d+|{HELD}|what you carry|what is in your hand)",
    "TREAT": r"(?:clean|wash|rinse|heat|warm|cook|cool|chill|hot|cold)",
    "HERE": r"(?:in|of) (?:this|the) home",
    "MOST": r"(?:the )?(?:most|greatest number of|largest number of)",
    "FEWEST": r"(?:the )?(?:fewest|least|smallest number of)",
    "ELSE": r"[,;]? (?:and )?(?:otherwise|else|if not),?",
    "LAMP": r"(?P<thing>[a-z]*lamp(?: \d+)?)",
}
_PATTERNS: tuple[tuple[ErrandKind, str], ...] = (
    ("goto", "(?:go|walk|move|head|come)(?: over| up)? to THE<place> | approach THE<place>"),
    ("open", "open(?: up)? THE<place> | (?:pull|let|have) THE<place>(?: be)? open(?:ed)?"),
    ("close", "(?:close|shut)(?: up)? THE<place> | (?:push|pull|let|have) THE<place> (?:be )?(?:shut|closed)"),
    ("take", "(?:take|grab|get|pick(?: up)?) THETHING(?: up)?(?: that is)? (?:from|off|out of|in|on) THE<place>"),
    ("put", "PUT THETHING(?: down)? IN THE<place>"),
    ("clean", "(?P<do>TREAT) THETHING(?: up)? (?:with|in|using|at) THE<place>"),
    ("clean", "use THE<place> to (?P<do>TREAT) THETHING | make THETHING (?P<do>TREAT) (?:with|in|using|at) THE<place>"),
    ("use", "(?:switch|turn) on THELAMP | (?:switch|turn|let|have) THELAMP (?:be )?on | use THELAMP"),
    ("gather", "(?:find|gather|collect|PUT) EVERY <a>(?: HERE)?(?: and PUT (?:it|them))? IN THE<target>"),
    (
        "sort",
        "(?:sort things: )?(?:PUT )?EVERY <a> (?:belongs? |goes? )?IN THE<target>(?:,|,? and) "
        "EVERY <b> (?:belongs? |goes? )?IN THE<other>",
    ),
    (
        "empty",
        "PUT (?:everything|all things)(?: that is)? (?:in|on|from) THE<place> (?:and PUT (?:it|them) )?IN THE<target>",
    ),
    (
        "empty",
        "(?:empty|clear)(?: out)? THE<place>(?:[:;,]| and) (?:PUT )?(?:everything|all)(?: that is)? "
        "(?:from|in|on) it (?:goes )?IN THE<target>",
    ),
    ("close_all", "(?:go round and )?(?:close|shut) (?:everything|every [a-z]+|whatever)(?: that)? (?:is|stands) open"),
    ("close_all", "(?:see to it|make sure) that nothing(?: HERE)? is (?:left )?open"),
    ("close_all", "(?:let|have) everything(?: HERE)? be closed"),
    (
        "leave_closed",
        "PUT THE<a> IN THE<target>,? and "
        "(?:leave nothing open|close whatever you open|(?:let|have) everything be closed(?: in the end)?)",
    ),
    ("several", "(?P<do_a>TREAT) THE<a>, (?P<do_b>TREAT) THE<b>,? and PUT both IN THE<target>"),
    ("several", "PUT THE(?P<do_a>TREAT) <a> and THE(?P<do_b>TREAT) <b> IN THE<target>"),
    (
        "several",
        "THE<a> and THE<b> belong IN THE<target>, THE(?P=a) (?P<do_a>TREAT) and THE(?P=b) (?P<do_b>TREAT)",
    ),
    ("swap", "(?:swap|exchange)(?: the places of)? THE<a> and THE<b>"),
    ("swap", "PUT THE<a> where THE<b> is,? and THE(?P=b) where THE(?P=a) is"),
    ("swap", "(?:let|have) THE<a> and THE<b> (?:change|swap|exchange) places"),
    ("beside", "PUT THE<a> where THE<b> is | PUT THE<a> IN the same (?:receptacle|place) as THE<b>"),
    ("beside", "find THE<b> and PUT THE<a> IN the same (?:receptacle|place)"),
    ("beside", "THE<a> belongs with THE<b>: (?:PUT it there|go there)"),
    ("most", "PUT THE<a> IN THE<kind> (?:that (?:holds|has)|with) MOST <b>"),
    ("most", "find THE<kind> (?:that (?:holds|has)|with) MOST <b> and PUT THE<a> IN it"),
    ("fewest", "PUT THE<a> IN THE<kind> (?:that (?:holds|has)|with) FEWEST things"),
    ("fewest", "find THE(?:emptiest )<kind> and PUT THE<a> IN it | PUT THE<a> IN the emptiest <kind>"),
    ("count", "count THE<b> IN THE<place> and PUT THE<a> IN THE<kind> (?:of|with) that number"),
    ("count", "PUT THE<a> IN THE<kind> whose number is the number of <b> IN THE<place>"),
    ("count", "as many <b> as there are IN THE<place>, that is the number of THE<kind> for THE<a>"),
    (
        "condition",
        "if there is THE<a> IN THE<place>, PUT it IN THE<target>ELSE PUT THE<b> IN THE<other>"
        " | look IN THE<place>: if (?:you see|there is) THE<a>(?: there)?, "
        "PUT it IN THE<target>ELSE PUT THE<b> IN THE<other>",
    ),
    (
        "condition",
        "PUT THE<b> IN THE<other> unless there is THE<a> IN THE<place>[:;,] in that case,? "
        "PUT (?:it|THE(?P=a)) IN THE<target>(?: instead)?",
    ),
    (
        "compare",
        "if (?:there are|this home has) more <a> than <b>(?: HERE)?, PUT THE<c> IN THE<target>"
        "ELSE PUT THE<d> IN THE<other>",
    ),
    (
        "compare",
        "count THE<a> and THE<b>(?: HERE)?: if there are more (?P=a), PUT THE<c> IN THE<target>"
        "ELSE PUT THE<d> IN THE<other>",
    ),
    (
        "compare",
        "THE<c> goes IN THE<target> if this home has more <a> than <b>,? (?:and )?if it has not, "
        "THE<d> goes IN THE<other>",
    ),
)
"""Words in capitals are the pieces above; ``<x>`` is what is called ``x`` in :class:`Errand`. A bar
between blanks parts whole sentences."""

_KINDS = ("a", "b", "c", "d", "kind")
_PLACES = ("place", "target", "other")
_VERBS: Mapping[str, ErrandKind] = {
    **dict.fromkeys(("clean", "wash", "rinse"), "clean"),
    **dict.fromkeys(("heat", "warm", "cook", "hot"), "heat"),
    **dict.fromkeys(("cool", "chill", "cold"), "cool"),
}


def _spelt(pattern: str) -> str:
    pattern = re.sub(
        r"(?<!\?P)<(\w+)>", lambda group: f"(?P<{group[1]}>{'NAME' if group[1] in _PLACES else 'KIND'})", pattern
    )
    for piece, meaning in sorted(_PIECES.items(), key=lambda pair: -len(pair[0])):
        pattern = pattern.replace(piece, meaning)
    return pattern


_COMPILED = tuple((kind, re.compile(_spelt(option))) for kind, pattern in _PATTERNS for option in pattern.split(" | "))


def read_errand(sentence: str, places: Collection[str]) -> Errand | None:
    """Understand a task that is none of ALFWorld's kinds, in a home with these receptacles.

    >>> read_errand("Put every mug on the desk 1.", ["desk 1"])
    Errand(kind='gather', words={'a': 'mug', 'target': 'desk 1'})
    >>> read_errand("put a mug in desk", ["desk 1"]) is None
    True
    """
    text = " ".join(sentence.lower().split()).rstrip(".!")
    for kind, pattern in _COMPILED:
        if (match := pattern.fullmatch(text)) and (errand := _errand(kind, match.groupdict(), places)):
            return errand
    return None


def _errand(kind: ErrandKind, words: dict[str, str], places: Collection[str]) -> Errand | None:
    receptacles = {kind_of(place) for place in places}
    if any(words[name] not in places for name in _PLACES if name in words):
        return None
    if words.get("kind", "") not in {"", *receptacles}:
        return None
    for name in ("do_a", "do_b"):
        if name in words:
            words[name] = _VERBS[words[name]]
    if "do" in words:
        kind = _VERBS[words.pop("do")]
    if words.get("thing", "").startswith("what "):
        words["thing"] = HELD
    kinds = {name: singular(words[name], KNOWN_KINDS) for name in _KINDS[:-1] if name in words}
    return Errand(kind, {**words, **kinds})
