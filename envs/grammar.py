"""A small language of templates: alternatives in square brackets, rules in braces."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Rules = Mapping[str, str]


@dataclass(frozen=True)
class _Sequence:
    parts: tuple[str | _Field | _Choice, ...]


@dataclass(frozen=True)
class _Field:
    name: str


@dataclass(frozen=True)
class _Choice:
    of: tuple[_Sequence, ...]


_TOKEN = re.compile(r"[\[\]|]|\{\w+\}|[^\[\]|{}]+")


@lru_cache(maxsize=20_000)
def _parse(template: str) -> _Choice:
    """Read a template, whose outermost alternatives need no brackets."""
    stack: list[list[list[str | _Field | _Choice]]] = [[[]]]
    for token in _TOKEN.findall(template):
        if token == "[":
            stack.append([[]])
        elif token == "|":
            stack[-1].append([])
        elif token == "]":
            done = stack.pop()
            stack[-1][-1].append(_Choice(tuple(_Sequence(tuple(parts)) for parts in done)))
        else:
            stack[-1][-1].append(_Field(token[1:-1]) if token.startswith("{") else token)
    (outermost,) = stack
    return _Choice(tuple(_Sequence(tuple(parts)) for parts in outermost))


def expand(template: str, rules: Rules, rng: random.Random, **texts: str) -> str:
    """Return one of the texts that a template stands for; ``texts`` are filled in as they are.

    >>> expand("[put|set] {x} down", {"x": "the mug"}, random.Random(1))
    'put the mug down'

    Raises:
        KeyError: a template names a rule that there is none of.
    """
    return _expand(_parse(template), rules, rng, texts)


def _expand(choice: _Choice, rules: Rules, rng: random.Random, texts: Rules) -> str:
    words = []
    for part in rng.choice(choice.of).parts:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, _Choice):
            words.append(_expand(part, rules, rng, texts))
        else:
            words.append(
                texts[part.name] if part.name in texts else _expand(_parse(rules[part.name]), rules, rng, texts)
            )
    return "".join(words)
