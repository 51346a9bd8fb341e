"""An episode as the page holds it: what a reader wants to see of each turn, in plain text, with bounds on its size.

What is longer than :data:`MOST_CHARS` is cut in the middle and says so; the file of episodes keeps it whole.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec

from embodied_codeact.contracts import (
    CallRecord,
    CodeAction,
    Episode,
    ExecutionResult,
    Figure,
    Finish,
    InvalidReply,
    Message,
    ScriptError,
    ToolCall,
    Turn,
    Usage,
    UserMessage,
)
from embodied_codeact.evaluation.report.words import plural
from embodied_codeact.trajectories.codec import encode_plain

MOST_CHARS = 20_000
"""Of one text."""
MOST_CALLS = 300
"""Of one script."""
MOST_CALL_CHARS = 300
"""Of a call, and of what it returned."""

SHARED_CHARS = 400
"""Texts of a prompt from this length on are held once, however many episodes begin with them."""

Share = Callable[[str, str], list[int]]
"""Keeps a text once among others of a kind, and returns where: the number of a block and the place in it."""


class Call(msgspec.Struct, omit_defaults=True):
    """A primitive call: as it reads in Python, and what came of it."""

    text: str
    result: str = ""
    error: str = ""
    seconds: float = 0.0


class Picture(msgspec.Struct, omit_defaults=True):
    """A figure: where its data are, in base64."""

    at: list[int]
    format: str
    title: str = ""


class Said(msgspec.Struct, omit_defaults=True):
    """A message of the opening: its text, or where that is held."""

    role: str
    text: str = ""
    at: list[int] = msgspec.field(default_factory=list)
    images: list[Picture] = msgspec.field(default_factory=list)


class TurnView(msgspec.Struct, omit_defaults=True):
    """A turn. ``kind`` is the action's; ``code`` its script, or the call that stands for one; ``text`` a message, an
    answer, or what was wrong with the reply."""

    kind: str
    reply: str = ""
    thought: str = ""
    code: str = ""
    text: str = ""
    seen: str = ""
    said: str = ""
    ran: bool = False
    stdout: str = ""
    value: str | None = None
    error: ScriptError | None = None
    calls: list[Call] = msgspec.field(default_factory=list)
    calls_total: int = 0
    figures: list[Picture] = msgspec.field(default_factory=list)
    seconds: float = 0.0
    state: dict[str, str] = msgspec.field(default_factory=dict)
    usage: Usage = Usage()
    notes: list[str] = msgspec.field(default_factory=list)
    success: bool = False
    reason: str = ""


class EpisodeView(msgspec.Struct, omit_defaults=True):
    """An episode, without what its row in the table tells."""

    key: str
    instruction: str
    opening: list[Said]
    turns: list[TurnView]
    success: bool = False
    score: float = 0.0
    reason: str = ""
    end: str = ""
    answer: str | None = None
    error: str = ""
    started_at: str = ""


def view_of(episode: Episode, key: str, share: Share) -> EpisodeView:
    """Return what the page holds of an episode."""
    return EpisodeView(
        key=key,
        instruction=cut(episode.task.instruction),
        opening=[_said(message, share) for message in _opening(episode.messages)],
        turns=[_turn(turn, share) for turn in episode.turns],
        success=episode.status.success,
        score=episode.status.score,
        reason=episode.status.reason,
        end=episode.end,
        answer=None if episode.answer is None else cut(episode.answer),
        error=cut(episode.error or ""),
        started_at=episode.started_at,
    )


def cut(text: str, most: int = MOST_CHARS) -> str:
    """Return a text of bounded length, the middle left out.

    >>> cut("a" * 30 + "b" * 30, 20)
    'aaaaaaaaaa\\n[... 40 characters left out of this page ...]\\nbbbbbbbbbb'
    """
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters left out of this page ...]\n{text[-half:]}"


def _opening(messages: list[Message]) -> list[Message]:
    first = next((at for at, message in enumerate(messages) if message.role == "assistant"), len(messages))
    return messages[:first]


def _said(message: Message, share: Share) -> Said:
    text, images = cut(message.content), [_picture(image, share) for image in message.images]
    if len(text) < SHARED_CHARS:
        return Said(message.role, text, images=images)
    return Said(message.role, at=share("texts", text), images=images)


def _turn(turn: Turn, share: Share) -> TurnView:
    view = TurnView(
        kind=_kind(turn),
        reply=cut(turn.reply),
        seen=cut(turn.observation),
        said=cut(turn.said),
        state={str(name): cut(_plain(value), 2000) for name, value in turn.state.items()},
        usage=turn.usage,
        notes=_notes(turn),
        success=turn.status.success,
        reason=turn.status.reason,
    )
    _add_action(view, turn)
    if turn.result is not None:
        _add_result(view, turn.result, share)
    return view


def _kind(turn: Turn) -> str:
    names: dict[type, str] = {
        CodeAction: "code",
        ToolCall: "call",
        UserMessage: "message",
        Finish: "finish",
        InvalidReply: "invalid",
    }
    return names[type(turn.action)]


def _add_action(view: TurnView, turn: Turn) -> None:
    match turn.action:
        case CodeAction(code, thought, then_finish):
            view.code, view.thought, view.text = cut(code), cut(thought), cut(then_finish or "")
        case ToolCall(name, arguments, thought):
            given = ", ".join(f"{key}={_plain(value)}" for key, value in arguments.items())
            view.code, view.thought = cut(f"{name}({given})"), cut(thought)
        case Finish(answer, thought):
            view.text, view.thought = cut(answer), cut(thought)
        case UserMessage(text):
            view.text = cut(text)
        case InvalidReply(repair):
            view.text = cut(repair)


def _add_result(view: TurnView, result: ExecutionResult, share: Share) -> None:
    view.ran = True
    view.stdout = cut(result.stdout)
    view.value = None if result.value is None else cut(result.value)
    if (error := result.error) is not None:
        view.error = ScriptError(error.kind, cut(error.message), cut(error.traceback), cut(error.hint), error.line)
    view.calls = [_call(call) for call in result.calls[:MOST_CALLS]]
    view.calls_total = result.calls_total
    view.figures = [_picture(figure, share) for figure in result.figures]
    view.seconds = result.duration_s


def _call(call: CallRecord) -> Call:
    given = [_plain(value) for value in call.args] + [f"{name}={_plain(value)}" for name, value in call.kwargs.items()]
    name = f"{call.target}.{call.method}" if call.target else call.method
    return Call(
        cut(f"{name}({', '.join(given)})", MOST_CALL_CHARS),
        cut(call.result, MOST_CALL_CHARS),
        cut(call.error or "", MOST_CALL_CHARS),
        round(call.duration_s, 6),
    )


def _notes(turn: Turn) -> list[str]:
    """What happened to a turn besides."""
    notes = []
    if isinstance(turn.action, ToolCall) and turn.action.left_out:
        notes.append(f"{turn.action.left_out} more in the same reply, not carried out")
    if turn.result is None and isinstance(turn.action, CodeAction | ToolCall):
        notes.append("not carried out")
    if turn.result is not None and turn.result.interrupted:
        notes.append("interrupted")
    if turn.result is not None and turn.result.restarted:
        notes.append("interpreter restarted, variables lost")
    if turn.dropped:
        notes.append(f"{plural(turn.dropped, 'earlier message')} left out of the prompt")
    if turn.shortened:
        notes.append(f"{plural(turn.shortened, 'observation')} shortened in the prompt")
    return notes


def _picture(figure: Figure, share: Share) -> Picture:
    return Picture(share("figures", base64.b64encode(figure.data).decode("ascii")), figure.format, figure.title)


def _plain(value: Any) -> str:
    """A value as a reader knows it: texts in quotes, the rest as JSON."""
    return json.dumps(msgspec.json.decode(encode_plain(value)), ensure_ascii=False)
