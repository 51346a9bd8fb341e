"""What an agent can know, from commands and answers in the words of both grammars."""

from __future__ import annotations

import pytest

from embodied_codeact.describe import describe_state
from embodied_codeact.envs.household.state import HouseholdState, opening_state, state_after

HOME = HouseholdState(places=["desk 1", "drawer 1"])


def played(*steps: tuple[str, str]) -> HouseholdState:
    state = HOME
    for command, answer in steps:
        state = state_after(state, command, answer)
    return state


def test_every_field_is_documented_and_has_a_default() -> None:
    assert [field.name for field in describe_state(HouseholdState)] == [
        "location",
        "holding",
        "places",
        "seen",
        "moves",
    ]


def test_the_opening_names_the_places() -> None:
    text = (
        "You are in the middle of a room. Looking quickly around you, you see a desk 1, and a drawer 1.\n"
        "Your task is to: put a pen in drawer."
    )
    assert opening_state(text) == HOME


def test_what_cannot_be_done_changes_nothing() -> None:
    assert played(("go to desk 9", "Nothing happens."), ("inventory", "Nothing happens.")) == HOME


@pytest.mark.parametrize(
    ("arrival", "put"),
    [
        ("", "You put the pen 1 in/on the drawer 1."),
        ("You arrive at desk 1. ", "You move the pen 1 to the drawer 1."),
    ],
)
def test_carrying_a_thing_from_one_place_to_another(arrival: str, put: str) -> None:
    steps = [
        ("go to desk 1", f"{arrival}On the desk 1, you see a cd 2, and a pen 1."),
        ("take pen 1 from desk 1", "You pick up the pen 1 from the desk 1."),
        ("go to drawer 1", "The drawer 1 is closed."),
        ("open drawer 1", "You open the drawer 1. The drawer 1 is open. In it, you see nothing."),
    ]
    assert played(*steps) == HouseholdState(
        location="drawer 1",
        holding="pen 1",
        places=HOME.places,
        seen={"desk 1": ["cd 2"], "drawer 1": []},
        moves=4,
    )
    after = played(*steps, ("put", put), ("close drawer 1", "You close the drawer 1."))
    assert (after.holding, after.seen["drawer 1"], after.moves) == (None, ["pen 1"], 6)


def test_putting_something_on_a_place_is_not_seeing_what_else_is_there() -> None:
    """Two places may share one where one stands."""
    put = "You put the pen 1 in/on the drawer 1."
    assert "drawer 1" not in played(("put", put)).seen


def test_a_closed_place_is_not_seen_into() -> None:
    assert played(("go to drawer 1", "The drawer 1 is closed.")).seen == {}


def test_the_inventory_says_what_is_held() -> None:
    assert played(("inventory", "You are carrying: a pen 1.")).holding == "pen 1"
    assert played(("inventory", "You are not carrying anything.")).holding is None


def test_looking_into_a_bowl_is_not_looking_onto_a_place() -> None:
    assert played(("examine bowl 1", "This is a normal bowl 1. In it, you see a key 1.")).seen == {}
