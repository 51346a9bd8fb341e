"""Problems that the world can judge: made from a seed, with files for the script and an answer that stays hidden."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Problem(Generic[Answer]):
    """One problem.

    ``read`` turns what a script hands in into an answer and raises InvalidArgument where it cannot; ``shown`` says how
    it was understood; ``is_right`` judges it.
    """

    instruction: str
    read: Callable[[Any], Answer]
    shown: Callable[[Answer], str]
    is_right: Callable[[Answer], bool]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its name, what it asks in general, and how one is made."""

    name: str
    instruction: str
    make: Callable[[np.random.Generator], Problem[Any]]

    def problem(self, seed: int) -> Problem[Any]:
        """Return the problem of that seed: always the same."""
        return self.make(np.random.default_rng([seed % 2**64, zlib.crc32(self.name.encode())]))
