"""Checks of the lease: who may command, in which order, and until when."""

from __future__ import annotations

import numpy as np

from embodied_codeact.controller.conformance_checks import Check
from embodied_codeact.controller.conformance_probe import Probe, fail
from embodied_codeact.controller.protocol import DEFAULT_TTL_S, Status


def _acquire(probe: Probe) -> str:
    first = probe.acquire()
    if first.lease <= 0 or abs(first.ttl_s - min(DEFAULT_TTL_S, probe.robot.max_ttl_s)) > 1e-9:
        fail(f"lease {first.lease}, ttl_s {first.ttl_s} where none was asked for")
    status = probe.status()
    if status.lease != first.lease or status.commander != probe.name:
        fail(f"the status names lease {status.lease} of {status.commander!r}")
    second = probe.acquire(probe.robot.max_ttl_s * 10)
    if second.lease <= first.lease:
        fail(f"lease {second.lease} after {first.lease}")
    if abs(second.ttl_s - probe.robot.max_ttl_s) > 1e-9:
        fail(f"ttl_s {second.ttl_s} where more than max_ttl_s was asked for")
    probe.refused("CommandRefused", "heartbeat", lease=first.lease)
    probe.ask("release", Status, lease=second.lease)
    third = probe.acquire()
    if third.lease <= second.lease:
        fail(f"lease {third.lease} after {second.lease}")
    return f"leases {first.lease}, {second.lease}, {third.lease}"


def _acquire_forms(probe: Probe) -> str:
    for body in (None, {}, {"commander": ""}, {"commander": 5}, "me"):
        probe.refused("InvalidArgument", "acquire", body)
    for ttl_s in (0.0, -1.0, float("nan"), float("inf"), "long"):
        probe.refused("InvalidArgument", "acquire", {"commander": probe.name, "ttl_s": ttl_s})
    if probe.status().lease:
        fail("a lease all the same")
    return "refused"


def _one_commander(probe: Probe) -> str:
    lease = probe.acquire()
    words = probe.refused("CommandRefused", "acquire", {"commander": "somebody else"}, peer=probe.other)
    probe.ask("heartbeat", Status, lease=lease.lease)
    return words


def _old_leases(probe: Probe) -> str:
    probe.refused("CommandRefused", "heartbeat")
    old = probe.acquire().lease
    probe.acquire()
    body = probe.sweep().body()
    probe.acquire()
    for lease in (0, old, probe.lease + 1):
        probe.refused("CommandRefused", "heartbeat", lease=lease)
        probe.refused("CommandRefused", "release", lease=lease)
        probe.refused("CommandRefused", "move", body, lease=lease, ttl_s=1.0)
    probe.ask("heartbeat", Status, lease=probe.lease)
    return "refused"


def _sequence(probe: Probe) -> str:
    probe.acquire()
    probe.ask("heartbeat", Status, lease=probe.lease, seq=1000)
    body = probe.sweep().body()
    for sequence in (1000, 999):
        probe.refused("CommandRefused", "heartbeat", lease=probe.lease, seq=sequence)
        probe.refused("CommandRefused", "release", lease=probe.lease, seq=sequence)
        probe.refused("CommandRefused", "move", body, lease=probe.lease, seq=sequence, ttl_s=1.0)
    probe.ask("heartbeat", Status, lease=probe.lease, seq=1001)
    return "refused"


def _expiry(probe: Probe) -> str:
    lease = probe.acquire()
    for _ in range(4):
        probe.wait(lease.lease_s / 2)
        probe.ask("heartbeat", Status, lease=lease.lease)
    probe.wait(lease.lease_s * 1.2 + 0.1)
    status = probe.status()
    if status.lease:
        fail(f"lease {status.lease} lives on after {lease.lease_s * 1.2 + 0.1:.2f} s of silence")
    if status.stop != "normal":
        fail(f"a {status.stop} by silence while nothing moved")
    probe.refused("CommandRefused", "heartbeat", lease=lease.lease)
    probe.ask("acquire", dict, {"commander": "somebody else"}, peer=probe.other)
    probe.ask("release", Status, lease=probe.status().lease, peer=probe.other)
    return f"expired within {lease.lease_s:g} s of silence, kept by heartbeats"


def _ttl(probe: Probe) -> str:
    probe.acquire(probe.robot.max_ttl_s)
    body = probe.sweep().body()
    probe.acquire(probe.robot.max_ttl_s)
    for ttl_s in (None, 0.0, -1.0):
        probe.refused("InvalidArgument", "move", body, lease=probe.lease, ttl_s=ttl_s)
    words = probe.refused(
        "CommandRefused", "move", body, lease=probe.lease, ttl_s=0.2, time_ns=probe.now_ns() - 1_000_000_000
    )
    probe.refused("InvalidArgument", "move", body, lease=probe.lease, ttl_s=0.2, time_ns=probe.now_ns() + 1_000_000_000)
    if probe.status().motion and probe.status().outcome == "running":
        fail("a motion began all the same")
    return words


def _release(probe: Probe) -> str:
    """A release in the midst of a motion brings it to rest, and latches nothing."""
    probe.acquire(probe.robot.max_ttl_s)
    sweep = probe.sweep()
    probe.acquire(probe.robot.max_ttl_s)
    probe.move(sweep.body())
    probe.wait(0.4 * sweep.duration_s)
    status = probe.ask("release", Status, lease=probe.lease)
    if status.lease:
        fail(f"lease {status.lease} lives on")
    ended = probe.resting()
    if ended.outcome != "stopped" or ended.stop != "normal":
        fail(f"outcome {ended.outcome!r}, stop {ended.stop!r}")
    if np.max(np.abs(probe.newest().commanded - sweep.goal)) < 1e-3:
        fail("the motion went on to its end")
    return "stopped, nothing latched"


COMMANDING: tuple[Check, ...] = (
    Check("acquire", "growing leases, ttl_s at most max_ttl_s, the old lease is dead", _acquire),
    Check("acquire forms", "no name, or a ttl_s that is not above 0: InvalidArgument", _acquire_forms),
    Check("one commander", "another's acquire: CommandRefused", _one_commander),
    Check("old leases", "commands under another lease than the living one: CommandRefused", _old_leases),
    Check("seq", "one that does not grow under a lease: CommandRefused", _sequence),
    Check("expiry", "a lease ends after lease_s of silence, nothing is latched", _expiry),
    Check("ttl", "late: CommandRefused; none, or another clock: InvalidArgument", _ttl),
    Check("release", "the motion comes to rest, stopped, nothing latched, no lease", _release),
)
