"""Suites: those that come along, those from files, and what is wrong in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.suite_files import environment_suite, fill_in, find_suite, read_suite, suite_names


def test_every_suite_that_comes_along_can_be_read() -> None:
    names = suite_names()
    assert {"alfworld", "alfworld-mint", "household", "tabletop", "workspace"} <= set(names)
    for name in names:
        suite = find_suite(name)
        assert suite is not None
        assert suite.name == name
        assert suite.title
        assert suite.description


def test_mints_protocol_by_name() -> None:
    suite = find_suite("alfworld-mint")
    assert suite is not None
    assert (suite.dialect, suite.turns, suite.parts[0].expect) == ("mint", {"code": 5}, 134)
    filled = fill_in(suite, {"games": "unseen"})
    assert filled.parts[0].options == {"games": "unseen", "api": "mint", "feedback": "alfworld"}
    assert filled.parts[0].name == "household"


def test_an_environment_is_a_suite_of_all_its_tasks() -> None:
    assert find_suite("gym:CartPole-v1") is None
    assert environment_suite("gym:CartPole-v1", {"seeded": "1"}).parts[0].options == {"seeded": "1"}


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "title: Two of mine\n"
        "parameters: {games: {help: where, default: here}, feedback: {}}\n"
        "parts:\n"
        "- {environment: household, options: {games: '${games}', feedback: '${feedback}'}}\n"
        "- {environment: household, name: again, options: {engine: textworld}, limit: 3}\n"
    )
    suite = find_suite(str(file))
    assert suite is not None
    assert suite.name == "mine"
    filled = fill_in(suite, {})
    assert [(part.name, part.options) for part in filled.parts] == [
        ("household", {"games": "here"}),
        ("again", {"engine": "textworld"}),
    ]
    assert fill_in(suite, {"feedback": "explained"}).parts[0].options == {"games": "here", "feedback": "explained"}
    with pytest.raises(ConfigurationError, match=r"no parameter 'gams'\. Did you mean 'games'"):
        fill_in(suite, {"gams": "there"})


def test_options_of_a_suite_with_one_part_are_its_environments() -> None:
    suite = find_suite("tabletop")
    assert suite is not None
    assert fill_in(suite, {"level": "joints"}).parts[0].options == {"level": "joints"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("parts: [", "is no YAML"),
        ("parts: []", "has no parts"),
        ("- a list", "Expected `object`"),
        ("parts: [{environment: household, taks: []}]", "taks"),
        ("parts: [{environment: household}, {environment: 'household:x'}]", "two parts 'household'"),
        ("parts: [{environment: household, options: {games: '${gams}'}}]", "unknown parameter 'gams'"),
        ("parts: [{environment: household, limit: many}]", "limit"),
        ("dialect: mnit\nparts: [{environment: household}]", "mnit"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_name(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        read_suite(file)
    assert str(file) in str(raised.value)
    assert says in str(raised.value)


def test_a_suite_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean 'alfworld'"):
        find_suite("alfwrld")
    with pytest.raises(ConfigurationError, match="cannot read the suite nowhere.yaml"):
        find_suite("nowhere.yaml")


def test_a_parameter_stands_for_an_option_of_the_generator(tmp_path: Path) -> None:
    suite = find_suite("phrasings")
    assert suite is not None
    filled = fill_in(suite, {"file": "mine.jsonl"})
    generated = filled.parts[0].generate
    assert generated is not None
    assert (generated.options["instructions"], filled.parts[1].options["instructions"]) == ("mine.jsonl", "mine.jsonl")
    text = "parts: [{environment: household, generate: {count: 1, seed: 1, options: {instructions: '${fle}'}}}]"
    (tmp_path / "typo.yaml").write_text(f"{text}\nparameters: {{file: {{}}}}\n")
    with pytest.raises(ConfigurationError, match="fle"):
        read_suite(tmp_path / "typo.yaml")
