"""What attempts trials on a node of a Ray cluster: an actor around the same worker as the engine of local processes.

Ray itself is not imported here. Trials and outcomes travel as MessagePack, so that a node with another version of this
package is found out by its version and not by what it cannot read.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from embodied_codeact.agent.streaming import Abandoned
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.evaluation.engine import Fault, Job, Outcome
from embodied_codeact.evaluation.suites import Trial
from embodied_codeact.evaluation.worker import TrialWorker


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What every worker of a run needs: the job, the version of this package, the working folder, the files (absolute
    paths) that must be on its node, and the environment variables that its model reads."""

    job: Job
    version: str
    folder: str
    files: list[str] = msgspec.field(default_factory=list)
    variables: dict[str, str] = msgspec.field(default_factory=dict)


class RayWorker:
    """One actor. Its methods are called from the threads of Ray; those that end it, in a group of their own.

    Args:
        setup: a :class:`Setup`, encoded. It is read by :meth:`open`, so that the actor can say what is wrong with it.
    """

    def __init__(self, setup: bytes) -> None:
        self._setup = setup
        self._worker: TrialWorker | None = None
        self._told = 0
        self._core: socket.socket | None = None
        self._lock = threading.Lock()

    def hello(self) -> dict[str, Any]:
        """Say where this worker is: ``host``, ``pid``, and how many ``cores`` it may use there."""
        return {"host": socket.gethostname(), "pid": os.getpid(), "cores": len(os.sched_getaffinity(0))}

    def open(self, *, on_a_core: bool = False) -> dict[str, str] | None:
        """Get ready, which includes loading the model; return ``kind`` and ``message`` of the error that keeps this
        worker from it. May be called again. ``on_a_core``: keep to a core that no other worker has."""
        take_interrupts()
        with self._lock:
            if self._worker is not None:
                return None
            try:
                setup = self._checked()
                os.environ.update(setup.variables)
                self._core = claim_core() if on_a_core else None
                self._worker = TrialWorker(setup.job)
            except OperatorError as error:
                return {"kind": type(error).__name__, "message": str(error)}
            return None

    def attempt(self, trials: Sequence[bytes]) -> tuple[list[bytes], list[str]]:
        """Attempt trials, one after another; return their outcomes and what the operator should know. After a fault, or
        where they are given up, the rest is not attempted."""
        assert self._worker is not None, "open() comes first"
        take_interrupts()
        outcomes: list[bytes] = []
        with contextlib.suppress(Abandoned):
            for trial in trials:
                outcome: Outcome = self._worker.attempt(msgspec.msgpack.decode(trial, type=Trial))
                if isinstance(outcome, Fault) and outcome.kind == "configuration":
                    outcome = replace(outcome, message=f"on {socket.gethostname()}: {outcome.message}")
                outcomes.append(msgspec.msgpack.encode(outcome))
                if isinstance(outcome, Fault):
                    break
        with self._lock:
            notes = self._worker.notes[self._told :]
            self._told += len(notes)
        return outcomes, notes

    def abandon(self) -> None:
        """Give up the trials under way, and attempt no more."""
        if self._worker is not None:
            self._worker.abandon()

    def close(self) -> None:
        """Close the environments and the model."""
        if self._worker is not None:
            self._worker.close()

    def _checked(self) -> Setup:
        # The version first, by itself: of another version the rest may not be readable.
        version = msgspec.msgpack.decode(self._setup, type=_Versioned).version
        if version != metadata.version("embodied-codeact"):
            raise ConfigurationError(
                f"embodied-codeact is {metadata.version('embodied-codeact')} here and {version} where the run was "
                "started: install the same version on every node of the Ray cluster"
            )
        setup = msgspec.msgpack.decode(self._setup, type=Setup)
        if missing := [file for file in setup.files if not Path(file).exists()]:
            raise ConfigurationError(
                f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing here: games, models and other "
                "files must be at the same path on every node of the Ray cluster (a shared folder, or copies)"
            )
        # Paths may be relative to where the run was started.
        with contextlib.suppress(OSError):
            os.chdir(setup.folder)
        return setup


def claim_core(name: str = "embodied-codeact") -> socket.socket | None:
    """Keep this process, and all that it starts from now on, to a core of its own, so that the processes of one worker
    do not push those of another from core to core. Return what holds the core until it is closed; None where all are
    taken by that ``name`` on this machine, and nothing is changed then."""
    for core in sorted(os.sched_getaffinity(0)):
        # An abstract name: known to all of this machine, and free again when this process ends in whatever way.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0{name}/core/{core}")
        except OSError:
            claim.close()
            continue
        for thread in os.listdir("/proc/self/task"):
            with contextlib.suppress(OSError):  # it has ended
                os.sched_setaffinity(int(thread), {core})
        return claim
    return None


class _Versioned(msgspec.Struct):
    version: str


def take_interrupts() -> None:
    """Let this thread, and the processes that it starts, have SIGINT again: Ray blocks it in all that it starts, and
    our environments interrupt scripts by it."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
