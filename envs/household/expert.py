"""The household expert: a model like any other, that knows only what the conversation says and common sense.

It reads the prompt and the observations, plans over what they tell, and replies with a thought and a program, as a good
agent would: one that does everything in a single turn, or one that looks around first and acts when it knows enough.
Where replies hold one call each, it carries the same programs out call by call. It serves as a reference that a model
can be measured against, and as a teacher: its programs differ from task to task, always the same for the same task.

====================  ==========================================================
``expert_reading``    what the conversation says: the briefing, the goal, the memory
``expert_habits``     where things are usually kept
``expert_planner``    which thing, which appliance, which target: the cheapest steps
``expert_styles``     ways of writing whole programs (with ``_objects``, ``_plans``)
``expert_direct``     programs for what is known, and for looking around
``expert_pieces``     the language of those templates, and their common pieces
``expert_scripts``    chooses and fills in a template
``expert_thoughts``   what is said before
``expert_composed``   tasks of one call, and with loops, conditions and values to find out
====================  ==========================================================
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from embodied_codeact.contracts import Message
from embodied_codeact.envs.expert import Expert
from embodied_codeact.envs.household.expert_composed import decide_errand
from embodied_codeact.envs.household.expert_habits import kind_of, search_order
from embodied_codeact.envs.household.expert_pieces import Household
from embodied_codeact.envs.household.expert_planner import (
    APPLIANCES,
    Step,
    direct_plan,
    needed,
    places_of,
    search_plan,
    targets_of,
)
from embodied_codeact.envs.household.expert_reading import (
    Briefing,
    Goal,
    Memory,
    read_briefing,
    read_goal,
    read_memory,
)
from embodied_codeact.envs.household.expert_scripts import (
    Plan,
    dice,
    write_exploration,
    write_on,
    write_script,
    write_steps,
)
from embodied_codeact.envs.household.expert_thoughts import first_thought, next_thought
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
from embodied_codeact.primitives.household_errors import HOUSEHOLD_ERRORS
from embodied_codeact.primitives.household_mint import mint_functions

_PATIENCE = 3
"""So many scripts are tried before a search that found nothing counts as hopeless."""
_MAX_SCRIPTS = 8
"""After that many it is hopeless in any case."""
_ROOM_TO_EXPLORE = 4
"""With fewer turns than that, the first program does everything."""

Manner = Literal["at once", "look first", "in stages"]


class HouseholdExpert(Expert):
    """Plans in programs, whatever the form of its replies.

    Args:
        plain: write all programs in one way, each doing everything at once, in place of many ways that do the same: a
            teacher for models that are too small to learn them all.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain

    def answer(self, messages: Sequence[Message]) -> str:
        """Return the next reply: a program, or its next call."""
        briefing, form = replace(read_briefing(messages), plain=self._plain), read_form(messages)
        if form == "script":
            return write_decision(form, _decide(briefing, read_memory(messages)))

        def decide(ended: Sequence[EndedProgram]) -> Decision:
            told = messages[: ended[-1].messages if ended else 0]
            error = ended[-1].error if ended else ""
            return _decide(briefing, replace(read_memory(told), scripts=len(ended), error=error))

        return reply_with_calls(messages, form, _offer(briefing), decide)


def _offer(briefing: Briefing) -> Offer:
    if briefing.flat:
        return Offer(mint_functions(_Nowhere()), errors=HOUSEHOLD_ERRORS)
    return Offer({"house": House}, errors=HOUSEHOLD_ERRORS, state={"places": list(briefing.places)})


class _Nowhere:
    """The household of functions of which only the signatures are used."""

    put_template = ""

    def command(self, text: str) -> str:
        raise NotImplementedError(text)


def _decide(briefing: Briefing, memory: Memory) -> Decision:
    """Write the next program, or conclude."""
    if errand := decide_errand(briefing, memory):
        return errand
    kinds = set(map(kind_of, briefing.places))
    seen = {kind_of(name) for names in memory.contents.values() for name in names}
    goal = read_goal(briefing.sentence, kinds, seen)
    if goal is not None and _achieved(goal, memory):
        return Conclusion("I have completed the task.", "done")
    if goal is not None and briefing.plain and memory.scripts and _not_there(goal, briefing, memory):
        return Conclusion(
            f"I have looked into everything and there is no {goal.thing} here, so this cannot be done.",
            f"there is no {goal.thing} here",
        )
    if _hopeless(goal, briefing, memory):
        return Conclusion("I have tried what I could, and another search would not show anything new.", "not found")
    if goal is None:
        return _explore(briefing, memory)
    if memory.scripts == 0 and not memory.contents and memory.holding is None:
        return _begin(goal, briefing, memory)
    return _go_on(goal, briefing, memory)


def _achieved(goal: Goal, memory: Memory) -> bool:
    """Whether the observations show that everything was done."""
    if goal.task == "look":
        return (
            memory.holding is not None
            and kind_of(memory.holding) == goal.thing
            and any(kind_of(lamp) == goal.target for lamp in memory.lit)
        )
    if goal.task == "within":
        return any(
            kind_of(thing) == goal.thing
            and kind_of(container) == goal.container
            and kind_of(memory.put.get(container, "")) == goal.target
            for thing, container in memory.put.items()
        )
    there: dict[str, int] = {}
    for thing, place in memory.put.items():
        treated = goal.task not in APPLIANCES or (goal.task, thing) in memory.treated
        if kind_of(thing) == goal.thing and kind_of(place) == goal.target and treated:
            there[place] = there.get(place, 0) + 1
    return max(there.values(), default=0) >= (2 if goal.task == "two" else 1)


def _hopeless(goal: Goal | None, briefing: Briefing, memory: Memory) -> bool:
    """Whether another script could only repeat the ones before. One that was cut off leaves something to do."""
    if memory.scripts < _PATIENCE:
        return False
    return memory.scripts >= _MAX_SCRIPTS or _not_there(goal, briefing, memory)


def _not_there(goal: Goal | None, briefing: Briefing, memory: Memory) -> bool:
    """Whether every place was looked into, and what is wanted was nowhere."""
    searched = all(place in memory.contents for place in briefing.places)
    return searched and not (goal is not None and (memory.holding or memory.where(goal.thing)))


def _begin(goal: Goal, briefing: Briefing, memory: Memory) -> Decision:
    """Write the first program: one that does everything, or one that looks around."""
    rng = dice(f"thought/{_choice(briefing, memory)}", plain=briefing.plain)
    plan = _plan(goal, briefing, memory)
    likely = list(plan.likely or dict.fromkeys(map(kind_of, plan.search)))
    if _manner(briefing) == "at once":
        return Program(first_thought(goal, likely, rng, explore=False), write_script(plan))
    return Program(first_thought(goal, likely, rng, explore=True), write_exploration(plan, needed(goal)))


def _go_on(goal: Goal, briefing: Briefing, memory: Memory) -> Decision:
    """Write the next program: the direct plan where everything is known, else one that searches for the rest."""
    rng = dice(f"thought/{_choice(briefing, memory)}", plain=briefing.plain)
    plan = _plan(goal, briefing, memory)
    steps = direct_plan(goal, briefing, memory)
    meant_to_end = memory.scripts > 0 and (memory.scripts > 1 or _manner(briefing) == "at once")
    thought = next_thought(goal, memory, rng, known=steps is not None, meant_to_end=meant_to_end)
    if steps is not None:
        left = None if briefing.turns is None else briefing.turns - memory.scripts
        # A plan in plain lines trusts that all is as it was seen; after a failure, or with no turn to mend it, none is.
        careful = briefing.plain or memory.scripts > 3 or bool(memory.error) or left is None or left < 2
        steps = _part_of(steps, briefing, last=careful)
        return Program(thought, write_steps(plan, steps, careful=careful))
    if memory.holding and goal.task in ("look", "two", "within") and kind_of(memory.holding) == goal.thing:
        return Program(thought, write_on(plan))
    return Program(thought, write_script(plan))


def _part_of(steps: list[Step], briefing: Briefing, *, last: bool) -> list[Step]:
    """Leave the delivery for the next turn, where things are done in stages."""
    if last or _manner(briefing) != "in stages":
        return steps
    starts = [index for index, step in enumerate(steps) if step.verb in ("reach", "open")]
    # The first stage ends with the thing in the hand, so there is something to show for it.
    return steps[: starts[-1]] if len(starts) > 1 else steps


def _manner(briefing: Briefing) -> Manner:
    """How the turns of a task are used; all ways do the same. With few turns, everything is done at once."""
    if briefing.plain or briefing.turns is None or briefing.turns < _ROOM_TO_EXPLORE:
        return "at once"
    chance = random.Random(f"manner/{briefing.sentence}/{briefing.places}").random()
    return "at once" if chance < 0.6 else "look first" if chance < 0.85 else "in stages"


def _choice(briefing: Briefing, memory: Memory) -> str:
    return f"{briefing.sentence}/{'/'.join(briefing.places)}/{memory.scripts}"


def _plan(goal: Goal, briefing: Briefing, memory: Memory) -> Plan:
    choice = _choice(briefing, memory)
    appliances = places_of(APPLIANCES.get(goal.task, ""), briefing)
    return Plan(
        goal=goal,
        search=list(briefing.places) if briefing.plain else search_plan(goal, briefing, memory),
        targets=targets_of(goal, briefing, memory),
        household=Household(
            flat=briefing.flat,
            stateful=briefing.stateful,
            refusal=briefing.refusal,
            wording=dice(f"wording/{choice}", plain=briefing.plain).randrange(12),
        ),
        choice=choice,
        appliances=appliances,
        holding=memory.holding,
        whole=not memory.contents,
        likely=_likely(goal, briefing) if briefing.plain else (),
    )


def _likely(goal: Goal, briefing: Briefing) -> tuple[str, ...]:
    """The three kinds of places here where what is wanted is most often kept."""
    return tuple(dict.fromkeys(map(kind_of, search_order(list(needed(goal)), briefing.places))))[:3]


def _explore(briefing: Briefing, memory: Memory) -> Decision:
    if not briefing.places:
        return Conclusion("I see neither a room nor a task that I understand.", "I do not understand the task")
    unseen = [place for place in search_order("", briefing.places) if place not in memory.contents]
    if not unseen:
        return Conclusion(
            "I have looked at everything and still do not see what is wanted.", "I do not understand the task"
        )
    thought = "I am not sure what is wanted, so I look around first: every place, opening what is closed."
    plan = replace(_plan(Goal("look", "", ""), briefing, memory), search=unseen, whole=False)
    return Program(thought, write_exploration(plan, {}))
