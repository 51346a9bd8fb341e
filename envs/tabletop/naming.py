"""What things are called: by scripts, which know what is perceived, and in the simulation, which knows everything."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Protocol

from embodied_codeact.envs.tabletop.table import Table
from embodied_codeact.envs.tabletop.vision.perception import VisionPerception
from embodied_codeact.primitives.handling import UNKNOWN

_SAME = 0.05


class Naming(Protocol):
    """Translates names."""

    def called(self, name: str) -> str:
        """Return what a script calls the thing that the simulation calls ``name``; arm and table have one name."""
        ...

    def bodies(self, names: Collection[str]) -> list[str]:
        """Return what the simulation calls the things that a script calls ``names``; unknown ones are left out."""
        ...

    def fingers_moved(self) -> None:
        """The fingers have moved: something else may be held now."""
        ...


class TrueNames:
    """Satisfies :class:`Naming` at the level ``state``: both sides use the scene's names."""

    def called(self, name: str) -> str:
        """Return the same name."""
        return name

    def bodies(self, names: Collection[str]) -> list[str]:
        """Return the same names."""
        return list(names)

    def fingers_moved(self) -> None:
        """Nothing depends on it."""


class SeenNames:
    """Satisfies :class:`Naming` at the level ``vision``: a thing has the name of what was seen where it is."""

    def __init__(self, simulation: Table, perception: VisionPerception) -> None:
        self._simulation = simulation
        self._perception = perception

    def called(self, name: str) -> str:
        """Return the name of what was seen there, "unknown object" where nothing was."""
        if name not in self._simulation.bodies:
            return name
        if name == self._simulation.held() and self._perception.held is not None:
            return self._perception.held
        return self._perception.name_at(self._simulation.pose(name)[0]) or UNKNOWN

    def bodies(self, names: Collection[str]) -> list[str]:
        """Return what stands where those things were seen."""
        wanted = [thing.position for thing in self._perception.remembered() if thing.name in names]
        found = []
        for position in wanted:
            true = min(
                self._simulation.bodies,
                key=lambda name: math.dist(self._simulation.pose(name)[0], position),
                default=None,
            )
            if true is not None and math.dist(self._simulation.pose(true)[0], position) < _SAME:
                found.append(true)
        return found

    def fingers_moved(self) -> None:
        """Tell perception, which follows what is held."""
        self._perception.gripper_moved()
