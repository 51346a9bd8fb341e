"""One game: its objects and their names, its facts, what can be done in a state and what it changes.

All of it stays the same while the game is played, except for what is remembered of what was worked out; so engines
that play the same game share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from embodied_codeact.envs.household.naming import object_names
from embodied_codeact.envs.household.native.conditions import Binding, Frame
from embodied_codeact.envs.household.native.formulas import TYPE_PREFIX, And, Atom, Formula
from embodied_codeact.envs.household.native.grammar import UnreadableGrammar, read_grammar
from embodied_codeact.envs.household.native.memo import Facts, Get, Key, Memo, State, Trace
from embodied_codeact.envs.household.native.operations import Conditional, Effects, Operation
from embodied_codeact.envs.household.native.pddl import UnreadablePddl, read_domain, read_problem
from embodied_codeact.envs.household.native.reach import Reach
from embodied_codeact.envs.household.native.recent import Recent
from embodied_codeact.envs.household.native.rulebook import (
    Schema,
    fixed_texts,
    predicates_of,
    rulebook,
)
from embodied_codeact.envs.household.native.tables import Fact, Tables

_MOST_REMEMBERED = 20_000
_NO_FACTS: Facts = frozenset()


class Offer:
    """What one action can be done with: ``commands`` maps how it is said to the objects."""

    __slots__ = ("commands",)

    def __init__(self, commands: dict[str, Fact]) -> None:
        self.commands = commands


class _Names(dict[str, str]):
    def __missing__(self, identifier: str) -> str:
        raise UnreadableGrammar(f"no fact mentions the object {identifier!r}, so it has no name: it cannot be told of")


class _Signatures(dict[Fact, tuple[str, ...]]):
    """The types of a fact's objects, worked out once for each fact."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        super().__init__()
        self._kinds = kinds

    def __missing__(self, fact: Fact) -> tuple[str, ...]:
        signature = self[fact] = tuple([self._kinds[name] for name in fact])
        return signature


class _Objects(dict[str, dict[str, None]]):
    """The objects of each type; a type that nobody declared has none."""

    def __missing__(self, kind: str) -> dict[str, None]:
        return {}


class World:
    """One game, from the three texts of its file.

    ``initial`` is the state that it begins in (never to be changed: copied first), ``opening`` its first words.

    Raises:
        UnreadablePddl, UnreadableGrammar: a text cannot be used, or the goal can never be reached.
    """

    def __init__(self, domain_text: str, problem_text: str, grammar_text: str) -> None:
        self.texts = (domain_text, problem_text, grammar_text)
        grammar = read_grammar(grammar_text)
        domain = read_domain(domain_text)
        problem = read_problem(problem_text, domain)
        self.fixed = fixed_texts(grammar)
        self.book = rulebook(domain_text, grammar, frozenset(self.fixed), problem.facts)
        self.kinds = problem.objects
        self.signature_of: Mapping[Fact, tuple[str, ...]] = _Signatures(self.kinds)
        self.wordings = grammar.wordings
        self.names: Mapping[str, str] = _Names(object_names(problem.mentioned))
        self.domains = _Objects({kind: {} for kind in domain.type_names})
        for name, kind in problem.objects.items():
            for upper in dict.fromkeys((kind, *domain.supertypes[kind])):
                self.domains[upper][name] = None
        self._goal = _as_translated(problem.goal, domain.fluents)
        patterns, self._goal_frame = self.book.patterns.copy(), Frame()
        self._goal_test = replace(self.book.conditions, patterns=patterns).test(
            self._goal, self._goal_frame, frozenset()
        )
        facts = dict(problem.facts)
        for predicate in patterns.by_predicate:
            if predicate.startswith(TYPE_PREFIX):
                facts[predicate] = frozenset((name,) for name in self.domains[predicate.removeprefix(TYPE_PREFIX)])
        for predicate, (true, _) in self.book.told.items():
            if true:
                facts[true] = facts.get(predicate, _NO_FACTS)
        self._facts = facts
        self.tables = Tables(patterns, facts, self.book.fluents)
        reach = Reach(domain, self.domains, facts)
        self._effects = Effects(self.book, self.domains, self.tables, facts, reach)
        if not reach.can_hold(self._goal):
            raise UnreadablePddl("the goal can never be reached from the initial state")
        self.initial = self.tables.initial(facts)
        self._follows = [
            (
                [other.number for other in self.book.schemas if other.reads & schema.touches],
                bool(predicates_of(self._goal) & schema.touches),
            )
            for schema in self.book.schemas
        ]
        self._forget()
        self.opening = self.book.opening.write(Trace(self, self.initial.get), ())

    def _forget(self) -> None:
        self._left = _MOST_REMEMBERED
        schemas = self.book.schemas
        self._won = Memo()
        self._offers = [Memo() for _ in schemas]
        self._commands: list[dict[object, str]] = [{} for _ in schemas]
        self._operations: list[dict[Fact, Operation]] = [{} for _ in schemas]
        self._words: list[dict[object, Memo]] = [{} for _ in schemas]
        self._sorted: dict[tuple[Offer, ...], list[str]] = {}
        self.written: dict[tuple[str, Key], str] = {}

    def _remember(self, memo: Memo, trace: Trace, result: object) -> None:
        memo.keep(trace, result)
        self._left -= 1 + len(trace.reads)
        if self._left < 0:
            self._forget()

    def facts(self, predicate: str, get: Get) -> Facts:
        """Return all facts of a predicate that hold in a state; none of one that nothing looks for."""
        if predicate not in self.book.fluents:
            return self._facts.get(predicate, _NO_FACTS)
        return self.tables.facts(predicate, get)

    def won(self, get: Get) -> bool:
        """Whether the goal holds in a state."""
        memo = self._won
        won: bool | None = memo.find(get)
        if won is None:
            trace = Trace(self, get)
            won = self._goal_test(trace, self._goal_frame.binding())
            self._remember(memo, trace, won)
        return won

    def offer(self, number: int, get: Get) -> Offer:
        """Return what the action of that number can be done with in a state.

        Raises:
            UnreadableGrammar: the grammar has no words for it.
        """
        memo = self._offers[number]
        offer: Offer | None = memo.find(get)
        if offer is None:
            trace = Trace(self, get)
            offer = Offer(self._offered(self.book.schemas[number], get, trace))
            self._remember(memo, trace, offer)
        return offer

    def _offered(self, schema: Schema, get: Get, trace: Trace) -> dict[str, Fact]:
        found: dict[Fact, None] = {}
        width = len(schema.params)

        def use(binding: Binding) -> bool:
            found[tuple(binding[:width])] = None
            return False

        for step in schema.steps:
            step(trace, schema.frame.binding(), use)
        commands: dict[str, Fact] = {}
        for objects in found:
            if not (schema.may_be_idle and self._effects.is_idle(schema, objects)):
                commands.setdefault(self._command(schema, objects, get, trace), objects)
        return commands

    def _command(self, schema: Schema, objects: Fact, get: Get, trace: Trace) -> str:
        if schema.template is None:
            raise UnreadableGrammar(f"the grammar has no action {schema.action.name!r}, which the domain has")
        key = schema.template.key(objects)
        command = self._commands[schema.number].get(key)
        if command is None:
            own = Trace(self, get)
            command = schema.template.writer.write(own, objects)
            if own.reads or own.kinds & schema.template.others:
                trace.reads.update(own.reads)
            else:
                self._commands[schema.number][key] = command
        return command

    def commands(self, offers: tuple[Offer, ...]) -> list[str]:
        """Return all commands of some offers, sorted, each once. The list is not the caller's to change."""
        found = self._sorted.get(offers)
        if found is None:
            found = sorted({command for offer in offers for command in offer.commands})
            self._sorted[offers] = found
            self._left -= 8
        return found

    def operation(self, number: int, objects: Fact) -> Operation:
        """Return what the action of that number does with some objects."""
        operation = self._operations[number].get(objects)
        if operation is None:
            schema = self.book.schemas[number]
            feedback = schema.feedback
            assert feedback is not None  # or it had not been offered
            words, key = self._words[number], feedback.key(objects)
            memo = words.get(key)
            if memo is None:
                memo = words[key] = Memo()
            operation = self._effects.operation(schema, objects, self._follows[number], memo)
            self._operations[number][objects] = operation
            self._left -= 4
        return operation

    def answer(self, operation: Operation, get: Get) -> str:
        """Return what is told of an action that has led to a state.

        Raises:
            UnreadableGrammar: the grammar has no words for it.
        """
        text: str | None = operation.words.find(get)
        if text is None:
            feedback = operation.schema.feedback
            assert feedback is not None  # or it had not been offered
            trace = Trace(self, get)
            text = feedback.writer.write(trace, operation.objects)
            if not trace.kinds & feedback.others:
                self._remember(operation.words, trace, text)
        return text

    def apply(self, operation: Operation, state: State) -> None:
        """Change a state as an action does."""
        changes: Sequence[Conditional] = ()
        if operation.conditional:
            changes = [
                change for change in operation.conditional if change.test(Trace(self, state.get), list(change.binding))
            ]
        for slot, fact in operation.removed:
            _remove(state, slot, fact)
        for change in changes:
            if change.negated:
                for slot in change.slots:
                    _remove(state, slot, change.fact)
        for slot, fact in operation.added:
            state[slot] = state.get(slot, _NO_FACTS) | fact
        for change in changes:
            if not change.negated:
                for slot in change.slots:
                    state[slot] = state.get(slot, _NO_FACTS) | change.fact


def _remove(state: State, slot: int, fact: Facts) -> None:
    left = state.get(slot, _NO_FACTS) - fact
    if left:
        state[slot] = left
    else:
        state.pop(slot, None)


def _as_translated(goal: Formula, fluents: frozenset[str]) -> Formula:
    """A goal of plain literals is taken as the planner's translator takes it: unchanging negative ones are ignored."""
    parts = goal.parts if isinstance(goal, And) else (goal,)
    if not all(isinstance(part, Atom) for part in parts):
        return goal
    return And(
        tuple(part for part in parts if isinstance(part, Atom) and not (part.negated and part.predicate not in fluents))
    )


_WORLDS: Recent[tuple[str, str, str], World] = Recent(most=64)


def world_of(domain: str, problem: str, grammar: str) -> World:
    """Return the world of a game's three texts, from the cache where it was asked for before.

    Raises:
        UnreadablePddl, UnreadableGrammar: a text cannot be used, or the goal can never be reached.
    """
    return _WORLDS.get((domain, problem, grammar), lambda: World(domain, problem, grammar))
