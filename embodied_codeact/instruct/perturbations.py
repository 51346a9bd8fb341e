"""Puts one mistake into a reply, in whatever form it acts: a script, a JSON call, a line of text."""

from __future__ import annotations

import json
import random
import re
from typing import Any, NamedTuple

from embodied_codeact.instruct.script_mistakes import NUMBERED, OTHER_WORDS, misspelt, renamed, renumbered, with_mistake

_EXECUTE = re.compile(r"<execute>\n(.*?)(?=\n?</execute>|\Z)", re.DOTALL)
_ACTION = re.compile(r"^Action: (?!finish\b)(.+)$", re.MULTILINE)
_CALL = re.compile(r"[\w.]+\(.*\)")
_FINISH = "finish"


class Perturbation(NamedTuple):
    """A reply with a mistake in it, and the kind of the mistake."""

    reply: str
    kind: str


def perturb(reply: str, rng: random.Random) -> Perturbation | None:
    """Return a reply with one mistake in its action, None where it holds no action that could have one."""
    if script := _EXECUTE.search(reply):
        return _within(reply, script, with_mistake(script[1], rng))
    if action := _ACTION.search(reply):
        command = action[1]
        made = with_mistake(command, rng) if _CALL.fullmatch(command) else _wrong_command(command, rng)
        return _within(reply, action, made)
    return _perturb_json(reply, rng)


def _within(reply: str, match: re.Match[str], made: tuple[str, str] | None) -> Perturbation | None:
    if made is None:
        return None
    return Perturbation(reply[: match.start(1)] + made[0] + reply[match.end(1) :], made[1])


def _wrong_command(command: str, rng: random.Random) -> tuple[str, str] | None:
    """A command in words: its verb, one of its things, or their number is wrong, or something is missing."""
    verb, _, rest = command.partition(" ")
    ways = [(f"{rng.choice(('perform', 'try to', 'please'))} {command}", "misspelt method")]
    ways.append(
        (f"{rng.choice(OTHER_WORDS.get(verb, (misspelt(verb, rng),))).replace('_', ' ')} {rest}", "misspelt method")
    )
    for thing in NUMBERED.findall(rest):
        ways.append((command.replace(thing, renumbered(thing, rng)), "wrong number"))
        ways.append((command.replace(thing, thing.rpartition(" ")[0]), "missing argument"))
        if (other := renamed(thing, rng)) is not None:
            ways.append((command.replace(thing, other), "wrong name"))
    return rng.choice([way for way in ways if way[0].strip() != command])


def _perturb_json(reply: str, rng: random.Random) -> Perturbation | None:
    """A call as JSON: its tool, an argument or a name is wrong, or an argument is missing."""
    start = reply.find("{")
    try:
        call, end = json.JSONDecoder().raw_decode(reply, max(start, 0))
    except ValueError:
        return None
    if not isinstance(call, dict) or not isinstance(call.get("tool"), str) or call["tool"] == _FINISH:
        return None
    ways = _wrong_calls(call["tool"], call.get("arguments") or {}, rng)
    # What a wrong keyword would be called may be what it is called here.
    wrong, kind = rng.choice([way for way in ways if {**call, **way[0]} != call])
    text = json.dumps({**call, **wrong}, ensure_ascii=False)
    return Perturbation(reply[:start] + text + reply[end:], kind)


def _wrong_calls(tool: str, arguments: dict[str, Any], rng: random.Random) -> list[tuple[dict[str, Any], str]]:
    owner, dot, method = tool.rpartition(".")
    other = rng.choice(OTHER_WORDS.get(method, (misspelt(method, rng),)))
    ways: list[tuple[dict[str, Any], str]] = [({"tool": f"{owner}{dot}{other}"}, "misspelt method")]
    for name, value in arguments.items():
        rest = {key: item for key, item in arguments.items() if key != name}
        ways.append(({"arguments": rest}, "missing argument"))
        ways.append(({"arguments": {**rest, rng.choice(OTHER_WORDS.get(name, ("target",))): value}}, "wrong keyword"))
        if isinstance(value, str):
            if NUMBERED.fullmatch(value):
                ways.append(({"arguments": {**arguments, name: renumbered(value, rng)}}, "wrong number"))
            if (called := renamed(value, rng)) is not None:
                ways.append(({"arguments": {**arguments, name: called}}, "wrong name"))
            ways.append(({"arguments": {**arguments, name: {"name": value}}}, "wrong type"))
        elif isinstance(value, float | int):
            ways.append(({"arguments": {**arguments, name: f"{value} m"}}, "wrong type"))
        elif isinstance(value, list) and all(isinstance(item, float) for item in value):
            ways.append(({"arguments": {**arguments, name: [round(100 * item, 4) for item in value]}}, "wrong unit"))
    return ways
