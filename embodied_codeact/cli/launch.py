"""``launch``: starts the processes that a launch file names, shows their health, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml
from rich.console import Console

from embodied_codeact.cli import common
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.interpreter import syscalls
from embodied_codeact.processes import describe_exit

END_GRACE_S = 15.0


class ProcessSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One process: a command of ``embodied-codeact`` with its arguments.

    ``options`` maps long options to values (``true`` for a flag, a list to repeat it). ``main`` marks the process
    whose end ends the launch, with its exit code.
    """

    command: str
    arguments: list[str] = msgspec.field(default_factory=list)
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    main: bool = False

    def argv(self, variables: dict[str, str]) -> list[str]:
        """Return the command line, with ``{scratch}`` and the like filled in."""
        words = [self.command, *self.arguments]
        for name, value in self.options.items():
            flag = f"--{name.replace('_', '-')}"
            for item in value if isinstance(value, list) else [value]:
                if item is True:
                    words.append(flag)
                elif item is not False and item is not None:
                    words += [flag, str(item)]
        try:
            return [word.format_map(variables) for word in words]
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            known = ", ".join("{" + name + "}" for name in variables)
            why = f"unknown variable {error}" if isinstance(error, KeyError) else f"bad variable: {error}"
            raise ConfigurationError(f"{self.command!r}: {why}; known: {known}; a brace itself is doubled") from None


class LaunchFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file in launch/ holds."""

    description: str
    processes: dict[str, ProcessSpec]


def launch_names() -> list[str]:
    """Names of the launch files that come with the package."""
    folder = resources.files("embodied_codeact.launch")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def read_launch_file(name_or_path: str) -> LaunchFile:
    """Read a launch file by path, or one of the package's by name.

    Raises:
        ConfigurationError: there is none, or it is not a launch file; says where.
    """
    path = Path(name_or_path)
    if name_or_path in launch_names():
        text = resources.files("embodied_codeact.launch").joinpath(f"{name_or_path}.yaml").read_text()
    elif path.suffix in (".yaml", ".yml"):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"cannot read launch file {path}: {error}") from error
    else:
        raise ConfigurationError(unknown_name("launch file", name_or_path, launch_names()))
    try:
        launch_file = msgspec.convert(yaml.safe_load(text), LaunchFile)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{name_or_path} is not YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{name_or_path} is not a launch file: {error}") from error
    if not launch_file.processes:
        raise ConfigurationError(f"{name_or_path} names no process")
    mains = [name for name, process in launch_file.processes.items() if process.main]
    if len(mains) > 1:
        raise ConfigurationError(f"{name_or_path} has several main processes: {', '.join(mains)}")
    return launch_file


class Launcher:
    """Runs the processes of one launch file."""

    def __init__(self, launch_file: LaunchFile, console: Console) -> None:
        self._file = launch_file
        self._console = console
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Start everything, wait, end everything; return the exit code of the main or of the first that failed."""
        scratch = tempfile.mkdtemp(prefix="eca-launch-")
        try:
            commands = {n: p.argv({"scratch": scratch}) for n, p in self._file.processes.items()}
            for name, argv in commands.items():
                self._start(name, argv)
            return self._wait()
        finally:
            try:
                self._end_all()
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def _start(self, name: str, argv: list[str]) -> None:
        self._say(name, f"embodied-codeact {' '.join(argv)}")
        # Of its own session: Ctrl-C is for the launcher, which then ends the processes in order. There is no terminal
        # in that session to read from.
        command = [sys.executable, "-m", "embodied_codeact", *argv]
        self._running[name] = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # Asked to end in order even where the launcher itself is killed.
            preexec_fn=lambda: syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGTERM),
        )

    def _wait(self) -> int:
        while True:
            for name, process in list(self._running.items()):
                code = process.poll()
                if code is None:
                    continue
                del self._running[name]
                self._say(name, "ended" if code == 0 else f"ended with {describe_exit(code)}")
                if code != 0 or self._file.processes[name].main or not self._running:
                    return code if code >= 0 else 128 - code
            time.sleep(0.05)

    def _end_all(self) -> None:
        """End what still runs, the latest first: agents before their servers."""
        for name, process in reversed(list(self._running.items())):
            # Not SIGINT: what a shell started in the background ignores that, and its children inherit it.
            process.terminate()
            try:
                process.wait(timeout=END_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._say(name, "ended")
        self._running = {}

    def _say(self, name: str, what: str) -> None:
        # The terminal may be gone; the processes are to be ended all the same.
        with contextlib.suppress(OSError):
            self._console.print(f"[{name}] {what}", style="dim", markup=False, soft_wrap=True)


@common.operator_errors
def launch(
    file: Annotated[
        str | None, typer.Argument(help="Launch file (.yaml), or the name of one that comes with the package.")
    ] = None,
) -> None:
    """Start the processes that a launch file names; without one, list those that come with the package."""
    console = Console(highlight=False)
    if file is None:
        for name in launch_names():
            console.print(f"{name}: {read_launch_file(name).description}", markup=False, soft_wrap=True)
        return
    launch_file = read_launch_file(file)
    console.print(launch_file.description, style="bold", markup=False)
    code = Launcher(launch_file, console).run()
    if code:
        raise typer.Exit(code)
