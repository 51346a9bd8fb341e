"""Explained feedback: what is in the way is named, and nothing that the agent has not come across."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embodied_codeact.contracts import Task, WorldContext
from embodied_codeact.envs.household import HouseholdOptions, environment
from embodied_codeact.envs.household.adapter import HouseholdAdapter
from embodied_codeact.errors import PrimitiveError
from embodied_codeact.primitives.household_errors import HOUSEHOLD_ERRORS, NotPossible, NotUnderstood, UnknownThing
from tests.envs.household.small_game import small_game, write_game

LAMP = """(:init (objectType Lamp_bar_1 MugType) (inReceptacle Lamp_bar_1 CounterTop_bar_1) (toggleable Lamp_bar_1)
    (objectType Egg_bar_1 EggType) (pickupable Egg_bar_1) (inReceptacle Egg_bar_1 CounterTop_bar_1)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    game = small_game()
    problem = (
        game["pddl_problem"]
        .replace("(:init", LAMP)
        .replace("Mug_bar_2 - object", "Mug_bar_2 Lamp_bar_1 Egg_bar_1 - object")
    )
    game["pddl_problem"] = problem.replace("MugType - otype", "MugType EggType - otype")
    folder = tmp_path_factory.mktemp("games")
    write_game(folder / "small.tw-pddl", game)
    return folder


def begun(folder: Path, **options: Any) -> HouseholdAdapter:
    adapter = environment.adapter(HouseholdOptions(games=str(folder), feedback="explained", **options), WorldContext())
    adapter.reset(Task(id="small", environment="household", instruction="put a mug in drawer."))
    return adapter


@pytest.fixture
def house(folder: Path) -> Iterator[Any]:
    adapter = begun(folder)
    yield adapter.primitives()["house"]
    adapter.close()


def at_countertop(house: Any) -> None:
    house.goto("countertop 1")


def holding_a_mug(house: Any) -> None:
    house.goto("countertop 1")
    house.take("mug 1", "countertop 1")


def at_the_closed_drawer(house: Any) -> None:
    holding_a_mug(house)
    house.goto("drawer 1")


def at_the_open_drawer(house: Any) -> None:
    at_the_closed_drawer(house)
    house.open("drawer 1")


def nowhere(house: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "call", "kind", "said"),
    [
        (
            nowhere,
            ("open", "drawer 1"),
            NotPossible,
            "you are in the middle of the room, not at drawer 1: go to drawer 1 first",
        ),
        (
            at_countertop,
            ("open", "drawer 1"),
            NotPossible,
            "you are at countertop 1, not at drawer 1: go to drawer 1 first",
        ),
        (at_countertop, ("goto", "countertop 1"), NotPossible, "you stand at countertop 1 already: examine it"),
        (at_countertop, ("open", "countertop 1"), NotPossible, "countertop 1 cannot be opened or closed"),
        (at_the_closed_drawer, ("put", "mug 1", "drawer 1"), NotPossible, "drawer 1 is closed: open it first"),
        (at_the_closed_drawer, ("close", "drawer 1"), NotPossible, "drawer 1 is closed already"),
        (at_the_open_drawer, ("open", "drawer 1"), NotPossible, "drawer 1 is open already"),
        (at_the_open_drawer, ("put", "mug 2", "drawer 1"), NotPossible, "you hold mug 1, not mug 2: take mug 2 first"),
        (holding_a_mug, ("take", "mug 2", "countertop 1"), NotPossible, "you already hold mug 1: put it down first"),
        (at_countertop, ("take", "lamp 1", "countertop 1"), NotPossible, "lamp 1 cannot be picked up"),
        (at_countertop, ("use", "mug 1"), NotPossible, "mug 1 cannot be switched on or off"),
        (at_countertop, ("heat", "mug 1", "countertop 1"), NotPossible, "countertop 1 is no microwave"),
        (at_countertop, ("heat", "mug 1", "microwave 1"), NotPossible, "you are at countertop 1, not at microwave 1"),
        (holding_a_mug, ("clean", "mug 1", "countertop 1"), NotPossible, "countertop 1 is no sinkbasin"),
        (at_countertop, ("examine", "mug 1"), NotPossible, "you do not hold mug 1: take mug 1 first"),
        (at_countertop, ("take", "countertop 1", "mug 1"), NotPossible, "cannot be done with countertop 1"),
        (at_the_open_drawer, ("put", "drawer 1", "drawer 1"), NotPossible, "cannot be done with drawer 1"),
        (nowhere, ("goto", "drawr 1"), UnknownThing, "no 'drawr 1'. Did you mean 'drawer 1'?"),
        (nowhere, ("goto", "Drawer 1"), NotPossible, "say it exactly as 'go to drawer 1'"),
        (nowhere, ("take", "mug 1", "drawer"), UnknownThing, "no '"),
    ],
)
def test_what_is_in_the_way_is_named(
    house: Any, before: Callable[[Any], None], call: tuple[str, ...], kind: type[PrimitiveError], said: str
) -> None:
    before(house)
    with pytest.raises(kind) as caught:
        getattr(house, call[0])(*call[1:])
    assert said in str(caught.value)


def test_a_thing_is_looked_for_where_it_was_seen(house: Any) -> None:
    at_the_open_drawer(house)
    house.put("mug 1", "drawer 1")
    with pytest.raises(NotPossible, match="mug 2 is not in or on drawer 1: you last saw it in or on countertop 1"):
        house.take("mug 2", "drawer 1")
    with pytest.raises(NotPossible, match="lamp 1 is not where you are: you last saw it in or on countertop 1"):
        house.use("lamp 1")


def test_what_does_not_go_somewhere_is_said(house: Any) -> None:
    house.goto("countertop 1")
    house.take("egg 1", "countertop 1")
    with pytest.raises(NotPossible, match="egg 1 and countertop 1 do not go together"):
        house.put("egg 1", "countertop 1")


def test_what_was_not_seen_is_as_unknown_as_what_does_not_exist(house: Any) -> None:
    told = []
    for name in ("mug 1", "mug 7"):
        with pytest.raises(UnknownThing) as caught:
            house.take(name, "drawer 1")
        told.append(str(caught.value).replace(name, "NAME"))
    assert told[0] == told[1]
    assert "mug 2" not in told[0]


def test_an_error_changes_nothing_and_what_can_be_done_is_answered_as_ever(folder: Path) -> None:
    adapter = begun(folder, api="mint")
    scripts = adapter.primitives()
    before = adapter.observe()
    with pytest.raises(NotPossible, match="not at drawer 1"):
        scripts["open_receptacle"]("drawer 1")
    assert adapter.observe() == before
    assert scripts["goto"]("drawer 1") == "You arrive at drawer 1. The drawer 1 is closed."
    with pytest.raises(
        NotUnderstood, match="'toggle lamp 1' is no command here: the commands are .*'use \\(object\\)'"
    ):
        scripts["toggle"]("lamp 1")
    adapter.close()


def test_scripts_can_catch_the_errors_by_name() -> None:
    assert set(HOUSEHOLD_ERRORS) <= set(environment.error_types)
    assert all(kind.__doc__ for kind in HOUSEHOLD_ERRORS)


def test_without_explanations_nothing_is_raised(folder: Path) -> None:
    adapter = environment.adapter(HouseholdOptions(games=str(folder)), WorldContext())
    adapter.reset(Task(id="small", environment="household", instruction="put a mug in drawer."))
    assert adapter.primitives()["house"].open("drawer 1") == "Nothing happens."
    adapter.close()


def test_other_predicates_have_plain_words(tmp_path: Path) -> None:
    game = small_game()
    game["pddl_domain"] = game["pddl_domain"].replace(
        "(openable ?r)\n            (atLocation", "(not (full ?r)) (openable ?r)\n            (atLocation"
    )
    game["pddl_problem"] = (
        game["pddl_problem"]
        .replace("(:init", "(:init (full Drawer_bar_1)")
        .replace("(receptacleType ?r DrawerType)", "(receptacleType ?r MicrowaveType)")
    )
    write_game(tmp_path / "small.tw-pddl", game)
    adapter = begun(tmp_path)
    house = adapter.primitives()["house"]
    house.goto("drawer 1")
    with pytest.raises(NotPossible, match="full must not be true of drawer 1 first"):
        house.open("drawer 1")
    adapter.close()
