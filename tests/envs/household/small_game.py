"""Writes a small game by hand, over the domain and the grammar of the installed alfworld package."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

PROBLEM = """
(define (problem small)
 (:domain alfred)
 (:objects
    agent1 - agent
    loc_bar_0 loc_bar_1 loc_bar_2 loc_bar_3 - location
    CounterTop_bar_1 Drawer_bar_1 Microwave_bar_1 - receptacle
    Mug_bar_1 Mug_bar_2 - object
    CounterTopType DrawerType MicrowaveType - rtype
    MugType - otype
 )
 (:init
    (atLocation agent1 loc_bar_0)
    (receptacleAtLocation CounterTop_bar_1 loc_bar_1)
    (receptacleAtLocation Drawer_bar_1 loc_bar_2)
    (receptacleAtLocation Microwave_bar_1 loc_bar_3)
    (receptacleType CounterTop_bar_1 CounterTopType)
    (receptacleType Drawer_bar_1 DrawerType)
    (receptacleType Microwave_bar_1 MicrowaveType)
    (canContain CounterTopType MugType)
    (canContain DrawerType MugType)
    (canContain MicrowaveType MugType)
    (openable Drawer_bar_1)
    (openable Microwave_bar_1)
    (objectType Mug_bar_1 MugType)
    (objectType Mug_bar_2 MugType)
    (pickupable Mug_bar_1)
    (pickupable Mug_bar_2)
    (heatable Mug_bar_1)
    (inReceptacle Mug_bar_1 CounterTop_bar_1)
    (objectAtLocation Mug_bar_1 loc_bar_1)
    (inReceptacle Mug_bar_2 CounterTop_bar_1)
    (objectAtLocation Mug_bar_2 loc_bar_1)
 )
 (:goal (exists (?r - receptacle) (exists (?o - object)
    (and (inReceptacle ?o ?r) (objectType ?o MugType) (receptacleType ?r DrawerType)))))
)
"""


def small_game(*, older: bool = False) -> dict[str, Any]:
    """A game whose task is to put a mug in the drawer; ``older`` gives it the words of the older grammar."""
    package = importlib.util.find_spec("alfworld")
    assert package is not None
    assert package.origin is not None
    data = Path(package.origin).parent / "data"
    grammar = (data / "alfred.twl2").read_text().replace("UNKNOWN GOAL", "put a mug in drawer")
    if older:
        for new, old in (
            ('"move {o} to {r}"', '"put {o} in/on {r}"'),
            ("You move the {o.name} to the {r.name}.", "You put the {o.name} in/on the {r.name}."),
            ("You arrive at {r.name}. ", "You arrive at {lend.name}. "),
        ):
            assert new in grammar
            grammar = grammar.replace(new, old)
    return {
        "pddl_domain": (data / "alfred.pddl").read_text(),
        "pddl_problem": PROBLEM,
        "grammar": grammar,
        "solvable": True,
    }


def write_game(path: Path, game: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(game))
    return path
