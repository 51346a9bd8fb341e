"""What actions change: their effects with given objects, worked out once for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from embodied_codeact.envs.household.native.conditions import Binding, Test
from embodied_codeact.envs.household.native.formulas import And, Atom, Formula, Or, Quantified
from embodied_codeact.envs.household.native.memo import Facts, Memo
from embodied_codeact.envs.household.native.reach import Reach
from embodied_codeact.envs.household.native.rulebook import CompiledEffect, Rulebook, Schema
from embodied_codeact.envs.household.native.tables import Fact, Tables

Ground = tuple[str, Fact]
"""A predicate and a fact of it."""


@dataclass(frozen=True)
class Conditional:
    """A fact that comes to be or goes, where ``test`` holds before the action is done."""

    test: Test
    binding: Binding
    negated: bool
    fact: Facts
    slots: Sequence[int]


class Operation:
    """One action with its objects: the slots that it changes, each by one fact.

    ``offers`` are the numbers of the actions that may be done with something else afterwards; ``judged`` tells whether
    it may change whether the goal holds; ``words`` remember its answers.
    """

    __slots__ = ("added", "conditional", "judged", "objects", "offers", "removed", "schema", "words")

    def __init__(
        self,
        schema: Schema,
        objects: Fact,
        changes: tuple[Sequence[tuple[int, Facts]], Sequence[tuple[int, Facts]], Sequence[Conditional]],
        follows: tuple[Sequence[int], bool],
        words: Memo,
    ) -> None:
        self.schema, self.objects, self.words = schema, objects, words
        self.added, self.removed, self.conditional = changes
        self.offers, self.judged = follows


class Effects:
    """Works out the effects of one game's actions. ``facts`` are those of the game's beginning."""

    def __init__(
        self,
        book: Rulebook,
        objects: Mapping[str, Mapping[str, None]],
        tables: Tables,
        facts: Mapping[str, Facts],
        reach: Reach,
    ) -> None:
        self._book = book
        self._objects = objects
        self._tables = tables
        self._facts = facts
        self._reach = reach

    def is_idle(self, schema: Schema, objects: Fact) -> bool:
        """Whether the action would change nothing with these objects, so that the planner knows no such action."""
        binding = schema.frame.binding(objects)
        for add, needed in schema.surely_adds:
            fact = add(binding)
            if all(fact != need(binding) for need in needed):
                return False
        needs, forbids = _demanded(schema, binding)
        effects = [(effect, found) for effect in schema.effects for found in self._facts_of(effect, binding)]
        added = {(effect.predicate, found) for effect, found in effects if not effect.negated and effect.test is None}
        for effect, found in effects:
            change = (effect.predicate, found)
            if not effect.negated and change not in needs:
                return False
            if effect.negated and change not in forbids | added and (change in needs or self._can_be(change)):
                return False
        return True

    def _can_be(self, fact: Ground) -> bool:
        return self._reach.can_hold(Atom(*fact))

    def _facts_of(self, effect: CompiledEffect, binding: Binding) -> Iterator[Fact]:
        """Yield the facts that an effect is about; the places of its own variables in ``binding`` are written over."""
        if not effect.free:
            yield _at(binding, effect.places)
            return
        for values in product(*(self._objects[kind] for _, kind in effect.free)):
            for (place, _), value in zip(effect.free, values, strict=True):
                binding[place] = value
            yield _at(binding, effect.places)

    def operation(self, schema: Schema, objects: Fact, follows: tuple[Sequence[int], bool], words: Memo) -> Operation:
        """Return what an action does with some objects; ``follows`` are the operation's ``offers`` and ``judged``."""
        binding = schema.frame.binding(objects)
        added, removed = dict[Ground, None](), dict[Ground, None]()
        conditional: list[tuple[Conditional, str, Fact]] = []
        needs, forbids = _demanded(schema, binding) if schema.tells or schema.has_conditions else (set(), set())
        for effect in schema.effects:
            for fact in self._facts_of(effect, binding):
                if effect.test is None:
                    (removed if effect.negated else added)[effect.predicate, fact] = None
                    continue
                known = {**dict.fromkeys(needs, True), **dict.fromkeys(forbids, False)}
                if effect.negated:
                    known.setdefault((effect.predicate, fact), True)  # or there is nothing to take away
                names = {name: binding[place] for name, place in schema.frame.places.items()}
                if not self._may_hold(effect.condition, names, known):
                    continue
                slots = self._tables.slots(effect.predicate, fact)
                change = Conditional(effect.test, list(binding), effect.negated, frozenset({fact}), slots)
                conditional.append((change, effect.predicate, fact))
        removed = {fact: None for fact in removed if fact not in added}
        if schema.tells:
            self._tell(needs, forbids, added, removed, conditional)
        changes = (self._slotted(added), self._slotted(removed), [change for change, _, _ in conditional])
        return Operation(schema, objects, changes, follows, words)

    def _slotted(self, facts: Iterable[Ground]) -> list[tuple[int, Facts]]:
        slotted: list[tuple[int, Facts]] = []
        for predicate, fact in facts:
            slots = self._tables.slots(predicate, fact)
            if slots:
                content = frozenset((fact,))
                slotted += [(slot, content) for slot in slots]
        return slotted

    def _may_hold(self, condition: Formula, names: Mapping[str, str], known: Mapping[Ground, bool]) -> bool:
        """Whether the condition of an effect may hold one day, as far as its parts tell each by itself.

        Of an effect that cannot come about neither the planner nor, through it, the grammar knows.
        """
        if isinstance(condition, Quantified):
            bound = [name for name, _ in condition.params]
            return condition.every or any(
                self._may_hold(condition.part, {**names, **dict(zip(bound, values, strict=True))}, known)
                for values in product(*(self._objects[kind] for _, kind in condition.params))
            )
        if isinstance(condition, (And, Or)):
            parts = (self._may_hold(part, names, known) for part in condition.parts)
            return all(parts) if isinstance(condition, And) else any(parts)
        fact = tuple([names.get(arg, arg) for arg in condition.args])
        if condition.predicate == "=":
            return (fact[0] == fact[1]) is not condition.negated
        if condition.predicate not in self._book.fluents:
            return (fact in self._facts.get(condition.predicate, ())) is not condition.negated
        demanded = known.get((condition.predicate, fact))
        if demanded is not None:
            return demanded is not condition.negated
        return condition.negated or self._can_be((condition.predicate, fact))

    def _tell(
        self,
        needs: set[Ground],
        forbids: set[Ground],
        added: dict[Ground, None],
        removed: dict[Ground, None],
        conditional: Iterable[tuple[Conditional, str, Fact]],
    ) -> None:
        """Let words know of the changes, as far as they ask for what differs from the state (see ``Rulebook.told``)."""
        listed = [(fact, False) for fact in added]
        listed += [((name, fact), False) for change, name, fact in conditional if not change.negated]
        listed += [((name, fact), True) for change, name, fact in conditional if change.negated]
        listed += [(fact, True) for fact in removed]
        for fact, negated in listed:
            true, false = self._book.told.get(fact[0], (None, None))
            if not (true or false) or fact in (forbids if negated else needs):
                continue
            if negated and fact not in needs and not self._can_be(fact):
                continue
            for name, holds in ((true, not negated), (false, negated)):
                if name:
                    (added if holds else removed)[name, fact[1]] = None
                    (removed if holds else added).pop((name, fact[1]), None)


def _demanded(schema: Schema, binding: Binding) -> tuple[set[Ground], set[Ground]]:
    """Return what must hold and what must not before an action is done."""
    return (
        {(predicate, _at(binding, places)) for predicate, places in schema.needs},
        {(predicate, _at(binding, places)) for predicate, places in schema.forbids},
    )


def _at(binding: Binding, places: tuple[int, ...]) -> Fact:
    return tuple([binding[place] for place in places])
