"""A server as a child of this process: started, spoken to over ``ipc://``, and gone with it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.bridge.client import DEADMAN_S, EnvironmentClient
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.errors import OPERATOR_ERRORS, EnvironmentFailure
from embodied_codeact.processes import describe_exit, end_process

CLOSE_GRACE_S = 10.0


class LocalServer:
    """A server process that ends with this one, however this one ends.

    Raises:
        OperatorError: as :class:`~embodied_codeact.bridge.server.EnvironmentServer` raised it in the child.
    """

    def __init__(self, config: ServerConfig) -> None:
        # Of its own session: a person's Ctrl-C is for the agent, which then ends the server in order.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embodied_codeact.bridge.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(msgspec.json.encode(config) + b"\n")
                self.process.stdin.flush()
            line = self.process.stdout.readline()
            if not line:
                raise EnvironmentFailure(f"the server did not start: {describe_exit(self.process.wait())}")
            answer: dict[str, Any] = msgspec.json.decode(line)
            if "error" in answer:
                kind = OPERATOR_ERRORS.get(answer["error"]["kind"], EnvironmentFailure)
                raise kind(answer["error"]["message"])
            self.endpoint = str(answer["endpoint"])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the server in order. May be called twice."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                # The child's death closes its pipes before ours know.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            end_process(self.process, grace_s=CLOSE_GRACE_S)
        except BaseException:
            # A person has no patience for an order that does not come: what it started ends with it all the same.
            self.process.kill()
            self.process.wait()
            raise


@contextlib.contextmanager
def local_server(
    environment: str, options: Mapping[str, Any] | None = None, *, sandbox: str = "strict"
) -> Iterator[LocalServer]:
    """Start a server for ``environment`` on this machine, at an endpoint of its own.

    Raises:
        OperatorError: as :class:`LocalServer`.
    """
    # Made by the server, which therefore removes it even where this process is killed.
    folder = Path(tempfile.gettempdir()) / f"eca-{uuid.uuid4().hex[:16]}"
    try:
        fields = {
            "environment": environment,
            "options": dict(options or {}),
            "endpoint": f"ipc://{folder}",
            "sandbox": sandbox,
        }
        with LocalServer(msgspec.convert(fields, ServerConfig)) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def local_session(
    environment: str,
    options: Mapping[str, Any] | None = None,
    *,
    sandbox: str = "strict",
    deadman_s: float | None = DEADMAN_S,
) -> Iterator[EnvironmentClient]:
    """Start a server for ``environment`` on this machine and connect to it.

    Raises:
        OperatorError: as :class:`LocalServer` and :class:`~embodied_codeact.bridge.client.EnvironmentClient`.
    """
    with (
        local_server(environment, options, sandbox=sandbox) as server,
        EnvironmentClient(server.endpoint, deadman_s=deadman_s, alive=server.alive) as client,
    ):
        yield client
