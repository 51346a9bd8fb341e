"""Checks of motions: those that are carried out, and those that must not begin."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_codeact.controller.conformance_checks import Check
from embodied_codeact.controller.conformance_limits import limits_are_kept, nothing_moved
from embodied_codeact.controller.conformance_probe import Failed, Probe, Sweep, Told, fail
from embodied_codeact.controller.conformance_seen import excess
from embodied_codeact.controller.curves import Curve
from embodied_codeact.controller.protocol import Status

_REACHED = 0.05
_FITS = 0.15
"""Of what a curve of coarse rows differs from straight lines between them."""
_COARSE_S = 0.25


def _begin(probe: Probe, sweep: Sweep, **changes: Any) -> int:
    probe.acquire(probe.robot.max_ttl_s)
    probe.told.clear()
    return probe.move(sweep.body(**changes))


def _to_the_end(probe: Probe, sweep: Sweep) -> Status:
    """Await the end of a motion with heartbeats."""
    ttl_s = min(0.1, probe.robot.max_ttl_s)
    return probe.wait_until(lambda status: status.outcome != "running", 1.5 * sweep.duration_s + 2.0, beat_s=ttl_s / 4)


def _move(probe: Probe) -> str:
    before = probe.status().motion
    sweep = probe.sweep()
    number = _begin(probe, sweep)
    if number != before + 1:
        fail(f"motion {number} after {before}")
    status = probe.ask("heartbeat", Status, lease=probe.lease)
    if status.motion != number or status.outcome != "running":
        fail(f"while it runs: motion {status.motion}, outcome {status.outcome!r}")
    ended = _to_the_end(probe, sweep)
    if ended.outcome != "done":
        fail(f"outcome {ended.outcome!r}: {ended.kind} {ended.message} {ended.reason}")
    told = list(probe.told)
    state = probe.newest()
    if np.max(np.abs(state.commanded - sweep.goal)) > 1e-6:
        fail(f"commanded in the end: {np.round(state.commanded, 5).tolist()}")
    if (error := float(np.max(np.abs(state.positions - sweep.goal)))) > _REACHED:
        fail(f"reached with an error of {error:.4f} rad")
    if beyond := excess(told, probe.robot):
        fail(beyond)
    return f"done, reached within {error:.4f} rad"


def _answer(probe: Probe) -> str:
    sweep = probe.sweep()
    probe.acquire(probe.robot.max_ttl_s)
    answer = probe.ask("move", dict[str, Any], sweep.body(), lease=probe.lease, ttl_s=1.0)
    _to_the_end(probe, sweep)
    if abs(float(answer.get("duration_s", -1.0)) - sweep.duration_s) > 0.01:
        fail(f"duration_s {answer.get('duration_s')}")
    return f"duration_s {answer['duration_s']:g}"


def _curve(probe: Probe) -> str:
    """What is commanded between rows that are far apart has to be on the cubic through them."""
    sweep = probe.sweep(rows_s=_COARSE_S)
    _begin(probe, sweep)
    ended = _to_the_end(probe, sweep)
    if ended.outcome != "done":
        fail(f"outcome {ended.outcome!r}: {ended.kind} {ended.message}")
    misfit = _misfit(probe.told, sweep, probe.robot.rate_hz)
    if misfit > _FITS:
        fail(f"beside the cubic by {misfit:.2f} of what straight lines would be")
    return "on the cubic"


def _misfit(told: list[Told], sweep: Sweep, rate_hz: float) -> float:
    """How far the commanded positions are from the cubic at best, as a share of how far straight lines are from it."""
    times = np.arange(0.0, sweep.duration_s, 1.0 / rate_hz / 8)
    curve = Curve(sweep.positions, sweep.velocities, sweep.period_s)
    cubic = np.array([curve.at(time).positions[sweep.joint] for time in times])
    rows = np.arange(len(sweep.positions)) * sweep.period_s
    lines = np.interp(times, rows, sweep.positions[:, sweep.joint])
    seen = np.array([one.state.commanded[sweep.joint] for one in told])
    moving = np.flatnonzero(np.abs(np.diff(seen)) > 0.0)
    if len(moving) < 5:
        fail("nothing that moves in what was commanded")
    seen = seen[moving[0] : moving[-1] + 2]
    apart = 8
    best = float("inf")
    for shift in range(-3 * apart, 3 * apart):
        places = np.clip(shift + apart * np.arange(len(seen)), 0, len(cubic) - 1)
        best = min(best, float(np.max(np.abs(cubic[places] - seen))))
    return best / float(np.max(np.abs(cubic - lines)))


def _busy(probe: Probe) -> str:
    sweep = probe.sweep()
    _begin(probe, sweep)
    words = probe.refused("CommandRefused", "move", sweep.body(), lease=probe.lease, ttl_s=1.0)
    ended = _to_the_end(probe, sweep)
    if ended.outcome != "done":
        fail(f"the first one: {ended.outcome!r} {ended.message}")
    return words


def _beside(probe: Probe) -> str:
    """A start beside the commanded position, within the tolerance, is taken up smoothly."""
    beside = 0.9 * probe.robot.start_tolerance
    sweep = probe.sweep()
    shifted = sweep.positions.copy()
    way = np.sign(sweep.goal[sweep.joint] - shifted[0, sweep.joint])
    shifted[:, sweep.joint] += way * beside
    _begin(probe, sweep, positions=shifted)
    ended = _to_the_end(probe, sweep)
    if ended.outcome != "done":
        fail(f"outcome {ended.outcome!r}: {ended.message}")
    if beyond := excess(probe.told, probe.robot):
        fail(beyond)
    return f"{beside:g} rad taken up"


# What must not begin


def _forms(probe: Probe) -> str:
    sweep = probe.sweep()
    probe.acquire(probe.robot.max_ttl_s)
    p, v = sweep.positions, sweep.velocities
    holed, endless = p.copy(), v.copy()
    holed[3, 0], endless[3, 0] = np.nan, np.inf
    cases: dict[str, Any] = {
        "null": None,
        "a text": "up",
        "nothing": {},
        "no velocities": {"positions": p, "period_s": 0.02},
        "lists": {"positions": p.tolist(), "velocities": v.tolist(), "period_s": 0.02},
        "NaN": sweep.body(positions=holed),
        "infinity": sweep.body(velocities=endless),
        "floats of 32 bits": sweep.body(positions=p.astype("<f4"), velocities=v.astype("<f4")),
        "one row": sweep.body(positions=p[:1], velocities=v[:1]),
        "a joint too few": sweep.body(positions=p[:, 1:], velocities=v[:, 1:]),
        "shapes that differ": sweep.body(velocities=v[:-1]),
        "one dimension": sweep.body(positions=p.ravel(), velocities=v.ravel()),
        "no period": sweep.body(period_s=0.0),
        "a period that is no number": sweep.body(period_s=float("nan")),
        "a period next to nothing": sweep.body(period_s=1e-110),
        "an end that is not at rest": sweep.body(velocities=v + 0.01),
    }
    for what, body in cases.items():
        try:
            probe.refused("InvalidArgument", "move", body, lease=probe.lease, ttl_s=1.0)
        except Failed as failed:
            fail(f"{what}: {failed}")
    nothing_moved(probe)
    return f"{len(cases)} refused"


# The gripper


def _fingers(probe: Probe, width: float) -> Status:
    limits = probe.robot.gripper
    assert limits is not None
    probe.acquire(probe.robot.max_ttl_s)
    probe.move({"gripper": {"width": width, "force": 0.3 * limits.force, "speed": 0.5 * limits.speed}})
    within_s = 2 * limits.width / limits.speed + 5.0
    beat_s = min(0.1, probe.robot.max_ttl_s) / 4
    return probe.wait_until(lambda status: status.outcome != "running", within_s, beat_s=beat_s)


def _gripper(probe: Probe) -> str:
    limits = probe.robot.gripper
    if limits is None:
        probe.acquire()
        return probe.refused(
            "InvalidArgument",
            "move",
            {"gripper": {"width": 0.0, "force": 1.0, "speed": 0.1}},
            lease=probe.lease,
            ttl_s=1.0,
        )
    seen = []
    for width in (0.5 * limits.width, limits.width):
        ended = _fingers(probe, width)
        if ended.outcome != "done":
            fail(f"outcome {ended.outcome!r}: {ended.kind} {ended.message} {ended.reason}")
        reading = probe.newest().gripper
        assert reading is not None
        if abs(reading.width - width) > 0.1 * limits.width:
            fail(f"a width of {reading.width:.4f} m where {width:.4f} m was asked for")
        seen.append(f"{reading.width:.3f}")
    good = {"width": limits.width, "force": limits.force, "speed": limits.speed}
    for name in good:
        for value, kind in ((2.0 * good[name], "LimitExceeded"), (float("nan"), "InvalidArgument")):
            probe.refused(kind, "move", {"gripper": {**good, name: value}}, lease=probe.lease, ttl_s=1.0)
    return f"widths {', '.join(seen)} m"


MOVING: tuple[Check, ...] = (
    Check("move", "runs, is done at the goal, and keeps the limits on the way", _move),
    Check("move answer", "duration_s is (n - 1) period_s", _answer),
    Check("curve", "the cubic through rows that are far apart", _curve),
    Check("one motion", "a move while another runs: CommandRefused", _busy),
    Check("start", "a start within start_tolerance is taken up without a jerk", _beside),
    Check("limits", "LimitExceeded, naming the joint; nothing moves", limits_are_kept),
    Check("forms", "wrong shapes and numbers: InvalidArgument; nothing moves", _forms),
    Check("gripper", "reaches its widths, keeps its limits; none: InvalidArgument", _gripper),
)
