"""Checks of stops: latched, by planned deceleration, in time, and cleared without moving anything."""

from __future__ import annotations

import numpy as np

from embodied_codeact.controller.conformance_checks import Check
from embodied_codeact.controller.conformance_probe import Probe, Sweep, Told, fail
from embodied_codeact.controller.conformance_seen import excess, moved_within
from embodied_codeact.controller.curves import Sample
from embodied_codeact.controller.protocol import Cleared, Status
from embodied_codeact.controller.stopping import Deceleration

_SLACK_S = 0.25
_SHARE = 0.5
"""A stop may decelerate with half of the limits of acceleration, and a tenth of that of jerk."""
_JERK_SHARE = 0.1
_TTL_S = 0.2


def _under_way(probe: Probe, ttl_s: float | None = None) -> Sweep:
    """Begin a motion, and return in the midst of it."""
    sweep = probe.sweep()
    lease = probe.acquire(probe.robot.max_ttl_s if ttl_s is None else ttl_s)
    probe.told.clear()
    probe.move(sweep.body())
    until_s = 0.4 * sweep.duration_s
    beat_s = lease.ttl_s / 4
    waited = 0.0
    while waited < until_s:
        probe.ask("heartbeat", Status, lease=probe.lease)
        probe.wait(beat_s)
        waited += beat_s
    return sweep


def _rest_s(probe: Probe, sweep: Sweep) -> float:
    """How long coming to rest from the sweep may take."""
    robot = probe.robot
    zero = np.zeros(len(robot.joints))
    fastest = Sample(zero, np.max(np.abs(sweep.velocities), axis=0), 0.5 * robot.acceleration)
    return Deceleration(fastest, _SHARE * robot.acceleration, _JERK_SHARE * robot.jerk).duration_s + _SLACK_S


def _came_to_rest(probe: Probe, sweep: Sweep, since_ns: int, level: str) -> str:
    """See that a stop was latched and the arm came to rest in time, within the limits; return how long it took."""
    most_s = _rest_s(probe, sweep)
    ended = probe.resting()
    if ended.stop != level:
        fail(f"stop {ended.stop!r}")
    if ended.lease or ended.commander:
        fail(f"lease {ended.lease} of {ended.commander!r} lives on")
    if ended.outcome != "stopped":
        fail(f"outcome {ended.outcome!r}")
    probe.wait(0.1)
    if np.max(np.abs(probe.told[-1].state.commanded - sweep.goal)) < 1e-3:
        fail("the motion went on to its end")
    if beyond := excess(probe.told, probe.robot):
        fail(beyond)
    took = (_last_motion_ns(probe.told) - since_ns) / 1e9
    if took > most_s:
        fail(f"at rest after {took:.3f} s; {most_s:.3f} s would be enough")
    return f"at rest after {max(0.0, took):.3f} s"


def _last_motion_ns(told: list[Told]) -> int:
    """When the commanded position changed last."""
    rows = np.array([one.state.commanded for one in told])
    changed = np.flatnonzero(np.any(np.diff(rows, axis=0) != 0.0, axis=1))
    if not len(changed):
        fail("nothing moved before the stop")
    return told[int(changed[-1]) + 1].header.time_ns


def _stop(probe: Probe) -> str:
    sweep = _under_way(probe)
    since = probe.now_ns()
    status = probe.ask("stop", Status, {"reason": "conformance"}, peer=probe.other)
    if status.stop != "emergency stop" or status.reason != "conformance":
        fail(f"the answer says {status.stop!r}, reason {status.reason!r}")
    return _came_to_rest(probe, sweep, since, "emergency stop")


def _deadman(probe: Probe) -> str:
    sweep = _under_way(probe, ttl_s := min(_TTL_S, probe.robot.max_ttl_s))
    probe.ask("heartbeat", Status, lease=probe.lease)
    since = probe.now_ns()
    latched = probe.wait_until(lambda status: status.stop != "normal", ttl_s + 2 * _SLACK_S)
    if latched.time_ns - since < 0.5e9 * ttl_s:
        fail(f"stopped before the ttl of {ttl_s:g} s was over")
    if latched.stop != "protective stop" or not latched.reason:
        fail(f"{latched.stop!r}, reason {latched.reason!r}")
    return _came_to_rest(probe, sweep, since + int(1e9 * ttl_s), "protective stop")


def _heartbeats(probe: Probe) -> str:
    """A commander that is heard keeps its motion; others' pings do not."""
    sweep = _under_way(probe, min(_TTL_S, probe.robot.max_ttl_s))
    status = probe.wait_until(lambda status: status.outcome != "running", 1.5 * sweep.duration_s + 2.0, beat_s=0.025)
    if status.outcome != "done":
        fail(f"outcome {status.outcome!r}, stop {status.stop!r}: {status.reason}")
    return "done"


def _levels(probe: Probe) -> str:
    def stop(body: object) -> Status:
        status: Status = probe.ask("stop", Status, body)
        return status

    first = stop({"reason": "first", "level": "protective stop"})
    if (first.stop, first.reason) != ("protective stop", "first"):
        fail(f"{first.stop!r}, reason {first.reason!r}")
    second = stop({"reason": "second"})
    if (second.stop, second.reason) != ("emergency stop", "second"):
        fail(f"an emergency stop after a protective one: {second.stop!r}, reason {second.reason!r}")
    third = stop({"reason": "third", "level": "protective stop"})
    if (third.stop, third.reason) != ("emergency stop", "second"):
        fail(f"a protective stop after an emergency stop: {third.stop!r}, reason {third.reason!r}")
    probe.ask("clear", Cleared)
    if stop(None).stop != "emergency stop":
        fail("a stop without a body is not an emergency stop")
    probe.ask("clear", Cleared)
    probe.refused("InvalidArgument", "stop", {"level": "normal"})
    cleared = probe.ask("clear", Cleared).cleared
    if cleared != "emergency stop":
        fail(f"a stop whose level cannot be read latched {cleared!r}, and is to latch an emergency stop")
    return "never lowered"


def _latched(probe: Probe) -> str:
    body = probe.sweep().body()
    lease = probe.acquire().lease
    probe.ask("stop", Status, {"reason": "conformance"})
    words = probe.refused("StopLatched", "acquire", {"commander": probe.name})
    probe.refused("StopLatched", "move", body, lease=lease, ttl_s=1.0)
    probe.refused("CommandRefused", "heartbeat", lease=lease)
    return words


def _clear(probe: Probe) -> str:
    _under_way(probe)
    probe.ask("stop", Status, {"reason": "conformance"})
    probe.refused("CommandRefused", "clear")
    motion = probe.resting().motion
    cleared = probe.ask("clear", Cleared)
    if cleared.cleared != "emergency stop":
        fail(f"cleared {cleared.cleared!r}")
    probe.told.clear()
    probe.wait(0.3)
    status = probe.status()
    if status.stop != "normal" or status.reason or status.lease:
        fail(f"stop {status.stop!r}, reason {status.reason!r}, lease {status.lease}")
    if moved_within(probe.told) > 0.0 or status.motion != motion or status.outcome == "running":
        fail("something moved after the clear")
    probe.refused("CommandRefused", "heartbeat", lease=probe.lease)
    again = probe.ask("clear", Cleared)
    if again.cleared != "normal":
        fail(f"cleared {again.cleared!r} where nothing was latched")
    return "refused until at rest; nothing moved"


def _gripper(probe: Probe) -> str:
    limits = probe.robot.gripper
    if limits is None:
        return "no gripper"
    probe.acquire(probe.robot.max_ttl_s)
    reading = probe.newest().gripper
    assert reading is not None
    target = 0.0 if reading.width > limits.width / 2 else limits.width
    probe.move({"gripper": {"width": target, "force": 0.3 * limits.force, "speed": 0.2 * limits.speed}})
    probe.wait(0.25)
    probe.ask("stop", Status, {"reason": "conformance"})
    if probe.resting(2.0).outcome != "stopped":
        fail(f"outcome {probe.status().outcome!r}")
    first = probe.newest().gripper
    probe.wait(0.3)
    second = probe.newest().gripper
    assert first is not None
    assert second is not None
    if abs(first.width - target) < 0.02 * limits.width:
        fail("the fingers went on to their end")
    if abs(second.width - first.width) > 0.03 * limits.width:
        fail(f"the fingers moved on after the stop, from {first.width:.4f} to {second.width:.4f} m")
    return f"held at {second.width:.3f} m"


STOPPING: tuple[Check, ...] = (
    Check("heartbeats", "a motion goes on while its commander is heard", _heartbeats),
    Check("stop", "by anyone; latched; at rest by planned deceleration, in time; no lease", _stop),
    Check("deadman", "silence of ttl_s: protective stop, latched; at rest as in a stop", _deadman),
    Check("levels", "a lower level never replaces a higher one; the default is an emergency stop", _levels),
    Check("latched", "acquire and move: StopLatched", _latched),
    Check("clear", "refused until at rest; then normal, and nothing moves", _clear),
    Check("gripper stop", "the fingers stay where they are", _gripper),
)
