"""How an environment describes itself: what scripts may call, what state they may read, which errors they may meet.

A description is plain data made from signatures and docstrings. The prompt is written from it, and the interpreter
builds its proxies from it, so neither ever needs the adapter.
"""

from __future__ import annotations

from typing import Any

import msgspec

from embodied_codeact.contracts.records import Task


class MethodSpec(msgspec.Struct, frozen=True):
    """One callable. ``signature`` is Python source such as ``(receptacle: str) -> str``, without ``self``.

    ``commands`` are other ways to write a call where actions are text: templates such as ``"go to {receptacle}"``,
    with its parameters in braces (see :func:`~embodied_codeact.contracts.commands.text_commands`).
    """

    name: str
    signature: str
    doc: str
    commands: list[str] = msgspec.field(default_factory=list)


class PrimitiveSpec(msgspec.Struct, frozen=True):
    """One name in a script's namespace: an object with methods, or (``function`` set) a plain function."""

    name: str
    doc: str
    methods: list[MethodSpec] = msgspec.field(default_factory=list)
    function: MethodSpec | None = None


class FieldSpec(msgspec.Struct, frozen=True):
    """One field of the high-level state: name, type as Python source, and what it means."""

    name: str
    type: str
    doc: str


class ErrorSpec(msgspec.Struct, frozen=True):
    """One model-facing error that scripts can catch by name. ``bases`` are names of specs or of builtin errors."""

    name: str
    bases: list[str]
    doc: str


class SensorSpec(msgspec.Struct, frozen=True):
    """One sensor stream. ``shape`` is empty for a scalar; ``rate_hz`` is 0 for one that is read on demand, and not in
    every observation. ``stream_hz``: how often it is streamed to who subscribes, at most, a second of the clock; 0 for
    as often as ``rate_hz`` says. The kind ``camera`` is an image: (height, width, 3) uint8, or (height, width)."""

    name: str
    kind: str
    dtype: str
    shape: list[int] = msgspec.field(default_factory=list)
    unit: str = ""
    frame: str = ""
    rate_hz: float = 0.0
    stream_hz: float = 0.0

    @property
    def streamed_hz(self) -> float:
        """How often it is streamed; 0 for never."""
        return self.stream_hz or self.rate_hz


class ApiDescription(msgspec.Struct, frozen=True):
    """Everything that a script finds in its namespace besides Python itself."""

    primitives: list[PrimitiveSpec] = msgspec.field(default_factory=list)
    state: list[FieldSpec] = msgspec.field(default_factory=list)
    errors: list[ErrorSpec] = msgspec.field(default_factory=list)


class EnvironmentDescription(msgspec.Struct, frozen=True):
    """What an environment says of itself before any task is chosen.

    ``guide`` is text for the model: rules of this world that no signature can say. ``packages`` lists Python packages
    worth telling a model about. ``forkable`` says whether its worlds can be saved and restored, ``real`` whether
    something outside of a computer moves.
    """

    name: str
    guide: str
    api: ApiDescription = ApiDescription()
    sensors: list[SensorSpec] = msgspec.field(default_factory=list)
    tasks: list[Task] = msgspec.field(default_factory=list)
    packages: list[str] = msgspec.field(default_factory=list)
    forkable: bool = False
    real: bool = False
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
