"""The part of the household expert for the atomic and the compositional set: reads the errand, writes its program.

====================================  =================================================
``expert_composed_reading``           which errand a sentence asks for
``expert_composed_scripts``           the programs, as templates
====================================  =================================================
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from embodied_codeact.envs.error_words import in_own_words
from embodied_codeact.envs.household.expert_composed_reading import HELD, Errand, read_errand
from embodied_codeact.envs.household.expert_composed_scripts import COMPOSED, HAND_FIRST, THERE_FIRST, VIEWS
from embodied_codeact.envs.household.expert_habits import commands_to_see, kind_of, search_order
from embodied_codeact.envs.household.expert_pieces import Household, fill, literal, looking
from embodied_codeact.envs.household.expert_planner import APPLIANCES
from embodied_codeact.envs.household.expert_reading import Briefing, Memory
from embodied_codeact.envs.household.expert_scripts import finished
from embodied_codeact.envs.unrolled import Conclusion, Decision, Program

_ATTEMPTS = 3
"""So many programs are tried."""
_SURVEYS = frozenset({"gather", "sort", "compare"})
"""Errands that look everywhere in any case, so that likely places need not come first."""


def decide_errand(briefing: Briefing, memory: Memory) -> Decision | None:
    """Write the next program of an errand, or conclude; None where the task is none."""
    errand = read_errand(briefing.sentence, briefing.places)
    if errand is None:
        return None
    failed = bool(memory.error) or (errand.single and memory.refused)
    if memory.scripts and not failed:
        return Conclusion("I have done what was asked for.", "done")
    if memory.scripts >= _ATTEMPTS:
        return Conclusion("I have tried what I could.", "it could not be done")
    rng = random.Random(f"errand/{briefing.sentence}/{'/'.join(briefing.places)}/{memory.scripts}")
    household = Household(
        flat=briefing.flat, stateful=briefing.stateful, refusal=briefing.refusal, wording=rng.randrange(12)
    )
    if errand.single:
        code = _single(errand, briefing, household, rng, again=memory.scripts > 0)
    else:
        code = _composed(errand, briefing, household, rng)
    return Program(_thought(errand, memory, rng), code)


def _single(errand: Errand, briefing: Briefing, household: Household, rng: random.Random, *, again: bool) -> str:
    """Write the one call; where that was refused before, what makes it possible comes first."""
    thing, place = _named_thing(errand, briefing), errand.words.get("place", "")
    arguments = [f'"{name}"' for name in (thing, place) if name]
    call = f"house.{errand.kind}({', '.join(arguments)})"
    if not again or not place:
        return fill(f"print({call})", household, {}, {})
    template = HAND_FIRST if errand.kind in ("put", "clean", "heat", "cool") else THERE_FIRST
    return _finish(template, errand, briefing, household, rng, call=f"?? {call}", kinds=[kind_of(thing)])


def _named_thing(errand: Errand, briefing: Briefing) -> str:
    """The name of what the call is about: as it was told, held, or seen where the task begins."""
    thing = errand.words.get("thing", "")
    if thing == HELD:
        return briefing.holding
    if not thing or thing[-1].isdigit():
        return thing
    return next((name for name in briefing.sees if kind_of(name).endswith(thing)), f"{thing} 1")


def _composed(errand: Errand, briefing: Briefing, household: Household, rng: random.Random) -> str:
    if errand.kind == "leave_closed":
        # The state tells what was in a place, not whether it was closed again; answers tell that.
        household = replace(household, wording=0)
    return _finish(rng.choice(COMPOSED[errand.kind]), errand, briefing, household, rng)


def _finish(
    template: str,
    errand: Errand,
    briefing: Briefing,
    household: Household,
    rng: random.Random,
    *,
    call: str = "",
    kinds: Sequence[str] = (),
) -> str:
    words = dict(errand.words)
    for name in "ab":
        if verb := words.get(f"do_{name}"):
            words[f"by_{name}"] = next((place for place in briefing.places if kind_of(place) == APPLIANCES[verb]), "")
    blocks = {
        "places": f"places = {literal(_search(errand, briefing, kinds))}\n",
        "look": looking(household),
        "view": _view(household),
        "call": call,
    }
    return finished(fill(template, household, words, blocks), rng)


def _search(errand: Errand, briefing: Briefing, kinds: Sequence[str]) -> list[str]:
    """All places, in the order to look into them."""
    if errand.kind == "close_all":
        return sorted(briefing.places, key=lambda place: commands_to_see(place) == 1)
    if errand.kind in _SURVEYS:
        return list(briefing.places)
    sought = [*kinds, *(errand.words[name] for name in "ab" if name in errand.words)]
    return search_order(sought, briefing.places)


def _view(household: Household) -> str:
    way = "flat" if household.flat else "plain"
    if household.refusal:
        way = "flat with errors" if household.flat else "errors"
    return VIEWS[way].replace("Refusal", household.refusal or "Refusal")


_PLANS = {
    "gather": "go through all places and carry each {a} to the {target} as I come across it",
    "sort": "go through all places and carry each {a} to the {target} and each {b} to the {other}",
    "empty": "carry what is there from the {place} to the {target}, one thing after the other",
    "close_all": "visit every place, those with doors first, and close what is open",
    "leave_closed": "search for the {a}, closing each place again, put it where it belongs and close that, too",
    "several": "fetch the {a}, {do_a} it and put it away, then fetch the {b}, {do_b} it and put it there as well",
    "swap": "find out where both are, then carry one to the place of the other, and the other back",
    "beside": "find out where the {b} is, fetch the {a} and bring it there",
    "most": "look into each {kind}, count what is there, fetch the {a} and put it where there are the most",
    "fewest": "look into each {kind}, count what is there, fetch the {a} and put it where there is the least",
    "count": "count at the {place}; the number tells which {kind} the {a} goes to",
    "condition": "look at the {place} first; what is there decides what I carry, and where to",
    "compare": "look everywhere and count; the numbers decide whether the {c} or the {d} is moved",
}


def _thought(errand: Errand, memory: Memory, rng: random.Random) -> str:
    failed = f"{in_own_words(memory.error, rng.choice)} " if memory.error else ""
    if errand.single:
        if memory.scripts:
            return f"{failed}It could not be done from here, so I go there first."
        return rng.choice(("This takes one call.", "I can do that at once.", "One call does it."))
    plan = _PLANS[errand.kind].format(**errand.words)
    return failed + rng.choice((f"I {plan}.", f"The plan: {plan}.", f"One script can do it: {plan}."))
