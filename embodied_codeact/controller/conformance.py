"""Proves an implementation of the controller protocol, verb by verb: what ``embodied-codeact conformance`` runs.

The robot moves: its last joint, by at most 0.6 rad there and back, and its gripper.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import NamedTuple

from embodied_codeact.bridge.security import ClientSecurity
from embodied_codeact.controller.conformance_checks import CHECKS, Check
from embodied_codeact.controller.conformance_commanding import COMMANDING
from embodied_codeact.controller.conformance_moving import MOVING
from embodied_codeact.controller.conformance_probe import Failed, Probe
from embodied_codeact.controller.conformance_stopping import STOPPING
from embodied_codeact.controller.protocol import Description

ALL: tuple[Check, ...] = (*CHECKS, *COMMANDING, *MOVING, *STOPPING)


class Verdict(NamedTuple):
    """What one check has come to."""

    check: str
    expected: str
    seen: str
    passed: bool


def prove(
    probe: Probe,
    *,
    only: Collection[str] = (),
    on_verdict: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Run the checks, or ``only`` those of these names, one after another."""
    verdicts: list[Verdict] = []
    for check in ALL:
        if only and check.name not in only:
            continue
        verdict = _verdict(check, probe)
        verdicts.append(verdict)
        on_verdict(verdict)
    with contextlib.suppress(Failed):
        # What the last check has latched is not left to others.
        probe.make_ready()
    return verdicts


def _verdict(check: Check, probe: Probe) -> Verdict:
    try:
        probe.make_ready()
        return Verdict(check.name, check.expected, check.run(probe), True)
    except Failed as failed:
        return Verdict(check.name, check.expected, str(failed), False)
    except (AssertionError, LookupError, ValueError, TypeError, ArithmeticError) as error:
        # What a controller tells may not fit together, such as limits for six joints of seven: no check can go on then.
        seen = f"what it tells does not fit together: {type(error).__name__}: {error}".rstrip(": ")
        return Verdict(check.name, check.expected, seen, False)


def connect(endpoint: str, security: ClientSecurity | None = None) -> tuple[Probe, Description]:
    """Connect to the controller that is to be proved, and return what it says of itself.

    Raises:
        BridgeError: nothing that speaks this protocol answers there.
    """
    probe = Probe(endpoint, security)
    return probe, probe.robot
