"""Compiles the grammar to functions that write text, word for word as TextWorld's grammar does.

What decides the words: of a rule's texts the first whose condition has an answer is used; answers come in the order of
the facts' sorted arguments, predicate by predicate; two variables of a query never stand for the same object; and
``not_p(...)`` is a fact only after an action has made ``p(...)`` false.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from embodied_codeact.envs.household.native.grammar import (
    Call,
    Each,
    Plain,
    Rule,
    Sought,
    Symbol,
    UnreadableGrammar,
    Value,
    read_query,
    read_symbols,
)
from embodied_codeact.envs.household.native.memo import Key, Trace
from embodied_codeact.envs.household.native.tables import Fact, Patterns, key_of

if TYPE_CHECKING:
    from embodied_codeact.envs.household.native.world import World

Objects = tuple[str, ...]
"""The objects of a scope's variables."""

Write = Callable[[Trace, Objects], str]
Answers = Callable[[Trace, Objects], list[Objects]]
Evaluate = Callable[["World", Objects], Any]


class Variable(NamedTuple):
    """A variable in scope. One of an action counts as of the action's type, whatever its object is declared as."""

    name: str
    kind: str
    of_action: bool = False


Scope = tuple[Variable, ...]


@dataclass(frozen=True)
class Writer:
    """A compiled text: what writes it, which variables of its scope it depends on, and which facts it reads."""

    write: Write
    uses: frozenset[int]
    reads: frozenset[str]


@dataclass
class Words:
    """Compiles texts for one rulebook.

    ``fixed`` are the rules whose text is the same all through a game (``task`` is): a game brings it along. ``named``
    says under which name the facts of a predicate are kept that words see, for those where it is not its own.
    """

    rules: Mapping[str, Sequence[Rule]]
    fixed: frozenset[str]
    supertypes: Mapping[str, tuple[str, ...]]
    patterns: Patterns
    fluents: frozenset[str]
    named: Mapping[str, str]
    _called: dict[tuple[str, Scope], Writer | None] = field(default_factory=dict)
    _signatures: dict[tuple[str, ...], Sequence[tuple[str, ...]]] = field(default_factory=dict)

    def writer(self, text: str, scope: Scope) -> Writer:
        """Compile a text over the variables of a scope.

        Raises:
            UnreadableGrammar: it, or a rule that it calls, holds what is not supported.
        """
        return self._sequence(read_symbols(text), scope)

    def _sequence(self, symbols: Sequence[Symbol], scope: Scope) -> Writer:
        writers = [self._symbol(symbol, scope) for symbol in symbols]
        if len(writers) == 1:
            return writers[0]
        parts = tuple(writer.write for writer in writers)

        def write(trace: Trace, objects: Objects) -> str:
            return "".join([part(trace, objects) for part in parts])

        return _joint(write, writers)

    def _symbol(self, symbol: Symbol, scope: Scope) -> Writer:
        if isinstance(symbol, Plain):
            text = symbol.text
            return Writer(lambda _trace, _objects: text, frozenset(), frozenset())
        if isinstance(symbol, Call):
            return self._call(symbol.rule, scope)
        return self._each(symbol, scope)

    def _call(self, rule: str, scope: Scope) -> Writer:
        if rule in self.fixed:
            return Writer(lambda trace, _: trace.world.fixed[rule], frozenset(), frozenset())
        known = (rule, scope)
        if known in self._called:
            return self._called[known] or self._later(known)
        self._called[known] = None
        self._called[known] = writer = self._rule(rule, scope)
        return writer

    def _later(self, known: tuple[str, Scope]) -> Writer:
        """A rule that calls itself: looked up when it is used."""

        def write(trace: Trace, objects: Objects) -> str:
            writer = self._called[known]
            assert writer is not None
            try:
                return writer.write(trace, objects)
            except RecursionError:
                raise UnreadableGrammar(f"the grammar's rule {known[0]!r} calls itself without end") from None

        return Writer(write, frozenset(range(len(known[1]))), self.fluents)

    def _rule(self, name: str, scope: Scope) -> Writer:
        cases = [
            (
                self._answers(read_query(rule.condition), scope) if rule.condition else None,
                self.writer(rule.text, scope),
            )
            for rule in self.rules.get(name, ())
        ]
        if cases and cases[0][0] is None:
            return cases[0][1]
        choices = tuple((found and found[0], writer.write) for found, writer in cases)

        def write(trace: Trace, objects: Objects) -> str:
            for answers, then in choices:
                if answers is None or answers(trace, objects):
                    return then(trace, objects)
            raise UnreadableGrammar(f"the grammar has no rule {name!r} for what happened")

        uses = frozenset().union(*(found[2] for found, _ in cases if found))
        reads = frozenset().union(*(found[3] for found, _ in cases if found))
        return _joint(write, [writer for _, writer in cases], uses, reads)

    def _each(self, each: Each, scope: Scope) -> Writer:
        found = self._answers(read_query(each.query), scope) if each.query else None
        answers, inner_scope, uses, reads = found or (None, scope, frozenset(), frozenset())
        if isinstance(each.symbol, Call):
            inner = self._call(each.symbol.rule, inner_scope)
        else:
            inner = _value(each.symbol, inner_scope)
        one = inner.write
        inner = Writer(one, frozenset(place for place in inner.uses if place < len(scope)), inner.reads)
        if not each.listed and answers is None:
            return inner

        def items(trace: Trace, objects: Objects) -> list[str]:
            each_of = [objects] if answers is None else answers(trace, objects)
            return [one(trace, found) for found in each_of]

        if not each.listed:
            return _joint(lambda *state: "".join(items(*state)), [inner], uses, reads)
        empty, comma, last = (self._call(f"list_{name}", scope) for name in ("empty", "separator", "last_separator"))

        def write(trace: Trace, objects: Objects) -> str:
            listed = items(trace, objects)
            if len(listed) < 2:
                return listed[0] if listed else empty.write(trace, objects)
            first = comma.write(trace, objects).join(listed[:-1])
            return first + last.write(trace, objects) + listed[-1]

        return _joint(write, [inner, empty, comma, last], uses, reads)

    def _answers(self, query: Sequence[Sought], scope: Scope) -> tuple[Answers, Scope, frozenset[int], frozenset[str]]:
        """Compile a query: its answers, the scope of each, the variables of ``scope`` and the facts it depends on."""
        places = {(variable.name, variable.kind): place for place, variable in enumerate(scope)}
        width, inner, uses, reads = len(scope), list(scope), set[int](), set[str]()
        lookups: list[_Lookup] = []
        for sought in query:
            predicate = self.named.get(sought.predicate, sought.predicate)
            known = [index for index, variable in enumerate(sought.args) if variable in places]
            uses |= {places[sought.args[index]] for index in known}
            lookup = _Lookup(
                number=self.patterns.pattern(predicate, known).number,
                key=key_of(tuple(places[sought.args[index]] for index in known)),
                changes=predicate in self.fluents,
                signatures=self._signatures_of(tuple(kind for _, kind in sought.args)),
                typed=tuple((index, inner[places[sought.args[index]]]) for index in known),
                fresh=tuple(index for index in range(len(sought.args)) if index not in known),
                same=tuple(
                    (index, sought.args.index(variable))
                    for index, variable in enumerate(sought.args)
                    if sought.args.index(variable) != index
                ),
            )
            reads |= {predicate} & self.fluents
            for index, variable in enumerate(sought.args):
                if variable not in places:
                    places[variable] = len(inner)
                    inner.append(Variable(*variable))
                elif index in lookup.fresh:
                    lookup = lookup._replace(fresh=tuple(place for place in lookup.fresh if place != index))
            lookups.append(lookup)

        def answers(trace: Trace, objects: Objects) -> list[Objects]:
            found = [objects]
            for lookup in lookups:
                found = [wider for narrow in found for wider in _wider(trace, narrow, lookup, inner)]
            return found

        return answers, tuple(inner), frozenset(place for place in uses if place < width), frozenset(reads)

    def _signatures_of(self, kinds: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
        if kinds not in self._signatures:
            if unknown := next((kind for kind in kinds if kind not in self.supertypes), None):
                raise UnreadableGrammar(f"the grammar asks for the type {unknown!r}, which the domain does not declare")
            self._signatures[kinds] = _signatures(kinds, self.supertypes)
        return self._signatures[kinds]


class _Lookup(NamedTuple):
    """One predicate of a query: where its facts are, and how its arguments stand to the variables in scope."""

    number: int
    key: Callable[[Any], Key]
    changes: bool
    signatures: Sequence[tuple[str, ...]]
    typed: tuple[tuple[int, Variable], ...]
    fresh: tuple[int, ...]
    same: tuple[tuple[int, int], ...]


def _wider(trace: Trace, objects: Objects, lookup: _Lookup, scope: Sequence[Variable]) -> Iterable[Objects]:
    """Yield ``objects`` with one more for each fresh variable, for each fact that answers."""
    key = lookup.key(objects)
    if lookup.changes:
        content = trace.facts(lookup.number, key)
        facts: Sequence[Fact] = sorted(content) if content else ()
    else:
        facts = trace.world.tables.static[lookup.number].get(key, ())
    if not facts:
        return
    signature_of = trace.world.signature_of
    by_signature: dict[tuple[str, ...], list[Fact]] = {}
    for fact in facts:
        by_signature.setdefault(signature_of[fact], []).append(fact)
    for signature in lookup.signatures:
        if signature not in by_signature or any(
            variable.of_action and variable.kind != signature[index] for index, variable in lookup.typed
        ):
            continue
        trace.kinds.update([signature[index] for index in lookup.fresh])
        for fact in by_signature[signature]:
            if any(fact[index] != fact[first] for index, first in lookup.same):
                continue
            wider = objects
            for index in lookup.fresh:
                name = fact[index]
                if name in wider and any(
                    other == name and (not variable.of_action or variable.kind == signature[index])
                    for other, variable in zip(wider, scope, strict=False)
                ):
                    break
                wider = (*wider, name)
            else:
                yield wider


def _signatures(kinds: tuple[str, ...], supertypes: Mapping[str, tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """Return types and all combinations of types below them, in TextWorld's order (and as often as it has them)."""
    children = {kind: sorted(name for name, above in supertypes.items() if kind in above) for kind in supertypes}

    def below(signature: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        for index, kind in enumerate(signature):
            for child in children[kind]:
                yield (*signature[:index], child, *signature[index + 1 :])

    found, queue, seen = [kinds], deque(below(kinds)), set[tuple[str, ...]]()
    while queue:
        found.append(signature := queue.popleft())
        for further in below(signature):
            if further not in seen:
                seen.add(further)
                queue.append(further)
    return found


def _joint(
    write: Write, parts: Sequence[Writer], uses: frozenset[int] = frozenset(), reads: frozenset[str] = frozenset()
) -> Writer:
    return Writer(write, uses.union(*(part.uses for part in parts)), reads.union(*(part.reads for part in parts)))


_NO_VALUE = ("noun", "adj", "desc", "room_type", "synonyms")
"""What TextWorld could know of an object, and does not of those of PDDL games."""


def _always(constant: object) -> Evaluate:
    return lambda _world, _objects: constant


def _field(place: int, name: str) -> Evaluate | None:
    match name:
        case "name":
            return lambda world, objects: world.names[objects[place]]
        case "id":
            return lambda _, objects: objects[place]
        case "type":
            return lambda world, objects: world.kinds[objects[place]]
        case "definite" | "indefinite":
            return _always("the" if name == "definite" else "a")
    return _always(None) if name in _NO_VALUE else None


def _value(value: Value, scope: Scope) -> Writer:
    places = {variable.name: place for place, variable in enumerate(scope)}
    used: set[int] = set()

    def compiled(node: ast.expr) -> Evaluate:
        match node:
            case ast.Constant(value=str() | int() | float() | bool() | None as constant):
                return _always(constant)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in places:
                used.add(places[name])
                if field := _field(places[name], attribute):
                    return field
            case ast.Name(id=name) if name in places:
                place = places[name]
                used.add(place)
                return lambda world, objects: _Named(world.names[objects[place]])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                first, second = compiled(left), compiled(right)
                return lambda world, objects: first(world, objects) + second(world, objects)
            case ast.BoolOp(op=op, values=[*values]):
                wanted, parts = isinstance(op, ast.Or), [compiled(part) for part in values]

                def chosen(world: World, objects: Objects) -> Any:
                    result: Any = None
                    for part in parts:
                        result = part(world, objects)
                        if bool(result) is wanted:
                            break
                    return result

                return chosen
            case ast.IfExp(test=test, body=body, orelse=orelse):
                asked, yes, no = compiled(test), compiled(body), compiled(orelse)
                return lambda world, objects: yes(world, objects) if asked(world, objects) else no(world, objects)
        raise UnreadableGrammar(f"the grammar's expression {value.expression!r} is not supported")

    evaluate, of_used = compiled(_parsed(value.expression)), key_of(tuple(sorted(used)))

    def write(trace: Trace, objects: Objects) -> str:
        # Of an object an expression can only use what never changes.
        key = (value.expression, of_used(objects))
        written = trace.world.written.get(key)
        if written is None:
            try:
                written = trace.world.written[key] = str(evaluate(trace.world, objects))
            except TypeError as error:
                raise UnreadableGrammar(f"the grammar's expression {value.expression!r} fails ({error})") from None
        return written

    return Writer(write, frozenset(used), frozenset())


class _Named:
    """An object by itself: its name where it is written, and nothing that text could be added to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return self._name


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(" \t"), mode="eval").body
    except (SyntaxError, ValueError):
        raise UnreadableGrammar(f"the grammar's expression {expression!r} cannot be read") from None
