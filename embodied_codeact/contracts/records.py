"""Typed records of an episode: what was asked, done, answered and judged.

All are plain data (msgspec structs), so that they travel over the bridge and into trajectories without loss.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec

SCHEMA_VERSION = 1
"""Version of the trajectory format. A reader refuses a newer one and says so."""


class Figure(msgspec.Struct, frozen=True):
    """A picture that a script drew or showed. ``data`` is the encoded image."""

    data: bytes
    format: Literal["png", "jpeg"] = "png"
    title: str = ""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a conversation in the usual chat format. ``images`` go with it to models that take them."""

    role: Literal["system", "user", "assistant"]
    content: str
    images: list[Figure] = msgspec.field(default_factory=list)


class Task(msgspec.Struct, frozen=True):
    """One thing to be done in one environment.

    ``id`` is unique in its environment; ``metadata`` is the environment's own (a task type under ``"type"``, the
    place of a game file, ...) and is not shown to a model. ``instruction`` is a general one where the seed chooses the
    words or the goal: the observation of the reset then holds the real one, and so do episodes.
    """

    id: str
    environment: str
    instruction: str
    seed: int = 0
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)


# Actions. One reply of a model is one of these.


class CodeAction(msgspec.Struct, frozen=True, tag="code"):
    """A script to run. ``then_finish`` holds the answer of a finish that came in the same reply: it is taken only if
    the script raises nothing."""

    code: str
    thought: str = ""
    then_finish: str | None = None


class ToolCall(msgspec.Struct, frozen=True, tag="tool"):
    """One call of one primitive, as JSON and text actions express it. ``left_out`` counts what the same reply held
    besides, which is not carried out."""

    name: str
    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    thought: str = ""
    left_out: int = 0


class UserMessage(msgspec.Struct, frozen=True, tag="message"):
    """Something said to the user: a question, a report."""

    text: str


class Finish(msgspec.Struct, frozen=True, tag="finish"):
    """The agent considers the task done (or hopeless) and says so."""

    answer: str
    thought: str = ""


class InvalidReply(msgspec.Struct, frozen=True, tag="invalid"):
    """A reply that holds no usable action. ``repair`` is the observation that says how to reply."""

    repair: str


Action = CodeAction | ToolCall | UserMessage | Finish | InvalidReply


class CallRecord(msgspec.Struct, frozen=True):
    """One call of a primitive by a script: ``target.method(*args, **kwargs)``, as the world process saw it.

    ``result`` and ``error`` are short texts for people; ``target`` is empty for a plain function.
    """

    target: str
    method: str
    args: list[Any] = msgspec.field(default_factory=list)
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)
    result: str = ""
    error: str | None = None
    duration_s: float = 0.0


class ScriptError(msgspec.Struct, frozen=True):
    """Why a script ended early. ``kind`` is the exception's type name.

    ``traceback`` holds only the script's own frames, with source lines; ``hint`` is a "Did you mean" or the next
    step to take.
    """

    kind: str
    message: str
    traceback: str = ""
    hint: str = ""
    line: int | None = None

    def text(self) -> str:
        """What a model reads: the traceback (or the bare error) and the hint."""
        body = self.traceback.rstrip() or (f"{self.kind}: {self.message}" if self.message else self.kind)
        return f"{body}\n{self.hint}" if self.hint else body


class ExecutionResult(msgspec.Struct, frozen=True):
    """What running one script did.

    ``stdout``: everything printed (standard output and error, in order), whole up to the server's limit.
    ``value``: repr of the last expression, None where there was none or it was None.
    ``calls``: primitive calls in order; ``calls_total`` counts also those past the recording limit.
    ``interrupted``: the script was stopped from outside (deadline, user, halt).
    ``restarted``: the interpreter was replaced, so variables and definitions are lost; the error, or where there is
    none the output, tells the model so.
    """

    stdout: str = ""
    value: str | None = None
    error: ScriptError | None = None
    figures: list[Figure] = msgspec.field(default_factory=list)
    calls: list[CallRecord] = msgspec.field(default_factory=list)
    calls_total: int = 0
    duration_s: float = 0.0
    interrupted: bool = False
    restarted: bool = False


class Status(msgspec.Struct, frozen=True):
    """The environment's own verdict. ``reason`` says why an episode is done ("the game is won", ...).

    Raises:
        ValueError: ``score`` is not finite, which no record of an episode could hold.
    """

    success: bool = False
    score: float = 0.0
    done: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.score):
            raise ValueError(f"a score has to be a finite number, and is {self.score}")


class Observation(msgspec.Struct, frozen=True):
    """What the environment shows after a reset or a script.

    ``text`` is the environment's own words (empty after a script, whose output is in the result). ``state`` holds the
    fields of the high-level state by name. ``sensors`` maps sensor names to numbers, texts or numpy arrays.
    ``instruction`` is that of the task just begun, where the seed chooses it; empty otherwise and after a script.
    """

    text: str = ""
    state: dict[str, Any] = msgspec.field(default_factory=dict)
    sensors: dict[str, Any] = msgspec.field(default_factory=dict)
    status: Status = Status()
    instruction: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Tokens and seconds that one reply cost. ``estimated`` where the model does not count its tokens."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    estimated: bool = False


class Turn(msgspec.Struct, frozen=True):
    """One turn: the reply, the action found in it, what it did, and the observation text the model was given.

    ``observation`` is empty after the last turn, when nothing is shown any more; where a user said something after
    the action, ``said`` holds those words, which are also part of the observation. ``dropped`` counts the earlier
    messages that were left out of this turn's prompt for lack of room, ``shortened`` the observations that were cut.
    ``cut``: the reply had as many tokens as it could have, and ended there.
    """

    index: int
    reply: str
    action: Action
    observation: str = ""
    result: ExecutionResult | None = None
    state: dict[str, Any] = msgspec.field(default_factory=dict)
    status: Status = Status()
    usage: Usage = Usage()
    dropped: int = 0
    shortened: int = 0
    said: str = ""
    cut: bool = False


class Episode(msgspec.Struct, frozen=True):
    """Everything that is needed to replay, score and train from one attempt at one task.

    ``messages`` is the whole conversation, the opening prompt included. ``end`` says why it ended: ``"environment"``
    (the environment was done), ``"finish"``, ``"max_propose"`` (the last finish that MINT's rules allow was wrong),
    ``"turns"``, ``"tokens"``, ``"time"``, ``"user"`` or ``"error"`` (``error`` then holds the operator-facing message,
    and the episode is not scored).
    """

    task: Task
    model: str
    messages: list[Message] = msgspec.field(default_factory=list)
    turns: list[Turn] = msgspec.field(default_factory=list)
    status: Status = Status()
    end: str = ""
    answer: str | None = None
    error: str | None = None
    action_format: str = "code"
    started_at: str = ""
    duration_s: float = 0.0
    schema: int = SCHEMA_VERSION
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
