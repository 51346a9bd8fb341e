"""Renaming in programs: in code, in f-strings, and nowhere else; several at a time."""

from __future__ import annotations

from embodied_codeact.envs.household.expert_renaming import Renaming


def test_renames_in_code_and_nowhere_else() -> None:
    program = Renaming('place = f"in place {place!r}"  # place\nx.place = place')
    program.rename("place", "spot")
    assert program.text == 'spot = f"in place {spot!r}"  # place\nx.place = spot'


def test_several_names_one_after_another() -> None:
    program = Renaming("def look(place):\n    print(f'{place} {look}')\n    return 'place', places\n")
    for old, new in (("place", "spot"), ("look", "inspect_it"), ("places", "place")):
        program.rename(old, new)
    assert program.text == "def inspect_it(spot):\n    print(f'{spot} {inspect_it}')\n    return 'place', place\n"


def test_a_program_that_has_no_such_name_stays_as_it_is() -> None:
    code = "for n in range(3):\n\n    print(n)  # n\n"
    program = Renaming(code)
    program.rename("place", "spot")
    assert program.text == code
