"""Measures the bridge and the interpreter against bare references, in turn and in one run."""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.contracts import ApiDescription, Measure
from embodied_codeact.interpreter.host import Interpreter
from embodied_codeact.interpreter.records import SandboxMode

_LOOP = "total = 0\nfor number in range(200_000):\n    total += number % 7\n"


def _in_turn(ours: Callable[[], object], reference: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Time both in turn, so that a busy machine slows both; return the medians in microseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for kept, action in zip(times, (ours, reference), strict=True):
            began = time.perf_counter()
            action()
            kept.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times[0]), statistics.median(times[1])


def _measure(
    name: str, ours: Callable[[], object], reference_name: str, reference: Callable[[], object], repeats: int
) -> Measure:
    ours()
    reference()
    ours_us, reference_us = _in_turn(ours, reference, repeats)
    return Measure.beside(name, ours_us, "us", reference_name, reference_us)


def bench_interpreter(sandbox: SandboxMode) -> list[Measure]:
    """A fresh worker against a fresh Python process; a script and a loop against ``exec`` in this process."""
    code = compile(_LOOP, "<bench>", "exec")
    with Interpreter(sandbox=sandbox) as interpreter:

        def fresh() -> None:
            interpreter.start(ApiDescription())
            interpreter.run("1")

        def python() -> None:
            subprocess.run([sys.executable, "-c", "import numpy"], check=True)

        def printing() -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                exec("print(1)", {})

        return [
            _measure("fresh worker and its first script", fresh, "python -c 'import numpy'", python, 10),
            _measure("print(1)", lambda: interpreter.run("print(1)"), "exec in this process", printing, 200),
            _measure(
                "200,000 loops", lambda: interpreter.run(_LOOP), "exec in this process", lambda: exec(code, {}), 10
            ),
        ]


def bench_bridge(client: EnvironmentClient) -> list[Measure]:
    """Commands of a running session against a bare ZeroMQ round trip over the same kind of socket."""
    client.reset(client.describe().tasks[0])
    with tempfile.TemporaryDirectory(prefix="eca-") as folder, _BareEcho(Path(folder)) as echo:
        name = "bare pyzmq round trip (ipc)"
        return [
            _measure("ping (control thread)", client.stop_state, name, echo.round_trip, 300),
            _measure("observe (through the world)", client.observe, name, echo.round_trip, 300),
            _measure("execute `1`", lambda: client.execute("1", timeout_s=10), name, echo.round_trip, 300),
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
