"""Says what ALFWorld's six types of task ask for in many other ways, as people would."""

from __future__ import annotations

import random
import re

from embodied_codeact.envs.household.builder_wordings import plural, preposition
from embodied_codeact.envs.household.expert_reading import Goal, read_goal
from embodied_codeact.envs.household.rephrasing_names import FOOD, LAMPS, PLACES, PLURALS, THINGS, UNCOUNTED
from embodied_codeact.envs.household.rephrasing_ways import COMMON, WAYS, WORDS
from embodied_codeact.envs.wording import phrase

_TARGETS = {**PLACES, **LAMPS}
_ONLY_ONE = frozenset({"fridge", "microwave", "garbagecan", "coffeemachine", "toaster", "toilet", *LAMPS})
"""Of these a home has one, so nobody says "any"."""

_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and any at by chill clean cold cool examine find heat hot in inspect into it look move on one onto place "
        "put rinse some the them to two under using warm wash with",
    )
)
"""What a sentence of the six types is made of, besides the thing and where it goes. One with other words in it may ask
for more than the goal that was read from it ("every", "most", "the same")."""


class HouseholdRephraser:
    """Satisfies :class:`~embodied_codeact.contracts.Rephraser`."""

    def rephrase(self, instruction: str, rng: random.Random) -> str | None:
        """Return an instruction that asks for the same, None where it is none of the six types' sentences."""
        goal = read_plain_goal(instruction)
        return None if goal is None else phrase(WAYS[goal.task], _rules(goal, rng), rng)

    def rename(self, rng: random.Random) -> dict[str, str]:  # noqa: ARG002
        """There is nothing to exchange: what a thing is called decides where it is looked for, and what takes it."""
        return {}


rephraser = HouseholdRephraser()


def read_plain_goal(instruction: str) -> Goal | None:
    """Return the goal of a sentence of ALFWorld's six types, None where it is another sentence.

    >>> read_plain_goal("put some mug on desk.")
    Goal(task='place', thing='mug', target='desk', container='')
    >>> read_plain_goal("put every mug on the desk")
    """
    text = instruction.strip().rstrip(".").lower()
    goal = read_goal(text, PLACES, THINGS)
    if goal is None or goal.task not in WAYS or goal.thing not in THINGS or goal.target not in _TARGETS:
        return None
    rest = re.sub(rf"\b(?:{plural(goal.thing)}|{goal.thing}|{goal.target})\b", " ", text)
    return goal if rest != text and _WORDS.issuperset(rest.split()) else None


def _rules(goal: Goal, rng: random.Random) -> dict[str, str]:
    """The words of one sentence. A thing has one name throughout it."""
    name = rng.choice(THINGS[goal.thing].split("|"))
    many = PLURALS.get(goal.thing) or "|".join(map(plural, dict.fromkeys(THINGS[goal.thing].split("|"))))
    inside = preposition(goal.target) == "in"
    uncounted, food = name in UNCOUNTED, goal.thing in FOOD
    pair = "two" if many.startswith("pairs") else "a pair of"
    return {
        **COMMON,
        **WORDS.get(goal.task, {}),
        "X": name,
        "Xs": rng.choice(many.split("|")),
        "Y": rng.choice(_TARGETS[goal.target].split("|")),
        "ax": "[some|some|the]" if uncounted else "[a|a|a|a|a|the|the|the|the|the|one|some]",
        "ax1": "some" if uncounted else "[a|a|a|one]",
        "x": "{ax} {X}",
        "x1": "{ax1} {X}",
        "more": "some more" if uncounted else "[another|another one|a second one|one more]",
        "pair": pair,
        "y": "the {Y}" if goal.target in _ONLY_ONE else "[the|the|the|the|the|the|the|a|any] {Y}",
        "in": "[in|in|in|inside]" if inside else "[on|on|on|on top of]",
        "into": "into" if inside else "onto",
        "cook": "@cook" if food else "@heat",
        "cooked": "cooked" if food else "hot",
    }
