"""The checks of conformance: a good controller passes all, and each fault is caught by its check."""

from __future__ import annotations

import socket
from typing import Any

import numpy as np
import pytest
import zmq

from embodied_codeact.bridge.security import ClientSecurity, KeyPair, ServerSecurity
from embodied_codeact.controller.conformance import ALL, Verdict, connect, prove
from tests.controller.faults import FAULTS
from tests.controller.kinematic import KinematicDriver, description, served


def verdicts(only: set[str], *, keys: bool = False) -> list[Verdict]:
    robot, friend = (KeyPair(*zmq.curve_keypair()) for _ in range(2))
    security = ServerSecurity(robot, [friend.public]) if keys else None
    with served(security=security) as endpoint:
        probe, _ = connect(endpoint, ClientSecurity(friend, robot.public) if keys else None)
        try:
            return prove(probe, only=only)
        finally:
            probe.close()


def test_a_good_controller_passes_every_check() -> None:
    found = verdicts(set(), keys=True)
    assert [verdict.check for verdict in found] == [check.name for check in ALL]
    assert not [verdict for verdict in found if not verdict.passed]


def test_what_does_not_fit_together_fails_the_checks_and_no_more() -> None:
    with served(KinematicDriver(description(upper=np.full(2, 2.0)))) as endpoint:
        probe, _ = connect(endpoint)
        try:
            found = prove(probe, only={"describe", "curve", "ping"})
        finally:
            probe.close()
    assert {verdict.check: verdict.passed for verdict in found} == {"ping": True, "describe": False, "curve": False}


def test_an_address_of_ipv6_is_proved_as_others_are() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with served(endpoint="tcp://[::1]:0") as endpoint:
        probe, _ = connect(endpoint)
        try:
            (verdict,) = prove(probe, only={"ping"})
        finally:
            probe.close()
    assert verdict.passed


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert {check for check, _ in FAULTS.values()} == {check.name for check in ALL}


def faults() -> list[Any]:
    """One for each check at once, the further ones with the slow tests."""
    seen: set[str] = set()
    cases = []
    for name, (check, _) in FAULTS.items():
        cases.append(pytest.param(name, marks=[pytest.mark.slow] if check in seen else []))
        seen.add(check)
    return cases


@pytest.mark.parametrize("name", faults())
def test_a_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check, break_it = FAULTS[name]
    break_it(monkeypatch)
    # What goes wrong in a single step can fall between two states of a loop that a busy machine has held up.
    for _ in range(3):
        (verdict,) = verdicts({check}, keys=check == "keys")
        if not verdict.passed:
            break
    assert not verdict.passed, verdict
    assert verdict.seen
