"""Measures the bridge against bare ZeroMQ: commands of a session, a call that does nothing, and the sensor streams."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from embodied_codeact.bench.bare import BareEcho, Keys, bare_echo, new_keys
from embodied_codeact.bench.streams import SECONDS, bench_joints, bench_pictures
from embodied_codeact.bench.timing import in_turn, timed
from embodied_codeact.bench.world import NAME, installed
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import LocalServer, local_session
from embodied_codeact.bridge.security import ClientSecurity, create_keys, read_key_pair
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.contracts import Measure
from embodied_codeact.interpreter.records import SandboxMode

REPEATS = 300
CALLS = 1000
_LOOPBACK = "tcp://127.0.0.1:0"


def bench_bridge(
    environment: str, sandbox: SandboxMode, *, arm: str | None = None, calls: int = CALLS, seconds: float = SECONDS
) -> list[Measure]:
    """Measure the commands of a session with ``environment``, a call that does nothing, and the streams: of a world
    that only gives pictures, and of the simulated arm of the environment ``arm``, where one is named."""
    with local_session(environment, sandbox=sandbox) as client:
        measures = bench_commands(client)
    with installed():
        with _tcp_session(sandbox) as client, bare_echo() as echo:
            measures.append(_bench_call(client, echo, "tcp", calls))
            measures += bench_pictures(client, seconds=seconds)
        keys = new_keys()
        with _tcp_session(sandbox, keys) as client, bare_echo(keys=keys) as echo:
            measures.append(_bench_call(client, echo, "tcp, CURVE", calls))
    if arm is not None:
        with local_session(arm, sandbox=sandbox) as client:
            measures += bench_joints(client, seconds=2 * seconds)
    return measures


def bench_commands(client: EnvironmentClient) -> list[Measure]:
    """Measure commands of this session against a bare ZeroMQ round trip over the same kind of socket."""
    client.reset(client.describe().tasks[0])
    with tempfile.TemporaryDirectory(prefix="eca-") as folder, bare_echo(f"ipc://{folder}/echo") as echo:

        def beside(name: str, ours: Callable[[], object]) -> Measure:
            ours_us, bare_us = in_turn(timed(ours), timed(echo.round_trip), repeats=REPEATS)
            return Measure.beside(name, ours_us, "us", "bare pyzmq round trip (ipc)", bare_us)

        return [
            beside("ping (control thread)", client.stop_state),
            beside("observe (through the world)", client.observe),
            beside("execute `1`", lambda: client.execute("1", timeout_s=10)),
        ]


def _bench_call(client: EnvironmentClient, echo: BareEcho, over: str, calls: int) -> Measure:
    client.reset(client.describe().tasks[0])
    ours_us, bare_us = in_turn(timed(lambda: client.call("noop")), timed(echo.round_trip), repeats=calls)
    return Measure.beside(f"call that does nothing ({over})", ours_us, "us", f"bare pyzmq round trip ({over})", bare_us)


@contextlib.contextmanager
def _tcp_session(sandbox: SandboxMode, keys: Keys | None = None) -> Iterator[EnvironmentClient]:
    with tempfile.TemporaryDirectory(prefix="eca-") as folder:
        config = ServerConfig(environment=NAME, endpoint=_LOOPBACK, sandbox=sandbox)
        security: ClientSecurity | None = None
        if keys is not None:
            server = create_keys(Path(folder) / "server", "server")
            own = create_keys(Path(folder) / "clients", "client")
            security = ClientSecurity(read_key_pair(own.secret), read_key_pair(server.secret).public)
            config = ServerConfig(
                environment=NAME,
                endpoint=_LOOPBACK,
                sandbox=sandbox,
                key=str(server.secret),
                allow=str(own.public.parent),
            )
        with (
            LocalServer(config) as running,
            EnvironmentClient(running.endpoint, alive=running.alive, security=security) as client,
        ):
            yield client
