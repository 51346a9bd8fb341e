"""Processes die, adapters have faults, ports are taken: each ends in the right error, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.control_line import LOST_S
from embodied_codeact.bridge.local import LocalServer, local_session
from embodied_codeact.bridge.verbs import Confinement, ServerConfig
from embodied_codeact.contracts import ExecutionEvent, OutputChunk
from embodied_codeact.errors import BridgeError, CommandRefused, ConfigurationError, EnvironmentFailure

pytestmark = pytest.mark.usefixtures("counter_installed")


def config(endpoint: str, **kwargs: object) -> ServerConfig:
    return ServerConfig(environment="counter", endpoint=endpoint, sandbox="best", **kwargs)  # type: ignore[arg-type]


def kill_when_printing(pid: int) -> tuple[object, threading.Event]:
    killed = threading.Event()

    def watch(event: ExecutionEvent) -> None:
        if isinstance(event, OutputChunk) and not killed.is_set():
            os.kill(pid, signal.SIGKILL)
            killed.set()

    return watch, killed


def test_a_killed_worker_is_replaced_and_the_result_says_so(endpoint: str) -> None:
    with LocalServer(config(endpoint)) as server, EnvironmentClient(server.endpoint) as client:
        client.reset(client.describe().tasks[0])
        result, _ = client.execute("import os\nkept = 1\nos.getpid()", timeout_s=10)
        worker = next(
            p for p in psutil.Process(server.process.pid).children(recursive=True) if p.pid == int(result.value or 0)
        )
        watch, killed = kill_when_printing(worker.pid)
        result, _ = client.execute("print('go')\ncounter.wait(20)", timeout_s=30, on_event=watch)  # type: ignore[arg-type]
        assert killed.is_set()
        assert result.restarted
        assert result.error is not None
        assert "SIGKILL" in result.error.text()
        assert "variables" in result.error.text()
        # The world goes on as it was; the namespace is fresh.
        result, seen = client.execute("print('kept' in globals()); counter.add()", timeout_s=10)
        assert result.stdout == "False\n"
        assert seen.state["value"] == 1


def test_a_killed_server_is_an_operator_error_within_five_seconds(endpoint: str) -> None:
    """Seen by a client that knows nothing of the server's process, as over a network."""
    with LocalServer(config(endpoint)) as server, EnvironmentClient(server.endpoint) as client:
        children = psutil.Process(server.process.pid).children(recursive=True)
        client.reset(client.describe().tasks[0])
        watch, killed = kill_when_printing(server.process.pid)
        began = time.monotonic()
        with pytest.raises(BridgeError, match="has not answered"):
            client.execute("print('go')\ncounter.wait(30)", timeout_s=60, on_event=watch)  # type: ignore[arg-type]
        assert killed.is_set()
        # The protocol's own bound, with room for a slow machine; not a measure of speed.
        assert time.monotonic() - began < LOST_S + 5
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive


def test_the_death_of_an_own_server_is_seen_at_once() -> None:
    with local_session("counter", sandbox="best") as client:
        client.reset(client.describe().tasks[0])
        server = next(p for p in psutil.Process().children() if "embodied_codeact.bridge.child" in p.cmdline())
        server.kill()
        with pytest.raises(BridgeError, match="has ended"):
            client.execute("1", timeout_s=10)


def test_a_server_ends_with_the_process_that_started_it(endpoint: str) -> None:
    server = LocalServer(config(endpoint))
    family = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
    assert len(family) >= 3
    server.close()
    assert not psutil.wait_procs(family, timeout=10)[1]


def test_a_dead_world_fails_the_script_and_a_reset_brings_a_new_one() -> None:
    with local_session("faulty-counter", sandbox="best") as client:
        task = client.describe().tasks[0]
        client.reset(task)
        with pytest.raises(EnvironmentFailure, match="exit status 7"):
            client.execute("counter.die()", timeout_s=10)
        with pytest.raises(EnvironmentFailure):
            client.observe()
        client.reset(task)
        _, seen = client.execute("counter.add()", timeout_s=10)
        assert seen.state["value"] == 1


def test_a_world_that_could_not_start_leaves_no_stop_to_the_next(tmp_path: Path) -> None:
    needed = tmp_path / "needed"
    needed.touch()
    with local_session("faulty-counter", {"needs": str(needed)}, sandbox="best") as client:
        task = client.describe().tasks[0]
        client.reset(task)
        with pytest.raises(EnvironmentFailure, match="exit status 7"):
            client.execute("counter.die()", timeout_s=10)
        needed.unlink()
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="is not there"):
                client.reset(task)
        needed.touch()
        client.reset(task)
        assert client.stop_state()[0] == "normal"
        result, seen = client.execute("counter.add()", timeout_s=10)
        assert (result.error, seen.state["value"]) == (None, 1)


@pytest.mark.parametrize(("method", "message"), [("bug", "ZeroDivisionError"), ("lock", "cannot travel")])
def test_a_fault_of_the_adapter_is_the_operators(method: str, message: str) -> None:
    with local_session("faulty-counter", sandbox="best") as client:
        client.reset(client.describe().tasks[0])
        with pytest.raises(EnvironmentFailure, match=message):
            client.execute(f"counter.{method}()", timeout_s=10)


def test_a_seed_below_0_is_refused_before_an_environment_meets_it() -> None:
    with local_session("counter", sandbox="best") as client:
        with pytest.raises(ConfigurationError, match="seed of a task is from 0 up, not -1"):
            client.reset(msgspec.structs.replace(client.describe().tasks[0], seed=-1))
        client.reset(client.describe().tasks[0])


def test_what_is_gone_behind_the_adapter_is_told_in_its_own_words(capfd: pytest.CaptureFixture[str]) -> None:
    with local_session("faulty-counter", sandbox="best") as client:
        client.reset(client.describe().tasks[0])
        with pytest.raises(EnvironmentFailure, match=r"counter\.gone: the controller has not answered for 3 s"):
            client.execute("counter.gone()", timeout_s=10)
    assert "Traceback" not in capfd.readouterr().err


def test_tcp_and_a_port_in_use() -> None:
    with LocalServer(config("tcp://127.0.0.1:0")) as server:
        assert server.endpoint.startswith("tcp://127.0.0.1:")
        with EnvironmentClient(server.endpoint) as client:
            client.reset(client.describe().tasks[0])
            assert client.execute("counter.add().value", timeout_s=10)[0].value == "1"
        with pytest.raises(ConfigurationError, match=r"is in use .*choose another port"):
            LocalServer(config(server.endpoint))


def test_an_ipc_endpoint_in_use(endpoint: str) -> None:
    with LocalServer(config(endpoint)), pytest.raises(ConfigurationError, match="in use by another server"):
        LocalServer(config(endpoint))
    with LocalServer(config(endpoint)):
        pass  # free again


def test_a_server_for_other_machines_is_refused_without_being_asked_for() -> None:
    with pytest.raises(ConfigurationError, match="--insecure"):
        LocalServer(config("tcp://0.0.0.0:0"))


def test_bad_options_are_named() -> None:
    with (
        pytest.raises(ConfigurationError, match="no option 'limmit'. Did you mean 'limit'"),
        local_session("counter", {"limmit": 3}),
    ):
        pass
    with pytest.raises(ConfigurationError, match="below the goal"), local_session("counter", {"limit": 1}):
        pass


def test_nobody_there(endpoint: str) -> None:
    with pytest.raises(BridgeError, match="nothing answers .*embodied-codeact serve"):
        EnvironmentClient(endpoint, connect_s=0.3)


def test_something_else_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BridgeError, match="nothing answers"):
            EnvironmentClient(f"tcp://127.0.0.1:{port}", connect_s=0.3)


def test_a_restarted_server_refuses_an_old_session(endpoint: str) -> None:
    with LocalServer(config(endpoint)):
        client = EnvironmentClient(endpoint)
        client.reset(client.describe().tasks[0])
    with LocalServer(config(endpoint)), pytest.raises(CommandRefused, match="started anew"):
        client.execute("1", timeout_s=10)
    client.close()


def test_the_description_says_how_scripts_are_confined() -> None:
    with local_session("counter", sandbox="off") as client:
        confinement = msgspec.convert(client.describe().metadata["confinement"], Confinement)
    assert confinement.layers == []
    assert "unconfined" in confinement.warning()
    assert not Confinement(layers=["seccomp"]).warning()
    assert "landlock: this kernel has none" in Confinement(["seccomp"], {"landlock": "this kernel has none"}).warning()
