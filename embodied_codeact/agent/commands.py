"""Commands as text: the forms that an environment gives its primitives, and calls written as functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any, NamedTuple

from embodied_codeact.agent.lenient import Unreadable, read_value, read_word
from embodied_codeact.agent.tools import FINISH, STATE, Tool, Toolbox, literal
from embodied_codeact.contracts import parameters_of
from embodied_codeact.errors import InvalidArgument

MAX_COMMAND = 300
"""Characters of a command in words."""
_CALL = re.compile(r"([A-Za-z_][\w.]*)[ \t]{0,4}\((.*)", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_][\w.]*)[ \t:]{0,4}(.*)", re.DOTALL)
_NAMED = re.compile(r"[ \t\n]{0,8}([A-Za-z_]\w{0,63})[ \t]{0,4}[=:](?!=)(.*)", re.DOTALL)
_OPENERS = {"[": "]", "(": ")", "{": "}"}
_QUOTES = "\"'“”"
_PAIRS = ('""', "''", "“”", "‘’", "``")
_SHOWN = 5
_SHORT_WORDS = 3


class Command(NamedTuple):
    """One command that was understood. ``sure``: it is surely meant as one, even where nothing announces it."""

    name: str
    arguments: dict[str, Any]
    sure: bool = True


class _Form(NamedTuple):
    tool: Tool
    template: str
    pattern: re.Pattern[str]
    words: int
    """Characters that are no parameter: of several forms that fit, the one that says most counts."""


class Commands:
    """All commands of an environment."""

    def __init__(self, tools: Toolbox) -> None:
        self.tools = tools
        self._forms = [
            _Form(tool, template, _pattern(template), len(re.sub(r"\{\w+\}", "", template)))
            for tool in tools.tools.values()
            for template in tool.spec.commands
        ]
        self._forms.sort(key=lambda form: -form.words)

    def parse(self, text: str) -> Command:
        """Return the command that ``text`` is.

        Raises:
            InvalidArgument: it is none, with the nearest forms; or its arguments do not fit.
        """
        command = self.match(text)
        if command is None:
            raise InvalidArgument(self._unknown(_line(text)))
        return command

    def match(self, text: str) -> Command | None:
        """Return the command that ``text`` is, None where it is none.

        Raises:
            InvalidArgument: its arguments do not fit.
        """
        call = self._function_call(text.strip().rstrip(".;! \n"))
        if call is not None:
            return call
        line = _line(text)
        for form in self._forms if len(line) <= MAX_COMMAND else ():
            match = form.pattern.fullmatch(line)
            if match:
                named = {name: _named_thing(value) for name, value in match.groupdict().items()}
                sure = all(_is_short(value) for value in match.groupdict().values())
                return self._bound(form.tool, [], named, sure)
        return self._words(line)

    def shown(self, tool: Tool) -> str:
        """Return how a tool is written as a command, for people and models.

        >>> from embodied_codeact.contracts import ApiDescription, MethodSpec, PrimitiveSpec
        >>> pick = MethodSpec("pick", "(object: str, *, force: float = 20.0) -> None", "Pick.")
        >>> tools = Toolbox(ApiDescription([PrimitiveSpec("arm", "The arm.", [pick])]))
        >>> Commands(tools).shown(tools.find("pick"))
        'pick(object, force=20.0)'
        """
        if tool.spec.commands:
            return tool.spec.commands[0]
        parts = [f"{each.name}={each.default}" if each.default else each.name for each in tool.parameters]
        return f"{self.name(tool)}({', '.join(parts)})"

    def written(self, tool: Tool, arguments: Mapping[str, Any]) -> str:
        """Return one call as a command."""
        if tool.spec.commands and set(parameters_of(tool.spec.commands[0])) >= set(arguments):
            return tool.spec.commands[0].format(**arguments)
        named = [each.name for each in tool.parameters if each.positional and each.name in arguments]
        parts = [_text(arguments[name]) for name in named]
        parts += [f"{name}={_text(value)}" for name, value in arguments.items() if name not in named]
        return f"{self.name(tool)}({', '.join(parts)})"

    def verb(self, tool: Tool) -> str:
        """Return the words that a tool's command begins with, before its arguments."""
        return re.split(r"[({]", self.shown(tool), maxsplit=1)[0].strip()

    def name(self, tool: Tool) -> str:
        """Return the shortest name of a tool that is its alone."""
        short = tool.short_name
        alone = [each for each in self.tools.tools.values() if each.short_name == short]
        return short if len(alone) == 1 and short not in (STATE, FINISH) else tool.name

    def _function_call(self, text: str) -> Command | None:
        match = _CALL.fullmatch(text)
        if match is None or not (self._is_name(match[1]) or "." in match[1] or " " not in text):
            return None
        inside = match[2].rstrip()
        inside = inside[:-1] if inside.endswith(")") and not _unbalanced(inside) else inside
        if self._finishes(match[1]):
            return _finish(inside)
        tool = self.tools.find(match[1])
        positional, named = _arguments(inside, tool)
        return self._bound(tool, positional, named)

    def _words(self, line: str) -> Command | None:
        """``pick red block``: a name, and what follows it."""
        match = _NAME.fullmatch(line)
        if match is None or not self._is_name(match[1]):
            return None
        if self._finishes(match[1]):
            return _finish(match[2])._replace(sure=not match[2])
        tool = self.tools.find(match[1])
        positional, named = _arguments(match[2], tool)
        return self._bound(tool, positional, named, sure=_is_short(match[2]))

    def _bound(self, tool: Tool, positional: list[Any], named: dict[str, Any], sure: bool = True) -> Command:
        try:
            return Command(tool.name, tool.bind(positional, named), sure)
        except InvalidArgument as error:
            if not tool.spec.commands:
                raise
            raise InvalidArgument(f"{error} Write it as: {self.shown(tool)}") from None

    def _is_name(self, name: str) -> bool:
        return self._finishes(name) or self.tools.knows(name)

    def _finishes(self, name: str) -> bool:
        return name.lower() == FINISH and FINISH not in self.tools.tools

    def _unknown(self, line: str) -> str:
        what = f"{line:.80}{'...' if len(line) > 80 else ''}"
        forms = [self.shown(tool) for tool in self.tools.tools.values()]
        known = {form: _verb(form) for form in [*forms, *(form.template for form in self._forms)]}
        verb = _verb(line)
        near = difflib.get_close_matches(verb, set(known.values()), n=_SHOWN, cutoff=0.7)
        fitting = [form for form in known if known[form] in near or verb in form.lower().split()][:_SHOWN]
        if fitting:
            return f"{what!r} is no command here. The nearest are: {'; '.join(fitting)}."
        return f"{what!r} is no command here. There are: {'; '.join(dict.fromkeys([*forms, f'{FINISH}(answer)']))}."


def _verb(form: str) -> str:
    return re.split(r"[\s(]", form.strip().lower()[:80], maxsplit=1)[0].rpartition(".")[2]


def _pattern(template: str) -> re.Pattern[str]:
    """``put {object} in/on {receptacle}`` as a pattern: in any case, with any blanks, with one of the words between
    strokes, or all of them."""
    source = ""
    for words, name, _, _ in Formatter().parse(template):
        for word in re.split(r"(\s+)", words):
            if word.isspace():
                source += r"\s+"
            elif "/" in word:
                source += "(?:" + "|".join(map(re.escape, [word, *word.split("/")])) + ")"
            else:
                source += re.escape(word)
        if name:
            source += f"(?P<{name}>.+?)"
    return re.compile(source, re.IGNORECASE)


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".;!").strip()


def _named_thing(text: str) -> Any:
    """Objects go by names of words and numbers: only brackets make something else of them."""
    value = _value(text)
    return value if isinstance(value, list | dict) else _unquoted(text)


def _value(text: str) -> Any:
    text = text.strip()
    if text[:1] in _OPENERS:
        try:
            reading = read_value(text)
        except Unreadable:
            return text
        return reading.value if not text[reading.end :].strip() else text
    if text[:1] in _QUOTES:
        return _unquoted(text)
    word = read_word(text)
    return _unquoted(text) if isinstance(word, str) else word


def _text(value: Any) -> str:
    """A value as a command has it: a name needs no quotes."""
    plain = isinstance(value, str) and re.fullmatch(r"\w[\w ./-]*", value) and isinstance(read_word(value), str)
    return str(value) if plain else literal(value)


def _unquoted(text: str) -> str:
    """A name without quotes, angle brackets, braces or an article around it."""
    text = text.strip()
    for pair in (*_PAIRS, "<>", "{}"):
        if len(text) >= 2 and text[0] == pair[0] and text[-1] == pair[1]:
            return text[1:-1].strip()
    article = re.match(r"the\s+(?=\S)", text, re.IGNORECASE)
    return text[article.end() :] if article else text


def _is_short(value: str) -> bool:
    """Whether this is a name or a list, as far as its length tells; prose may begin like a command."""
    return len(value.split()) <= _SHORT_WORDS or value[:1] in _OPENERS


def _finish(inside: str) -> Command:
    named = _NAMED.fullmatch(inside)
    text = named[2] if named and named[1].lower() in ("answer", "solution") else inside
    value = _value(text) if text.strip()[:1] == "{" else text.strip()
    if isinstance(value, dict):
        value = next(iter(value.values()), "")
    text = str(value)
    for pair in (*_PAIRS, "[]"):
        if len(text) >= 2 and text[0] == pair[0] and text[-1] == pair[1]:
            text = text[1:-1].strip()
            break
    return Command(FINISH, {"answer": text})


def _arguments(inside: str, tool: Tool) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by place and by name, from what stands between a call's brackets."""
    if inside.strip()[:1] == "{":
        value = _value(inside)
        if isinstance(value, dict):
            return [], value
    names = {parameter.name.lower() for parameter in tool.parameters}
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for piece in _pieces(inside):
        match = _NAMED.fullmatch(piece)
        if match and ("=" in piece[: match.start(2)] or match[1].lower() in names):
            named[match[1]] = _value(match[2])
        elif piece.strip():
            positional.append(_value(piece))
    return positional, named


def _pieces(text: str) -> list[str]:
    """Cut at the commas that stand in no bracket and no quotes."""
    pieces: list[str] = []
    start = 0
    for index, char, depth in _outside_quotes(text):
        if char == "," and depth <= 0:
            pieces.append(text[start:index])
            start = index + 1
    return [*pieces, text[start:]]


def end_of_call(text: str) -> int:
    """Where the call ends with which a text begins: behind the bracket that closes its first one, -1 if none does.

    >>> text = "say('a) b') and so on"
    >>> text[:end_of_call(text)]
    "say('a) b')"
    """
    closed = (index for index, char, depth in _outside_quotes(text) if char in _OPENERS.values() and depth <= 0)
    return next(closed, -2) + 1


def _outside_quotes(text: str) -> Iterator[tuple[int, str, int]]:
    """Each character that stands in no quotes, its place, and how many brackets are open behind it."""
    depth, quote, before = 0, "", ","
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and before in ",=:[({":
            quote = char
        else:
            depth += (char in _OPENERS) - (char in _OPENERS.values())
            yield index, char, depth
        if not char.isspace():
            before = char


def _unbalanced(text: str) -> bool:
    """Whether the last closing bracket belongs to one that opened within ``text``."""
    return text.count("(") >= text.count(")")
