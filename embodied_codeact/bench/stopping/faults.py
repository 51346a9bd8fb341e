"""What can go wrong while an arm moves, and within which time it has to stand still then."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from embodied_codeact.bench.stopping.rig import Rig

LEASE_S = 1.0
"""Silence of the agent after which the environment server stops everything."""
TTL_S = 0.1
"""Silence of the world after which the controller stops the arm."""
BRAKING_S = 0.25
"""What noticing and decelerating may take on top."""

_TO_AND_FRO = """
while True:
    arm.move_joints(there, speed=0.6)
    arm.move_joints(home, speed=0.6)
"""
_HOLDS_THE_GIL = """
import re, threading
threading.Thread(target=lambda: arm.move_joints(there, speed=0.06), daemon=True).start()
import time; time.sleep(1.0)
re.match(r"(a+)+$", "a" * 60 + "b")
"""
_IGNORES_INTERRUPTS = """
while True:
    try:
        arm.move_joints(there, speed=0.6)
        arm.move_joints(home, speed=0.6)
    except BaseException:
        pass
"""


class Fault(NamedTuple):
    """One thing that goes wrong. ``within_s``: when the arm has to be at rest; ``later_s``: seconds after the arm began
    to move, at least and at most, when it goes wrong; ``cut``: the network that has to be there to be cut, between
    ``agent`` and server or between server and ``controller``; ``server_lives``: whether the environment server can be
    asked afterwards."""

    name: str
    happen: Callable[[Rig], None]
    within_s: float
    script: str = _TO_AND_FRO
    later_s: tuple[float, float] = (0.4, 1.2)
    cut: str = ""
    server_lives: bool = True


def _halt(rig: Rig) -> None:
    rig.watcher.halt("the benchmark")


FAULTS: tuple[Fault, ...] = (
    Fault("agent killed", lambda rig: rig.agent.kill(), LEASE_S + BRAKING_S),
    Fault("agent suspended", lambda rig: rig.agent.send_signal(signal.SIGSTOP), LEASE_S + BRAKING_S),
    Fault("agent in an endless loop", lambda rig: rig.agent.send_signal(signal.SIGUSR1), LEASE_S + BRAKING_S),
    Fault("halt while the script holds the GIL", _halt, BRAKING_S, _HOLDS_THE_GIL, (1.5, 3.0)),
    Fault("halt while the script ignores interrupts", _halt, BRAKING_S, _IGNORES_INTERRUPTS),
    Fault("environment server killed", lambda rig: rig.server.kill(), TTL_S + BRAKING_S, server_lives=False),
    Fault("operator's halt", _halt, BRAKING_S),
    Fault(
        "network cut, server and controller",
        lambda rig: rig.cut(),
        TTL_S + BRAKING_S,
        cut="controller",
        server_lives=False,
    ),
    Fault("network cut, agent and server", lambda rig: rig.cut(), LEASE_S + BRAKING_S, cut="agent"),
)
