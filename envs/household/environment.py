"""What the household says of itself: options, guide, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from embodied_codeact.contracts import SensorSpec, Task, WorldContext
from embodied_codeact.envs.household.adapter import ExplainingHouseholdAdapter, HouseholdAdapter
from embodied_codeact.envs.household.engine import ENGINES
from embodied_codeact.envs.household.games import list_tasks
from embodied_codeact.envs.household.state import HouseholdState
from embodied_codeact.errors import ConfigurationError

_GUIDE = """\
You are in a home and act in it step by step. Everything has a name and a number, such as 'mug 1' or 'drawer 2'. \
Receptacles hold things; the ones of this home are named at the start, the things in them are not: look for them.
- You must be at a receptacle to see into it, open or close it, take something from it or put something there.
- A closed receptacle must be opened first.
- You have one hand: put down what you hold before you take something else.
- To clean, heat or cool something, take it, carry it to a sinkbasin, a microwave or a fridge, and use that.
- To examine something with a lamp, take it, carry it to where the lamp stands, and turn the lamp on.
{refusals}
- "Put some X in Y" asks for one X in or on any Y; "put two X in Y" asks for both in the same Y.
The task is done as soon as the home is as asked; you need not say so."""
GUIDE = _GUIDE.format(
    refusals="""\
- 'Nothing happens.' means that it could not be done; check where you are and what you hold. Going to where you \
already stand is answered so too, and receptacles side by side share one place to stand: examine them instead."""
)
EXPLAINED_GUIDE = _GUIDE.format(
    refusals="""\
What cannot be done here raises an error that says why (NotPossible).
- Where a description says 'Nothing happens.', that error is raised instead: catch it, or make sure first.
- Receptacles side by side share one place to stand: examine the others from there."""
)


class HouseholdOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the household.

    ``games``: a game file (``.tw-pddl``) or a folder of them; empty for the built-in homes. ``api``: the ``house``
    object, or the flat functions of the MINT benchmark. ``engine``: what plays the games, our own engine or TextWorld;
    the words are the same. ``feedback``: ``alfworld`` answers "Nothing happens." to what cannot be done, ``explained``
    raises an error that says what is in the way (with the native engine).
    """

    games: str = ""
    api: Literal["object", "mint"] = "object"
    engine: Literal["native", "textworld"] = "native"
    feedback: Literal["alfworld", "explained"] = "alfworld"


class HouseholdEnvironment:
    """Satisfies :class:`~embodied_codeact.contracts.Environment`."""

    name: str = "household"
    guide: str = GUIDE
    options_type: type[msgspec.Struct] = HouseholdOptions
    state_type: type[msgspec.Struct] = HouseholdState
    error_types: Sequence[type[Exception]] = ()
    sensors: Sequence[SensorSpec] = ()
    forkable: bool = True

    def tasks(self, options: HouseholdOptions) -> Sequence[Task]:
        """Return one task for each game, sorted by id.

        Raises:
            ConfigurationError: the games are missing or cannot be used.
        """
        return list_tasks(self.name, options.games)

    def adapter(self, options: HouseholdOptions, context: WorldContext) -> HouseholdAdapter:
        """Make one household; the engine starts with its first game.

        Raises:
            ConfigurationError: TextWorld is to play, and to explain.
        """
        explains = options.feedback == "explained"
        if explains and options.engine != "native":
            raise ConfigurationError(
                f"the engine {options.engine!r} does not explain: choose the engine 'native' or the feedback 'alfworld'"
            )
        if explains:
            return ExplainingHouseholdAdapter(
                options.games, options.api, context, ENGINES[options.engine], guide=EXPLAINED_GUIDE
            )
        return HouseholdAdapter(options.games, options.api, context, ENGINES[options.engine])
