"""Recipes: found, read, checked before anything runs; and what the shipped ones promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.evaluation.suite_files import find_suite
from embodied_codeact.instruct.recipes import check_recipe, find_recipe, planned, recipe_names, trials_of
from tests.cli.support import error_line, invoke
from tests.conftest import REPOSITORY
from tests.house.test_readme import blocks

GOOD: dict[str, Any] = {"name": "homes", "environment": "household", "episodes": 4, "generate": {}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"episodes": 0}, "`int` >= 1 - at `$.sources[0].episodes`"),
        ({"perturb": 1.5}, "at `$.sources[0].perturb`"),
        ({"pertub": 0.5}, "unknown field `pertub`"),
        ({"action": "voice"}, "Invalid enum value 'voice'"),
        ({"environment": "houshold"}, "source 'homes': unknown environment 'houshold'"),
        ({"options": {"feedbak": "explained"}}, "has no option 'feedbak'"),
        ({"generate": {"options": {"set": "atmic"}}}, "source 'homes': unknown value for option 'set' 'atmic'"),
        ({"generate": {"options": {"split": "generalisation"}}}, "kept for measuring"),
        ({"generate": {"options": {"instructions": "shipped"}}}, "'shipped' are kept for measuring"),
        ({"environment": "tabletop", "generate": None, "options": {"phrasings": "kept"}}, "kept for measuring"),
        ({"teacher": "expertt"}, "source 'homes': unknown model 'expertt'"),
        ({"teacher": "expertt", "perturb": 0.5}, "source 'homes': unknown model 'expertt'"),
        ({"teacher_options": {"plane": "true"}}, "option of the expert for 'household'"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_told_in_one_line(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"sources": [GOOD | change]}))
    told = error_line(invoke("collect", path, "--out", tmp_path / "out"))
    assert words in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sources: []", "length >= 1"),
        ("sources: 3", "mine.yaml"),
        ("- a\n- b", "Expected `object`"),
        ("a: [", "is no YAML"),
        (yaml.safe_dump({"sources": [GOOD, GOOD]}), "two sources 'homes'"),
    ],
)
def test_what_is_no_recipe_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert words in error_line(invoke("collect", path, "--out", tmp_path / "out"))


def test_a_recipe_that_is_not_there() -> None:
    assert "Did you mean 'small'" in error_line(invoke("collect", "smal", "--out", "x"))
    assert "cannot read the recipe" in error_line(invoke("collect", "none.yaml", "--out", "x"))


@pytest.mark.parametrize("name", ["codeact-instruct", "embedded", "formats", "small"])
def test_the_shipped_recipes_can_be_made(name: str) -> None:
    assert name in recipe_names()
    check_recipe(find_recipe(name))


def test_the_seeds_of_the_shipped_recipes_are_not_those_that_suites_measure_on() -> None:
    """Nor are two sources of a recipe on the same homes or tables, unless they act on them in different forms."""
    measured = range(1000, 1100)
    suite = find_suite("tabletop")
    assert suite is not None
    assert suite.first_seed == measured[0]
    for name in recipe_names():
        taken: list[tuple[str, range]] = []
        for source in find_recipe(name).sources:
            assert source.generate is None or source.generate.seed == source.seed
            mine = range(source.seed, source.seed + (1 if source.generate else source.episodes))
            others = [seeds for action, seeds in taken if name != "formats" or action == source.action]
            assert not any(set(mine) & set(other) for other in [*others, measured]), source.name
            taken.append((source.action, mine))


def test_codeact_instruct_is_large_and_mixed() -> None:
    sources = find_recipe("codeact-instruct").sources
    total = sum(source.episodes for source in sources)
    assert total >= 22_000, "20,000 are to be kept"
    assert sum(source.episodes for source in sources if source.environment == "tabletop") >= 0.32 * total
    assert {source.action for source in sources} == {"code", "json", "text"}
    homes = [source.options for source in sources if source.environment == "household"]
    assert {options.get("feedback") for options in homes} == {None, "explained"}
    assert {options.get("api") for options in homes} == {None, "mint"}


def test_a_limit_takes_of_each_source_its_part() -> None:
    recipe = find_recipe("codeact-instruct")
    counts = planned(recipe, limit=500)
    assert sum(counts.values()) == 500
    for source in recipe.sources:
        share = 500 * source.episodes / sum(each.episodes for each in recipe.sources)
        assert abs(counts[source.name] - share) < 1
    assert sum(planned(recipe).values()) == sum(source.episodes for source in recipe.sources)


def test_tasks_are_gone_through_again_with_other_seeds(tmp_path: Path) -> None:
    table = next(source for source in find_recipe("codeact-instruct").sources if source.name == "table-code")
    place, trials = trials_of(table, 60, tmp_path)
    assert (place.environment, len(trials), len({trial.key for trial in trials})) == ("tabletop", 60, 60)
    assert [trial.index for trial in trials] == list(range(60))
    assert trials[0].task.id == trials[28].task.id != trials[1].task.id
    assert [trials[index].task.seed - table.seed for index in (0, 27, 28, 59)] == [0, 0, 1, 2]


def test_a_pattern_that_fits_no_task_is_told(tmp_path: Path) -> None:
    table = next(source for source in find_recipe("codeact-instruct").sources if source.name == "table-code")
    with pytest.raises(ConfigurationError, match="unknown task 'jump'"):
        trials_of(replace(table, tasks=["jump"]), 5, tmp_path)


def test_the_recipe_in_the_documentation_can_be_made(tmp_path: Path) -> None:
    [text] = blocks(REPOSITORY / "docs" / "collect.md", "yaml")
    path = tmp_path / "documented.yaml"
    path.write_text(text)
    check_recipe(find_recipe(str(path)))
