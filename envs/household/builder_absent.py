"""Tasks that cannot be done: what is asked for is not there."""

from __future__ import annotations

import functools
import random

from embodied_codeact.envs.household.builder import BuiltHome
from embodied_codeact.envs.household.builder_alfworld import alfworld_data
from embodied_codeact.envs.household.builder_plans import LAMP, Split, floor_plans
from embodied_codeact.envs.household.builder_tasks import BUILDABLE, assignments


def absent_sentence(built: BuiltHome, split: Split, rng: random.Random) -> str:
    """Return one of ALFWorld's sentences, which asks for the home's kind of task and its receptacle, but for a kind of
    thing that this home has none of."""
    asked = built.assignment
    there = {thing.kind for thing in built.home.things}
    # What is asked for elsewhere in such words; in a full kitchen nothing of that is missing, so anything may be.
    choices = (_things(split, asked.task_type, asked.receptacle), _things(split, asked.task_type), _things(split))
    missing = next(left for every in choices if (left := [kind for kind in every if kind not in there]))
    kinds = {"obj": rng.choice(missing), "recep": asked.receptacle, "mrecep": asked.container, "toggle": LAMP}
    said = {key: kind.lower() for key, kind in kinds.items()}
    return rng.choice(alfworld_data().sentences[asked.task_type]).format(**said) + "."


@functools.cache
def _things(split: Split, task_type: str | None = None, receptacle: str | None = None) -> list[str]:
    """What tasks ask for in any room: of that type, with that receptacle."""
    found = [
        assignment
        for plan in floor_plans(split)
        for kind in ((task_type,) if task_type else BUILDABLE)
        for assignment in assignments(kind, plan)
    ]
    return sorted({each.thing for each in found if receptacle in (None, each.receptacle)})
