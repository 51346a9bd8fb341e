"""Primitives as tools: what JSON and text actions call, one at a time.

A tool call is carried out as a script of that one call, so that it has the same deadline, stop and record as any other.
Two tools are no primitives: ``state`` shows the whole high-level state, and ``finish`` ends the task.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from embodied_codeact.agent.signatures import Parameter, parse_parameters
from embodied_codeact.agent.tool_arguments import fit
from embodied_codeact.contracts import ApiDescription, MethodSpec, ToolCall
from embodied_codeact.errors import InvalidArgument, did_you_mean, unknown_name

FINISH = "finish"
STATE = "state"
_MAX_NAME = 200
_SHOW = '__import__("embodied_codeact.interpreter.results", fromlist=["show"]).show'
"""Written so that a call leaves no name behind in the interpreter."""
_PREFIXES = re.compile(r"^(?:functions?|tools?|api|primitives?)[./:]+", re.IGNORECASE)


class Tool:
    """One call that the environment offers. ``name`` is ``"house.goto"``, or ``"goto"`` for a plain function."""

    def __init__(self, name: str, spec: MethodSpec) -> None:
        self.name = name
        self.spec = spec
        self.parameters: list[Parameter] = parse_parameters(spec.signature)
        self.signature = f"{name}{spec.signature}"

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    def bind(self, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments by the names of their parameters, converted where that cannot do harm. Those of
        ``*args`` are a list under that name.

        Raises:
            InvalidArgument: they do not fit the signature, which the message gives.
        """
        bound: dict[str, Any] = {}
        takers = [parameter for parameter in self.parameters if parameter.positional]
        rest = next((parameter for parameter in self.parameters if parameter.kind == "rest"), None)
        for parameter, value in zip(takers, positional, strict=False):
            bound[parameter.name] = fit(value, parameter.annotation)
        surplus = list(positional[len(takers) :])
        if surplus and rest is None:
            raise self._misfit(f"takes {_count(len(takers), 'argument')}, not {len(positional)}")
        if rest is not None and surplus:
            bound[rest.name] = surplus
        for name, value in named.items():
            parameter = self._parameter(name)
            if parameter.name in bound:
                raise self._misfit(f"was given {parameter.name!r} twice")
            bound[parameter.name] = fit(value, parameter.annotation)
        missing = [p.name for p in self.parameters if p.required and p.name not in bound]
        if missing:
            raise self._misfit(f"needs {' and '.join(map(repr, missing))}")
        return bound

    def expression(self, arguments: Mapping[str, Any]) -> str:
        """Return the call as Python source.

        Raises:
            InvalidArgument: the arguments do not fit the signature, which the message gives.
        """
        bound = self.bind([], arguments)
        parts: list[str] = []
        in_order = True
        for parameter in self.parameters:
            if parameter.name not in bound:
                in_order = in_order and not parameter.positional
                continue
            value = bound.pop(parameter.name)
            if parameter.kind == "rest":
                parts += [literal(item) for item in value] if isinstance(value, list) else [literal(value)]
            elif parameter.positional and in_order:
                parts.append(literal(value))
            else:
                parts.append(f"{parameter.name}={literal(value)}")
        parts += [f"{name}={literal(value)}" for name, value in bound.items()]
        return f"{self.name}({', '.join(parts)})"

    def _parameter(self, name: str) -> Parameter:
        known = [parameter for parameter in self.parameters if parameter.kind != "more"]
        for parameter in known:
            if name == parameter.name:
                return parameter
        for parameter in known:
            if _squashed(name) == _squashed(parameter.name):
                return parameter
        if any(parameter.kind == "more" for parameter in self.parameters) and name.isidentifier():
            return Parameter(name, "named", "", required=False)
        hint = did_you_mean(name, [parameter.name for parameter in known])
        raise self._misfit(f"has no parameter {name!r:.60}", hint)

    def _misfit(self, what: str, hint: str = "") -> InvalidArgument:
        return InvalidArgument(f"{self.name}() {what}.{hint} Its signature: {self.signature}")


_STATE_TOOL = Tool(
    STATE, MethodSpec(STATE, "()", "Return the whole high-level state, always current, with these fields:")
)


class Toolbox:
    """All primitives of an environment, by name."""

    def __init__(self, api: ApiDescription) -> None:
        self.tools: dict[str, Tool] = {}
        for primitive in api.primitives:
            for method in primitive.methods:
                name = f"{primitive.name}.{method.name}"
                self.tools[name] = Tool(name, method)
            if primitive.function is not None:
                self.tools[primitive.name] = Tool(primitive.name, primitive.function)
        self.state = [field.name for field in api.state]
        self._full: dict[str, list[Tool]] = {}
        self._short: dict[str, list[Tool]] = {}
        for tool in self.tools.values():
            self._full.setdefault(_squashed(tool.name), []).append(tool)
            self._short.setdefault(_squashed(tool.short_name), []).append(tool)

    def find(self, name: str) -> Tool:
        """Return the tool of that name, however its parts are joined (``house_goto``, ``House.GoTo``); the part after
        the dot is enough where no other tool ends so.

        Raises:
            InvalidArgument: there is none, or several; the message names the nearest.
        """
        fitting = self._fitting(name)
        if len(fitting) == 1:
            return fitting[0]
        shown = name.strip()[:60]
        if fitting:
            raise InvalidArgument(
                f"several tools are called {shown!r}: write {' or '.join(tool.name for tool in fitting)}."
            )
        raise InvalidArgument(self._unknown(shown))

    def knows(self, name: str) -> bool:
        """Return whether there is a tool of that name, or several."""
        return bool(self._fitting(name))

    def _fitting(self, name: str) -> list[Tool]:
        plain = _PREFIXES.sub("", name[:_MAX_NAME].strip()).removesuffix("()")
        if plain in self.tools:
            return [self.tools[plain]]
        squashed = _squashed(plain)
        if squashed == STATE and self.state:
            return [_STATE_TOOL]
        return self._full.get(squashed) or self._short.get(squashed) or []

    def expression(self, call: ToolCall) -> str:
        """Return a call as Python source, as a person reads it: ``house.goto('fridge 1')``.

        Raises:
            InvalidArgument: there is no such tool, or the arguments do not fit its signature.
        """
        tool = self.find(call.name)
        if tool is _STATE_TOOL:
            tool.bind([], call.arguments)
            return "{" + ", ".join(f"{name!r}: {STATE}.{name}" for name in self.state) + "}"
        return tool.expression(call.arguments)

    def code(self, call: ToolCall) -> str:
        """Return the script that carries out a call and prints its result; see
        :mod:`embodied_codeact.interpreter.results`.

        Raises:
            InvalidArgument: there is no such tool, or the arguments do not fit its signature.
        """
        left_out = f", left_out={call.left_out}" if call.left_out else ""
        return f"{_SHOW}({self.expression(call)}{left_out})"

    def _unknown(self, name: str) -> str:
        names = [*self.tools, FINISH, *([STATE] if self.state else [])]
        short = {tool.short_name: tool.name for tool in self.tools.values()}
        near = did_you_mean(name.rpartition(".")[2], short)
        if near and not did_you_mean(name, names):
            return f"unknown tool {name!r}.{near}"
        return unknown_name("tool", name, names)


def literal(value: Any) -> str:
    """Return Python source for a value as JSON has it.

    >>> literal(["red block", 0.5, None, float("inf")])
    "['red block', 0.5, None, float('inf')]"
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _squashed(name: str) -> str:
    """What is left of a name when it does not matter how its parts are joined."""
    return re.sub(r"[\W_]+", "", name).lower()


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
