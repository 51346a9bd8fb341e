"""Conditions of PDDL: atoms, and, or, quantifiers, with negations at the atoms only."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_PREFIX = "type@"
"""Before the name of a type that a condition uses as a predicate."""

Params = tuple[tuple[str, str], ...]
"""Variables with their types."""


@dataclass(frozen=True)
class Atom:
    """A predicate over variables (``?x``) and objects, or its negation; ``=`` is a predicate of two."""

    predicate: str
    args: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class And:
    """Holds where all parts do; without parts it always holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Or:
    """Holds where a part does; without parts it never holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Quantified:
    """``exists``, or with ``every`` set ``forall``. No variable is bound twice within an action or goal."""

    params: Params
    part: Formula
    every: bool


Formula = Atom | And | Or | Quantified
TRUE = And(())


def negation(formula: Formula) -> Formula:
    """Return the negation, with negations at the atoms only."""
    if isinstance(formula, Atom):
        return Atom(formula.predicate, formula.args, not formula.negated)
    if isinstance(formula, And):
        return Or(tuple(negation(part) for part in formula.parts))
    if isinstance(formula, Or):
        return And(tuple(negation(part) for part in formula.parts))
    return Quantified(formula.params, negation(formula.part), not formula.every)


def free_variables(formula: Formula) -> frozenset[str]:
    """Return the variables that a formula leaves to be bound."""
    if isinstance(formula, Atom):
        return frozenset(arg for arg in formula.args if arg[0] == "?")
    if isinstance(formula, Quantified):
        return free_variables(formula.part) - {name for name, _ in formula.params}
    return frozenset().union(*(free_variables(part) for part in formula.parts))
