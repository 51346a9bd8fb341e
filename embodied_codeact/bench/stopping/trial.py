"""One fault, as the controller's state stream shows it."""

from __future__ import annotations

import random
import time
from typing import NamedTuple

import numpy as np

from embodied_codeact.bench.stopping.faults import TTL_S, Fault
from embodied_codeact.bench.stopping.rig import Rig
from embodied_codeact.controller.conformance_seen import excess, moved_within
from embodied_codeact.errors import CommandRefused, EnvironmentFailure, StopLatched

_MOVES = 0.05
"""rad/s of the fastest joint from which on the arm moves."""
_RESTS = 0.02
_SETTLED_M = 1e-3
_MOVING_WITHIN_S = 30.0
_LOOKS_ON_S = 0.6
_AFTER_CLEAR_S = 0.3


class Voided(Exception):
    """The arm was stopped before anything went wrong, since this machine was too busy for the time in which the world
    has to be heard; or its motion came to its own end before the silence was long enough. Such a trial says nothing."""


class Seen(NamedTuple):
    """What a trial has shown. ``rest_s``: when the arm last moved after the fault; ``excess``: what of the commanded
    motion went beyond the limits; ``latched``: a stop is; ``refused``: the next commander was, until it was cleared;
    ``still``: clearing moved nothing."""

    rest_s: float
    excess: str
    latched: bool
    refused: bool
    still: bool


def run_trial(rig: Rig, fault: Fault, chance: random.Random) -> Seen:
    """Let it happen once, while the arm moves.

    Raises:
        Voided: it did not come to that.
        EnvironmentFailure: the arm does not move, though nothing went wrong.
    """
    probe = rig.probe
    rig.start_agent(fault)
    _wait_until_it_moves(rig)
    probe.wait(chance.uniform(*fault.later_s))
    _wait_until_it_moves(rig)
    if probe.status().stop != "normal":
        raise Voided
    probe.told.clear()
    began_ns = probe.now_ns()
    fault.happen(rig)
    probe.wait(fault.within_s + _LOOKS_ON_S)
    moving = [told.header.time_ns for told in probe.told if float(np.max(np.abs(told.state.velocities))) > _RESTS]
    rest_s = (max(moving, default=began_ns) - began_ns) / 1e9
    status = probe.status()
    if not fault.server_lives and rest_s <= TTL_S and (status.stop, status.outcome) == ("normal", "done"):
        raise Voided
    beyond = excess(probe.told, probe.robot)
    latched, refused = _latched(rig, fault), _refused(rig, fault)
    rig.recover()
    probe.told.clear()
    probe.wait(_AFTER_CLEAR_S)
    return Seen(rest_s, beyond, latched, refused, moved_within(probe.told) < _SETTLED_M)


def _wait_until_it_moves(rig: Rig) -> None:
    until = time.monotonic() + _MOVING_WITHIN_S
    while float(np.max(np.abs(rig.probe.newest().velocities))) < _MOVES:
        if rig.probe.status().stop != "normal":
            raise Voided
        rig.check_agent()
        if time.monotonic() > until:
            raise EnvironmentFailure(f"the arm did not begin to move within {_MOVING_WITHIN_S:g} s")


def _latched(rig: Rig, fault: Fault) -> bool:
    return rig.probe.status().stop != "normal" or (fault.server_lives and rig.watcher.stop_state()[0] != "normal")


def _refused(rig: Rig, fault: Fault) -> bool:
    if not fault.server_lives:
        rig.probe.refused("StopLatched", "acquire", {"commander": "the next"})
        return True
    try:
        with rig.other_commander() as other:
            other.execute("1", timeout_s=5)
    except (StopLatched, CommandRefused):
        return True
    return False
