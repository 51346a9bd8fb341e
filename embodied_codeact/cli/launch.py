"""``launch``: starts the processes that a launch file names, shows their health, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from embodied_codeact.cli import common
from embodied_codeact.cli.launch_file import (
    SCRATCH,
    LaunchFile,
    ProcessSpec,
    chosen_variables,
    launch_names,
    read_launch_file,
)
from embodied_codeact.cli.launch_health import Board, Health
from embodied_codeact.cli.launch_ready import Readiness
from embodied_codeact.errors import ConfigurationError, OperatorError
from embodied_codeact.interpreter import syscalls
from embodied_codeact.processes import describe_exit

END_GRACE_S = 15.0
REST_S = 3.0
"""How long a halted server may take until nothing moves; it is ended after that all the same."""
_LOOK_S, _END_LOOK_S = 0.05, 0.01
_DRAIN_S = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Process:
    """One process of the launch: not started yet, running, or ended."""

    def __init__(self, name: str, spec: ProcessSpec, variables: dict[str, str], health: Health) -> None:
        self.name, self.spec, self.health = name, spec, health
        self.words = spec.words(variables)
        ready = spec.readiness(variables)
        self.readiness = Readiness(ready) if ready is not None else None
        self.ready = False
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.popen is not None and self.popen.returncode is None

    def late(self) -> bool:
        """Whether it had long enough to become ready, and is not."""
        within = self.readiness.spec.within_s if self.readiness is not None else None
        since = self.health.since
        return within is not None and since is not None and not self.ready and time.monotonic() - since > within


class Launcher:
    """Runs the processes of one launch file. ``variables`` are the values of those that it names.

    Raises:
        ConfigurationError: a variable is unknown, or an endpoint or a key cannot be used. Nothing was started then.
    """

    def __init__(self, launch_file: LaunchFile, console: Console, variables: dict[str, str] | None = None) -> None:
        self._board = Board(console, list(launch_file.processes))
        self._scratch = tempfile.mkdtemp(prefix="eca-launch-")
        values = {SCRATCH: self._scratch, **(variables or {})}
        self._processes: dict[str, _Process] = {}
        self._started: list[_Process] = []
        self._halted: list[_Process] = []
        self._interrupts = 0
        try:
            for name, spec in launch_file.processes.items():
                self._processes[name] = _Process(name, spec, values, self._board.health[name])
        except BaseException:
            self._release()
            raise

    def run(self) -> int:
        """Start everything, wait, end everything; return the exit code of the main or of the first that failed.

        Raises:
            ConfigurationError: a program cannot be started.
            OperatorError: a process did not become ready.
            KeyboardInterrupt: a person wants it to end. Servers were halted, and all has ended.
        """
        try:
            with self._counting_interrupts(), self._board:
                try:
                    code = self._wait()
                    if code is None:
                        self._halt_servers()
                        raise KeyboardInterrupt
                    return code
                finally:
                    self._end_all()
        finally:
            self._release()

    @contextlib.contextmanager
    def _counting_interrupts(self) -> Iterator[None]:
        """Count what would raise KeyboardInterrupt, which could strike in the middle of ending a process."""

        def count(*_: object) -> None:
            self._interrupts += 1

        raising = [number for number in _SIGNALS if signal.getsignal(number) is signal.default_int_handler]
        before = {number: signal.signal(number, count) for number in raising}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _release(self) -> None:
        for process in self._processes.values():
            if process.readiness is not None:
                process.readiness.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _wait(self) -> int | None:
        """Wait for the end, and return its exit code; None where a person wants it."""
        while not self._interrupts:
            for process in self._processes.values():
                if process.popen is None:
                    self._start_when_due(process)
                elif process.running:
                    code = self._look_at(process)
                    if code is not None:
                        return code
            time.sleep(_LOOK_S)
        return None

    # Starting

    def _start_when_due(self, process: _Process) -> None:
        missing = [name for name in process.spec.awaits if not self._processes[name].ready]
        process.health.note = f"for {', '.join(missing)}"
        if not missing:
            self._start(process)

    def _start(self, process: _Process) -> None:
        self._board.say(process.name, shlex.join(process.words))
        try:
            # Of its own session: Ctrl-C is for the launcher, which then ends the processes in order. There is no
            # terminal in that session to read from.
            process.popen = subprocess.Popen(
                process.spec.argv(process.words),
                stdin=subprocess.DEVNULL,
                stdout=self._board.output,
                stderr=subprocess.STDOUT if self._board.output is not None else None,
                env={**os.environ, **self._board.environment},
                start_new_session=True,
                # Asked to end in order even where the launcher itself is killed.
                preexec_fn=lambda: syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGTERM),
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ConfigurationError(f"{process.name}: cannot start {process.words[0]!r}: {why}") from error
        process.health.started()
        self._started.append(process)
        self._board.follow(process.name, process.popen.stdout)
        if process.readiness is None:
            process.ready, process.health.state = True, "running"

    # Watching

    def _look_at(self, process: _Process) -> int | None:
        """See how a running process does; return the exit code of the launch if that is over with it."""
        assert process.popen is not None
        code = process.popen.poll()
        if code is None:
            self._look_whether_ready(process)
            return None
        was_ready = process.ready
        self._has_ended(process, code, told=False)
        needed = [other.name for other in self._processes.values() if process.name in other.spec.awaits]
        if code == 0 and needed and not was_ready:
            raise OperatorError(f"{process.name} ended before it was ready, and {', '.join(needed)} cannot start")
        left = any(other.running or other.popen is None for other in self._processes.values())
        if code != 0 or process.spec.main or not left:
            return code if code >= 0 else 128 - code
        return None

    def _look_whether_ready(self, process: _Process) -> None:
        readiness = process.readiness
        if process.ready or readiness is None:
            return
        if readiness.reached():
            process.ready, process.health.state = True, "running"
            self._board.say(process.name, f"ready after {time.monotonic() - (process.health.since or 0.0):.1f} s")
        elif process.late():
            raise OperatorError(
                f"{process.name} was not ready within {readiness.spec.within_s:g} s: nothing answers at "
                f"{readiness.place}{' with these keys' if readiness.spec.key else ''}"
            )

    def _has_ended(self, process: _Process, code: int, *, told: bool) -> None:
        """A process is over; ``told``: it was told to end."""
        how = "ended" if code == 0 or told else f"ended with {describe_exit(code)}"
        process.health.ended("" if code == 0 else describe_exit(code), well=code == 0 or told)
        if process.spec.command is None:
            # What a program of somebody else's has started and left behind.
            with contextlib.suppress(OSError):
                os.killpg(self._group(process), signal.SIGKILL)
        self._board.drained(process.name, within_s=_DRAIN_S)
        self._board.say(process.name, how)

    @staticmethod
    def _group(process: _Process) -> int:
        assert process.popen is not None
        return process.popen.pid

    # Ending

    def _halt_servers(self) -> None:
        """Latch an emergency stop on each environment server: what runs there ends now, and its arm comes to rest."""
        for process in self._started:
            operator = process.readiness.operator if process.readiness is not None else None
            if operator is None or not process.running:
                continue
            if operator.halt("Ctrl-C in the launcher"):
                self._halted.append(process)
                process.health.note = "emergency stop"
                self._board.say(process.name, "halted: an emergency stop is latched", "bold red")
            else:
                self._board.say(process.name, "does not answer the halt; it is ended", "bold red")

    def _end_all(self) -> None:
        """End what still runs, the latest first: agents before their servers, a halted server when it is at rest."""
        for process in reversed(self._started):
            if process in self._halted and process.running:
                self._await_rest(process)
            if process.running:
                self._end(process)

    def _await_rest(self, process: _Process) -> None:
        operator = process.readiness.operator if process.readiness is not None else None
        if operator is not None and operator.rests(within_s=REST_S):
            self._board.say(process.name, "at rest")

    def _end(self, process: _Process) -> None:
        assert process.popen is not None
        process.health.state = "ending"
        # Not SIGINT: what a shell started in the background ignores that, and its children inherit it.
        self._tell_to_end(process)
        until, asked = time.monotonic() + END_GRACE_S, self._interrupts
        # A second Ctrl-C is for those that take their time.
        while not self._is_gone(process) and time.monotonic() < until and self._interrupts <= max(asked, 1):
            time.sleep(_END_LOOK_S)
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait()
        self._has_ended(process, process.popen.returncode, told=True)

    def _tell_to_end(self, process: _Process) -> None:
        """What somebody else's program has started is told, too: a shell ends at once, and not what it waits for."""
        assert process.popen is not None
        if process.spec.command is None:
            with contextlib.suppress(OSError):
                os.killpg(self._group(process), signal.SIGTERM)
        else:
            process.popen.terminate()

    def _is_gone(self, process: _Process) -> bool:
        assert process.popen is not None
        if process.popen.poll() is None:
            return False
        if process.spec.command is not None:
            return True
        try:
            os.killpg(self._group(process), 0)
        except OSError:
            return True
        return False


Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A variable of the launch file; may be repeated."),
]


@common.operator_errors
def launch(
    file: Annotated[
        str | None, typer.Argument(help="Launch file (.yaml), or the name of one that comes with the package.")
    ] = None,
    settings: Settings = None,
) -> None:
    """Start the processes that a launch file names; without one, list those that come with the package.

    Ctrl-C halts environment servers, then ends everything in order.
    """
    console = Console(highlight=False)
    if file is None:
        for name in launch_names():
            console.print(f"{name}: {read_launch_file(name).description}", markup=False, soft_wrap=True)
        return
    launch_file = read_launch_file(file)
    variables = chosen_variables(launch_file, settings or [])
    console.print(launch_file.description, style="bold", markup=False)
    code = Launcher(launch_file, console, variables).run()
    if code:
        raise typer.Exit(code)
