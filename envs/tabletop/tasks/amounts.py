"""Conditions on how many things are somewhere, whichever they are, and on how near one came to another."""

from __future__ import annotations

from dataclasses import dataclass

from embodied_codeact.envs.tabletop.tasks.goals import Undisturbed
from embodied_codeact.envs.tabletop.tasks.relations import Inside, stands_on_table
from embodied_codeact.envs.tabletop.view import WorldView


@dataclass(frozen=True)
class SomeInside:
    """Exactly ``count`` of these things lie in a bowl or tray."""

    names: tuple[str, ...]
    container: str
    count: int

    def missing(self, view: WorldView) -> str:
        inside = sum(not Inside(name, self.container).missing(view) for name in self.names)
        return f"{inside} lie in the {self.container}, not {self.count}" if inside != self.count else ""


@dataclass(frozen=True)
class RestUndisturbed:
    """Those of these things that do not lie in a bowl or tray stand where they stood at the start."""

    names: tuple[str, ...]
    container: str

    def missing(self, view: WorldView) -> str:
        outside = tuple(name for name in self.names if Inside(name, self.container).missing(view))
        return Undisturbed(outside).missing(view)


@dataclass(frozen=True)
class NearAhead:
    """A thing stands on the table ``nearest`` to ``farthest`` m from another, centre to centre, and has got there along
    ``way``, a unit vector over the table, without straying sideways by more than ``sideways`` m."""

    name: str
    reference: str
    nearest: float
    farthest: float
    way: tuple[float, float]
    sideways: float = 0.03

    def missing(self, view: WorldView) -> str:
        if not stands_on_table(view, self.name):
            return f"the {self.name} does not stand on the table"
        apart = view.distance(self.name, self.reference)
        if not self.nearest <= apart <= self.farthest:
            return f"the {self.name} is {apart:.3f} m from the {self.reference}"
        x, y, _ = view.positions[self.name]
        a, b, _ = view.scene.named(self.name).position
        strayed = abs((x - a) * self.way[1] - (y - b) * self.way[0])
        return f"the {self.name} strayed by {strayed:.3f} m" if strayed > self.sideways else ""
