"""What can never become true is known as such; what may is not."""

from __future__ import annotations

import pytest

from embodied_codeact.envs.household.native.pddl import UnreadablePddl
from embodied_codeact.envs.household.native.world import World
from tests.envs.household.small_game import small_game


@pytest.mark.parametrize(
    ("goal", "reachable"),
    [
        ("(isHot Mug_bar_1)", True),
        ("(isHot Mug_bar_2)", False),  # it cannot be heated
        ("(exists (?o - object) (and (isHot ?o) (inReceptacle ?o Drawer_bar_1)))", True),
        ("(exists (?a ?b - object) (and (isHot ?a) (isHot ?b)))", True),
        ("(exists (?a ?b - object) (and (not (= ?a ?b)) (isHot ?a) (isHot ?b)))", False),
        ("(isClean Mug_bar_1)", False),  # there is no sink
        ("(or (isClean Mug_bar_1) (opened Drawer_bar_1))", True),
        ("(opened CounterTop_bar_1)", False),
        ("(not (opened CounterTop_bar_1))", True),
        ("(forall (?r - receptacle) (opened ?r))", True),  # not looked into
        ("(and (atLocation agent1 loc_bar_2) (holds agent1 Mug_bar_2))", True),
        ("(atLocation agent1 loc_bar_9)", False),
        ("(exists (?m - mug) (checked ?m))", False),  # there is no such type
    ],
)
def test_a_goal_is_told_apart(goal: str, reachable: bool) -> None:
    game = small_game()
    problem = game["pddl_problem"]
    problem = problem[: problem.index("(:goal")] + f"(:goal {goal}))"
    if reachable:
        World(game["pddl_domain"], problem, game["grammar"])
    else:
        with pytest.raises(UnreadablePddl, match="never be reached"):
            World(game["pddl_domain"], problem, game["grammar"])
