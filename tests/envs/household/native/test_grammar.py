"""Texts and queries are read as TextWorld's parsers read them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from textworld.envs.pddl import textgen

from embodied_codeact.envs.household.native.grammar import (
    Call,
    Each,
    Plain,
    Sought,
    UnreadableGrammar,
    Value,
    read_grammar,
    read_query,
    read_symbols,
)

PIECES = [
    *("a", "b ", "{", "}", "[", "]", "#", "|", " | ", "\t", "\n", "//", ";", '"', " ", "<", "'"),
    *("{a.name}", "[{o.indefinite + ' ' + o.name | in(o:object, r:x)}]", "#x.y#", "#over(o)#", "{#x#|p(q)}"),
]


def as_textworld(text: str) -> list[Any]:
    def symbol(node: Any) -> Any:
        if isinstance(node, textgen.TerminalSymbol):
            return Plain(node.symbol)
        if isinstance(node, textgen.NonterminalSymbol):
            return Call(node.symbol)
        if isinstance(node, textgen.EvalSymbol):
            return Value(node.expression)
        if isinstance(node, textgen.ListSymbol):
            each = symbol(node.symbol)
            return Each(each.symbol, each.query, listed=True)
        return Each(symbol(node.expression), node.given)

    return [
        found for node in textgen._parse_and_convert(text, rule_name="symbols") if (found := symbol(node)) != Plain("")
    ]


def test_texts_of_all_sorts_are_read_as_textworld_reads_them() -> None:
    rng = random.Random(7)
    for _ in range(1500):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 9)))
        assert [symbol for symbol in read_symbols(text) if symbol != Plain("")] == as_textworld(text), repr(text)


def test_what_follows_a_stray_bracket_is_left_unread() -> None:
    assert read_symbols("{o.name} (on it)} and more") == (Each(Value("o.name"), None), Plain(" (on it)"))


def test_a_query_names_predicates_over_typed_variables() -> None:
    assert read_query("holds(a:agent, o) & !hot(o)") == (
        Sought("holds", (("a", "agent"), ("o", "o"))),
        Sought("not_hot", (("o", "o"),)),
    )


@pytest.mark.parametrize(
    "query", ["holds(a", "holds(a:agent) |", "holds(a:agent) & ", "holds(a:agent) & hot(a)", "a b(c)"]
)
def test_a_query_of_another_form_is_refused(query: str) -> None:
    with pytest.raises(UnreadableGrammar):
        read_query(query)


def test_a_grammar_has_comments_wordings_and_rules() -> None:
    grammar = read_grammar(
        '# rules\ngrammar :: """{"go": [{"rhs": "x"}], "other": [{"rhs": "y", "condition": "p(a)"}]}""";\n'
        'action Go/To { template :: "go"; feedback :: "#go#"; # over\n'
        'grammar :: """\n # note\n {"go": [{"rhs": "z"}]}\n"""; }'
    )
    assert grammar.wordings["go/to"].feedback == "#go#"
    assert [rule.text for rule in grammar.rules["go"]] == ["z"]
    assert grammar.rules["other"][0].condition == "p(a)"


def test_an_error_tells_the_line() -> None:
    with pytest.raises(UnreadableGrammar, match="line 3"):
        read_grammar('action Go {\n template :: "go";\n feedback = "#go#"; }')
