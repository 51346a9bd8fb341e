"""RRT-Connect (Kuffner and LaValle, 2000): a way through joint space where no simple one is free.

Two trees grow from start and goal towards random places and towards each other. Its random numbers begin anew with
every search, so the same problem always has the same answer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from embodied_codeact.primitives.arm_types import Array

FreeWay = Callable[[Array, Array], bool]
"""Whether the straight line in joint space between two joint positions (7,) is free."""

_SEED = 7
_STEP = 0.3
_ROUNDS = 250
_SHORTCUTS = 60
_ROOM = 0.8
"""How far beyond start and goal each joint may go, rad."""


class _Tree:
    def __init__(self, root: Array) -> None:
        self._places = [root]
        self._parents = [-1]

    def nearest(self, target: Array) -> int:
        away = np.array(self._places) - target
        return int(np.argmin(np.einsum("ni,ni->n", away, away)))

    def place(self, index: int) -> Array:
        return self._places[index]

    def add(self, place: Array, parent: int) -> int:
        self._places.append(place)
        self._parents.append(parent)
        return len(self._places) - 1

    def way_to(self, index: int) -> list[Array]:
        """From the root to a place."""
        way = []
        while index >= 0:
            way.append(self._places[index])
            index = self._parents[index]
        return way[::-1]


def find_way(start: Array, goal: Array, lower: Array, upper: Array, free: FreeWay) -> list[Array] | None:
    """Return waypoints (each (7,), the last is ``goal``) of a free way between free joint positions, within ``lower``
    and ``upper`` (7,); None when none was found. ``free`` is asked in every round: what it raises ends the search."""
    random = np.random.default_rng(_SEED)
    low = np.maximum(lower, np.minimum(start, goal) - _ROOM)
    high = np.minimum(upper, np.maximum(start, goal) + _ROOM)
    here, there = _Tree(start), _Tree(goal)
    forward = True
    for _ in range(_ROUNDS):
        reached = _extend(here, random.uniform(low, high), free)
        if reached is not None:
            place = here.place(reached)
            met = _connect(there, place, free)
            if met is not None:
                first, second = here.way_to(reached), there.way_to(met)
                way = [*first, *second[-2::-1]] if forward else [*second, *first[-2::-1]]
                return _shortened(way, random, free)[1:]
        here, there, forward = there, here, not forward
    return None


def _extend(tree: _Tree, target: Array, free: FreeWay) -> int | None:
    """One step towards ``target``; the index of the new place, None when the step is blocked."""
    near = tree.nearest(target)
    origin = tree.place(near)
    distance = float(np.linalg.norm(target - origin))
    place = target if distance <= _STEP else origin + (target - origin) * (_STEP / distance)
    return tree.add(place, near) if free(origin, place) else None


def _connect(tree: _Tree, target: Array, free: FreeWay) -> int | None:
    """As many steps as it takes to ``target``; the index of its place in the tree, None when the way is blocked."""
    while True:
        reached = _extend(tree, target, free)
        if reached is None or tree.place(reached) is target:
            return reached


def _shortened(way: list[Array], random: np.random.Generator, free: FreeWay) -> list[Array]:
    """Cut corners where the straight line between two places on the way is free."""
    for _ in range(_SHORTCUTS):
        if len(way) < 3:
            break
        first, last = sorted(random.choice(len(way), 2, replace=False).tolist())
        if last - first > 1 and free(way[first], way[last]):
            del way[first + 1 : last]
    return way
