"""What one script may do: the world holds it to that, each script to its own, whatever a worker tries."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.guardian import Living
from embodied_codeact.bridge.local import local_session
from embodied_codeact.bridge.sensing import Sensing
from embodied_codeact.bridge.stop import Script, StopFlag
from embodied_codeact.bridge.stream_memory import StreamLink
from embodied_codeact.bridge.world import World
from embodied_codeact.channel import Channel
from embodied_codeact.contracts import CallFinished, ExecutionEvent, Permissions
from embodied_codeact.errors import CommandRefused, EnvironmentFailure
from tests.support.counter import GOAL

NOTHING = Permissions(max_calls=0)
CHATTER = """
import threading, time
def chat():
    while True:
        try:
            counter.add(0)
        except Exception:
            pass
threading.Thread(target=chat, daemon=True).start()
time.sleep(0.002)
"""


@pytest.fixture
def session(client: EnvironmentClient) -> Iterator[EnvironmentClient]:
    client.reset(client.describe().tasks[0])
    yield client
    client.clear()


def only(*kinds: str) -> Permissions:
    return Permissions(allowed=list(kinds))


@pytest.mark.keeps_processes
def test_one_call_more_than_allowed_is_refused_and_recorded(session: EnvironmentClient) -> None:
    script = """
for _ in range(4):
    try:
        counter.add()
    except CallLimitReached as error:
        print(isinstance(error, PrimitiveError), error)
[state.value for _ in range(5)][-1]
"""
    events: list[ExecutionEvent] = []
    result, seen = session.execute(script, timeout_s=10, on_event=events.append, permissions=Permissions(max_calls=2))
    assert result.error is None
    refusal = (
        "counter.add was not carried out: one script may make 2 calls here, and this one has. End the script, and go "
        "on in the next turn."
    )
    assert result.stdout == f"True {refusal}\n" * 2
    assert result.value == "2"
    assert seen.state["history"] == [0, 1, 2]
    assert [call.error for call in result.calls] == [None, None, *[f"CallLimitReached: {refusal}"] * 2]
    assert [event.call for event in events if isinstance(event, CallFinished)] == result.calls
    assert result.calls_total == 4


@pytest.mark.keeps_processes
def test_only_what_is_allowed_is_carried_out_under_any_name(session: EnvironmentClient) -> None:
    script = """
hidden = getattr(counter, "a" + "dd")
try:
    hidden(3)
except NotApproved as error:
    print(error)
double(21)
"""
    # What was refused is none of the calls that are counted.
    result, seen = session.execute(script, timeout_s=10, permissions=Permissions(max_calls=1, allowed=["double"]))
    assert result.error is None
    assert "counter.add was not carried out: a person has to approve" in result.stdout
    assert "as counter.add(...)" in result.stdout
    assert (result.value, seen.state["value"]) == ("42", 0)
    assert [(call.method, call.error is None) for call in result.calls] == [("add", False), ("double", True)]
    result, seen = session.execute("hidden()", timeout_s=10, permissions=only())
    assert result.error is not None
    assert (result.error.kind, seen.state["value"]) == ("NotApproved", 0)


@pytest.mark.keeps_processes
def test_a_worker_that_speaks_to_the_world_itself_gains_nothing(session: EnvironmentClient) -> None:
    link = "import gc, time\nlink = [o for o in gc.get_objects() if type(o).__name__ == 'WorldLink'][0]._channel\n"
    call = "{'op': 'call', 'id': 7, 'target': 'counter', 'method': 'add', 'args': [], 'kwargs': {}}"
    sent = f"{link}link.send({call})\nanswer = link.receive()\nanswer['error']['kind']"
    result, seen = session.execute(sent, timeout_s=10, permissions=NOTHING)
    assert (result.value, seen.state["value"]) == ("'CallLimitReached'", 0)
    permit = "link.send({'op': 'permit', 'permissions': {'max_calls': 9}})"
    result, seen = session.execute(f"{permit}\n{sent}", timeout_s=10, permissions=NOTHING)
    assert result.error is not None
    assert seen.state["value"] == 0


@pytest.mark.keeps_processes
def test_each_script_is_judged_by_its_own_permissions(session: EnvironmentClient) -> None:
    """Also where a thread calls at all times, and the next script begins as soon as one has ended."""
    refused = 0
    for turn in range(20):
        result, _ = session.execute(f"{CHATTER}double(1)", timeout_s=10, permissions=only("double"))
        assert result.value == "2"
        assert all((call.method == "double") == (call.error is None) for call in result.calls)
        result, _ = session.execute(CHATTER, timeout_s=10, permissions=NOTHING)
        assert all(call.error and call.error.startswith("CallLimitReached") for call in result.calls)
        refused += result.calls_total
        result, _ = session.execute(f"{CHATTER}counter.add(0).value", timeout_s=10)
        assert result.value == "0", turn
        assert all(call.error is None for call in result.calls)
    assert refused


@pytest.mark.usefixtures("counter_installed")
def test_a_restored_world_knows_only_the_permissions_of_the_script_that_runs() -> None:
    with local_session("forkable-counter", sandbox="best") as session:
        session.reset(session.describe().tasks[0])
        session.execute("counter.add()", timeout_s=10, permissions=only("counter.add"))
        save = session.save()
        for _ in range(3):
            session.execute("counter.add()", timeout_s=10, permissions=Permissions(max_calls=1))
            session.restore(save)
            result, seen = session.execute("double(1), counter.add(0), counter.add(0)", timeout_s=10)
            assert (result.error, seen.state["value"]) == (None, 1)
            result, seen = session.execute("counter.add()", timeout_s=10, permissions=only("double"))
            assert result.error is not None
            assert (result.error.kind, seen.state["value"]) == ("NotApproved", 1)


@pytest.mark.usefixtures("counter_installed")
def test_a_new_world_knows_nothing_of_the_one_that_died() -> None:
    with local_session("faulty-counter", sandbox="best") as session:
        task = session.describe().tasks[0]
        session.reset(task)
        with pytest.raises(EnvironmentFailure, match="the world process ended"):
            session.execute("counter.die()", timeout_s=10, permissions=only("counter.die"))
        session.reset(task)
        result, seen = session.execute(f"counter.add({GOAL})", timeout_s=10)
        assert (result.error, seen.state["value"]) == (None, GOAL)
        result, seen = session.execute("counter.add()", timeout_s=10, permissions=NOTHING)
        assert (result.calls_total, seen.state["value"]) == (1, GOAL)


@pytest.mark.keeps_processes
def test_an_endless_loop_of_refused_calls_ends_at_its_deadline(session: EnvironmentClient) -> None:
    script = "kept = 5\nwhile True:\n    try:\n        counter.add()\n    except CallLimitReached:\n        pass"
    result, seen = session.execute(script, timeout_s=0.5, permissions=Permissions(max_calls=1))
    assert result.error is not None
    assert (result.error.kind, result.restarted, seen.state["value"]) == ("TimeLimitExceeded", False, 1)
    assert session.execute("kept", timeout_s=10)[0].value == "5"


@pytest.mark.keeps_processes
@pytest.mark.parametrize(
    ("permissions", "why"),
    [
        (only("counter.add", "counter.ad"), "unknown kind of call 'counter.ad'. Did you mean 'counter.add'?"),
        (only("counter"), "unknown kind of call 'counter'"),
        (only(""), "unknown kind of call ''"),
        (Permissions(max_calls=-1), "a script cannot make -1 calls"),
    ],
)
def test_permissions_that_make_no_sense_are_refused(
    session: EnvironmentClient, permissions: Permissions, why: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        session.execute("counter.add()", timeout_s=10, permissions=permissions)
    assert why in str(caught.value)
    assert session.observe().state["value"] == 0
    result, _ = session.execute("counter.add()", timeout_s=10, permissions=only(*["counter.add"] * 100_000))
    assert result.error is None


@pytest.mark.keeps_processes
def test_calls_without_a_script_are_the_commanders_own(session: EnvironmentClient) -> None:
    session.execute("1", timeout_s=10, permissions=NOTHING)
    assert session.call("double", "", 4) == 8


@pytest.mark.usefixtures("counter_installed")
def test_a_call_waits_for_the_permit_of_its_script() -> None:
    """The server sends the permit first, but on another channel: a world that reads the call first holds it back."""
    ours, theirs = Channel.pair()
    passing, pass_theirs = socket.socketpair()
    worker_ours, worker_theirs = Channel.pair()
    server, worker, flag = Channel(ours), Channel(worker_ours), StopFlag()
    link = StreamLink()
    sensing = Sensing(link.memory, link.samples, link.pictures)
    world = World(theirs, pass_theirs, flag, Living(), sensing)
    server.send({"environment": "counter", "options": {}})
    assert world.open()
    task = server.receive()["description"]["tasks"][0]
    thread = threading.Thread(target=world.serve)
    thread.start()
    with contextlib.ExitStack() as closing:
        for end in (passing, pass_theirs, theirs, worker, worker_theirs, flag, link):
            closing.callback(end.close)
        closing.callback(world._detach)
        closing.callback(thread.join)
        closing.callback(server.close)
        server.send({"op": "reset", "id": 1, "task": task})
        server.receive(timeout_s=10)
        server.send({"op": "attach"})
        socket.send_fds(passing, [b"s"], [worker_theirs.fileno()])
        flag.script = Script.BOUND
        worker.send({"op": "call", "id": 1, "target": "double", "method": "", "args": [2], "kwargs": {}})
        with pytest.raises(TimeoutError):
            worker.receive(timeout_s=0.1)
        server.send({"op": "permit", "permissions": only("counter.add")})
        assert worker.receive(timeout_s=10)["error"]["kind"] == "NotApproved"
