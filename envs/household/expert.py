"""The household expert: a model like any other, that knows only what the conversation says and common sense.

It reads the prompt and the observations, and replies with a thought and a whole program, as a good agent would; where
replies hold one call each, it carries the same program out call by call. It serves as a reference that a model can be
measured against, and as a source of trajectories to learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embodied_codeact.contracts import Message
from embodied_codeact.envs.expert import Expert
from embodied_codeact.envs.household.expert_habits import kind_of, likely_receptacles, search_order
from embodied_codeact.envs.household.expert_reading import (
    Briefing,
    Goal,
    Memory,
    read_briefing,
    read_goal,
    read_memory,
)
from embodied_codeact.envs.household.expert_scripts import APPLIANCES, Plan, write_exploration, write_script
from embodied_codeact.envs.unrolled import (
    Conclusion,
    Decision,
    EndedProgram,
    Offer,
    Program,
    read_form,
    reply_with_calls,
    write_decision,
)
from embodied_codeact.primitives.household import House
from embodied_codeact.primitives.household_mint import mint_functions

_PATIENCE = 3
"""So many scripts are tried before a search that found nothing counts as hopeless."""
_MAX_SCRIPTS = 8
"""After that many it is hopeless in any case."""


class HouseholdExpert(Expert):
    """Plans in programs, whatever the form of its replies."""

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the next reply: a program, or its next call."""
        briefing, form = read_briefing(messages), read_form(messages)
        if form == "script":
            return write_decision(form, _decide(briefing, read_memory(messages)))

        def decide(ended: Sequence[EndedProgram]) -> Decision:
            told = messages[: ended[-1].messages if ended else 0]
            return _decide(briefing, replace(read_memory(told), scripts=len(ended)))

        return reply_with_calls(messages, form, _offer(briefing), decide)


def _offer(briefing: Briefing) -> Offer:
    if briefing.flat:
        return Offer(mint_functions(_Nowhere()))
    return Offer({"house": House}, state={"places": list(briefing.places)})


class _Nowhere:
    """The household of functions of which only the signatures are used."""

    put_template = ""

    def command(self, text: str) -> str:
        raise NotImplementedError(text)


def _decide(briefing: Briefing, memory: Memory) -> Decision:
    """Write the next program, or conclude."""
    kinds = set(map(kind_of, briefing.places))
    seen = {kind_of(name) for names in memory.contents.values() for name in names}
    goal = read_goal(briefing.sentence, kinds, seen)
    if goal is not None and _achieved(goal, memory):
        return Conclusion("I have completed the task.", "done")
    if _hopeless(goal, briefing, memory):
        return Conclusion("I have tried what I could, and another search would not show anything new.", "not found")
    if goal is None:
        return _explore(briefing, memory)
    if memory.scripts == 0 and not memory.contents and memory.holding is None:
        return Program(_first_thought(goal, kinds), write_script(_first_plan(goal, briefing)))
    return Program(_next_thought(goal, memory), write_script(_next_plan(goal, briefing, memory)))


def _achieved(goal: Goal, memory: Memory) -> bool:
    """Whether the observations show that everything was done."""
    if goal.task == "look":
        return (
            memory.holding is not None
            and kind_of(memory.holding) == goal.thing
            and any(kind_of(lamp) == goal.target for lamp in memory.lit)
        )
    there: dict[str, int] = {}
    for thing, place in memory.put.items():
        treated = goal.task not in APPLIANCES or (goal.task, thing) in memory.treated
        if kind_of(thing) == goal.thing and kind_of(place) == goal.target and treated:
            there[place] = there.get(place, 0) + 1
    return max(there.values(), default=0) >= (2 if goal.task == "two" else 1)


def _hopeless(goal: Goal | None, briefing: Briefing, memory: Memory) -> bool:
    """Whether another script could only repeat the ones before. One that was cut off leaves something to do."""
    searched = all(place in memory.contents for place in briefing.places)
    found = goal is not None and bool(memory.holding or memory.where(goal.thing))
    return memory.scripts >= _MAX_SCRIPTS or (memory.scripts >= _PATIENCE and searched and not found)


def _first_plan(goal: Goal, briefing: Briefing) -> Plan:
    # Plain functions come without a `state` that could list the places, so the program has to.
    search = search_order(goal.thing, briefing.places) if briefing.flat else None
    return _plan(goal, briefing, search=search, targets=_places_of(goal.target, briefing))


def _next_plan(goal: Goal, briefing: Briefing, memory: Memory) -> Plan:
    """Go where the thing was last seen, then where nobody has looked yet, then everywhere once more; and try another
    receptacle first, in case the one before does not take it."""
    known = memory.where(goal.thing) + (memory.where(goal.target) if goal.task == "look" else [])
    order = search_order(goal.thing, briefing.places)
    unseen = [place for place in order if place not in memory.contents]
    search = [place for place in dict.fromkeys([*known, *unseen, *order]) if place in briefing.places]
    targets = _places_of(goal.target, briefing)
    # One that already holds things of this kind stays the target: two of them must be in the same receptacle.
    started = [place for place in targets if place in memory.put.values()]
    turn = memory.scripts % len(targets) if targets and goal.task != "two" else 0
    targets = list(dict.fromkeys([*(started if goal.task == "two" else []), *targets[turn:], *targets]))
    return _plan(goal, briefing, search=search, targets=targets, holding=memory.holding)


def _plan(
    goal: Goal, briefing: Briefing, *, search: list[str] | None, targets: list[str], holding: str | None = None
) -> Plan:
    appliances = _places_of(APPLIANCES.get(goal.task, ""), briefing)
    return Plan(
        goal=goal,
        places=briefing.places,
        targets=targets,
        appliance=appliances[0] if appliances else None,
        search=search,
        holding=holding,
        flat=briefing.flat,
    )


def _places_of(kind: str, briefing: Briefing) -> list[str]:
    """All places of a kind, in the order of their numbers."""
    found = [place for place in briefing.places if kind_of(place) == kind]
    return sorted(found, key=lambda place: int(place.rpartition(" ")[2]))


def _first_thought(goal: Goal, kinds: set[str]) -> str:
    likely = likely_receptacles(goal.thing, kinds)[:3]
    steps = {
        "place": f"take it and put it in the {goal.target}",
        "clean": f"take it, clean it at the sinkbasin and put it in the {goal.target}",
        "heat": f"take it, heat it with the microwave and put it in the {goal.target}",
        "cool": f"take it, cool it with the fridge and put it in the {goal.target}",
        "two": f"put two of them in the same {goal.target}, one after the other, since I can carry only one",
        "look": f"take it, and turn on the {goal.target} while I hold it",
    }[goal.task]
    return (
        f"I need to find {_a(goal.thing)}, then {steps}. "
        f"It is most likely at a {' or '.join(likely)}; I search there first, then everywhere else, "
        "opening what is closed."
    )


def _next_thought(goal: Goal, memory: Memory) -> str:
    if memory.holding:
        return f"The task is not done yet, but I hold the {memory.holding}. I go on from there."
    known = memory.where(goal.thing)
    if known:
        return f"The task is not done yet. I saw {_a(goal.thing)} at {', '.join(known)}, so I begin there."
    return f"I have seen no {goal.thing} yet. I begin with the places that I have not looked into, then look again."


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}"


def _explore(briefing: Briefing, memory: Memory) -> Decision:
    if not briefing.places:
        return Conclusion("I see neither a room nor a task that I understand.", "I do not understand the task")
    unseen = [place for place in search_order("", briefing.places) if place not in memory.contents]
    if not unseen:
        return Conclusion(
            "I have looked at everything and still do not see what is wanted.", "I do not understand the task"
        )
    thought = "I am not sure what is wanted, so I look around first: every place, opening what is closed."
    return Program(thought, write_exploration(unseen, flat=briefing.flat))
