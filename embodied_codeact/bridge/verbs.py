"""What the commands carry, and how a server is configured."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec

from embodied_codeact.bridge.lease import LEASE_S
from embodied_codeact.contracts import EnvironmentDescription, ExecutionResult, Observation, Permissions, Task
from embodied_codeact.interpreter.records import SandboxMode, ScriptLimits

MAX_SECONDS = 7 * 24 * 3600
Seconds = Annotated[float, msgspec.Meta(gt=0, le=MAX_SECONDS)]
"""A time that a client may ask for: no nonsense, no NaN, and not for ever."""
MAX_FRAMES = 50
"""Frames of a film that are drawn together: the world does nothing else meanwhile."""


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a server is started with.

    ``insecure`` allows an endpoint that other machines reach without keys: whoever reaches it commands the environment.
    ``key``: the server's ``.key_secret`` file, ``allow``: the folder of the clients' ``.key`` files; both or neither.
    ``lease_s``: silence that ends an idle commander's lease.
    """

    environment: str
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    endpoint: str
    sandbox: SandboxMode = "strict"
    limits: ScriptLimits = ScriptLimits()
    insecure: bool = False
    key: str | None = None
    allow: str | None = None
    lease_s: Seconds = LEASE_S


class Confinement(msgspec.Struct, frozen=True):
    """How scripts are confined: the layers in force, and for each that the machine lacks, why.

    Stands in the description's metadata under ``"confinement"``, so that whoever commands a server knows.
    """

    layers: list[str]
    missing: dict[str, str] = msgspec.field(default_factory=dict)

    def warning(self) -> str:
        """What a person should know, empty where all layers are in force."""
        if not self.layers:
            return "scripts run unconfined (--sandbox off)"
        if self.missing:
            lacking = "; ".join(f"{name}: {why}" for name, why in self.missing.items())
            return f"scripts are not confined by all layers ({lacking})"
        return ""


class ResetBody(msgspec.Struct, frozen=True):
    """Start this task."""

    task: Task


class ExecuteBody(msgspec.Struct, frozen=True):
    """Run this script. ``deadman_s``: silence of the commander that stops everything; ``permissions``: what the script
    may do."""

    code: str
    timeout_s: Seconds
    deadman_s: Seconds | None = None
    permissions: Permissions = Permissions()


class CallBody(msgspec.Struct, frozen=True):
    """Call one primitive without a script. ``method`` is empty for a plain function; ``deadman_s`` as for a script."""

    target: str
    method: str = ""
    args: list[Any] = msgspec.field(default_factory=list)
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)
    deadman_s: Seconds | None = None


class ObserveBody(msgspec.Struct, frozen=True):
    """Return state, sensors and status; with ``settle`` the final verdict."""

    settle: bool = False


class SaveBody(msgspec.Struct, frozen=True):
    """Restore, or forget, the save of this name."""

    save: str


class FramesBody(msgspec.Struct, frozen=True):
    """Draw at most so many frames of the film."""

    at_most: Annotated[int, msgspec.Meta(ge=1, le=MAX_FRAMES)]


class Verb(NamedTuple):
    """What a command carries, and what must hold for it: ``lease``: it comes from the commander; ``idle``: nothing else
    is under way; ``ready``: the last reset succeeded, and the world stands; ``moving``: it stands, and no stop is
    latched."""

    body: Any
    lease: bool = False
    idle: bool = False
    ready: bool = False
    moving: bool = False


VERBS: dict[str, Verb] = {
    "describe": Verb(None),
    "observe": Verb(ObserveBody),
    "reset": Verb(ResetBody, lease=True, idle=True),
    "execute": Verb(ExecuteBody, lease=True, idle=True, ready=True, moving=True),
    "call": Verb(CallBody, lease=True, idle=True, ready=True, moving=True),
    "save": Verb(None, lease=True, idle=True, ready=True),
    "restore": Verb(SaveBody, lease=True, idle=True, moving=True),
    "forget": Verb(SaveBody, lease=True),
    "frames": Verb(FramesBody, lease=True, idle=True, ready=True),
}
"""The commands."""


class ControlBody(msgspec.Struct, frozen=True):
    """What the control verbs carry: ``reason`` of an interrupt or halt; ``commander``, its name, and ``lease_s``, the
    silence that is to end its lease, of an acquire."""

    reason: str = ""
    commander: str = ""
    lease_s: Seconds | None = None


class ExecutionReply(msgspec.Struct, frozen=True):
    """What a finished script is answered with."""

    result: ExecutionResult
    observation: Observation


class ErrorBody(msgspec.Struct, frozen=True):
    """Why a command was not carried out. ``kind`` is the name of the error's class."""

    kind: str
    message: str


class AnswerBody(msgspec.Struct, frozen=True):
    """What every command is answered with: a value, or an error."""

    ok: Any = None
    error: ErrorBody | None = None


class Described(msgspec.Struct, frozen=True):
    """What ``describe`` is answered with. ``session`` is the server's, new at every start."""

    session: str
    description: EnvironmentDescription
