"""What cannot be read is told as such, whatever shape it has."""

from __future__ import annotations

import pytest

from embodied_codeact.envs.household.native.pddl import UnreadablePddl
from embodied_codeact.envs.household.native.world import World
from tests.envs.household.small_game import small_game


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        ("(not)", "where a plain fact must stand"),
        ("(not ((opened)))", "where a plain fact must stand"),
        ("(opened (Drawer_bar_1))", "where a plain fact must stand"),
        ("(= () 3)", "where a plain fact must stand"),
        ("(= (distance (loc_bar_1) loc_bar_2) 3)", "where a plain fact must stand"),
        ("(= (distance loc_bar_1 loc_bar_2) far)", "sets no function to a number"),
        ("(openable)", "openable is of 1 things"),
        ("(atLocation agent1)", "(atlocation agent1), and atlocation is of 2 things"),
        ("(opened Cupboard_bar_1)", "which is not declared"),
        ("opened", "where a fact must stand"),
    ],
)
def test_a_fact_of_another_shape(fact: str, says: str) -> None:
    game = small_game()
    with pytest.raises(UnreadablePddl) as told:
        World(game["pddl_domain"], game["pddl_problem"].replace("(:init", f"(:init {fact} ", 1), game["grammar"])
    assert says in str(told.value)


@pytest.mark.parametrize("declared", ["()", "foo", "(() ?a)", "((shiny ?a))"])
def test_a_predicate_that_is_none(declared: str) -> None:
    game = small_game()
    domain = game["pddl_domain"].replace("(:predicates", f"(:predicates {declared} ", 1)
    with pytest.raises(UnreadablePddl, match="declares no predicate"):
        World(domain, game["pddl_problem"], game["grammar"])
