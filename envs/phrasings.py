"""Instructions in people's own words, each with the task that it asks for: JSON Lines, one of them a line.

{"environment": "household", "task": "heat", "parameters": {"thing": "potato", "target": "fridge"},
 "instruction": "Nuke a potato, then shove it in the fridge."}

An environment makes a scene for each line in which that is to be done, and tells it in exactly these words.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from embodied_codeact.errors import ConfigurationError

SHIPPED = "shipped"
"""Names the file that comes with this project, in the place of a path."""
_SHIPPED_FILE = Path(__file__).parent / "suites" / "phrasings.jsonl"


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line. ``parameters`` are the task's; ``place`` says where the line stands, for errors."""

    environment: str
    task: str
    parameters: dict[str, Any]
    instruction: str
    place: str = ""


def read_told(name: str, environment: str) -> list[Told]:
    """Read the instructions for one environment, in order.

    Args:
        name: path of a file, or ``shipped``.

    Raises:
        ConfigurationError: the file cannot be read, a line is none (named by number), or none is for the environment.
    """
    lines = _text(name).split("\n")
    told = [_read(line, f"{name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    mine = [each for each in told if each.environment == environment]
    if not mine:
        raise ConfigurationError(f"{name}: has no instruction for the environment {environment!r}")
    return mine


def digest_of_instructions(name: str) -> str:
    """Return a digest of such a file, which changes with its content.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    return hashlib.sha256(_text(name).encode()).hexdigest()[:12]


def _text(name: str) -> str:
    file = _SHIPPED_FILE if name == SHIPPED else Path(name).expanduser()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read the instructions {file}: {getattr(error, 'strerror', error)}") from error


def _read(line: str, place: str) -> Told:
    try:
        told = msgspec.json.decode(line, type=Told)
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"{place}: {error}") from error
    if not told.instruction.strip() or "\n" in told.instruction:
        raise ConfigurationError(f"{place}: an instruction is one line of words")
    return msgspec.structs.replace(told, place=place)
