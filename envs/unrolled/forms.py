"""The forms of action, as a conversation asks for them and as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from embodied_codeact.contracts import Message, commands_of, parameters_of

Form = Literal["script", "atomic", "json", "text"]
"""``script``: whole programs. ``atomic``: scripts of one primitive call. ``json`` and ``text``: one call, as such."""

STATE = "state"
"""The tool that tells the whole state; in scripts, the name of the state itself."""

_ATOMIC = re.compile(r"at most (?:1|one) (?:primitive )?call\b")
_JSON = ('"tool"', '"arguments"')
_TEXT = re.compile(r"^\W*Action:", re.MULTILINE)
_CLOSING = "\n</execute>"
_DECIMALS = 6
"""Micrometres and microradians: what is written of a computed number."""


@dataclass(frozen=True)
class Program:
    """A plan that can be run: what to do next, and why."""

    thought: str
    code: str


@dataclass(frozen=True)
class Conclusion:
    """The end of the episode, as the expert sees it."""

    thought: str
    answer: str


Decision = Program | Conclusion


@dataclass(frozen=True)
class Call:
    """One call of a primitive. ``function`` is the primitive itself, of which only its text commands are read.
    ``args`` and ``kwargs`` are as the program wrote them, ``arguments`` by the names of the parameters."""

    name: str
    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    arguments: Mapping[str, Any]


class ShownNames:
    """The names of calls as the system message documents them: where they are text, the part after the dot may do."""

    def __init__(self, messages: Sequence[Message]) -> None:
        documented = re.findall(r"^(\w+)\(", _system(messages), re.MULTILINE)
        self._short = set(documented)

    def shown(self, name: str) -> str:
        """Return the name by which to call ``name``."""
        short = name.rpartition(".")[2]
        return short if short in self._short else name


def read_form(messages: Sequence[Message]) -> Form:
    """Return the form of action that the system message asks for."""
    system = _system(messages)
    if all(word in system for word in _JSON):
        return "json"
    if _TEXT.search(system):
        return "text"
    return "atomic" if _ATOMIC.search(" ".join(system.split())) else "script"


def _system(messages: Sequence[Message]) -> str:
    return "\n".join(message.content for message in messages if message.role == "system")


def write_decision(form: Form, decision: Decision) -> str:
    """Write a program as one script, or a finish in any form.

    Raises:
        ValueError: a program cannot be written as one action of a form that holds one call.
    """
    if isinstance(decision, Program):
        if form != "script":
            raise ValueError(f"a program is no action of the form {form!r}")
        return _tagged(decision.thought, "execute", f"\n{decision.code.rstrip()}\n")
    if form == "json":
        return _json(decision.thought, "finish", {"answer": decision.answer})
    if form == "text":
        return _text(decision.thought, f"finish({decision.answer})")
    return _tagged(decision.thought, "solution", decision.answer)


def write_call(form: Form, thought: str, call: Call) -> str:
    """Write a reply that makes one call. The thought may be empty."""
    if form == "json":
        return _json(thought, call.name, plain(call.arguments))
    return _text(thought, _command(call)) if form == "text" else _tagged(thought, "execute", f"\n{_print(call)}\n")


def action_of(form: Form, call: Call) -> str:
    """Return what a reply that makes a call ends with, closing tags apart."""
    return write_call(form, "", call).removeprefix("{").removesuffix(_CLOSING)


def acts(reply: str, action: str) -> bool:
    """Whether a reply holds that action, as :func:`action_of` gives it."""
    return reply.rstrip().removesuffix(_CLOSING.strip()).rstrip().endswith(action)


def plain(value: Any) -> Any:
    """Return a value of a program as plain data, with as many decimals as make sense.

    >>> plain({"target": np.array([0.123456789, 1.0]), "count": np.int64(3)})
    {'target': [0.123457, 1.0], 'count': 3}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def source(call: Call) -> str:
    """Write a call as Python source."""
    arguments = [_literal(plain(value)) for value in call.args]
    arguments += [f"{name}={_literal(plain(value))}" for name, value in call.kwargs.items()]
    return f"{call.name}({', '.join(arguments)})"


def _command(call: Call) -> str:
    """A call as text: by the primitive's own words where they have a place for every argument."""
    for template in commands_of(call.function):
        if set(parameters_of(template)) == set(call.arguments):
            return template.format(**{name: str(plain(value)) for name, value in call.arguments.items()})
    return source(call)


def _print(call: Call) -> str:
    return f"print({STATE if call.name == STATE else source(call)})"


def _literal(value: Any) -> str:
    """Write plain data as Python source, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value)


def _json(thought: str, tool: str, arguments: Any) -> str:
    said = {"thought": thought} if thought else {}
    return json.dumps({**said, "tool": tool, "arguments": arguments}, ensure_ascii=False)


def _text(thought: str, command: str) -> str:
    action = f"Action: {command}"
    # A thought of several lines would look like several parts of the reply.
    return f"Thought: {' '.join(thought.split())}\n{action}" if thought else action


def _tagged(thought: str, tag: str, content: str) -> str:
    action = f"<{tag}>{content}</{tag}>"
    return f"<thought>\n{thought}\n</thought>\n{action}" if thought else action
