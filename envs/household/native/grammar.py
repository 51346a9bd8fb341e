"""Reads ALFWorld's grammar files (``.twl2``): commands, rules, and the little language that their texts are in.

A text is made of symbols: plain text; ``#name#``, another rule; ``{expression}``; ``{symbol | query}``, the symbol once
for each answer to the query; and ``[{symbol | query}]``, the same as a list. Reading follows TextWorld's parser, which
takes as many symbols as it can and leaves the rest of a text unread without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


class UnreadableGrammar(ValueError):
    """The grammar cannot be read, or says something that is not supported; the message names it."""


@dataclass(frozen=True)
class Plain:
    """Text as it is."""

    text: str


@dataclass(frozen=True)
class Call:
    """What another rule writes."""

    rule: str


@dataclass(frozen=True)
class Value:
    """What an expression over the variables gives."""

    expression: str


@dataclass(frozen=True)
class Each:
    """A symbol for each answer to a query, or once where there is none; ``listed`` joins them as a list."""

    symbol: Call | Value
    query: str | None
    listed: bool = False


Symbol = Plain | Call | Each


@dataclass(frozen=True)
class Rule:
    """A text, used where its condition has an answer; an empty condition always has."""

    text: str
    condition: str


@dataclass(frozen=True)
class Wording:
    """How an action is told to the household, and what the household answers."""

    template: str
    feedback: str


@dataclass(frozen=True)
class Grammar:
    """A grammar: wordings by the action's name in lower case, and rules by name."""

    wordings: Mapping[str, Wording]
    rules: Mapping[str, tuple[Rule, ...]]


_TOKEN = re.compile(
    r'(?P<space>\s+|\#[^\n]*)|(?P<block>"""[\s\S]*?""")|(?P<text>"[^"]*")|(?P<mark>::|[{};])|(?P<name>[\w/-]+)'
)
_FIELDS = {"template": "text", "feedback": "text", "pddl": "block", "grammar": "block"}


class _Tokens:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.kind: str | None = None
        self.token = ""
        self.next()

    def next(self) -> str:
        """Go to the next token and return the one that was read."""
        read, self.kind = self.token, None
        while self._at < len(self._text):
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                raise self.wrong()
            self.kind, self.token, self._at = found.lastgroup, found[0], found.end()
            if self.kind != "space":
                return read
        self.kind, self.token = None, ""
        return read

    def take(self, kind: str, *tokens: str) -> str:
        """Return the token at hand, which must be of a kind, or one of ``tokens``."""
        if self.kind != kind or (tokens and self.token not in tokens):
            raise self.wrong()
        return self.next()

    def wrong(self) -> UnreadableGrammar:
        line = self._text.count("\n", 0, self._at) + 1
        found = f"near {self.token:.20}" if self.token else "at its end" if self._at >= len(self._text) else "there"
        return UnreadableGrammar(f"the grammar cannot be read in line {line} ({found})")


def read_grammar(text: str) -> Grammar:
    """Read a grammar.

    Raises:
        UnreadableGrammar: it has another form, or rules that are not valid JSON.
    """
    tokens = _Tokens(text)
    wordings: dict[str, Wording] = {}
    rules: dict[str, tuple[Rule, ...]] = {}
    while tokens.kind is not None:
        if tokens.take("name", "action", "grammar") == "grammar":
            tokens.take("mark", "::")
            rules.update(_rules(tokens.take("block"), "the grammar"))
            tokens.take("mark", ";")
            continue
        name = tokens.take("name")
        fields: dict[str, str] = {}
        tokens.take("mark", "{")
        while tokens.token != "}":
            key = tokens.take("name", *(field for field in _FIELDS if field not in fields))
            tokens.take("mark", "::")
            fields[key] = tokens.take(_FIELDS[key])
            tokens.take("mark", ";")
        tokens.next()
        if missing := {"template", "feedback"} - set(fields):
            raise UnreadableGrammar(f"the grammar's action {name} has no {' and no '.join(sorted(missing))}")
        wordings[name.lower()] = Wording(fields["template"][1:-1], fields["feedback"][1:-1])
        if "grammar" in fields:
            lines = [line for line in fields["grammar"].split("\n") if not line.lstrip().startswith("#")]
            rules.update(_rules("\n".join(lines), f"the grammar's action {name}"))
    return Grammar(wordings, rules)


def _rules(block: str, where: str) -> dict[str, tuple[Rule, ...]]:
    try:
        data: Any = json.loads(block[3:-3])
        return {
            name: tuple(_rule(rule["rhs"], rule.get("condition", "")) for rule in alternatives)
            for name, alternatives in data.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableGrammar(f"{where}: its rules are no JSON lists of objects with 'rhs' ({error})") from None


def _rule(text: Any, condition: Any) -> Rule:
    if not isinstance(text, str) or not isinstance(condition, str):
        raise TypeError(f"{text!r:.40} where {condition!r:.40} is not text")
    return Rule(text, condition)


_LINE_START = re.compile(r"(?://.*|\s*)\n?")
_TABS = re.compile(r"\t*")
_RULE = re.compile(r"\t*#\t*+([\w()/!<>\-\s,.]+)\t*#")
_EXPRESSION = re.compile(r"\t*+([^|\[\]{}\n<>]+)")
_QUERY = re.compile(r"\s*\|\s*+([^;|{}\n\[\]#]+)")
_QUOTED = re.compile(r'"\t*+([^;|"<>\[\]#{}]*)\t*"')
_PLAIN = re.compile(r'[^;|"<>\[\]#{}]*')


@lru_cache(maxsize=4096)
def read_symbols(text: str) -> tuple[Symbol, ...]:
    """Return the symbols of a text, up to where TextWorld stops to read it.

    >>> read_symbols("You see [{o.name | on(o, r)}].")
    (Plain(text='You see '), Each(symbol=Value(expression='o.name '), query='on(o, r)', listed=True), Plain(text='.'))
    """
    symbols: list[Symbol] = []
    at = -1
    while True:
        # Blanks and comments are left out at the beginning of a line, where a text begins too.
        while at < 0 or (text[at - 1 : at] == "\n" and _LINE_START.match(text, at).end() > at):  # type: ignore[union-attr]
            at = _LINE_START.match(text, max(at, 0)).end()  # type: ignore[union-attr]  # matches everywhere
        at = _TABS.match(text, at).end()  # type: ignore[union-attr]  # matches everywhere
        found: tuple[Symbol, int] | None = _listed(text, at) or _each(text, at) or _call(text, at)
        if found is None:
            quoted = _QUOTED.match(text, at)
            plain = quoted or _PLAIN.match(text, at)
            if plain is None or plain.end() == at:
                return tuple(symbols)
            found = Plain(plain[1] if quoted else plain[0]), plain.end()
        symbols.append(found[0])
        at = found[1]


def _call(text: str, at: int) -> tuple[Call, int] | None:
    found = _RULE.match(text, at)
    return (Call(found[1]), found.end()) if found else None


def _each(text: str, at: int) -> tuple[Each, int] | None:
    if not text.startswith("{", at):
        return None
    inner: tuple[Call | Value, int] | None = _call(text, at + 1)
    if inner is None:
        expression = _EXPRESSION.match(text, at + 1)
        if expression is None:
            return None
        inner = Value(expression[1]), expression.end()
    symbol, at = inner
    query = _QUERY.match(text, at)
    at = _TABS.match(text, query.end() if query else at).end()  # type: ignore[union-attr]  # matches everywhere
    return (Each(symbol, query[1] if query else None), at + 1) if text.startswith("}", at) else None


def _listed(text: str, at: int) -> tuple[Each, int] | None:
    if not text.startswith("[", at):
        return None
    found = _each(text, _TABS.match(text, at + 1).end())  # type: ignore[union-attr]  # matches everywhere
    if found is None:
        return None
    at = _TABS.match(text, found[1]).end()  # type: ignore[union-attr]  # matches everywhere
    each = found[0]
    return (Each(each.symbol, each.query, listed=True), at + 1) if text.startswith("]", at) else None


@dataclass(frozen=True)
class Sought:
    """One predicate of a query; ``args`` are variables with their types."""

    predicate: str
    args: tuple[tuple[str, str], ...]


_PREDICATE = re.compile(r"\s*(!?[\w/]+)\s*\(([^()]*)\)\s*")
_ARGUMENT = re.compile(r"\s*([\w']+)\s*(?::\s*([\w/-]+)\s*)?")


@lru_cache(maxsize=4096)
def read_query(text: str) -> tuple[Sought, ...]:
    """Return the predicates of a query: ``holds(a:agent, o:object) & heatable(o:object)``.

    Raises:
        UnreadableGrammar: it has another form, or gives a variable two types.
    """
    sought: list[Sought] = []
    kinds: dict[str, str] = {}
    at = 0
    while True:
        found = _PREDICATE.match(text, at)
        if found is None:
            raise UnreadableGrammar(f"the grammar's query {text!r} cannot be read")
        args: list[tuple[str, str]] = []
        for part in found[2].split(",") if found[2].strip() else ():
            variable = _ARGUMENT.fullmatch(part)
            if variable is None:
                raise UnreadableGrammar(f"the grammar's query {text!r} has the argument {part.strip()!r}")
            # TextWorld takes a variable without a type as one of the type of its name.
            name, kind = variable[1], variable[2] or variable[1].rstrip("'")
            if kinds.setdefault(name, kind) != kind:
                raise UnreadableGrammar(f"the grammar's query {text!r} gives {name!r} two types")
            args.append((name, kind))
        name = found[1].lstrip("!")
        if found[1].startswith("!"):
            name = name.removeprefix("not_") if name.startswith("not_") else f"not_{name}"
        sought.append(Sought(name, tuple(args)))
        at = found.end()
        if at == len(text):
            return tuple(sought)
        if text[at] != "&":
            raise UnreadableGrammar(f"the grammar's query {text!r} cannot be read after its first {at} characters")
        at += 1
