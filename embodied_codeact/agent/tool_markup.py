"""Tool calls in the markup that chat models were trained on, where no JSON object names its tool.

- Elements: ``<function=NAME><parameter=KEY>VALUE</parameter></function>`` (Qwen), ``<invoke name="NAME"><parameter
  name="KEY">`` (Claude), ``<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>`` (GLM).
- A name before the object of its arguments: ``<function=NAME>{...}`` (Llama), ``[TOOL_CALLS]NAME[ARGS]{...}``
  (Mistral), ``to=functions.NAME<|message|>{...}`` (gpt-oss), a name, a mark and a fence (DeepSeek), ``Action: NAME``
  and ``Action Input: {...}`` (ReAct as LangChain has it).

All in time linear in the length of the reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from embodied_codeact.agent.lenient import Reading

_MOST_BEFORE = 200
_NAME_BEFORE = re.compile(
    r"(?P<mark><function=|<(?:function|invoke)[ ]name=[\"']?|(?:commentary[ ])?to=|function<｜tool▁sep｜>|>>>)?"
    r"(?P<name>[A-Za-z_][\w.]{0,80})(?::\d{1,4})?[\"']?(?P<between>>?(?>\s+|<[|｜][^<>\n]{1,40}[|｜]>|json\b|```\w{0,10}"
    r"|\[CALL_ID\]\w{1,40}|\[ARGS\]|action[ _]?input:)*+)\Z",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    r"<(?:function=|(?:function|invoke)\s{1,4}name=)[\"']?([\w.]{1,80})[\"']?\s{0,4}>"
    r"|<tool_call>\s{0,8}([\w.]{1,80})\s{0,8}(?=<arg_key>|</tool_call>|\Z)",
    re.IGNORECASE,
)
_END = re.compile(r"</(?:function|invoke|tool_call)>", re.IGNORECASE)
_ARGUMENT = re.compile(
    r"<parameter(?:=|\s{1,4}name=)[\"']?(?P<key>\w{1,64})[\"']?[^<>\n]{0,40}>(?P<value>.*?)(?:</parameter>|(?=<parameter)|\Z)"
    r"|<arg_key>\s*+(?P<word>\w{1,64})\s*+</arg_key>\s*+<arg_value>(?P<text>.*?)(?:</arg_value>|(?=<arg_key>)|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_OPENED = re.compile(r"<(?:parameter[=\s]|arg_key>)", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:parameter|arg_value)>", re.IGNORECASE)
_MARK = re.compile(
    r"<tool_calls?>|<function_calls?>|<function[= ]|<invoke |\[TOOL_CALLS\]|<\|(?:python_tag|tool_calls?\w*)\|>"
    r"|<｜tool▁calls?▁begin｜>|\bto=functions\.|\{\s{0,8}\"(?:tool|tool_name|tool_calls|function_call)\"\s{0,4}:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class WrittenCall:
    """A call as it was written, before its tool was looked up. ``start``: where in the reply."""

    name: str
    positional: list[Any] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    thought: str = ""
    start: int = 0


def marks_call(text: str) -> bool:
    """Return whether a text holds markup that only a tool call has."""
    return _MARK.search(text) is not None


def calls_in_markup(text: str, readings: Sequence[Reading]) -> Iterator[WrittenCall]:
    """Yield the calls of a reply in which no object is one. ``readings`` are its objects."""
    objects = [call for reading in readings if (call := _named_before(text, reading)) is not None]
    yield from objects or _elements(text)


def _named_before(text: str, reading: Reading) -> WrittenCall | None:
    if not isinstance(reading.value, Mapping):
        return None
    begin = max(reading.start - _MOST_BEFORE, 0)
    found = _NAME_BEFORE.search(text[begin : reading.start])
    if found is None:
        return None
    name, at = found["name"], begin + found.start()
    # A word of prose may stand before an object as well.
    announced = found["mark"] or found["between"].strip() or text[max(at - 1, 0) : at] in ("]", ">")
    if "." not in name and not announced:
        return None
    return WrittenCall(name, [], {str(key): value for key, value in reading.value.items()}, start=at)


def _elements(text: str) -> Iterator[WrittenCall]:
    found = list(_ELEMENT.finditer(text))
    for element, limit in zip(found, [*(each.start() for each in found[1:]), len(text)], strict=False):
        end = _END.search(text, element.end(), limit)
        stop = end.start() if end else limit
        content = text[element.end() : stop]
        if len(_OPENED.findall(content)) != len(_CLOSED.findall(content)):
            return  # What the end cut off is not guessed at.
        named = {
            each["key"] or each["word"]: (each["value"] if each["key"] else each["text"]).strip()
            for each in _ARGUMENT.finditer(content)
        }
        yield WrittenCall(element[1] or element[2], [], named, start=element.start())
