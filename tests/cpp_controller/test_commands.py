"""The verbs of the running C++ controller: what is answered, what is refused and why, and what moves."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest

from embodied_codeact import wire
from embodied_codeact.envs.tabletop.panda import LIMITS
from embodied_codeact.envs.tabletop.planning.kinematics import PandaKinematics
from tests.cpp_controller.building import Built
from tests.cpp_controller.commanding import Array, Commander, Motion, Refused, controller, smooth


def refused(kind: str, commander: Commander, verb: str, body: Any = None, **fields: Any) -> str:
    """Ask for what has to be refused so; return the reason."""
    with pytest.raises(Refused) as caught:
        commander.ask(verb, body, **fields)
    assert caught.value.kind == kind, caught.value
    return str(caught.value)


def home(commander: Commander) -> Array:
    commanded: Array = commander.newest_state().body["commanded"]
    return commanded


# What it says of itself


def test_it_describes_itself(commander: Commander) -> None:
    told = commander.ask("describe")
    assert told["protocol"] == 1
    assert told["simulated"] is True
    assert len(told["joints"]) == 7
    for name, ours in [
        ("lower", LIMITS.joint_lower),
        ("upper", LIMITS.joint_upper),
        ("velocity", LIMITS.joint_velocity),
        ("acceleration", LIMITS.joint_acceleration),
        ("jerk", LIMITS.joint_jerk),
    ]:
        np.testing.assert_array_equal(told[name], ours)
    assert np.all(told["home"] > told["lower"])
    assert np.all(told["home"] < told["upper"])
    assert told["gripper"] == {"width": 0.08, "force": 70.0, "speed": 0.1}
    assert {"tool", "rate_hz", "lease_s", "max_ttl_s", "start_tolerance", "extras", "name"} <= set(told)


def turn(roll: float, pitch: float, yaw: float) -> Array:
    (cr, sr), (cp, sp), (cy, sy) = [(math.cos(a), math.sin(a)) for a in (roll, pitch, yaw)]
    rotation: Array = (
        np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
        @ np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
        @ np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    )
    return rotation


def tool_of(urdf: str, tool: str, angles: dict[str, float]) -> tuple[Array, Array]:
    """Place and rotation of a link: the chain of joints from the root to it."""
    parents = {joint.find("child").get("link"): joint for joint in ElementTree.fromstring(urdf).iter("joint")}  # type: ignore[union-attr]
    chain = []
    while tool in parents:
        chain.append(parents[tool])
        tool = parents[tool].find("parent").get("link")  # type: ignore[union-attr, assignment]
    place, rotation = np.zeros(3), np.eye(3)
    for joint in reversed(chain):
        origin = joint.find("origin")
        assert origin is not None
        place = place + rotation @ np.array([float(word) for word in origin.attrib["xyz"].split()])
        rotation = rotation @ turn(*(float(word) for word in origin.attrib["rpy"].split()))
        rotation = rotation @ turn(0.0, 0.0, angles.get(joint.attrib["name"], 0.0))
    return place, rotation


def test_its_urdf_is_the_arm_that_we_know(commander: Commander) -> None:
    told = commander.ask("describe")
    chance = np.random.default_rng(3)
    for _ in range(20):
        joints = chance.uniform(LIMITS.joint_lower, LIMITS.joint_upper)
        place, rotation = tool_of(told["urdf"], told["tool"], dict(zip(told["joints"], joints, strict=True)))
        places, rotations = PandaKinematics().forward_many(joints[None])
        np.testing.assert_allclose(place, places[0], atol=1e-12)
        np.testing.assert_allclose(rotation, rotations[0], atol=1e-12)


def test_states_come_at_rest_too_and_are_numbered(commander: Commander) -> None:
    states = [commander.next_state() for _ in range(200)]
    told = commander.ask("describe")
    assert {state.header.session for state in states} == {commander.receive(commander.send("ping")).header.session}
    assert np.all(np.diff([state.header.seq for state in states]) == 1)
    gaps = np.diff([state.header.time_ns for state in states]) / 1e9
    assert np.median(gaps) == pytest.approx(1 / told["rate_hz"], rel=0.2)
    for state in states:
        for name in ("positions", "velocities", "efforts", "commanded"):
            assert state.body[name].shape == (7,)
        assert state.body["gripper"] == {"width": 0.08, "force": 0.0}
        assert state.status["outcome"] == ""
    np.testing.assert_allclose(states[-1].body["positions"], told["home"])


def test_the_status_has_its_clock(commander: Commander) -> None:
    first, second = commander.ask("ping"), commander.ask("ping")
    assert 0 < first["time_ns"] < second["time_ns"]
    assert {**first, "time_ns": 0} == {
        "stop": "normal",
        "reason": "",
        "lease": 0,
        "commander": "",
        "motion": 0,
        "outcome": "",
        "kind": "",
        "message": "",
        "time_ns": 0,
        "dropped": 0,
    }


# Leases


def test_one_commands_at_a_time(endpoint: str, commander: Commander) -> None:
    first = commander.acquire()
    assert first["ttl_s"] == 1.0
    with Commander(endpoint) as other:
        reason = refused("CommandRefused", other, "acquire", {"commander": "other", "ttl_s": None})
        assert "tester" in reason
        refused("CommandRefused", other, "heartbeat", lease=first["lease"] + 1)
        refused("CommandRefused", other, "release")
        assert commander.ask("ping")["commander"] == "tester"
        commander.ask("release", lease=commander.lease)
        assert other.acquire(None, "other")["lease"] > first["lease"]
        assert commander.ask("ping")["commander"] == "other"


def test_the_same_name_may_acquire_anew_and_its_old_lease_is_over(commander: Commander) -> None:
    old = commander.acquire()
    new = commander.acquire()
    assert new["lease"] > old["lease"]
    refused("CommandRefused", commander, "heartbeat", lease=old["lease"])
    assert commander.beat()["lease"] == new["lease"]


def test_a_silent_lease_expires_and_nothing_is_latched(commander: Commander) -> None:
    commander.acquire()
    # States from before may still be on their way.
    commander.watch(lambda state: state.status["lease"] == commander.lease)
    last = commander.watch(lambda state: state.status["lease"] == 0, beat=False)[-1]
    assert last.status["stop"] == "normal"
    refused("CommandRefused", commander, "heartbeat", lease=commander.lease)


def test_the_sequence_grows_under_a_lease(commander: Commander) -> None:
    commander.acquire()
    commander.ask("heartbeat", lease=commander.lease, seq=1000)
    for seq in (1000, 999):
        assert "seq" in refused("CommandRefused", commander, "heartbeat", lease=commander.lease, seq=seq)
        refused("CommandRefused", commander, "release", lease=commander.lease, seq=seq)
        refused("CommandRefused", commander, "move", {}, lease=commander.lease, seq=seq, ttl_s=1.0)
    commander.ask("heartbeat", lease=commander.lease, seq=1001)


def test_what_it_may_ask_for_at_acquire(commander: Commander) -> None:
    assert commander.acquire(None)["ttl_s"] == 0.1
    assert commander.acquire(1e6)["ttl_s"] == commander.ask("describe")["max_ttl_s"]
    bodies: list[Any] = [
        None,
        [],
        {"ttl_s": 0.1},
        {"commander": ""},
        {"commander": "x" * 1000},
        {"commander": 5},
        *({"commander": "c", "ttl_s": ttl} for ttl in (0.0, -1.0, math.nan, math.inf, "soon")),
    ]
    for body in bodies:
        refused("InvalidArgument", commander, "acquire", body)


def test_another_session_is_refused_where_it_would_command(commander: Commander) -> None:
    own = commander.receive(commander.send("ping")).header.session
    commander.ask("acquire", {"commander": "c"}, session=own)
    for verb in ("acquire", "heartbeat", "move", "release", "clear"):
        refused("CommandRefused", commander, verb, {"commander": "c"}, session="before")
    assert commander.ask("ping", session="before")["stop"] == "normal"
    assert commander.ask("stop", session="before")["stop"] == "emergency stop"


def test_an_unknown_verb_is_refused(commander: Commander) -> None:
    refused("CommandRefused", commander, "dance")
    refused("CommandRefused", commander, "")


# Motions


def test_a_motion_arrives_on_its_curve(commander: Commander) -> None:
    commander.acquire()
    before = commander.newest_state()
    start = before.body["commanded"]
    motion = smooth(start, start + np.array([0.5, 0.3, -0.4, 0.6, 0.5, -0.7, 1.0]), 1.0)
    assert commander.move(motion.body())["duration_s"] == pytest.approx(1.0)
    states = [before, *commander.watch(commander.has_ended)]
    assert states[-1].status["outcome"] == "done"
    commanded = np.array([state.body["commanded"] for state in states])
    # The rows are states that it commanded, but for rounding of time: 10 ms are five periods.
    begin = int(np.argmax(np.any(commanded != commanded[0], axis=1)))
    rows = commanded[begin - 1 :: 5][: len(motion.positions)]
    np.testing.assert_allclose(rows, motion.positions[: len(rows)], atol=1e-9)
    np.testing.assert_allclose(states[-1].body["positions"], motion.positions[-1], atol=3e-3)
    assert np.all(np.abs(states[-1].body["velocities"]) < 5e-3)
    assert states[-1].status["motion"] == 1
    lag = max(np.max(np.abs(state.body["positions"] - state.body["commanded"])) for state in states)
    assert 0.0 < lag < 0.05


def test_a_start_beside_the_commanded_position_fades_away_without_a_jump(commander: Commander) -> None:
    commander.acquire()
    start = home(commander)
    tolerance = commander.ask("describe")["start_tolerance"]
    motion = smooth(start + 0.9 * tolerance, start + 0.2, 1.0)
    commander.move(motion.body())
    states = commander.watch(lambda state: state.status["outcome"] == "done")
    commanded = np.array([state.body["commanded"] for state in states])
    np.testing.assert_allclose(commanded[-1], start + 0.2, atol=1e-9)
    assert np.max(np.abs(np.diff(commanded, axis=0))) < 0.2 * tolerance
    far = smooth(commanded[-1] + 1.5 * tolerance, start, 1.0)
    assert "beside" in refused("LimitExceeded", commander, "move", far.body(), lease=commander.lease, ttl_s=1.0)


def test_a_motion_while_another_runs_is_refused(commander: Commander) -> None:
    commander.acquire()
    motion = commander.start_sweep()
    refused("CommandRefused", commander, "move", motion.body(), lease=commander.lease, ttl_s=1.0)
    gripper = {"gripper": {"width": 0.0, "force": 10.0, "speed": 0.1}}
    refused("CommandRefused", commander, "move", gripper, lease=commander.lease, ttl_s=1.0)
    end = commander.finish()
    assert (end.status["outcome"], end.status["motion"]) == ("done", 1)
    assert commander.move(gripper)["motion"] == 2
    assert commander.finish().status["outcome"] == "done"


def test_a_move_has_a_time_to_live(commander: Commander) -> None:
    commander.acquire()
    body = smooth(home(commander), home(commander) + 0.1, 1.0).body()
    now = commander.ask("ping")["time_ns"]
    for ttl in (None, 0.0, -1.0, math.nan, math.inf):
        refused("InvalidArgument", commander, "move", body, lease=commander.lease, ttl_s=ttl, time_ns=now)
    for sent in (now - 1_000_000_000, 0, -(2**63)):
        late = refused("CommandRefused", commander, "move", body, lease=commander.lease, ttl_s=0.5, time_ns=sent)
        assert "ttl_s" in late
    for sent in (now + 60_000_000_000, 2**63 - 1):
        refused("InvalidArgument", commander, "move", body, lease=commander.lease, ttl_s=0.5, time_ns=sent)
    assert commander.ask("ping")["motion"] == 0


def test_bodies_of_the_wrong_form_are_invalid(commander: Commander) -> None:
    commander.acquire()
    start = home(commander)
    good = smooth(start, start + 0.1, 1.0)
    rows = len(good.positions)
    gripper = {"width": 0.02, "force": 10.0, "speed": 0.05}
    hasty = good.velocities.copy()
    hasty[0] = 0.1
    holed = good.positions.copy()
    holed[rows // 2, 3] = math.nan
    bodies: list[Any] = [
        None,
        5,
        [],
        {},
        good.body(positions=None),
        good.body(positions=good.positions.tolist()),
        good.body(positions=good.positions.astype("<f4")),
        good.body(positions=good.positions[:, :6], velocities=good.velocities[:, :6]),
        good.body(positions=good.positions[:5]),
        good.body(positions=good.positions[:1], velocities=good.velocities[:1]),
        good.body(positions=good.positions[:0], velocities=good.velocities[:0]),
        good.body(positions=good.positions.ravel()),
        good.body(positions=holed),
        good.body(velocities=np.full_like(good.velocities, math.inf)),
        good.body(velocities=hasty),
        *(good.body(period_s=period) for period in (None, 0.0, -0.01, math.nan, math.inf, "0.01")),
        good.body(gripper=gripper),
        {"gripper": None},
        {"gripper": {"width": 0.02, "force": 10.0}},
        *({"gripper": {**gripper, name: math.nan}} for name in gripper),
        wire.Record.of("Move", {"gripper": gripper}),
    ]
    for body in bodies:
        refused("InvalidArgument", commander, "move", body, lease=commander.lease, ttl_s=1.0)
    assert commander.ask("ping")["motion"] == 0


def bent(motion: Motion, row: int, joint: int, *, position: float = 0.0, velocity: float = 0.0) -> dict[str, Any]:
    positions, velocities = motion.positions.copy(), motion.velocities.copy()
    positions[row, joint] += position
    velocities[row, joint] += velocity
    return motion.body(positions=positions, velocities=velocities)


def test_what_is_beyond_a_limit_is_refused_by_joint_and_limit(commander: Commander) -> None:
    commander.acquire()
    start = home(commander)
    good = smooth(start, start + 0.3, 2.0)
    coarse = smooth(start, start + 0.3, 2.0, period_s=0.5)
    beyond = start.copy()
    beyond[1] = 1.8
    below = start.copy()
    below[5] = -0.03
    # At the upper limit with a velocity: no row is beyond, the curve between two of them is.
    edge = Motion(np.tile(start, (3, 1)), np.zeros((3, 7)), 10.0)
    edge.positions[1:, 0] = [2.85, 2.85]
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("panda_joint2", "position", smooth(start, beyond, 20.0).body()),
        ("panda_joint6", "position", smooth(start, below, 20.0).body()),
        ("panda_joint1", "velocity", smooth(start, start + np.eye(7)[0] * 2.0, 1.6).body()),
        ("panda_joint2", "acceleration", smooth(start, start + np.eye(7)[1] * 0.5, 0.55).body()),
        ("panda_joint4", "jerk", bent(smooth(start, start + 0.01, 1.0, 0.002), 200, 3, velocity=0.02)),
        ("panda_joint3", "jerk", bent(good, 100, 2, position=0.01)),
        ("panda_joint7", "acceleration (of the curve", bent(smooth(start, start + 0.1, 1.2, 0.3), 2, 6, position=1.0)),
        ("panda_joint7", "velocity (of the curve", bent(smooth(start, start + 0.1, 2.8, 0.7), 2, 6, position=-1.9)),
        ("panda_joint1", "velocity", bent(coarse, 2, 0, velocity=2.5)),
        ("panda_joint1", "position (of the curve", bent(edge, 1, 0, velocity=0.2)),
    ]
    for joint, limit, body in cases:
        reason = refused("LimitExceeded", commander, "move", body, lease=commander.lease, ttl_s=1.0)
        assert joint in reason, (joint, limit, reason)
        assert limit in reason, (joint, limit, reason)
    slow = Motion(np.tile(start, (2, 1)), np.zeros((2, 7)), 121.0)
    assert "120 s" in refused("LimitExceeded", commander, "move", slow.body(), lease=commander.lease, ttl_s=1.0)
    for name, value in (("width", 0.09), ("width", -0.001), ("force", 71.0), ("force", 0.0), ("speed", 0.0)):
        gripper = {"width": 0.02, "force": 10.0, "speed": 0.05, name: value}
        assert name in refused(
            "LimitExceeded", commander, "move", {"gripper": gripper}, lease=commander.lease, ttl_s=1.0
        )
    assert commander.ask("ping")["motion"] == 0
    commander.move(good.body(novelty={"unknown": True}))
    assert commander.finish().status["outcome"] == "done"


# The gripper, and what is in the way


def test_the_gripper_closes_and_opens(commander: Commander) -> None:
    commander.acquire()
    for width in (0.0, 0.05):
        commander.move({"gripper": {"width": width, "force": 20.0, "speed": 0.1}})
        end = commander.finish()
        assert end.status["outcome"] == "done"
        assert end.body["gripper"]["width"] == pytest.approx(width, abs=5e-4)
        assert end.body["gripper"]["force"] == 0.0


def test_the_gripper_presses_on_what_is_in_its_way_and_a_stop_does_not_let_go(built: Built) -> None:
    with controller(built.controller, "--object", "0.03") as endpoint, Commander(endpoint) as commander:
        commander.acquire()
        commander.move({"gripper": {"width": 0.0, "force": 25.0, "speed": 0.1}})
        end = commander.finish()
        assert end.status["outcome"] == "done"
        assert end.body["gripper"] == {"width": pytest.approx(0.03), "force": pytest.approx(25.0, abs=0.01)}
        commander.start_sweep()
        commander.ask("stop", {"reason": "test"})
        for state in commander.watch(lambda state: state.status["outcome"] == "stopped", beat=False):
            assert state.body["gripper"]["force"] == pytest.approx(25.0, abs=0.01)
        commander.ask("clear")
        assert commander.newest_state().body["gripper"]["force"] == pytest.approx(25.0, abs=0.01)
        commander.acquire()
        commander.move({"gripper": {"width": 0.08, "force": 25.0, "speed": 0.1}})
        assert commander.finish().body["gripper"] == {"width": pytest.approx(0.08, abs=5e-4), "force": 0.0}


def test_a_stop_stands_a_moving_gripper(commander: Commander) -> None:
    commander.acquire()
    commander.move({"gripper": {"width": 0.0, "force": 20.0, "speed": 0.05}})
    commander.watch(lambda state: state.body["gripper"]["width"] < 0.06)
    commander.ask("stop")
    end = commander.watch(lambda state: state.status["outcome"] == "stopped", beat=False)[-1]
    assert 0.04 < end.body["gripper"]["width"] < 0.06
    assert commander.newest_state().body["gripper"]["width"] == pytest.approx(end.body["gripper"]["width"], abs=1e-4)
