"""Whatever clients, scripts and adapters send, the server and the world go on and say what was wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
import pytest
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.framing import Encoder
from embodied_codeact.bridge.local import local_session
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import CommandRefused, EnvironmentFailure, PrimitiveError
from tests.bridge.conftest import when_free

pytestmark = pytest.mark.keeps_processes

MUTATED = 1500


@pytest.fixture
def session(client: EnvironmentClient) -> Iterator[EnvironmentClient]:
    client.reset(client.describe().tasks[0])
    yield client
    client.clear()


def still_works(session: EnvironmentClient) -> None:
    result, seen = session.execute("counter.add().value", timeout_s=10)
    assert result.value == str(seen.state["value"])


def test_mutated_messages_on_all_sockets(session: EnvironmentClient) -> None:
    """A fuzzer of fixed seed: every byte may be wrong, frames are lost or added. None of it runs anything by itself."""
    chance = random.Random(7)
    encoder = Encoder()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    sockets = {
        name: context.socket(zmq.XSUB if name == "events" else zmq.DEALER) for name in ("command", "control", "events")
    }
    for name, socket in sockets.items():
        socket.connect(session.endpoint.address(name))
    verbs = {"command": ["observe", "describe", "fly"], "control": ["ping", "heartbeat", "clear"], "events": [""]}
    for _ in range(MUTATED):
        name = chance.choice(list(sockets))
        bodies: tuple[object, ...] = (None, {"settle": chance.random()}, {"reason": "\0" * 20}, [[]] * 20, "x" * 5000)
        frames = [bytes(part) for part in encoder.encode(chance.choice(verbs[name]), chance.choice(bodies), id=1)]
        at = chance.randrange(len(frames))
        spoilt = bytearray(frames[at])
        for _ in range(chance.randrange(4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        frames[at] = bytes(spoilt)
        extra = [chance.randbytes(chance.randrange(30))] * chance.randrange(2)
        sockets[name].send_multipart([*frames[: chance.randrange(1, 4)], *extra])
    still_works(session)
    assert session._control_verb("ping", None)["dropped"] > MUTATED // 4
    context.destroy(linger=0)


@pytest.mark.parametrize("socket", ["_command", "_control"])
def test_headers_that_break_a_decoder(session: EnvironmentClient, socket: str) -> None:
    before = session._control_verb("ping", None)["dropped"]
    for header in (b"\x81\xa4type\xa1\xff", b"\x82\xa4type\xa4ping\xa4body" + b"\x91" * 100_000 + b"\xc0"):
        getattr(session, socket).send_multipart([b"ECA1", header])
    still_works(session)
    assert session._control_verb("ping", None)["dropped"] == before + 2


def script(**fields: object) -> dict[str, object]:
    return {"code": "1", "timeout_s": 5.0, **fields}


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("execute", script(timeout_s=float("nan"))),
        ("execute", script(timeout_s=-1.0)),
        ("execute", script(timeout_s=float("inf"))),
        ("execute", script(deadman_s=0.0)),
        ("execute", script(code=b"1")),
        ("execute", None),
        ("observe", {"settle": "yes"}),
        ("reset", {"task": {"id": 3}}),
        ("call", {"target": "double", "args": 7}),
        ("execute", msgspec.msgpack.Ext(1, b"\x93\x00\xa2<8\x91\xcf" + b"\xff" * 8)),
    ],
)
def test_malformed_bodies_are_refused(session: EnvironmentClient, verb: str, body: object) -> None:
    with pytest.raises(CommandRefused, match="malformed body"):
        session._ask(verb, body)
    still_works(session)


def test_a_body_that_can_be_read_but_not_be_handed_on(session: EnvironmentClient) -> None:
    """Nested just deeply enough; what becomes of it depends on the stack, the server's life does not."""
    for depth in range(880, 1000, 6):
        nested = msgspec.Raw(b"\x91" * depth + b"\xc0")
        session._send(session._command, "call", {"target": "echo", "args": [nested]})
    when_free(session)


def test_a_command_over_the_limit_is_refused_here(session: EnvironmentClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embodied_codeact.bridge.client.MAX_COMMAND_BYTES", 10_000)
    with pytest.raises(CommandRefused, match="more than 10000 bytes"):
        session.execute("#" * 10_000, timeout_s=10)
    still_works(session)


def test_a_script_that_is_no_utf8(session: EnvironmentClient) -> None:
    result, _ = session.execute("ord('\ud800')", timeout_s=10)
    assert result.value == str(0xD800)


def test_observations_do_not_pile_up_before_a_busy_world(session: EnvironmentClient) -> None:
    for _ in range(200):
        session._send(session._command, "observe", {})
    when_free(session)  # else the call might be refused, too
    session._send(session._command, "call", {"target": "counter", "method": "wait", "args": [60]})
    for _ in range(200):
        session._send(session._command, "observe", {})
    with pytest.raises(CommandRefused, match="wait for it already"):
        session.observe()
    session.interrupt()
    when_free(session)


@pytest.mark.parametrize(
    "request_",
    [
        "{'op': 'call', 'id': 1, 'target': 'double', 'method': '', 'args': 5, 'kwargs': {}}",
        "{'op': 'call', 'id': 1, 'target': 'double', 'method': '', 'args': [], 'kwargs': [1]}",
        "{'op': 'fly', 'id': 1}",
        "[]",
    ],
)
def test_a_script_that_speaks_to_the_world_itself(session: EnvironmentClient, request_: str) -> None:
    session.execute("counter.add()", timeout_s=10)
    link = "[o for o in gc.get_objects() if type(o).__name__ == 'WorldLink'][0]._channel"
    session.execute(f"import gc\n{link}.send({request_})\nimport time; time.sleep(0.05)", timeout_s=10)
    assert session.observe().state["value"] == 1


def test_large_values_come_through_whole(session: EnvironmentClient) -> None:
    many = "import numpy as np\n[int(a[0]) for a in echo([np.full(3, n) for n in range(1000)])] == list(range(1000))"
    assert session.execute(many, timeout_s=20)[0].value == "True"
    large = "a = np.arange(1_000_000.0)\nbool((echo(a) == a).all())"
    assert session.execute(large, timeout_s=20)[0].value == "True"


def test_a_worker_that_does_not_read_is_neither_waited_for_nor_cut_off(session: EnvironmentClient) -> None:
    """As after an interrupt that struck while a large answer was on its way."""
    link = "link = [o for o in gc.get_objects() if type(o).__name__ == 'WorldLink'][0]._channel"
    request = "{'op': 'call', 'id': 99, 'target': 'echo', 'method': '', 'args': [np.ones(3_000_000)], 'kwargs': {}}"
    session.execute(f"import gc, numpy as np\n{link}\nlink.send({request})\ncounter", timeout_s=20)
    assert session.observe().state["value"] == 0
    result, seen = session.execute("counter.add().value", timeout_s=20)
    assert result.value == "1"
    assert seen.state["value"] == 1


def test_a_worker_that_floods_the_world(session: EnvironmentClient) -> None:
    link = "link = [o for o in gc.get_objects() if type(o).__name__ == 'WorldLink'][0]._channel"
    flood = (
        "try:\n    for n in range(200_000): link.send({'op': 'state', 'id': 1}, timeout_s=0.2)\nexcept Exception: pass"
    )
    session.execute(f"import gc\n{link}\n{flood}", timeout_s=20)
    # It has spoiled its own channel; the world and the server are as they were.
    assert session.observe().state["value"] == 0
    session.reset(session.describe().tasks[0])
    assert session.execute("counter.add().value", timeout_s=20)[0].value == "1"


def test_much_output_and_a_figure_come_through_whole(session: EnvironmentClient) -> None:
    streamed: list[str] = []

    def keep(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk):
            streamed.append(event.text)

    script = "for n in range(70_000):\n    print(f'{n:099}')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    result, _ = session.execute(script, timeout_s=60, on_event=keep)
    assert result.error is None
    assert result.stdout == "".join(f"{n:099}\n" for n in range(70_000))
    assert "".join(streamed) == result.stdout
    assert [figure.data[:4] for figure in result.figures] == [b"\x89PNG"]


def test_what_an_adapter_gives_never_ends_its_world() -> None:
    with local_session("faulty-counter", sandbox="best") as client:
        task = client.describe().tasks[0]
        client.reset(task)
        for method in ("lock", "huge"):
            with pytest.raises(EnvironmentFailure, match="cannot travel"):
                client.call("counter", method)
            with pytest.raises(EnvironmentFailure, match="cannot travel"):
                client.execute(f"counter.{method}()", timeout_s=10)
        with pytest.raises(PrimitiveError, match="no file"):
            client.call("counter", "unreadable")
        client.execute("counter.add()", timeout_s=10)
        assert client.observe().state["value"] == 1
        client.call("counter", "spoil")
        with pytest.raises(EnvironmentFailure, match="the environment failed in observe"):
            client.execute("state.value", timeout_s=10)
        # One and the same world all the time, which a reset mends.
        client.reset(task)
        assert client.observe().state["value"] == 0
