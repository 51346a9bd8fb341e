"""Documents primitives where actions are single calls: the same descriptions as for scripts, without any Python."""

from __future__ import annotations

import ast
import doctest
import json
import re
from collections.abc import Callable
from textwrap import indent
from typing import Any

from embodied_codeact.agent.commands import Commands
from embodied_codeact.agent.tools import STATE, Tool, Toolbox
from embodied_codeact.contracts import ApiDescription, ErrorSpec
from embodied_codeact.errors import CallLimitReached, InvalidArgument, NotApproved

ONLY_OF_SCRIPTS = frozenset({CallLimitReached.__name__, NotApproved.__name__})
"""Errors that a single call never meets."""
_Writer = Callable[[Tool, dict[str, Any]], str]
_NAMED = re.compile(r"``(\w+)``")
_PARSER = doctest.DocTestParser()


def json_tools_text(api: ApiDescription) -> str:
    """Document everything that can be called, each with its arguments as a JSON object of types."""

    def head(tool: Tool) -> str:
        return tool.signature

    def example(tool: Tool, arguments: dict[str, Any]) -> str:
        return json.dumps({"tool": tool.name, "arguments": arguments}, ensure_ascii=False)

    return _document(api, Toolbox(api), head, example)


def text_commands_text(api: ApiDescription) -> str:
    """Document everything that can be done, each with the form of its command."""
    tools = Toolbox(api)
    commands = Commands(tools)

    def head(tool: Tool) -> str:
        return commands.shown(tool)

    def example(tool: Tool, arguments: dict[str, Any]) -> str:
        return f"Action: {commands.written(tool, arguments)}"

    # Docstrings name methods, as in ``goto``; here these are known by their commands.
    verbs = {tool.short_name: commands.verb(tool) for tool in tools.tools.values() if tool.spec.commands}
    return _NAMED.sub(lambda name: f"``{verbs.get(name[1], name[1])}``", _document(api, tools, head, example))


def _document(api: ApiDescription, tools: Toolbox, head: Callable[[Tool], str], example: _Writer) -> str:
    sections: list[str] = []
    for primitive in api.primitives:
        if primitive.function is not None:
            sections.append(_tool(tools, tools.find(primitive.name), head, example))
            continue
        sections.append(f"# {primitive.name}\n{primitive.doc.strip()}".strip())
        sections += [
            _tool(tools, tools.find(f"{primitive.name}.{method.name}"), head, example) for method in primitive.methods
        ]
    if api.state:
        fields = [
            f"{field.name}: {field.type}" + (f" - {field.doc.strip()}" if field.doc else "") for field in api.state
        ]
        state = tools.find(STATE)
        sections.append("\n".join([head(state), *(f"    {line}" for line in [state.spec.doc, *fields])]))
    sections.append(_errors(api.errors))
    return "\n\n".join(section for section in sections if section)


def _tool(tools: Toolbox, tool: Tool, head: Callable[[Tool], str], example: _Writer) -> str:
    words, examples = _parts(tools, tool, example)
    body = "\n".join([words, *examples]).strip()
    return f"{head(tool)}\n{indent(body, '    ')}" if body else head(tool)


def _parts(tools: Toolbox, tool: Tool, example: _Writer) -> tuple[str, list[str]]:
    """A docstring's words, and those of its examples that are one call of this tool with a plain result, rewritten."""
    words: list[str] = []
    examples: list[str] = []
    for part in _PARSER.parse(tool.spec.doc):
        if isinstance(part, str):
            words.append(part)
            continue
        arguments = _arguments(tools, tool, part.source)
        if arguments is not None:
            result = _result(part.want)
            examples.append(f"Example: {example(tool, arguments)}" + (f"\n  -> {result}" if result else ""))
    return "".join(words).strip(), examples[:1]


def _arguments(tools: Toolbox, tool: Tool, source: str) -> dict[str, Any] | None:
    """The arguments of an example that is a single call of the tool with literal arguments."""
    try:
        call = ast.parse(source.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or not tools.knows(ast.unparse(call.func)):
            return None
        if tools.find(ast.unparse(call.func)) is not tool:
            return None
        positional = [ast.literal_eval(argument) for argument in call.args]
        return tool.bind(positional, {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg})
    except (SyntaxError, ValueError, InvalidArgument):
        return None


def _result(want: str) -> str:
    """An example's result as an observation shows it; empty where it is no text, number or list."""
    try:
        value = ast.literal_eval(want.strip()) if want.strip() else None
    except (SyntaxError, ValueError):
        return ""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _errors(errors: list[ErrorSpec]) -> str:
    lines = [f"{each.name} - {' '.join(each.doc.split())}" for each in errors if each.name not in ONLY_OF_SCRIPTS]
    return "\n".join(["# kinds of errors", *lines]) if lines else ""
