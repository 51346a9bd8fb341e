"""What a recording in MCAP holds: one type for each kind of message, and the JSON schema that goes with it.

The types under "Foxglove" have the names and fields of Foxglove's own schemas
(https://docs.foxglove.dev/docs/visualization/message-schemas), so that its panels show them without any setup. The
others are ours. All are as plain as a viewer wants them: objects and lists of texts and numbers, without unions and
references; a field that has no value is left out, and what is deeper is a text that holds JSON.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from embodied_codeact.contracts import FieldSpec
from embodied_codeact.trajectories.codec import encode_plain

_LEVELS = [("UNKNOWN", 0), ("DEBUG", 1), ("INFO", 2), ("WARNING", 3), ("ERROR", 4), ("FATAL", 5)]
INFO, WARNING, ERROR = 2, 3, 4


# Foxglove


class Time(msgspec.Struct, frozen=True):
    """Wall clock."""

    sec: Annotated[int, Meta(ge=0)]
    nsec: Annotated[int, Meta(ge=0, le=999_999_999)]


class Log(msgspec.Struct, frozen=True):
    """A log message."""

    timestamp: Time
    level: Annotated[int, Meta(extra_json_schema={"oneOf": [{"title": name, "const": n} for name, n in _LEVELS]})]
    message: str
    name: Annotated[str, Meta(description="who says it")]
    file: str = ""
    line: Annotated[int, Meta(ge=0)] = 0


class CompressedImage(msgspec.Struct, frozen=True):
    """A compressed image."""

    timestamp: Time
    frame_id: str
    data: bytes
    format: Annotated[str, Meta(description="jpeg, png or webp")]


class RawImage(msgspec.Struct, frozen=True):
    """A raw image."""

    timestamp: Time
    frame_id: str
    width: Annotated[int, Meta(ge=0)]
    height: Annotated[int, Meta(ge=0)]
    encoding: Annotated[str, Meta(description="rgb8, rgba8, mono8, mono16 or 32FC1")]
    step: Annotated[int, Meta(ge=0, description="bytes of a row")]
    data: bytes


class Vector3(msgspec.Struct, frozen=True):
    """A position, m."""

    x: float
    y: float
    z: float


class Quaternion(msgspec.Struct, frozen=True):
    """An orientation, xyzw."""

    x: float
    y: float
    z: float
    w: float


class Pose(msgspec.Struct, frozen=True):
    """A pose in space."""

    position: Vector3
    orientation: Quaternion


class PoseInFrame(msgspec.Struct, frozen=True):
    """A pose in a frame of reference."""

    timestamp: Time
    frame_id: str
    pose: Pose


class JointState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of one joint: rad, rad/s, Nm, or m, m/s, N."""

    name: str
    position: float | msgspec.UnsetType = msgspec.UNSET
    velocity: float | msgspec.UnsetType = msgspec.UNSET
    effort: float | msgspec.UnsetType = msgspec.UNSET


class JointStates(msgspec.Struct, frozen=True):
    """The joints at one moment."""

    timestamp: Time
    joints: list[JointState]


FOXGLOVE = (Log, CompressedImage, RawImage, PoseInFrame, JointStates)


# Ours


class TaskMessage(msgspec.Struct, frozen=True):
    """What an episode is to do."""

    id: str
    environment: str
    instruction: str
    seed: int
    opening: Annotated[str, Meta(description="what the environment said first")]
    model: str
    record: Annotated[str, Meta(description="the episode as it begins, as JSON")]


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked of the environment: reset, execute or observe."""

    verb: str
    task: str = ""
    code: str = ""
    timeout_s: float = 0.0
    settle: bool = False
    permissions: Annotated[str, Meta(description="what the script may do, as JSON; absent for everything")] = ""


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a script did."""

    stdout: str
    value: str = ""
    error: str = ""
    calls: Annotated[int, Meta(description="primitive calls")] = 0
    duration_s: float = 0.0
    interrupted: bool = False
    restarted: bool = False


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """A primitive call that ended."""

    name: Annotated[str, Meta(description="target.method")]
    arguments: Annotated[str, Meta(description="as they stand in a script")]
    result: str = ""
    error: str = ""
    duration_s: float = 0.0


class ActionMessage(msgspec.Struct, frozen=True):
    """A reply of the model, and the action that was found in it. Nothing has been done yet."""

    turn: int
    kind: Annotated[str, Meta(description="code, tool, message, finish or invalid")]
    content: Annotated[str, Meta(description="the code, the call, the text or the answer")]
    reply: str
    prompt_tokens: int
    completion_tokens: int


class TurnMessage(msgspec.Struct, frozen=True):
    """A complete turn."""

    turn: int
    observation: Annotated[str, Meta(description="what the model was told")]
    success: bool
    score: float
    seconds: Annotated[float, Meta(description="that the model took")]
    record: Annotated[str, Meta(description="the turn as JSON, as a trajectory holds it")]


class StatusMessage(msgspec.Struct, frozen=True):
    """The environment's own verdict."""

    success: bool
    score: float
    done: bool
    reason: str


class Stop(msgspec.Struct, frozen=True):
    """Which stop is latched."""

    level: Annotated[str, Meta(description="normal, protective stop or emergency stop")]
    reason: str


class EpisodeMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an episode ended."""

    success: bool
    score: float
    end: str
    turns: int
    duration_s: float
    answer: str = ""
    error: str = ""
    record: Annotated[str, Meta(description="the episode as JSON, as a trajectory holds it")] = ""


class Reading(msgspec.Struct, frozen=True):
    """A reading of a sensor that has no schema of its own."""

    timestamp: Time
    frame_id: str
    unit: str
    shape: list[int]
    values: Annotated[list[float], Meta(description="in C order; null where a reading is no finite number")]


class TextReading(msgspec.Struct, frozen=True):
    """A reading that is a text."""

    timestamp: Time
    frame_id: str
    unit: str
    text: str


OURS: dict[type[msgspec.Struct], str] = {
    TaskMessage: "Task",
    Command: "Command",
    Result: "Result",
    Call: "Call",
    ActionMessage: "Action",
    TurnMessage: "Turn",
    StatusMessage: "Status",
    Stop: "Stop",
    EpisodeMessage: "Episode",
    Reading: "Reading",
    TextReading: "TextReading",
}


def time_of(time_ns: int) -> Time:
    """Wall clock, ns, as messages carry it.

    >>> time_of(1_500_000_000_000_000_001)
    Time(sec=1500000000, nsec=1)
    """
    return Time(*divmod(time_ns, 1_000_000_000))


def schema_name(kind: type[msgspec.Struct]) -> str:
    """
    >>> schema_name(Log), schema_name(TurnMessage)
    ('foxglove.Log', 'embodied_codeact.Turn')
    """
    return f"foxglove.{kind.__name__}" if kind in FOXGLOVE else f"embodied_codeact.{OURS[kind]}"


@cache
def schema_of(kind: type[msgspec.Struct]) -> bytes:
    """The JSON schema of a type of message, without references."""
    schema = msgspec.json.schema(kind)
    inlined = _inlined(schema, schema.get("$defs", {}))
    return msgspec.json.encode({**inlined, "title": schema_name(kind)})


def _inlined(schema: Any, named: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, named) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined({**named[schema["$ref"].rpartition("/")[2]], **_without(schema, "$ref")}, named)
    return {key: _inlined(value, named) for key, value in _without(schema, "$defs", "default").items()}


def _without(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys}


# The high-level state, whose fields are the environment's own

_PLAIN = {"float": "number", "int": "integer", "str": "string", "bool": "boolean"}
_AS_JSON: dict[str, Any] = {"type": "string"}


class StateSchema:
    """How the state of one environment is written: ``fields`` are those of its description."""

    name = "embodied_codeact.State"

    def __init__(self, fields: list[FieldSpec]) -> None:
        self._fields = {field.name: _field_schema(field.type) for field in fields}
        described = {spec.name: {**self._fields[spec.name], "description": spec.doc} for spec in fields}
        self.schema = msgspec.json.encode(
            {"type": "object", "title": self.name, "description": "The high-level state.", "properties": described}
        )

    def message(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return a state as it is written: None is left out, and what is deeper than a viewer reads becomes JSON."""
        return {name: self._value(name, value) for name, value in state.items() if value is not None}

    def _value(self, name: str, value: Any) -> Any:
        if self._fields.get(name, _AS_JSON) == _AS_JSON and not isinstance(value, str):
            return encode_plain(value).decode()
        return value


def _field_schema(source: str) -> dict[str, Any]:
    """The schema of a field by its type as Python source.

    >>> _field_schema("str | None"), _field_schema("list[int]"), _field_schema("list[list[int]]")
    ({'type': 'string'}, {'type': 'array', 'items': {'type': 'integer'}}, {'type': 'string'})
    >>> _field_schema("dict[str, list[float]]")["additionalProperties"]
    {'type': 'array', 'items': {'type': 'number'}}
    """
    source = source.removesuffix(" | None").strip()
    if source in _PLAIN:
        return {"type": _PLAIN[source]}
    if source.startswith("list[") and source[5:-1] in _PLAIN:
        return {"type": "array", "items": {"type": _PLAIN[source[5:-1]]}}
    if source.startswith("dict[str, "):
        inner = _field_schema(source[10:-1])
        if source[10:-1] == "str" or (inner != _AS_JSON and not source.endswith(" | None]")):
            return {"type": "object", "properties": {}, "additionalProperties": inner}
    return dict(_AS_JSON)
