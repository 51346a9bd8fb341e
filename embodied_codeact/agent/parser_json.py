"""Finds the one tool call in the reply of a model that acts by JSON.

The first object that is a call counts, whatever stands around it: prose, a fence, ``<tool_call>`` tags, a list. Calls
are understood in this project's form (``{"tool", "arguments"}``), in that of OpenAI's API (``{"function": {"name",
"arguments": "{...}"}}``), in those near to them, and in the markup of :mod:`~embodied_codeact.agent.tool_markup`. What
stands in a closed ``<thought>`` is a call only where nothing else is. ``finish`` and a ``<solution>`` finish. Prose
alone is a message for the user, as it is where the agent acts by code; JSON that is no call is answered with how to
reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from embodied_codeact.agent.lenient import Objects, Unreadable, find_objects, read_value
from embodied_codeact.agent.parser import complete_reply, normalized, parse_reply, split_blocks
from embodied_codeact.agent.tool_markup import WrittenCall, calls_in_markup, marks_call
from embodied_codeact.agent.tools import FINISH, Toolbox
from embodied_codeact.contracts import Action, CodeAction, Finish, InvalidReply, ToolCall, UserMessage
from embodied_codeact.errors import InvalidArgument

REPAIR = (
    "{problem} Reply with one JSON object:\n"
    '- {{"thought": "why", "tool": "name of a tool", "arguments": {{"parameter": value}}}} to act,\n'
    '- {{"thought": "why", "tool": "finish", "arguments": {{"answer": "your answer"}}}} to finish.'
)
NO_CALL = "No tool call was found in your reply."
NOT_JSON = "Your tool call cannot be read: {reason}."
NOT_CODE = "You cannot run code here: you act by JSON, one tool call a turn."
NOT_TEXT = "A line with an action is not understood here: you act by JSON, one tool call a turn."

_WRAPPERS = ("tool_calls", "tool_call", "tool_uses", "function_call", "calls", "tool", "action", "function")
_NAMES = (
    "tool",
    "tool_name",
    "name",
    "function",
    "function_name",
    "action",
    "command",
    "method",
    "primitive",
    "recipient_name",
)
_ARGUMENTS = ("arguments", "args", "parameters", "params", "kwargs", "input", "inputs", "tool_input", "action_input")
_THOUGHTS = ("thought", "thoughts", "think", "thinking", "reasoning", "reason", "explanation", "plan")
_OTHERS = frozenset({"id", "type", "index", "call_id", "role", "content"})
_ANSWERS = ("answer", "solution", "result", "message", "text", "report", "value")

_MARKUP = re.compile(
    r"`{3,}[\w+-]{0,20}|~{3,}[\w+-]{0,20}|</?(?:tool_calls?|function_calls?|thought|action|json)>"
    r"|<[|｜][^<>\n]{1,40}[|｜]>|\[TOOL_CALLS\]",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:^|\n)[ \t*]{0,4}(?:thought|assistant|action|tool call)[ \t*]{0,4}:[ \t*]{0,4}", re.IGNORECASE)
_ACTION_LINE = re.compile(r"^[ \t*]{0,4}act(?:ion)?[ \t*]{0,4}:", re.IGNORECASE | re.MULTILINE)
_TOOL_CALL_TAG = re.compile(r"<(/?)tool_call>", re.IGNORECASE)


_PYTHON_CALL = re.compile(r"[\W_]{0,8}(?:print\()?([A-Za-z_][\w.]{0,80})\(")


def parse_json_reply(reply: str, tools: Toolbox) -> Action:
    """Return the one action in ``reply``. Never raises."""
    text = normalized(reply)
    said = _without_thoughts(text)
    objects, calls = _found(said, tools)
    if not calls and said != text:
        objects, calls = _found(text, tools)
    plain = parse_reply(text)
    if calls:
        first = calls[0]
        return _action(first, _thought(text[: first.start]), len(calls) - 1 + isinstance(plain, Finish), tools)
    if isinstance(plain, Finish):
        return plain
    if objects.failure is not None:
        return InvalidReply(REPAIR.format(problem=NOT_JSON.format(reason=_reason(objects.failure, text))))
    if isinstance(plain, CodeAction) or _is_python(text, tools):
        return InvalidReply(REPAIR.format(problem=NOT_CODE))
    if objects.readings or marks_call(text) or not isinstance(plain, UserMessage):
        return InvalidReply(REPAIR.format(problem=NO_CALL))
    return InvalidReply(REPAIR.format(problem=NOT_TEXT)) if _ACTION_LINE.search(text) else plain


def _found(text: str, tools: Toolbox) -> tuple[Objects, list[WrittenCall]]:
    """All objects of a text, and all calls."""
    objects = find_objects(text)
    found = [[replace(call, start=each.start) for call in _calls(each.value, tools)] for each in objects.readings]
    calls = [call for within in found for call in within]
    if any(_is_name(call.name, tools) for call in calls):
        # Beside a call, what only has a name is a thing that is spoken of.
        pairs = zip(objects.readings, found, strict=True)
        calls = [call for each, within in pairs if not _only_named(each.value, within, tools) for call in within]
    return objects, calls or [call for call in calls_in_markup(text, objects.readings) if _is_name(call.name, tools)]


def _only_named(value: Any, calls: list[WrittenCall], tools: Toolbox) -> bool:
    """Whether an object is a call only in so far as it has a name, which is no tool's."""
    keys = {str(key).strip().lower() for key in value} if isinstance(value, Mapping) else set[str]()
    named = "name" in keys and not keys & {*_ARGUMENTS, *_WRAPPERS, *(key for key in _NAMES if key != "name")}
    return named and not any(_is_name(call.name, tools) for call in calls)


def _without_thoughts(text: str) -> str:
    """A text of the same length in which no object stands in a thought: it may say what might be called."""
    pieces: list[str] = []
    done = 0
    for block in split_blocks(text):
        if block.name == "thought" and block.closed:
            pieces += [text[done : block.end - len(block.text)], " " * len(block.text)]
            done = block.end
    return "".join([*pieces, text[done:]])


def _is_python(text: str, tools: Toolbox) -> bool:
    """Whether a reply without any call in JSON begins with one in Python."""
    found = _PYTHON_CALL.match(_MARKUP.sub("", text).lstrip())
    return found is not None and _is_name(found[1], tools)


def complete_json_reply(reply: str) -> str:
    """Return the reply with its brackets and tags closed, where generation stopped before their end.

    >>> complete_json_reply('<tool_call>{"tool": "state", "arguments": {')
    '<tool_call>{"tool": "state", "arguments": {}}</tool_call>'
    """
    readings = find_objects(reply).readings
    if readings and readings[-1].missing:
        reply += readings[-1].missing
    tags = [match[1] for match in _TOOL_CALL_TAG.finditer(reply)]
    if tags and not tags[-1]:
        return f"{reply}</tool_call>"
    return complete_reply(reply)


def _calls(value: Any, tools: Toolbox) -> list[WrittenCall]:
    """All calls in one object."""
    if not isinstance(value, Mapping):
        return []
    members = {str(key).strip().lower(): item for key, item in value.items()}
    thought = next((str(members[key]) for key in _THOUGHTS if isinstance(members.get(key), str)), "")
    for key in _WRAPPERS:
        inner = members.get(key)
        within = inner if isinstance(inner, list) else [inner]
        found = [call for item in within for call in _calls(item, tools)]
        if found:
            return [WrittenCall(call.name, call.positional, call.named, call.thought or thought) for call in found]
    name_keys = [key for key in _NAMES if isinstance(members.get(key), str) and members[key].strip()]
    name_key = next((key for key in name_keys if _is_name(members[key], tools)), name_keys[0] if name_keys else None)
    if name_key is None:
        return _named_by_key(value, thought, tools)
    argument_key = next((key for key in _ARGUMENTS if key in members), None)
    if argument_key is not None:
        positional, named = _arguments(members[argument_key])
    else:
        used = {name_key, *_THOUGHTS, *_OTHERS}
        positional, named = [], {str(key): item for key, item in value.items() if str(key).strip().lower() not in used}
    return [WrittenCall(members[name_key].strip(), positional, named, thought)]


def _named_by_key(value: Mapping[str, Any], thought: str, tools: Toolbox) -> list[WrittenCall]:
    """``{"house.goto": {"receptacle": "fridge 1"}}``: the name of a tool where ``"tool"`` should stand."""
    others = [str(key) for key in value if str(key).strip().lower() not in {*_THOUGHTS, *_OTHERS}]
    if len(others) != 1 or not _is_name(others[0], tools):
        return []
    positional, named = _arguments(value[others[0]])
    return [WrittenCall(others[0], positional, named, thought)]


def _is_name(name: str, tools: Toolbox) -> bool:
    return name.strip().lower() == FINISH or tools.knows(name)


def _arguments(value: Any) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by place and by name, from an object, a list, one value, or a text that holds any of these."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            reading = read_value(value.strip())
        except Unreadable:
            return [value], {}
        value = value if value.strip()[reading.end :].strip() else reading.value
    if isinstance(value, Mapping):
        return [], {str(key): item for key, item in value.items()}
    if isinstance(value, list):
        return value, {}
    return ([], {}) if value is None or value == "" else ([value], {})


def _action(first: WrittenCall, prose: str, left_out: int, tools: Toolbox) -> Action:
    thought = first.thought.strip() or prose
    if first.name.lower().removesuffix("()") == FINISH and FINISH not in tools.tools:
        return Finish(answer=_answer(first), thought=thought)
    try:
        tool = tools.find(first.name)
        arguments = tool.bind(first.positional, first.named)
    except InvalidArgument as error:
        return InvalidReply(f"Error:\n{type(error).__name__}: {error}")
    return ToolCall(tool.name, arguments, thought, left_out)


def _answer(call: WrittenCall) -> str:
    values = [*call.positional, *call.named.values()]
    for key in _ANSWERS:
        if key in call.named:
            values.insert(0, call.named[key])
            break
    answer = values[0] if values else ""
    return answer.strip() if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _thought(before: str) -> str:
    """The prose before a call, without the fences, tags and labels that belong to the call."""
    lines = _LABEL.sub("\n", _MARKUP.sub("", before)).rstrip(" \t\n[").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _reason(failure: Unreadable, text: str) -> str:
    line = text.count("\n", 0, failure.position) + 1
    return f"{failure}, in line {line} of the reply" if line > 1 else str(failure)
