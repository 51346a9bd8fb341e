"""One interpreter for the tests of a file; each test starts with a fresh worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from embodied_codeact.contracts import ApiDescription
from embodied_codeact.interpreter.host import Interpreter, ScriptLimits, ScriptOutcome
from tests.interpreter.little_world import API, LittleWorld

Runs = Callable[..., ScriptOutcome]

SMALL = ScriptLimits(grace_s=0.3, max_output_bytes=100_000, max_value_chars=2000, max_error_chars=4000)


@pytest.fixture(scope="module")
def shared_interpreter() -> Iterator[Interpreter]:
    with Interpreter(sandbox="best", limits=SMALL) as interpreter:
        yield interpreter


@pytest.fixture
def interpreter(shared_interpreter: Interpreter) -> Interpreter:
    shared_interpreter.start(ApiDescription())
    return shared_interpreter


@pytest.fixture
def run(interpreter: Interpreter) -> Runs:
    return interpreter.run


@pytest.fixture
def world() -> Iterator[LittleWorld]:
    little = LittleWorld()
    yield little
    little.hang_up()


@pytest.fixture
def embodied(world: LittleWorld) -> Iterator[Interpreter]:
    """An interpreter whose scripts see the primitives of the little world."""
    with Interpreter(sandbox="best", limits=SMALL, connect_world=world.connect) as interpreter:
        interpreter.start(API)
        yield interpreter
