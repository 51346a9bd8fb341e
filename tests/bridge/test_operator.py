"""The operator's link: whether a server answers, a halt, and whether its world rests; of real servers, and of none."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.framing import Encoder, decode
from embodied_codeact.bridge.local import local_session
from embodied_codeact.bridge.operator import OperatorLink
from embodied_codeact.contracts import ExecutionResult, Task
from embodied_codeact.errors import ConfigurationError, StopLatched

TASK = Task("reach-3", "counter", "make the counter show 3")


@pytest.fixture
def server(counter_installed: None) -> Iterator[EnvironmentClient]:
    del counter_installed
    with local_session("counter", sandbox="best") as client:
        client.reset(TASK)
        yield client


def soon(link: OperatorLink) -> bool:
    """Whether it answers after a moment."""
    until = time.monotonic() + 10
    while not (answers := link.answers()) and time.monotonic() < until:
        time.sleep(0.01)
    return answers


def test_a_halt_ends_what_runs_and_the_world_comes_to_rest(server: EnvironmentClient) -> None:
    outcome: list[ExecutionResult] = []
    begun = threading.Event()

    def act() -> None:
        script = "print('begun')\ncounter.wait(600)"
        outcome.append(server.execute(script, timeout_s=600, on_event=lambda _: begun.set())[0])

    acting = threading.Thread(target=act)
    acting.start()
    assert begun.wait(30)
    with OperatorLink(str(server.endpoint)) as link:
        assert soon(link)
        # The script has begun, and a moment later the primitive.
        while link.rests(within_s=0.5):
            pass
        assert link.halt("enough")
        assert link.rests(within_s=10)
    acting.join()
    assert outcome[0].interrupted
    assert server.stop_state() == ("emergency stop", "enough")
    with pytest.raises(StopLatched):
        server.execute("1", timeout_s=5)


def test_where_nobody_is_nothing_is_waited_for() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, OperatorLink(f"ipc://{folder}") as link:
        for _ in range(3):
            assert not link.answers()
        assert not link.halt("nobody hears this", within_s=0.1)
        assert not link.rests(within_s=0.1)
    link.close()
    with pytest.raises(ConfigurationError, match="neither ipc"):
        OperatorLink("nowhere")


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
def test_a_controller_is_asked_where_its_control_socket_is(transport: str) -> None:
    """A socket that speaks as docs/controller.md says, and before that a message that is none."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        zmq.Context() as context,
        context.socket(zmq.ROUTER) as control,
    ):
        control.setsockopt(zmq.LINGER, 0)
        endpoint = f"ipc://{folder}"
        if transport == "ipc":
            control.bind(f"ipc://{Path(folder) / 'control'}")
        else:
            endpoint = f"tcp://0.0.0.0:{control.bind_to_random_port('tcp://127.0.0.1')}"
        with OperatorLink(endpoint, of="controller") as link:
            assert not link.answers()
            assert control.poll(10_000)
            identity, *frames = control.recv_multipart()
            asked = decode(frames).header
            assert asked.type == "ping"
            control.send_multipart([identity, b"noise"])
            control.send_multipart([identity, *Encoder("s").encode("reply", {"ok": {}}, id=asked.id)])
            assert soon(link)
