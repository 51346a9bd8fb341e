"""What the household expert says before it acts: plain reasons, in varied words."""

from __future__ import annotations

import random

from embodied_codeact.envs.error_words import in_own_words
from embodied_codeact.envs.household.expert_habits import kind_of
from embodied_codeact.envs.household.expert_reading import Goal, Memory


def first_thought(goal: Goal, likely: list[str], rng: random.Random, *, explore: bool) -> str:
    """Why the first program does what it does. ``likely`` are kinds of places; ``explore``: it only looks."""
    places = " or ".join(likely[:3])
    if explore:
        return rng.choice(
            (
                f"I do not know yet where {_a(goal.thing)} is. I look around first, {places} before the rest, and stop "
                f"as soon as I have seen {_all_of(goal)}; then I can {_steps(goal)}.",
                f"First I need to see {_all_of(goal)}. {_a(places).capitalize()} is the most likely place, so the tour "
                "begins there, and I act in the next turn.",
                f"Task: {_steps(goal)}. Before that I have to find {_all_of(goal)}, so this script only looks, opening "
                "what is closed.",
            )
        )
    return rng.choice(
        (
            f"I need to find {_a(goal.thing)}, then {_steps(goal)}. I search the likeliest places first, then "
            "everywhere else.",
            f"The plan: search for {_a(goal.thing)}, likely places ({', '.join(likely[:3])}) first, then "
            f"{_steps(goal)}. One script can do all of it, since it sees each answer.",
            f"Where {_a(goal.thing)} is kept I can only guess: {places}, say. The script goes through the places in "
            f"that order and, once it has what it needs, it will {_steps(goal)}.",
            f"{_a(goal.thing).capitalize()} should turn up at a {places}. Once found: {_steps(goal)}.",
        )
    )


def next_thought(goal: Goal, memory: Memory, rng: random.Random, *, known: bool, meant_to_end: bool = False) -> str:
    """Why another program follows. ``known``: everything that the task needs has been seen. ``meant_to_end``: the
    program before was to do all that was left."""
    error = _told(memory, rng) or (_unfinished(goal, memory, rng) if meant_to_end else "")
    if memory.holding and kind_of(memory.holding) not in (goal.thing, goal.container):
        return f"{error}I hold the {memory.holding}, which the task does not want, so I put it down first and go on."
    if memory.holding:
        return error + rng.choice(
            (
                f"I hold the {memory.holding} now. What is left is to {_rest(goal)}.",
                f"The {memory.holding} is in my hand; next I {_rest(goal)}.",
                f"The task is not done yet, but I hold the {memory.holding}. I go on from there.",
            )
        )
    if known:
        places = ", ".join(memory.where(goal.thing))
        return error + rng.choice(
            (
                f"Now I know where everything is: {_a(goal.thing)} at {places}. I can {_steps(goal)} without any more "
                "searching.",
                f"There is {_a(goal.thing)} at {places}. So: {_steps(goal)}.",
                f"I have seen what I need ({goal.thing}: {places}). These steps should do it.",
            )
        )
    if memory.where(goal.thing):
        return (
            f"{error}The task is not done yet. I saw {_a(goal.thing)} at {', '.join(memory.where(goal.thing))}, so I "
            "begin there, and look further for the rest."
        )
    return (
        f"{error}I have seen no {goal.thing} yet. I begin with the places that I have not looked into, then look again."
    )


def _told(memory: Memory, rng: random.Random) -> str:
    """What went wrong, where the latest answer tells it."""
    if memory.error:
        return f"{in_own_words(memory.error, rng.choice)} "
    if memory.refused:
        return rng.choice(
            (
                "There was no error, but something was answered 'Nothing happens.', so it was not done. ",
                "'Nothing happens.' means that a step could not be done there. ",
                "The script ran to its end and the task is not done: one answer was 'Nothing happens.'. ",
            )
        )
    return ""


def _unfinished(goal: Goal, memory: Memory, rng: random.Random) -> str:
    """What a program left undone that ended without an error."""
    said = rng.choice(
        (
            "There was no error, yet the task is not done: ",
            "My script ran to its end and did not do all of it: ",
            "No error, but something is missing: ",
        )
    )
    if memory.holding:
        return f"{said}it ended with the {memory.holding} still in my hand. "
    if seen := memory.where(goal.thing):
        return f"{said}there is {_a(goal.thing)} at {seen[0]}. "
    return f"{said}it saw no {goal.thing}. "


def _steps(goal: Goal) -> str:
    return {
        "place": f"take it and put it in the {goal.target}",
        "clean": f"take it, clean it at the sinkbasin and put it in the {goal.target}",
        "heat": f"take it, heat it with the microwave and put it in the {goal.target}",
        "cool": f"take it, cool it with the fridge and put it in the {goal.target}",
        "two": f"put two of them in the same {goal.target}, one after the other, since I can carry only one",
        "look": f"take it, and turn on the {goal.target} while I hold it",
        "within": f"put it into {_a(goal.container)} and carry that to the {goal.target}",
    }[goal.task]


def _rest(goal: Goal) -> str:
    return {
        "look": f"turn on the {goal.target}",
        "two": f"bring two of them to the same {goal.target}",
        "within": f"get it to the {goal.target} within {_a(goal.container)}",
        "clean": f"bring it to the {goal.target}, clean",
        "heat": f"bring it to the {goal.target}, hot",
        "cool": f"bring it to the {goal.target}, cold",
        "place": f"bring it to the {goal.target}",
    }[goal.task]


def _all_of(goal: Goal) -> str:
    if goal.task == "two":
        return f"two of kind {goal.thing}"
    other = goal.target if goal.task == "look" else goal.container
    return f"{_a(goal.thing)} and {_a(other)}" if other else _a(goal.thing)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}"
