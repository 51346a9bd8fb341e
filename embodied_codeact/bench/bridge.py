"""Measures commands of a running session against a bare ZeroMQ round trip."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import zmq

from embodied_codeact.bench.timing import in_turn, timed
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.contracts import Measure


def bench_bridge(client: EnvironmentClient) -> list[Measure]:
    """Measure commands of this session against a bare ZeroMQ round trip over the same kind of socket."""
    client.reset(client.describe().tasks[0])
    with tempfile.TemporaryDirectory(prefix="eca-") as folder, _BareEcho(Path(folder)) as echo:

        def beside(name: str, ours: Callable[[], object]) -> Measure:
            ours_us, bare_us = in_turn(timed(ours), timed(echo.round_trip), repeats=300)
            return Measure.beside(name, ours_us, "us", "bare pyzmq round trip (ipc)", bare_us)

        return [
            beside("ping (control thread)", client.stop_state),
            beside("observe (through the world)", client.observe),
            beside("execute `1`", lambda: client.execute("1", timeout_s=10)),
        ]


class _BareEcho:
    """A DEALER that a ROUTER in another thread answers, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        router = self._context.socket(zmq.ROUTER)
        router.bind(f"ipc://{folder}/echo")
        self._dealer = self._context.socket(zmq.DEALER)
        self._dealer.connect(f"ipc://{folder}/echo")
        self._thread = threading.Thread(target=self._serve, args=(router,), daemon=True)
        self._thread.start()

    @staticmethod
    def _serve(router: zmq.Socket[bytes]) -> None:
        while True:
            identity, frame = router.recv_multipart()
            router.send_multipart([identity, frame])
            if frame == b"end":
                router.close(linger=100)
                return

    def round_trip(self) -> None:
        self._dealer.send(b"x" * 100)
        self._dealer.recv()

    def __enter__(self) -> _BareEcho:
        return self

    def __exit__(self, *_: object) -> None:
        self._dealer.send(b"end")
        self._dealer.recv()
        self._thread.join()
        self._context.destroy(linger=0)
