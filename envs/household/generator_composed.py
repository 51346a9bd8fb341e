"""One home of the atomic or the compositional set that is to be made."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embodied_codeact.envs.household.builder_composed import BuiltTask, build_task, suits_rooms
from embodied_codeact.envs.household.builder_levels import Level
from embodied_codeact.envs.household.builder_plans import Split
from embodied_codeact.envs.household.composed import TaskSet, kinds_of
from embodied_codeact.envs.household.generator_traj import composed_traj_data
from embodied_codeact.errors import ConfigurationError, unknown_name


@dataclass(frozen=True)
class ComposedSpec:
    """What is asked for, in which kinds of room, and the chance that furnishes the home."""

    task_type: str
    rooms: tuple[str, ...]
    number: int
    trial: str
    rng: random.Random

    @property
    def folder(self) -> str:
        """``KIND-NUMBER/TRIAL``; ALFWorld's tools pass over it, as they do over all that is none of their six kinds."""
        return f"{self.task_type}-{self.number}/{self.trial}"

    def build(self, level: Level, split: Split) -> tuple[BuiltTask, dict[str, Any]]:
        """Make the home; return it, and what is kept beside the game.

        Raises:
            ConfigurationError: no home of that level has such a task.
        """
        built = build_task(self.task_type, self.number, self.rng, level, split=split, rooms=self.rooms)
        return built, composed_traj_data(built, self.trial, split)


def composed_kinds(name: TaskSet, wanted: Sequence[str], split: Split, rooms: Sequence[str]) -> list[str]:
    """Return the kinds of task to make of a set: those wanted, or else all that one of these kinds of room suits.

    Raises:
        ConfigurationError: one that is wanted does not exist, or no room suits it.
    """
    known = kinds_of(name)
    for kind in wanted:
        if kind not in known:
            raise ConfigurationError(unknown_name(f"task type of the set {name!r}", kind, known))
    kinds = [kind for kind in dict.fromkeys(wanted or known) if suits_rooms(kind, split, rooms)]
    unsuited = [kind for kind in wanted if kind not in kinds]
    if unsuited:
        raise ConfigurationError(f"{unsuited[0]} cannot be done in {', '.join(rooms)}: name another --room-type")
    return kinds
