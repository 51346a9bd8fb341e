"""Reads observations of single calls: the result or the error, and what changed in the state."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_HEAD = "Observation:"
_TURNS_LEFT = re.compile(r"\n+\d+ turns? left\b")
_CHANGES = re.compile(r"^Changes of state:$", re.MULTILINE)
_ERROR = re.compile(r"\A(?:Error|Traceback)\b.*:\s*$", re.MULTILINE)
_RAISED = re.compile(r"^(?P<kind>[A-Za-z_]\w*)(?:: (?P<message>.*))?$", re.MULTILINE)
_CHANGE = re.compile(r"state\.(?P<field>\w+)(?:\[(?P<key>'[^']*'|\"[^\"]*\")\])?: (?P<news>.*)")
_MORE = re.compile(r"\.\.\. and \d+ more")
_NOTHING = ("Done.", "The script ran without error and printed nothing.")


@dataclass(frozen=True)
class Change:
    """One field of the state that became ``value``, or where a ``key`` is given that entry of a mapping. ``known`` is
    False where the observation does not hold the whole value, ``gone`` is set where the entry is no more."""

    field: str
    value: Any = None
    key: str | None = None
    known: bool = True
    gone: bool = False


@dataclass(frozen=True)
class Answer:
    """What a call came to: a value as plain data, or an error by ``kind`` and ``message``. ``changes`` of the state
    are told in the order of its fields; ``more``: not all of them were."""

    value: Any = None
    kind: str = ""
    message: str = ""
    changes: list[Change] = field(default_factory=list)
    more: bool = False


def read_answer(observation: str, *, printed: bool = False) -> Answer:
    """Read the observation of one call. ``printed``: values are told as Python prints them, not as JSON."""
    text = observation.strip().removeprefix(_HEAD).strip()
    frame = list(_TURNS_LEFT.finditer(f"\n{text}"))
    if frame:
        text = text[: max(frame[-1].start() - 1, 0)]
    parts = list(_CHANGES.finditer(text))
    body, told = (text[: parts[-1].start()], text[parts[-1].end() :]) if parts else (text, "")
    changes, more = list(_read_changes(told)), bool(_MORE.search(told))
    body = body.strip()
    if begin := _ERROR.match(body):
        kind, message = _raised(body[begin.end() :])
        return Answer(kind=kind, message=message, changes=changes, more=more)
    return Answer(_value(body, printed=printed), changes=changes, more=more)


def _raised(text: str) -> tuple[str, str]:
    """Kind and message of an error; the frames of a traceback are indented."""
    found = _RAISED.search(text)
    if found is None:
        return "PrimitiveError", text.strip()
    return found["kind"], f"{found['message'] or ''}{text[found.end() :]}".strip()


def _value(body: str, *, printed: bool) -> Any:
    if body in _NOTHING:
        return None
    try:
        return _evaluated(ast.parse(body, mode="eval").body) if printed else json.loads(body)
    except (ValueError, SyntaxError):
        return body  # A text stands as it is.


def _evaluated(tree: ast.expr) -> Any:
    """What Python's ``repr`` of plain data, arrays and named results stands for. Nothing is executed.

    Raises:
        ValueError: it is something else.
    """
    match tree:
        case ast.Call(func=ast.Name(id="array"), args=[ast.List() as items]):
            return _evaluated(items)
        case ast.Call(func=ast.Name(), args=[], keywords=parts) if parts and all(part.arg for part in parts):
            return {str(part.arg): _evaluated(part.value) for part in parts}
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_evaluated(item) for item in items]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {ast.literal_eval(key): _evaluated(value) for key, value in zip(keys, values, strict=True) if key}
        case ast.Name(id="nan" | "inf" as word):
            return float(word)
    return ast.literal_eval(tree)


def _read_changes(told: str) -> Iterator[Change]:
    for line in told.splitlines():
        found = _CHANGE.fullmatch(line.strip())
        if found is None:
            continue
        key = ast.literal_eval(found["key"]) if found["key"] else None
        news = found["news"]
        if news == "gone":
            yield Change(found["field"], key=key, gone=True)
            continue
        value = _new_value(news)
        if value is not None:
            yield Change(found["field"], ast.literal_eval(value), key)
        else:
            yield Change(found["field"], key=key, known=False)


def _new_value(news: str) -> str | None:
    """The source of the new value in ``now NEW`` or ``OLD -> NEW``, None where it is not told whole. An arrow may stand
    in a text too, so the new value is what follows the first arrow and can be read."""
    candidates = [news.removeprefix("now ")] if news.startswith("now ") else _tails(news, " -> ")
    return next((candidate for candidate in candidates if _readable(candidate)), None)


def _tails(text: str, mark: str) -> list[str]:
    pieces = text.split(mark)
    return [mark.join(pieces[index:]) for index in range(1, len(pieces))]


def _readable(source: str) -> bool:
    try:
        ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return False
    return True
