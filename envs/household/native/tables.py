"""Patterns of lookup in facts, and the facts of one game behind them.

A pattern is a predicate with the positions of its arguments that are known when facts are looked for:
``inreceptacle`` with position 1 finds what is in a given receptacle. A rulebook registers the patterns that it needs;
a game keeps, for each, the facts that never change by the values of those positions, and slots for those that do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from embodied_codeact.envs.household.native.memo import Facts, Get, Key, State

Fact = tuple[str, ...]


def key_of(positions: tuple[int, ...]) -> Callable[[Any], Key]:
    """Return the function from a sequence to the key made of its values at ``positions``."""
    return itemgetter(*positions) if positions else lambda _: ()


class Pattern(NamedTuple):
    """One way to look facts up; ``number`` is its place among a rulebook's patterns."""

    number: int
    predicate: str
    positions: tuple[int, ...]
    key: Callable[[Any], Key]


class Patterns:
    """The patterns of one rulebook."""

    def __init__(self) -> None:
        self.all: list[Pattern] = []
        self.by_predicate: dict[str, list[Pattern]] = {}
        self._found: dict[tuple[str, tuple[int, ...]], Pattern] = {}

    def pattern(self, predicate: str, positions: Iterable[int]) -> Pattern:
        """Return the pattern, registered at the first call."""
        which = (predicate, tuple(positions))
        if which not in self._found:
            pattern = self._found[which] = Pattern(len(self.all), *which, key_of(which[1]))
            self.all.append(pattern)
            self.by_predicate.setdefault(predicate, []).append(pattern)
        return self._found[which]

    def copy(self) -> Patterns:
        """Return a copy that more can be registered with."""
        copy = Patterns()
        copy.all = list(self.all)
        copy.by_predicate = {predicate: list(patterns) for predicate, patterns in self.by_predicate.items()}
        copy._found = dict(self._found)
        return copy


class Tables:
    """One game's facts by pattern: ``static[pattern][key]`` are sorted facts, ``slot(pattern, key)`` numbers a slot."""

    def __init__(self, patterns: Patterns, facts: Mapping[str, Facts], fluents: frozenset[str]) -> None:
        self.static: list[dict[Key, tuple[Fact, ...]]] = []
        self._patterns = patterns
        self.slots_by_key: list[dict[Key, int]] = [{} for _ in patterns.all]
        self._next_slot = 0
        self._fluents = fluents
        ordered: dict[str, list[Fact]] = {}
        for pattern in patterns.all:
            table: dict[Key, Any] = {}
            if pattern.predicate not in fluents:
                if pattern.predicate not in ordered:
                    ordered[pattern.predicate] = sorted(facts.get(pattern.predicate, ()))
                key = pattern.key
                for fact in ordered[pattern.predicate]:
                    table.setdefault(key(fact), []).append(fact)
            self.static.append(table)

    def slot(self, number: int, key: Key) -> int:
        """Return the slot of a pattern's facts that have ``key`` at its positions."""
        slots = self.slots_by_key[number]
        slot = slots.get(key)
        if slot is None:
            slot = slots[key] = self._next_slot
            self._next_slot += 1
        return slot

    def slots(self, predicate: str, fact: Fact) -> list[int]:
        """Return every slot that a fact stands in while it holds."""
        return [
            self.slot(pattern.number, pattern.key(fact)) for pattern in self._patterns.by_predicate.get(predicate, ())
        ]

    def facts(self, predicate: str, get: Get) -> Facts:
        """Return all facts of a changeable predicate that hold in a state, where a pattern looks for any."""
        patterns = self._patterns.by_predicate.get(predicate)
        slots = self.slots_by_key[patterns[0].number].values() if patterns else ()
        return frozenset().union(*(get(slot) or () for slot in slots))

    def initial(self, facts: Mapping[str, Facts]) -> State:
        """Return the state that the changeable ones among ``facts`` make."""
        grouped: dict[int, list[Fact]] = {}
        for predicate in self._fluents:
            for fact in facts.get(predicate, ()):
                for slot in self.slots(predicate, fact):
                    grouped.setdefault(slot, []).append(fact)
        return {slot: frozenset(found) for slot, found in grouped.items()}
