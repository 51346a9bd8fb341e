"""Faults that a controller may have, each of which one check of conformance must catch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import zmq

from embodied_codeact.bridge.framing import FramingError, decode
from embodied_codeact.bridge.security import ServerSecurity
from embodied_codeact.controller import limits, listen, robot, server
from embodied_codeact.controller.authority import Authority
from embodied_codeact.controller.curves import Curve, Sample
from embodied_codeact.controller.driver import Reading
from embodied_codeact.controller.limits import LimitExceeded
from embodied_codeact.controller.listen import Sockets
from embodied_codeact.controller.motions import Ending, JointMotion
from embodied_codeact.controller.protocol import NORMAL, AcquireBody, Lease, Level, MoveBody, Moving, Status
from embodied_codeact.controller.robot import Robot
from embodied_codeact.controller.server import ControllerServer
from embodied_codeact.controller.stopping import Deceleration
from tests.controller.kinematic import KinematicDriver, description

Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]
FAULTS: dict[str, tuple[str, Fault]] = {}
"""By what is wrong: the check that must catch it, and what breaks a controller so."""


def fault(check: str) -> Callable[[Fault], Fault]:
    def add(function: Fault) -> Fault:
        FAULTS[function.__name__.replace("_", " ")] = (check, function)
        return function

    return add


def nothing(*_: Any, **__: Any) -> None:
    """In the place of what a controller should do."""


# What anyone may ask


@fault("ping")
def the_status_lacks_fields(patch: Patch) -> None:
    whole = Robot.status
    patch.setattr(Robot, "status", lambda self: {"stop": whole(self).stop, "time_ns": whole(self).time_ns})


@fault("ping")
def time_stands_still(patch: Patch) -> None:
    whole = Robot.status
    patch.setattr(Robot, "status", lambda self: msgspec.structs.replace(whole(self), time_ns=0))


@fault("describe")
def a_limit_of_zero(patch: Patch) -> None:
    patch.setattr(KinematicDriver.__init__, "__defaults__", (description(jerk=np.zeros(3)),))


@fault("describe")
def limits_as_floats_of_32_bits(patch: Patch) -> None:
    patch.setattr(KinematicDriver.__init__, "__defaults__", (description(velocity=np.ones(3, dtype="<f4")),))


@fault("state")
def states_are_not_numbered(patch: Patch) -> None:
    def publish(self: Sockets, frames: list[Any], whole: Any = Sockets.publish) -> None:
        header = {**msgspec.msgpack.decode(frames[2]), "seq": 7}
        whole(self, [*frames[:2], msgspec.msgpack.encode(header), *frames[3:]])

    patch.setattr(Sockets, "publish", publish)


@fault("state")
def states_only_while_something_moves(patch: Patch) -> None:
    whole = ControllerServer._tell_state
    count = iter(range(10**9))

    def tell(self: ControllerServer) -> None:
        if self._robot.moving or next(count) < 10:
            whole(self)

    patch.setattr(ControllerServer, "_tell_state", tell)


@fault("state")
def states_at_half_the_rate(patch: Patch) -> None:
    whole = ControllerServer.__init__

    def init(self: ControllerServer, *args: Any, **kwargs: Any) -> None:
        whole(self, *args, **kwargs)
        self._state_every *= 2

    patch.setattr(ControllerServer, "__init__", init)


@fault("unknown verb")
def an_unknown_verb_is_carried_out(patch: Patch) -> None:
    def carry_out(self: ControllerServer, received: Any, whole: Any = ControllerServer._carry_out) -> Any:
        return None if received.header.type == "make-coffee" else whole(self, received)

    patch.setattr(ControllerServer, "_carry_out", carry_out)


def filtered(patch: Patch, keep: Callable[[list[bytes]], bool]) -> None:
    """Have the controller overlook the requests that are not to be kept."""
    whole = Sockets.receive

    def receive(self: Sockets) -> list[bytes] | None:
        frames = whole(self)
        while frames is not None and not keep(frames):
            frames = whole(self)
        return frames

    patch.setattr(Sockets, "receive", receive)


@fault("unknown fields")
def unknown_fields_in_the_header_are_not_borne(patch: Patch) -> None:
    filtered(patch, lambda frames: not any(b"novelty" in frame for frame in frames))


@fault("garbage")
def garbage_is_not_counted(patch: Patch) -> None:
    def is_message(frames: list[bytes]) -> bool:
        try:
            decode(frames[1:])
        except FramingError:
            return False
        return True

    filtered(patch, is_message)


@fault("garbage")
def garbage_is_answered(patch: Patch) -> None:
    whole = Sockets.receive

    def receive(self: Sockets) -> list[bytes] | None:
        frames = whole(self)
        if frames is not None and frames[1:] == [b"hello"]:
            self.reply(frames[0], [b"who are you?"])
        return frames

    patch.setattr(Sockets, "receive", receive)


@fault("large frame")
def frames_of_any_size_are_read(patch: Patch) -> None:
    patch.setattr(listen, "MAX_FRAME_BYTES", -1)


@fault("state socket")
def what_comes_on_the_state_socket_ends_it(patch: Patch) -> None:
    patch.setattr(zmq, "PUB", zmq.XPUB)
    whole, ended = Sockets.publish, []

    def publish(self: Sockets, frames: list[Any]) -> None:
        while self._state.poll(0):
            if self._state.recv_multipart()[0][:1] not in (b"\x00", b"\x01"):
                ended.append(True)
        if not ended:
            whole(self, frames)

    patch.setattr(Sockets, "publish", publish)


@fault("session")
def any_session_will_do(patch: Patch) -> None:
    patch.setattr(server, "_ANY_SESSION", frozenset({"ping", "describe", "stop", "acquire", "clear"}))


@fault("session")
def a_stop_of_another_session_is_refused(patch: Patch) -> None:
    patch.setattr(server, "_ANY_SESSION", frozenset({"ping", "describe"}))


@fault("keys")
def any_key_will_do(patch: Patch) -> None:
    patch.setattr(ServerSecurity, "callback", lambda *_: True)


@fault("keys")
def states_are_told_to_all(patch: Patch) -> None:
    whole = ServerSecurity.secure

    def secure(self: ServerSecurity, socket: zmq.Socket[Any]) -> None:
        if socket.type == zmq.ROUTER:
            whole(self, socket)

    patch.setattr(ServerSecurity, "secure", secure)


# Who commands

acquire = Authority.acquire


@fault("acquire")
def leases_do_not_grow(patch: Patch) -> None:
    def same(self: Authority, body: AcquireBody, now: float) -> Lease:
        lease = acquire(self, body, now)
        self.lease = 1
        return msgspec.structs.replace(lease, lease=1)

    patch.setattr(Authority, "acquire", same)


@fault("acquire")
def any_ttl_is_given(patch: Patch) -> None:
    def endless(self: Authority, body: AcquireBody, now: float) -> Lease:
        lease = acquire(self, body, now)
        return msgspec.structs.replace(lease, ttl_s=body.ttl_s or lease.ttl_s)

    patch.setattr(Authority, "acquire", endless)


@fault("acquire forms")
def a_commander_without_a_name(patch: Patch) -> None:
    patch.setattr(
        Authority,
        "acquire",
        lambda self, body, now: acquire(self, AcquireBody(body.commander or "somebody", body.ttl_s), now),
    )


@fault("acquire forms")
def a_ttl_below_zero(patch: Patch) -> None:
    def lenient(self: Authority, body: AcquireBody, now: float) -> Lease:
        return acquire(self, AcquireBody(body.commander, 1.0 if (body.ttl_s or 1.0) <= 0.0 else body.ttl_s), now)

    patch.setattr(Authority, "acquire", lenient)


@fault("one commander")
def whoever_comes_last_commands(patch: Patch) -> None:
    def take(self: Authority, body: AcquireBody, now: float) -> Lease:
        self.end_lease()
        return acquire(self, body, now)

    patch.setattr(Authority, "acquire", take)


hear = Authority.hear


@fault("old leases")
def any_lease_will_do(patch: Patch) -> None:
    patch.setattr(Authority, "hear", lambda self, lease, seq, now: hear(self, self.lease if lease else 0, seq, now))


@fault("seq")
def the_order_of_commands_is_not_looked_at(patch: Patch) -> None:
    patch.setattr(Authority, "hear", lambda self, lease, _, now: hear(self, lease, self._sequence + 1, now))


@fault("expiry")
def a_lease_lives_for_ever(patch: Patch) -> None:
    patch.setattr(Authority, "expire", nothing)


@fault("expiry")
def heartbeats_do_not_keep_a_lease(patch: Patch) -> None:
    def deaf(self: Authority, lease: int, sequence: int, now: float) -> None:
        del now
        hear(self, lease, sequence, self._heard)

    patch.setattr(Authority, "hear", deaf)


@fault("ttl")
def a_late_move_is_carried_out(patch: Patch) -> None:
    patch.setattr(server, "_refuse_late", nothing)


@fault("release")
def a_release_leaves_the_arm_moving(patch: Patch) -> None:
    patch.setattr(Robot, "release", lambda self: self.authority.end_lease())


@fault("release")
def a_release_latches_a_stop(patch: Patch) -> None:
    patch.setattr(Robot, "release", lambda self: self.stop("protective stop", "released"))


# Motions


@fault("move")
def it_is_done_halfway(patch: Patch) -> None:
    def look(self: JointMotion, reading: Reading) -> Ending | None:
        del reading
        return Ending("done") if self._time_s > self._way.duration_s / 2 else None

    patch.setattr(JointMotion, "look", look)


@fault("move")
def the_outcome_is_told_too_soon(patch: Patch) -> None:
    def status(self: Robot, whole: Any = Robot.status) -> Status:
        told: Status = whole(self)
        return msgspec.structs.replace(told, outcome="done") if told.outcome == "running" else told

    patch.setattr(Robot, "status", status)


@fault("move answer")
def the_duration_is_in_milliseconds(patch: Patch) -> None:
    def move(self: Robot, body: MoveBody, extra: Any, whole: Any = Robot.move) -> Moving:
        moving: Moving = whole(self, body, extra)
        return Moving(moving.motion, 1000 * moving.duration_s)

    patch.setattr(Robot, "move", move)


@fault("curve")
def straight_lines_between_the_rows(patch: Patch) -> None:
    class Lines(Curve):
        def at(self, time_s: float) -> Sample:
            times = np.arange(len(self._positions)) * self._period_s
            still = np.zeros(self._positions.shape[1])
            rows = np.array([np.interp(time_s, times, column) for column in self._positions.T])
            return Sample(rows, still, still)

    patch.setattr(robot, "Curve", Lines)


@fault("curve")
def the_motion_takes_twice_as_long(patch: Patch) -> None:
    patch.setattr(robot, "Curve", lambda p, v, h, offset: Curve(p, v / 2, 2 * h, offset))


@fault("one motion")
def a_second_motion_replaces_the_first(patch: Patch) -> None:
    patch.setattr(Robot, "_refuse_while_moving", nothing)


@fault("start")
def the_arm_jumps_to_the_first_row(patch: Patch) -> None:
    patch.setattr(robot, "Curve", lambda p, v, h, _: Curve(p, v, h))


def without_limit(name: str) -> Fault:
    def break_it(patch: Patch) -> None:
        whole = limits._below
        patch.setattr(limits, "_below", lambda what, *rest: None if what == name else whole(what, *rest))

    return break_it


for _name in (
    "velocity",
    "acceleration",
    "jerk",
    "velocity between two rows",
    "acceleration between two rows",
    "jerk between two rows",
):
    FAULTS[f"no limit of {_name}"] = ("limits", without_limit(_name))


@fault("limits")
def no_limit_of_position(patch: Patch) -> None:
    patch.setattr(limits, "_within", nothing)


@fault("forms")
def any_period_will_do(patch: Patch) -> None:
    patch.setattr(limits, "LEAST_PERIOD_S", 0.0)


@fault("limits")
def no_longest_motion(patch: Patch) -> None:
    patch.setattr(limits, "MAX_MOTION_S", 1e9)


@fault("limits")
def a_motion_may_begin_anywhere(patch: Patch) -> None:
    whole = limits.check_motion
    patch.setattr(robot, "check_motion", lambda p, v, h, _, about: whole(p, v, h, p[0], about))


@fault("limits")
def limits_are_refused_without_saying_which(patch: Patch) -> None:
    whole = limits.check_motion

    def check(*args: Any) -> None:
        try:
            whole(*args)
        except LimitExceeded:
            raise LimitExceeded("no") from None

    patch.setattr(robot, "check_motion", check)


@fault("forms")
def numbers_that_are_not_finite(patch: Patch) -> None:
    patch.setattr(limits, "floats", lambda array: isinstance(array, np.ndarray) and array.dtype == np.dtype("<f8"))


@fault("forms")
def an_end_that_is_not_at_rest(patch: Patch) -> None:
    whole = limits.check_form

    def check(p: Any, v: Any, h: Any, joints: int) -> None:
        still = np.concatenate([0 * v[:1], v[1:-1], 0 * v[-1:]]) if isinstance(v, np.ndarray) and v.ndim == 2 else v
        whole(p, still, h, joints)

    patch.setattr(robot, "check_form", check)


@fault("gripper")
def the_fingers_do_not_move(patch: Patch) -> None:
    patch.setattr(KinematicDriver, "command_gripper", nothing)


@fault("gripper")
def the_gripper_has_no_limits(patch: Patch) -> None:
    patch.setattr(robot, "check_gripper", nothing)


# Stops


@fault("heartbeats")
def heartbeats_are_not_heard(patch: Patch) -> None:
    patch.setattr(ControllerServer, "_heartbeat", lambda self, _: self._robot.status())


bring_to_rest = JointMotion.stop


@fault("stop")
def the_arm_freezes(patch: Patch) -> None:
    class Frozen(Deceleration):
        def __init__(self, start: Sample, *_: Any) -> None:
            still = np.zeros(3)
            super().__init__(Sample(start.positions, still, still), np.ones(3), np.ones(3))

    patch.setattr("embodied_codeact.controller.motions.Deceleration", Frozen)


@fault("stop")
def the_motion_goes_on_to_its_end(patch: Patch) -> None:
    patch.setattr(Robot, "_bring_to_rest", nothing)


@fault("stop")
def the_arm_coasts(patch: Patch) -> None:
    def slow(self: JointMotion, ending: Ending) -> None:
        self._limits = self._limits[0] / 12, self._limits[1] / 12
        bring_to_rest(self, ending)

    patch.setattr(JointMotion, "stop", slow)


@fault("stop")
def a_stop_is_not_latched(patch: Patch) -> None:
    patch.setattr(Authority, "latch", lambda self, *_: self.end_lease())


@fault("stop")
def only_the_commander_can_stop(patch: Patch) -> None:
    def stop(self: ControllerServer, received: Any, whole: Any = ControllerServer._stop) -> Any:
        self._heard(received.header)
        return whole(self, received)

    patch.setattr(ControllerServer, "_stop", stop)


@fault("deadman")
def silence_is_not_noticed(patch: Patch) -> None:
    patch.setattr(Robot, "watch_commander", nothing)


@fault("deadman")
def silence_stops_but_latches_nothing(patch: Patch) -> None:
    def watch(self: Robot) -> None:
        if self.moving and self.authority.silence_s(time.monotonic()) > self.authority.ttl_s:
            self.release()

    patch.setattr(Robot, "watch_commander", watch)


@fault("levels")
def the_latest_level_counts(patch: Patch) -> None:
    def latch(self: Authority, level: Level, reason: str) -> None:
        self.stop, self.reason = level, reason
        self.end_lease()

    patch.setattr(Authority, "latch", latch)


@fault("latched")
def a_latched_stop_hinders_nobody(patch: Patch) -> None:
    patch.setattr(Authority, "refuse_while_latched", nothing)


@fault("clear")
def a_stop_is_cleared_while_the_arm_moves(patch: Patch) -> None:
    patch.setattr(Robot, "clear", lambda self: self.authority.clear())


@fault("clear")
def clearing_goes_on_with_the_motion(patch: Patch) -> None:
    clear = Robot.clear

    def resume(self: Robot) -> Level:
        was = clear(self)
        if was != NORMAL:
            goal = self._commanded + np.array([0.0, 0.0, 0.05])
            rows = np.array([self._commanded, goal])
            self._motion = JointMotion(Curve(rows, 0 * rows, 0.5), 0.005, np.ones(3), np.ones(3))
        return was

    patch.setattr(Robot, "clear", resume)


@fault("gripper stop")
def the_fingers_go_on_after_a_stop(patch: Patch) -> None:
    patch.setattr(KinematicDriver, "hold_gripper", nothing)
