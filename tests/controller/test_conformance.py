"""The checks of conformance: a good controller passes all, and each fault is caught by its check."""

from __future__ import annotations

import pytest

from embodied_codeact.controller.conformance import ALL, Verdict, connect, prove
from tests.controller.faults import FAULTS
from tests.controller.kinematic import served


def verdicts(only: set[str]) -> list[Verdict]:
    with served() as endpoint:
        probe, _ = connect(endpoint)
        try:
            return prove(probe, only=only)
        finally:
            probe.close()


def test_a_good_controller_passes_every_check() -> None:
    found = verdicts(set())
    assert [verdict.check for verdict in found] == [check.name for check in ALL]
    assert not [verdict for verdict in found if not verdict.passed]


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert {check for check, _ in FAULTS.values()} == {check.name for check in ALL}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check, break_it = FAULTS[name]
    break_it(monkeypatch)
    (verdict,) = verdicts({check})
    assert not verdict.passed, verdict
    assert verdict.seen
