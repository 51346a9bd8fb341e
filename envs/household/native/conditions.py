"""Compiles PDDL conditions to functions over a game's facts.

A conjunction becomes a chain of steps. Each step looks up facts, binds what they tell about variables that are still
free, and calls the next step; a condition that binds nothing is a test, made as soon as its variables are bound. Steps
are ordered by how few facts they are likely to find, so that what the agent is at or holds comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from embodied_codeact.envs.household.native.formulas import (
    And,
    Atom,
    Formula,
    Or,
    Params,
    Quantified,
    free_variables,
    negation,
)
from embodied_codeact.envs.household.native.memo import Facts, Key, Trace
from embodied_codeact.envs.household.native.tables import Patterns, key_of

_LATER_FACTS = 8

Binding = list[str]
"""One object for each place of a frame; what is not bound yet is empty."""

Test = Callable[[Trace, Binding], bool]
Step = Callable[[Trace, Binding, Callable[[Binding], bool]], bool]
"""Calls its last argument for each way to bind; ends early, and returns True, as soon as that returns True."""


class Frame:
    """The places of variables and constants in a binding."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._blank: Binding = []

    def place(self, name: str) -> int:
        """Return the place of a variable, or of an object that stands there from the beginning."""
        if name not in self.places:
            self.places[name] = len(self._blank)
            self._blank.append("" if name[0] == "?" else name)
        return self.places[name]

    def binding(self, values: Sequence[str] = ()) -> Binding:
        """Return a binding whose first places hold ``values``."""
        return [*values, *self._blank[len(values) :]]


@dataclass(frozen=True)
class Conditions:
    """Compiles conditions for one rulebook; ``facts`` are those that a usual game begins with."""

    patterns: Patterns
    fluents: frozenset[str]
    facts: Mapping[str, Facts]
    kinds: Collection[str]

    def every_binding(self, params: Params, condition: Formula, frame: Frame, bound: frozenset[str]) -> list[Step]:
        """Return steps that together find each binding of ``params`` (and of what is ``bound``) under a condition."""
        return [
            self._chain(case_params, parts, frame, bound)
            for case_params, parts in _cases(params, (condition,), bound)
            if all(kind in self.kinds for _, kind in case_params)  # nothing is of a type that nobody declared
        ]

    def test(self, formula: Formula, frame: Frame, bound: frozenset[str]) -> Test:
        """Return the test of a formula all of whose free variables are bound."""
        if isinstance(formula, Atom):
            return self._atom_test(formula, frame)
        if isinstance(formula, Quantified):
            if formula.every:
                return _opposite(self.test(negation(formula), frame, bound))
            steps = self.every_binding(formula.params, formula.part, frame, bound)
            return lambda trace, binding: any(step(trace, binding, _enough) for step in steps)
        tests = tuple(self.test(part, frame, bound) for part in formula.parts)
        if isinstance(formula, And):
            return lambda trace, binding: all(test(trace, binding) for test in tests)
        return lambda trace, binding: any(test(trace, binding) for test in tests)

    def _atom_test(self, atom: Atom, frame: Frame) -> Test:
        places = tuple(frame.place(arg) for arg in atom.args)
        wanted = not atom.negated
        if atom.predicate == "=":
            left, right = places
            return lambda _, binding: (binding[left] == binding[right]) is wanted
        number, key = self.patterns.pattern(atom.predicate, range(len(places))).number, key_of(places)
        if atom.predicate not in self.fluents:
            return lambda trace, binding: (key(binding) in trace.world.tables.static[number]) is wanted

        def changeable(trace: Trace, binding: Binding) -> bool:
            return (trace.facts(number, key(binding)) is not None) is wanted

        return changeable

    def _chain(self, params: Params, parts: Sequence[Formula], frame: Frame, bound: frozenset[str]) -> Step:
        kinds = dict(params)
        for name in kinds:
            frame.place(name)
        left, known, links = list(parts), set(bound), list[Callable[[Step], Step]]()
        while left or not kinds.keys() <= known:
            tests = [part for part in left if free_variables(part) <= known]
            if tests:
                links += [_testing(self.test(part, frame, frozenset(known))) for part in tests]
                left = [part for part in left if part not in tests]
                continue
            atoms = [part for part in left if isinstance(part, Atom) and not part.negated and part.predicate != "="]
            if atoms:
                # Facts that never change come first where as few are found: results differ less from state to state.
                atom = min(atoms, key=lambda atom: (self._likely_finds(atom, known), atom.predicate in self.fluents))
                links.append(self._lookup(atom, frame, known, kinds))
                left.remove(atom)
                known |= free_variables(atom)
            else:
                name = next(name for name in kinds if name not in known)
                links.append(_choosing(frame.place(name), kinds[name]))
                known.add(name)
        step: Step = _found
        for link in reversed(links):
            step = link(step)
        return step

    def _likely_finds(self, atom: Atom, known: set[str]) -> float:
        """How many facts a lookup probably finds: as many as are found in a usual game at its beginning."""
        given = tuple(index for index, arg in enumerate(atom.args) if arg[0] != "?" or arg in known)
        facts = self.facts.get(atom.predicate)
        if facts:
            return len(facts) / len({key_of(given)(fact) for fact in facts})
        # What nothing is at the beginning (opened, held, hot) may be true of some things later.
        return float(_LATER_FACTS ** (1.0 - len(given) / len(atom.args)))

    def _lookup(self, atom: Atom, frame: Frame, known: set[str], kinds: Mapping[str, str]) -> Callable[[Step], Step]:
        """Look an atom's facts up by what is known of its arguments, and bind the rest."""
        places = [frame.place(arg) for arg in atom.args]
        given = [index for index, arg in enumerate(atom.args) if arg[0] != "?" or arg in known]
        pattern = self.patterns.pattern(atom.predicate, given)
        number, key = pattern.number, key_of(tuple(places[index] for index in given))
        first = {arg: index for index, arg in reversed(list(enumerate(atom.args))) if index not in given}
        binds = tuple((index, places[index], kinds[arg]) for arg, index in first.items())
        same = tuple((index, first[arg]) for index, arg in enumerate(atom.args) if first.get(arg, index) != index)
        changes = atom.predicate in self.fluents

        def look_for_one(after: Step) -> Step:
            ((index, place, kind),) = binds

            def look(trace: Trace, binding: Binding, use: Callable[[Binding], bool]) -> bool:
                domain = trace.world.domains[kind]
                for fact in _facts(trace, changes, number, key(binding)):
                    name = fact[index]
                    if name in domain:
                        binding[place] = name
                        if after(trace, binding, use):
                            return True
                return False

            return look

        def look_for_several(after: Step) -> Step:
            def look(trace: Trace, binding: Binding, use: Callable[[Binding], bool]) -> bool:
                domains = trace.world.domains
                for fact in _facts(trace, changes, number, key(binding)):
                    for index, place, kind in binds:
                        if fact[index] not in domains[kind]:
                            break
                        binding[place] = fact[index]
                    else:
                        if all(fact[index] == fact[other] for index, other in same) and after(trace, binding, use):
                            return True
                return False

            return look

        return look_for_one if len(binds) == 1 and not same else look_for_several


def _facts(trace: Trace, changes: bool, number: int, key: Key) -> Sequence[tuple[str, ...]]:
    if not changes:
        return trace.world.tables.static[number].get(key, ())
    found = trace.facts(number, key)
    return () if not found else tuple(found) if len(found) == 1 else sorted(found)


def _cases(params: Params, parts: tuple[Formula, ...], bound: frozenset[str]) -> list[tuple[Params, list[Formula]]]:
    """Flatten a conjunction; split it where only a part of a disjunction could bind a variable."""
    flat: list[Formula] = []
    waiting = list(reversed(parts))
    while waiting:
        part = waiting.pop()
        if isinstance(part, And):
            waiting += reversed(part.parts)
        elif isinstance(part, Quantified) and not part.every:
            params += part.params
            waiting.append(part.part)
        else:
            flat.append(part)
    binders = [part for part in flat if isinstance(part, Atom) and not part.negated and part.predicate != "="]
    bindable = bound.union(*(free_variables(atom) for atom in binders))
    for number, part in enumerate(flat):
        if isinstance(part, Or) and not free_variables(part) <= bindable:
            rest = (tuple(flat[:number]), tuple(flat[number + 1 :]))
            return [case for option in part.parts for case in _cases(params, (*rest[0], option, *rest[1]), bound)]
    return [(params, flat)]


def _found(_trace: Trace, binding: Binding, use: Callable[[Binding], bool]) -> bool:
    return use(binding)


def _enough(_binding: Binding) -> bool:
    return True


def _opposite(test: Test) -> Test:
    return lambda trace, binding: not test(trace, binding)


def _testing(test: Test) -> Callable[[Step], Step]:
    def link(after: Step) -> Step:
        def check(trace: Trace, binding: Binding, use: Callable[[Binding], bool]) -> bool:
            return test(trace, binding) and after(trace, binding, use)

        return check

    return link


def _choosing(place: int, kind: str) -> Callable[[Step], Step]:
    """Try each object of a type."""

    def link(after: Step) -> Step:
        def choose(trace: Trace, binding: Binding, use: Callable[[Binding], bool]) -> bool:
            for name in trace.world.domains[kind]:
                binding[place] = name
                if after(trace, binding, use):
                    return True
            return False

        return choose

    return link
