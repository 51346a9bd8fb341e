"""An engine of workers on a Ray cluster: Ray starts them, chooses their nodes, and starts those anew that are lost.

Ray is spoken to by a process of its own (:mod:`~embodied_codeact.evaluation.ray_driver`).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from embodied_codeact.channel import Channel, ChannelClosed, ChannelCorrupt
from embodied_codeact.errors import OPERATOR_ERRORS, ConfigurationError, EnvironmentFailure
from embodied_codeact.evaluation.engine import Job, Lost, Outcome
from embodied_codeact.evaluation.ray_worker import Setup
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.processes import describe_exit, end_process, kill_session

_MOST_DEATHS = 3
"""Drivers that end one after another before any of them gave an outcome: none ever will."""
_END_S = 15.0
"""How long Ray may take to end, beside the episodes."""
_CONNECT_S = 90.0
_LOOK_S = 1.0
_LONGEST_FOLDER = 40
"""Characters of a folder for Ray, whose sockets' paths in it have some 60 more; Unix allows 107."""


class RayEngine:
    """Satisfies :class:`~embodied_codeact.evaluation.engine.Engine` with actors on a Ray cluster, one CPU each.

    Games, models and other files that the job names must be at the same path on every node.

    Args:
        job: what there is to do.
        workers: how many actors; None: as many as the cluster has CPUs. Those that find no free CPU are waited for,
            while the others work.
        address: ``HOST:PORT`` of a cluster; ``local``: one of our own on this machine, which ends with the engine.
            None: the one that ``RAY_ADDRESS`` names, or that runs on this machine, and otherwise one of our own.
        gpus: of each worker, which sees no others. Ray shares one among workers that ask for a fraction.
        on_note: is given what the operator should know of the environments, each once, and what there is to wait for.

    Raises:
        ConfigurationError: Ray is not installed, or there is no cluster at the address.
        EnvironmentFailure: Ray cannot be started here.
    """

    def __init__(
        self,
        job: Job,
        workers: int | None = None,
        *,
        address: str | None = None,
        gpus: float = 0.0,
        on_note: Callable[[str], None] = lambda _: None,
    ) -> None:
        if importlib.util.find_spec("ray") is None:
            raise ConfigurationError(
                "the engine 'ray' needs a package that is not installed: pip install 'embodied-codeact[ray]'"
            )
        self._order: dict[str, Any] = {
            "setup": _setup_of(job),
            "address": address,
            "join": False,
            "workers": workers,
            "gpus": gpus,
        }
        self._on_note = on_note
        self._noted: set[str] = set()
        self._trials: dict[int, Trial] = {}
        self._deaths = 0
        self._capacity = self._backlog = 0
        self._connected = False
        self._driver: _Driver | None = _Driver(self._order)
        try:
            while not self._connected:
                self._driver.wait(_LOOK_S)
                self._read()
        except BaseException:
            self.close()
            raise

    @property
    def capacity(self) -> int:
        """How many trials the workers that are there attempt at a time."""
        return self._capacity

    @property
    def backlog(self) -> int:
        """What the workers are sent at a time, and once as much, which waits."""
        return self._backlog

    @property
    def pid(self) -> int:
        """Process id of what speaks to the cluster; a cluster of our own ends with it."""
        assert self._driver is not None, "the engine is closed"
        return self._driver.process.pid

    def submit(self, trial: Trial) -> None:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`."""
        assert self._driver is not None, "the engine is closed"
        self._trials[trial.index] = trial
        self._driver.send(trial)

    def outcomes(self, timeout_s: float) -> Sequence[Outcome]:
        """See :class:`~embodied_codeact.evaluation.engine.Engine`.

        Raises:
            OperatorError: no worker can attempt trials, or the cluster is gone.
        """
        assert self._driver is not None, "the engine is closed"
        deadline = time.monotonic() + timeout_s
        while True:
            self._driver.wait(max(0.0, deadline - time.monotonic()))
            found = self._read()
            if found or time.monotonic() >= deadline:
                return found

    def close(self, *, grace_s: float = 10.0) -> None:
        """Hang up on the driver, which ends the workers and a cluster of our own, and wait. May be called twice."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.end(grace_s=grace_s + _END_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> list[Outcome]:
        assert self._driver is not None
        found: list[Outcome] = []
        try:
            for message in self._driver.channel.receive_available():
                found += self._take(message)
        except (ChannelClosed, ChannelCorrupt):
            found += self._replace()
        if not self._connected and time.monotonic() - self._driver.began > _CONNECT_S:
            raise EnvironmentFailure(f"no Ray cluster could be joined or started in {_CONNECT_S:.0f} seconds")
        return found

    def _take(self, message: dict[str, Any]) -> list[Outcome]:
        if "failed" in message:
            kind = OPERATOR_ERRORS.get(message["failed"]["kind"], EnvironmentFailure)
            raise kind(message["failed"]["message"])
        if "capacity" in message:
            self._capacity, self._backlog = message["capacity"], message["backlog"]
            self._connected = True
            # Where a driver has to be replaced, it is to join the same cluster again, and start no other.
            self._order["join"] = message["joined"]
        elif "waits" in message:
            self._on_note(message["waits"])
        elif "note" in message:
            if message["note"] not in self._noted:
                self._noted.add(message["note"])
                self._on_note(message["note"])
        else:
            trial = self._trials.pop(message["index"])
            if "lost" in message:
                return [Lost(trial, message["lost"])]
            self._deaths = 0
            outcome: Outcome = msgspec.msgpack.decode(message["outcome"], type=Outcome)
            return [outcome]
        return []

    def _replace(self) -> list[Outcome]:
        """The driver is gone, and with it all that its workers were at: start another."""
        assert self._driver is not None
        self._driver.kill()
        how = self._driver.end(grace_s=1.0)
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS:
            raise EnvironmentFailure(f"the connection to the Ray cluster ended {self._deaths} times in a row: {how}")
        lost: list[Outcome] = [
            Lost(trial, f"the connection to the Ray cluster ended: {how}") for trial in self._trials.values()
        ]
        self._trials.clear()
        self._connected = False
        self._driver = _Driver(self._order)
        return lost


class _Driver:
    """The process that speaks to Ray."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.began = time.monotonic()
        self._temporary = _short_folder()
        # Not a pipe, which somebody would have to read; the file has no name, so that nothing of it is left.
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        ours, theirs = Channel.pair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "embodied_codeact.evaluation.ray_driver", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                # Of its own session: a person's Ctrl-C is for the runner, which then ends the driver in order.
                start_new_session=True,
                env=_environment(),
            )
        self.channel = Channel(ours)
        self._send(msgspec.msgpack.encode({**order, "temporary": str(self._temporary)}))

    def send(self, trial: Trial) -> None:
        """Have a trial attempted."""
        self._send({"index": trial.index, "trial": msgspec.msgpack.encode(trial)})

    def wait(self, seconds: float | None) -> None:
        """Wait for something to read. A Ctrl-C ends that at once."""
        poller = select.poll()
        poller.register(self.channel, select.POLLIN)
        poller.poll(None if seconds is None else seconds * 1000)

    def kill(self) -> None:
        """End the driver with what there is of a cluster of its own: some of Ray's processes outlive the others."""
        kill_session(self.process.pid)

    def end(self, *, grace_s: float) -> str:
        """Hang up, wait, and return how the process ended and its last words."""
        self.channel.close()
        try:
            end_process(self.process, grace_s=grace_s)
        except BaseException:
            # A person has no patience for an order that does not come: all ends with it all the same.
            self.kill()
            self.process.wait()
            raise
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)
        with self._words as words:
            words.seek(max(0, words.seek(0, os.SEEK_END) - 4096))
            lines = [line.strip() for line in words.read().decode(errors="replace").splitlines() if line.strip()]
        return describe_exit(self.process.returncode) + (f" ({lines[-1][:300]})" if lines else "")

    def _send(self, message: Any) -> None:
        # Where it has died, that is read, and told, with the next outcomes.
        with contextlib.suppress(ChannelClosed):
            self.channel.send(message)


def _environment() -> dict[str, str]:
    """The driver's environment variables, which a cluster of our own inherits: Ray reports its use to nobody, and its
    workers are as important as those of the engine of local processes."""
    return {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}


def _short_folder() -> Path:
    usual = Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix="eca-ray-", dir=usual if len(str(usual)) <= _LONGEST_FOLDER else "/tmp"))


def _setup_of(job: Job) -> Setup:
    variables = {"OPENAI_API_KEY", "OPENAI_BASE_URL", job.model_options.get("key_env", "OPENAI_API_KEY")}
    return Setup(
        job=job,
        version=metadata.version("embodied-codeact"),
        folder=str(Path.cwd()),
        files=files_of(job),
        variables={name: os.environ[name] for name in sorted(variables) if name in os.environ},
    )


def files_of(job: Job) -> list[str]:
    """The files and folders of this machine that a job names, as absolute paths.

    >>> from embodied_codeact.evaluation.engine import Place
    >>> files_of(Job(places={"p": Place("household", {"games": "/", "engine": "fast"})}, model="replay:/nowhere/x"))
    ['/']
    """
    named = [value for place in job.places.values() for value in place.options.values()]
    named += [*job.model_options.values(), job.model.partition(":")[2], (job.user or "").partition(":")[2], job.media]
    paths = [Path(value).expanduser() for value in named if isinstance(value, str) and os.sep in value]
    return sorted({str(path.absolute()) for path in paths if path.exists()})
