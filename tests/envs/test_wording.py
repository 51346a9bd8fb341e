"""Grammars: alternatives, rules, forms of verbs, and sentences around them."""

from __future__ import annotations

import random

import pytest

from embodied_codeact.envs.grammar import expand
from embodied_codeact.envs.wording import Ways, conjugate, phrase


def all_of(template: str, **rules: str) -> set[str]:
    return {expand(template, rules, random.Random(seed)) for seed in range(200)}


def test_alternatives_nest_and_rules_are_filled_in() -> None:
    assert all_of("[a|b[c|]] {x}", x="y|{z}", z="w") == {f"{one} {two}" for one in ("a", "bc", "b") for two in "yw"}


def test_given_texts_are_no_templates() -> None:
    assert expand("{x} {y}", {"y": "b"}, random.Random(0), x="[a|c]") == "[a|c] b"


def test_a_missing_rule_is_an_error() -> None:
    with pytest.raises(KeyError, match="x"):
        expand("{x}", {}, random.Random(0))


@pytest.mark.parametrize(
    ("verb", "ing", "participle"),
    [
        ("put", "putting", "put"),
        ("place", "placing", "placed"),
        ("push", "pushing", "pushed"),
        ("lay", "laying", "laid"),
    ],
)
def test_verbs_are_conjugated(verb: str, ing: str, participle: str) -> None:
    assert (conjugate(verb, "ing"), conjugate(verb, "participle")) == (ing, participle)


def test_each_shape_takes_the_form_that_its_sentence_needs() -> None:
    shapes = {
        "acts": (("@put a egg down and @leave it",), "put an egg down and leave it|putting an egg down and leaving it"),
        "states": (("the egg ~lies there",), "the egg lies there|the egg should lie there|the egg must lie there"),
        "passives": (("an egg // @take away",), "an egg should be taken away|an egg taken away"),
    }
    for shape, (templates, forms) in shapes.items():
        ways = Ways(acts=templates if shape == "acts" else ("@go",))
        ways = Ways(**{"acts": ways.acts, shape: templates}, weights={} if shape == "acts" else {"acts": 0.0})
        said = [phrase(ways, {}, random.Random(seed)).lower() for seed in range(300)]
        for form in forms.split("|"):
            assert any(form in text for text in said), form
        assert not any(mark in text for text in said for mark in "@$^~{}[]|")
        assert not any("  " in text or " ," in text for text in said)
