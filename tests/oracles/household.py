"""The oracle of the household: a game's own walkthrough as a script over the ``house`` object.

It knows what no agent could, so it proves a game solvable before any model is blamed for not solving it.
"""

from __future__ import annotations

import re
from typing import Any

_CALLS = (
    (r"go to (?P<a>.+)", "house.goto({a!r})"),
    (r"take (?P<a>.+) from (?P<b>.+)", "house.take({a!r}, {b!r})"),
    (r"(?:put (?P<a>.+) in/on|move (?P<c>.+) to) (?P<b>.+)", "house.put({a!r}, {b!r})"),
    (r"open (?P<a>.+)", "house.open({a!r})"),
    (r"close (?P<a>.+)", "house.close({a!r})"),
    (r"use (?P<a>.+)", "house.use({a!r})"),
    (r"(?P<verb>clean|heat|cool) (?P<a>.+) with (?P<b>.+)", "house.{verb}({a!r}, {b!r})"),
)


def call_of(command: str) -> str:
    """Return the call of the ``house`` object that sends this command.

    >>> call_of("heat egg 1 with microwave 1")
    "house.heat('egg 1', 'microwave 1')"
    """
    for pattern, call in _CALLS:
        found = re.fullmatch(pattern, command)
        if found:
            words = {name: value for name, value in found.groupdict().items() if value is not None}
            return call.format(**{"a": words.get("c", ""), **words})
    raise ValueError(f"no call sends {command!r}")


def oracle_script(game: dict[str, Any]) -> str:
    """Return the script that wins this game."""
    return "\n".join(f"print({call_of(command)})" for command in game["walkthrough"])
