"""Reads JSON as models write it.

Beyond JSON it takes single, triple and typographic quotes, quotes inside of text that are not escaped, trailing and
missing commas, comments, Python's literals and tuples, names and words without quotes, line breaks in text, and
brackets that the end of the reply left open. A text that the end cut off is not guessed at. All in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 32
_MAX_DIGITS = 300
_MAX_RETRIES = 8

_SPACE = re.compile(r"\s*+")
_SKIPPED = re.compile(r"(?>\s+|//[^\n]*|#[^\n]*|/\*(?>[^*]|\*(?!/))*+(?:\*/|\Z))*+")
_OPENING = re.compile(r"\{(?=\s*+(?:[\w$\"'“‘`}#/,]|\Z))")
"""A brace that may begin an object, by what follows it."""
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?")
_KEY = re.compile(r"[A-Za-z_$][\w.$-]{0,63}")
_WORDS = re.compile(r"[^\n,{}\[\]()\"“”]+")
_CLOSERS = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`"}
_RUNS = {closer: re.compile(rf"[^{closer}\\]*+") for closer in _CLOSERS.values()}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LITERALS: dict[str, Any] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
    "nil": None,
    "undefined": None,
    "NaN": float("nan"),
    "nan": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
    "inf": float("inf"),
    "-inf": float("-inf"),
}


class Unreadable(ValueError):
    """The text is no value. ``position``: where reading failed; ``text_start``: where the text began that never ended,
    None where that is not why."""

    def __init__(self, message: str, position: int, text_start: int | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.text_start = text_start


@dataclass(frozen=True)
class Reading:
    """A value that was read from ``start`` to ``end``. ``missing``: the brackets that the end of the text left open."""

    value: Any
    start: int
    end: int
    missing: str = ""


@dataclass
class Objects:
    """All objects in a text, in order, and why what looked like the first one could not be read."""

    readings: list[Reading] = field(default_factory=list)
    failure: Unreadable | None = None


def read_value(text: str, start: int = 0) -> Reading:
    """Read the value that begins at ``start``.

    Raises:
        Unreadable: there is none.

    >>> read_value("{'place': (0.5, .1), force: 20, // newtons\\n 'gently': True,")
    Reading(value={'place': [0.5, 0.1], 'force': 20, 'gently': True}, start=0, end=59, missing='}')
    """
    reader = _Reader(text, start)
    value = reader.value(0)
    return Reading(value, start, reader.at, "".join(reader.open))


def read_word(text: str) -> Any:
    """Return what a word without quotes means: a number, a literal, or else itself.

    >>> read_word("0.5"), read_word("None"), read_word("red block")
    (0.5, None, 'red block')
    """
    if text in _LITERALS:
        return _LITERALS[text]
    if len(text) <= _MAX_DIGITS and _NUMBER.fullmatch(text):
        return float(text) if re.search(r"[.eE]", text) else int(text)
    return text


def find_objects(text: str) -> Objects:
    """Find all objects in a text, wherever they stand."""
    found = Objects()
    for outcome in _attempts(text):
        if isinstance(outcome, Reading):
            found.readings.append(outcome)
        else:
            found.failure = found.failure or outcome
    return found


def _attempts(text: str) -> Iterator[Reading | Unreadable]:
    retries = 0
    opening = _OPENING.search(text)
    while opening is not None:
        start = opening.start()
        try:
            reading = read_value(text, start)
            following = reading.end
            yield reading
        except Unreadable as error:
            following = max(error.position, start + 1)
            if error.text_start is not None and retries < _MAX_RETRIES:
                # A quote too many must not swallow the call that follows; each retry reads to the end once more.
                retries += 1
                following = max(error.text_start, start + 1)
            if text[start + 1 : error.position].strip():
                yield error
        opening = _OPENING.search(text, following)


class _Reader:
    """One pass over a text. ``open`` holds the closing brackets that the end of the text left out."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.open: list[str] = []

    def value(self, depth: int) -> Any:
        self._skip()
        char = self._peek()
        if not char:
            raise Unreadable("the reply ends where a value should stand", self.at)
        if depth > MAX_DEPTH:
            raise Unreadable("it is nested too deeply", self.at)
        if char == "{":
            return self._object(depth)
        if char in "[(":
            return self._list("]" if char == "[" else ")", depth)
        if char in _CLOSERS:
            return self._text()
        words = _WORDS.match(self.text, self.at)
        if words is None or not (word := _before_comment(words[0]).strip()):
            raise Unreadable(f"a value should stand before {char!r}", self.at)
        self.at += len(_before_comment(words[0]))
        return read_word(word)

    def _object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        members: dict[str, Any] = {}
        while self._goes_on("}"):
            key = self._key()
            self._skip()
            if self._peek() not in (":", "="):
                raise Unreadable(f"a colon is missing after {key!r:.60}", self.at)
            self.at += 1
            members[key] = self.value(depth + 1)
            self._separator("}", f"after the value of {key!r:.60}")
        return members

    def _list(self, closer: str, depth: int) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        while self._goes_on(closer):
            items.append(self.value(depth + 1))
            self._separator(closer, "between the values of a list")
        return items

    def _goes_on(self, closer: str) -> bool:
        """Pass over blanks and commas; whether something else than the end follows."""
        self._skip()
        while self._peek() == ",":
            self.at += 1
            self._skip()
        char = self._peek()
        if not char:
            self.open.append(closer)
            return False
        if char == closer:
            self.at += 1
            return False
        return True

    def _separator(self, closer: str, where: str) -> None:
        self._skip()
        char = self._peek()
        if char and char not in (",", closer, *_CLOSERS):
            raise Unreadable(f"a comma or {closer!r} is missing {where}", self.at)

    def _key(self) -> str:
        if self._peek() in _CLOSERS:
            return self._text(is_key=True)
        name = _KEY.match(self.text, self.at)
        if name is None:
            raise Unreadable(f"a name in quotes should stand before {self.text[self.at : self.at + 20]!r}", self.at)
        self.at = name.end()
        return name[0]

    def _text(self, *, is_key: bool = False) -> str:
        """Read a text in quotes. A quote that nothing follows which may follow a text is part of it; not in a key."""
        start = self.at
        opener = self.text[start]
        width = 3 if self.text.startswith(opener * 3, start) else 1
        closer = _CLOSERS[opener]
        self.at += width
        pieces: list[str] = []
        while True:
            run = _RUNS[closer].match(self.text, self.at)
            assert run is not None
            pieces.append(run[0])
            self.at = run.end()
            char = self._peek()
            if not char:
                raise Unreadable("a text in quotes does not end", self.at, start + width)
            if char == "\\":
                pieces.append(self._escape())
            elif self.text.startswith(closer * width, self.at) and (is_key or self._may_end(self.at + width)):
                self.at += width
                return "".join(pieces)
            else:
                pieces.append(char)
                self.at += 1

    def _may_end(self, at: int) -> bool:
        space = _SPACE.match(self.text, at)
        assert space is not None
        following = self.text[space.end() : space.end() + 2]
        if not following or following[0] in ",:}])=#" or following in ("//", "/*"):
            return True
        return "\n" in space[0] and following[0] in _CLOSERS

    def _escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        digits = self.text[self.at + 2 : self.at + 6]
        if char == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            self.at += 6
            code = chr(int(digits, 16))
            low = self.text[self.at : self.at + 6]
            if "\ud800" <= code <= "\udbff" and re.fullmatch(r"\\u[dD][c-fC-F][0-9a-fA-F]{2}", low):
                self.at += 6
                return chr(0x10000 + (ord(code) - 0xD800) * 0x400 + int(low[2:], 16) - 0xDC00)
            return "\ufffd" if "\ud800" <= code <= "\udfff" else code
        self.at += 2
        if not char:
            return "\\"
        return _ESCAPES.get(char, char if char in "\"'\\/`\n" else f"\\{char}")

    def _skip(self) -> None:
        skipped = _SKIPPED.match(self.text, self.at)
        assert skipped is not None
        self.at = skipped.end()

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]


def _before_comment(words: str) -> str:
    comment = re.search(r"\s(?:#|//|/\*)", words)
    return words[: comment.start()] if comment else words
