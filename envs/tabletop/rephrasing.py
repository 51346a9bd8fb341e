"""Says what the standard tasks of the tabletop ask for in many other ways, as people would."""

from __future__ import annotations

import random
from collections.abc import Mapping

from embodied_codeact.envs.tabletop.rephrasing_basic import BASIC
from embodied_codeact.envs.tabletop.rephrasing_more import MORE
from embodied_codeact.envs.tabletop.rephrasing_words import rules
from embodied_codeact.envs.tabletop.tasks import TASKS
from embodied_codeact.envs.tabletop.tasks.things import COLOR_NAMES
from embodied_codeact.envs.wording import phrase

_MORE_SHARE = 0.5
_LONG = frozenset({"turn", "align-with-edge"})
"""Tasks whose blocks are no cubes."""


_COMMON: Mapping[str, str] = {
    "put": "@put|@put|@place|@place|@set|@lay|@position",
    "into": "in|into|inside|in|into",
    "drop": "@put|@put|@place|@drop|@deposit",
    "move": "@move|@bring|@carry|@take|@transport|@transfer",
    "get": "@take|@grab|@pick up|@grasp|@get|@find|@lift|@grip",
    "hand": "the gripper|the gripper|the hand|the tool|the fingertips|your hand|your gripper|your fingertips",
    "table": "the table|the table|the tabletop",
    "middle": "middle|middle|center|centre|midpoint",
    "then": "and|and|and then|, then",
    "all": "all the {B}s|all {B}s|all of the {B}s",
}
"""Words of all tasks."""


class TabletopRephraser:
    """Satisfies :class:`~embodied_codeact.contracts.Rephraser`."""

    def rephrase(self, instruction: str, rng: random.Random) -> str | None:
        """Return an instruction that asks for the same, None where it is no standard task's."""
        for name, task in TASKS.items():
            if (parameters := task.phrasing.read(instruction)) is not None:
                ways, words = BASIC[name]
                known = {**_COMMON, **rules(parameters, rng, long=name in _LONG), **words}
                if rng.random() < _MORE_SHARE:
                    ways, more = MORE[name]
                    known |= more
                return phrase(ways, known, rng)
        return None

    def rename(self, rng: random.Random) -> dict[str, str]:
        """Exchange the colours: they tell things apart, and physics knows none."""
        return dict(zip(COLOR_NAMES, rng.sample(COLOR_NAMES, len(COLOR_NAMES)), strict=True))


rephraser = TabletopRephraser()
