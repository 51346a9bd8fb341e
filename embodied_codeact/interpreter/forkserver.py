"""The host's end of the template process: starts it, asks it for workers, sees to it that it ends."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import msgspec

from embodied_codeact.errors import EnvironmentFailure
from embodied_codeact.interpreter.records import ScriptLimits
from embodied_codeact.processes import single_threaded

_START_S = 60.0
_ANSWER_S = 10.0
_MAX_PACKET = 64 * 1024
_NEEDED = ("embodied_codeact", "msgspec", "numpy", "landlockpy", "pyseccomp")
_BOOT = """
import json, sys
sys.path.extend(path for path in json.loads(sys.argv[-2]) if path not in sys.path)
from embodied_codeact.interpreter.template import main
main()
"""
_SINGLE_THREADED = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")


class ForkServer:
    """A running template and the folder that holds its workers' scratch folders."""

    def __init__(self, preload: Sequence[str], limits: ScriptLimits) -> None:
        self.folder = tempfile.mkdtemp(prefix="embodied-codeact-")
        self._scratches = 0
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        options = {
            "control": theirs.fileno(),
            "folder": self.folder,
            "preload": list(preload),
            "limits": msgspec.to_builtins(limits),
        }
        arguments = [msgspec.json.encode(_package_roots()).decode(), msgspec.json.encode(options).decode()]
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _BOOT, *arguments],
                    pass_fds=[theirs.fileno()],
                    env=_environment(),
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
        except OSError as error:
            ours.close()
            remove_folder(self.folder)
            raise EnvironmentFailure(f"the interpreter's template process does not start ({error})") from error

    @property
    def pid(self) -> int:
        """Process id of the template."""
        return self._process.pid

    def probe(self) -> dict[str, str]:
        """Return for each layer of confinement what this machine lacks for it, or an empty text.

        Raises:
            EnvironmentFailure: the template is gone.
        """
        found: dict[str, str] = self._ask({"op": "probe", "scratch": self.scratch()}, timeout_s=_START_S)["layers"]
        return found

    def scratch(self) -> str:
        """Make a scratch folder for one worker and return its path."""
        self._scratches += 1
        path = os.path.join(self.folder, f"scratch-{self._scratches}")
        os.mkdir(path, 0o700)
        return path

    def fork(self, scratch: str, layers: Sequence[str], fds: Sequence[int]) -> int:
        """Start a worker with these descriptors and return its process id, which stays taken until :meth:`reap`.

        Raises:
            EnvironmentFailure: the template is gone, or cannot fork.
        """
        pid: int = self._ask({"op": "fork", "scratch": scratch, "layers": list(layers)}, fds)["pid"]
        return pid

    def reap(self, pid: int) -> int | None:
        """Return how the worker ended, as waitpid gives it, and release its process id; None while it lives.

        Raises:
            EnvironmentFailure: the template is gone, and its workers with it.
        """
        status: int | None = self._ask({"op": "reap", "pid": pid})["status"]
        return status

    def close(self) -> None:
        """End the template and its workers, and remove the folder. May be called twice."""
        self._control.close()
        try:
            self._process.wait(timeout=_ANSWER_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        remove_folder(self.folder)

    def _ask(self, request: dict[str, Any], fds: Sequence[int] = (), timeout_s: float = _ANSWER_S) -> dict[str, Any]:
        try:
            self._control.settimeout(timeout_s)
            socket.send_fds(self._control, [msgspec.msgpack.encode(request)], list(fds))
            packet = self._control.recv(_MAX_PACKET)
        except OSError as error:
            # What it answers too late would be taken for the answer to the next request.
            self._control.close()
            raise EnvironmentFailure(f"the interpreter's template process does not answer ({error})") from error
        if not packet:
            raise EnvironmentFailure("the interpreter's template process ended; its own words are on standard error")
        reply: dict[str, Any] = msgspec.msgpack.decode(packet)
        if "error" in reply:
            raise EnvironmentFailure(f"the interpreter's template process could not {request['op']}: {reply['error']}")
        return reply


def _package_roots() -> list[str]:
    """Folders to import our own packages from, for installations that an isolated Python does not look into."""
    roots: list[str] = []
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            is_package = spec.submodule_search_locations is not None
            root = os.path.dirname(os.path.dirname(spec.origin) if is_package else spec.origin)
            if root not in roots:
                roots.append(root)
    return roots


def _environment() -> dict[str, str]:
    """An environment without anything of the host's, but for where shared libraries are found."""
    variables = single_threaded() | {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "MPLBACKEND": "Agg"}
    if "LD_LIBRARY_PATH" in os.environ:
        variables["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return variables


def remove_folder(path: str) -> None:
    """Remove a folder that a script has written to, also where it took its own rights away. Follows no link."""
    shutil.rmtree(path, ignore_errors=True)
    if not os.path.exists(path):
        return
    for folder, names, _files in os.walk(path):
        for name in names:
            inner = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                if not os.path.islink(inner):
                    os.chmod(inner, 0o700)
    shutil.rmtree(path, ignore_errors=True)
