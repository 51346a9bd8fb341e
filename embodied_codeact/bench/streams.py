"""Measures the sensor streams: how many pictures come through, whether a slow reader slows another, and the gaps
between joint states while a camera streams."""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median

from embodied_codeact.bench.bare import bare_publisher
from embodied_codeact.bench.world import RATES_HZ, names_at
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.contracts import Measure

ROUNDS = 5
SECONDS = 1.5
JOINTS, CAMERA = "joint_positions", ("overhead_rgb", "overhead_depth")
JOINTS_SECONDS = 4.0
_GIVEN = (0.9, 0.75)
"""Rates of the camera, as shares of bare pyzmq's, of which the one counts that more comes through of."""


def bench_pictures(client: EnvironmentClient, *, rounds: int = ROUNDS, seconds: float = SECONDS) -> list[Measure]:
    """Measure the raw VGA RGB-D stream of the bench's world, as a client on its machine has it, and as one would
    elsewhere, to which everything is sent; over the socket on which the client has its server."""
    ours, sent, bare, together, alone, beside = [], [], [], [], [], []
    for _ in range(rounds):
        with bare_publisher(together=True) as socket:
            together.append(_rate(functools.partial(socket.recv_multipart, copy=False), seconds))
        with bare_publisher() as socket:
            bare.append(_rate(functools.partial(socket.recv_multipart, copy=False), seconds) / 2)
        # The most that it carries lies somewhat below what bare pyzmq does: a camera that gives more keeps the
        # processor busy with what is lost.
        given = [_highest(share * bare[-1]) for share in _GIVEN]
        ours.append(max(_pictures_read(client, hz, seconds) for hz in given))
        sent.append(max(_pictures_read(client, hz, seconds, shared=False) for hz in given))
        # What a slow reader does to the other is seen where the machine is not busy with sending alone.
        calm = _highest(sent[-1] / 2)
        with client.sensors(*names_at(calm), shared=False) as reader:
            alone.append(_rate(functools.partial(reader.read, 20), seconds) / 2)
            with _slow_reader(client, calm):
                beside.append(_rate(functools.partial(reader.read, 20), seconds) / 2)
    return [
        Measure.beside("VGA RGB-D stream, raw", median(ours), "Hz", "bare pyzmq (tcp)", median(bare)),
        Measure.beside(
            "VGA RGB-D stream, raw, beside one message for both",
            median(ours),
            "Hz",
            "bare, both in one message",
            median(together),
        ),
        Measure.beside("VGA RGB-D stream, raw, all sent (tcp)", median(sent), "Hz", "bare pyzmq (tcp)", median(bare)),
        Measure.beside("VGA RGB-D beside a slow subscriber", median(beside), "Hz", "the same alone", median(alone)),
    ]


def _highest(hz: float) -> int:
    """The fastest of the world's cameras that is not faster than this."""
    return max((rate for rate in RATES_HZ if rate <= hz), default=RATES_HZ[0])


def _pictures_read(client: EnvironmentClient, hz: int, seconds: float, *, shared: bool = True) -> float:
    """How many pictures, colour with depth, are read in a second from the camera of this rate."""
    with client.sensors(*names_at(hz), shared=shared) as reader:
        return _rate(functools.partial(reader.read, 20), seconds) / 2


def bench_joints(client: EnvironmentClient, *, seconds: float = JOINTS_SECONDS) -> list[Measure]:
    """Measure the joint states of a session with a simulated arm while its camera streams, and nothing runs."""
    client.reset(client.describe().tasks[0])
    with client.sensors(JOINTS, *CAMERA) as reader:
        while reader.read(60).name not in CAMERA:
            pass  # the renderer is up now
        times: list[int] = []
        pictures = 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            sample = reader.read(10)
            if sample.name == JOINTS:
                times.append(sample.time_ns)
            else:
                pictures += 1
    gaps = sorted((after - before) * 1e-6 for before, after in itertools.pairwise(times))
    due = next(spec.streamed_hz for spec in client.describe().sensors if spec.name == JOINTS)
    return [
        Measure.beside("joint states while a camera streams", len(times) / seconds, "Hz", "as declared", due),
        Measure.beside("gap between joint states, 99 %", gaps[int(len(gaps) * 0.99)], "ms", "their period", 1e3 / due),
        Measure.beside("gap between joint states, longest", gaps[-1], "ms", "what it may be", 20.0),
        Measure("VGA RGB-D pictures meanwhile (rendered)", pictures / 2 / seconds, "Hz"),
    ]


def _rate(take: Callable[[], object], seconds: float) -> float:
    """How often ``take`` returns in a second, once it has begun to."""
    until = time.monotonic() + seconds / 5
    while time.monotonic() < until:
        take()
    began, count = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        take()
        count += 1
    return count / (time.monotonic() - began)


@contextlib.contextmanager
def _slow_reader(client: EnvironmentClient, hz: int) -> Iterator[None]:
    """A second subscriber, which reads one picture in half a second."""
    ended, begun = threading.Event(), threading.Event()

    def read_slowly() -> None:
        with EnvironmentClient(str(client.endpoint)) as other, other.sensors(*names_at(hz), shared=False) as reader:
            while not ended.is_set():
                reader.read(20)
                begun.set()
                ended.wait(0.5)

    thread = threading.Thread(target=read_slowly)
    thread.start()
    try:
        begun.wait(20)
        yield
    finally:
        ended.set()
        thread.join()
