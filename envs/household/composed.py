"""The kinds of task of the two sets that are made besides ALFWorld's: ``atomic`` and ``compositional``.

They follow the two experiments of the CodeAct paper (arXiv 2402.01030): one call of a primitive, asked for in words,
and tasks that take several primitives, loops, conditions and values that must be looked up.
"""

from __future__ import annotations

from typing import Literal

TaskSet = Literal["alfworld", "atomic", "compositional"]

ATOMIC_KINDS = (
    "atomic-goto",
    "atomic-open",
    "atomic-close",
    "atomic-take",
    "atomic-put",
    "atomic-clean",
    "atomic-heat",
    "atomic-cool",
    "atomic-use",
)
"""One for each primitive that changes the world."""
COMPOSITIONAL_KINDS = (
    "compositional-gather",
    "compositional-sort",
    "compositional-empty",
    "compositional-close",
    "compositional-leave_closed",
    "compositional-several",
    "compositional-swap",
    "compositional-beside",
    "compositional-most",
    "compositional-fewest",
    "compositional-count",
    "compositional-condition",
    "compositional-compare",
)
COMPOSED_KINDS = (*ATOMIC_KINDS, *COMPOSITIONAL_KINDS)
"""All kinds of both sets. None is the beginning of another, so that a folder's name tells which it is."""


def kinds_of(name: TaskSet) -> tuple[str, ...]:
    """Return the kinds of task of a set that is not ALFWorld's."""
    return ATOMIC_KINDS if name == "atomic" else COMPOSITIONAL_KINDS
