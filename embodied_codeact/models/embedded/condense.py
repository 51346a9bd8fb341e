"""Shortens an agent's conversation for a small model, in training and in use alike.

A small model has learnt what the primitives do; of the long prompt it needs to know which of them there are, and how to
reply. So the system message becomes a few lines, budgets are left out, and of an observation the changes of state that
its output tells anyway. What is not one of our prompts stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from embodied_codeact.contracts import Message

CONDENSED = "condensed"
"""The name of this form of a prompt, as a checkpoint's ``config.json`` has it under ``prompt_form``."""
PROMPT_FORM = "prompt_form"

LONGEST_OBSERVATION = 1500
"""Characters. Of a longer one the middle is left out."""

_FORMS = (("code", "<execute>"), ("json", '"tool"'), ("text", "Action:"))
_METHOD = re.compile(r"^(?:(\w+)\.)?(\w+)\(.*\)(?: ->.*)?$", re.MULTILINE)
_COMMAND = re.compile(r"^[a-z][\w/]*(?: [\w/{}\[\]=, -]+)?$(?=\n    \S)", re.MULTILINE)
_REFUSAL = re.compile(r"^What cannot be done here raises an error that says why \((\w+)\)\.$", re.MULTILINE)
_STATE = re.compile(r"^state\.(\w+): ", re.MULTILINE)
_BUDGET = re.compile(
    r"^(?:You have \d+ (?:turns?|steps?)\b.*|\d+ turns? left\b.*|You should take the last step .*|Task:)$\n?",
    re.MULTILINE,
)
_CHANGES = re.compile(r"^Changes of state:\n((?:(?:state\.|\.\.\. and ).*\n?)+)", re.MULTILINE)
_TOLD = ("state.holding:",)


def condense(messages: Sequence[Message]) -> list[Message]:
    """Return the conversation with its long parts shortened; one that has no system message of ours as it is.

    >>> rules = Message("system", "Write code between <execute> and </execute>.")
    >>> [message.content for message in condense([rules, Message("user", "Put the mug away.\\n\\nYou have 5 turns.")])]
    ['code', 'Put the mug away.']
    """
    if not any(message.role == "system" and _form(message.content) for message in messages):
        return list(messages)
    return [_condensed(message) for message in messages]


def _condensed(message: Message) -> Message:
    if message.role == "system":
        return replace(message, content=_system(message.content))
    if message.role == "user":
        return replace(message, content=_said(message.content))
    return message


def _form(text: str) -> str:
    """The form of action that a system message of ours explains; nothing of another one."""
    return next((name for name, mark in _FORMS if mark in text), "")


@lru_cache(maxsize=64)
def _system(text: str) -> str:
    """The form of action, the names of what can be called and read, and what failures raise."""
    form = _form(text)
    if not form:
        return text
    lines = [form]
    groups: dict[str, list[str]] = {}
    for owner, name in _METHOD.findall(text):
        groups.setdefault(owner, []).append(name)
    if form == "text" and (commands := _COMMAND.findall(text)):
        groups[""] = [*(command.partition(" {")[0] for command in commands), *groups.get("", [])]
    for owner, names in groups.items():
        lines.append(f"{owner or 'calls'}: {' '.join(dict.fromkeys(names))}")
    if state := _STATE.findall(text):
        lines.append(f"state: {' '.join(state)}")
    if refusal := _REFUSAL.search(text):
        lines.append(f"raises {refusal[1]}")
    return "\n".join(lines)


def _said(text: str) -> str:
    """Without budgets, and with the changes of state that matter."""
    text = _BUDGET.sub("", text)
    text = _CHANGES.sub(_changes, text).strip()
    if len(text) <= LONGEST_OBSERVATION:
        return text
    half = LONGEST_OBSERVATION // 2
    return f"{text[:half]}\n...\n{text[-half:]}"


def _changes(found: re.Match[str]) -> str:
    return "".join(f"{line}\n" for line in found[1].splitlines() if line.startswith(_TOLD))
