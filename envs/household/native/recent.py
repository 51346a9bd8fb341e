"""A cache of the things used last, bounded by their number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


class Recent(Generic[Key, Thing]):
    """Keeps up to ``most`` things. Threads may share it: at worst a thing is made twice."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Thing] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Thing]) -> Thing:
        """Return the thing of that key, made now where it is not kept."""
        thing = self._things.pop(key, None)
        if thing is None:
            thing = make()
        self._things[key] = thing
        while len(self._things) > self._most:
            try:
                self._things.popitem(last=False)
            except KeyError:  # another thread was faster
                break
        return thing
