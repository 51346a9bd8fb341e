"""Reads a tabletop conversation: the level of the API, the task in its words, and how the last script went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from embodied_codeact.contracts import Message
from embodied_codeact.envs.tabletop.tasks import ALL_TASKS, Level, TabletopTask

_METHODS: tuple[tuple[str, Level], ...] = (("pick", "skills"), ("move_to", "motion"), ("move_joints", "joints"))
"""The highest level is the first of which the prompt documents the method."""

_TASK = re.compile(r"(?:Your task is to:)?\s*(.+)")
_PLACES = re.compile(r"^On the table: (.+)\. The tool is at \[([^]]+)\]", re.MULTILINE)
_PLACE = re.compile(r"([a-z0-9][a-z0-9 ]*) at \[([^]]+)\]")
_VERDICT = re.compile(r"^done: (True|False)\s*$", re.MULTILINE)
_ERROR = re.compile(r"^(?:Error|Traceback)\b.*:\s*$", re.MULTILINE)
_RAISED = re.compile(r"^(\w+: .+(?:\nDid you .+)?)$", re.MULTILINE)
_REPORT = re.compile(r"^(?!Observation:)(\S.*)\ndone: False\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Briefing:
    """What the opening messages say. ``level`` is None where no arm is documented, ``task`` where the instruction is
    none of the known ones. ``places``: fields of the state that the opening tells, in metres."""

    level: Level | None
    task: TabletopTask | None
    parameters: Mapping[str, Any]
    places: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far the conversation has come. ``scripts``: how many were run. ``achieved``: the last one reported success.
    ``error``: what it raised ("Kind: message", a hint below), empty where it came to its end. ``report``: what it said
    just before its verdict, where that was no success."""

    scripts: int
    achieved: bool
    error: str
    report: str = ""


def read_briefing(messages: Sequence[Message]) -> Briefing:
    """Read everything before the first reply. A prompt may hold an example first, so the last task in it counts."""
    opening = []
    for message in messages:
        if message.role == "assistant":
            break
        opening.append(message.content)
    text = "\n".join(opening)
    level = next((level for method, level in _METHODS if _documents(text, method)), None)
    for line in reversed(text.splitlines()):
        if found := understand(line):
            return Briefing(level, *found, _read_places(text))
    return Briefing(level, None, {})


def _read_places(text: str) -> dict[str, Any]:
    """Where things and tool are, as the last words about them in the opening say."""
    told = _PLACES.findall(text)
    if not told:
        return {}
    things, tool = told[-1]
    return {"objects": {name: _point(point) for name, point in _PLACE.findall(things)}, "tool_position": _point(tool)}


def _point(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _documents(text: str, method: str) -> bool:
    """Whether a line begins with the signature of the arm's method; as a command it may stand without the arm."""
    return re.search(rf"^\W*(?:arm\.)?{method}\(", text, re.MULTILINE) is not None


def understand(line: str) -> tuple[TabletopTask, dict[str, Any]] | None:
    """Return the task that a line of text asks for, and its parameters."""
    match = _TASK.fullmatch(line.strip())
    for task in ALL_TASKS.values():
        if match and (parameters := task.phrasing.read(match[1])) is not None:
            return task, parameters
    return None


def read_progress(messages: Sequence[Message]) -> Progress:
    """Read everything after the opening."""
    scripts = sum(message.role == "assistant" and "<execute>" in message.content for message in messages)
    last = messages[-1].content if messages and messages[-1].role == "user" and scripts else ""
    error = ""
    if begin := _ERROR.search(last):
        raised = _RAISED.findall(last, begin.start())
        error = str(raised[-1]) if raised else "an error"
    reports = _REPORT.findall(last)
    return Progress(scripts, not error and succeeded(last), error, reports[-1] if reports else "")


def succeeded(printed: str) -> bool:
    """Whether the last verdict that a script printed is a success."""
    return _VERDICT.findall(printed)[-1:] == ["True"]
