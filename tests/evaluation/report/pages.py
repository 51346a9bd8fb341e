"""Runs with everything that a page can show, and a reader that takes a page apart."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
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
    Status,
    Task,
    ToolCall,
    Turn,
    Usage,
    UserMessage,
)

GUIDE = "You act by writing Python. " * 40
HOSTILE = "</script></style><img src=x onerror=alert(1)>\"'`{{7*7}}${1}<!--]]>\u2028\u202e\x00&amp;"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_VOID = frozenset(["meta", "br", "wbr", "img", "input", "link", "hr"])
_KEPT = frozenset(
    ["type", "role", "format", "end", "data", "schema", "trial", "video", "action_format", "dialect", "published"]
)
"""Fields that are no free text: a reader of trajectories refuses other values, or the system wrote them."""


def full_episode(number: int = 0, *, model: str = "m", action: str = "code", success: bool = True) -> Episode:
    """An episode with one turn of each kind, and all that a turn can hold."""
    code = "x = [house.look() for _ in range(2)]  # twice\nprint(f'{x[0]!r:>10}')\nx[9]"
    result = ExecutionResult(
        stdout="a room\n" * 3,
        value="'end'",
        error=ScriptError("IndexError", "list index out of range", "Traceback ...\nIndexError", "Did you mean 1?", 3),
        figures=[Figure(PNG, title="the room")],
        calls=[CallRecord("house", "look", [1, "two"], {"far": True}, "a room", None, 0.002)],
        calls_total=7,
        duration_s=0.25,
        interrupted=True,
        restarted=True,
    )
    usage = Usage(900, 90, 1.5, estimated=True)
    turns = [
        Turn(0, f"<execute>{code}</execute>", CodeAction(code, "I look.", "found"), "a room", result, {"at": None}),
        Turn(1, "look()", ToolCall("look", {"far": [1, None]}, "Again.", left_out=2), "seen", ExecutionResult("far")),
        Turn(2, "take it", ToolCall("tkae"), "There is no tool of that name", usage=usage, dropped=3, shortened=1),
        Turn(3, "hm", InvalidReply("say it in code"), "say it in code", usage=usage),
        Turn(4, "Which one?", UserMessage("Which one?"), "the red one", usage=usage, said="the red one"),
        Turn(5, "done", Finish("it is done", "That was it."), usage=usage, status=Status(success, 1.0, True, "won")),
    ]
    return Episode(
        task=Task(
            f"look-{number}", "house", f"look around {number}", number, {"type": "look" if number % 2 else "see"}
        ),
        model=model,
        messages=[
            Message("system", GUIDE),
            Message("user", f"room {number}", [Figure(PNG)]),
            Message("assistant", "x"),
        ],
        turns=turns,
        status=Status(success, float(success), True, "won" if success else ""),
        end="finish",
        answer="it is done",
        action_format=action,
        started_at="2026-01-02T03:04:05+00:00",
        duration_s=4.0 + number,
    )


def hostile(record: Any) -> Any:
    """The same record with markup in every free text, names of fields and of types apart."""

    def spoilt(value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            return value if name in _KEPT else f"{value}{HOSTILE}"
        if isinstance(value, dict):
            free = name in ("state", "metadata", "arguments", "kwargs", "machine", "parameters", "model_options")
            return {
                (f"{key}{HOSTILE}" if free and key not in _KEPT else key): spoilt(v, key) for key, v in value.items()
            }
        if isinstance(value, list):
            return [spoilt(item, name) for item in value]
        return value

    return msgspec.convert(spoilt(msgspec.to_builtins(record)), type(record))


def spoilt_type(episode: Episode) -> Episode:
    """Markup in the task's type as well, which is free text."""
    task = msgspec.structs.replace(episode.task, metadata={"type": f"look{HOSTILE}"})
    return msgspec.structs.replace(episode, task=task)


class Page(HTMLParser):
    """A page taken apart: its elements, the text of each by id, its tables, and what its blocks hold."""

    def __init__(self, file: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.text = file.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.style = ""
        self.tables: list[list[list[str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._block = ""
        self._read: dict[str, Any] = {}
        self.feed(self.text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in _VOID:
            return
        self._open.append(tag)
        if tag == "script":
            self._block = dict(attrs).get("id") or "own"
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> stands in the wrong place, line {self.getpos()[0]}"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts[self._block] = self.scripts.get(self._block, "") + data
        elif self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.words.append(data)
            if {"td", "th"} & set(self._open):
                self.tables[-1][-1][-1] += data

    def value(self, name: str) -> Any:
        """What a block holds."""
        if name not in self._read:
            self._read[name] = msgspec.json.decode(gzip.decompress(base64.b64decode(self.scripts[name], validate=True)))
        return self._read[name]

    def at(self, place: list[int]) -> Any:
        """A value by the number of its block and its place there."""
        return self.value(f"block-{place[0]}")[place[1]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The table of episodes."""
        columns = self.value("index")["columns"]
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def table(self, *head: str) -> list[list[str]]:
        """The rows of the table whose head begins so, without decoration."""
        clean: Callable[[list[str]], list[str]] = lambda row: [" ".join(cell.split()) for cell in row]  # noqa: E731
        return next(
            [clean(row) for row in rows[1:]] for rows in self.tables if clean(rows[0])[: len(head)] == list(head)
        )

    @property
    def policy(self) -> str:
        """The Content-Security-Policy."""
        return next(str(a["content"]) for tag, a in self.elements if a.get("http-equiv") == "Content-Security-Policy")
