"""Gives the examples in docstrings the names that scripts find, each example a fresh world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from embodied_codeact.primitives.fakes import FakeHouse
from embodied_codeact.primitives.household import House


@pytest.fixture(autouse=True)
def names_of_a_script(doctest_namespace: dict[str, Any]) -> Iterator[None]:
    doctest_namespace["house"] = House(FakeHouse())
    yield
    del doctest_namespace["house"]
