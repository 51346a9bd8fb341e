"""The interpreter as the server holds it: one worker at a time, always one ready, never waited for."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import get_args

from embodied_codeact.contracts import ApiDescription, OutputChunk
from embodied_codeact.errors import ConfigurationError, EnvironmentFailure, SandboxUnavailable, unknown_name
from embodied_codeact.interpreter import sandbox as confinement
from embodied_codeact.interpreter.forkserver import ForkServer
from embodied_codeact.interpreter.link import Worker, WorkerBroken
from embodied_codeact.interpreter.records import (
    LOST,
    Failed,
    Finished,
    FromWorker,
    Ready,
    Run,
    SandboxMode,
    ScriptFinished,
    ScriptLimits,
    ScriptOutcome,
    Setup,
)
from embodied_codeact.interpreter.script import Script

__all__ = ["Interpreter", "SandboxMode", "ScriptFinished", "ScriptLimits", "ScriptOutcome"]

_MAX_FALSE_STARTS = 3
_PIPE_READS = 1  # a pipe holds 64 KiB: what a script printed before it ended is read by one read of that size


class Interpreter:
    """Runs scripts in confined worker processes, forked from a warm template that starts with this object.

    Nothing here waits for a script: poll :meth:`fds` until :meth:`wake_at` and call :meth:`pump`. All calls come from
    one thread.

    Args:
        sandbox: ``"strict"`` takes all layers or refuses, ``"best"`` those that the machine gives, ``"off"`` none.
        limits: what a script may use.
        preload: modules that the template imports; those not installed are left out.
        connect_world: returns the worker's end of a new channel to the world, or None; called for each worker.

    Raises:
        ConfigurationError: there is no such kind of sandbox.
        SandboxUnavailable: ``"strict"`` was asked for and cannot be given, or ``"best"`` would be next to nothing; says
            what is missing and what to do.
        EnvironmentFailure: the template does not start.
    """

    def __init__(
        self,
        *,
        sandbox: SandboxMode = "strict",
        limits: ScriptLimits = ScriptLimits(),  # noqa: B008 - frozen
        preload: Sequence[str] = ("numpy",),
        connect_world: Callable[[], socket.socket | None] = lambda: None,
    ) -> None:
        if sandbox not in get_args(SandboxMode):
            # A slip in the name must not be taken for the weaker kind.
            raise ConfigurationError(unknown_name("sandbox", sandbox, get_args(SandboxMode)))
        self._limits = limits
        self._preload = tuple(preload)
        self._connect_world = connect_world
        self._api: ApiDescription | None = None
        self._worker: Worker | None = None
        self._script: Script | None = None
        self._numbers = 0
        self._false_starts = 0
        self._ended_idle = ""
        self._closed = False
        self._server = ForkServer(self._preload, limits)
        try:
            self.missing_layers = {name: why for name, why in self._server.probe().items() if why}
            self.layers = self._choose_layers(sandbox)
        except BaseException:
            self.close()
            raise

    def _choose_layers(self, sandbox: SandboxMode) -> list[str]:
        if sandbox == "off":
            return []
        if sandbox == "strict" and self.missing_layers:
            raise SandboxUnavailable(
                "this machine cannot give the strict sandbox: "
                + "; ".join(
                    f"{layer.name} ({self.missing_layers[layer.name]}; {layer.remedy})"
                    for layer in confinement.LAYERS
                    if layer.name in self.missing_layers
                )
                + ". To run with the layers that there are, use --sandbox best; `embodied-codeact doctor` shows them."
            )
        if self.missing_layers.keys() >= confinement.ESSENTIAL:
            raise SandboxUnavailable(
                "this machine gives neither Landlock nor seccomp, so nothing would confine a script; "
                "`embodied-codeact doctor` says why. To run scripts unconfined all the same, say --sandbox off."
            )
        return [layer.name for layer in confinement.LAYERS if layer.name not in self.missing_layers]

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether a script is under way."""
        return self._script is not None

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker."""
        return self._worker.pid if self._worker else None

    @property
    def template_pid(self) -> int:
        """Process id of the template."""
        return self._server.pid

    def start(self, api: ApiDescription) -> None:
        """Replace the worker by a fresh one with these names in its namespace; a running script is forgotten, and the
        next one is script 1.

        Raises:
            EnvironmentFailure: no worker can be started.
        """
        self._api = api
        self._script = None
        # What an episode's tracebacks say may not depend on how many episodes there were before.
        self._numbers = 0
        self._ended_idle = ""
        self._spawn()

    def begin(self, code: str, timeout_s: float) -> None:
        """Run a script. Returns at once; :meth:`pump` tells what becomes of it.

        Raises:
            RuntimeError: a script runs already, or :meth:`start` was not called.
            SandboxUnavailable, EnvironmentFailure: as :meth:`pump`.
        """
        if self._script is not None:
            raise RuntimeError("a script is running already")
        if self._worker is not None:
            self.pump()
            if self._worker.dying:
                self._replace(self._worker)
        if self._worker is None:
            raise RuntimeError("start() was not called")
        self._numbers += 1
        script = Script(self._numbers, timeout_s, self._limits)
        if self._ended_idle:
            script.output.add("stderr", f"(The interpreter ended between scripts: {self._ended_idle}. {LOST})\n")
            script.restarted = True
            self._ended_idle = ""
        self._script = script
        self._worker.forget_marks()
        try:
            self._worker.send(Run(script.number, code))
        except WorkerBroken as error:
            self._condemn(str(error))

    def fds(self) -> list[int]:
        """Descriptors to poll for reading."""
        return self._worker.fds(output=self._script is not None) if self._worker else []

    def wake_at(self) -> float | None:
        """When :meth:`pump` must be called even if nothing can be read (time.monotonic), or None."""
        script = self._script
        if script is None or self._worker is None:
            return None
        due = script.output.due()
        if not self._worker.dying:
            due = min(due, script.deadline if script.stopped_for is None else script.kill_at)
        return None if due == float("inf") else due

    def interrupt(self, reason: str) -> None:
        """Ask the running script to stop; if it does not within the grace time, its process is killed."""
        script = self._script
        if script is not None and self._worker is not None and script.stopped_for is None:
            script.stopped_for = reason
            script.kill_at = time.monotonic() + self._limits.grace_s
            self._worker.interrupt()

    def pump(self) -> list[OutputChunk | ScriptFinished]:
        """Do what there is to do, without waiting, and return what happened.

        Raises:
            SandboxUnavailable: a worker could not take on its confinement, which was possible before.
            EnvironmentFailure: no worker can be started any more.
        """
        worker, script = self._worker, self._script
        if worker is None:
            return []
        if script is not None and not worker.dying:
            script.output.read(worker)
        events: list[OutputChunk | ScriptFinished] = []
        if worker.stirred():
            events += self._read_messages(worker)
            if worker is self._worker and worker.dead():
                events += self._replace(worker)
        script = self._script
        if script is not None:
            self._watch_time(script)
            events += script.output.take(now=time.monotonic())
        return events

    def _watch_time(self, script: Script) -> None:
        worker, now = self._worker, time.monotonic()
        if worker is None or worker.dying:
            return
        if script.stopped_for is None and now >= script.deadline:
            self.interrupt("deadline")
        elif now >= script.kill_at:
            worker.kill()

    def _read_messages(self, worker: Worker) -> list[OutputChunk | ScriptFinished]:
        if worker.dying:
            return []
        try:
            messages = worker.messages()
        except WorkerBroken as error:
            self._condemn(str(error))
            return []
        events: list[OutputChunk | ScriptFinished] = []
        for message in messages:
            events += self._take(message)
            if self._worker is not worker:
                break  # the rest is of one that has been replaced
        return events

    def _take(self, message: FromWorker) -> list[OutputChunk | ScriptFinished]:
        script, worker = self._script, self._worker
        if isinstance(message, Failed):
            raise SandboxUnavailable(f"a worker could not take on its confinement: {message.reason}")
        if isinstance(message, Ready) and worker is not None and not worker.ready:
            worker.ready = True
            self._false_starts = 0
        elif isinstance(message, Finished) and script is not None and message.number == script.number:
            ended = self._finish(script, self._outcome(script, message))
            if message.spoiled:
                self._spawn()
            return ended
        else:
            self._condemn("it sent a message out of turn")
        return []

    def _condemn(self, why: str) -> None:
        """Kill a worker that does not behave; its death is noticed, and it is replaced, as any other's."""
        if self._script is not None:
            self._script.broken = why
        if self._worker is not None:
            self._worker.kill()

    def _finish(self, script: Script, outcome: ScriptOutcome) -> list[OutputChunk | ScriptFinished]:
        if self._worker is not None:
            script.output.read(self._worker, _PIPE_READS)
        stdout = script.output.close()
        self._script = None
        return [
            *script.output.take(),
            ScriptFinished(
                ScriptOutcome(
                    stdout=stdout,
                    value=outcome.value,
                    error=outcome.error,
                    figures=outcome.figures,
                    duration_s=time.monotonic() - script.started,
                    interrupted=outcome.interrupted,
                    restarted=outcome.restarted or script.restarted,
                )
            ),
        ]

    def _outcome(self, script: Script, message: Finished) -> ScriptOutcome:
        error = message.error
        if script.stopped_for is not None:
            error = script.stopped(error)
        figures = message.figures[: self._limits.max_figures]
        return ScriptOutcome(
            value=message.value,
            error=error,
            figures=figures,
            interrupted=script.stopped_for is not None,
            restarted=message.spoiled,
        )

    def _replace(self, worker: Worker) -> list[OutputChunk | ScriptFinished]:
        """The worker died or is dying: bury it and have a fresh one ready before anything else."""
        script = self._script
        if script is not None:
            script.output.read(worker, _PIPE_READS)
        if not worker.ready:
            self._false_starts += 1
        self._worker = None
        how = worker.bury()
        if self._false_starts >= _MAX_FALSE_STARTS:
            raise EnvironmentFailure(f"the interpreter's workers die as they start ({how})")
        self._spawn()
        if script is None:
            self._ended_idle = how
            return []
        error = script.died(how)
        outcome = ScriptOutcome(error=error, interrupted=script.stopped_for is not None, restarted=True)
        fresh, self._worker = self._worker, None  # its output is none of this script's
        try:
            return self._finish(script, outcome)
        finally:
            self._worker = fresh

    def _spawn(self) -> None:
        if self._api is None:
            raise RuntimeError("start() was not called")
        old, self._worker = self._worker, None
        if old is not None:
            old.kill()
        try:
            self._worker = self._new_worker(self._api)
        except EnvironmentFailure:
            # The template itself died. Starting another takes a moment, but loses nothing more.
            self._server.close()
            self._server = ForkServer(self._preload, self._limits)
            self._worker = self._new_worker(self._api)
        finally:
            # Only now: while it dies, the new one begins.
            if old is not None:
                old.bury()

    def _new_worker(self, api: ApiDescription) -> Worker:
        return Worker(self._server, self.layers, Setup(api, self._limits), self._connect_world())

    def run(
        self, code: str, timeout_s: float = 30.0, on_output: Callable[[OutputChunk], None] | None = None
    ) -> ScriptOutcome:
        """Run a script and wait for its end: :meth:`begin` and :meth:`pump` for tests, examples and benchmarks."""
        self.begin(code, timeout_s)
        while True:
            for event in self.pump():
                if isinstance(event, ScriptFinished):
                    return event.outcome
                if on_output is not None:
                    on_output(event)
            wake_at = self.wake_at()
            poller = select.poll()
            for fd in self.fds():
                poller.register(fd, select.POLLIN)
            poller.poll(None if wake_at is None else max(0.0, wake_at - time.monotonic()) * 1000 + 1)

    def close(self) -> None:
        """End the worker and the template, and remove the scratch folders. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._script = None
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.bury()
        self._server.close()
