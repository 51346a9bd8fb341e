"""Who is in control: clients that are busy, silent, gone or two; scripts and calls that must end all the same."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import LocalServer
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.contracts import CallFinished, ExecutionEvent, OutputChunk
from embodied_codeact.errors import CommandRefused, EnvironmentFailure, PrimitiveError
from tests.bridge.conftest import when_free

pytestmark = pytest.mark.keeps_processes


@pytest.fixture
def session(client: EnvironmentClient) -> Iterator[EnvironmentClient]:
    client.reset(client.describe().tasks[0])
    yield client
    client.clear()


def test_a_deadline_ends_the_primitive_too(session: EnvironmentClient) -> None:
    result, _ = session.execute("counter.wait(100)", timeout_s=0.3)
    assert result.error is not None
    assert result.error.kind == "TimeLimitExceeded"
    assert (result.calls[0].error or "").startswith("Stopped")


def test_an_interrupt_ends_a_call_without_a_script(session: EnvironmentClient) -> None:
    timer = threading.Timer(0.2, lambda: _interrupt(session))
    timer.start()
    with pytest.raises(PrimitiveError, match="Stopped"):
        session.call("counter", "wait", 100)
    timer.join()
    assert session.call("counter", "wait", 0.01) == "waited"


def _interrupt(session: EnvironmentClient) -> None:
    with EnvironmentClient(str(session.endpoint)) as operator:
        operator.interrupt()


def test_a_long_absence_of_the_client_is_no_silence_of_the_server(
    session: EnvironmentClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embodied_codeact.bridge.control_line.LOST_S", 0.3)

    def be_away(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk):
            time.sleep(0.7)

    result, _ = session.execute("print('go')\ncounter.wait(1)", timeout_s=10, on_event=be_away)
    assert result.stdout == "go\n"


def test_a_flood_of_events_leaves_room_for_heartbeats_and_arrives_whole(session: EnvironmentClient) -> None:
    seen: list[int] = []

    def take_time(event: ExecutionEvent) -> None:
        if isinstance(event, CallFinished):
            time.sleep(0.001)
            seen.append(event.call.args[0])

    session.release()
    with EnvironmentClient(str(session.endpoint), deadman_s=0.6) as commander:
        result, _ = commander.execute("for n in range(1500):\n    _ = double(n)", timeout_s=60, on_event=take_time)
    assert not result.interrupted
    assert seen == list(range(1500))
    assert session.stop_state()[0] == "normal"


def test_a_handler_that_fails_ends_its_script(session: EnvironmentClient) -> None:
    def fail(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.execute("print('go')\ncounter.wait(100)", timeout_s=100, on_event=fail)
    when_free(session)
    assert session.stop_state()[0] == "normal"


def vanishing(session: EnvironmentClient, timeout_s: float) -> None:
    """Have another client begin a script, and vanish without a word, as one that is killed does."""
    gone = EnvironmentClient(str(session.endpoint), deadman_s=None)
    gone.acquire()
    gone._send(gone._command, "execute", {"code": "counter.wait(100)", "timeout_s": timeout_s})
    gone._events.poll(5000)
    gone._context.destroy(linger=0)


def test_a_commander_that_vanishes_leaves_the_server_to_the_next(session: EnvironmentClient) -> None:
    session.release()
    vanishing(session, 100)
    with pytest.raises(CommandRefused, match="a script is running"):
        session.execute("1", timeout_s=10)
    session.interrupt()
    when_free(session)
    session.release()
    vanishing(session, 0.5)
    when_free(session)


def test_events_of_another_clients_script_are_not_ours(session: EnvironmentClient) -> None:
    with EnvironmentClient(str(session.endpoint)) as one, EnvironmentClient(str(session.endpoint)) as other:
        assert not {next(one._ids) for _ in range(100)} & {next(other._ids) for _ in range(100)}


@pytest.mark.usefixtures("counter_installed")
def test_a_world_and_a_template_killed_between_scripts(endpoint: str) -> None:
    config = ServerConfig(environment="counter", endpoint=endpoint, sandbox="best")
    with LocalServer(config) as server, EnvironmentClient(server.endpoint) as client:
        task = client.describe().tasks[0]
        client.reset(task)
        children = psutil.Process(server.process.pid).children()
        world = next(child for child in children if "embodied_codeact.bridge.world" in child.cmdline())
        template = next(child for child in children if child != world)
        template.kill()
        result, _ = client.execute("counter.add()", timeout_s=10)
        assert result.restarted
        world.kill()
        for _ in range(2):
            with pytest.raises(EnvironmentFailure, match="SIGKILL"):
                client.execute("counter.add()", timeout_s=10)
        client.reset(task)
        assert client.execute("counter.add().value", timeout_s=10)[0].value == "1"


@pytest.mark.usefixtures("counter_installed")
def test_a_world_that_dies_takes_its_script_along(endpoint: str) -> None:
    config = ServerConfig(environment="counter", endpoint=endpoint, sandbox="best")
    with LocalServer(config) as server, EnvironmentClient(server.endpoint) as client:
        client.reset(client.describe().tasks[0])
        family = psutil.Process(server.process.pid).children()
        world = next(child for child in family if "embodied_codeact.bridge.world" in child.cmdline())

        def kill(event: ExecutionEvent) -> None:
            # What is printed may come in several pieces.
            if isinstance(event, OutputChunk) and world.is_running():
                world.kill()

        stubborn = "print('go')\nwhile True:\n    try:\n        double(1)\n    except Exception:\n        pass"
        with pytest.raises(EnvironmentFailure, match="SIGKILL"):
            client.execute(stubborn, timeout_s=100, on_event=kill)


@pytest.mark.usefixtures("counter_installed")
def test_a_server_that_was_replaced_meanwhile_is_noticed(endpoint: str) -> None:
    config = ServerConfig(environment="counter", endpoint=endpoint, sandbox="best")
    servers = [LocalServer(config)]
    try:
        with EnvironmentClient(endpoint) as client:
            client.reset(client.describe().tasks[0])

            def replace(event: ExecutionEvent) -> None:
                if isinstance(event, OutputChunk) and len(servers) == 1:
                    os.kill(servers[0].process.pid, 9)
                    servers[0].process.wait()
                    servers.append(LocalServer(config))

            with pytest.raises(CommandRefused, match="started anew"):
                client.execute("print('go')\ncounter.wait(100)", timeout_s=100, on_event=replace)
    finally:
        for server in servers:
            server.close()
