"""The controller: built once, started for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cpp_controller.building import Built, build
from tests.cpp_controller.commanding import Commander, controller


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Built:
    """The programs, built with the address and undefined-behaviour sanitizers."""
    base = tmp_path_factory.getbasetemp()
    return build(base if worker_id == "master" else base.parent)


@pytest.fixture
def endpoint(built: Built) -> Iterator[str]:
    """A running controller."""
    with controller(built.controller) as where:
        yield where


@pytest.fixture
def commander(endpoint: str) -> Iterator[Commander]:
    """A client of it."""
    with Commander(endpoint) as client:
        yield client
