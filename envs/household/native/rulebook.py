"""One domain and one grammar, compiled: what can be done, when, how it is said and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from embodied_codeact.envs.household.native.conditions import Conditions, Frame, Step, Test
from embodied_codeact.envs.household.native.formulas import TRUE, And, Atom, Formula, Params, Quantified
from embodied_codeact.envs.household.native.grammar import Each, Grammar, Plain, Rule, Wording, read_query, read_symbols
from embodied_codeact.envs.household.native.memo import Facts, Key
from embodied_codeact.envs.household.native.pddl import Action, Domain, Effect, read_domain
from embodied_codeact.envs.household.native.recent import Recent
from embodied_codeact.envs.household.native.tables import Patterns, key_of
from embodied_codeact.envs.household.native.words import Variable, Words, Writer

_TOLD = "@told"

Select = Callable[[Sequence[str]], tuple[str, ...]]
"""Picks objects out of a binding."""


@dataclass(frozen=True)
class CompiledEffect:
    """An effect: ``places`` are where the arguments of its atom stand in a binding, ``free`` what to run through."""

    predicate: str
    places: tuple[int, ...]
    negated: bool
    free: tuple[tuple[int, str], ...]
    test: Test | None
    condition: Formula

    @property
    def plain(self) -> bool:
        """Whether it is about one fact, whatever the state."""
        return not self.free and self.test is None


@dataclass(frozen=True)
class Text:
    """A text of an action.

    ``key`` makes of the action's objects those that the text depends on; ``others`` are the types of the rest, which
    only matter where a query finds an object of their type (it never gives one object to two variables).
    """

    writer: Writer
    key: Callable[[Sequence[str]], Key]
    others: frozenset[str]


@dataclass(frozen=True)
class Schema:
    """One action. ``steps`` find the objects that it can be done with; ``params`` are its variables with their types.

    ``needs`` and ``forbids`` are the atoms that must hold or not, whatever else must. An action whose objects are such
    that it would change nothing does not exist; ``may_be_idle`` tells that this can happen.
    """

    number: int
    action: Action
    params: Params
    frame: Frame
    steps: Sequence[Step]
    effects: Sequence[CompiledEffect]
    needs: tuple[tuple[str, tuple[int, ...]], ...]
    forbids: tuple[tuple[str, tuple[int, ...]], ...]
    may_be_idle: bool
    surely_adds: tuple[tuple[Select, tuple[Select, ...]], ...]
    touches: frozenset[str]
    tells: bool
    has_conditions: bool
    template: Text | None
    feedback: Text | None
    reads: frozenset[str]
    """The changeable predicates that decide what the action can be done with, and how that is said."""


@dataclass(frozen=True)
class Rulebook:
    """The compiled rules, the same for all games with this domain and this grammar but for its fixed texts.

    ``told`` maps a predicate to the names under which words see that it has become true and that it has become false,
    each None where no words ask for it or where it is simply the predicate's own.
    """

    domain: Domain
    fluents: frozenset[str]
    patterns: Patterns
    schemas: Sequence[Schema]
    opening: Writer
    told: Mapping[str, tuple[str | None, str | None]]
    conditions: Conditions


_RULEBOOKS: Recent[tuple[str, str, str, frozenset[str]], Rulebook] = Recent(most=16)


def fixed_texts(grammar: Grammar) -> dict[str, str]:
    """Return the text of each rule that is plain text, whatever happens.

    A game's own sentence (what its task is) is one of them; without these, games of one making share one grammar.
    """
    fixed: dict[str, str] = {}
    for name, rules in grammar.rules.items():
        if rules and not rules[0].condition:
            symbols = read_symbols(rules[0].text)
            if all(isinstance(symbol, Plain) for symbol in symbols):
                fixed[name] = "".join(symbol.text for symbol in symbols if isinstance(symbol, Plain))
    return fixed


def rulebook(domain: str, grammar: Grammar, fixed: frozenset[str], facts: Mapping[str, Facts]) -> Rulebook:
    """Return the compiled rules, from the cache where the same ones were asked for before.

    ``facts``, those of a game, only guide the order of lookups.

    Raises:
        UnreadablePddl, UnreadableGrammar: something in them is not supported.
    """
    wordings = json.dumps({name: [wording.template, wording.feedback] for name, wording in grammar.wordings.items()})
    rules = json.dumps(
        {
            name: [[rule.text, rule.condition] for rule in rules]
            for name, rules in grammar.rules.items()
            if name not in fixed
        }
    )
    key = (domain, wordings, rules, fixed)
    return _RULEBOOKS.get(key, lambda: _compiled(read_domain(domain), wordings, rules, fixed, facts))


def _compiled(domain: Domain, wordings: str, rules: str, fixed: frozenset[str], facts: Mapping[str, Facts]) -> Rulebook:
    grammar = Grammar(
        {name: Wording(*wording) for name, wording in json.loads(wordings).items()},
        {name: tuple(Rule(*rule) for rule in alternatives) for name, alternatives in json.loads(rules).items()},
    )
    asked = {
        sought.predicate
        for alternatives in grammar.rules.values()
        for rule in alternatives
        for query in _queries(rule)
        for sought in read_query(query)
    }
    told = _told(domain, asked)
    named = {predicate: true for predicate, (true, _) in told.items() if true}
    seen = {name for names in told.values() for name in names if name}
    patterns, fluents = Patterns(), domain.fluents | seen
    words = Words(grammar.rules, fixed, domain.supertypes, patterns, fluents, named)
    conditions = Conditions(patterns, domain.fluents, facts, domain.supertypes.keys())
    return Rulebook(
        domain=domain,
        fluents=fluents,
        patterns=patterns,
        schemas=[
            _schema(number, action, grammar.wordings.get(action.name), words, conditions, told)
            for number, action in enumerate(domain.actions)
        ],
        opening=words.writer("#intro#", ()),
        told=told,
        conditions=conditions,
    )


def _queries(rule: Rule) -> list[str]:
    queries = [symbol.query for symbol in read_symbols(rule.text) if isinstance(symbol, Each)]
    return [query for query in (*queries, rule.condition) if query]


def _told(domain: Domain, asked: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """TextWorld tells words of every effect of an action that is done, also of those whose condition fails.

    So words may see another truth of a predicate with conditional effects, and it is kept apart where they ask for it.
    """
    told: dict[str, tuple[str | None, str | None]] = {}
    for predicate in domain.fluents:
        false = f"not_{predicate}" if f"not_{predicate}" in asked else None
        conditional = any(
            effect.atom.predicate == predicate and effect.condition != TRUE
            for action in domain.actions
            for effect in action.effects
        )
        true = f"{predicate}{_TOLD}" if conditional and predicate in asked else None
        if true or false:
            told[predicate] = (true, false)
    return told


def _schema(
    number: int,
    action: Action,
    wording: Wording | None,
    words: Words,
    conditions: Conditions,
    told: Mapping[str, tuple[str | None, str | None]],
) -> Schema:
    frame = Frame()
    for name, _ in action.params:
        frame.place(name)
    needs, forbids = _literals(action.precondition)
    effects = [_effect(effect, frame, action, conditions) for effect in action.effects]
    scope = tuple(Variable(name.strip("?"), kind, of_action=True) for name, kind in action.params)
    template = _text(words.writer(wording.template, scope), action) if wording else None
    reads = predicates_of(action.precondition) & conditions.fluents
    touches = frozenset(effect.predicate for effect in effects)
    touches |= {name for predicate in touches for name in told.get(predicate, ()) if name}
    return Schema(
        number=number,
        action=action,
        params=action.params,
        frame=frame,
        steps=conditions.every_binding(action.params, action.precondition, frame, frozenset()),
        effects=effects,
        needs=tuple((atom.predicate, tuple(frame.place(arg) for arg in atom.args)) for atom in needs),
        forbids=tuple((atom.predicate, tuple(frame.place(arg) for arg in atom.args)) for atom in forbids),
        may_be_idle=all(_may_be_idle(effect.atom, action, needs, forbids) for effect in action.effects),
        surely_adds=tuple(
            (
                _select(effect.places),
                tuple(
                    _select(tuple(frame.place(arg) for arg in atom.args))
                    for atom in needs
                    if atom.predicate == effect.predicate
                ),
            )
            for effect in effects
            if effect.plain and not effect.negated
        ),
        touches=touches,
        tells=any(predicate in told for predicate in touches),
        has_conditions=any(effect.test is not None for effect in effects),
        template=template,
        feedback=_text(words.writer(wording.feedback, scope), action) if wording else None,
        reads=reads | (template.writer.reads if template else frozenset()),
    )


def _select(places: tuple[int, ...]) -> Select:
    if len(places) == 1:
        place = places[0]
        return lambda binding: (binding[place],)
    return key_of(places)


def _text(writer: Writer, action: Action) -> Text:
    uses = tuple(sorted(place for place in writer.uses if place < len(action.params)))
    others = frozenset(kind for place, (_, kind) in enumerate(action.params) if place not in uses)
    return Text(writer, key_of(uses), others)


def _effect(effect: Effect, frame: Frame, action: Action, conditions: Conditions) -> CompiledEffect:
    free = tuple((frame.place(name), kind) for name, kind in effect.params)
    bound = frozenset(name for name, _ in (*action.params, *effect.params))
    return CompiledEffect(
        effect.atom.predicate,
        tuple(frame.place(arg) for arg in effect.atom.args),
        effect.atom.negated,
        free,
        conditions.test(effect.condition, frame, bound) if effect.condition != TRUE else None,
        effect.condition,
    )


def _literals(formula: Formula) -> tuple[list[Atom], list[Atom]]:
    """Return the atoms that a condition needs, and those that it forbids, apart from what it leaves a choice in."""
    parts = list(formula.parts) if isinstance(formula, And) else [formula]
    needs, forbids = list[Atom](), list[Atom]()
    for part in parts:
        if isinstance(part, And):
            more, less = _literals(part)
            needs, forbids = needs + more, forbids + less
        elif isinstance(part, Atom) and part.predicate != "=":
            (forbids if part.negated else needs).append(part)
    return needs, forbids


def _may_be_idle(effect: Atom, action: Action, needs: list[Atom], forbids: list[Atom]) -> bool:
    if not effect.negated:
        return any(atom.predicate == effect.predicate for atom in needs)
    opposed = any(
        other.atom.predicate == effect.predicate and not other.atom.negated for other in action.effects
    ) or any(atom.predicate == effect.predicate for atom in forbids)
    return opposed or Atom(effect.predicate, effect.args) not in needs


def predicates_of(formula: Formula) -> frozenset[str]:
    """Return the predicates that a condition speaks of."""
    if isinstance(formula, Atom):
        return frozenset({formula.predicate})
    if isinstance(formula, Quantified):
        return predicates_of(formula.part)
    return frozenset().union(*(predicates_of(part) for part in formula.parts))
