"""Checks of what anyone may ask, of the state stream, and of what is no message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import numpy as np
import zmq

from embodied_codeact.bridge.framing import MAGIC
from embodied_codeact.bridge.security import ClientSecurity, KeyPair
from embodied_codeact.controller.conformance_probe import SILENCE_S, Probe, fail
from embodied_codeact.controller.connection import connect
from embodied_codeact.controller.protocol import CONTROL, MAX_FRAME_BYTES, STATE, Status, floats


class Check(NamedTuple):
    """One check: returns what was seen, or raises :class:`Failed` with it."""

    name: str
    expected: str
    run: Callable[[Probe], str]


def _ping(probe: Probe) -> str:
    received = probe.exchange("ping")
    if not received.header.session:
        fail("an answer without a session")
    fields = received.body(dict[str, Any]).get("ok")
    if not isinstance(fields, dict):
        fail("an answer that is no status")
    missing = [name for name in Status.__struct_fields__ if name not in fields]
    if missing:
        fail(f"a status without {', '.join(missing)}")
    first, second = probe.status(), probe.status()
    if not 0 < first.time_ns <= second.time_ns:
        fail(f"time_ns of {first.time_ns}, then {second.time_ns}")
    return f"session {received.header.session}, stop {first.stop!r}"


def _describe(probe: Probe) -> str:
    robot = probe.robot
    shape = (len(robot.joints),)
    for name in ("lower", "upper", "velocity", "acceleration", "jerk", "home"):
        if not floats(getattr(robot, name), shape):
            fail(f"{name} is no array of {shape[0]} finite <f8")
    if not robot.joints or len(set(robot.joints)) != shape[0]:
        fail(f"joints {robot.joints}")
    if np.any(robot.lower >= robot.upper) or np.any(robot.home < robot.lower) or np.any(robot.home > robot.upper):
        fail("lower < upper, with home between them, does not hold")
    if min(robot.velocity.min(), robot.acceleration.min(), robot.jerk.min()) <= 0.0:
        fail("a limit that is not above 0")
    if robot.protocol != 1 or not robot.name:
        fail(f"protocol {robot.protocol}, name {robot.name!r}")
    if min(robot.rate_hz, robot.lease_s, robot.max_ttl_s) <= 0.0 or robot.start_tolerance < 0.0:
        fail("rate_hz, lease_s, max_ttl_s or start_tolerance is not a positive number")
    if robot.urdf:
        absent = [name for name in (*robot.joints, robot.tool) if f'"{name}"' not in robot.urdf]
        if absent:
            fail(f"a URDF without {', '.join(absent)}")
    return f"{robot.name}, {shape[0]} joints"


def _state(probe: Probe) -> str:
    probe.newest()
    probe.told.clear()
    probe.odd.clear()
    probe.wait(1.0)
    told, robot = probe.told, probe.robot
    if probe.odd:
        fail(probe.odd[0])
    if len(told) < 0.7 * robot.rate_hz:
        fail(f"{len(told)} messages in a second")
    shape = (len(robot.joints),)
    for one in told:
        state = one.state
        arrays = [
            state.positions,
            state.velocities,
            state.commanded,
            *([] if state.efforts is None else [state.efforts]),
        ]
        if not all(floats(array, shape) for array in arrays):
            fail("an array that is not of finite <f8, one for each joint")
        if (state.gripper is None) != (robot.gripper is None):
            fail("a gripper in only one of state and description")
        if one.header.session != probe.session:
            fail(f"the session {one.header.session!r}")
    steps = np.diff([one.header.seq for one in told])
    if np.any(steps != 1):
        fail(f"seq grows by {sorted(set(steps.tolist()))}")
    times = np.diff([one.header.time_ns for one in told])
    if np.any(times <= 0):
        fail("time_ns does not grow")
    rate = 1e9 / float(np.mean(times))
    if not 0.8 * robot.rate_hz < rate < 1.2 * robot.rate_hz:
        fail(f"{rate:.1f} Hz")
    return f"{rate:.1f} Hz"


def _unknown(probe: Probe) -> str:
    return probe.refused("CommandRefused", "make-coffee")


def _unknown_fields(probe: Probe) -> str:
    number = probe.send("ping", None, novelty={"a": 1})
    probe.value(probe.answer(number), Status)
    return "answered"


_STRANGER_S = 0.5
"""So long a stranger waits."""

_GARBAGE: tuple[list[bytes], ...] = (
    [b""],
    [b"hello"],
    [MAGIC],
    [b"ECA2", b"\x81\xa4type\xa4ping"],
    [MAGIC, b"\x80"],
    [MAGIC, b"\xc1"],
    [MAGIC, b"\x81\xa4type\x05"],
    [MAGIC, b"\x81\xa4type\xa1\xff"],
    [MAGIC, b"\x81\xa4type"],
    [MAGIC, msgspec.msgpack.encode({"type": "ping", "id": "one"})],
    [MAGIC, msgspec.msgpack.encode({"type": "ping", "sizes": [3]}), b"four"],
    [MAGIC, msgspec.msgpack.encode({"type": "ping"}), b"unannounced"],
    [MAGIC, msgspec.msgpack.encode({"type": "ping", "sizes": [1]})],
    [MAGIC, b"\x82\xa4type\xa4ping\xa4body" + b"\x91" * 100_000],
)


def _garbage(probe: Probe) -> str:
    before = probe.status().dropped
    peer = probe.peer()
    for frames in _GARBAGE:
        peer.socket.send_multipart(frames)
    if peer.socket.poll(int(SILENCE_S * 1000)):
        fail(f"an answer to what is no message: {peer.socket.recv_multipart()[-1][:60]!r}")
    dropped = probe.status().dropped - before
    if dropped != len(_GARBAGE):
        fail(f"{dropped} counted of {len(_GARBAGE)}")
    return f"{dropped} dropped and counted"


def _large(probe: Probe) -> str:
    peer = probe.peer()
    header = msgspec.msgpack.encode({"type": "ping", "id": 5, "sizes": [MAX_FRAME_BYTES + 1]})
    peer.socket.send_multipart([MAGIC, header, bytes(MAX_FRAME_BYTES + 1)])
    if peer.socket.poll(int(SILENCE_S * 1000)):
        fail("an answer to a frame of more than 1 MiB")
    probe.status()
    return "no answer, and others are served"


def _state_socket(probe: Probe) -> str:
    """Whatever is sent to the state socket changes nothing."""
    socket = probe.context.socket(zmq.XSUB)
    socket.setsockopt(zmq.LINGER, 0)
    if probe.security is not None:
        probe.security.secure(socket)
    connect(socket, probe.endpoint, STATE)
    for frames in ([b"\x01"], [b"\x02nonsense"], [bytes(1000)], [MAGIC, b"\x81\xa4type\xa4stop"]):
        socket.send_multipart(frames)
    probe.wait(SILENCE_S)
    socket.close()
    probe.newest()
    status = probe.status()
    if status.stop != "normal":
        fail(f"a stop by what came on the state socket: {status.reason}")
    return "states go on"


def _session(probe: Probe) -> str:
    words = probe.refused("CommandRefused", "acquire", {"commander": probe.name}, session="another")
    probe.refused("CommandRefused", "clear", None, session="another")
    probe.ask("ping", Status, session="another")
    status = probe.ask("stop", Status, {"reason": "from before"}, session="another")
    if status.stop != "emergency stop":
        fail("a stop that names another session was not obeyed")
    return words


def _keys(probe: Probe) -> str:
    """Whoever has no key, or one that is not on the list, gets neither an answer nor a state."""
    if probe.security is None:
        return "no keys"
    stranger = ClientSecurity(KeyPair(*zmq.curve_keypair()), probe.security.server)
    other = ClientSecurity(probe.security.own, KeyPair(*zmq.curve_keypair()).public)
    for who, security in (("no key", None), ("a key that is not on the list", stranger), ("another's key", other)):
        listener = probe.context.socket(zmq.SUB)
        asker = probe.context.socket(zmq.DEALER)
        try:
            for socket, name in ((listener, STATE), (asker, CONTROL)):
                socket.setsockopt(zmq.LINGER, 0)
                if security is not None:
                    security.secure(socket)
                connect(socket, probe.endpoint, name)
            listener.setsockopt(zmq.SUBSCRIBE, b"")
            asker.send_multipart([MAGIC, msgspec.msgpack.encode({"type": "ping", "id": 1})])
            if asker.poll(int(_STRANGER_S * 1000)):
                fail(f"an answer to {who}")
            if listener.poll(0):
                fail(f"a state for {who}")
        finally:
            asker.close()
            listener.close()
    probe.status()
    return "no answer and no state for strangers"


CHECKS: tuple[Check, ...] = (
    Check("ping", "a status with all its fields and a growing time_ns", _ping),
    Check("describe", "protocol 1, arrays of one <f8 a joint, limits above 0, home within the range", _describe),
    Check("state", "seq by one, a growing time_ns, rate_hz within 20 %, at rest too", _state),
    Check("unknown verb", "CommandRefused", _unknown),
    Check("unknown fields", "ignored in the header", _unknown_fields),
    Check("garbage", "dropped without an answer, and counted", _garbage),
    Check("large frame", "more than 1 MiB is no message", _large),
    Check("state socket", "what is sent to it changes nothing", _state_socket),
    Check("keys", "over CURVE only those on the list get an answer or a state", _keys),
    Check("session", "another session: CommandRefused, but for ping, describe and stop", _session),
)
