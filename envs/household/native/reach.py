"""Whether something can ever become true: relaxed reachability, searched back from what is asked.

Relaxed means that nothing ever becomes false: an action's negative conditions are ignored. So what cannot be reached
here can never be reached; the other way round says little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from embodied_codeact.envs.household.native.formulas import And, Atom, Formula, Or, Quantified
from embodied_codeact.envs.household.native.memo import Facts
from embodied_codeact.envs.household.native.pddl import Domain, Effect
from embodied_codeact.envs.household.native.tables import Fact

Binding = dict[str, str]
Ground = tuple[str, Fact]


class Reach:
    """Answers for one problem; what was found reachable is remembered."""

    def __init__(self, domain: Domain, objects: Mapping[str, Mapping[str, None]], facts: Mapping[str, Facts]) -> None:
        self._objects = objects
        self._facts = facts
        self._fluents = domain.fluents
        self._achievers = [
            (action, effect) for action in domain.actions for effect in action.effects if not effect.atom.negated
        ]
        self._reached: set[Ground] = set()
        self._failed: set[Ground] = set()
        self._asked: set[Ground] = set()

    def can_hold(self, condition: Formula) -> bool:
        """Whether a condition without free variables may hold one day."""
        while True:
            # What failed may have failed because it was asked for while it was being looked into: tried again as long
            # as anything new was reached meanwhile.
            reached, self._failed = len(self._reached), set()
            if any(True for _ in self._satisfy((condition,), {}, {})):
                return True
            if len(self._reached) == reached:
                return False

    def _possible(self, atom: Ground) -> bool:
        predicate, fact = atom
        if fact in self._facts.get(predicate, ()) or atom in self._reached:
            return True
        if atom in self._failed or atom in self._asked:
            return False
        self._asked.add(atom)
        for action, effect in self._achievers:
            binding = _unified(effect, fact) if effect.atom.predicate == predicate else None
            if binding is None:
                continue
            kinds = dict((*action.params, *effect.params))
            fits = all(name in self._objects[kinds[variable]] for variable, name in binding.items())
            if fits and any(True for _ in self._satisfy((action.precondition, effect.condition), binding, kinds)):
                self._asked.discard(atom)
                self._reached.add(atom)
                return True
        self._asked.discard(atom)
        self._failed.add(atom)
        return False

    def _satisfy(self, parts: tuple[Formula, ...], binding: Binding, kinds: Mapping[str, str]) -> Iterator[Binding]:
        """Yield each binding of variables under which the parts may hold together."""
        atoms: list[Atom] = []
        for number, part in enumerate(parts):
            if isinstance(part, And):
                yield from self._satisfy((*part.parts, *parts[number + 1 :], *atoms), binding, kinds)
                return
            if isinstance(part, Or):
                for option in part.parts:
                    yield from self._satisfy((option, *parts[number + 1 :], *atoms), binding, kinds)
                return
            if isinstance(part, Quantified):
                rest = (*parts[number + 1 :], *atoms)
                inner = rest if part.every else (part.part, *rest)
                yield from self._satisfy(inner, binding, kinds if part.every else {**kinds, **dict(part.params)})
                return
            atoms.append(part)
        yield from self._atoms(atoms, binding, kinds)

    def _atoms(self, atoms: list[Atom], binding: Binding, kinds: Mapping[str, str]) -> Iterator[Binding]:
        if not atoms:
            yield binding
            return
        # Facts that never change first, of them those about which most is known: they leave least to try.
        atom = min(atoms, key=lambda atom: self._order(atom, binding))
        rest = [other for other in atoms if other is not atom]
        for wider in self._holding(atom, binding, kinds):
            yield from self._atoms(rest, wider, kinds)

    def _order(self, atom: Atom, binding: Binding) -> tuple[bool, int]:
        free = sum(arg[0] == "?" and arg not in binding for arg in atom.args)
        changes = atom.negated or atom.predicate == "=" or atom.predicate in self._fluents
        return (bool(changes and free), free if not changes else free + len(atom.args))

    def _holding(self, atom: Atom, binding: Binding, kinds: Mapping[str, str]) -> Iterator[Binding]:
        free = list(dict.fromkeys(arg for arg in atom.args if arg[0] == "?" and arg not in binding))
        plain = atom.predicate != "=" and not atom.negated
        for fact in self._facts.get(atom.predicate, ()) if plain and free else ():
            wider = dict(binding)
            if all(
                wider.setdefault(arg, name) == name if arg[0] == "?" else arg == name
                for arg, name in zip(atom.args, fact, strict=False)
            ) and all(wider[name] in self._objects[kinds[name]] for name in free):
                yield wider
        if plain and free and atom.predicate not in self._fluents:
            return
        for values in product(*(self._objects[kinds[name]] for name in free)):
            wider = {**binding, **dict(zip(free, values, strict=True))}
            fact = tuple(wider.get(arg, arg) for arg in atom.args)
            if plain:
                if self._possible((atom.predicate, fact)):
                    yield wider
            elif atom.predicate == "=":
                if (fact[0] == fact[1]) is not atom.negated:
                    yield wider
            elif atom.predicate in self._fluents or fact not in self._facts.get(atom.predicate, ()):
                yield wider


def _unified(effect: Effect, fact: Fact) -> Binding | None:
    binding: Binding = {}
    for arg, name in zip(effect.atom.args, fact, strict=True):
        if (binding.setdefault(arg, name) if arg[0] == "?" else arg) != name:
            return None
    return binding
