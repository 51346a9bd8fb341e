"""Remembers a result by the parts of the state that it was computed from, and by nothing else.

While a result is computed, every part of the state that is read is noted in order: a slot and what stood in it. Since
what is read next depends only on what was read before, results with their readings form a tree: at each branch a slot
to look into, below it one path for each content seen there so far.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embodied_codeact.envs.household.native.world import World

Key = Any
"""Values of a pattern's positions: one value alone, or a tuple of several or none."""

Facts = frozenset[tuple[str, ...]]
State = dict[int, Facts]
"""The facts of each slot; a slot without facts is absent."""

Get = Callable[[int], Facts | None]
"""Looks into a slot of the state at hand."""


class Trace:
    """A computation over a state of a world, and what it has read.

    ``reads`` maps slots to what stood in them, in the order read; ``kinds`` are the types of the objects that queries
    found for variables that were free.
    """

    __slots__ = ("get", "kinds", "reads", "world")

    def __init__(self, world: World, get: Get) -> None:
        self.world = world
        self.get = get
        self.reads: dict[int, Facts | None] = {}
        self.kinds: set[str] = set()

    def facts(self, number: int, key: Key) -> Facts | None:
        """Return the facts that a pattern finds in the state, and note it."""
        slot = self.world.tables.slots_by_key[number].get(key)
        if slot is None:
            slot = self.world.tables.slot(number, key)
        found = self.reads[slot] = self.get(slot)
        return found


class Memo:
    """The tree: a branch is a pair of a slot and the paths by content; a result is anything but a tuple or None."""

    __slots__ = ("root",)

    def __init__(self) -> None:
        self.root: Any = None

    def find(self, get: Get) -> Any:
        """Return the result for the state at hand, or None where none is remembered."""
        node = self.root
        while node.__class__ is tuple:
            node = node[1].get(get(node[0]))
        return node

    def keep(self, trace: Trace, result: Any) -> None:
        """Remember a result."""
        reads = list(trace.reads.items())
        if not reads:
            self.root = result
            return
        root = self.root
        if root is None:
            root = self.root = (reads[0][0], {})
        paths = root[1]
        for (_, content), (slot, _) in pairwise(reads):
            branch = paths.get(content)
            if branch is None:
                branch = paths[content] = (slot, {})
            paths = branch[1]
        paths[reads[-1][1]] = result
