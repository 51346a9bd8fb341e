"""The processes of one trial: a controller, an environment server that commands it, an agent, and who watches."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from embodied_codeact.bench.stopping.agent import Orders
from embodied_codeact.bench.stopping.faults import LEASE_S, TTL_S, Fault
from embodied_codeact.bench.stopping.network import INSIDE, WATCHED, Network
from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.endpoints import parse_endpoint, with_free_port
from embodied_codeact.bridge.security import (
    ClientSecurity,
    KeyFiles,
    create_keys,
    read_key_pair,
    read_public_key,
)
from embodied_codeact.controller.conformance_probe import Probe
from embodied_codeact.errors import BridgeError, ConfigurationError, EnvironmentFailure

_START_S = 30.0
_END_S = 5.0
_REACH = 0.8
"""How far the first joint goes to and fro, rad."""
_T = TypeVar("_T")


class Rig:
    """All of it, over TCP with keys. ``cut``: which connection leads over a cable that can be cut, as in
    :class:`~embodied_codeact.bench.stopping.faults.Fault`. Use it as a context manager.

    Raises:
        ConfigurationError: there can be no such network here, or the controller's program is missing.
        BridgeError, EnvironmentFailure: something does not start.
    """

    def __init__(self, controller: Sequence[str], folder: Path, *, cut: str = "") -> None:
        self._cut = cut
        self._controller_command = list(controller)
        self._keys = {name: create_keys(folder / name, name) for name in ("robot", "server", "agent")}
        self._allowed = folder / "allowed"
        self._allowed.mkdir()
        for name in ("server", "agent"):
            (self._allowed / f"{name}.key").write_bytes(self._keys[name].public.read_bytes())
        self._log = folder / "log.txt"
        self._processes: list[subprocess.Popen[str]] = []
        self.agent: subprocess.Popen[str]
        self.server: subprocess.Popen[str]
        self._watcher: EnvironmentClient | None = None
        with contextlib.ExitStack() as opening:
            self._network = opening.enter_context(Network()) if cut else None
            self._addresses()
            opening.callback(self._end_processes)
            self._start_controller()
            self.probe = self._once_it_answers(
                lambda: Probe(self._probe_endpoint, self._security("agent", "robot")), "the controller"
            )
            opening.callback(self.probe.close)
            self._start_server()
            opening.callback(self._close_watcher)
            self._resources = opening.pop_all()

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def _addresses(self) -> None:
        """Who is inside the network that can be cut off, and by which address each is reached."""
        if self._network is None:
            ports = [with_free_port(parse_endpoint("tcp://127.0.0.1:0")).port for _ in range(2)]
            robot, server = (f"tcp://127.0.0.1:{port}" for port in ports)
            self._robot_binds = self._robot_for_server = self._probe_endpoint = robot
            self._server_binds = self._server_for_agent = self._server_for_watcher = server
            return
        self._robot_binds, self._probe_endpoint = "tcp://0.0.0.0:5700", f"tcp://{WATCHED}:5700"
        if self._cut == "controller":
            server = f"tcp://127.0.0.1:{with_free_port(parse_endpoint('tcp://127.0.0.1:0')).port}"
            self._robot_for_server = f"tcp://{INSIDE}:5700"
            self._server_binds = self._server_for_agent = self._server_for_watcher = server
        else:
            self._robot_for_server, self._server_binds = "tcp://127.0.0.1:5700", "tcp://0.0.0.0:5600"
            self._server_for_agent, self._server_for_watcher = f"tcp://{INSIDE}:5600", f"tcp://{WATCHED}:5600"

    def _security(self, own: str, other: str) -> ClientSecurity:
        return ClientSecurity(read_key_pair(self._keys[own].secret), read_public_key(self._keys[other].public))

    # Processes

    def _start(self, words: Sequence[str], *, inside: bool) -> subprocess.Popen[str]:
        prefix = self._network.prefix if self._network is not None and inside else []
        with self._log.open("a") as log:
            try:
                process = subprocess.Popen(
                    [*prefix, *words], stdin=subprocess.PIPE, stdout=log, stderr=log, text=True, start_new_session=True
                )
            except OSError as error:
                raise ConfigurationError(f"{words[0]} cannot be started: {error.strerror}") from error
        self._processes.append(process)
        return process

    def _start_controller(self) -> None:
        words = ["--endpoint", self._robot_binds, "--key", str(self._keys["robot"].secret)]
        self._start([*self._controller_command, *words, "--allow", str(self._allowed)], inside=True)

    def _start_server(self) -> None:
        options = {
            "controller": self._robot_for_server,
            "key": self._keys["server"].secret,
            "server_key": self._keys["robot"].public,
            "level": "joints",
            # The joints' own limits are what counts here.
            "tool_speed": 2.0,
            "tool_turn_speed": 10.0,
            "ttl": TTL_S,
        }
        words = [sys.executable, "-m", "embodied_codeact", "serve", "robot", "--endpoint", self._server_binds]
        words += ["--key", str(self._keys["server"].secret), "--allow", str(self._allowed), "--sandbox", "best"]
        for name, value in options.items():
            words += ["-o", f"{name}={value}"]
        self.server = self._start(words, inside=self._cut == "agent")
        self._close_watcher()
        self._watcher = self._once_it_answers(
            lambda: EnvironmentClient(
                self._server_for_watcher, security=self._security("agent", "server"), connect_s=1.0
            ),
            "the environment server",
        )

    def _once_it_answers(self, connect: Callable[[], _T], who: str) -> _T:
        until = time.monotonic() + _START_S
        while True:
            try:
                return connect()
            except BridgeError as error:
                if time.monotonic() > until:
                    raise EnvironmentFailure(f"{who} does not start ({error}): {self._last_words()}") from error

    def _last_words(self) -> str:
        return " / ".join(self._log.read_text().strip().splitlines()[-3:])

    def start_agent(self, fault: Fault) -> None:
        """Have an agent run the script of a fault, from home."""
        home = self.probe.robot.home.tolist()
        places = f"home = {home}\nthere = [home[0] + {_REACH}, *home[1:]]\narm.move_joints(home, speed=0.6)\n"
        keys: KeyFiles = self._keys["agent"]
        orders = Orders(
            self._server_for_agent,
            places + fault.script,
            LEASE_S,
            str(keys.secret),
            str(self._keys["server"].public),
        )
        run = "from embodied_codeact.bench.stopping.agent import main; main()"
        self.agent = self._start([sys.executable, "-c", run], inside=False)
        assert self.agent.stdin is not None
        self.agent.stdin.write(msgspec.json.encode(orders).decode() + "\n")
        self.agent.stdin.flush()

    def check_agent(self) -> None:
        """Raises:
        EnvironmentFailure: the agent has ended, though nothing went wrong yet; says why.
        """
        if self.agent.poll() is not None:
            raise EnvironmentFailure(f"the agent of the benchmark ended: {self._last_words()}")

    # For faults, and after them

    @property
    def watcher(self) -> EnvironmentClient:
        """Somebody else who is connected to the environment server, and does not command."""
        assert self._watcher is not None
        return self._watcher

    def other_commander(self) -> EnvironmentClient:
        """One more who would like to command."""
        return EnvironmentClient(self._server_for_watcher, security=self._security("agent", "server"))

    def cut(self) -> None:
        """Cut the network."""
        assert self._network is not None
        self._network.cut()

    def recover(self) -> None:
        """End the agent, mend what is broken, and clear what is latched."""
        self._end(self.agent)
        if self._network is not None:
            self._network.mend()
        if self.server.poll() is not None or self._cut == "controller":
            self._end(self.server)
            self._start_server()
        self.watcher.clear()
        self.probe.make_ready()

    def _end(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if process in self._processes:
            self._processes.remove(process)

    def _end_processes(self) -> None:
        """In order, the youngest first, so that each finds what it depends on."""
        for process in self._processes[::-1]:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_END_S)
            self._end(process)

    def _close_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
