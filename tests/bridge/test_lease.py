"""One commander at a time: what is refused, what expires, who is told, and that others may always watch and stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.clock import OtherClock
from embodied_codeact.bridge.commanding import TTL_S
from embodied_codeact.bridge.framing import Encoder
from embodied_codeact.bridge.lease import Granted, Lease
from embodied_codeact.bridge.local import LocalServer
from embodied_codeact.bridge.replies import Replies
from embodied_codeact.bridge.verbs import VERBS, ServerConfig
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import CommandRefused, NotInCommand, PrimitiveError, StopLatched, WorldChanged
from tests.bridge.conftest import when_free

pytestmark = [pytest.mark.usefixtures("counter_installed"), pytest.mark.keeps_processes]

LEASE_S = 0.5


@pytest.fixture
def server(endpoint: str) -> Iterator[LocalServer]:
    config = ServerConfig(environment="forkable-counter", endpoint=endpoint, sandbox="best", lease_s=LEASE_S)
    with LocalServer(config) as started:
        yield started


@pytest.fixture
def patient(endpoint: str) -> Iterator[LocalServer]:
    """One under which a lease does not expire in a test."""
    config = ServerConfig(environment="forkable-counter", endpoint=endpoint, sandbox="best", lease_s=3600)
    with LocalServer(config) as started:
        yield started


@contextlib.contextmanager
def two(server: LocalServer) -> Iterator[tuple[EnvironmentClient, EnvironmentClient]]:
    with EnvironmentClient(server.endpoint) as first, EnvironmentClient(server.endpoint) as second:
        first.reset(first.describe().tasks[0])
        yield first, second


class Raw:
    """A client that says exactly what it is told to say."""

    def __init__(self, of: EnvironmentClient) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._replies = Replies(of.endpoint)
        self.sockets = {}
        for name in ("command", "control"):
            self.sockets[name] = self._context.socket(zmq.DEALER)
            self.sockets[name].connect(of.endpoint.address(name))

    def ask(self, name: str, verb: str, body: Any = None, *, seq: int, **header: Any) -> Any:
        encoder = Encoder()
        for _ in range(seq - 1):
            encoder.encode("")
        self.sockets[name].send_multipart(encoder.encode(verb, body, id=seq, **header))
        assert self.sockets[name].poll(20_000)
        return self._replies.value(self._replies.received(self.sockets[name].recv_multipart()))

    def close(self) -> None:
        self._context.destroy(linger=0)


@pytest.fixture
def watcher(patient: LocalServer) -> Iterator[EnvironmentClient]:
    with EnvironmentClient(patient.endpoint) as client:
        yield client


@pytest.fixture
def raw(watcher: EnvironmentClient) -> Iterator[Raw]:
    client = Raw(watcher)
    yield client
    client.close()


COMMANDS: dict[str, Callable[[EnvironmentClient], object]] = {
    "reset": lambda client: client.reset(client.describe().tasks[0]),
    "execute": lambda client: client.execute("counter.add()", timeout_s=10),
    "call": lambda client: client.call("counter", "add"),
    "save": lambda client: client.save(),
    "restore": lambda client: client.restore("save-1"),
    "forget": lambda client: client.forget("save-1"),
    "frames": lambda client: client.frames(1),
}


def test_the_table_of_verbs_says_which_need_the_lease() -> None:
    assert {name for name, verb in VERBS.items() if verb.lease} == set(COMMANDS)


def test_who_does_not_command_is_told_who_does_and_may_watch_and_stop(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        for command in COMMANDS.values():
            with pytest.raises(CommandRefused, match=rf"{first._commanding.name}, heard \d+\.\d s ago; .* silent"):
                command(second)
        assert second.observe().state["value"] == 0
        assert second.describe().name == "forkable-counter"
        status = second._control_verb("ping", None)
        assert (status["commander"], status["lease"]) == (first._commanding.name, first._commanding.lease)
        second.interrupt()
        second.halt("whoever sees danger")
        assert second.clear() == "emergency stop"
        first.execute("counter.add()", timeout_s=10)


def test_a_commander_that_leaves_makes_way_at_once(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        assert first._commanding.lease
        first.release()
        second.execute("counter.add()", timeout_s=10)
        second.close()
        # A client that was idle while another came and went in the same world goes on in it.
        assert first.execute("counter.add().value", timeout_s=10)[0].value == "2"


def test_an_idle_lease_expires_without_a_stop_and_is_taken_anew(server: LocalServer) -> None:
    with two(server) as (first, second):
        epoch = first._commanding.lease
        time.sleep(2 * LEASE_S)
        assert second._control_verb("ping", None)["lease"] == 0
        assert first.stop_state() == ("normal", "")
        assert first.execute("counter.add().value", timeout_s=10)[0].value == "1"
        assert first._commanding.lease > epoch
        time.sleep(2 * LEASE_S)
        second.execute("counter.add()", timeout_s=10)
        with pytest.raises(CommandRefused, match="another client commands"):
            first.execute("counter.add()", timeout_s=10)


def test_whoever_worked_in_another_world_is_told(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        first.execute("counter.add(3)", timeout_s=10)
        assert first.observe(settle=True).status.success
        save = first.save()
        first.release()
        # Fresh to this environment, it may go on in the world that it finds.
        assert second.execute("counter.add().value", timeout_s=10)[0].value == "4"
        assert first.observe().state["value"] == 4
        second.reset(second.describe().tasks[0])
        second.release()
        actions: list[Callable[[], object]] = [
            lambda: first.execute("counter.add()", timeout_s=10),
            lambda: first.call("counter", "add"),
            first.save,
            lambda: first.restore(save),
            first.observe,
            lambda: first.observe(settle=True),
        ]
        for action in actions:
            with pytest.raises(WorldChanged, match="reset to start over"):
                action()
        # Nothing was done, and nothing is in the other's way.
        assert second.execute("counter.add().value", timeout_s=10)[0].value == "1"
        second.release()
        first.reset(first.describe().tasks[0])
        assert first.execute("counter.add().value", timeout_s=10)[0].value == "1"
        with pytest.raises(WorldChanged):
            second.observe()


def test_a_restore_is_another_world_too_and_ones_own_is_none(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        save = first.save()
        first.call("counter", "add")
        first.restore(save)
        assert first.call("counter", "add").value == 1
        first.release()
        with pytest.raises(CommandRefused, match="unknown save"):
            second.restore("nonsense")
        second.release()
        assert first.call("counter", "add").value == 2
        first.release()
        second.restore(save)
        second.release()
        with pytest.raises(WorldChanged):
            first.call("counter", "add")


def test_messages_under_a_lease_are_refused_where_they_are_old(raw: Raw) -> None:
    task = {"task": {"id": "reach-3", "environment": "forkable-counter", "instruction": "-"}}
    with pytest.raises(NotInCommand, match="lease 0 is not the living one; acquire one first"):
        raw.ask("command", "reset", task, seq=1)
    with pytest.raises(CommandRefused, match="a commander says who it is"):
        raw.ask("control", "acquire", {}, seq=1)
    lease = raw.ask("control", "acquire", {"commander": "me"}, seq=2)["lease"]
    raw.ask("command", "reset", task, seq=5, lease=lease)
    for seq in (5, 4):
        with pytest.raises(CommandRefused, match=f"message {seq} came after message 5 of the same lease"):
            raw.ask("command", "call", {"target": "counter", "method": "add"}, seq=seq, lease=lease)
    with pytest.raises(CommandRefused, match="message 2 came after message 2"):
        raw.ask("control", "heartbeat", seq=2, lease=lease)
    again = raw.ask("control", "acquire", {"commander": "me"}, seq=3)
    assert again == {"lease": lease + 1, "lease_s": 3600.0, "world": lease}
    for verb in ("heartbeat", "release"):
        with pytest.raises(NotInCommand, match="another client commands, me"):
            raw.ask("control", verb, seq=9, lease=lease)
    # A new lease counts anew.
    added = raw.ask("command", "call", {"target": "counter", "method": "add"}, seq=1, lease=lease + 1)
    assert added.value == 1
    raw.ask("control", "release", seq=10, lease=lease + 1)
    with pytest.raises(NotInCommand, match="is over: nothing was heard of me .* or it left"):
        raw.ask("command", "save", seq=2, lease=lease + 1)


def test_a_command_past_its_time_is_not_carried_out(raw: Raw, watcher: EnvironmentClient) -> None:
    lease = raw.ask("control", "acquire", {"commander": "me"}, seq=1)["lease"]
    task = {"task": {"id": "reach-3", "environment": "forkable-counter", "instruction": "-"}}
    now = raw.ask("control", "ping", seq=2)["time_ns"]
    raw.ask("command", "reset", task, seq=1, lease=lease, ttl_s=60.0, time_ns=now)
    add = {"target": "counter", "method": "add"}
    late, early = now - 70 * 10**9, now + 130 * 10**9
    for seq, ttl_s, sent, said in (
        (2, 60.0, late, r"came 7\d\.\d s after it was sent, and was to live for 60 s"),
        (3, 60.0, early, "says that it is sent in"),
        (4, -1.0, now, "ttl_s is more than 0"),
        (5, float("nan"), now, "ttl_s is more than 0"),
    ):
        with pytest.raises(CommandRefused, match=said):
            raw.ask("command", "call", add, seq=seq, lease=lease, ttl_s=ttl_s, time_ns=sent)
    assert watcher.observe().state["value"] == 0
    assert raw.ask("command", "call", add, seq=6, lease=lease, ttl_s=60.0, time_ns=now).value == 1


def test_what_waited_while_the_server_was_frozen_is_not_carried_out(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        process = psutil.Process(patient.process.pid)
        process.suspend()
        first._send(first._command, "call", {"target": "counter", "method": "add"})
        time.sleep(TTL_S + 0.5)
        process.resume()
        assert first._command.poll(10_000)
        answer = first._replies.received(first._command.recv_multipart())
        with pytest.raises(CommandRefused, match="s after it was sent, and was to live for 4 s"):
            first._replies.value(answer)
        assert second.observe().state["value"] == 0


def test_while_a_stop_is_latched_the_next_commander_is_refused(server: LocalServer) -> None:
    with two(server) as (first, second):
        save = first.save()
        second.halt("a test")
        time.sleep(2 * LEASE_S)
        for command in COMMANDS.values():
            with pytest.raises(StopLatched, match=r"emergency stop is latched \(a test\); clear it first"):
                command(second)
        # The last one may tidy up, and moves nothing either.
        first.forget(save)
        for action in (lambda: first.call("counter", "add"), lambda: first.execute("1", timeout_s=10)):
            with pytest.raises(StopLatched):
                action()
        first.clear()
        first.release()
        second.call("counter", "add")


def test_the_deadman_watches_calls_too_and_ends_the_lease(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        first._send(first._command, "call", {"target": "counter", "method": "wait", "args": [60], "deadman_s": 0.3})
        assert first._command.poll(10_000)
        answer = first._replies.received(first._command.recv_multipart())
        with pytest.raises(PrimitiveError, match="Stopped"):
            first._replies.value(answer)
        level, reason = second.stop_state()
        assert level == "protective stop"
        assert "silent" in reason
        assert "its call was under way" in reason
        assert second._control_verb("ping", None)["lease"] == 0
        with pytest.raises(StopLatched):
            second.call("counter", "add")


SCRIPT = """
import sys
from embodied_codeact.bridge.client import EnvironmentClient
client = EnvironmentClient(sys.argv[1], deadman_s=1.0)
client.reset(client.describe().tasks[0])
client.execute("print('go')\\ncounter.wait(600)", timeout_s=600, on_event=lambda event: print(event, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_commander_that_is_killed_or_frozen_is_a_protective_stop(
    patient: LocalServer, watcher: EnvironmentClient, number: signal.Signals
) -> None:
    agent = subprocess.Popen([sys.executable, "-c", SCRIPT, patient.endpoint], stdout=subprocess.PIPE)
    assert agent.stdout is not None
    try:
        while b"go" not in agent.stdout.readline():
            assert agent.poll() is None
        os.kill(agent.pid, number)
        until = time.monotonic() + 30
        while watcher.stop_state()[0] == "normal":
            assert time.monotonic() < until
            time.sleep(0.02)
        assert watcher.stop_state()[0] == "protective stop"
        assert watcher.observe().state["value"] == 0
        with pytest.raises(StopLatched):
            watcher.call("counter", "add")
        watcher.clear()
        watcher.call("counter", "add")
    finally:
        agent.kill()
        agent.wait()
        agent.stdout.close()


def test_leaving_ends_what_still_runs_and_only_that(patient: LocalServer) -> None:
    with two(patient) as (first, second):
        begun: list[ExecutionEvent] = []
        first._send(first._command, "execute", {"code": "print('go')\ncounter.wait(600)", "timeout_s": 600.0})
        assert first._events.poll(20_000)
        first.release()
        when_free(second)
        assert first.stop_state() == ("normal", "")
        result, _ = second.execute("print('go')\ncounter.wait(0.3)", timeout_s=10, on_event=begun.append)
        assert not result.interrupted
        assert any(isinstance(event, OutputChunk) for event in begun)


# The lease by itself, with a clock of its own


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_lease_does_not_expire_while_its_command_is_under_way() -> None:
    clock = Clock()
    lease = Lease(2.0, clock)
    granted = lease.acquire("one", 1, latched=None)
    lease.command(granted.lease, 1)
    lease.occupy("a script is running")
    clock.now += 60
    assert lease.silence_s() == 60
    with pytest.raises(CommandRefused, match="a script is running for another client, one"):
        lease.acquire("two", 1, latched=None)
    lease.heartbeat(granted.lease, 2)
    assert lease.silence_s() == 0
    clock.now += 1
    lease.free()
    assert lease.silence_s() == 0
    assert lease.status() == {"lease": granted.lease, "commander": "one"}
    clock.now += 1.1
    assert lease.status() == {"lease": 0, "commander": ""}
    assert lease.acquire("two", 1, latched=None).lease == granted.lease + 1


def test_only_the_silence_of_a_living_commander_counts() -> None:
    clock = Clock()
    lease = Lease(2.0, clock)
    first = lease.acquire("one", 1, latched=None).lease
    lease.occupy("a script is running")
    clock.now += 5
    again = lease.acquire("one", 2, latched=None).lease
    assert lease.occupant == again == first + 1
    clock.now += 5
    assert lease.silence_s() == 5
    lease.release(again, 3)
    assert lease.silence_s() == 0
    # The next one is not watched for what still ends for the last.
    lease.acquire("two", 1, latched=None)
    clock.now += 1
    assert (lease.silence_s(), lease.occupant) == (0, again)
    lease.free()
    assert lease.occupant == 0


def test_a_client_may_ask_for_a_shorter_lease_not_for_a_longer_one() -> None:
    clock = Clock()
    lease = Lease(3.0, clock)
    assert lease.acquire("one", 1, lease_s=0.5, latched=None) == Granted(lease=1, lease_s=0.5, world=0)
    clock.now += 0.6
    assert lease.acquire("two", 1, lease_s=60, latched=None).lease_s == 3.0


def test_a_world_is_of_the_lease_whose_command_began_it() -> None:
    lease = Lease(3.0)
    first = lease.acquire("one", 1, latched=None).lease
    lease.occupy("a restore is under way")
    lease.release(first, 2)
    second = lease.acquire("two", 1, latched=None)
    assert second.world == 0
    lease.begin_world()
    assert (lease.world, second.lease) == (first, first + 1)


def test_the_others_clock_is_known_to_half_the_shortest_round_trip() -> None:
    now = [0]
    clock = OtherClock(lambda: now[0])
    ahead = 5_000_000_000

    def ask(request: int, there_ns: int, back_ns: int) -> None:
        clock.asked(request)
        now[0] += there_ns
        theirs = now[0] + ahead
        now[0] += back_ns
        clock.answered(request, theirs)

    ask(1, 900_000_000, 100_000_000)
    assert abs(clock.now_ns() - now[0] - ahead) == 400_000_000
    ask(2, 2_000_000, 1_000_000)
    assert abs(clock.now_ns() - now[0] - ahead) == 500_000
    ask(3, 50_000_000, 1_000_000)
    assert abs(clock.now_ns() - now[0] - ahead) == 500_000
    # A sample ages: clocks part.
    now[0] += 3600 * 10**9
    ahead += 10_000_000
    ask(4, 50_000_000, 50_000_000)
    assert clock.now_ns() == now[0] + ahead
    clock.answered(99, 0)
    for request in range(1000):
        clock.asked(request)
    assert len(clock._asked) <= 64
