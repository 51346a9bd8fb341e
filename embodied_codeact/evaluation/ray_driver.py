"""The process that speaks to a Ray cluster for an engine (:mod:`~embodied_codeact.evaluation.engine_ray`).

Ray belongs in a process of its own: it ends the process that uses it when the cluster is gone, takes over its signals,
and writes to its standard error. Started as ``python -m embodied_codeact.evaluation.ray_driver FD``. The first message
is an :class:`~.ray_cluster.Order`; then come trials, ``{"index", "trial"}``, and back go

- ``{"capacity", "backlog", "joined"}``: how many trials can be under way, and how many are best submitted, now and
  whenever that changes; and whether the cluster was there before;
- ``{"index", "outcome"}``, or ``{"index", "lost"}`` with the reason;
- ``{"note"}``: what the operator should know of the environments, from each worker, and ``{"waits"}``: what there is to
  wait for;
- ``{"failed": {"kind", "message"}}``: no trial can be attempted any more.

It ends, with all that it started, when the engine hangs up.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import ray
import ray.exceptions

from embodied_codeact.channel import Channel, ChannelClosed
from embodied_codeact.errors import OPERATOR_ERRORS, EnvironmentFailure, OperatorError
from embodied_codeact.evaluation.ray_cluster import Order, connect, cpus, in_a_line, listens
from embodied_codeact.evaluation.ray_worker import RayWorker
from embodied_codeact.models import computes
from embodied_codeact.processes import kill_session, on_hangup

_GRACE_S = 4.0
"""How long an episode under way may take to end, and after that its environment."""
_END_S = 4 * _GRACE_S
_AGAIN_S = 0.5
"""When to ask again for a worker that cannot be reached."""
_NOTICE_S = 5.0
_CALL_S, _MOST_TOGETHER = 0.5, 4
"""How long a call of several short episodes may take, and how many they are at most."""
_MOST_DEATHS = 5
"""How often in a row a worker may die without an outcome: it never will give one."""


@dataclass(frozen=True)
class _Call:
    """Trials that a worker was sent together, to be attempted one after another, and when (monotonic)."""

    trials: list[tuple[int, bytes]]
    sent_at: float


@dataclass(eq=False)
class _Actor:
    """A worker, and the calls that it was sent and has not answered, in their order."""

    handle: Any
    where: str = "?"
    ready: bool = False
    again_at: float | None = None
    deaths: int = 0
    calls: dict[Any, _Call] = field(default_factory=dict)


class Driver:
    """Hands trials to actors, and their outcomes to the engine."""

    def __init__(self, channel: Channel, order: Order, joined: bool) -> None:
        self._channel = channel
        self._order = order
        self._joined = joined
        self._lanes = order.setup.job.lanes
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._together = 1
        """How many trials a worker is sent in one call."""
        self._done: deque[tuple[Callable[[_Actor, Any, Future[Any]], None], _Actor, Any, Future[Any]]] = deque()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._told_at, self._told = time.monotonic(), (0, 0)
        self._actors = [_Actor(self._new_actor()) for _ in range(order.workers or cpus())]
        for actor in self._actors:
            self._greet(actor)
        self._tell_capacity()

    def run(self) -> None:
        """Serve until the engine hangs up.

        Raises:
            ChannelClosed: it did.
            OperatorError: no trial can be attempted.
        """
        # Some trials may have come with the order, and been read with it.
        self._accept()
        while True:
            poller = select.poll()
            flushed = self._channel.flush()
            poller.register(self._channel.fileno(), select.POLLIN | (0 if flushed else select.POLLOUT))
            poller.register(self._wake_read, select.POLLIN)
            all_ready = all(actor.ready for actor in self._actors)
            ready = {fd for fd, _ in poller.poll(None if all_ready else 1000 * _AGAIN_S)}
            if self._channel.fileno() in ready:
                self._accept()
            self._take_done()
            self._greet_again()
            self._hand_out()
            self._say_what_is_awaited()

    def end(self) -> None:
        """Give up what is under way and close the workers, those that answer within the grace time in order."""
        self._waiting.clear()
        for harder in ("abandon", "close"):
            deadline = time.monotonic() + _GRACE_S
            if harder == "close":
                left = [actor.handle.close.options(concurrency_group="control").remote() for actor in self._reachable()]
            else:
                left = [ref for actor in self._reachable() for ref in actor.calls]
                for actor in self._reachable():
                    actor.handle.abandon.options(concurrency_group="control").remote()
            while left and time.monotonic() < deadline:
                _, left = ray.wait(left, num_returns=len(left), timeout=max(0.0, deadline - time.monotonic()))
        for actor in self._actors:
            ray.kill(actor.handle)

    def _reachable(self) -> list[_Actor]:
        return [actor for actor in self._actors if actor.ready]

    def _new_actor(self) -> Any:
        kind = ray.remote(
            num_cpus=1,
            num_gpus=self._order.gpus,
            max_restarts=-1,
            # Not attempted again by Ray: the runner decides that, and counts. So a trial is begun once for each time
            # that it was submitted, and has one outcome.
            max_task_retries=0,
            max_concurrency=self._lanes,
            concurrency_groups={"control": 1},
            scheduling_strategy="SPREAD",
        )(RayWorker)
        return kind.remote(msgspec.msgpack.encode(self._order.setup))

    def _accept(self) -> None:
        self._waiting.extend((message["index"], message["trial"]) for message in self._channel.receive_available())
        self._hand_out()

    # Calls, and what comes of them.

    def _call(self, actor: _Actor, then: Callable[[_Actor, Any, Future[Any]], None], ref: Any) -> Any:
        def done(future: Future[Any]) -> None:
            # On a thread of Ray.
            self._done.append((then, actor, ref, future))
            with contextlib.suppress(BlockingIOError):
                os.write(self._wake_write, b"d")

        ref.future().add_done_callback(done)
        return ref

    def _take_done(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)
        while self._done:
            then, actor, ref, future = self._done.popleft()
            then(actor, ref, future)

    def _greet(self, actor: _Actor) -> None:
        actor.again_at = None
        self._call(actor, self._greeted, actor.handle.hello.options(concurrency_group="control").remote())

    def _greet_again(self) -> None:
        for actor in self._actors:
            if actor.again_at is not None and time.monotonic() >= actor.again_at:
                self._greet(actor)

    def _greeted(self, actor: _Actor, ref: Any, future: Future[Any]) -> None:
        del ref
        error = future.exception()
        if isinstance(error, ray.exceptions.ActorUnavailableError):
            actor.again_at = time.monotonic() + _AGAIN_S
            return
        if error is not None:
            raise EnvironmentFailure(_cannot_start(error)) from error
        said = future.result()
        actor.where = f"{said['host']} (process {said['pid']})"
        # Ray counts CPUs and deals out none. Where they are this machine's cores, and all of them, each worker can have
        # the one that it was counted; elsewhere others may be at work beside it.
        on_a_core = said["cores"] == _cpus_of(said["host"]) and not computes(self._order.setup.job.model)
        self._call(actor, self._opened, actor.handle.open.remote(on_a_core=on_a_core))

    def _opened(self, actor: _Actor, ref: Any, future: Future[Any]) -> None:
        del ref
        if (error := future.exception()) is not None:
            self._died(actor, error)
            actor.again_at = time.monotonic() + _AGAIN_S
            return
        if (failed := future.result()) is not None:
            kind = OPERATOR_ERRORS.get(failed["kind"], EnvironmentFailure)
            raise kind(f"a worker on {actor.where}: {failed['message']}")
        actor.ready = True
        self._tell_capacity()

    def _hand_out(self) -> None:
        """Give each worker what it attempts next, and one call more for each lane, so that none ever waits for us. That
        one more is as large as it may be: its trials may still be coming."""
        ready = self._reachable()
        for depth in range(1, 2 * self._lanes + 1):
            for actor in ready:
                idle = len(actor.calls) < self._lanes
                if len(self._waiting) >= (1 if idle else self._together) and len(actor.calls) < depth:
                    # Towards the end of a run, no worker is to have all that is left.
                    share = -(-len(self._waiting) // len(ready)) if idle else len(self._waiting)
                    trials = [self._waiting.popleft() for _ in range(min(self._together, share))]
                    ref = self._call(actor, self._attempted, actor.handle.attempt.remote([each for _, each in trials]))
                    actor.calls[ref] = _Call(trials, time.monotonic())

    def _attempted(self, actor: _Actor, ref: Any, future: Future[Any]) -> None:
        if ref not in actor.calls:
            return  # it was given up with its worker
        error = future.exception()
        if isinstance(error, ray.exceptions.RayActorError):
            self._gone(actor, error)
            return
        call = actor.calls.pop(ref)
        if error is None:
            actor.deaths = 0
            outcomes, notes = future.result()
            for note in notes:
                self._channel.send_soon({"note": note})
            for (index, _), outcome in zip(call.trials, outcomes, strict=False):
                self._channel.send_soon({"index": index, "outcome": outcome})
            # What was not attempted after a fault.
            self._waiting.extendleft(reversed(call.trials[len(outcomes) :]))
            self._learn(call, len(outcomes))
            return
        # An error that is no outcome, or an outcome that was lost with its node.
        self._died(actor, error)
        for index, _ in call.trials:
            self._channel.send_soon({"index": index, "lost": f"a worker on {actor.where}: {in_a_line(error)}"})

    def _learn(self, call: _Call, attempted: int) -> None:
        """Send short episodes together, so that Ray's share of their time stays small. The time since the call was sent
        also holds that of the call before it."""
        together = self._together
        seconds = (time.monotonic() - call.sent_at) / max(attempted, 1)
        self._together = max(1, min(_MOST_TOGETHER, 2 * together, int(_CALL_S / max(seconds, 1e-3))))
        if self._together != together:
            self._tell_capacity()

    def _gone(self, actor: _Actor, error: BaseException) -> None:
        """A worker is gone, or cannot be reached: say what it was at, and await it again. What it had not begun is
        handed out again."""
        self._died(actor, error)
        calls = list(actor.calls.values())
        actor.calls.clear()
        not_begun = [trial for call in calls[self._lanes :] for trial in call.trials]
        self._waiting.extendleft(reversed(not_begun))
        for call in calls[: self._lanes]:
            for index, _ in call.trials:
                self._channel.send_soon({"index": index, "lost": f"a worker on {actor.where} is gone"})
        actor.ready = False
        self._tell_capacity()
        self._greet(actor)

    def _died(self, actor: _Actor, error: BaseException) -> None:
        actor.deaths += 1
        if actor.deaths >= _MOST_DEATHS:
            raise EnvironmentFailure(
                f"a worker on {actor.where} failed {_MOST_DEATHS} times in a row: {in_a_line(error)}"
            ) from error

    # What the engine is told.

    def _tell_capacity(self) -> None:
        capacity = max(1, len(self._reachable())) * self._lanes
        backlog = 2 * capacity * self._together
        self._channel.send_soon({"capacity": capacity, "backlog": backlog, "joined": self._joined})

    def _say_what_is_awaited(self) -> None:
        counts = len(self._reachable()), len(self._actors)
        now = time.monotonic()
        if counts == self._told or counts[0] == counts[1]:
            self._told, self._told_at = counts, now
        elif now - self._told_at > _NOTICE_S:
            self._told, self._told_at = counts, now
            self._channel.send_soon({"waits": self._awaited(*counts)})

    def _awaited(self, ready: int, total: int) -> str:
        counts = f"{ready} of {total} workers are ready"
        address = ray.get_runtime_context().gcs_address
        if not listens(address):
            return f"{counts}; the Ray cluster at {address} does not answer at present"
        free, there = ray.available_resources(), ray.cluster_resources()
        need = {"CPU": 1.0} | ({"GPU": self._order.gpus} if self._order.gpus else {})
        short = [name for name, amount in need.items() if free.get(name, 0.0) < amount]
        if not short:
            return f"{counts}; the others are starting"
        name = short[0]
        return (
            f"{counts}; the others wait for a free {name} in the Ray cluster "
            f"({free.get(name, 0.0):g} of {there.get(name, 0.0):g} are free)"
        )


def _cpus_of(host: str) -> float:
    """How many CPUs the cluster counts on a machine, on however many nodes."""
    nodes = [node for node in ray.nodes() if node["Alive"] and node["NodeManagerHostname"] == host]
    return sum(float(node["Resources"].get("CPU", 0.0)) for node in nodes)


def serve(channel: Channel, order: Order) -> None:
    """Attempt trials until the engine hangs up.

    Raises:
        ChannelClosed: it did.
        OperatorError: no trial can be attempted.
    """
    joined = connect(order)
    driver: Driver | None = None
    try:
        driver = Driver(channel, order, joined)
        driver.run()
    finally:
        if driver is not None:
            driver.end()
        ray.shutdown()


def main() -> NoReturn:
    """Run one driver, the first process of its session."""
    # A person's Ctrl-C is for the runner, which then hangs up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sock = socket.socket(fileno=int(sys.argv[1]))
    channel = Channel(sock)
    order = msgspec.msgpack.decode(channel.receive(), type=Order)
    on_hangup(sock, lambda: _end_at_last(order))
    code = 0
    try:
        serve(channel, order)
    except ChannelClosed:
        pass
    except OperatorError as error:
        with contextlib.suppress(ChannelClosed):
            channel.send({"failed": {"kind": type(error).__name__, "message": str(error)}})
    except BaseException:  # noqa: BLE001 - told on standard error; the engine sees the process end
        traceback.print_exc()
        code = 1
    _kill_the_others()
    shutil.rmtree(Path(order.temporary), ignore_errors=True)
    sys.stderr.flush()
    os._exit(code)


def _end_at_last(order: Order) -> None:
    """End this process in any case, where nobody is left who would: Ray may be waiting for what never comes."""
    deadline = time.monotonic() + _END_S
    while ray.is_initialized() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    _kill_the_others()
    shutil.rmtree(Path(order.temporary), ignore_errors=True)
    os._exit(1)


def _kill_the_others() -> None:
    """Some of the processes of a cluster of our own outlive the others. They are of this process's session."""
    if os.getsid(0) == os.getpid():
        kill_session(os.getpid(), but=os.getpid())


def _cannot_start(error: BaseException) -> str:
    if "failed to import" in str(error) or "ModuleNotFoundError" in str(error):
        return (
            "a worker cannot start on the Ray cluster, since embodied-codeact cannot be imported there: install the "
            f"same version on every node ({in_a_line(error)})"
        )
    return f"a worker cannot start on the Ray cluster: {in_a_line(error)}"


if __name__ == "__main__":
    main()
