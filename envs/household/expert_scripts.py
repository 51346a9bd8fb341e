"""Writes the household expert's scripts: chooses the style, the words and the pieces, by the task alone."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embodied_codeact.envs.household.expert_direct import (
    CONTINUATIONS,
    DIRECT,
    EXPLORATIONS,
    write_continuation,
    write_direct,
)
from embodied_codeact.envs.household.expert_habits import kind_of
from embodied_codeact.envs.household.expert_pieces import Household, fill, literal, looking
from embodied_codeact.envs.household.expert_plain import PLAIN_STYLE
from embodied_codeact.envs.household.expert_planner import APPLIANCES, Step
from embodied_codeact.envs.household.expert_reading import Goal
from embodied_codeact.envs.household.expert_renaming import Renaming
from embodied_codeact.envs.household.expert_styles import FUNCTION_STYLES, Style
from embodied_codeact.envs.household.expert_styles_objects import OBJECT_STYLES
from embodied_codeact.envs.household.expert_styles_plans import PLAN_STYLES

STYLES: tuple[Style, ...] = (*FUNCTION_STYLES, PLAIN_STYLE, *OBJECT_STYLES, *PLAN_STYLES)
_VOCABULARY: dict[str, tuple[str, ...]] = {
    "look_into": ("look_into", "check", "inspect", "visit", "peek_into", "see_into"),
    "place": ("place", "spot", "where", "receptacle", "location"),
    "places": ("places", "spots", "order", "search_order", "candidates"),
    "targets": ("targets", "destinations", "options"),
    "name": ("name", "item", "obj"),
    "answer": ("answer", "reply", "result", "outcome", "response"),
    "kind": ("kind", "what", "sort"),
    "fetch": ("fetch", "collect", "get_one", "find_and_take"),
    "put_away": ("put_away", "stow", "set_down", "drop_off"),
    "seen": ("seen", "view", "sight"),
    "container": ("container", "vessel", "holder"),
    "problem": ("problem", "reason", "error"),
}
"""What the templates call things, and what else these may be called."""
_IMPORTS = (
    ("re.", "import re"),
    ("itertools.", "import itertools"),
    ("deque(", "from collections import deque"),
    ("Counter(", "from collections import Counter"),
)


@dataclass(frozen=True)
class Plan:
    """What a script is to do. ``search`` are the places to look into, in order. ``targets`` are receptacles to put
    into, the best first, ``appliances`` where the thing is treated; ``holding`` is what the hand holds already.
    ``choice`` decides among the ways of writing it; where ``likely`` kinds of places are given, there is only one, and
    it looks there first."""

    goal: Goal
    search: Sequence[str]
    targets: Sequence[str]
    household: Household
    choice: str
    appliances: Sequence[str] = ()
    holding: str | None = None
    whole: bool = True
    likely: Sequence[str] = ()

    def dice(self, about: str) -> random.Random:
        """What decides among ways of saying the same."""
        return dice(f"{about}/{self.choice}", plain=bool(self.likely))


class _Settled(random.Random):
    """Dice that fall on the first side."""

    def random(self) -> float:
        return 0.0

    def getrandbits(self, k: int, /) -> int:
        del k
        return 0


def dice(about: str, *, plain: bool) -> random.Random:
    """What decides among ways of saying the same; ``plain``: always the first."""
    return _Settled() if plain else random.Random(about)


def write_script(plan: Plan) -> str:
    """Write a whole program that searches for what is needed and does the task."""
    rng = plan.dice("style")
    household = plan.household
    styles = [style for style in STYLES if not style.stateful or (household.stateful and not household.flat)]
    return write_in_style(plan, PLAIN_STYLE if plan.likely else rng.choice(styles))


def write_in_style(plan: Plan, style: Style) -> str:
    """Write the program in one of :data:`STYLES`."""
    goal = plan.goal
    treat = _treatment(plan)
    body = {"two": style.two, "look": style.look, "within": style.within}.get(goal.task, style.carry)
    if body is style.carry and not treat:
        body = style.place or body
    return _finish(f"{style.helpers}\n{body}", plan, {"treat": treat}, reach=style.reach)


def write_steps(plan: Plan, steps: Sequence[Step], *, careful: bool = False) -> str:
    """Write a program that carries out steps that are known; a ``careful`` one makes sure of where it stands."""
    rng = plan.dice("direct")
    way = "careful" if careful else rng.choice(DIRECT)
    return _finish(write_direct(way, steps, plan.household), plan, {})


def write_on(plan: Plan) -> str:
    """Write a program that goes on with something in the hand and searches for the rest."""
    rng = plan.dice("on")
    return _finish(write_continuation(rng.choice(CONTINUATIONS), plan.goal, plan.holding or ""), plan, {})


def write_exploration(plan: Plan, kinds: Mapping[str, int]) -> str:
    """Write a program that looks around until so many of each of these kinds are in sight, or through everything where
    none are given."""
    rng = plan.dice("explore")
    wanted = ", ".join(f'"{kind}": {count}' for kind, count in kinds.items())
    ways = [way for way in EXPLORATIONS if ("$wanted" in way) == bool(kinds)]
    return _finish(rng.choice(ways).replace("$wanted", wanted), plan, {})


def _treatment(plan: Plan) -> str:
    """Cleaning, heating or cooling what is called ``name``."""
    verb, appliances = plan.goal.task, list(plan.appliances)
    if verb not in APPLIANCES or not appliances:
        return ""
    if len(appliances) == 1 or plan.likely:
        return f'~~ "{appliances[0]}"\n?? house.{verb}(name, "{appliances[0]}")\n'
    return (
        f"for {kind_of(appliances[0])} in {literal(appliances)}:\n"
        f"    ~~ {kind_of(appliances[0])}\n"
        f"    ?? house.{verb}(name, {kind_of(appliances[0])}) :: break\n"
    )


def _places(plan: Plan, rng: random.Random) -> str:
    """Where to search: listed, or sorted by the program itself where it has the state."""
    if plan.likely:
        listed = "state.places" if plan.household.stateful else literal(plan.search)
        return (
            f"likely = {literal(plan.likely)}\n"
            f"places = sorted({listed}, key=lambda place: place.split()[0] not in likely)\n"
        )
    kinds = list(dict.fromkeys(map(kind_of, plan.search)))
    sortable = plan.whole and plan.household.stateful and not plan.household.flat
    way = rng.randrange(4) if sortable else 0
    if way == 1:
        return (
            f"likely = {literal(kinds)}\n"
            "places = sorted(state.places, key=lambda place: likely.index(place.split()[0]))\n"
        )
    if way == 2:
        return (
            "# The likeliest kinds of places first.\n"
            f"rank = {{kind: number for number, kind in enumerate({literal(kinds)})}}\n"
            "places = sorted(state.places, key=lambda place: rank[place.split()[0]])\n"
        )
    if way == 3:
        return (
            f"places = []\nfor kind in {literal(kinds)}:\n"
            "    places += [place for place in state.places if place.split()[0] == kind]\n"
        )
    return f"places = {literal(plan.search)}\n"


def _wanted(goal: Goal) -> str:
    """The kinds of things and places that the task names."""
    named = {"thing": goal.thing, "container": goal.container, "lamp" if goal.task == "look" else "target": goal.target}
    return "".join(f'{name} = "{kind}"\n' for name, kind in named.items() if kind)


def _targets(plan: Plan) -> str:
    """Where to put things."""
    if plan.goal.task == "look":
        return ""
    if plan.likely:
        return "targets = [place for place in places if place.split()[0] == target]\n"
    return f"targets = {literal(plan.targets)}\n"


def _finish(template: str, plan: Plan, blocks: dict[str, str], reach: str = "") -> str:
    """Fill a template in, name things, and import what is used."""
    goal = plan.goal
    rng = plan.dice("words")
    free = ""
    if plan.holding and kind_of(plan.holding) not in (goal.thing, goal.container):
        free = (
            "for place in places:  # My hand must be empty first.\n"
            f'    look_into(place)\n    ?? house.put("{plan.holding}", place) :: break\n'
        )
    blocks = {
        "look": looking(plan.household),
        "wanted": _wanted(goal),
        "places": _places(plan, rng),
        "targets": _targets(plan),
        "free": free,
        "treat": "",
        **blocks,
    }
    words = {"thing": goal.thing, "target": goal.target, "container": goal.container}
    return finished(fill(template, plan.household, words, blocks, reach), rng)


def finished(code: str, rng: random.Random) -> str:
    """Return a program with other words of the same meaning, chosen by chance, and the imports that it needs."""
    code = _named(code, rng)
    imports = [line for use, line in _IMPORTS if re.search(rf"(?<![\w.]){re.escape(use)}", code)]
    code = "\n".join([*imports, "", code] if imports else [code])
    return re.sub(r"\n{3,}", "\n\n", code).strip("\n")


def _named(code: str, rng: random.Random) -> str:
    """Call things by other words of the same meaning, none of which the program uses for something else."""
    program = Renaming(code)
    for canonical, words in _VOCABULARY.items():
        chosen = rng.choice(words)
        taken = re.search(rf"\b{chosen}\b", code)
        # A method, or a part of the state, keeps its name.
        if canonical in code and not taken and not re.search(rf"\.{canonical}\b", code):
            program.rename(canonical, chosen)
            code = program.text
    return code
