"""Instructions in several phrasings, written from parameters and read back from words.

A template such as ``"Put the {block} in the {bowl}."`` names fields; a field knows how its value is written and what
text it can stand for, so one grammar serves the generator and whoever wants to understand an instruction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from embodied_codeact.envs.tabletop.tasks.things import COLOR_NAMES, HOUSEHOLD

Parameters = Mapping[str, Any]
Phrasings = Literal["usual", "kept"]

_FIELD = re.compile(r"\{(\w+)\}")
_COLOR = f"(?:{'|'.join(COLOR_NAMES)})"


@dataclass(frozen=True)
class Field:
    """One blank of a template. ``pattern``: regular expression without groups of its own for what can stand there."""

    pattern: str
    write: Callable[[Any], str] = str
    read: Callable[[str], Any] = str


@dataclass(frozen=True)
class Phrasing:
    """All ways in which a task is put into words: usual ``templates``, and those ``kept`` back, which are only used
    where they are asked for. Every template holds every field."""

    templates: tuple[str, ...]
    fields: Mapping[str, Field]
    kept: tuple[str, ...]

    def write(self, parameters: Parameters, rng: np.random.Generator, chosen: Phrasings = "usual") -> str:
        """Put parameters into words, in one of the phrasings of that choice."""
        templates = self.templates if chosen == "usual" else self.kept
        return templates[int(rng.integers(len(templates)))].format(**self.words(parameters))

    def words(self, parameters: Parameters) -> dict[str, str]:
        """How each field is written."""
        return {name: field.write(parameters[name]) for name, field in self.fields.items()}

    def read(self, instruction: str) -> dict[str, Any] | None:
        """Return the parameters of an instruction, usual or kept, None where it is none of this task's."""
        for pattern in self._patterns:
            if match := pattern.fullmatch(instruction.strip()):
                return {name: field.read(match[name]) for name, field in self.fields.items()}
        return None

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(self._expression(template), re.IGNORECASE) for template in (*self.templates, *self.kept)]

    def _expression(self, template: str) -> str:
        parts = _FIELD.split(template)
        # Literal text and names of fields take turns.
        return "".join(
            f"(?P<{part}>{self.fields[part].pattern})" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )


NUMBER = Field(r"\d+", str, int)
DECIMAL = Field(r"-?\d+(?:\.\d+)?", "{:g}".format, float)
COLOR = Field(_COLOR, read=str.lower)
BLOCK_NAME = Field(f"{_COLOR} block", read=str.lower)
SOLID_NAME = Field(f"{_COLOR} (?:block|cylinder)", read=str.lower)
BOWL_NAME = Field(f"{_COLOR} bowl", read=str.lower)
ZONE_NAME = Field(f"{_COLOR} zone", read=str.lower)
HOUSEHOLD_NAME = Field("|".join(HOUSEHOLD), read=str.lower)


def choice(*words: str) -> Field:
    """One of several expressions."""
    return Field("|".join(map(re.escape, words)), read=str.lower)


def _write_list(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _read_list(text: str) -> list[str]:
    return re.split(r", | and ", text.lower())


COLOR_LIST = Field(rf"{_COLOR}(?:, {_COLOR})* and {_COLOR}", _write_list, _read_list)
"""Two or more colours: "red, green and blue"."""


def _write_plural(thing: tuple[str, str | None]) -> str:
    kind, color = thing
    return f"{color} {kind}s" if color else f"{kind}s"


def _read_plural(text: str) -> tuple[str, str | None]:
    color, _, rest = text.lower().partition(" ")
    kind, color_or_none = (rest, color) if color in COLOR_NAMES else (text.lower(), None)
    return kind.removesuffix("s"), color_or_none


PLURAL = Field(rf"(?:{_COLOR} )?(?:block|cylinder|{'|'.join(HOUSEHOLD)})s", _write_plural, _read_plural)
"""All things of a kind, and of a colour where one is named: ("block", "red"), ("duck", None)."""
