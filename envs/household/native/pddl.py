"""Reads PDDL domains and problems: typing, quantifiers, negation, equality, conditional effects.

What is read, and how it is taken where PDDL leaves room, follows Fast Downward's translator, which TextWorld plays
through: names in lower case, ``object`` above all types, an unknown type of a variable a type without objects, costs
and requirements of no matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

from embodied_codeact.envs.household.native.formulas import (
    TRUE,
    TYPE_PREFIX,
    And,
    Atom,
    Formula,
    Or,
    Params,
    Quantified,
    negation,
)

ROOT_TYPE = "object"

Expression = list[Any]
"""Tokens, and lists of them."""


class UnreadablePddl(ValueError):
    """The text is not PDDL, or PDDL that is not played; the message names the feature and the line where known."""


@dataclass(frozen=True)
class Effect:
    """``atom`` becomes true, or false where it is negated, for all values of ``params`` where ``condition`` holds."""

    params: Params
    condition: Formula
    atom: Atom


@dataclass(frozen=True)
class Action:
    """One action schema."""

    name: str
    params: Params
    precondition: Formula
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Domain:
    """A domain. ``supertypes`` maps each type to all types above it, in no order that matters."""

    name: str
    type_names: tuple[str, ...]
    supertypes: Mapping[str, tuple[str, ...]]
    predicates: Mapping[str, int]
    constants: Params
    actions: tuple[Action, ...]

    @property
    def fluents(self) -> frozenset[str]:
        """The predicates that some action changes."""
        return frozenset(effect.atom.predicate for action in self.actions for effect in action.effects)


@dataclass(frozen=True)
class Problem:
    """A problem of a domain: ``objects`` with their types (constants of the domain too), the facts and the goal.

    ``mentioned`` are the objects that facts or assignments of the initial state name.
    """

    objects: Mapping[str, str]
    facts: Mapping[str, frozenset[tuple[str, ...]]]
    mentioned: frozenset[str]
    goal: Formula


_COMMENT = re.compile(r";[^\n]*")
_TOKEN = re.compile(r"[()]|\?[^\s()?]*|[^\s()?]+")


def _read(text: str, what: str) -> Expression:
    text = _COMMENT.sub("", text)
    if not text.isascii():
        odd = next(character for character in text if not character.isascii())
        raise UnreadablePddl(f"the {what} has the character {odd!r} in line {_line(text, odd)}: PDDL is plain ASCII")
    top: Expression = []
    current, stack = top, []
    for token in _TOKEN.findall(text.lower()):
        if token == "(":
            stack.append(current)
            current = []
        elif token == ")":
            if not stack:
                raise UnreadablePddl(f"the {what} closes a parenthesis that it never opened")
            stack[-1].append(current)
            current = stack.pop()
        else:
            current.append(token)
    if stack:
        raise UnreadablePddl(f"the {what} ends before its last parenthesis is closed")
    if len(top) != 1 or not isinstance(top[0], list) or top[0][:1] != ["define"]:
        raise UnreadablePddl(f"the {what} is not one (define ...)")
    return top[0]


def _line(text: str, word: str) -> int:
    return text[: text.lower().index(word)].count("\n") + 1


def _typed(items: Expression, where: str, default: str = ROOT_TYPE) -> Iterator[tuple[str, str]]:
    """Yield each name with its type: ``a b - c`` is ``a`` and ``b`` of type ``c``."""
    names: list[str] = []
    rest = iter(items)
    for item in rest:
        if isinstance(item, list):
            raise UnreadablePddl(f"{where}: types joined by 'either' are not supported")
        if item == "-":
            kind = next(rest, None)
            if not isinstance(kind, str):
                raise UnreadablePddl(f"{where}: '-' must be followed by one type ('either' is not supported)")
            yield from ((name, kind) for name in names)
            names = []
        else:
            names.append(item)
    yield from ((name, default) for name in names)


@dataclass
class _Reader:
    """Reads conditions and effects of one action or goal."""

    where: str
    types: Iterable[str]
    predicates: Mapping[str, int]
    bound: set[str] = field(default_factory=set)

    def fail(self, what: str) -> NoReturn:
        raise UnreadablePddl(f"{self.where}: {what}")

    def params(self, items: Expression) -> Params:
        params = tuple(_typed(items, self.where))
        if odd := next((name for name, _ in params if not name.startswith("?")), None):
            self.fail(f"{odd!r} stands where a variable must (?name)")
        return params

    def scope(self, items: Expression, scope: Mapping[str, str]) -> tuple[Params, dict[str, str]]:
        """Bind quantified variables, renaming what is bound already elsewhere."""
        inner, params = dict(scope), []
        for name, kind in self.params(items):
            unique, count = name, 1
            while unique in self.bound:
                unique, count = f"{name}{count}", count + 1
            self.bound.add(unique)
            inner[name] = unique
            params.append((unique, kind))
        return tuple(params), inner

    def condition(self, form: Any, scope: Mapping[str, str]) -> Formula:
        if not isinstance(form, list) or not form:
            self.fail(f"{form!r} stands where a condition must")
        tag, args = form[0], form[1:]
        if isinstance(tag, list):
            self.fail("a condition begins with a parenthesis instead of a word")
        if tag in ("and", "or"):
            parts = tuple(self.condition(part, scope) for part in args)
            return And(parts) if tag == "and" else Or(parts)
        if tag in ("not", "imply", "forall", "exists"):
            if len(args) != (1 if tag == "not" else 2):
                self.fail(f"'{tag}' has {len(args)} parts")
            if tag == "not":
                return negation(self.condition(args[0], scope))
            if tag == "imply":
                return Or((negation(self.condition(args[0], scope)), self.condition(args[1], scope)))
            params, inner = self.scope(args[0], scope)
            return Quantified(params, self.condition(args[1], inner), every=tag == "forall")
        if tag in ("<", ">", "<=", ">=") or any(isinstance(arg, list) for arg in args):
            self.fail(f"numeric conditions and preferences ('{tag}') are not supported")
        return self.atom(form, scope, in_condition=True)

    def atom(self, form: Expression, scope: Mapping[str, str], *, in_condition: bool) -> Atom:
        name, arity = form[0], self.predicates.get(form[0])
        if arity is None and in_condition and name in self.types:
            name, arity = f"{TYPE_PREFIX}{name}", 1
        if arity is None:
            self.fail(f"the predicate {name!r} is not declared")
        if arity != len(form) - 1:
            self.fail(f"the predicate {name!r} has {arity} arguments, not {len(form) - 1}")
        if unbound := next((arg for arg in form[1:] if arg[0] == "?" and arg not in scope), None):
            self.fail(f"the variable {unbound} is not bound")
        return Atom(name, tuple(scope.get(arg, arg) for arg in form[1:]))

    def effects(
        self, form: Any, scope: Mapping[str, str], params: Params, condition: tuple[Formula, ...]
    ) -> Iterator[Effect]:
        if not isinstance(form, list) or not form:
            self.fail(f"{form!r} stands where an effect must")
        tag, args = form[0], form[1:]
        if tag == "and":
            for part in args:
                yield from self.effects(part, scope, params, condition)
        elif tag == "forall" and len(args) == 2:
            more, inner = self.scope(args[0], scope)
            yield from self.effects(args[1], inner, params + more, condition)
        elif tag == "when" and len(args) == 2:
            yield from self.effects(args[1], scope, params, (*condition, self.condition(args[0], scope)))
        elif tag == "increase":
            if args[:1] != [["total-cost"]]:
                self.fail("numeric effects other than on (total-cost) are not supported")
        elif tag in ("assign", "decrease", "scale-up", "scale-down"):
            self.fail(f"numeric effects ('{tag}') are not supported")
        else:
            negated = tag == "not"
            if negated and (len(args) != 1 or not isinstance(args[0], list)):
                self.fail("'not' in an effect has no atom")
            literal = args[0] if negated else form
            if not literal or any(isinstance(arg, list) for arg in literal):
                self.fail(f"{tag!r} is not supported as an effect")
            atom = self.atom(literal, scope, in_condition=False)
            all_of = condition[0] if len(condition) == 1 else And(condition)
            yield Effect(params, all_of, Atom(atom.predicate, atom.args, negated))


def _settled(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Leave out each effect that another one contradicts or repeats: what is added stays added."""
    kept: list[Effect] = []
    for effect in effects:
        opposite = Effect(effect.params, effect.condition, Atom(effect.atom.predicate, effect.atom.args, True))
        if effect.atom.negated:
            added = Effect(effect.params, effect.condition, Atom(effect.atom.predicate, effect.atom.args))
            if added in kept:
                continue
        elif opposite in kept:
            kept.remove(opposite)
        if effect not in kept:
            kept.append(effect)
    return tuple(kept)


@lru_cache(maxsize=16)
def read_domain(text: str) -> Domain:
    """Read a domain.

    Raises:
        UnreadablePddl: it is no domain, or uses a feature that is not played.
    """
    form = _read(text, "domain")
    if len(form) < 2 or form[1][:1] != ["domain"] or len(form[1]) != 2:
        raise UnreadablePddl("the domain does not begin with (domain NAME)")
    sections: dict[str, Expression] = {}
    bodies: list[Expression] = []
    for part in form[2:]:
        if not isinstance(part, list) or not part:
            raise UnreadablePddl(f"the domain has {part!r} where a section must stand")
        if part[0] == ":action":
            bodies.append(part)
        elif part[0] in (":requirements", ":types", ":constants", ":predicates", ":functions"):
            if part[0] in sections:
                raise UnreadablePddl(f"the domain has two sections {part[0]}")
            sections[part[0]] = part[1:]
        else:
            raise UnreadablePddl(f"the domain's {part[0]} is not supported")
    parents = [(ROOT_TYPE, "")] + [
        (name, kind) for name, kind in _typed(sections.get(":types", []), "the domain's types") if name != ROOT_TYPE
    ]
    predicates = {"=": 2}
    for declared in sections.get(":predicates", []):
        if not isinstance(declared, list) or not declared or not isinstance(declared[0], str):
            raise UnreadablePddl(f"{declared!r} declares no predicate")
        predicates[declared[0]] = len(list(_typed(declared[1:], f"the predicate {declared[0]!r}")))
    if odd := next((name for name in predicates if name.startswith("not_")), None):
        raise UnreadablePddl(
            f"the predicate {odd!r} is not supported: TextWorld takes names that begin so as negations"
        )
    names = tuple(dict.fromkeys(name for name, _ in parents))
    actions = [_read_action(body, names, predicates) for body in bodies]
    return Domain(
        name=form[1][1],
        type_names=names,
        supertypes=_supertypes(parents),
        predicates=predicates,
        constants=tuple(_typed(sections.get(":constants", []), "the domain's constants")),
        actions=tuple(action for action in actions if action.effects),
    )


def _supertypes(parents: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    above: dict[str, dict[str, None]] = {}
    for name, parent in parents:
        above.setdefault(name, {})
        if parent:
            above[name][parent] = None
    if unknown := next((parent for _, parent in parents if parent and parent not in above), None):
        raise UnreadablePddl(f"the type {unknown!r} is used in :types but not declared there")
    grown = True
    while grown:
        grown = False
        for types in above.values():
            for further in [upper for kind in types for upper in above[kind] if upper not in types]:
                types[further] = None
                grown = True
    return {name: tuple(types) for name, types in above.items()}


def _read_action(body: Expression, types: Iterable[str], predicates: Mapping[str, int]) -> Action:
    if len(body) < 2 or not isinstance(body[1], str):
        raise UnreadablePddl("an action of the domain has no name")
    name, rest = body[1], body[2:]
    fields = dict(zip(rest[::2], rest[1::2], strict=False)) if all(isinstance(key, str) for key in rest[::2]) else None
    known = (":parameters", ":precondition", ":effect")
    if fields is None or len(rest) % 2 or len(fields) * 2 != len(rest) or not set(fields) <= set(known):
        raise UnreadablePddl(f"the action {name!r} has other fields than {', '.join(known)}, each once")
    reader = _Reader(f"the action {name!r}", types, predicates)
    params = reader.params(fields.get(":parameters", []))
    reader.bound.update(variable for variable, _ in params)
    scope = {variable: variable for variable, _ in params}
    precondition = reader.condition(fields[":precondition"], scope) if fields.get(":precondition") else TRUE
    effects = reader.effects(fields[":effect"], scope, (), ()) if fields.get(":effect") else ()
    return Action(name, params, precondition, _settled(effects))


def read_problem(text: str, domain: Domain) -> Problem:
    """Read a problem of a domain.

    Raises:
        UnreadablePddl: it is no problem, is one of another domain, or uses a feature that is not played.
    """
    sections: dict[str, Expression] = {}
    for part in _read(text, "problem")[1:]:
        if not isinstance(part, list) or not part or not isinstance(part[0], str) or part[0] in sections:
            raise UnreadablePddl(f"the problem has {part!r:.60} where a section must stand that it has not yet")
        sections[part[0]] = part[1:]
    known = {"problem", ":domain", ":requirements", ":objects", ":init", ":goal", ":metric"}
    if unknown := next((tag for tag in sections if tag not in known), None):
        raise UnreadablePddl(f"the problem's section {unknown!r} is not supported")
    if missing := next((tag for tag in (":domain", ":init", ":goal") if tag not in sections), None):
        raise UnreadablePddl(f"the problem has no section {missing!r}")
    if sections[":domain"] != [domain.name]:
        raise UnreadablePddl(f"the problem is one of the domain {sections[':domain']}, not of {domain.name!r}")
    objects = _objects([*domain.constants, *_typed(sections.get(":objects", []), "the problem's objects")], domain)
    facts, mentioned = _facts(sections[":init"], objects, domain.predicates)
    if len(sections[":goal"]) != 1:
        raise UnreadablePddl("the problem's goal is not one condition")
    goal = _Reader("the goal", domain.type_names, domain.predicates).condition(sections[":goal"][0], {})
    return Problem(objects, facts, mentioned, goal)


def _objects(declared: list[tuple[str, str]], domain: Domain) -> dict[str, str]:
    objects = dict(declared)
    if len(objects) != len(declared):
        seen: set[str] = set()
        twice = next(name for name, _ in declared if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise UnreadablePddl(f"the object {twice!r} is declared twice")
    if odd := next(((name, kind) for name, kind in declared if kind not in domain.supertypes), None):
        raise UnreadablePddl(f"the object {odd[0]!r} is of the type {odd[1]!r}, which the domain does not declare")
    return objects


def _words(form: Any) -> list[str]:
    """A fact's predicate, or the function that has a value, and what it is of."""
    if not isinstance(form, list) or not form or not all(isinstance(word, str) for word in form):
        raise UnreadablePddl(f"the initial state has {form!r} where a plain fact must stand")
    return form


def _facts(
    init: Expression, objects: Mapping[str, str], predicates: Mapping[str, int]
) -> tuple[dict[str, frozenset[tuple[str, ...]]], frozenset[str]]:
    facts: dict[str, list[tuple[str, ...]]] = {}
    denied: set[tuple[str, ...]] = set()
    mentioned: set[str] = set()
    for form in init:
        if not isinstance(form, list) or not form:
            raise UnreadablePddl(f"the initial state has {form!r} where a fact must stand")
        if form[0] == "=":
            if len(form) != 3 or not isinstance(form[1], list) or not re.fullmatch(r"[0-9.]+", str(form[2])):
                raise UnreadablePddl("the initial state has an '=' that sets no function to a number")
            # A distance between places or the cost so far: of no matter, but TextWorld names what it is between.
            function, *between = _words(form[1])
            if function != "total-cost":
                mentioned.update(between)
            continue
        if form[0] == "not":
            denied.add(tuple(_words(form[1] if len(form) == 2 else [form])))
            continue
        predicate, *args = _words(form)
        if len(args) != predicates.get(predicate, len(args)):
            raise UnreadablePddl(
                f"the initial state has ({' '.join(form)}), and {predicate} is of {predicates[predicate]} things"
            )
        mentioned.update(args)
        facts.setdefault(predicate, []).append(tuple(args))
    if unknown := next((name for name in mentioned if name not in objects), None):
        raise UnreadablePddl(f"the initial state names the object {unknown!r}, which is not declared")
    atoms = {predicate: frozenset(found) for predicate, found in facts.items()}
    if both := next((atom for atom in denied if atom[1:] in atoms.get(atom[0], ())), None):
        raise UnreadablePddl(f"the initial state says ({' '.join(both)}) and its negation")
    return atoms, frozenset(mentioned)
