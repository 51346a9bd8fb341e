"""How the C++ controller's arm comes to rest: by planned deceleration, whoever or whatever asks for it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import pytest

from embodied_codeact.envs.tabletop.panda import LIMITS
from tests.conftest import REPOSITORY
from tests.cpp_controller.building import Built
from tests.cpp_controller.commanding import Commander, Refused, State, controller

TOLERANCE = 1.01


def assert_smooth(states: Sequence[State]) -> None:
    """What was commanded, one message a period, keeps the limits of acceleration and jerk."""
    assert np.all(np.diff([state.header.seq for state in states]) == 1)
    rate = 500.0
    commanded = np.array([state.body["commanded"] for state in states])
    jerk = np.abs(np.diff(commanded, n=3, axis=0)) * rate**3 / LIMITS.joint_jerk
    acceleration = np.abs(np.diff(commanded, n=2, axis=0)) * rate**2 / LIMITS.joint_acceleration
    assert np.max(acceleration) < TOLERANCE
    assert np.max(jerk) < TOLERANCE


def assert_at_rest(state: State) -> None:
    assert np.all(np.abs(state.body["velocities"]) < 5e-3)


def speed(state: State) -> float:
    return float(np.max(np.abs(state.body["velocities"])))


def test_silence_brings_the_arm_to_rest_and_latches(endpoint: str, commander: Commander) -> None:
    commander.acquire(0.5)
    commander.start_sweep()
    moving = commander.watch(lambda state: speed(state) > 0.5)
    silent = commander.watch(commander.has_ended, beat=False)
    latched = next(state for state in silent if state.status["stop"] != "normal")
    assert latched.status["stop"] == "protective stop"
    assert "tester" in latched.status["reason"]
    assert latched.status["lease"] == 0
    # It was moving when it was stopped, and not stopped before its time.
    assert speed(latched) > 0.3
    assert latched.header.time_ns - moving[-1].header.time_ns > 0.1e9
    # Counted in ticks, which are the motion's time however busy the machine is: within 0.4 s.
    assert silent[-1].header.seq - latched.header.seq < 200
    assert silent[-1].status["outcome"] == "stopped"
    assert_at_rest(silent[-1])
    assert_smooth([*moving, *silent])
    with Commander(endpoint) as other, pytest.raises(Refused) as refused:
        other.acquire()
    assert refused.value.kind == "StopLatched"


def test_silence_while_nothing_moves_latches_nothing(commander: Commander) -> None:
    commander.acquire(0.05)
    states = commander.watch(lambda state: state.status["lease"] == 0 and state.header.seq > 50, beat=False)
    assert {state.status["stop"] for state in states} == {"normal"}


def test_anyone_may_stop_and_clear_moves_nothing(endpoint: str, commander: Commander) -> None:
    with Commander(endpoint) as operator:
        commander.acquire()
        motion = commander.start_sweep()
        states = commander.watch(lambda state: speed(state) > 0.5)
        status = operator.ask("stop", {"reason": "a hand in the way", "level": "protective stop"})
        assert (status["stop"], status["reason"], status["lease"]) == ("protective stop", "a hand in the way", 0)
        assert status["outcome"] == "running"
        with pytest.raises(Refused, match="not at rest") as early:
            operator.ask("clear")
        assert early.value.kind == "CommandRefused"
        states += commander.watch(commander.has_ended, beat=False)
        assert_smooth(states)
        assert_at_rest(states[-1])
        assert states[-1].status["outcome"] == "stopped"
        for verb, body in (("acquire", {"commander": "tester"}), ("move", motion.body())):
            with pytest.raises(Refused) as refused:
                commander.ask(verb, body, lease=commander.lease, ttl_s=1.0)
            assert refused.value.kind == "StopLatched"
        with pytest.raises(Refused) as over:
            commander.beat()
        assert over.value.kind == "CommandRefused"
        stood = commander.newest_state().body["commanded"]
        assert operator.ask("clear") == {"cleared": "protective stop"}
        begun = commander.newest_state().header.seq
        after = commander.watch(lambda state: state.header.seq > begun + 150, beat=False)
        assert all(np.array_equal(state.body["commanded"], stood) for state in after)
        assert operator.ask("clear") == {"cleared": "normal"}
        commander.acquire()
        commander.start_sweep()
        assert commander.finish().status["outcome"] == "done"


def test_the_graver_stop_stays(commander: Commander) -> None:
    assert commander.ask("stop", {"reason": "one", "level": "protective stop"})["stop"] == "protective stop"
    assert commander.ask("stop", {"reason": "two", "level": "protective stop"})["reason"] == "one"
    higher = commander.ask("stop", {"reason": "three"})
    assert (higher["stop"], higher["reason"]) == ("emergency stop", "three")
    lower = commander.ask("stop", {"reason": "four", "level": "protective stop"})
    assert (lower["stop"], lower["reason"]) == ("emergency stop", "three")
    assert commander.ask("clear") == {"cleared": "emergency stop"}
    assert commander.ask("stop")["stop"] == "emergency stop"
    assert commander.ask("clear") == {"cleared": "emergency stop"}
    long = commander.ask("stop", {"reason": "ż" * 1000})
    assert long["reason"] == "ż" * 250


def test_a_stop_that_cannot_say_how_still_stops(commander: Commander) -> None:
    for level in ("gently", 5):
        with pytest.raises(Refused) as refused:
            commander.ask("stop", {"level": level})
        assert refused.value.kind == "InvalidArgument"
        assert commander.ask("clear") == {"cleared": "emergency stop"}


def test_a_release_brings_the_arm_to_rest_and_latches_nothing(commander: Commander) -> None:
    commander.acquire()
    commander.start_sweep()
    states = commander.watch(lambda state: speed(state) > 0.5)
    commander.ask("release", lease=commander.lease)
    states += commander.watch(commander.has_ended, beat=False)
    assert_smooth(states)
    assert (states[-1].status["outcome"], states[-1].status["stop"]) == ("stopped", "normal")
    assert states[-1].status["lease"] == 0
    commander.acquire()


def test_stops_at_any_moment_keep_the_limits(commander: Commander) -> None:
    """Speeding up, at full speed, slowing down: the state that a stop begins from is another each time."""
    for moment_s in (0.02, 0.1, 0.25, 0.4, 0.55, 0.75, 0.95):
        commander.acquire()
        before = commander.newest_state()
        commander.start_sweep(way=0.8, duration_s=1.1)
        states = commander.watch(lambda state: state.status["outcome"] == "running")
        last = states[-1].header.seq + round(moment_s * 500)
        states += commander.watch(lambda state, last=last: state.header.seq > last)  # type: ignore[misc]
        commander.ask("stop")
        states += commander.watch(commander.has_ended, beat=False)
        assert states[-1].status["outcome"] == "stopped"
        assert_smooth(states)
        assert_at_rest(states[-1])
        assert states[-1].status["motion"] == before.status["motion"] + 1
        commander.ask("clear")


def test_a_planned_stop_ends_at_rest_within_the_limits_from_any_state(built: Built) -> None:
    """Also from an acceleration that is beyond its limit: that is brought back by the jerk that is allowed."""
    chance = np.random.default_rng(2)
    states = np.column_stack(
        [
            chance.normal(0.0, 1.5, 2000),
            chance.normal(0.0, 10.0, 2000),
            *chance.uniform([5, 300], [20, 9000], (2000, 2)).T,
        ]
    )
    states[0, :2] = 0.0
    states[1:20, 0] = 0.0
    states[20:40, 1] = 0.0
    # Coasts to rest by itself.
    states[40:60, 0] = -states[40:60, 1] * np.abs(states[40:60, 1]) / (2 * states[40:60, 3])
    lines = "".join(" ".join(map(repr, map(float, state))) + "\n" for state in states)
    done = subprocess.run([built.plan_stop], input=lines, capture_output=True, text=True, check=True)
    for (velocity, acceleration, most, jerk), line in zip(states, done.stdout.splitlines(), strict=True):
        duration, *numbers = map(float, line.split())
        p, v, a = np.array(numbers).reshape(-1, 3).T
        step = duration / (len(p) - 1)
        assert (p[0], v[0], a[0]) == (0.0, velocity, acceleration)
        assert abs(v[-1]) < 1e-9 * max(1.0, abs(velocity))
        assert abs(a[-1]) < 1e-6
        assert np.max(np.abs(a)) <= max(most, abs(acceleration)) * (1 + 1e-9)
        assert np.all(np.abs(np.diff(a)) <= jerk * step * (1 + 1e-6) + 1e-9)
        np.testing.assert_allclose(np.diff(v), (a[1:] + a[:-1]) / 2 * step, atol=jerk * step**2)
        np.testing.assert_allclose(np.diff(p), (v[1:] + v[:-1]) / 2 * step, atol=jerk * step**3)
        # As fast as the limits let it, but for the ends of its ramps; and never back and forth.
        coasting = velocity + acceleration * abs(acceleration) / (2 * jerk)
        assert duration <= abs(coasting) / most + 2 * most / jerk + 2 * abs(acceleration) / jerk + 1e-9
        turns = np.sign(v[np.abs(v) > 1e-9])
        assert np.count_nonzero(np.diff(turns)) <= 1


_DOOMED = """
import sys, time
from tests.cpp_controller.commanding import Commander
with Commander(sys.argv[1]) as commander:
    commander.acquire(0.4)
    commander.start_sweep()
    while True:
        commander.beat()
        time.sleep(0.02)
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_commander_that_is_killed_or_stopped(endpoint: str, commander: Commander, sent: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", _DOOMED, endpoint], cwd=REPOSITORY)
    try:
        commander.watch(lambda state: speed(state) > 0.5, beat=False)
        process.send_signal(sent)
        since = time.monotonic_ns()
        states = commander.watch(lambda state: state.status["outcome"] == "stopped", beat=False)
        assert states[-1].status["stop"] == "protective stop"
        assert_at_rest(states[-1])
        assert_smooth(states)
        assert (states[-1].header.time_ns - since) / 1e9 < 3.0
    finally:
        process.kill()
        process.wait()


def test_the_controller_brings_the_arm_to_rest_before_it_ends(built: Built) -> None:
    states: list[State] = []
    with controller(built.controller) as endpoint:
        commander = Commander(endpoint)
        commander.acquire(1.0)
        commander.start_sweep()
        states += commander.watch(lambda state: speed(state) > 0.5)
    with commander:
        while commander.state.poll(500):
            states.append(commander.next_state())
    assert_smooth(states)
    assert states[-1].status["outcome"] == "stopped"
    assert_at_rest(states[-1])


def test_an_arm_that_meets_a_wall_fails_and_comes_to_rest(built: Built) -> None:
    with controller(built.controller, "--wall", "1:0.3") as endpoint, Commander(endpoint) as commander:
        commander.acquire()
        commander.start_sweep()
        states = commander.watch(commander.has_ended)
        assert_smooth(states)
        end = states[-1]
        assert end.status["outcome"] == "failed"
        assert "panda_joint1" in end.status["message"]
        assert end.status["stop"] == "normal"
        assert end.body["positions"][0] == pytest.approx(0.3)
        assert end.body["commanded"][0] < 0.9


def test_a_fault_that_the_robot_reports_fails_the_motion_and_is_latched(built: Built) -> None:
    with controller(built.controller, "--fault", "1:0.4") as endpoint, Commander(endpoint) as commander:
        commander.acquire()
        commander.start_sweep()
        states = commander.watch(lambda state: state.status["stop"] != "normal")
        states += commander.watch(commander.has_ended, beat=False)
        assert_smooth(states)
        assert_at_rest(states[-1])
        status = states[-1].status
        assert (status["outcome"], status["stop"]) == ("failed", "protective stop")
        assert "fault" in status["message"]
        assert "fault" in status["reason"]
        # It is not cleared while it lasts.
        assert commander.ask("clear") == {"cleared": "protective stop"}
        assert commander.newest_state().status["stop"] == "protective stop"
