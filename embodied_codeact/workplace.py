"""The Python API's way in: environments that are ready to be worked in, and models by name.

``make`` starts an environment beside this process, or connects to one that runs already, and chooses a task in it.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from typing import Any, Self, cast, get_args

import msgspec

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.local import local_server
from embodied_codeact.bridge.security import ClientSecurity, client_security
from embodied_codeact.bridge.verbs import Confinement
from embodied_codeact.contracts import EnvironmentDescription, Model, Observation, Task
from embodied_codeact.errors import ConfigurationError, unknown_name
from embodied_codeact.interpreter.records import SandboxMode
from embodied_codeact.models import resolve_model
from embodied_codeact.registry import base_name, open_environment
from embodied_codeact.tasks import choose_task, with_seed

SANDBOXES: tuple[str, ...] = get_args(SandboxMode)
CONNECT_S = 60.0
"""A server may still be starting its world when an agent is started beside it."""

_log = logging.getLogger(__name__)


class TaskSession(EnvironmentClient):
    """A session for one task: what :func:`make` returns. A context manager; without ``with``, ``close()`` it."""

    def __init__(
        self,
        environment: str,
        options: Mapping[str, Any],
        *,
        sandbox: str = "strict",
        connect: str | None = None,
        security: ClientSecurity | None = None,
    ) -> None:
        self._server = contextlib.ExitStack()
        if connect is None:
            server = self._server.enter_context(local_server(environment, options, sandbox=sandbox))
            super().__init__(server.endpoint, alive=server.alive)
        else:
            super().__init__(connect, connect_s=CONNECT_S, security=security)
        try:
            check_served(self.describe(), environment, str(self.endpoint))
            self.task = choose_task(self.tasks, None)
        except BaseException:
            self.close()
            raise

    @property
    def description(self) -> EnvironmentDescription:
        """What the environment says of itself."""
        return self.describe()

    @property
    def tasks(self) -> list[Task]:
        """All tasks of the environment; set ``task`` to one of them, or give it to the agent, to change to it."""
        return self.describe().tasks

    def reset(self, task: Task | None = None) -> Observation:
        """Start ``task``, or the session's own, with a fresh world and a fresh interpreter. Raises as
        :meth:`EnvironmentClient.reset`."""
        return super().reset(self.task if task is None else task)

    def close(self) -> None:
        """Leave the environment, and end it where it was started by this session. May be called twice."""
        try:
            super().close()
        finally:
            self._server.close()

    def __enter__(self) -> Self:
        return self


def make(
    environment: str,
    *,
    task: str | None = None,
    seed: int | None = None,
    sandbox: str = "strict",
    connect: str | None = None,
    key: str | os.PathLike[str] | None = None,
    server_key: str | os.PathLike[str] | None = None,
    options: Mapping[str, Any] | None = None,
    **more: Any,
) -> TaskSession:
    """Open an environment, with a task chosen in it.

    Args:
        environment: its name, such as ``"household"``, ``"tabletop"`` or ``"gym:CartPole-v1"``.
        task: a task's id, or a part of it that only one has; the first where none is given.
        seed: the task's seed; as the environment lists it where none is given.
        sandbox: ``"strict"`` refuses to run scripts without full confinement, ``"best"`` takes what the machine gives,
            ``"off"`` confines nothing.
        connect: use the server at ``ipc://FOLDER`` or ``tcp://HOST:PORT`` instead of starting one.
        key: your own ``.key_secret`` file, and
        server_key: the server's ``.key`` file, for a server with keys.
        options: options of the environment, as ``--option`` takes them; also as further keywords.

    Raises:
        ConfigurationError: a name or an option does not exist, the server serves another environment, or does not let
            these keys in.
        OperatorError: the environment cannot be started or reached, or the sandbox cannot be given.
    """
    given = {name: _plain(value) for name, value in {**(options or {}), **more}.items()}
    check_names(environment, given, sandbox=sandbox, connect=connect)
    if connect is None and (key is not None or server_key is not None):
        raise ConfigurationError("key and server_key are for a server that runs already: say connect=, too")
    security = client_security(_plain(key), _plain(server_key))
    session = TaskSession(environment, given, sandbox=sandbox, connect=connect, security=security)
    try:
        session.task = with_seed(choose_task(session.tasks, task), seed)
    except BaseException:
        session.close()
        raise
    if warning := confinement_warning(session.description):
        _log.warning("%s", warning)
    return session


def load_model(spec: str, environment: str = "", **options: Any) -> Model:
    """Return a model by name, as ``--model`` takes it: ``"expert"`` (with the environment whose expert it is),
    ``"embedded"``, the model that is shipped, ``"hf:PATH_OR_ID"``, ``"openai:NAME@URL"``, ``"replay:FILE"``,
    ``"script:FILE"``.

    Raises:
        ConfigurationError: there is no such model, its file or an option cannot be used, or a package is missing.
        ModelError: the model cannot be loaded.
    """
    if spec == "expert" and not environment:
        raise ConfigurationError(
            "the expert is an environment's: name that too, as in load_model('expert', 'tabletop')"
        )
    return resolve_model(spec, environment, {name: str(_plain(value)) for name, value in options.items()})


def _plain(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def check_sandbox(name: str) -> SandboxMode:
    """Return the kind of sandbox of that name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SANDBOXES:
        raise ConfigurationError(unknown_name("sandbox", name, SANDBOXES))
    return cast(SandboxMode, name)


def check_names(environment: str, options: Mapping[str, Any], *, sandbox: str, connect: str | None) -> None:
    """See that what is asked for exists, before anything is started.

    Raises:
        ConfigurationError: the environment, one of its options, or the kind of sandbox does not; or options were
            given for an environment that is served elsewhere.
    """
    check_sandbox(sandbox)
    if connect is None:
        open_environment(environment, options)
    elif options:
        raise ConfigurationError("options of the environment belong to its server, not to those who connect to it")


def check_served(description: EnvironmentDescription, environment: str, endpoint: str) -> None:
    """See that a server serves the environment that is asked for.

    Raises:
        ConfigurationError: it serves another.
    """
    if description.name != base_name(environment):
        raise ConfigurationError(f"the server at {endpoint} serves {description.name!r}, not {environment!r}")


def confinement_warning(description: EnvironmentDescription) -> str:
    """Say what the confinement of an environment's scripts lacks; empty where nothing."""
    confinement = description.metadata.get("confinement")
    return msgspec.convert(confinement, Confinement).warning() if confinement else ""
