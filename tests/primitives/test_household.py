"""The ``house`` object and MINT's flat functions: the commands they send, and what they refuse."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from embodied_codeact.describe import signature_text
from embodied_codeact.errors import InvalidArgument
from embodied_codeact.primitives.fakes import FakeHouse
from embodied_codeact.primitives.household import House
from embodied_codeact.primitives.household_mint import mint_functions

OLDER = "put {object} in/on {receptacle}"
NEWER = "move {object} to {receptacle}"


@pytest.mark.parametrize(
    ("method", "names", "command"),
    [
        ("goto", ["desk 1"], "go to desk 1"),
        ("take", ["mug 1", "desk 1"], "take mug 1 from desk 1"),
        ("open", ["drawer 1"], "open drawer 1"),
        ("close", ["drawer 1"], "close drawer 1"),
        ("use", ["desklamp 1"], "use desklamp 1"),
        ("clean", ["mug 1", "sinkbasin 1"], "clean mug 1 with sinkbasin 1"),
        ("heat", ["mug 1", "microwave 1"], "heat mug 1 with microwave 1"),
        ("cool", ["mug 1", "fridge 1"], "cool mug 1 with fridge 1"),
        ("examine", ["mug 1"], "examine mug 1"),
        ("look", [], "look"),
        ("inventory", [], "inventory"),
    ],
)
def test_each_method_sends_its_command(method: str, names: list[str], command: str) -> None:
    backend = FakeHouse()
    getattr(House(backend), method)(*names)
    assert backend.commands == [command]


@pytest.mark.parametrize(("template", "command"), [(OLDER, "put mug 1 in/on desk 1"), (NEWER, "move mug 1 to desk 1")])
def test_putting_is_spelt_as_the_backend_says(template: str, command: str) -> None:
    backend = FakeHouse(template)
    House(backend).put("mug 1", "desk 1")
    mint_functions(backend)["put"]("mug 1", "desk 1")
    assert backend.commands == [command, command]


@pytest.mark.parametrize("wrong", [None, 1, ["mug 1"], "", "  "])
def test_what_is_no_name_is_refused_and_nothing_is_sent(wrong: Any) -> None:
    backend = FakeHouse()
    house = House(backend)
    methods = [method for name, method in inspect.getmembers(house, inspect.ismethod) if name[0] != "_"]
    for method in methods:
        parameters = list(inspect.signature(method).parameters)
        for wrong_one in parameters:
            arguments = {name: wrong if name == wrong_one else "mug 1" for name in parameters}
            with pytest.raises(InvalidArgument, match=rf"^{wrong_one} .* such as 'drawer 1'"):
                method(**arguments)
    assert backend.commands == []


def test_blanks_around_a_name_do_not_matter() -> None:
    backend = FakeHouse()
    House(backend).take(" mug 1 ", "desk 1\n")
    assert backend.commands == ["take mug 1 from desk 1"]


def test_mint_functions_are_the_benchmarks() -> None:
    backend = FakeHouse()
    functions = mint_functions(backend)
    assert {name: signature_text(function) for name, function in functions.items()} == {
        "put": "(object: str, receptacle: str) -> str",
        "goto": "(receptacle: str) -> str",
        "take_from": "(object: str, receptacle: str) -> str",
        "open_receptacle": "(receptacle: str) -> str",
        "toggle": "(object_or_receptacle: str) -> str",
        "close_receptacle": "(receptacle: str) -> str",
        "clean": "(object: str, receptacle: str) -> str",
        "heat": "(object: str, receptacle: str) -> str",
        "cool": "(object: str, receptacle: str) -> str",
        "use": "(receptacle: str) -> str",
        "look": "() -> str",
    }
    for name, function in functions.items():
        function(*["x 1"] * len(inspect.signature(function).parameters))
        assert (inspect.getdoc(function) or "").splitlines()[1].startswith(f"For example: {name}(")
    assert backend.commands == [
        "move x 1 to x 1",
        "go to x 1",
        "take x 1 from x 1",
        "open x 1",
        "toggle x 1",
        "close x 1",
        "clean x 1 with x 1",
        "heat x 1 with x 1",
        "cool x 1 with x 1",
        "use x 1",
        "look",
    ]


def test_mint_functions_write_anything_into_the_command_as_the_benchmark_did() -> None:
    backend = FakeHouse()
    assert mint_functions(backend)["goto"](1) == "Nothing happens."
    assert backend.commands == ["go to 1"]
