"""A smaller run of :mod:`tests.interpreter.endurance`."""

from __future__ import annotations

import pytest

from embodied_codeact.interpreter.host import Interpreter
from tests.interpreter.endurance import Endured, endure_scripts, endure_workers

pytestmark = pytest.mark.slow

MEMORY_MIB = 4.0
"""Allocators breathe; a leak of 20 KiB a round would be found."""


def assert_nothing_leaks(endured: list[Endured]) -> None:
    for each in endured:
        assert each.after.processes == each.before.processes, each
        assert each.after.descriptors == each.before.descriptors, each
        assert each.after.memory_mib - each.before.memory_mib < MEMORY_MIB, each


def test_fresh_workers_leave_nothing_behind() -> None:
    with Interpreter(sandbox="best") as interpreter:
        assert_nothing_leaks(endure_workers(interpreter, 200))


def test_scripts_leave_nothing_behind_in_their_worker() -> None:
    with Interpreter(sandbox="best") as interpreter:
        assert_nothing_leaks(endure_scripts(interpreter, 2000))
